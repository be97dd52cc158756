// Draws each figure of a page as its kind asks, in the page's colours.
(() => {
  "use strict";
  const source = document.getElementById("facts");
  if (!source || typeof Chart === "undefined") return;
  const facts = JSON.parse(source.textContent);
  const drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const theme = () => ({
    ink: colour("ink"), faint: colour("faint"), line: colour("line"), accent: colour("accent"), good: colour("good"),
    bad: colour("bad"), open: colour("open"), raised: colour("raised"),
    series: (index) => `hsl(${(215 + index * 137.5) % 360} 55% 52%)`,
  });

  /** Shows only the part of the chart that the pointer was dragged over. */
  const zoom = (chart, tools) => {
    const reset = document.createElement("button");
    reset.type = "button";
    reset.textContent = "Show all";
    reset.hidden = true;
    tools.append(reset);
    const whole = { ...chart.options.scales.x };
    let start = null;
    const show = (from, to) => {
      chart.options.scales.x.min = from;
      chart.options.scales.x.max = to;
      chart.update("none");
      reset.hidden = from === whole.min;
    };
    reset.addEventListener("click", () => show(whole.min, whole.max));
    chart.canvas.addEventListener("pointerdown", (event) => { start = event.offsetX; });
    addEventListener("pointerup", (event) => {
      if (start === null) return;
      const end = event.clientX - chart.canvas.getBoundingClientRect().left;
      const ends = [start, end].map((pixel) => chart.scales.x.getValueForPixel(pixel)).sort((a, b) => a - b);
      if (Math.abs(end - start) > 12) show(...ends);
      start = null;
    });
  };

  const draw = (figure) => {
    const kind = ReportCharts[figure.dataset.kind];
    const canvas = figure.querySelector("canvas");
    const tools = figure.querySelector(".tools");
    const choice = kind.choices ? choices(figure, tools, kind.choices(facts, figure.dataset)) : {};
    const configuration = () => {
      const colours = theme();
      Chart.defaults.color = colours.faint;
      Chart.defaults.borderColor = colours.line;
      Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
      const made = kind.make(facts, { ...figure.dataset, ...choice }, colours);
      made.options = { responsive: true, maintainAspectRatio: false, animation: false, ...made.options };
      return made;
    };
    const chart = new Chart(canvas, configuration());
    const redraw = () => {
      const { data, options } = configuration();
      chart.data = data;
      chart.options = options;
      chart.update("none");
    };
    drawn.push({ chart, redraw });
    figure.addEventListener("chosen", redraw);
    if (kind.zooms) zoom(chart, tools);
  };

  /** Lists to choose from, and a field to narrow many series. Returns an object with the choice. */
  const choices = (figure, tools, { hosts = [], cells, isNarrowed }) => {
    const chosen = { host: hosts[0] ?? "", cell: cells[0] ?? "", models: "" };
    const change = (name) => (event) => {
      chosen[name] = event.target.value;
      figure.dispatchEvent(new Event("chosen"));
    };
    const list = (name, label, values) => {
      const select = document.createElement("select");
      select.setAttribute("aria-label", label);
      for (const value of values) select.add(new Option(value, value));
      select.addEventListener("input", change(name));
      tools.append(select);
    };
    if (hosts.length === 1) {
      // Whatever is compared was measured on one machine, which is said.
      const host = document.createElement("span");
      host.className = "faint";
      host.textContent = `on ${hosts[0]}`;
      tools.append(host);
    } else if (hosts.length) list("host", "The machine", hosts);
    if (cells.length) list("cell", "What is shown", cells);
    if (isNarrowed) {
      const field = document.createElement("input");
      field.type = "search";
      field.placeholder = "model";
      field.setAttribute("aria-label", "Models whose name holds this");
      field.addEventListener("input", change("models"));
      tools.append(field);
    }
    return chosen;
  };

  const all = () => drawn.forEach(({ redraw }) => redraw());
  // Paper has no tooltips, so the tables are printed too.
  const closed = [];
  document.querySelectorAll("figure[data-kind]").forEach(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    closed.push(...document.querySelectorAll("details:not([open])"));
    closed.forEach((details) => { details.open = true; });
    all();
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.theme;
    closed.splice(0).forEach((details) => { details.open = false; });
    all();
  });
})();
