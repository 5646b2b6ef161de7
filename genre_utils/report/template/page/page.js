"use strict";
// Pages are complete without this; it adds the place in the contents, larger figures on a phone and,
// on the index, sorting and filters.
const contents = document.querySelector("#contents details");
if (contents) {
  const wide = matchMedia("(min-width: 76rem)");
  const fit = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}

const links = new Map([...document.querySelectorAll("#contents a")].map(
  (a) => [decodeURIComponent(a.hash.slice(1)), a]));
if (links.size) {
  const headings = [...document.querySelectorAll("main h2[id]")];
  const follow = () => {
    const passed = headings.filter((h) => h.getBoundingClientRect().top < 120).pop();
    for (const [id, a] of links) {
      if (passed && id === passed.id) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", follow, { passive: true });
  follow();
}

// On a phone a wide figure is small: it can be made larger, and is then moved sideways.
for (const [at, drawing] of [...document.querySelectorAll(".drawing:has(svg)")].entries()) {
  const svg = drawing.querySelector("svg");
  const wanted = parseFloat(svg.style.maxWidth);
  if (!(svg.getBoundingClientRect().width < 0.6 * wanted)) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "larger";
  button.textContent = `Figure ${at + 1} larger`;
  button.setAttribute("aria-pressed", false);
  button.addEventListener("click", () => {
    const large = drawing.classList.toggle("large");
    button.setAttribute("aria-pressed", large);
    if (large) drawing.tabIndex = 0;
    else drawing.removeAttribute("tabindex");
  });
  drawing.after(button);
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const value = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
  const status = document.getElementById("shown");
  for (const [at, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const number = head.dataset.kind === "number";
      rows.sort((a, b) => {
        const [x, y] = [value(a, at), value(b, at)];
        if (number && (x === "" || y === "")) return (x === "") - (y === "") || 0;
        const order = number ? x - y : x.localeCompare(y);
        return down ? -order : order;
      });
      body.append(...rows);
    });
  }
  const filters = [...document.querySelectorAll(".filters select")];
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !filters.every((f) => !f.value || row.dataset[f.name] === f.value);
      shown += !row.hidden;
    }
    status.textContent = `${shown} of ${rows.length} scores`;
  };
  for (const filter of filters) {
    filter.closest(".filters").hidden = false;
    const seen = new Set(rows.map((row) => row.dataset[filter.name]));
    for (const name of [...seen].sort()) filter.add(new Option(name, name));
    filter.addEventListener("change", apply);
  }
  apply();
}
// What is folded on the screen is there on paper.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details.all")) folded.open = true;
});
