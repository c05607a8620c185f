// The live dashboard: filters that every tile and chart follows, the table of accounts, and the explanation of a score.
(() => {
  const place = document.getElementById("explorer");
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const numbers = liveNumbers(data);
  const makers = liveChartsOf(data, numbers);
  const { cube, dash, day, change } = numbers;
  const plain = numbers.number;
  const money = numbers.short;
  const signed = (value) => change(value, 1);
  const bands = data.bands;
  const risks = [
    ["green", "healthy", "●", "Green"],
    ["yellow", "watch", "◆", "Yellow"],
    ["orange", "at_risk", "▲", "Orange"],
    ["red", "critical", "■", "Red"],
  ];
  const rank = Object.fromEntries(bands.map(([name], index) => [name, index]));
  const bandOf = (name) => bands.find((band) => band[0] === name) || ["none", "○", "No score"];
  const texts = ["name", "segment", "csm", "days"];
  const names = cube.filters.map((filter) => filter.name);
  const fresh = () => ({ days: "90", sort: "arr", way: "falling", account: "", find: "", ...Object.fromEntries(names.map((name) => [name, ""])) });
  const state = fresh();

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") node.addEventListener("click", value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (const child of children) node.append(child instanceof Node ? child : String(child));
    return node;
  };
  const bandNode = (name) => make("span", { class: `band band-${name || "none"}` }, `${bandOf(name)[1]} ${bandOf(name)[2]}`);

  const riskOf = (name) => risks.find((risk) => risk[0] === name) || ["none", "none", "○", "No score"];
  const riskNode = (name, text = "") => make("span", { class: `band band-${riskOf(name)[1]}` }, `${riskOf(name)[2]} ${riskOf(name)[3]}${text}`);
  const pointsOf = (row) => (row.points === null ? "" : `${row.unknown ? "at least " : ""}${row.points}`);

  const columns = [
    ["name", "Customer", "", (row) => make("button", { class: "linklike", type: "button", "aria-expanded": state.account === row.id, onclick: () => toggle(row.id) }, row.name)],
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

  // What is selected: places in the columns, from the filters alone; the search narrows the table of accounts only.
  const placeOf = new Map(cube.ids.map((id, index) => [id, index]));
  const isFiltered = () => names.some((name) => state[name]);
  const fits = (at) =>
    cube.filters.every((filter) => !state[filter.name] || filter.choices[filter.of[at]][0] === state[filter.name]);
  const selected = () => cube.ids.map((_, at) => at).filter(fits);

  const controls = {};
  const select = (key, label, options, all) => {
    const box = make("select", { id: `filter-${key}` }, ...(all ? [make("option", { value: "" }, "All")] : []));
    for (const [value, text] of options) box.append(make("option", { value }, text));
    box.addEventListener("input", () => set(key, box.value));
    controls[key] = box;
    return make("div", {}, make("label", { for: `filter-${key}` }, label), box);
  };
  const status = make("p", { class: "quiet", role: "status" });
  const bar = make(
    "form",
    { class: "controls", "aria-label": "Filters" },
    select("days", "Period", cube.periods.map((days) => [String(days), `${days} days`]), false),
    ...cube.filters.map((filter) => select(filter.name, filter.label, filter.choices, true)),
    make("button", { type: "button", onclick: () => reset() }, "Clear filters"),
  );
  bar.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("filters").replaceChildren(bar, status);

  const search = make("input", { id: "filter-find", type: "search", autocomplete: "off" });
  search.addEventListener("input", () => set("find", search.value));
  const found = make("p", { class: "quiet", role: "status" });
  const table = make("table", { id: "account-table" });
  const box = make("div", { class: "controls" }, make("div", {}, make("label", { for: "filter-find" }, "Search by name or CSM"), search));
  place.replaceChildren(box, found, make("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": "Accounts" }, table));

  const keyOf = (row) => (state.sort === "band" ? rank[row.band] ?? 9 : row[state.sort]);
  const ordered = (rows) =>
    [...rows].sort((one, other) => {
      const [a, b] = [keyOf(one), keyOf(other)];
      if (a === null || b === null) return (a === null) - (b === null) || (one.id < other.id ? -1 : 1);
      const way = typeof a === "string" ? a.localeCompare(b) : a - b;
      return (state.way === "falling" ? -way : way) || (one.id < other.id ? -1 : 1);
    });

  // Tiles: the printed words while nothing is chosen, else the same record said anew of the selection.
  const cells = [...document.querySelectorAll("td[data-live]")].map((cell) => ({
    cell,
    tile: cube.tiles[cell.dataset.live],
    parts: ["label", "value", "note"].map((name) => cell.querySelector(`.tile-${name}`)),
    printed: ["label", "value", "note"].map((name) => cell.querySelector(`.tile-${name}`).textContent),
    tone: cell.className,
  }));
  const drawTiles = (rows) => {
    const asPrinted = !isFiltered() && state.days === "90";
    for (const { cell, tile, parts, printed, tone } of cells) {
      const [label, value, note] = parts;
      const worse = tile.bad_above_zero ? numbers.stated(tile.bad_above_zero, rows) > 0 : tile.note === null && tone === "bad";
      cell.className = asPrinted ? tone : worse && tile.note !== null ? "bad" : "";
      label.textContent = asPrinted || tile.label === undefined || tile.note === null ? printed[0] : tile.label.replace("{days}", state.days);
      value.textContent = asPrinted ? printed[1] : numbers.said(tile.value, rows, state.days);
      note.textContent = asPrinted || tile.note === null ? printed[2] : tile.note.map((part) => numbers.said(part, rows, state.days)).join("");
      note.classList.toggle("whole", tile.note === null);
    }
  };

  // Charts: each by its own maker; without one a chart tells the whole book.
  const figures = liveCharts.ids
    .map((id) => ({ id, name: id.replace("chart-", ""), figure: document.getElementById(id).closest("figure") }))
    .map((one) => ({ ...one, caption: one.figure.querySelector("figcaption"), body: one.figure.querySelector("table.data tbody") }))
    .map((one) => ({ ...one, title: one.caption && one.caption.textContent, rows: one.body && [...one.body.children] }));
  let areDrawnAnew = false;
  const drawCharts = (rows) => {
    if (!isFiltered() && !areDrawnAnew) return;
    areDrawnAnew = isFiltered();
    for (const { id, name, caption, body, title, rows: printed } of figures) {
      if (!makers[name]) continue;
      const made = isFiltered() ? makers[name](liveCharts.spec(id), rows) : null;
      if (caption) caption.textContent = made ? made.title : title;
      if (body) body.replaceChildren(...(made ? made.table.map((words) => make("tr", {}, ...words.map((text, at) => make("td", { class: at ? "n" : null }, text)))) : printed));
      liveCharts.show(id, made && made.spec);
    }
  };

  // Lists and groups of customers, re-drawn from their records; urgency as the program has it.
  const sum = (rows, of) => rows.reduce((total, row) => total + (of(row) || 0), 0);
  const arrOf = (rows) => sum(rows, (row) => row.arr && Math.round(row.arr * 100)) / 100;
  const isIn = (...some) => (row) => some.includes(row.band);
  const bad = isIn("at_risk", "critical");
  const urgency = (row) => (row.arr || 0) * (row.days === null ? 0.25 : Math.min(1, Math.max(0.25, 1 - ((row.days - 30) / 150) * 0.75)));
  const nearDay = (row) => {
    if (row.days === null) return dash;
    const [date, month, year] = day(row.renewal).split(" ");
    return Math.abs(row.days) < 183 ? `${date} ${month}` : `${date} ${month} ${year.slice(2)}`;
  };
  const share = (part, whole) => numbers.percent(whole ? (part / whole) * 100 : null);
  const drawing = "http://www.w3.org/2000/svg";
  const shareBar = (part, whole, colour) => {
    const svg = document.createElementNS(drawing, "svg");
    for (const [name, value] of [["class", "bar"], ["viewBox", "0 0 100 8"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
    const rect = document.createElementNS(drawing, "rect");
    for (const [name, value] of [["class", `fill-${colour}`], ["width", whole ? ((part / whole) * 100).toFixed(1) : 0], ["height", 8]]) rect.setAttribute(name, value);
    svg.append(rect);
    return svg;
  };
  const line = (...parts) => make("tr", {}, ...parts.map(([content, kind]) => make("td", { class: kind || null }, content)));
  const weekCount = (rows, name, back) => {
    const time = cube.series.weeks.on.length - 1 - back;
    return time < 0 ? null : rows.filter((at) => cube.series.weeks.band[at][time] === cube.codes[name]).length;
  };
  const groupsOf = (customers, key) => {
    const groups = new Map();
    for (const row of customers) groups.set(row[key], [...(groups.get(row[key]) || []), row]);
    return [...groups].map(([name, rows]) => ({ name, rows, arr: arrOf(rows) })).sort((a, b) => b.arr - a.arr || (a.name < b.name ? -1 : 1));
  };
  const byGroup = (key) => (customers) =>
    groupsOf(customers, key).slice(0, 7).map(({ name, rows, arr }) => line([name], [plain(rows.length), "n"], [money(arr), "n"], [share(arr, arrOf(customers)), "n"], [money(arrOf(rows.filter(bad))), "n"]));
  const listMakers = {
    troubled: (customers) =>
      customers.filter((row) => row.alarm === "at_risk" || row.alarm === "critical").sort((a, b) => urgency(b) - urgency(a) || b.arr - a.arr || (a.id < b.id ? -1 : 1)).slice(0, 10)
        .map((row) => line([row.name], [bandNode(row.band)], [money(row.arr), "n"], [nearDay(row), `n${row.days < 0 ? " late" : ""}`], [row.driver, "small indent"])),
    bands: (customers, rows) =>
      bands.map(([name]) => {
        const mine = customers.filter((row) => row.band === name);
        const since = (weeks) => { const then = weekCount(rows, name, weeks); return change(then === null ? null : mine.length - then); };
        return line([bandNode(name)], [plain(mine.length), "n"], [shareBar(mine.length, customers.length, name), "indent"], [money(arrOf(mine)), "n"], [shareBar(arrOf(mine), arrOf(customers), name), "indent"], [since(1), "n"], [since(13), "n"]);
      }),
    "by-segment": byGroup("segment"),
    "by-region": byGroup("region"),
    books: (customers) => {
      const due = (rows) => numbers.stated("due_arr_90d", rows.map((row) => placeOf.get(row.id)));
      return groupsOf(customers, "csm").slice(0, 24).map(({ name, rows, arr }) =>
        line([name, "clip"], [rows.length, "n"], [money(arr), "n"], ...bands.map(([band]) => [rows.filter(isIn(band)).length || "·", "n"]), [money(arrOf(rows.filter(bad))), "n"], [money(due(rows)), "n"], [plain(sum(rows, (row) => row.touches) / rows.length, 1), "n"]));
    },
  };
  const lists = [...document.querySelectorAll("table[data-live-table]")].map((node) => ({ node, maker: listMakers[node.dataset.liveTable], body: node.tBodies[0], rows: [...node.tBodies[0].rows] })).filter((one) => one.maker);
  const lines = [...document.querySelectorAll("[data-live-line]:not([data-live-line=''])")].map((node) => ({ node, printed: node.textContent }));
  const lineMakers = {
    headline: (customers, rows) => `${numbers.counted(customers.length, "customer")} of ${data.accounts.length}: ${money(arrOf(customers))} of ARR, ${numbers.moved(numbers.stated("arr_growth_pct", rows))} in twelve months.`,
    troubled: (customers) => { const some = customers.filter((row) => row.alarm === "at_risk" || row.alarm === "critical"); return `Who is in trouble: ${numbers.counted(some.length, "customer")} at risk or critical, ${money(arrOf(some))} of ARR`; },
    bridge: (customers, rows) => makers["arr-bridge"](liveCharts.spec("chart-arr-bridge"), rows).title,
  };
  const drawLists = (rows, customers) => {
    for (const { maker, body, rows: printed } of lists) body.replaceChildren(...(isFiltered() ? maker(customers, rows) : printed));
    for (const { node, printed } of lines) node.textContent = isFiltered() ? lineMakers[node.dataset.liveLine](customers, rows) : printed;
  };

  // What cannot follow a filter says so, and steps back.
  const markWhole = () => {
    for (const { name, figure } of figures) if (!makers[name]) figure.classList.add("whole");
    for (const cell of document.querySelectorAll(".tiles td:not([data-live])")) cell.classList.add("whole");
    const others = ".pagehead, main h1, main .lead, main h3, main h2.sub, main table:not(.tiles):not(.data), main .note, main ul, main .panel, main p.block, main .empty, main .key";
    for (const node of document.querySelectorAll(others)) {
      if (!node.closest("#filters, #accounts, figure, td, .whole, .notice, [data-live-line], [data-live-table]")) node.classList.add("whole");
    }
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

  // The first rows come at once, the rest when the page stands: it opens fast whatever the number of customers.
  const AT_ONCE = 120;
  let shown = AT_ONCE;
  const drawTable = (rows) => {
    const text = state.find.trim().toLocaleLowerCase();
    const mine = data.accounts.filter((row) => rows.has(placeOf.get(row.id)) && (!text || row.name.toLocaleLowerCase().includes(text) || row.csm.toLocaleLowerCase().includes(text)));
    const head = make("tr");
    for (const [key, label, kind] of columns) {
      const sorted = state.sort === key ? (state.way === "falling" ? "descending" : "ascending") : null;
      head.append(make("th", { class: kind, scope: "col", "aria-sort": sorted }, make("button", { type: "button", "data-sort": key, onclick: () => sortBy(key) }, label)));
    }
    const body = make("tbody");
    for (const row of ordered(mine).slice(0, state.account ? mine.length : shown)) {
      body.append(make("tr", { "data-account": row.id }, ...columns.map(([, , kind, show]) => make("td", { class: kind }, show(row)))));
      if (state.account === row.id) body.append(detail(row));
    }
    const widths = make("colgroup", {}, ...[19, 10, 12, 8, 7, 12, 8, 15, 10, 6].map((width) => make("col", { class: `w${width}` })));
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.sort : null;
    table.replaceChildren(widths, make("thead", {}, head), body);
    if (focused) table.querySelector(`[data-sort="${focused}"]`).focus();
    found.textContent = mine.length ? `${mine.length} of ${data.accounts.length} customers` : "No customer fits.";
  };

  // The state is in the address: `#segment=smb&days=30&account=...`; a link to a section stays a link to a section.
  const write = () => {
    const kept = Object.entries(state).filter(([name, value]) => value && value !== fresh()[name]);
    const hash = new URLSearchParams(kept).toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname.split("/").pop() || "#");
  };
  const read = () => {
    if (!location.hash.includes("=")) return false;
    const said = new URLSearchParams(location.hash.slice(1));
    Object.assign(state, fresh());
    for (const name of Object.keys(state)) if (said.has(name)) state[name] = said.get(name);
    for (const filter of cube.filters) if (!filter.choices.some(([value]) => value === state[filter.name])) state[filter.name] = "";
    if (!cube.periods.includes(Number(state.days))) state.days = "90";
    if (!columns.some(([key]) => key === state.sort)) state.sort = "arr";
    return true;
  };
  const draw = ({ tableOnly = false } = {}) => {
    for (const [name, control] of Object.entries(controls)) control.value = state[name];
    if (search.value !== state.find) search.value = state.find;
    const rows = selected();
    drawTable(new Set(rows));
    if (tableOnly) return;
    document.body.classList.toggle("filtered", isFiltered());
    drawTiles(rows);
    drawCharts(rows);
    const words = cube.filters.filter(({ name }) => state[name]).map(({ name, label, choices }) => `${label}: ${choices.find(([value]) => value === state[name])[1]}`);
    const customers = data.accounts.filter((row) => fits(placeOf.get(row.id)));
    drawLists(rows, customers);
    status.textContent = words.length ? `${customers.length} of ${data.accounts.length} customers. ${words.join(", ")}. What is grey tells the whole book.` : "";
  };
  const set = (name, value) => {
    state[name] = value;
    write();
    draw({ tableOnly: name === "find" });
  };
  const sortBy = (key) => {
    state.way = state.sort === key ? (state.way === "falling" ? "rising" : "falling") : texts.includes(key) ? "rising" : "falling";
    state.sort = key;
    write();
    draw({ tableOnly: true });
  };
  const toggle = (id) => {
    state.account = state.account === id ? "" : id;
    write();
    draw({ tableOnly: true });
    const row = table.querySelector(`tr[data-account="${CSS.escape(id)}"] button`);
    if (row) row.focus();
  };
  const reset = () => {
    Object.assign(state, fresh());
    write();
    draw();
  };
  const arrive = () => {
    if (!read()) return;
    draw();
    const row = state.account && table.querySelector(`tr[data-account="${CSS.escape(state.account)}"]`);
    if (row) row.scrollIntoView({ block: "start" });
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && state.account) toggle(state.account);
  });
  for (const link of document.querySelectorAll('.masthead a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const section = document.getElementById(link.hash.slice(1));
      section.setAttribute("tabindex", "-1");
      section.focus({ preventScroll: true });
      section.scrollIntoView();
    });
  }
  window.addEventListener("hashchange", arrive);
  markWhole();
  sortableTables(data.as_of);
  read();
  draw();
  if (state.account) arrive();
  const complete = () => {
    if (shown === Infinity) return;
    shown = Infinity;
    if (data.accounts.length > AT_ONCE) draw({ tableOnly: true });
  };
  window.addEventListener("beforeprint", complete);
  window.addEventListener("load", () => requestIdleCallback(complete, { timeout: 1000 }));
})();
