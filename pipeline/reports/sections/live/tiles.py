"""The dashboard's tiles as records: which metric, in which form, with which note; said here for paper and page alike.

The page gets the same records and re-draws them for whatever it is filtered to. `{days}` stands for the period that
the reader has chosen, 90 days on paper.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from pipeline.metrics import METRICS, Metric
from pipeline.metrics.portfolio import PERIODS
from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.portfolio.overview import QUARTER_DAYS

ON_PAPER = 90


@dataclass(frozen=True, slots=True)
class Said:
    """A metric in print: as `number`, `change`, `percent`, `money`, `money_change` or `counted` with its noun."""

    metric: str
    form: str = "number"
    digits: int = 0
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile: its label, its value, what stands under it (None where that cannot follow a filter), when it is bad."""

    label: str
    value: Said
    note: tuple[str | Said, ...] | None = None
    bad_above_zero: str = ""


def tiles(view: View) -> dict[str, Tile]:
    """Every tile that can follow a filter, by its key."""
    return {**_overview(view), **RETENTION, **SERVICE}


def _overview(view: View) -> dict[str, Tile]:
    since = wording.short_day(view.back(QUARTER_DAYS))
    has_before = view.panel.filter(pl.col("week_ending_on") == view.back(QUARTER_DAYS)).height > 0
    at_risk: tuple[str | Said, ...] = (Said("exposed_arr_pct", "percent"), " of ARR")
    if has_before:
        at_risk += (", ", Said("exposed_arr_gain_91d", "money_change"), f" since {since}")
    return {
        "customers": Tile(
            "Customers",
            Said("customers"),
            (Said("customer_gain_91d", "change"), f" since {since}") if has_before else ("first quarter on file",),
        ),
        "arr": Tile(
            "ARR",
            Said("arr", "money"),
            (Said("arr_gain_12m", "money_change"), " (", Said("arr_growth_pct", "change"), "%) in 12 months"),
        ),
        "exposed": Tile(
            "ARR at risk or critical",
            Said("exposed_arr", "money"),
            at_risk,
            "exposed_arr_gain_91d" if has_before else "",
        ),
        "due": Tile(
            "Renewing in {days} days",
            Said("due_arr_{days}d", "money"),
            (
                Said("due_count_{days}d", "counted", noun="contract"),
                ", ",
                Said("due_exposed_arr_{days}d", "money"),
                " in trouble",
            ),
        ),
        "lost": Tile(
            "Lost in {days} days",
            Said("lost_arr_{days}d", "money"),
            (Said("lost_count_{days}d", "counted", noun="customer"),),
        ),
    }


RETENTION = {
    name: Tile(label, Said(name, "percent", 1))
    for name, label in (
        ("nrr_pct", "Net revenue retention"),
        ("grr_pct", "Gross revenue retention"),
        ("logo_retention_pct", "Logo retention"),
        ("renewal_rate_pct", "Renewal rate"),
    )
}
SERVICE = {
    "open_tickets": Tile(
        "Open tickets",
        Said("open_tickets"),
        (Said("open_p0_p1"), " P0 or P1, ", Said("open_escalated_count"), " escalated"),
    ),
    "tickets_created": Tile("Created in {days} days", Said("tickets_created_{days}d"), ("across all customers",)),
    "sla_kept": Tile("Promises kept", Said("sla_kept_pct", "percent", 1)),
    "reviews": Tile("Reviews held", Said("review_held_count")),
}


def stated(frame: pl.DataFrame) -> dict[str, Any]:
    """Every metric of the frame over all its rows."""
    names = [metric.name for metric in stateable(frame)]
    return frame.select(METRICS[name].pooled() for name in names).to_dicts()[0]


def stateable(frame: pl.DataFrame) -> list[Metric]:
    """The metrics that can be formed from the columns of a frame."""
    return [metric for metric in METRICS.values() if metric.poolable and set(metric.columns) <= set(frame.columns)]


def printed(tile: Tile, sums: Mapping[str, Any], currency: str, days: int = ON_PAPER) -> Row:
    """A tile in words."""
    note = "" if tile.note is None else "".join(_part(part, sums, currency, days) for part in tile.note)
    worse = sums.get(tile.bad_above_zero)
    return {
        "label": tile.label.replace("{days}", str(days)),
        "value": _part(tile.value, sums, currency, days),
        "note": note,
        "tone": "bad" if worse is not None and worse > 0 else "",
    }


def as_plain(tile: Tile) -> Row:
    """A tile as the page reads it."""
    return asdict(tile)


def _part(part: str | Said, sums: Mapping[str, Any], currency: str, days: int) -> str:
    if isinstance(part, str):
        return part.replace("{days}", str(days))
    value = sums[part.metric.replace("{days}", str(days))]
    if part.form == "money":
        return wording.money(value, currency)
    if part.form == "money_change":
        return wording.money_change(value, currency)
    if part.form == "counted":
        return wording.UNKNOWN if value is None else wording.counted(value, part.noun)
    form = {"number": wording.number, "change": wording.change, "percent": wording.percent}[part.form]
    return form(value, part.digits)


__all__ = ["ON_PAPER", "PERIODS", "Said", "Tile", "as_plain", "printed", "stateable", "stated", "tiles"]
