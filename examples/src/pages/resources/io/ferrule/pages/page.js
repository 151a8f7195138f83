const data = JSON.parse(document.getElementById("data").textContent);
const main = document.querySelector("main");

// One column instead of several: for a narrow window.
const narrow = matchMedia("(max-width: 900px)");

// ---- words ----

function number(value) {
  if (value === null || value === undefined) {
    return "not known";
  }
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3;
  return value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

function short(value) {
  if (value >= 1e6) {
    return Number((value / 1e6).toFixed(2)) + " M";
  }
  if (value >= 1e4) {
    return Number((value / 1e3).toFixed(value >= 1e5 ? 0 : 1)) + " k";
  }
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

function element(tag, text, parent, className) {
  const made = document.createElement(tag);
  if (text !== null) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  (parent || main).append(made);
  return made;
}

// ---- charts ----

Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.color = "#1c2733";
Chart.defaults.borderColor = "#e6ebf0";
Chart.defaults.font.size = 12;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

function canvas(parent, height) {
  const box = element("div", null, parent, "chart");
  box.style.height = height + "px";
  return element("canvas", null, box);
}

const positive = values => values.filter(value => value > 0);
const powerBelow = value => Math.pow(10, Math.floor(Math.log10(value)));
const powerAbove = value => Math.pow(10, Math.ceil(Math.log10(value)));

