"""What the figures are measured from, and how one is handed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.metrics.customers import was_customer
from pipeline.revenue.served import MONEY
from pipeline.scores import Scores

QUARTER = timedelta(days=91)
WEEKS = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "is_scored": pl.Boolean,
    "arr": MONEY,
    "contract_in_force_count": pl.Int64,
    "csm": pl.String,
    "tier": pl.String,
    "proactive_touch_count_30d": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A book, its scores and the tables of money made so far."""

    book: Book
    scores: Scores
    tables: Mapping[str, pl.DataFrame]

    def has(self, feed: str) -> bool:
        """Whether a feed ever brought a row; True where nothing is said of it."""
        feeds = self.book.feed_weeks
        if not {"feed", "has_rows"} <= set(feeds.columns):
            return True
        told = feeds.filter((pl.col("feed") == feed) & (pl.col("week_ending_on") == self.book.as_of))["has_rows"]
        return bool(told.any()) if told.len() else True


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure: its value, how many cases stand behind it, the day it is stated for, and the same before."""

    value: float | None = None
    n: int | None = None
    stated_on: date | None = None
    previous: float | None = None
    previous_on: date | None = None
    note: str = ""


def twice(measure: Callable[[date], tuple[float | None, int]], day: date, note: str = "") -> Measured:
    """A figure at a day and a quarter before."""
    value, n = measure(day)
    before, _ = measure(day - QUARTER)
    return Measured(value, n, day, before, day - QUARTER if before is not None else None, note)


def months_back(day: date, months: int | None) -> date:
    """The same day so many months before; the month's last where it has no such day."""
    moved: date = pl.select(pl.lit(day).dt.offset_by(f"-{months or 0}mo")).item()
    return moved


def share(part: float, whole: float) -> float | None:
    """A share in per cent; None of nothing."""
    return 100.0 * part / whole if whole else None


def number(value: object) -> float | None:
    """A cell as a float; None stays None."""
    return None if value is None else float(str(value))


def customers(facts: Facts, day: date) -> pl.DataFrame:
    """The customers of a panel week."""
    weeks = shaped(facts.book.account_weeks, WEEKS)
    return weeks.filter(was_customer() & (pl.col("week_ending_on") == day))
