// The charts of a selection: each is summed anew from the courses of its accounts and drawn with its own spec.
const liveChartsOf = (data, numbers) => {
  const { cube, pooled, short, number, change, percent, counted, course } = numbers;
  const times = (name) => cube.series[name];
  const at = (series, time) => (column, row) => course(series, column)[row][time];
  const over = (series, metric, rows, from = 0) =>
    times(series).on.slice(from).map((on, index) => ({
      on,
      when: times(series).when[from + index],
      value: pooled(metric, rows, at(series, from + index)),
      time: from + index,
    }));
  const sumOf = (column) => ({ numerator: column, less: null, denominator: null, scale: 1 });
  const withData = (spec, sets) => {
    const layers = spec.layer || [spec];
    layers.forEach((layer, index) => {
      if (sets[index]) layer.data = { values: sets[index] };
    });
    return spec;
  };
  const ends = (rows) => (rows.length > 1 ? [{ ...rows[0], align: "left" }, { ...rows.at(-1), align: "right" }] : rows.map((row) => ({ ...row, align: "left" })));
  const trend = (spec, rows) => withData(spec, [rows, ends(rows), ends(rows), ends(rows)]);
  const line = (spec, rows) => {
    const known = rows.filter((row) => row.value !== null);
    return withData(spec, [rows, known, known.slice(-1)]);
  };
  const names = (spec) => spec.layer[0].encoding.color.scale.domain;
  const labels = (rows, order, height) => {
    if (!rows.length) return [];
    const last = rows.at(-1).on;
    const totals = {};
    for (const row of rows) totals[row.on] = (totals[row.on] || 0) + row.value;
    const gap = ((Math.max(...Object.values(totals)) || 1) * 14) / height;
    let [floor, below] = [0, -gap];
    const placed = [];
    for (const name of order) {
      const row = rows.find((one) => one.on === last && one.group === name);
      if (!row) continue;
      const middle = Math.max(floor + row.value / 2, below + gap);
      floor += row.value;
      if (row.value > 0) placed.push({ on: last, value: (below = middle), label: `${name} ${row.said}` });
    }
    return placed;
  };
  const stacked = (spec, steps, groupOf, valueOf, rows) => {
    const order = names(spec);
    const points = steps.flatMap(({ on, when, time }) => {
      const sums = Object.fromEntries(order.map((name) => [name, 0]));
      for (const row of rows) {
        const group = groupOf(row, time);
        if (group in sums) sums[group] += valueOf(row, time) || 0;
      }
      return order.map((name, rank) => ({ on, when, group: name, rank, value: sums[name] / 100, said: short(sums[name] / 100) }));
    });
    const table = steps.map(({ when }, index) => [when, ...order.map((_, rank) => points[index * order.length + rank].said)]);
    return { points, order, table };
  };
  const bandWords = Object.fromEntries(data.bands.map(([name, , text]) => [cube.codes[name], text]));
  const dimension = (name) => {
    const filter = cube.filters.find((one) => one.name === name);
    return (row) => filter.choices[filter.of[row]];
  };
  const every = (list, step) => list.filter((_, index) => (list.length - 1 - index) % step === 0);
  const tallies = (rows, digits = 0) => rows.map((row) => ({ ...row, said: number(row.value, digits) }));

  // Adjusted Wald, with the constants of the program.
  const interval = (promoters, passives, detractors) => {
    const { z, added, part } = cube.interval;
    const n = promoters + passives + detractors + added;
    const centre = (promoters - detractors) / n;
    const half = z * Math.sqrt(((promoters + detractors + 2 * part) / n - centre ** 2) / n);
    return { low: Math.max(-100, (centre - half) * 100), high: Math.min(100, (centre + half) * 100) };
  };

  const makers = {
    arr: (spec, rows) => {
      const points = over("months", sumOf("arr"), rows, Math.max(0, times("months").on.length - 13)).map((row) => ({ ...row, value: row.value || 0, said: short(row.value || 0) }));
      const grown = points.length > 1 && points[0].value ? (points.at(-1).value / points[0].value - 1) * 100 : null;
      return { spec: trend(spec, points), title: `ARR is ${numbers.moved(grown)} in twelve months, to ${points.at(-1).said}`, table: points.map((row) => [row.when, row.said]) };
    },
    "arr-by-band": (spec, rows) => {
      const weeks = times("weeks");
      const whole = weeks.on.map((on, time) => ({ on, when: weeks.when[time], time })).filter(({ time }) => weeks.complete[time]);
      const arr = course("weeks", "arr");
      const { points, order, table } = stacked(spec, whole, (row, time) => bandWords[weeks.band[row][time]], (row, time) => arr[row][time], rows);
      return { spec: withData(spec, [points, labels(points, order, spec.height)]), title: "ARR by health band, week by week", table: every(table, 13) };
    },
    "mean-risk": (spec, rows) => {
      const points = times("risk").on.map((on, time) => {
        const known = rows.map((row) => course("risk", "churn_risk_points")[row][time]).filter((value) => value !== null);
        const mean = known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
        return { on, when: times("risk").when[time], value: mean, said: number(mean, 1), count: known.length };
      });
      return { spec: line(spec, points), title: `Mean churn risk is ${points.at(-1).said} points`, table: points.map((row) => [row.when, row.said, number(row.count)]) };
    },
    "arr-by-segment": (spec, rows) => {
      const all = times("months").on.map((on, time) => ({ on, when: times("months").when[time], time }));
      const segment = dimension("segment");
      const arr = course("months", "arr");
      const { points, order, table } = stacked(spec, all, (row) => (segment(row)[0] === "not_stated" ? "Other" : segment(row)[1]), (row, time) => arr[row][time], rows);
      return { spec: withData(spec, [points, labels(points, order, spec.height)]), title: "ARR by segment, 36 months", table: every(table, 12) };
    },
    "arr-bridge": (spec, rows) => {
      const sum = (name) => pooled(sumOf(`bridge_${name}`), rows, (column, row) => cube.columns[column][row]) || 0;
      const opening = sum("opening");
      const steps = [{ name: "Opening", low: Math.min(0, opening), high: Math.max(0, opening), kind: "balance", said: short(opening) }];
      let level = opening;
      for (const name of cube.bridge) {
        const amount = name === "contraction" || name === "churn" ? -sum(name) : sum(name);
        const after = Math.round((level + amount) * 100) / 100;
        steps.push({ name: name === "fx" ? "FX" : name[0].toUpperCase() + name.slice(1), low: Math.min(level, after), high: Math.max(level, after), kind: amount >= 0 ? "gain" : "loss", said: numbers.signedMoney(amount) });
        level = after;
      }
      steps.push({ name: "Closing", low: 0, high: level, kind: "balance", said: short(level) });
      const floor = Math.min(...steps.filter((step) => step.kind !== "balance").map((step) => step.low));
      const top = Math.max(...steps.map((step) => step.high));
      const bottom = Math.max(0, floor - (top - floor) * 0.6);
      const shown = steps.map((step) => ({ ...step, low: Math.max(step.low, bottom) }));
      return { spec: withData(spec, [shown, shown]), title: `ARR moved by ${numbers.signedMoney(level - opening)} over the months of the bridge`, table: steps.map((step) => [step.name, step.said]) };
    },
    renewals: (spec, rows) => {
      const months = times("due");
      const records = new Map(data.accounts.map((row) => [row.id, row]));
      const words = Object.fromEntries(data.bands.map(([name, , text]) => [name, text]));
      const alarm = (row) => words[records.get(cube.ids[row])?.alarm || "insufficient_data"];
      const arr = course("due", "arr");
      const all = months.on.map((on, time) => ({ on, when: months.when[time], time }));
      const { points, order, table } = stacked(spec, all, alarm, (row, time) => arr[row][time], rows);
      const totals = all.map(({ when }, index) => {
        const value = points.slice(index * order.length, (index + 1) * order.length).reduce((sum, point) => sum + Math.round(point.value * 100), 0) / 100;
        return { when, value, said: value ? short(value) : "" };
      });
      const heaviest = totals.reduce((best, one) => (one.value > best.value ? one : best), totals[0]);
      const title = heaviest.value ? `${heaviest.when} is the heaviest renewal month of the next twelve: ${heaviest.said}` : "Nothing comes up for renewal in the next twelve months";
      return { spec: withData(spec, [points, totals.filter((one) => one.value)]), title, table: table.map((cells, index) => [...cells, short(totals[index].value)]) };
    },
    nps: (spec, rows) => {
      const waves = times("waves");
      const points = waves.on.map((wave, time) => {
        const [promoters, passives, detractors] = ["promoter_count", "passive_count", "detractor_count"].map((column) => pooled(sumOf(column), rows, at("waves", time)) || 0);
        const value = pooled(cube.metrics.nps, rows, at("waves", time));
        const invited = pooled(sumOf("invited_count"), rows, at("waves", time)) || 0;
        return { when: wave, value, ...interval(promoters, passives, detractors), answers: promoters + passives + detractors, invited };
      }).filter((row) => row.answers);
      for (const row of points) {
        row.said = row.value ? change(row.value) : "0";
        row.interval = `${change(row.low)} to ${change(row.high)}`;
      }
      const layers = spec.layer.length - 3;
      const last = points.at(-1);
      spec.layer.slice(layers).forEach((layer) => {
        const scale = layer.encoding.y && layer.encoding.y.scale;
        if (scale) scale.domain = [-100, 100];
      });
      const title = last ? `NPS is ${last.said} (n = ${last.answers}) in ${last.when}, between ${change(last.low)} and ${change(last.high)} with 95% confidence` : "Nobody of the selection has answered";
      return { spec: withData(spec, [...Array(layers).fill(null), points, points, points]), title, table: points.map((row) => [row.when, `${row.said} (n = ${row.answers})`, row.interval, percent(row.invited ? (row.answers / row.invited) * 100 : null)]) };
    },
    usage: (spec, rows) => {
      const points = tallies(over("usage", sumOf("user_day_count"), rows).map((row) => ({ ...row, value: row.value || 0 })));
      return { spec: trend(spec, points), title: `The selection logged ${points.at(-1).said} user-days in the week to ${points.at(-1).when}`, table: every(points, 8).map((row) => [row.when, row.said]) };
    },
    tickets: (spec, rows) => {
      const brief = (when) => `${when.slice(0, 3)} ${when.slice(-2)}`;
      const points = tallies(over("activity", sumOf("ticket_created_count"), rows).map((row) => ({ ...row, when: brief(row.when), value: row.value || 0 })));
      return { spec: withData(spec, [points]), title: `${counted(points.at(-1).value, "ticket")} created in ${points.at(-1).when} so far`, table: points.map((row) => [row.when, row.said]) };
    },
    csat: (spec, rows) => {
      const metric = { numerator: "csat_score_sum", less: null, denominator: "csat_answer_count", scale: 1 };
      const points = over("activity", metric, rows).map((row) => ({ ...row, said: number(row.value, 2), n: pooled(sumOf("csat_answer_count"), rows, at("activity", row.time)) || 0 }));
      const last = points.filter((row) => row.value !== null).at(-1);
      return { spec: line(spec, points), title: last ? `Ticket CSAT is ${last.said} of 5 in ${last.when}, from ${last.n} answers` : "No ticket of the selection was rated", table: points.map((row) => [row.when, row.said, number(row.n)]) };
    },
  };
  return makers;
};
