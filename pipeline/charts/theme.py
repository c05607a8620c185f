"""One look for every chart: colours, type and grid, and the `Chart` value that reports carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

FONT = "Inter, Helvetica, Arial, sans-serif"
INK = "#1C1B2E"
QUIET = "#5E5D6E"
RULE = "#E4E2DC"
ACCENT = "#2E2C6E"
SOFT = "#C9C8E6"
BAND_COLOURS = {
    "healthy": "#2F7F66",
    "watch": "#D9A520",
    "at_risk": "#DD7A28",
    "critical": "#B3292F",
    "insufficient_data": "#A9A7B3",
}
STEPS = ("#2E2C6E", "#6F6DB4", "#B4B2DD", "#D9A520", "#7C8A93", "#C4BFB1")

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET,
        "labelFontSize": 10.5,
        "titleColor": QUIET,
        "titleFontSize": 10.5,
        "titleFontWeight": "normal",
        "gridColor": RULE,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "axisX": {"grid": False, "domain": True, "domainColor": "#B8B5AC"},
    "legend": {"disable": True},
    "bar": {"cornerRadiusEnd": 0},
    "text": {"font": FONT, "fontSize": 10.5, "color": INK},
    "line": {"strokeWidth": 2.2, "strokeCap": "round"},
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its data as a table: the same spec is drawn still in a PDF and live in a page.

    `title` is a sentence that says what the chart shows; `alt` describes the drawing for those who cannot see it.
    """

    name: str
    title: str
    alt: str
    spec: dict[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def drawn(chart: alt.TopLevelMixin, width: int, height: int) -> dict[str, Any]:
    """The Vega-Lite spec of a chart in the house style."""
    sized = chart.properties(width=width, height=height)
    spec: dict[str, Any] = sized.to_dict()
    spec["config"] = CONFIG
    spec["padding"] = {"left": 2, "top": 6, "right": 4, "bottom": 2}
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    return spec


def values(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as inline data."""
    return alt.InlineData(values=list(rows))


def colours(names: Sequence[str], palette: Sequence[str]) -> alt.Scale:
    """A colour for each name, in their order."""
    return alt.Scale(domain=list(names), range=[palette[index % len(palette)] for index in range(len(names))])


def months_axis(step: int = 6, form: str = "%b %y") -> alt.X:
    """A time axis over months in UTC, labelled sparsely."""
    return alt.X(
        "on:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format=form, tickCount={"interval": "month", "step": step}, labelFlush=True),
    )


def money_axis(currency_symbol: str, title: str | None = None, ticks: int = 4) -> alt.Axis:
    """A value axis in short money: $12M."""
    expression = (
        f"datum.value === 0 ? '0' : '{currency_symbol}' + "
        "(abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',~g') + 'M' : format(datum.value / 1e3, ',~g') + 'K')"
    )
    return alt.Axis(labelExpr=expression, tickCount=ticks, title=title)
