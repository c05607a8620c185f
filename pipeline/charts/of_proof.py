"""Charts of the scores' report card: measures with their intervals, and what was said against what happened."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from pipeline.charts.theme import ACCENT, INK, QUIET, SOFT, drawn, values

Rows = Sequence[dict[str, Any]]
TIPS = [
    alt.Tooltip("name:N", title="Of"),
    alt.Tooltip("said:N", title="Measured"),
    alt.Tooltip("interval:N", title="95% interval"),
    alt.Tooltip("n:Q", title="Snapshots"),
]


def estimates_by_name(
    rows: Rows, title: str, reference: tuple[float, str], width: int = 470, height: int = 170
) -> dict[str, Any]:
    """One dot with its interval per name, from the top down: rows of `name`, `value`, `low`, `high`, `said`, `n`,
    `interval` and `colour`; a dashed line marks the reference.
    """
    names = [row["name"] for row in rows]
    far = max([*(row["high"] for row in rows), reference[0]])
    near = min([*(row["low"] for row in rows), reference[0]])
    pad = (far - near) * 0.08 or 1.0
    scale = alt.Scale(domain=[max(0.0, near - pad), far + 2.4 * pad], nice=False)
    y = alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=220, labelColor=INK, labelFontSize=11))
    x = alt.X("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5, grid=True))
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(values(rows))
    layers = (
        _reference(reference, scale, upright=True),
        base.mark_rule(strokeWidth=5, opacity=0.3, strokeCap="round").encode(
            y=y, x=alt.X("low:Q", title=title, scale=scale), x2="high:Q", color=colour
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(y=y, x=x, color=colour, tooltip=TIPS),
        base.mark_text(align="left", dx=7, fontWeight=600, color=INK).encode(
            y=y, x=alt.X("high:Q", scale=scale), text="said:N"
        ),
    )
    return drawn(alt.layer(*layers), width, height)


def estimates_by_lead(
    rows: Rows, title: str, reference: tuple[float, str], width: int = 470, height: int = 190
) -> dict[str, Any]:
    """One dot with its interval per lead, the longest at the left; rows as for `estimates_by_name`."""
    names = [row["name"] for row in rows]
    lowest, highest = min([*(row["low"] for row in rows), reference[0]]), max(row["high"] for row in rows)
    scale = alt.Scale(domain=[max(0.0, lowest - 4), min(100.0, highest + 6)], nice=False)
    x = alt.X("name:N", title=None, sort=names, axis=alt.Axis(labelAngle=0), scale=alt.Scale(padding=0.6))
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5))
    base = alt.Chart(values(rows))
    layers = (
        _reference(reference, scale, upright=False),
        base.mark_line(color=SOFT, strokeWidth=1.6).encode(x=x, y=y),
        base.mark_rule(strokeWidth=5, opacity=0.28, strokeCap="round", color=ACCENT).encode(
            x=x, y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1, color=ACCENT).encode(x=x, y=y, tooltip=TIPS),
        base.mark_text(align="left", dx=9, fontWeight=600, color=INK).encode(x=x, y=y, text="said:N"),
    )
    return drawn(alt.layer(*layers), width, height)


def reliability_of(rows: Rows, width: int = 300, height: int = 230) -> dict[str, Any]:
    """What a probability said against what happened, per bin: rows of `said_pct`, `value`, `low`, `high`, `n`; the
    diagonal is where both agree, a larger dot holds more.
    """
    scale = alt.Scale(domain=[0, 100], nice=False)
    x = alt.X("said_pct:Q", title="Said, %", scale=scale, axis=alt.Axis(tickCount=5))
    y = alt.Y("value:Q", title="Happened, %", scale=scale, axis=alt.Axis(tickCount=5))
    ends = alt.Chart(values([{"said_pct": 0, "value": 0}, {"said_pct": 100, "value": 100}]))
    base = alt.Chart(values(rows))
    layers = (
        ends.mark_line(color=QUIET, strokeDash=[3, 3], strokeWidth=1.2).encode(x=x, y=y),
        base.mark_rule(strokeWidth=4, opacity=0.25, strokeCap="round", color=ACCENT).encode(
            x=x, y=alt.Y("low:Q", title="Happened, %", scale=scale), y2="high:Q"
        ),
        base.mark_point(filled=True, opacity=1, color=ACCENT).encode(
            x=x, y=y, size=alt.Size("n:Q", scale=alt.Scale(range=[25, 260])), tooltip=TIPS
        ),
    )
    return drawn(alt.layer(*layers), width, height)


def _reference(mark: tuple[float, str], scale: alt.Scale, *, upright: bool) -> Any:
    goal = alt.Chart(values([{"value": mark[0], "said": mark[1]}]))
    if upright:
        rule = goal.mark_rule(strokeDash=[3, 3], color=QUIET).encode(x=alt.X("value:Q", scale=scale))
        label = goal.mark_text(align="left", baseline="bottom", dx=3, color=QUIET).encode(
            x=alt.X("value:Q", scale=scale), y=alt.value(0), text="said:N"
        )
        return rule + label
    rule = goal.mark_rule(strokeDash=[3, 3], color=QUIET).encode(y=alt.Y("value:Q", scale=scale))
    label = goal.mark_text(align="left", baseline="bottom", dy=-2, color=QUIET).encode(
        y=alt.Y("value:Q", scale=scale), x=alt.value(2), text="said:N"
    )
    return rule + label
