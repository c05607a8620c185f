"""A book week by week, as if there had been a run at the end of each, and what alerts those runs raise."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from pipeline.book import MARTS, Book
from pipeline.policy import read_policy
from pipeline.scoring.scored import scored
from pipeline.workspace import REPOSITORY, read_workspace
from tests.week.company import Frames

BY_WEEK = ("weeks", "feed_weeks", "account_weeks", "risk_weeks")
ORDER = ("raised_on", "severity", "rule", "account_id", "alert_id")


def book_of(root: Path, frames: Frames, as_of: date) -> Book:
    """The book that marts are made of."""
    marts = {name.removeprefix("marts."): frame for name, frame in frames.items() if name.startswith("marts.")}
    return Book.from_frames(
        as_of, read_workspace(root).settings, {name: marts[name] for name in MARTS if name in marts}
    )


def until(book: Book, day: date) -> Book:
    """The book without any week or event after a day."""
    weeks = {name: getattr(book, name).filter(pl.col("week_ending_on") <= day) for name in BY_WEEK}
    return replace(book, as_of=day, alert_events=book.alert_events.filter(pl.col("happened_on") <= day), **weeks)


def replayed(root: Path, book: Book, weeks: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the alerts raised in the last so many weeks by a run at each week's end, those of one run over all weeks)."""
    workspace = read_workspace(root)
    policy = read_policy(REPOSITORY / "policy", workspace.policy)
    days = sorted(book.weeks["week_ending_on"])[-weeks - 1 :]
    raised = pl.col("raised_on")
    told = [
        scored(until(book, day), policy, workspace.settings).alerts.filter(raised > before, raised <= day)
        for before, day in pairwise(days)
    ]
    once = scored(book, policy, workspace.settings).alerts.filter(raised > days[0])
    return pl.concat(told).sort(ORDER, nulls_last=True), once
