"""The live dashboard's data: the accounts with their additive columns, the metrics over them, tiles and courses.

Between the frames and the page. The page adds up exactly what `Metric.pooled` adds up, from the same columns.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.metrics import METRICS
from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.live.frames import ACCOUNT_COLUMNS, BRIDGE, DIMENSIONS, MONEY_COLUMNS, portfolio_accounts
from pipeline.reports.sections.live.series import BAND_CODES, series
from pipeline.reports.sections.live.tiles import PERIODS, Tile, as_plain, printed, stateable, stated, tiles
from pipeline.voice.interval import ADDED, PART, Z

FILTERS = {
    "industry": "Industry",
    "size": "Employees",
    "segment": "Segment",
    "status": "Status",
    "csm": "CSM",
    "band": "Health band",
    "risk": "Churn risk",
    "region": "Region",
}
SIZE_WORDS = {
    "under_50": "Under 50",
    "50_to_249": "50 to 249",
    "250_to_999": "250 to 999",
    "1000_and_more": "1,000 and more",
}
NOT_STATED = "not_stated"
IN_CHARTS = ("nps", "csat_mean", "tickets_90d")


@dataclass(frozen=True)
class Live:
    """A View with the dashboard's frame and what it adds up to, made once."""

    view: View

    @cached_property
    def frame(self) -> pl.DataFrame:
        """One row per account; see `portfolio_accounts`."""
        return portfolio_accounts(self.view)

    @cached_property
    def sums(self) -> dict[str, Any]:
        """Every metric of the whole book."""
        return stated(self.frame)

    @cached_property
    def tiles(self) -> dict[str, Tile]:
        """The tiles that follow a filter."""
        return tiles(self.view)

    def printed(self, *keys: str) -> list[Row]:
        """Tiles in words, each with the key under which the page finds it."""
        return [{**printed(self.tiles[key], self.sums, self.view.currency), "live": key} for key in keys]

    @cached_property
    def cube(self) -> Row:
        """What the page needs to add up any selection; plain values only."""
        ids = self.frame["account_id"].to_list()
        metrics = {metric.name: metric for metric in stateable(self.frame)}
        metrics |= {name: METRICS[name] for name in IN_CHARTS}
        return {
            "metrics": {
                name: {
                    "kind": metric.kind,
                    "numerator": metric.numerator,
                    "less": metric.less,
                    "denominator": metric.denominator,
                    "scale": metric.scale,
                }
                for name, metric in metrics.items()
            },
            "money": list(MONEY_COLUMNS),
            "ids": ids,
            "columns": {name: _column(self.frame, name) for name in ACCOUNT_COLUMNS},
            "filters": [_filter(self.frame, name) for name in FILTERS],
            "periods": list(PERIODS),
            "tiles": {key: as_plain(tile) for key, tile in self.tiles.items()},
            "series": series(self.view, ids),
            "codes": BAND_CODES,
            "bridge": list(BRIDGE),
            "interval": {"z": Z, "added": ADDED, "part": PART},
        }


def _column(frame: pl.DataFrame, name: str) -> list[Any]:
    """A column as numbers: money in cents."""
    if name in MONEY_COLUMNS:
        return (frame[name] * 100).cast(pl.Int64).to_list()
    return frame[name].to_list()


def _filter(frame: pl.DataFrame, name: str) -> Row:
    """A filter: its choices with their words, and each account's choice by its place among them."""
    values = frame[name].fill_null(NOT_STATED)
    choices = sorted(values.unique().to_list(), key=_place(name))
    places = {value: place for place, value in enumerate(choices)}
    return {
        "name": name,
        "label": FILTERS[name],
        "choices": [[value, _choice_word(name, value)] for value in choices],
        "of": [places[value] for value in values.to_list()],
    }


def _place(name: str) -> Any:
    order = {
        "band": [*wording.BANDS],
        "risk": [*wording.RISK_WORDS],
        "size": [*SIZE_WORDS],
        "segment": ["enterprise", "mid_market", "smb"],
    }.get(name, [])
    return lambda value: (value == NOT_STATED, order.index(value) if value in order else len(order), value.casefold())


def _choice_word(name: str, value: str) -> str:
    if name in ("band", "risk"):
        words = wording.BAND_WORDS if name == "band" else wording.RISK_WORDS
        return words.get(value, "No customer" if value == NOT_STATED else "No score")
    if value == NOT_STATED:
        return "Not stated"
    return SIZE_WORDS.get(value, value) if name == "size" else wording.word(value)


__all__ = ["DIMENSIONS", "FILTERS", "Live"]
