// What each kind of chart shows of the page's facts.
const ReportCharts = (() => {
  "use strict";
  const most = 12;
  const short = (text) => (text.length > 40 ? text.slice(0, 39) + "…" : text);
  const cellOf = ({ cell, metric }) => `${metric} · ${cell}`;
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  /** Formats times as days, or as minutes if all are within three days. */
  const moment = (trends) => {
    const times = trends.flatMap(({ points }) => points.map((point) => point[1]));
    const isShort = Math.max(...times) - Math.min(...times) < 3 * 86_400;
    const part = isShort ? [5, 16] : [0, 10];
    return (seconds) => new Date(seconds * 1000).toISOString().slice(...part).replace("T", " ");
  };
  const figure = (value) => Number(value.toPrecision(4)).toString();
  const axis = (text, rest = {}) => ({ type: "linear", title: { display: true, text }, ...rest });
  const legend = { position: "bottom", labels: { usePointStyle: true, boxHeight: 7 } };

  /** A horizontal line over the whole chart. */
  const level = (label, value, count, color, dash) => ({
    type: "line", label, data: [{ x: 0.5, y: value }, { x: count + 0.5, y: value }], borderColor: color,
    borderWidth: 1.5, borderDash: dash, pointRadius: 0, pointHitRadius: 0, pointStyle: "line",
  });

  /** The visible range of ratios: an interval that is hardly bounded yet must not flatten the rest. */
  const range = ({ points, threshold }) => {
    const last = points.at(-1) ?? {};
    const seen = [1, threshold, ...points.flatMap((point) => [point.better_ratio, point.ratio])]
      .filter((value) => value !== null && value !== undefined);
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const room = Math.max(high - low, 0.05);
    const lower = Math.max(last.lower ?? low, low - room);
    const upper = Math.min(last.upper ?? high, high + room);
    return { min: Math.min(low, lower) - room * 0.08, max: Math.max(high, upper) + room * 0.08 };
  };

  const blocks = (trace) => axis("block", {
    min: 0.5, max: trace.points.length + 0.5, ticks: { precision: 0, includeBounds: false },
  });
  const ratios = (bounds) => axis("times better", { ...bounds, ticks: { includeBounds: false } });
  const rule = (trace) => (trace.rule === "objective" ? "needed" : "allowed");

  const pairs = {
    zooms: true,
    make({ traces }, { index }, colours) {
      const trace = traces[index];
      const marks = trace.points.map((point, at) => ({ x: at + 1, y: point.better_ratio, point }))
        .filter((mark) => mark.y !== null);
      const dots = (label, data, color, hollow) => ({
        label, data, borderColor: color, backgroundColor: hollow ? "transparent" : color, pointRadius: 4.5,
        pointHoverRadius: 7,
      });
      return {
        type: "scatter",
        data: {
          datasets: [
            dots("scored block", marks.filter((mark) => !mark.point.void_reason), colours.accent, false),
            dots("void block", marks.filter((mark) => mark.point.void_reason), colours.faint, true),
            level("no difference", 1, trace.points.length, colours.faint),
            level(rule(trace), trace.threshold, trace.points.length, colours.open, [5, 4]),
          ],
        },
        options: {
          scales: { x: blocks(trace), y: ratios(range(trace)) },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                label: ({ raw }) => raw.point && [
                  `block ${raw.point.block}: × ${figure(raw.y)}`,
                  `resident ${figure(raw.point.resident)}, candidate ${figure(raw.point.candidate)} ${trace.unit}`,
                  ...(raw.point.void_reason ? [`void: ${short(raw.point.void_reason)}`] : []),
                ],
              },
            },
          },
        },
      };
    },
  };

  const evidence = {
    zooms: true,
    make({ traces }, { index }, colours) {
      const trace = traces[index];
      const { min, max } = range(trace);
      const line = (label, value, rest) => ({
        label, data: trace.points.map((point, at) => ({ x: at + 1, y: value(point), point })), pointRadius: 0,
        pointHitRadius: 0, pointStyle: "line", borderWidth: 1, borderColor: colours.accent, stepped: false, ...rest,
      });
      // An end that the data do not bound yet lies beyond the chart.
      const lower = (point) => (point.ratio === null ? null : point.lower ?? min);
      const upper = (point) => (point.ratio === null ? null : point.upper ?? max);
      return {
        type: "line",
        data: {
          datasets: [
            line("effect so far", (point) => point.ratio, { borderWidth: 2.5, pointRadius: 3, pointHitRadius: 8 }),
            line("lower end", lower, {}),
            line("upper end", upper, { fill: "-1", backgroundColor: colours.accent + "22" }),
            level("no difference", 1, trace.points.length, colours.faint),
            level(rule(trace), trace.threshold, trace.points.length, colours.open, [5, 4]),
          ],
        },
        options: {
          scales: { x: blocks(trace), y: ratios({ min, max }) },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                title: () => "",
                label: ({ raw: { x, y, point } }) => point && [
                  `after ${x} blocks: × ${figure(y)}`,
                  `interval ${figure(point.lower ?? 0)} to ${point.upper === null ? "∞" : figure(point.upper)}`,
                ],
              },
            },
          },
        },
      };
    },
  };

  const cells = (items) => [...new Set(items.map(cellOf))];
  const named = (models) => (item) => !models || item.model.toLowerCase().includes(models.toLowerCase());

  const trends = {
    zooms: true,
    choices: ({ trends: all }) => ({
      cells: cells(all), isNarrowed: new Set(all.map((trend) => trend.model)).size > most,
    }),
    make({ trends: all }, { cell, models }, colours) {
      const chosen = all.filter((trend) => cellOf(trend) === cell).filter(named(models))
        .sort((a, b) => b.points.length - a.points.length).slice(0, most);
      return {
        type: "line",
        data: {
          datasets: chosen.map(({ model, points }, index) => ({
            label: short(model), borderColor: colours.series(index), backgroundColor: colours.series(index),
            data: points.map(([comparison, x, y, changes]) => ({ x, y, comparison, changes })), borderWidth: 1.5,
            pointStyle: points.map((point) => (point[3] ? "rectRot" : "circle")),
            pointRadius: points.map((point) => (point[3] ? 7 : 3.5)),
          })),
        },
        options: {
          scales: {
            x: axis("begun, UTC", { ticks: { callback: moment(chosen), maxRotation: 0, autoSkipPadding: 24 } }),
            y: axis(chosen[0]?.unit ?? ""),
          },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                title: () => "",
                label: ({ raw, dataset }) => [
                  `${dataset.label}: ${figure(raw.y)}`, `comparison ${raw.comparison}, ${day(raw.x)}`,
                  ...(raw.changes ? [`changed: ${raw.changes}`] : []),
                ],
              },
            },
          },
        },
      };
    },
  };

  /** Names beside bubbles, if these are few enough for names to be readable. */
  const names = (color) => ({
    id: "names",
    afterDatasetsDraw(chart) {
      const marks = chart.data.datasets.flatMap(({ data }, set) => (chart.isDatasetVisible(set)
        ? data.map((raw, at) => ({ raw, mark: chart.getDatasetMeta(set).data[at] }))
        : []));
      if (marks.length > most) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.fillStyle = color;
      ctx.font = `12px ${Chart.defaults.font.family}`;
      for (const { raw, mark } of marks) {
        const isRight = mark.x < (chartArea.left + chartArea.right) / 2;
        ctx.textAlign = isRight ? "left" : "right";
        ctx.fillText(short(raw.lane.model), mark.x + (raw.r + 5) * (isRight ? 1 : -1), mark.y + 4);
      }
      ctx.restore();
    },
  });

  const frontier = {
    zooms: true,
    make({ lanes }, _, colours) {
      const placed = lanes.filter((lane) => lane.speed_tokens_per_second !== null && lane.accuracy !== null);
      const largest = Math.max(1, ...placed.map((lane) => lane.peak_memory_bytes));
      const bubble = (lane) => ({
        x: lane.speed_tokens_per_second, y: lane.accuracy * 100, lane,
        r: 5 + 15 * Math.sqrt(lane.peak_memory_bytes / largest),
      });
      const bubbles = (label, isOn, color) => ({
        label, data: placed.filter((lane) => lane.is_on_frontier === isOn).map(bubble), borderColor: color,
        backgroundColor: color + "44", borderWidth: 1.5, pointStyle: "circle",
      });
      return {
        type: "bubble",
        plugins: [names(colours.ink)],
        data: {
          datasets: [bubbles("on the frontier", true, colours.good), bubbles("dominated", false, colours.faint)],
        },
        options: {
          scales: { x: axis("tokens/s", { grace: "12%" }), y: axis("right answers, %", { grace: "12%" }) },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                label: ({ raw: { x, y, lane } }) => [
                  short(lane.model), `${figure(x)} tokens/s, ${figure(y)} % right`,
                  `${figure(lane.peak_memory_bytes / 1e6)} MB at most`,
                ],
              },
            },
          },
        },
      };
    },
  };

  const lanes = {
    choices: ({ lanes: all }) => ({
      cells: cells(all.flatMap((lane) => lane.figures)), isNarrowed: all.length > most,
    }),
    make({ lanes: all }, { cell, models }, colours) {
      const shown = all.filter(named(models))
        .map((lane) => ({ lane, found: lane.figures.find((item) => cellOf(item) === cell) }))
        .filter(({ found }) => found).slice(0, most);
      return {
        type: "bar",
        data: {
          labels: shown.map(({ lane }) => short(lane.model)),
          datasets: [{
            label: cell, data: shown.map(({ found }) => found.value), backgroundColor: colours.accent + "aa",
            borderColor: colours.accent, borderWidth: 1, maxBarThickness: 34,
          }],
        },
        options: {
          indexAxis: "y",
          scales: { x: axis(shown[0]?.found.unit ?? "", { beginAtZero: true }) },
          plugins: { legend: { display: false } },
        },
      };
    },
  };

  return { pairs, evidence, trends, frontier, lanes };
})();
