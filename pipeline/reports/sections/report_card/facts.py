"""What the report card states, looked up once: measures with their intervals in words, and the names of methods.

Between the tables of proof and the pages. A measure that was withheld is None here, so no page can print it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View

METHODS = {
    "health_score": "Health score",
    "churn_points": "Churn points",
    "model": "Fitted model",
    "best_metric": "Best single metric",
    "coin": "Coin",
}
COIN = 0.5


@dataclass(frozen=True)
class Card:
    """The proof of a book with the run's context."""

    view: View

    @cached_property
    def summary(self) -> Row:
        """How much there is to judge by, and the verdict; counts of nothing without a history."""
        frame = self.view.scores.proof.backtest_summary
        nothing = {"snapshots": 0, "accounts": 0, "events": 0, "events_tested": 0, "tested": 0, "verdict": None}
        needed = self.rules.churn_events_needed
        empty = {**nothing, "events_needed": needed, "model_events_needed": needed, "capacity_share": None}
        return (
            frame.to_dicts()[0]
            if frame.height
            else {**empty, "first_seen_on": None, "last_seen_on": None, "model": None}
        )

    @property
    def rules(self) -> Any:
        """The rules of the proof."""
        return self.view.context.policy.proof

    @property
    def is_thin(self) -> bool:
        """Whether the history holds too few churns for any measure."""
        return bool(self.summary["events_needed"])

    @property
    def has_model(self) -> bool:
        """Whether there is a model and it was judged on enough."""
        return self.summary["model"] is not None

    def rows(self, **where: Any) -> list[Row]:
        """The rows of the back-test that match, the withheld ones among them."""
        frame = self.view.scores.proof.backtest
        return frame.filter(**where).to_dicts() if frame.height else []

    def told(
        self, measure: str, method: str = "health_score", basis: str = "all", lead: int = 0, segment: str = "all"
    ) -> Row | None:
        """A measure with its interval and n; None where it was withheld or is not defined."""
        found = self.rows(basis=basis, method=method, lead_days=lead, segment=segment, measure=measure)
        return found[0] if found and found[0]["value"] is not None else None

    @cached_property
    def leads(self) -> list[int]:
        """The leads that were looked at, the longest first."""
        return sorted({row["lead_days"] for row in self.rows(measure="auc", segment="all")} - {0}, reverse=True)


def of_hundred(row: Row | None) -> str:
    """An AUC as pairs ranked right: `72 of 100`."""
    return wording.UNKNOWN if row is None else f"{100 * row['value']:.0f} of 100"


def plain(row: Row | None, scale: float = 1.0, digits: int = 2, unit: str = "") -> str:
    """A measure in print: 0.72, 2.9x, 34%."""
    return wording.UNKNOWN if row is None else f"{wording.number(scale * row['value'], digits)}{unit}"


def between(row: Row | None, scale: float = 1.0, digits: int = 2, unit: str = "") -> str:
    """Its interval: 0.66 to 0.78."""
    if row is None or row["low"] is None:
        return ""
    low, high = (wording.number(scale * row[end], digits) for end in ("low", "high"))
    return f"{low} to {high}{unit}"


def point(name: str, row: Row, said: str, scale: float, digits: int, colour: str) -> Row:
    """A measure as a chart takes it."""
    return {
        "name": name,
        "value": round(scale * row["value"], 4),
        "low": round(scale * row["low"], 4),
        "high": round(scale * row["high"], 4),
        "said": said,
        "interval": between(row, scale, digits),
        "n": row["n"],
        "colour": colour,
    }


def missing_words(count: int) -> str:
    """`12 more churns are needed`."""
    return f"{wording.counted(count, 'more churn')} {'is' if count == 1 else 'are'} needed"


def filtered(frame: pl.DataFrame, **where: Any) -> list[Row]:
    """The rows of a frame that match; none of an empty one."""
    return frame.filter(**where).to_dicts() if frame.height else []
