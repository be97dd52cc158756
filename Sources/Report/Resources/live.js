// For the pages of `resident serve`: shows what is being measured, and reloads the page when it has changed.
(() => {
  "use strict";
  const { root, revision } = document.currentScript.dataset;
  const line = document.createElement("p");
  line.className = "faint live";
  line.setAttribute("role", "status");
  line.hidden = true;
  document.body.prepend(line);

  // Names come from outside: invisible characters and those that turn the reading direction are replaced.
  const shown = (name) => name.replace(/\p{C}/gu, "\uFFFD");
  const running = new Map();
  // A session whose process was killed stays marked as running.
  const longestSilence = 15 * 60;
  const isMeasured = (session) => Date.now() / 1000 - (session.last_sample_at_s ?? session.started_at_s) < longestSilence;
  const show = () => {
    line.textContent = [...running.values()].filter(isMeasured).map((session) => {
      const against = session.resident ? ` against ${shown(session.resident)}` : "";
      const planned = session.planned_samples === null ? "" : ` of at most ${session.planned_samples}`;
      return `Measuring ${shown(session.candidate)}${against}, ${shown(session.envelope)}: `
        + `${session.samples}${planned} samples`;
    }).join("; ");
    line.hidden = line.textContent === "";
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
