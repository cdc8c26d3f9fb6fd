// Runs inside the page under test and tells the host what it measured.
const channels = (color) => {
  const found = color.match(/[\d.]+/g).map(Number);
  return color.startsWith("color(") ? found : found.map((c, i) => (i < 3 ? c / 255 : c));
};
const luminance = (color) => {
  const [r, g, b] = channels(color)
    .slice(0, 3)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if ((channels(color)[3] ?? 1) > 0) return color;
  }
  return "rgb(255, 255, 255)";
};
const contrast = (element) => {
  const pair = [getComputedStyle(element).color, behind(element)].map(luminance);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
};
const scale = (matrix) => Math.hypot(matrix.a, matrix.b);
const overflow = () => document.documentElement.scrollWidth - innerWidth;
const column = (table, index) => [...table.tBodies[0].rows].map((row) => row.cells[index]);

const measure = () => {
  const told = { failures, viewport: innerWidth, overflow: overflow() };
  told.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  told.resources = performance.getEntriesByType("resource").map((entry) => entry.name);
  document.querySelectorAll("details").forEach((details) => (details.open = true));
  told.overflow_open = overflow();
  told.sticking_out = [...document.querySelectorAll("body *")]
    .filter((e) => !e.closest(".scroll, pre, .skip, .unseen, svg"))
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => `${e.tagName} ${e.className}`);

  const words = [...document.querySelectorAll("p, li, td, th, dt, dd, figcaption, summary, h1, h2")];
  told.smallest_text = Math.min(...words.map((e) => parseFloat(getComputedStyle(e).fontSize)));
  const drawn = [...document.querySelectorAll("svg text")];
  told.smallest_drawn = Math.min(
    ...drawn.map((e) => parseFloat(getComputedStyle(e).fontSize) * scale(e.getScreenCTM())),
  );
  told.contrast = Object.fromEntries(
    ["p", ".question", "caption", ".interval", ".mark", ".baselines th", "figcaption", "summary",
      ".legend", ".facts dt", "nav a", ".tag", "thead th", "pre code"].map((name) => [
      name,
      Math.min(...[...document.querySelectorAll(name)].map(contrast)),
    ]),
  );

  const svgs = [...document.querySelectorAll("figure svg")];
  told.figures = svgs.filter((svg) => svg.getBoundingClientRect().height > 100).length;
  const ink = getComputedStyle(document.body).color;
  told.ink_follows = drawn.every((e) => getComputedStyle(e).fill === ink
    || getComputedStyle(e.closest("svg")).color === ink);

  const table = document.querySelector("#overview table");
  const numbers = () => column(table, 2).map((cell) => Number(cell.textContent));
  table.tHead.rows[0].cells[2].querySelector("button").click();
  told.sorted = numbers();
  table.tHead.rows[0].cells[2].querySelector("button").click();
  told.reversed = numbers();
  const field = document.querySelector("#overview input");
  field.value = "matched";
  field.dispatchEvent(new Event("input"));
  told.kept = column(table, 1).filter((cell) => !cell.parentElement.hidden)
    .map((cell) => cell.textContent);
  parent.postMessage(told, "*");
};
addEventListener("load", () => setTimeout(measure, 100));
