"""A part of a book: the same frames for some of its accounts, so that any block of a report can be told of them alone.

What has no account (weeks, feeds, retention, the record of the red list) stays the whole book's, and a report of a part
either leaves it out or says whose it is.
"""

from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from typing import Any

import polars as pl

from pipeline.reports.facts import View


def narrowed(view: View, accounts: Collection[str]) -> View:
    """The view of those accounts; rows that name another account, or none where one could be named, are left out."""
    ids = pl.Series(sorted(accounts), dtype=pl.String)
    return View(
        replace(view.book, **_frames(view.book, ids)), replace(view.scores, **_frames(view.scores, ids)), view.context
    )


def book_of(view: View, csm: str) -> list[str]:
    """The ids of the customers whom a CSM looks after."""
    return view.standing.filter(pl.col("csm") == csm).get_column("account_id").sort().to_list()


def csms(view: View) -> list[str]:
    """Everybody who looks after a customer, by name."""
    return view.standing.get_column("csm").drop_nulls().unique().sort().to_list()


def _frames(held: Any, ids: pl.Series) -> dict[str, Any]:
    """The fields of a frozen value that change: frames with accounts, and groups of frames."""
    made: dict[str, Any] = {}
    for each in fields(held):
        value = getattr(held, each.name)
        if isinstance(value, pl.DataFrame):
            if "account_id" in value.columns:
                made[each.name] = value.filter(pl.col("account_id").is_in(ids.implode()))
        elif (
            is_dataclass(value) and not isinstance(value, type) and each.name in ("money", "service", "voice", "proof")
        ):
            made[each.name] = replace(value, **_frames(value, ids))
    return made
