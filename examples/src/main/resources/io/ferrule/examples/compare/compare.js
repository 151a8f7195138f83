// One colour, point and dash for each driver, the same in all charts. Relatives have related hues.
const LOOKS = {
  "uring": ["#d9480f", "circle", []],
  "epoll": ["#1864ab", "rect", []],
  "epoll-edge": ["#4dabf7", "rectRot", [6, 3]],
  "nio": ["#495057", "triangle", []],
  "select": ["#2b8a3e", "rect", []],
  "poll": ["#82c91e", "triangle", [6, 3]],
  "nonblocking": ["#9c36b5", "star", []],
  "sigio": ["#f06595", "crossRot", [2, 2]],
  "blocking": ["#a0703c", "rectRounded", []],
  "linux-aio": ["#e8b500", "rectRot", []],
  "posix-aio": ["#0c8599", "cross", [6, 3]],
  "mmap": ["#6741d9", "circle", [2, 2]],
  "libuv": ["#22b8cf", "triangle", [2, 2]],
};
const OTHERS = ["#868e96", "#5c940d", "#c2255c", "#364fc7", "#087f5b"];
const drivers = data.drivers.filter(driver => driver.unavailable === null).map(driver => driver.name);
const look = name => LOOKS[name] || [OTHERS[[...name].reduce((sum, c) => sum + c.charCodeAt(0), 0) % OTHERS.length], "circle", [4, 2]];
const colour = name => look(name)[0];

// Long ones are folded away.
function list(title, sentences, folded) {
  if (sentences.length > 0) {
    const parent = folded ? element("details", null, main) : main;
    element(folded ? "summary" : "h3", folded ? `${title} (${sentences.length})` : title, parent);
    const all = element("ul", null, parent, "verdicts");
    sentences.forEach(sentence => element("li", sentence, all));
  }
}

// ---- charts ----

// Writes each bar's value at its end.
const values = {
  id: "values",
  afterDatasetsDraw(chart) {
    const words = chart.options.plugins.values.words;
    if (!words) {
      return;
    }
    const context = chart.ctx;
    context.save();
    context.font = "11.5px " + Chart.defaults.font.family;
    context.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const [text, known] = words[i];
      context.fillStyle = known ? "#1c2733" : "#8b96a1";
      context.fillText(text, known ? Math.max(bar.x, chart.chartArea.left) + 5 : chart.chartArea.left + 5, bar.y);
    });
    context.restore();
  },
};

function time(micros) {
  return micros >= 1e6 ? micros / 1e6 + " s" : micros >= 1e3 ? micros / 1e3 + " ms" : Number(micros.toPrecision(6)) + " µs";
}

// On a logarithmic scale, words at 1, 10, 100 ... and, where there is room, at 2 and 5.
function timeTick(digits) {
  return value => {
    const first = value / powerBelow(value * 1.0000001);
    return digits.some(digit => Math.abs(first - digit) < 1e-6) ? time(value) : "";
  };
}

// Names only at the first of a row; of a column, at each.
const named = [];
function namesOf(chart, first) {
  named.push([chart, first]);
}
narrow.addEventListener("change", () => named.forEach(([chart, first]) => {
  chart.options.scales.y.ticks.display = first || narrow.matches;
  chart.update();
}));

// Bars from 0: their lengths compare.
function bars(parent, height, title, outcomes, key, first) {
  const highest = Math.max(...outcomes.map(outcome => outcome[key] || 0), 1e-9);
  namesOf(new Chart(canvas(parent, height), {
    type: "bar",
    plugins: [values],
    data: {
      labels: outcomes.map(outcome => outcome.driver),
      datasets: [{
        data: outcomes.map(outcome => outcome[key]),
        backgroundColor: outcomes.map(outcome => colour(outcome.driver)),
        barPercentage: 0.92, categoryPercentage: 0.9,
      }],
    },
    options: {
      indexAxis: "y",
      scales: {
        x: {beginAtZero: true, max: highest * 1.36, ticks: {maxTicksLimit: 5, callback: v => v > highest * 1.25 ? "" : short(v)}},
        y: {ticks: {display: first || narrow.matches, autoSkip: false}, grid: {display: false}},
      },
      plugins: {
        legend: {display: false},
        title: {display: true, text: title, align: "start", font: {size: 12.5, weight: "600"}},
        tooltip: {callbacks: {label: item => number(item.raw)}},
        values: {words: outcomes.map(outcome => outcome[key] === null
            ? [outcome.state === "measured" ? "not known" : outcome.reason.split(":")[0], false]
            : [short(outcome[key]), true])},
      },
    },
  }), first);
}

// From the median to the 99th percentile, with a thin line on to the 99.9th.
const tails = {
  id: "tails",
  afterDatasetsDraw(chart) {
    const outcomes = chart.options.plugins.tails.outcomes;
    if (!outcomes) {
      return;
    }
    const context = chart.ctx;
    const x = chart.scales.x;
    context.save();
    context.lineWidth = 2;
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      if (outcomes[i].p50 !== null) {
        const from = x.getPixelForValue(outcomes[i].p99);
        const to = x.getPixelForValue(outcomes[i]["p99.9"]);
        context.strokeStyle = colour(outcomes[i].driver);
        context.beginPath();
        context.moveTo(from, bar.y);
        context.lineTo(to, bar.y);
        context.moveTo(to, bar.y - 5);
        context.lineTo(to, bar.y + 5);
        context.stroke();
      }
    });
    context.restore();
  },
};

function latencies(parent, height, outcomes) {
  const all = positive(outcomes.flatMap(outcome => outcome.p50 === null ? [] : [outcome.p50, outcome["p99.9"]]));
  const low = all.length ? powerBelow(Math.min(...all)) : 1;
  const high = all.length ? powerAbove(Math.max(...all)) : 10;
  namesOf(new Chart(canvas(parent, height), {
    type: "bar",
    plugins: [tails],
    data: {
      labels: outcomes.map(outcome => outcome.driver),
      datasets: [{
        data: outcomes.map(outcome => outcome.p50 === null ? null : [outcome.p50, Math.max(outcome.p99, outcome.p50 * 1.03)]),
        backgroundColor: outcomes.map(outcome => colour(outcome.driver)),
        barPercentage: 0.7, categoryPercentage: 0.9, borderSkipped: false,
      }],
    },
    options: {
      indexAxis: "y",
      scales: {
        x: {type: "logarithmic", min: low, max: high === low ? low * 10 : high, ticks: {callback: timeTick([1]), maxRotation: 0, autoSkip: false},
            grid: {color: tick => timeTick([1])(tick.tick.value) ? "#e6ebf0" : "transparent"}},
        y: {ticks: {display: narrow.matches, autoSkip: false}, grid: {display: false}},
      },
      plugins: {
        legend: {display: false},
        title: {display: true, text: "latency: p50 to p99, line to p99.9", align: "start", font: {size: 12.5, weight: "600"}},
        tooltip: {callbacks: {label: item => ["p50", "p99", "p99.9"].map(p => p + " " + number(outcomes[item.dataIndex][p]) + " µs").join(", ")}},
        tails: {outcomes},
      },
    },
  }), false);
}

function curves(parent, workload, figure, title) {
  const at = workload.cells.map(cell => cell.at);
  const all = workload.cells.flatMap(cell => cell.outcomes.map(figure)).filter(value => value > 0);
  new Chart(canvas(parent, 430), {
    type: "line",
    data: {
      labels: at.map(x => x.toLocaleString("en")),
      datasets: drivers
        .map(name => ({name, points: workload.cells.map(cell => figure(cell.outcomes.find(outcome => outcome.driver === name)))}))
        .filter(line => line.points.some(value => value !== null))
        .map(line => ({
          label: line.name,
          data: line.points,
          borderColor: colour(line.name), backgroundColor: colour(line.name),
          pointStyle: look(line.name)[1], borderDash: look(line.name)[2],
          pointRadius: 5, borderWidth: line.name === "uring" ? 3.5 : 2,
        })),
    },
    options: {
      scales: {
        x: {title: {display: true, text: workload.axis}},
        y: {type: "logarithmic", min: all.length ? Math.min(...all) * 0.8 : 1, max: all.length ? Math.max(...all) * 1.25 : 10,
            ticks: {callback: timeTick([1, 2, 5]), autoSkip: false}},
      },
      plugins: {
        title: {display: true, text: title + " (log scale)", align: "start", font: {size: 12.5, weight: "600"}},
        legend: {position: "bottom", labels: {usePointStyle: true, boxHeight: 7, padding: 14}},
      },
    },
  });
}

// ---- tables ----

const COLUMNS = [["throughput", "ops/s"], ["p50", "p50 µs"], ["p99", "p99 µs"], ["p99.9", "p99.9 µs"],
    ["system_calls", "calls/op"], ["cpu", "CPU µs/op"], ["threads", "threads"]];

const available = cell => cell.outcomes.filter(outcome => outcome.state !== "not_available");

function table(parent, cell) {
  const box = element("div", null, parent);
  element("h3", cell.title, box);
  const made = element("table", null, element("div", null, box, "wide"));
  const head = element("tr", null, element("thead", null, made));
  element("th", "driver", head);
  COLUMNS.forEach(column => element("th", column[1], head));
  const body = element("tbody", null, made);
  available(cell).forEach(outcome => {
    const row = element("tr", null, body);
    const name = element("td", null, row);
    element("span", null, name, "swatch").style.background = colour(outcome.driver);
    name.append(outcome.driver);
    if (outcome.state === "measured") {
      COLUMNS.forEach(([key]) => {
        const range = outcome[key + "_range"];
        element("td", key === "threads" ? String(outcome[key]) : number(outcome[key]), row).title =
            range ? "rounds: " + number(range[0]) + " to " + number(range[1]) : "";
      });
    } else {
      element("td", outcome.reason, row, "words").colSpan = COLUMNS.length;
    }
  });
}

// All of it in one picture: each column's best is 100.
function map() {
  const made = element("table", null, element("div", null, main, "wide"), "map");
  const groups = element("tr", null, made);
  element("th", "", groups);
  data.workloads.forEach(workload => element("th", workload.title, groups, "group").colSpan = workload.cells.length);
  const heads = element("tr", null, made);
  element("th", "", heads);
  const cells = data.workloads.flatMap(workload => workload.cells);
  cells.forEach(cell => element("th", cell.title, heads));
  drivers.forEach(name => {
    const row = element("tr", null, made);
    const first = element("td", null, row);
    element("span", null, first, "swatch").style.background = colour(name);
    first.append(name);
    cells.forEach(cell => {
      const best = Math.max(...cell.outcomes.map(outcome => outcome.throughput || 0));
      const outcome = cell.outcomes.find(each => each.driver === name);
      if (outcome.throughput === null) {
        const none = element("td", outcome.state.replaceAll("_", " "), row, "none");
        none.title = outcome.reason;
        return;
      }
      const share = outcome.throughput / best;
      const percent = share * 100;
      const box = element("td", percent >= 1 ? percent.toFixed(0) : percent.toFixed(1), row);
      box.style.background = `hsl(200 ${30 + 40 * share}% ${97 - 42 * share}%)`;
      box.style.color = share > 0.75 ? "#fff" : "#1c2733";
      box.style.fontWeight = share === 1 ? "700" : "400";
      box.title = number(outcome.throughput) + " ops/s";
    });
  });
}

// ---- the page ----

element("h1", "I/O models compared");
element("p", `${data.machine.processor}, ${data.machine.processors} processors; ${data.machine.kernel}; Java: ${data.machine.java}; `
    + `${new Date(data.date).toUTCString()}`, main, "soft");
element("p", "The same program, through the same library, on each driver. Drivers take turns, each in a process of its own; "
    + `every figure is the median of ${data.rounds} rounds, all of it in about ${data.seconds} s. `
    + "Figures of one page compare with each other, not with those of another machine.");
if (data.machine.busy) {
  element("p", data.machine.busy, main, "warning");
}
data.drivers.filter(driver => driver.unavailable !== null)
    .forEach(driver => element("p", `${driver.name} is not to be had here: ${driver.unavailable}`, main, "soft"));
element("h3", "Throughput, in percent of the best in each column");
map();
if (data.uring_loses.length === 0) {
  element("h3", "Where io_uring loses");
  element("p", "Nowhere, as far as these rounds can tell: elsewhere they overlap.");
}
list("Where io_uring loses", data.uring_loses, false);
list("Where io_uring loses, perhaps by chance: the rounds of the two overlap", data.uring_likely_loses, false);
list("Where io_uring wins", data.uring_wins, false);
list("Where io_uring wins, perhaps by chance", data.uring_likely_wins, true);

data.workloads.forEach(workload => {
  element("h2", workload.title);
  element("p", workload.explanation);
  if (workload.axis) {
    data.growth.forEach(sentence => element("p", sentence));
    const pair = element("div", null, main, "two");
    curves(pair, workload, outcome => outcome.p50, "time of a round trip, median");
    curves(pair, workload, outcome => outcome.cpu, "CPU time of the server per round trip");
    workload.cells[0].outcomes.filter(outcome => outcome.state === "not_applicable")
        .forEach(outcome => element("p", `${outcome.driver} is not drawn: ${outcome.reason}.`, main, "soft"));
  } else {
    workload.cells.forEach(cell => {
      element("h3", cell.title);
      const row = element("div", null, main, "row");
      const outcomes = available(cell);
      const height = 74 + 21 * outcomes.length;
      bars(row, height, workload.operation + " per second", outcomes, "throughput", true);
      latencies(row, height, outcomes);
      bars(row, height, "system calls per operation", outcomes, "system_calls", false);
      bars(row, height, "CPU time per operation, µs", outcomes, "cpu", false);
      bars(row, height, "threads", outcomes, "threads", false);
    });
  }
  const details = element("details", null, main);
  details.open = true;
  element("summary", "All figures", details);
  const tables = element("div", null, details, "two");
  workload.cells.forEach(cell => table(tables, cell));
});

element("h2", "How it is measured");
element("p", "Latency is from the begin of an operation to its callback. Threads are those that came with the driver, workers of the kernel "
    + "included. CPU time is that of all threads of the measured process, without the JVM's compilers; where there is a server, of the server alone: "
    + (data.client ? `its client is another process, always on ${data.client}.` : "its client is another process."));
element("p", data.system_calls_unknown === null
    ? "System calls are counted by strace, at the end, while nothing else is measured: it slows the process down, so that more may wait for it at once than otherwise."
    : "System calls are not known: " + data.system_calls_unknown + ".");
