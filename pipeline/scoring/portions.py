"""A book in portions of accounts, so that the wide panels of a large book never stand in memory at once.

Accounts are judged one by one once the medians of their segments are known, so portions change nothing but the peak.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

import polars as pl

from pipeline.book import Book

ACCOUNTS = 2_000


def in_portions(book: Book, accounts: int = ACCOUNTS) -> Iterator[Book]:
    """The book with the account-weeks of so many accounts at a time, in the order of their ids; all else is whole.

    A book without account-weeks is one portion.
    """
    weeks, risks = _in_order(book.account_weeks), _in_order(book.risk_weeks)
    ids = weeks["account_id"].unique(maintain_order=True)
    starts = ids.gather_every(accounts)
    for first, following in zip(starts, [*starts[1:], None], strict=True):
        yield replace(book, account_weeks=_cut(weeks, first, following), risk_weeks=_cut(risks, first, following))
    if not len(ids):
        yield book


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    if not rows.height or rows["account_id"].is_sorted():
        return rows
    return rows.sort("account_id", "week_ending_on")


def _cut(rows: pl.DataFrame, first: str, following: str | None) -> pl.DataFrame:
    """The rows from one account up to another, which is no longer among them; they are in order."""
    if not rows.height:
        return rows
    ids = rows["account_id"]
    begins = ids.search_sorted(first, side="left")
    ends = rows.height if following is None else ids.search_sorted(following, side="left")
    return rows.slice(begins, ends - begins)


def gathered(portions: Iterable[Any]) -> Any:
    """Frames of many portions as those of one: a dataclass of frames again, each in the order of the portions."""
    found = list(portions)
    frames = {one.name: pl.concat([getattr(portion, one.name) for portion in found]) for one in fields(found[0])}
    return replace(found[0], **frames)
