"""Charts of revenue: the ARR bridge as steps, and how many customers are left by tenure."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from pipeline.charts.theme import ACCENT, BAND_COLOURS, INK, SOFT, drawn, money_axis, values

Rows = Sequence[dict[str, Any]]
STEPS = {"balance": ACCENT, "gain": BAND_COLOURS["healthy"], "loss": BAND_COLOURS["critical"]}


def bridge_of_arr(rows: Rows, symbol: str, width: int = 560, height: int = 200) -> dict[str, Any]:
    """Steps from an opening to a closing: rows of `name`, `low`, `high`, `kind` (balance, gain, loss) and `said`."""
    names = [row["name"] for row in rows]
    x = alt.X("name:N", title=None, sort=names, axis=alt.Axis(labelAngle=0), scale=alt.Scale(paddingInner=0.3))
    floor = min((row["low"] for row in rows if row["kind"] != "balance"), default=0)
    bottom = max(0.0, floor - (max((row["high"] for row in rows), default=1.0) - floor) * 0.6)
    shown = [{**row, "low": max(row["low"], bottom)} for row in rows]
    y = alt.Y("low:Q", title=None, axis=money_axis(symbol, ticks=4), scale=alt.Scale(zero=False, nice=False))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(STEPS), range=list(STEPS.values())))
    tips = [alt.Tooltip("name:N", title="Line"), alt.Tooltip("said:N", title="Amount")]
    bars = alt.Chart(values(shown)).mark_bar().encode(x=x, y=y, y2="high:Q", color=colour, tooltip=tips)
    words = alt.Chart(values(shown)).mark_text(dy=-7, fontWeight=600, color=INK)
    return drawn(alt.layer(bars, words.encode(x=x, y=alt.Y("high:Q"), text="said:N")), width, height)


def survival_by_tenure(rows: Rows, width: int = 470, height: int = 190) -> dict[str, Any]:
    """The share of customers left by months of tenure, its band behind it; `low` and `high` may be null."""
    x = alt.X("months:Q", title="Months as a customer", axis=alt.Axis(tickMinStep=6, format="d"))
    y = alt.Y("value:Q", title="% still here", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=4))
    known = [row for row in rows if row["low"] is not None]
    band = alt.Chart(values(known)).mark_area(color=SOFT, opacity=0.5, interpolate="step-after")
    tips = [alt.Tooltip("when:N", title="Tenure"), alt.Tooltip("said:N", title="Still here")]
    line = alt.Chart(values(rows)).mark_line(color=ACCENT, interpolate="step-after", strokeWidth=2.2)
    behind = band.encode(x=x, y=alt.Y("low:Q", title="% still here"), y2="high:Q")
    return drawn(alt.layer(behind, line.encode(x=x, y=y, tooltip=tips)), width, height)
