// The charts of all models under an envelope, of one host at a time.
(() => {
  "use strict";
  const { short, figure, axis, upward, legend } = ChartParts;
  const most = 12;
  const cellOf = ({ cell, metric }) => `${metric} · ${cell}`;
  const hostOf = ({ chip, host }) => `${short(chip)} ${host.slice(0, 8)}`;
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  /** Formats times as days, or as minutes if all are within three days. */
  const moment = (trends) => {
    const times = trends.flatMap(({ points }) => points.map((point) => point[1]));
    const isShort = Math.max(...times) - Math.min(...times) < 3 * 86_400;
    const part = isShort ? [5, 16] : [0, 10];
    return (seconds) => new Date(seconds * 1000).toISOString().slice(...part).replace("T", " ");
  };
  const unique = (values) => [...new Set(values)];
  const named = (models) => (item) => !models || item.model.toLowerCase().includes(models.toLowerCase());
  const on = (host) => (item) => !host || hostOf(item) === host;

  const trends = {
    zooms: true,
    choices: ({ trends: all }) => ({
      hosts: unique(all.map(hostOf)), cells: unique(all.map(cellOf)),
      isNarrowed: new Set(all.map((trend) => trend.model)).size > most,
    }),
    make({ trends: all }, { cell, host, models }, colours) {
      const chosen = all.filter((trend) => cellOf(trend) === cell).filter(on(host)).filter(named(models))
        .sort((a, b) => b.points.length - a.points.length).slice(0, most);
      const first = chosen[0];
      return {
        type: "line",
        data: {
          datasets: chosen.map(({ model, points }, index) => ({
            label: short(model), borderColor: colours.series(index), backgroundColor: colours.series(index),
            borderDash: [[], [7, 3], [2, 3], [9, 3, 2, 3]][index % 4],
            data: points.map(([comparison, x, y, changes]) => ({ x, y, comparison, changes })), borderWidth: 1.5,
            pointStyle: points.map((point) => (point[3] ? "rectRot" : ["circle", "triangle", "rect"][index % 3])),
            pointRadius: points.map((point) => (point[3] ? 7 : 4)),
          })),
        },
        options: {
          scales: {
            x: axis("begun, UTC", { ticks: { callback: moment(chosen), maxRotation: 0, autoSkipPadding: 24 } }),
            y: axis(first ? upward(first.unit, first.direction) : "", { grace: "8%" }),
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

  const meet = (one, two) =>
    one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom;

  /** Names beside marks, each where it meets no other name, no mark and no edge; one that fits nowhere is left out. */
  const names = (color, faint) => ({
    id: "names",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      const marks = chart.data.datasets.flatMap(({ data }, set) => (chart.isDatasetVisible(set)
        ? data.map((raw, at) => ({ raw, mark: chart.getDatasetMeta(set).data[at] }))
        : []));
      if (marks.length > 2 * most) return;
      const taken = marks.map(({ mark: { x, y } }) => ({ left: x - 8, right: x + 8, top: y - 8, bottom: y + 8 }));
      ctx.save();
      ctx.font = `12px ${Chart.defaults.font.family}`;
      ctx.textAlign = "left";
      ctx.textBaseline = "top";
      chart.$names = [];
      for (const { raw, mark } of marks) {
        const lines = [short(raw.lane.model), raw.lane.peak_memory_bytes
          ? `${figure(raw.lane.peak_memory_bytes / 1e6)} MB` : ""].filter(Boolean);
        const width = Math.max(...lines.map((text) => ctx.measureText(text).width));
        const height = lines.length * 15;
        const box = (left, top) => ({ left, top, right: left + width, bottom: top + height });
        // Beside the mark, or above or below it as near its middle as the edges allow.
        const middle = Math.min(Math.max(mark.x - width / 2, chartArea.left + 2), chartArea.right - 2 - width);
        const found = [
          box(mark.x + 10, mark.y - height / 2), box(mark.x - 10 - width, mark.y - height / 2),
          box(middle, mark.y - 10 - height), box(middle, mark.y + 10),
          box(mark.x + 10, mark.y + 8), box(mark.x - 10 - width, mark.y + 8),
          box(mark.x + 10, mark.y - 8 - height), box(mark.x - 10 - width, mark.y - 8 - height),
        ].find((place) => place.left >= chartArea.left && place.right <= chartArea.right && place.top >= chartArea.top
          && place.bottom <= chartArea.bottom && !taken.some((other) => meet(place, other)));
        if (!found) continue;
        taken.push(found);
        // A line to the mark, for where names are dense.
        ctx.strokeStyle = faint;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(mark.x, mark.y);
        ctx.lineTo(Math.min(Math.max(mark.x, found.left), found.right), Math.min(Math.max(mark.y, found.top), found.bottom));
        ctx.stroke();
        chart.$names.push({ ...found, text: lines[0] });
        lines.forEach((text, at) => {
          ctx.fillStyle = at ? faint : color;
          ctx.fillText(text, found.left, found.top + at * 15);
        });
      }
      ctx.restore();
    },
  });

  const frontier = {
    zooms: true,
    choices: ({ lanes }) => ({ hosts: unique(lanes.map(hostOf)), cells: [] }),
    make({ lanes }, { host }, colours) {
      const placed = lanes.filter(on(host))
        .filter((lane) => lane.speed_tokens_per_second !== null && lane.accuracy !== null);
      const marks = (label, isOn, color, pointStyle) => ({
        label, borderColor: color, backgroundColor: isOn ? color : "transparent", borderWidth: 2, pointStyle,
        pointRadius: 6, pointHoverRadius: 8,
        data: placed.filter((lane) => lane.is_on_frontier === isOn)
          .map((lane) => ({ x: lane.speed_tokens_per_second, y: lane.accuracy * 100, lane })),
      });
      return {
        type: "scatter",
        plugins: [names(colours.ink, colours.faint)],
        data: {
          datasets: [
            marks("nothing is faster and more accurate", true, colours.good, "rectRot"),
            marks("another is both", false, colours.faint, "circle"),
          ],
        },
        options: {
          scales: {
            x: axis("tokens/s   better →", { grace: "15%" }), y: axis("right answers, %   better ↑", { grace: "15%" }),
          },
          plugins: {
            legend,
            tooltip: {
              callbacks: {
                label: ({ raw: { x, y, lane } }) => [
                  short(lane.model), `${figure(x)} tokens/s, ${figure(y)} % right`,
                  `${figure(lane.peak_memory_bytes / 1e6)} MB at most`, hostOf(lane),
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
      hosts: unique(all.map(hostOf)), cells: unique(all.flatMap((lane) => lane.figures).map(cellOf)),
      isNarrowed: all.length > most,
    }),
    make({ lanes: all }, { cell, host, models }, colours) {
      const shown = all.filter(on(host)).filter(named(models))
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
          scales: {
            x: axis(shown[0] ? `${shown[0].found.unit}   ${shown[0].found.direction === "lower" ? "← better" : "better →"}` : "", {
              beginAtZero: true,
            }),
            y: {
              ticks: {
                // A phone has no room for long names; their ends tell lanes apart.
                callback(value) {
                  const name = this.getLabelForValue(value);
                  return this.chart.width < 480 && name.length > 16 ? `${name.slice(0, 6)}…${name.slice(-9)}` : name;
                },
              },
            },
          },
          plugins: { legend: { display: false } },
        },
      };
    },
  };

  Object.assign(ReportCharts, { trends, frontier, lanes });
})();
