// For the pages of `resident serve`: shows what is being measured, and reloads the page when it has changed.
(() => {
  "use strict";
  const { root, revision } = document.currentScript.dataset;
  const panel = document.createElement("section");
  panel.className = "live";
  panel.hidden = true;
  document.body.prepend(panel);

  // Names come from outside: invisible characters and those that turn the reading direction are replaced.
  const shown = (name) => name.replace(/\p{C}/gu, "\uFFFD");
  const make = (name, text = "", className = "") => {
    const element = document.createElement(name);
    element.textContent = shown(text);
    if (className) element.className = className;
    return element;
  };
  const drawing = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const clock = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    const hours = Math.floor(whole / 3600);
    const minutes = String(Math.floor(whole / 60) % 60).padStart(hours ? 2 : 1, "0");
    return `${hours ? `${hours}:` : ""}${minutes}:${String(whole % 60).padStart(2, "0")}`;
  };
  const bytes = (count) => (count === null ? "-" : `${(count / 1e6).toPrecision(4)} MB`);

  /** The bars of a table share an axis: no difference, and both ends in per cent. */
  const axisOf = (effects) => {
    const seen = effects.flatMap(({ value, lower, upper, threshold }) => [value, lower, upper, threshold])
      .filter((end) => end !== null).map((end) => Math.min(Math.max(end, -0.9), 1.5));
    const [low, high] = [Math.min(-0.05, ...seen), Math.max(0.05, ...seen)];
    return (value) => 4 + (Math.min(Math.max(value, low), high) - low) / (high - low) * 292;
  };
  const bar = (effect, place) => {
    const svg = drawing("svg", { class: `interval ${tones[effect.state] ?? ""}`, viewBox: "0 0 300 16", "aria-hidden": "true" });
    svg.append(drawing("path", { class: "z", d: `M${place(0)} 0v16` }));
    if (effect.threshold !== null) svg.append(drawing("path", { class: "m", d: `M${place(effect.threshold)} 0v16` }));
    if (effect.lower !== null && effect.upper !== null) {
      const [start, end] = [place(effect.lower), place(effect.upper)];
      svg.append(drawing("path", { class: "s", d: `M${start} 8H${end}M${start} 4v8M${end} 4v8` }));
    }
    if (effect.value !== null) svg.append(drawing("circle", { cx: place(effect.value), cy: 8, r: 3.6 }));
    return svg;
  };
  const tones = { shown: "good", ok: "good", broken: "bad", open: "open", "no bound yet": "open", "no data": "open" };
  const signs = { shown: "✓", ok: "✓", broken: "✕" };

  const table = (effects) => {
    const frame = make("div", "", "table");
    const whole = frame.appendChild(make("table", "", "evidence"));
    const head = whole.createTHead().insertRow();
    for (const [text, kind] of [["", ""], ["resident", "figure side"], ["candidate", "figure side"], ["effect", "figure"],
      ["worse ┊ better →", ""], ["state", ""]]) head.append(make("th", text, kind));
    const body = whole.createTBody();
    const place = axisOf(effects);
    for (const kind of ["objective", "guardrail"]) {
      const own = effects.filter((effect) => effect.kind === kind);
      if (!own.length) continue;
      const part = body.insertRow();
      part.className = "part";
      const title = part.appendChild(make("th", kind === "objective" ? "must be shown" : "all must hold"));
      title.colSpan = 6;
      for (const effect of own) {
        const row = body.insertRow();
        row.append(make("td", effect.title), make("td", effect.resident, "figure side"),
          make("td", effect.candidate, "figure side"), make("td", effect.effect, "figure"));
        row.insertCell().append(bar(effect, place));
        row.append(make("td", `${signs[effect.state] ?? "?"} ${effect.state}`, `tag ${tones[effect.state] ?? ""}`));
      }
    }
    return frame;
  };

  const running = new Map();
  // A session whose process was killed stays marked as running.
  const longestSilence = 15 * 60;
  const isMeasured = (session) => Date.now() / 1000 - (session.last_sample_at_s ?? session.started_at_s) < longestSilence;

  const card = (session) => {
    const part = document.createElement("article");
    const against = session.resident ? ` against ${session.resident}` : "";
    part.append(make("h2", `Measuring ${session.candidate}${against}, ${session.envelope}`));
    const planned = session.planned_samples;
    const progress = make("progress");
    if (planned !== null) [progress.max, progress.value] = [planned, Math.min(session.samples, planned)];
    progress.setAttribute("aria-label", "samples");
    part.append(progress);
    const elapsed = (session.last_sample_at_s ?? session.started_at_s) - session.started_at_s;
    const left = planned === null || session.samples < 2 ? null
      : elapsed / session.samples * Math.max(planned - session.samples, 0);
    const figures = [
      `${session.samples}${planned === null ? "" : ` of at most ${planned}`} samples`,
      ...(session.cell === null ? [] : [`${session.cell}, block ${session.block}`]),
      ...(session.void_blocks ? [`${session.void_blocks} void`] : []),
      `${clock(elapsed)} elapsed`, ...(left === null ? [] : [`at most ${clock(left)} left`]),
      ...(session.resident_memory_bytes === null && session.candidate_memory_bytes === null ? []
        : [`memory ${bytes(session.resident_memory_bytes)} and ${bytes(session.candidate_memory_bytes)}`]),
    ];
    part.append(make("p", figures.join(" · "), "faint"));
    if (session.effects.length) {
      part.append(table(session.effects));
      part.append(make("p", "The intervals hold at every look, so looking changes nothing.", "faint legend"));
    }
    return part;
  };

  const show = () => {
    const measured = [...running.values()].filter(isMeasured);
    panel.replaceChildren(...measured.map(card));
    panel.hidden = measured.length === 0;
  };

  const events = new EventSource(`${root}api/events`);
  events.addEventListener("progress", (event) => {
    const session = JSON.parse(event.data);
    running.set(session.session, session);
    show();
  });
  events.addEventListener("ended", (event) => {
    running.delete(JSON.parse(event.data).session);
    show();
  });
  events.addEventListener("changed", (event) => {
    const latest = JSON.parse(event.data).revision;
    // Once per revision: a cache that keeps returning the old page would have it reloaded for ever.
    const key = `loaded ${location.pathname}`;
    if (latest === revision || sessionStorage.getItem(key) === latest) return;
    sessionStorage.setItem(key, latest);
    location.reload();
  });
})();
