// The charts of one comparison: its blocks, and the machine meanwhile.
(() => {
  "use strict";
  const { short, figure, axis, upward, legend } = ChartParts;
  const percent = (ratio) => `${ratio >= 1 ? "+" : ""}${((ratio - 1) * 100).toFixed(1)} %`;
  /** The two models by shape as well as by colour. */
  const sides = (colours) => ({
    resident: { borderColor: colours.ink, backgroundColor: colours.ink, pointStyle: "circle" },
    candidate: { borderColor: colours.accent, backgroundColor: colours.accent, pointStyle: "triangle" },
  });

  /** A horizontal line over the whole chart. */
  const level = (label, value, count, color, dash) => ({
    type: "line", label, data: [{ x: -0.5, y: value }, { x: count - 0.5, y: value }], borderColor: color,
    borderWidth: 1.5, borderDash: dash, pointRadius: 0, pointHitRadius: 0, pointStyle: "line",
  });

  /** An axis of blocks, with the numbers that tables have. Those of earlier comparisons are marked. */
  const blocks = (trace) => {
    const own = trace.points.at(-1)?.session;
    return axis("block", {
      min: -0.5, max: trace.points.length - 0.5, grid: { display: false },
      // A tick at each block, which are not at the ends.
      afterBuildTicks: (scale) => {
        scale.ticks = trace.points.map((_, value) => ({ value }))
          .filter(({ value }) => value >= scale.min && value <= scale.max);
      },
      ticks: {
        maxRotation: 0, autoSkipPadding: 8,
        callback: (at) => {
          const point = trace.points[at];
          return point ? `${point.block}${point.session === own ? "" : "′"}` : "";
        },
      },
    });
  };

  /** Lines that join both models of a block. */
  const joints = (color) => ({
    id: "joints",
    beforeDatasetsDraw({ ctx, scales, data }) {
      ctx.save();
      ctx.strokeStyle = color;
      ctx.lineWidth = 1.5;
      for (const { x, y, other } of data.datasets[0].data.concat(data.datasets[2].data)) {
        if (other === null || x < scales.x.min || x > scales.x.max) continue;
        ctx.beginPath();
        ctx.moveTo(scales.x.getPixelForValue(x), scales.y.getPixelForValue(y));
        ctx.lineTo(scales.x.getPixelForValue(x), scales.y.getPixelForValue(other));
        ctx.stroke();
      }
      ctx.restore();
    },
  });

  const pairs = {
    zooms: true,
    make({ traces }, { index }, colours) {
      const trace = traces[index];
      const style = sides(colours);
      const marks = (side, other, isVoid) => trace.points
        .map((point, x) => ({ x, y: point[side], other: point[other], point }))
        .filter(({ y, point }) => y !== null && (point.void_reason !== null) === isVoid);
      const dots = (label, side, other, rest = {}) => ({
        label, data: marks(side, other, false), pointRadius: side === "candidate" ? 6 : 5, pointHoverRadius: 8, ...style[side], ...rest,
      });
      const unscored = (label, side, other) => ({
        label, data: marks(side, other, true), pointRadius: 5, pointHoverRadius: 7, ...style[side],
        borderColor: colours.faint, backgroundColor: "transparent",
      });
      return {
        type: "scatter",
        plugins: [joints(`${colours.faint}88`)],
        data: {
          datasets: [
            dots("resident", "resident", "candidate"), dots("candidate", "candidate", "resident"),
            unscored("resident, void", "resident", "candidate"), unscored("candidate, void", "candidate", "resident"),
          ],
        },
        options: {
          scales: { x: blocks(trace), y: axis(upward(trace.unit, trace.direction), { grace: "8%" }) },
          plugins: {
            legend: {
              ...legend,
              labels: { ...legend.labels, filter: (item, { datasets }) => datasets[item.datasetIndex].data.length > 0 },
            },
            tooltip: {
              callbacks: {
                label: ({ raw: { point } }) => [
                  `block ${point.block}: candidate ${percent(point.better_ratio ?? 1)} better`,
                  `resident ${figure(point.resident)}, candidate ${figure(point.candidate)} ${trace.unit}`,
                  ...(point.void_reason ? [`void: ${short(point.void_reason)}`] : []),
                ],
              },
            },
          },
        },
      };
    },
  };

  /** Whether both ends of the interval after a block are bounded. */
  const isBounded = (point) => point.ratio !== null && point.lower > 0 && point.upper !== null;

  /** The interval after each block as a line with ends; an end beyond the chart is an arrow. */
  const whiskers = (color) => ({
    id: "whiskers",
    beforeDatasetsDraw(chart) {
      const set = chart.data.datasets.findIndex(({ label }) => label === "interval");
      if (!chart.isDatasetVisible(set)) return;
      const { ctx, scales: { x, y }, chartArea: { top, bottom } } = chart;
      ctx.save();
      ctx.strokeStyle = color;
      ctx.lineWidth = 2;
      for (const mark of chart.data.datasets[set].data) {
        if (mark.x < x.min || mark.x > x.max) continue;
        const across = x.getPixelForValue(mark.x);
        ctx.beginPath();
        const ends = [mark.lower, mark.upper].map((value) => Math.min(Math.max(y.getPixelForValue(value), top), bottom));
        ctx.moveTo(across, ends[0]);
        ctx.lineTo(across, ends[1]);
        for (const [at, end] of ends.entries()) {
          const isBeyond = at === 0 ? mark.lower < y.min : mark.upper > y.max;
          const tip = isBeyond ? (at === 0 ? -5 : 5) : 0;
          ctx.moveTo(across - 5, end + tip);
          ctx.lineTo(across, end);
          ctx.lineTo(across + 5, end + tip);
        }
        ctx.stroke();
      }
      ctx.restore();
    },
  });

  const evidence = {
    zooms: true,
    make({ traces }, { index }, colours) {
      const trace = traces[index];
      const share = (ratio) => (ratio - 1) * 100;
      const count = trace.points.length;
      const line = (label, value, rest) => ({
        label, pointRadius: 0, pointHitRadius: 0, pointStyle: "line", borderWidth: 1.5, borderColor: colours.accent,
        data: trace.points.map((point, x) => ({ x, y: value(point), point })), ...rest,
      });
      const core = [
        0, share(trace.threshold), ...trace.points.filter((point) => point.ratio !== null).map(({ ratio }) => share(ratio)),
      ];
      // The first intervals are wide: they must not flatten the rest, and go beyond the chart.
      const [low, high] = [Math.min(...core), Math.max(...core)];
      const span = Math.max(high - low, 6);
      const bounded = trace.points.map((point, x) => ({ x, point })).filter(({ point }) => isBounded(point));
      const last = bounded.at(-1)?.point;
      const min = Math.max(Math.min(low, last ? share(last.lower) : low), low - 2 * span) - 0.1 * span;
      const max = Math.min(Math.max(high, last ? share(last.upper) : high), high + 2 * span) + 0.1 * span;
      const label = trace.rule === "objective" ? "needed" : "allowed";
      return {
        type: "line",
        plugins: [whiskers(`${colours.accent}99`)],
        data: {
          datasets: [
            line("effect so far", (point) => (point.ratio === null ? null : share(point.ratio)), {
              borderWidth: 2.5, pointRadius: 4, pointHitRadius: 8, pointStyle: "circle", backgroundColor: colours.accent,
            }),
            // Before an interval is bounded there is nothing to draw of it.
            {
              label: "interval", pointStyle: "line", borderColor: `${colours.accent}99`, showLine: false, pointRadius: 0,
              pointHitRadius: 0,
              data: bounded.map(({ x, point }) => ({
                x, y: share(point.ratio), lower: share(point.lower), upper: share(point.upper), point,
              })),
            },
            level("no difference", 0, count, colours.faint),
            level(label, share(trace.threshold), count, colours.open, [5, 4]),
          ],
        },
        options: {
          scales: {
            x: blocks(trace),
            y: axis("better ↑", {
              min, max,
              ticks: { includeBounds: false, callback: (value) => `${value > 0 ? "+" : ""}${figure(value)} %` },
            }),
          },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                title: () => "",
                label: ({ raw: { point } }) => point && [
                  `after block ${point.block}: ${percent(point.ratio)}`,
                  isBounded(point) ? `interval ${percent(point.lower)} to ${percent(point.upper)}` : "no bound yet",
                ],
              },
            },
          },
        },
      };
    },
  };

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  /** Lines over the time since a session began; where a value is missing, a line is interrupted. */
  const overTime = (series, unit, scale, styles, digits) => ({
    type: "line",
    data: {
      datasets: series.map(({ name, points }, at) => ({
        label: name, borderWidth: 2, pointRadius: points.length > 60 ? 0 : 3, pointHitRadius: 6, spanGaps: false,
        data: points.map(([x, y]) => ({ x, y: y === null ? null : y / scale })), ...styles[at],
      })),
    },
    options: {
      scales: {
        x: axis("since the start, minutes:seconds", { ticks: { callback: clock, maxRotation: 0, autoSkipPadding: 20 } }),
        y: axis(unit, { beginAtZero: true }),
      },
      plugins: {
        legend,
        tooltip: {
          callbacks: {
            title: () => "",
            label: ({ raw, dataset }) => `${dataset.label}: ${raw.y.toFixed(digits)} ${unit.split("  ")[0]} at ${clock(raw.x)}`,
          },
        },
      },
    },
  });

  const memory = {
    zooms: true,
    make({ surroundings }, _, colours) {
      const style = sides(colours);
      return overTime(surroundings.memory, "MB   better ↓", 1e6, [
        style.resident, { ...style.candidate, borderDash: [6, 3] },
      ], 1);
    },
  };

  const load = {
    zooms: true,
    make({ surroundings }, _, colours) {
      return overTime(surroundings.load, "threads", 1, [
        { borderColor: colours.open, backgroundColor: colours.open, pointStyle: "rect" },
      ], 2);
    },
  };

  Object.assign(ReportCharts, { pairs, evidence, memory, load });
})();
