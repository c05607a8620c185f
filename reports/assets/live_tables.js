// Tables of the page: a click on a head sorts the rows that are printed, by number, date, band or word.
const sortableTables = (asOf) => {
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const scales = { K: 1e3, M: 1e6, B: 1e9, h: 60, days: 1440 };
  const shapes = "●◆▲■○";
  const dayOf = (text) => {
    const found = text.match(/^(\d{1,2}) (\w{3})(?: (\d{2,4}))?$/) || text.match(/^()(\w{3}) (\d{2,4})$/);
    if (!found || !months.includes(found[2])) return null;
    const year = found[3] ? Number(found[3]) + (found[3].length === 2 ? 2000 : 0) : null;
    const at = (in_) => Date.UTC(in_, months.indexOf(found[2]), Number(found[1] || 1));
    if (year) return at(year);
    const now = Date.parse(asOf);
    const near = [-1, 0, 1].map((shift) => at(new Date(now).getUTCFullYear() + shift));
    return near.reduce((best, one) => (Math.abs(one - now) < Math.abs(best - now) ? one : best));
  };
  const keyOf = (cell) => {
    const text = cell.textContent.trim();
    if (!text || text === "–" || text === "·") return null;
    if (shapes.includes(text[0])) return shapes.indexOf(text[0]);
    const day = dayOf(text);
    if (day !== null) return day;
    const found = text.match(/^([+±−-]?)\D{0,4}?([\d,]+(?:\.\d+)?)\s?(K|M|B|h|days)?/);
    if (cell.classList.contains("n") && found) return (found[1] === "−" || found[1] === "-" ? -1 : 1) * Number(found[2].replaceAll(",", "")) * (scales[found[3]] || 1);
    return text.toLocaleLowerCase();
  };
  const compare = (a, b) => (typeof a === "string" || typeof b === "string" ? String(a).localeCompare(String(b)) : a - b);
  const sort = (table, at, falling) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].filter((row) => !row.classList.contains("total"));
    const keyed = rows.map((row, index) => [keyOf(row.cells[at]), index, row]);
    keyed.sort(([a, i], [b, j]) => (a === null || b === null ? (a === null) - (b === null) : (falling ? -1 : 1) * compare(a, b)) || i - j);
    body.prepend(...keyed.map(([, , row]) => row));
    [...table.tHead.rows[0].cells].forEach((head, index) => (index === at ? head.setAttribute("aria-sort", falling ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
  };
  for (const table of document.querySelectorAll("main table:not(.tiles):not(.grid-table)")) {
    const head = table.tHead && table.tHead.rows[0];
    if (!head || !table.tBodies[0] || table.tBodies[0].rows.length < 3) continue;
    const isPlain = [...table.tBodies[0].rows].every((row) => row.cells.length === head.cells.length);
    if (!isPlain) continue;
    [...head.cells].forEach((cell, at) => {
      const words = cell.textContent.trim();
      if (!words) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      button.addEventListener("click", () => sort(table, at, cell.getAttribute("aria-sort") !== "descending" && (cell.getAttribute("aria-sort") === "ascending" || cell.classList.contains("n"))));
      cell.append(button);
    });
  }
};
