// The dashboard's account table: filter, search, sort, and open an account for the explanation of its score.
(() => {
  const place = document.getElementById("explorer");
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const bands = [
    ["healthy", "●", "Healthy"],
    ["watch", "◆", "Watch"],
    ["at_risk", "▲", "At risk"],
    ["critical", "■", "Critical"],
    ["insufficient_data", "○", "Not enough data"],
  ];
  const risks = [
    ["green", "healthy", "●", "Green"],
    ["yellow", "watch", "◆", "Yellow"],
    ["orange", "at_risk", "▲", "Orange"],
    ["red", "critical", "■", "Red"],
  ];
  const rank = Object.fromEntries(bands.map(([name], index) => [name, index]));
  const bandOf = (name) => bands.find((band) => band[0] === name) || ["none", "○", "No score"];
  const state = { sort: "arr", falling: true, open: null };

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") node.addEventListener("click", value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (const child of children) node.append(child instanceof Node ? child : String(child));
    return node;
  };
  const dash = "–";
  const money = (value) => {
    const size = Math.abs(value);
    const [scale, suffix] = size >= 999500 ? [1e6, "M"] : size >= 999.5 ? [1e3, "K"] : [1, ""];
    const scaled = size / scale;
    const digits = suffix ? (scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0) : 0;
    return `${value < 0 ? "−" : ""}${data.symbol}${scaled.toFixed(digits)}${suffix}`;
  };
  const plain = (value, digits = 0) => (value === null ? dash : value.toFixed(digits).replace("-", "−"));
  const signed = (value) => (value === null ? dash : value === 0 ? "±0.0" : `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)}`);
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const day = (iso) => {
    if (!iso) return dash;
    const [year, month, date] = iso.split("-").map(Number);
    return `${date} ${months[month - 1]} ${year}`;
  };
  const bandNode = (name) => make("span", { class: `band band-${name || "none"}` }, `${bandOf(name)[1]} ${bandOf(name)[2]}`);

  const riskOf = (name) => risks.find((risk) => risk[0] === name) || ["none", "none", "○", "No score"];
  const riskNode = (name, text = "") => make("span", { class: `band band-${riskOf(name)[1]}` }, `${riskOf(name)[2]} ${riskOf(name)[3]}${text}`);
  const pointsOf = (row) => (row.points === null ? "" : `${row.unknown ? "at least " : ""}${row.points}`);

  const columns = [
    ["name", "Customer", "", (row) => make("button", { class: "linklike", type: "button", "aria-expanded": state.open === row.id, onclick: () => toggle(row.id) }, row.name)],
    ["segment", "Segment", "", (row) => row.segment],
    ["csm", "CSM", "", (row) => row.csm],
    ["arr", "ARR", "n", (row) => money(row.arr)],
    ["score", "Score", "n", (row) => plain(row.score)],
    ["band", "Band", "indent", (row) => bandNode(row.band)],
    ["month", "4 weeks", "n", (row) => signed(row.month)],
    ["points", "Churn risk", "indent", (row) => riskNode(row.risk, row.points === null ? "" : `, ${pointsOf(row)}`)],
    ["days", "Renews", "n", (row) => day(row.renewal)],
    ["urgent", "P0, P1", "n", (row) => plain(row.urgent)],
  ];

  const choices = (key) => [...new Set(data.accounts.map((row) => row[key]))].sort((a, b) => a.localeCompare(b));
  const controls = {};
  const select = (key, label, options) => {
    const id = `filter-${key}`;
    const box = make("select", { id }, make("option", { value: "" }, "All"));
    for (const [value, text] of options) box.append(make("option", { value }, text));
    controls[key] = box;
    return make("div", {}, make("label", { for: id }, label), box);
  };
  const search = make("input", { id: "filter-text", type: "search", autocomplete: "off" });
  const bar = make(
    "div",
    { class: "controls" },
    make("div", {}, make("label", { for: "filter-text" }, "Search by name or CSM"), search),
    select("segment", "Segment", choices("segment").map((name) => [name, name])),
    select("region", "Region", choices("region").map((name) => [name, name])),
    select("csm", "CSM", choices("csm").map((name) => [name, name])),
    select("band", "Band", bands.map(([value, , text]) => [value, text])),
    select("risk", "Churn risk", risks.map(([value, , , text]) => [value, text])),
    select("due", "Renews within", [["30", "30 days"], ["90", "90 days"], ["180", "180 days"]]),
    make("button", { type: "button", onclick: () => reset() }, "Clear filters"),
  );
  const tiles = make("table", { class: "tiles" });
  const table = make("table");
  const status = make("p", { class: "quiet", role: "status" });
  place.replaceChildren(bar, status, tiles, make("div", { class: "table-box" }, table));

  const chosen = () => {
    const text = search.value.trim().toLocaleLowerCase();
    return data.accounts.filter(
      (row) =>
        ["segment", "region", "csm", "band", "risk"].every((key) => !controls[key].value || row[key] === controls[key].value) &&
        (!controls.due.value || (row.days !== null && row.days <= Number(controls.due.value))) &&
        (!text || row.name.toLocaleLowerCase().includes(text) || row.csm.toLocaleLowerCase().includes(text)),
    );
  };
  const keyOf = (row) => (state.sort === "band" ? rank[row.band] ?? 9 : row[state.sort]);
  const ordered = (rows) =>
    [...rows].sort((one, other) => {
      const [a, b] = [keyOf(one), keyOf(other)];
      if (a === null || b === null) return (a === null) - (b === null) || one.id.localeCompare(other.id);
      const way = typeof a === "string" ? a.localeCompare(b) : a - b;
      return (state.falling ? -way : way) || one.id.localeCompare(other.id);
    });

  const tile = (label, value, note) =>
    make("td", {}, make("div", { class: "tile-label" }, label), make("div", { class: "tile-value" }, value), make("div", { class: "tile-note" }, note));
  const drawTiles = (rows) => {
    const sum = (some) => some.reduce((total, row) => total + row.arr, 0);
    const bad = rows.filter((row) => row.band === "at_risk" || row.band === "critical");
    const due = rows.reduce((total, row) => total + row.due, 0);
    const contracts = rows.reduce((total, row) => total + row.contracts, 0);
    const scored = rows.filter((row) => row.score !== null);
    const mean = scored.length ? scored.reduce((total, row) => total + row.score, 0) / scored.length : null;
    const share = sum(rows) ? `${Math.round((sum(bad) / sum(rows)) * 100)}% of their ARR` : "no ARR";
    tiles.replaceChildren(
      make(
        "tbody",
        {},
        make(
          "tr",
          {},
          tile("Customers", rows.length, `of ${data.accounts.length}`),
          tile("ARR", money(sum(rows)), "in the selection"),
          tile("At risk or critical", money(sum(bad)), `${bad.length} customers, ${share}`),
          tile("Renewing in 90 days", money(due), `${contracts} contracts`),
          tile("Mean score", plain(mean, 1), `of ${scored.length} scored`),
        ),
      ),
    );
  };

  const part = ([name, said, score, weight, points, measured]) =>
    make("tr", {}, make("td", {}, name), make("td", {}, measured ? `${said} (${measured})` : said), make("td", { class: "n" }, plain(score)), make("td", { class: "n" }, plain(weight, 1)), make("td", { class: "n strong" }, plain(points, 1)));
  const detail = (row) => {
    const box = make("div", { class: "detail" });
    box.append(make("h3", {}, row.name));
    const about = [row.industry, row.region, row.tier, `last touch ${day(row.touch)}`];
    if (row.next) about.push(`next: ${row.next}`);
    box.append(make("p", { class: "quiet" }, about.filter((text) => text && text !== dash).join(" · ")));
    if (row.floor) box.append(make("p", { class: "late" }, `Held down by a floor: ${row.floor}`));
    const sum = row.score === null ? "No score this week." : `Score ${plain(row.score, 1)}: ${signed(row.week)} on last week, ${signed(row.month)} on four weeks ago. ${plain(row.coverage)}% of the model had a value.`;
    box.append(make("p", {}, sum));
    if (row.parts.length) {
      const head = make("tr", {}, make("th", { scope: "col" }, "Component"), make("th", { scope: "col" }, "Measured"), make("th", { scope: "col", class: "n" }, "Score"), make("th", { scope: "col", class: "n" }, "Weight"), make("th", { scope: "col", class: "n" }, "Points"));
      box.append(make("table", {}, make("thead", {}, head), make("tbody", {}, ...row.parts.map(part))));
    }
    if (row.lifts.length) {
      const lines = row.lifts.map(([name, to, gain, band]) => make("li", {}, `${name}: ${to}, +${plain(gain, 1)} points${band ? `, then ${band.toLocaleLowerCase()}` : ""}`));
      box.append(make("p", { class: "strong" }, "What would lift it most easily"), make("ul", { class: "plain" }, ...lines));
    }
    if (row.risk) drawRisk(box, row);
    return make("tr", {}, make("td", { colspan: columns.length }, box));
  };
  const drawRisk = (box, row) => {
    const moved = row.moved === null ? "no week to compare" : `${row.moved > 0 ? "+" : row.moved < 0 ? "−" : "±"}${Math.abs(row.moved)} on last week`;
    box.append(make("h3", {}, "Churn risk"));
    box.append(make("p", {}, riskNode(row.risk), ` since ${day(row.entered)}: ${pointsOf(row)} points, ${moved}.${row.unknown ? ` ${row.unknown} unknown, so it may be more.` : ""}`));
    if (row.factors.length) {
      const head = make("tr", {}, make("th", { scope: "col" }, "Factor"), make("th", { scope: "col" }, "Evidence"), make("th", { scope: "col", class: "n" }, "Points"));
      const lines = row.factors.map(([name, evidence, points, measured]) => make("tr", {}, make("td", {}, name), make("td", {}, measured ? `${evidence} (${measured})` : evidence), make("td", { class: "n strong" }, points === null ? "?" : `${points > 0 ? "+" : "−"}${Math.abs(points)}`)));
      box.append(make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)));
    }
    if (row.flags.length) {
      const marks = { red: "■ Red", yellow: "◆ Yellow", green: "● Green" };
      const lines = row.flags.map(([colour, name, raised, actBy]) => make("li", { class: actBy && actBy < data.as_of ? "late" : null }, `${marks[colour]} flag: ${name}, since ${day(raised)}${actBy ? `, act by ${day(actBy)}` : ""}`));
      box.append(make("p", { class: "strong" }, "Flags"), make("ul", { class: "plain" }, ...lines));
    }
    if (row.actions.length) {
      const lines = row.actions.map(([title, owner, due, play]) => make("li", {}, `${title}: ${owner}, `, make("span", { class: due < data.as_of ? "late" : null }, day(due)), ` (${play})`));
      const more = row.undone - row.actions.length;
      if (more > 0) lines.push(make("li", { class: "quiet" }, `${more} more in data/actions.csv`));
      box.append(make("p", { class: "strong" }, "Open actions"), make("ul", { class: "plain" }, ...lines));
    }
  };

  const drawTable = (rows) => {
    const head = make("tr");
    for (const [key, label, kind] of columns) {
      const sorted = state.sort === key ? (state.falling ? "descending" : "ascending") : null;
      head.append(make("th", { class: kind, scope: "col", "aria-sort": sorted }, make("button", { type: "button", onclick: () => sortBy(key) }, label)));
    }
    const body = make("tbody");
    for (const row of ordered(rows)) {
      body.append(make("tr", {}, ...columns.map(([, , kind, show]) => make("td", { class: kind }, show(row)))));
      if (state.open === row.id) body.append(detail(row));
    }
    const widths = make("colgroup", {}, ...[19, 10, 12, 8, 7, 12, 8, 15, 10, 6].map((width) => make("col", { class: `w${width}` })));
    table.replaceChildren(widths, make("thead", {}, head), body);
    status.textContent = rows.length ? `${rows.length} of ${data.accounts.length} customers` : "No customer fits these filters.";
  };
  const draw = () => {
    const rows = chosen();
    drawTiles(rows);
    drawTable(rows);
  };
  const sortBy = (key) => {
    state.falling = state.sort === key ? !state.falling : !["name", "segment", "csm", "days"].includes(key);
    state.sort = key;
    draw();
  };
  const toggle = (id) => {
    state.open = state.open === id ? null : id;
    draw();
  };
  const reset = () => {
    for (const box of Object.values(controls)) box.value = "";
    search.value = "";
    draw();
  };
  for (const control of [search, ...Object.values(controls)]) control.addEventListener("input", draw);
  draw();
})();
