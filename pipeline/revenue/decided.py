"""Renewals that are decided: what was due, what of it a signed successor renewed, and when the decision fell.

It reads contracts and serves the renewal rate; a contract without an end has no decision, nor has one still open.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.revenue.served import EXACT, MONEY, NOTHING, converted

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
SHARE = {"successor_local": MONEY, "successor_currency": pl.String}


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
    """The due contracts with the successor's local ARR that is theirs, null without one.

    A successor of several is split by their ARR, half up to the cent, and the last by id takes the rest.
    """
    successors = every.select(
        pl.col("contract_id").alias("successor_contract_id"),
        pl.col("arr_local").alias("_whole"),
        pl.col("currency").alias("successor_currency"),
    )
    joined = due.join(successors, on="successor_contract_id", how="left").sort("successor_contract_id", "contract_id")
    group = "successor_contract_id"
    whole, mine = _cents("_whole"), _cents("arr_local")
    all_due = mine.sum().over(group)
    share = (((2 * whole * mine + all_due) // (2 * all_due)).cast(EXACT) / 100).cast(MONEY)
    others = share.cast(EXACT).sum().over(group) - share
    is_last = pl.col("contract_id") == pl.col("contract_id").last().over(group)
    rest = (pl.col("_whole").cast(EXACT) - others).cast(MONEY)
    split = pl.when(pl.col("_whole").is_null()).then(None).when(is_last).then(rest).otherwise(share)
    return joined.with_columns(successor_local=split.cast(MONEY)).drop("_whole")


def decisions(found: pl.DataFrame, rates: pl.DataFrame, months: int, closings: Sequence[date]) -> pl.DataFrame:
    """One row per decided contract and period its decision fell in: due_arr and renewed_arr at the opening's rate.

    Renewed is at most what was due: uplift stays out. A row whose rate is unknown is left out.
    """
    opened = pl.col("month_on").dt.offset_by(f"-{months}mo")
    wanted = pl.DataFrame({"month_on": closings}, schema={"month_on": pl.Date}).with_columns(opened_on=opened)
    month = pl.col("decision_on").dt.month_start()
    periods = found.with_columns(month_on=pl.date_ranges(month, month.dt.offset_by(f"{months - 1}mo"), "1mo")).explode(
        "month_on"
    )
    rated = converted(periods.join(wanted, on="month_on", how="inner"), pl.col("opened_on"), rates, "due_arr")
    followed = rated.drop("arr_local", "currency").rename(
        {"successor_local": "arr_local", "successor_currency": "currency"}
    )
    both = converted(followed, pl.col("opened_on"), rates, "successor_arr").filter(pl.col("due_arr").is_not_null())
    followed_arr = pl.col("successor_arr").fill_null(NOTHING)
    return both.with_columns(renewed_arr=pl.min_horizontal(pl.col("due_arr"), followed_arr))


def _cents(column: str) -> pl.Expr:
    return (pl.col(column) * 100).cast(pl.Int128)
