// What the kinds of charts share, and the kinds themselves by their names, which other scripts add.
const ReportCharts = {};
const ChartParts = (() => {
  "use strict";
  const short = (text) => (text.length > 40 ? text.slice(0, 39) + "…" : text);
  const figure = (value) => Number(value.toPrecision(4)).toString();
  const axis = (text, rest = {}) => ({ type: "linear", title: { display: true, text }, ...rest });
  const upward = (unit, direction) => `${unit}   ${direction === "lower" ? "better ↓" : "better ↑"}`;
  const legend = { position: "bottom", labels: { usePointStyle: true, boxHeight: 7 } };
  return { short, figure, axis, upward, legend };
})();
