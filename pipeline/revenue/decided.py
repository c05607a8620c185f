"""Renewals that are decided: what was due, what of it a signed successor renewed, and when the decision fell.

It reads contracts and serves the renewal rate; a contract without an end has no decision, nor has one still open.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.revenue.served import MONEY, NOTHING, month_of, rated
from pipeline.revenue.successors import split_by

HELD = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "ends_on": pl.Date,
    "renewal_on": pl.Date,
    "decision_on": pl.Date,
    "arr_local": MONEY,
    "currency": pl.String,
    "cancelled_on": pl.Date,
    "is_in_force": pl.Boolean,
    "is_past_due": pl.Boolean,
    "successor_contract_id": pl.String,
}


def decided(book: Book) -> pl.DataFrame:
    """One row per contract with ARR whose decision is over: due in arr_local, and `successor_local` with its currency.

    It is renewed where a signed successor exists; lost where it was cancelled, or has ended and is not past due. A
    contract in force without either is undecided and has no row.
    """
    held = shaped(book.contracts, HELD).filter((pl.col("arr_local") > 0) & pl.col("ends_on").is_not_null())
    has_ended = (pl.col("renewal_on") <= book.as_of) & ~pl.col("is_past_due")
    is_over = pl.col("successor_contract_id").is_not_null() | pl.col("cancelled_on").is_not_null() | has_ended
    shared = with_successor_share(held, shaped(book.contracts, HELD))
    return shared.filter(is_over & (pl.col("decision_on") <= book.as_of)).sort("contract_id")


def with_successor_share(due: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """The due contracts with `successor_local`, what of their successor's local ARR is theirs, null without one."""
    successors = every.select(
        pl.col("contract_id").alias("successor_contract_id"),
        pl.col("arr_local").alias("_whole"),
        pl.col("currency").alias("successor_currency"),
    )
    joined = due.join(successors, on="successor_contract_id", how="left")
    return split_by(joined, "arr_local", "_whole", "successor_local").drop("_whole")


def decisions(found: pl.DataFrame, rates: pl.DataFrame, months: int, closings: Sequence[date]) -> pl.DataFrame:
    """One row per decided contract and period its decision fell in: due_arr and renewed_arr at the opening's rate.

    Renewed is at most what was due: uplift stays out. A row whose rate is unknown is left out.
    """
    named = ["account_id", "product", "arr_local", "currency", "successor_local", "successor_currency"]
    dated = found.lazy().select(*named, decided_on=pl.col("decision_on").dt.month_start())
    due = rated(dated.join(_months_in(closings, months), on="decided_on"), pl.col("opened_on"), rates, "due_arr")
    followed = due.drop("arr_local", "currency").rename(
        {"successor_local": "arr_local", "successor_currency": "currency"}
    )
    both = rated(followed, pl.col("opened_on"), rates, "successor_arr").filter(pl.col("due_arr").is_not_null())
    followed_arr = pl.col("successor_arr").fill_null(NOTHING)
    kept = pl.min_horizontal(pl.col("due_arr"), followed_arr).alias("renewed_arr")
    return both.select("account_id", "product", "month_on", "due_arr", kept).collect()


def _months_in(closings: Sequence[date], months: int) -> pl.LazyFrame:
    """Every month of every period: decided_on, the month_on it closes with, and the month it opened_on."""
    rows = [
        (month_of(closing, -back), closing, month_of(closing, -months))
        for closing in closings
        for back in range(months)
    ]
    columns = {"decided_on": pl.Date, "month_on": pl.Date, "opened_on": pl.Date}
    return pl.LazyFrame(rows, schema=columns, orient="row")
