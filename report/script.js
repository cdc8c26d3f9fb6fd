// Conveniences only: the page is complete without them.
"use strict";

// Sort: every head of a plain table becomes a button.
const value = (row, column) => {
  const cell = row.cells[column];
  const text = cell.textContent.trim();
  const number = Number(cell.dataset.sort ?? text.replace(/[\u202f\s]/g, "").replace("−", "-"));
  return text === "–" ? null : Number.isNaN(number) ? text : number;
};

const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

for (const table of document.querySelectorAll("table.plain")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [value(row, head.cellIndex), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null); // dashes stay last
        return up ? compare(a, b) : compare(b, a);
      });
      body.append(...rows.map(([, row]) => row));
    });
  }
}

// Filter: a field above each long table keeps the rows that hold every word typed.
for (const table of document.querySelectorAll("table[data-searchable]")) {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "search";
  field.placeholder = "Filter rows, e.g. matched";
  field.setAttribute("aria-label", `Filter rows of ${table.caption.textContent}`);
  table.parentElement.before(field);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of table.tBodies[0].rows) {
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    }
  });
}

// Hover: over a group's row, the other groups of that metric's figure step back.
for (const article of document.querySelectorAll(".metric")) {
  const drawn = [...article.querySelectorAll('svg g[id*="strip-"], svg g[id*="ecdf-"]')];
  for (const row of article.querySelectorAll("table.plain tbody tr")) {
    const group = row.cells[0].textContent.trim();
    const others = drawn.filter((g) => !g.id.endsWith(`-${group}`));
    if (others.length === drawn.length) continue;
    row.addEventListener("mouseenter", () => others.forEach((g) => g.classList.add("dimmed")));
    row.addEventListener("mouseleave", () => others.forEach((g) => g.classList.remove("dimmed")));
  }
}
