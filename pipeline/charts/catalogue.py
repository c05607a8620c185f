"""The chart catalogue. Each function takes rows that are already summed and sorted and returns a Vega-Lite spec.

Rows are dicts with `on` (an ISO date) and what the function names; `said` is the value as it is printed, for tooltips.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from pipeline.charts.theme import ACCENT, INK, QUIET, SOFT, colours, drawn, money_axis, months_axis, values

Rows = Sequence[dict[str, Any]]
TIPS = [alt.Tooltip("when:N", title="When"), alt.Tooltip("said:N", title="Value")]


def trend_of_total(rows: Rows, symbol: str, width: int = 470, height: int = 170) -> dict[str, Any]:
    """One amount over time as an area, its first and last values written on it."""
    ends = [rows[0], rows[-1]] if len(rows) > 1 else list(rows)
    base = alt.Chart(values(rows)).encode(
        x=months_axis(3), y=alt.Y("value:Q", title=None, axis=money_axis(symbol, ticks=3), scale=alt.Scale(zero=True))
    )
    area = base.mark_area(color=SOFT, opacity=0.55, line={"color": ACCENT, "strokeWidth": 2.4}).encode(tooltip=TIPS)
    marks = alt.Chart(values(ends)).mark_point(filled=True, size=46, color=ACCENT, opacity=1)
    words = alt.Chart(values([{**row, "align": "left" if row is ends[0] else "right"} for row in ends]))
    left = words.transform_filter("datum.align == 'left'").mark_text(align="left", dy=-11, fontWeight=600, color=INK)
    right = words.transform_filter("datum.align == 'right'").mark_text(align="right", dy=-11, fontWeight=600, color=INK)
    place: dict[str, Any] = {"x": alt.X("on:T"), "y": alt.Y("value:Q")}
    layers = (area, marks.encode(**place), left.encode(text="said:N", **place), right.encode(text="said:N", **place))
    return drawn(alt.layer(*layers), width, height)


def stacked_by_time(
    rows: Rows,
    names: Sequence[str],
    palette: Sequence[str],
    symbol: str,
    width: int = 640,
    height: int = 250,
    step: int = 6,
) -> dict[str, Any]:
    """Amounts stacked by group over time; `names` from the bottom up, each written beside the last point."""
    order = {name: index for index, name in enumerate(names)}
    ranked = [{**row, "rank": order[row["group"]]} for row in rows]
    scale = colours(names, palette)
    area = (
        alt.Chart(values(ranked))
        .mark_area(opacity=0.95, stroke="white", strokeWidth=0.8)
        .encode(
            x=months_axis(step),
            y=alt.Y("value:Q", title=None, stack="zero", axis=money_axis(symbol)),
            color=alt.Color("group:N", scale=scale),
            order=alt.Order("rank:Q"),
            tooltip=[alt.Tooltip("group:N", title="Group"), *TIPS],
        )
    )
    labels = alt.Chart(values(_end_labels(ranked, names, height))).mark_text(
        align="left", dx=6, baseline="middle", fontWeight=600
    )
    beside = labels.encode(x=alt.X("on:T"), y=alt.Y("value:Q"), text="label:N", color=alt.value(INK))
    return drawn(alt.layer(area, beside), width, height)


def renewals_by_month(
    rows: Rows, names: Sequence[str], palette: Sequence[str], symbol: str, width: int = 640, height: int = 230
) -> dict[str, Any]:
    """Money that comes up for renewal in each month, stacked by group, the month's total on top."""
    order = {name: index for index, name in enumerate(names)}
    ranked = [{**row, "rank": order[row["group"]]} for row in rows]
    months = list(dict.fromkeys(row["when"] for row in rows))
    x = alt.X("when:N", title=None, sort=months, axis=alt.Axis(labelAngle=0), scale=alt.Scale(paddingInner=0.35))
    bars = (
        alt.Chart(values(ranked))
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("value:Q", title=None, stack="zero", axis=money_axis(symbol)),
            color=alt.Color("group:N", scale=colours(names, palette)),
            order=alt.Order("rank:Q"),
            tooltip=[alt.Tooltip("group:N", title="Group"), *TIPS],
        )
    )
    tops = [row for row in rows if row.get("total_said")]
    totals = {row["when"]: row for row in tops}
    above = [{"when": when, "value": row["total"], "said": row["total_said"]} for when, row in totals.items()]
    words = alt.Chart(values(above)).mark_text(dy=-7, fontWeight=600).encode(x=x, y=alt.Y("value:Q"), text="said:N")
    return drawn(alt.layer(bars, words), width, height)


def bars_by_month(
    rows: Rows, title: str, width: int = 470, height: int = 170, mark_last: bool = True
) -> dict[str, Any]:
    """A count in each month; the last bar may still be growing and is drawn light."""
    last = rows[-1]["when"] if rows else ""
    months = [row["when"] for row in rows]
    colour = (
        alt.condition(f"datum.when == '{last}'", alt.value(SOFT), alt.value(ACCENT)) if mark_last else alt.value(ACCENT)
    )
    x = alt.X(
        "when:N",
        title=None,
        sort=months,
        axis=alt.Axis(labelAngle=0, values=months[:: max(1, -(-len(months) // 7))]),
        scale=alt.Scale(paddingInner=0.3),
    )
    y = alt.Y("value:Q", title=title, axis=alt.Axis(tickCount=4))
    bars = alt.Chart(values(rows)).mark_bar().encode(x=x, y=y, color=colour, tooltip=TIPS)
    return drawn(bars, width, height)


def line_by_month(
    rows: Rows,
    title: str,
    domain: tuple[float, float] | None = None,
    width: int = 470,
    height: int = 170,
    step: int = 3,
) -> dict[str, Any]:
    """A measure over time as a line with its last value; gaps stay gaps."""
    scale = alt.Scale(domain=list(domain)) if domain else alt.Scale(zero=True)
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=4))
    known = [row for row in rows if row["value"] is not None]
    line = alt.Chart(values(rows)).mark_line(color=ACCENT, interpolate="linear").encode(x=months_axis(step), y=y)
    dots = alt.Chart(values(known)).mark_point(filled=True, size=26, color=ACCENT, opacity=1)
    words = alt.Chart(values(known[-1:])).mark_text(align="right", dy=-12, fontWeight=600, fontSize=12)
    place: dict[str, Any] = {"x": alt.X("on:T"), "y": alt.Y("value:Q")}
    spec = alt.layer(line, dots.encode(tooltip=TIPS, **place), words.encode(text="said:N", **place))
    return drawn(spec, width, height)


def nps_by_wave(rows: Rows, target: float | None, width: int = 470, height: int = 210) -> dict[str, Any]:
    """NPS of each wave with its 95% interval; waves of fewer than 30 answers are drawn grey."""
    waves = [row["when"] for row in rows]
    x = alt.X(
        "when:N", title=None, sort=waves, axis=alt.Axis(labelAngle=0, labelOverlap=True), scale=alt.Scale(padding=0.6)
    )
    lowest = min([*(row["low"] for row in rows), 0])
    highest = max([*(row["high"] for row in rows), target or 0])
    scale = alt.Scale(domain=[max(-100, lowest - 8), min(100, highest + 12)], nice=False)
    y = alt.Y("value:Q", title="NPS", scale=scale, axis=alt.Axis(tickCount=5))
    tips = [*TIPS, alt.Tooltip("interval:N", title="95% interval"), alt.Tooltip("answers:Q", title="Answers")]
    colour = alt.condition("datum.answers < 30", alt.value("#A9A7B3"), alt.value(ACCENT))
    rules = alt.Chart(values(rows)).mark_rule(strokeWidth=5, opacity=0.28, strokeCap="round")
    dots = alt.Chart(values(rows)).mark_point(filled=True, size=80, opacity=1)
    words = alt.Chart(values(rows)).mark_text(align="left", dx=9, fontWeight=600)
    layers: list[Any] = [
        rules.encode(x=x, y=alt.Y("low:Q", title="NPS", scale=scale), y2="high:Q", color=colour),
        dots.encode(x=x, y=y, color=colour, tooltip=tips),
        words.encode(x=x, y=y, text="said:N", color=colour),
    ]
    if target is not None:
        layers.insert(0, _target_line(target))
    return drawn(alt.layer(*layers), width, height)


def _target_line(target: float) -> Any:
    goal = alt.Chart(values([{"value": target, "said": f"target {target:g}"}]))
    rule = goal.mark_rule(strokeDash=[3, 3], color=QUIET).encode(y=alt.Y("value:Q"))
    label = goal.mark_text(align="left", baseline="bottom", dy=-2, color=QUIET).encode(
        y=alt.Y("value:Q"), x=alt.value(2), text="said:N"
    )
    return rule + label


def _end_labels(rows: Rows, names: Sequence[str], height: int) -> list[dict[str, Any]]:
    """Where to write each group's name beside the last point: its middle, pushed apart where they would touch."""
    if not rows:
        return []
    last = max(row["on"] for row in rows)
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["on"]] = totals.get(row["on"], 0.0) + row["value"]
    top = max(totals.values()) or 1.0
    gap = top * 14 / height
    labels: list[dict[str, Any]] = []
    floor, below = 0.0, -gap
    for name in names:
        ends = [row for row in rows if row["on"] == last and row["group"] == name]
        if not ends:
            continue
        row = ends[0]
        middle = max(floor + row["value"] / 2, below + gap)
        floor += row["value"]
        if row["value"] > 0:
            below = middle
            labels.append({"on": last, "value": middle, "label": f"{name} {row['said']}"})
    return labels
