const KINDS = {
  "twin_in_c": ["#1864ab", "the same in C"],
  "java_peer": ["#d9480f", "what else Java has"],
  "other_program": ["#6741d9", "another program"],
  "ferrule": ["#868e96", "another part of Ferrule"],
};
const colour = row => (KINDS[row.kind] || KINDS.java_peer)[0];
const params = row => Object.entries(row.params).map(([name, value]) => `${name} ${value}`).join(", ");
const ratio = value => value === null ? "–" : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const isAimed = row => row.median !== null && row.reach !== null;
const isShort = row => isAimed(row) && row.median < row.reach;

function groups(rows, key) {
  const found = new Map();
  rows.forEach(row => found.set(key(row), [...(found.get(key(row)) || []), row]));
  return [...found.values()];
}

// ---- charts ----

// The scale of all charts of a work: logarithmic, as twice as fast is as far from 1 as half as fast.
function scale(rows) {
  const all = positive(rows.flatMap(row => [row.min, row.median, row.max, row.reach])).concat([1]);
  const least = Math.min(...all, 0.9);
  const most = Math.max(...all, 1.1);
  const margin = Math.pow(most / least, 0.05);
  const low = least / margin;
  const high = most * margin;
  const steps = high / low < 2.2 ? [1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 5, 6, 7, 8, 9]
      : high / low < 12 ? [1, 1.5, 2, 3, 5, 7] : high / low < 100 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = powerBelow(low); power <= high; power *= 10) {
    steps.map(step => Number((step * power).toPrecision(3))).filter(tick => tick >= low && tick <= high).forEach(tick => ticks.push(tick));
  }
  return {low, high, ticks};
}

// A line from the worst round to the best, a dot at the median, a stroke at what we want to reach.
const marks = {
  id: "marks",
  beforeDatasetsDraw(chart) {
    const {ctx, chartArea, scales} = chart;
    const one = scales.x.getPixelForValue(1);
    ctx.save();
    ctx.strokeStyle = "#5b6875";
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    ctx.moveTo(one, chartArea.top);
    ctx.lineTo(one, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },
  afterDatasetsDraw(chart) {
    const {ctx, chartArea, scales} = chart;
    const line = (fromX, fromY, toX, toY) => {
      ctx.beginPath();
      ctx.moveTo(fromX, fromY);
      ctx.lineTo(toX, toY);
      ctx.stroke();
    };
    ctx.save();
    ctx.textBaseline = "middle";
    chart.options.plugins.marks.rows.forEach((row, i) => {
      const y = scales.y.getPixelForValue(i);
      const x = value => scales.x.getPixelForValue(value);
      ctx.textAlign = "left";
      if (row.median === null) {
        ctx.font = "11.5px " + Chart.defaults.font.family;
        ctx.fillStyle = "#8b96a1";
        ctx.fillText(row.status === "measured" ? "no ratio" : row.status, chartArea.left + 6, y);
        return;
      }
      if (row.reach !== null) {
        ctx.strokeStyle = "#1c2733";
        ctx.lineWidth = 3;
        line(x(row.reach), y - 8, x(row.reach), y + 8);
      }
      ctx.strokeStyle = ctx.fillStyle = colour(row);
      ctx.lineWidth = 2;
      line(x(row.min), y, x(row.max), y);
      line(x(row.min), y - 4, x(row.min), y + 4);
      line(x(row.max), y - 4, x(row.max), y + 4);
      ctx.beginPath();
      ctx.arc(x(row.median), y, 5.5, 0, 2 * Math.PI);
      ctx.fill();
      ctx.font = (isShort(row) ? "700 " : "") + "12px " + Chart.defaults.font.family;
      ctx.fillStyle = isShort(row) ? "#b3261e" : "#1c2733";
      ctx.fillText(ratio(row.median), chartArea.right + 8, y);
    });
    ctx.restore();
  },
};

function chart(parent, rows, {low, high, ticks}, label) {
  const longest = Math.max(...rows.map(row => label(row).length));
  new Chart(canvas(parent, 44 + 23 * rows.length), {
    type: "bar",
    plugins: [marks],
    data: {
      labels: rows.map(label),
      datasets: [{data: rows.map(row => row.median === null ? null : [row.min, row.max]), backgroundColor: "transparent"}],
    },
    options: {
      indexAxis: "y",
      layout: {padding: {right: 46}},
      interaction: {mode: "index", axis: "y", intersect: false},
      scales: {
        x: {type: "logarithmic", min: low, max: high, afterBuildTicks: axis => { axis.ticks = ticks.map(value => ({value})); },
            ticks: {callback: value => String(value), maxRotation: 0, autoSkip: true, autoSkipPadding: 8}},
        y: {ticks: {autoSkip: false, font: {size: longest > 26 ? 11 : 12}}, grid: {display: false}},
      },
      plugins: {
        legend: {display: false},
        marks: {rows},
        tooltip: {callbacks: {label: item => {
          const row = rows[item.dataIndex];
          return [`${ratio(row.median)} (${ratio(row.min)} to ${ratio(row.max)} in ${row.rounds} rounds)`,
              `${row.ours} ${number(row.oursMedian)}, ${row.other} ${number(row.otherMedian)} ${row.unit}`];
        }}},
      },
    },
  });
}

// ---- tables ----

function table(parent, rows) {
  const made = element("table", null, element("div", null, parent, "wide"));
  const head = element("tr", null, element("thead", null, made));
  ["", "beside", "median", "min", "max", "reach", "rounds", "B/op of ours", "ours", "other", "unit"]
      .forEach(title => element("th", title, head, ["beside", "unit"].includes(title) ? "name" : ""));
  const body = element("tbody", null, made);
  rows.forEach(row => {
    const line = element("tr", null, body);
    element("td", params(row), line);
    const name = element("td", null, line, "name");
    element("span", null, name, "swatch").style.background = colour(row);
    name.append(row.other);
    element("td", ratio(row.median), line, !isAimed(row) ? "" : isShort(row) ? "short" : "reached");
    [row.min, row.max, row.reach].forEach(value => element("td", ratio(value), line));
    element("td", String(row.rounds), line);
    element("td", row.allocated === null ? "–" : number(row.allocated), line);
    [row.oursMedian, row.otherMedian].forEach(value => element("td", value === null ? "–" : number(value), line));
    element("td", row.unit, line, "name");
  });
}

function sentences(parent, rows, words) {
  const all = element("ul", null, parent, "plain");
  rows.forEach(row => element("li", words(row), all));
}

// A few rows in sight, and the rest folded away. How many there are is in sight too: nothing bad is to be hidden.
function told(title, rows, of, first, words) {
  if (rows.length === 0) {
    return;
  }
  const few = 5;
  const count = `${rows.length} of ${of.length} rows`;
  element("h3", `${title}: ${count}`);
  sentences(main, rows.slice(0, few), words);
  if (rows.length > few) {
    const rest = element("details", null, main);
    element("summary", `${count}: the ${first} ${few} are above, the other ${rows.length - few} here`, rest);
    sentences(rest, rows.slice(few), words);
  }
}

// With as many digits as show the difference.
const apart = (value, other) => ratio(value) === ratio(other) ? value.toFixed(4) : ratio(value);
const named = row => `${row.work}${params(row) ? ` (${params(row)})` : ""} beside ${row.other}`;

// ---- the page ----

element("h1", "Ferrule beside C and beside what else Java has");
element("p", `${data.machine.processor}, ${data.machine.processors} processors; ${data.machine.kernel}; Java: ${data.machine.java}; `
    + `liburing ${data.liburing}; begun ${new Date(data.begun).toUTCString()}`, main, "soft");
element("p", data.command, main, "command");
if (!data.whole) {
  element("p", "This run has not come to its end, or was cut off: there are fewer rounds than were wanted, and bytes per operation are missing.",
      main, "warning");
}
if (data.busy) {
  element("p", data.busy, main, "warning");
}
element("p", "The ratio says how we do beside the other: 1 is as well, 2 is twice as well, 0.5 half. Both sides take turns, round after round, and a "
    + "ratio is of figures of the same round. The dot is the median of the rounds, the line goes from the worst to the best.");
const legend = element("div", null, main, "legend");
Object.values(KINDS).forEach(([colour, words]) => {
  const entry = element("div", null, legend);
  element("span", null, entry, "swatch").style.background = colour;
  entry.append(words);
});
const stroke = element("div", null, legend);
element("i", null, stroke);
stroke.append("what we want to reach; a red figure is short of it");

const aimed = data.rows.filter(isAimed);
const short_ = aimed.filter(isShort).sort((a, b) => a.median / a.reach - b.median / b.reach);
if (aimed.length > 0) {
  element("p", `${aimed.length - short_.length} of ${aimed.length} rows reach what we want.`);
}
told("Where Ferrule falls short", short_, aimed, "worst", row => `${named(row)}: ${apart(row.median, row.reach)}, and ${ratio(row.reach)} is wanted`
    + (row.max >= row.reach ? `; the best of ${row.rounds} rounds had ${ratio(row.max)}` : ""));
told("What has no figure, or lost one", data.rows.filter(row => row.reason !== null), data.rows, "first",
    row => `${named(row)}: ${row.status}, ${row.reason.startsWith(row.other + ": ") ? row.reason.slice(row.other.length + 2) : row.reason}`);

groups(data.rows, row => row.work).forEach(ofWork => {
  element("h2", ofWork[0].work);
  const units = [...new Set(ofWork.map(row => row.unit))].join(", ");
  const shortHere = ofWork.filter(isShort).length;
  element("p", `in ${units}` + (shortHere > 0 ? `; ${shortHere} of ${ofWork.filter(isAimed).length} rows fall short` : ""), main, "soft");
  const axis = scale(ofWork);
  const sets = groups(ofWork, params);
  const grid = element("div", null, main, "grid");
  if (sets.every(rows => rows.length === 1) && sets.length > 1) {
    const box = element("div", null, grid, "alone");
    const beside = ofWork[0].other;
    if (ofWork.every(row => row.other === beside)) {
      element("h3", `beside ${beside}`, box);
      chart(box, ofWork, axis, params);
    } else {
      chart(box, ofWork, axis, row => `${row.other}, ${params(row)}`);
    }
  } else {
    sets.forEach(rows => {
      const box = element("div", null, grid);
      element("h3", params(rows[0]), box);
      chart(box, rows, axis, row => row.other);
    });
  }
  const details = element("details", null, main);
  details.open = ofWork.length <= 12;
  element("summary", "All figures", details);
  table(details, ofWork);
});
