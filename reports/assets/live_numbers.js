// Numbers in words and the one aggregator: the same figures and forms as the program prints, for any selection of rows.
const liveNumbers = (data) => {
  const dash = "–";
  const cube = data.live;
  const money = new Set(cube.money);
  // Halves go to the even neighbour, as in the program; toFixed sends them away from zero.
  const fixed = (value, digits) => {
    const scaled = Math.abs(value) * 10 ** digits;
    if (scaled % 1 !== 0.5) return Math.abs(value).toFixed(digits);
    const floor = Math.floor(scaled);
    return ((floor % 2 ? floor + 1 : floor) / 10 ** digits).toFixed(digits);
  };
  const grouped = (text) => text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  const isNothing = (text) => !/[1-9]/.test(text);
  const number = (value, digits = 0) => {
    if (value === null) return dash;
    const text = grouped(fixed(value, digits));
    return value < 0 && !isNothing(text) ? `−${text}` : text;
  };
  const change = (value, digits = 0) => {
    if (value === null) return dash;
    const text = grouped(fixed(value, digits));
    return isNothing(text) ? `±${text}` : `${value < 0 ? "−" : "+"}${text}`;
  };
  const percent = (value, digits = 0) => (value === null ? dash : `${number(value, digits)}%`);
  const shortened = (size) => {
    for (const [limit, divisor, suffix] of [[999500000, 1e9, "B"], [999500, 1e6, "M"], [999.5, 1e3, "K"]]) {
      if (size < limit) continue;
      const scaled = size / divisor;
      return fixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0) + suffix;
    }
    return fixed(size, 0);
  };
  const short = (value) => (value === null ? dash : `${value < 0 ? "−" : ""}${data.symbol}${shortened(Math.abs(value))}`);
  const signedMoney = (value) => (value === null ? dash : `${value > 0 ? "+" : ""}${short(value)}`);
  const counted = (count, noun) => `${grouped(String(count))} ${noun}${count === 1 ? "" : "s"}`;
  const moved = (value, unit = "%", digits = 0) =>
    value === null ? "without a comparison" : Math.abs(value) < 0.5 * 10 ** -digits ? "unchanged" : `${value > 0 ? "up" : "down"} ${fixed(value, digits)}${unit}`;
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const day = (iso) => {
    if (!iso) return dash;
    const [year, month, date] = iso.split("-").map(Number);
    return `${date} ${months[month - 1]} ${year}`;
  };

  // A metric over rows: `get(column, row)` is a number or null; rows with a null column stay out.
  const pooled = (metric, rows, get) => {
    const columns = [metric.numerator, metric.less, metric.denominator].filter(Boolean);
    const known = rows.filter((row) => columns.every((column) => get(column, row) !== null));
    const sum = (column) => {
      let total = 0;
      for (const row of known) total += get(column, row);
      return money.has(column) ? total / 100 : total;
    };
    if (metric.denominator === null) return rows.length && !known.length ? null : metric.scale * sum(metric.numerator);
    const below = sum(metric.denominator);
    let above = 0;
    for (const row of known) above += get(metric.numerator, row) - (metric.less ? get(metric.less, row) : 0);
    if (money.has(metric.numerator)) above /= 100;
    return below > 0 ? (metric.scale * above) / below : null;
  };
  const ofAccounts = (column, row) => cube.columns[column][row];
  const stated = (name, rows) => pooled(cube.metrics[name], rows, ofAccounts);
  const forms = { number, change, percent, money: short, money_change: signedMoney };
  const said = (part, rows, days) => {
    if (typeof part === "string") return part.replace("{days}", days);
    const value = stated(part.metric.replace("{days}", days), rows);
    return part.form === "counted" ? counted(value, part.noun) : forms[part.form](value, part.digits);
  };

  // Courses over time, decoded once: course(series, column)[account] is a list over the series' times.
  const decoded = new Map();
  const plain = (coded) => {
    if (Array.isArray(coded)) return coded;
    const values = [];
    for (let at = 0; at < coded.r.length; at += 2) for (let n = 0; n < coded.r[at + 1]; n += 1) values.push(coded.r[at]);
    return values;
  };
  const course = (series, column) => {
    const key = `${series}.${column}`;
    if (!decoded.has(key)) decoded.set(key, cube.series[series][column].map(plain));
    return decoded.get(key);
  };
  return { dash, number, change, percent, short, signedMoney, counted, moved, day, pooled, stated, said, course, cube };
};
