// Shows the rows of the index that match the filters, and keeps the filters in the address.
(() => {
  "use strict";
  const form = document.querySelector("form.filters");
  if (!form) return;
  const columns = [...document.querySelectorAll("#comparisons th")]
    .flatMap((head, index) => (head.dataset.of ? [[head.dataset.of, index]] : []));
  const rows = [...document.querySelectorAll("#comparisons tbody tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    cells: Object.fromEntries(columns.map(([name, index]) => [name, row.cells[index].textContent])),
  }));
  const selects = [...form.querySelectorAll("select")];
  const search = form.querySelector("input");
  const count = form.querySelector("output");

  for (const select of selects) {
    for (const value of [...new Set(rows.map((row) => row.cells[select.name]))].sort()) {
      if (value) select.add(new Option(value.length > 60 ? value.slice(0, 60) + "…" : value, value));
    }
  }

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, cells } of rows) {
      const fits = selects.every((select) => !select.value || cells[select.name] === select.value)
        && words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown === rows.length ? `${shown}` : `${shown} of ${rows.length}`;
  };

  const read = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const field of [search, ...selects]) field.value = wanted.get(field.name) ?? "";
    apply();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const chosen = [search, ...selects].filter((field) => field.value).map((field) => [field.name, field.value]);
    history.replaceState(null, "", "#" + new URLSearchParams(chosen));
    apply();
  });
  addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
