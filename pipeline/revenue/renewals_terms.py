"""Every term that ends: what followed it, what of that is its own, and from which day its outcome is known.

Between the marts and the chances: the rows that are due now and the past ones they are judged by are the same frame.
"""

from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.revenue.served import MONEY, NOTHING
from pipeline.revenue.successors import split_by

TERMS = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "known_on": pl.Date,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "renewal_on": pl.Date,
    "decision_on": pl.Date,
    "arr": MONEY,
    "seats": pl.Int64,
    "price_increase_pct": pl.Float64,
    "cancelled_on": pl.Date,
    "is_in_force": pl.Boolean,
    "is_past_due": pl.Boolean,
    "successor_contract_id": pl.String,
    "successor_known_on": pl.Date,
}


def terms(book: Book, grace_days: int, horizon_months: int) -> pl.DataFrame:
    """One row per contract with an end, known at the book's date. Money in the reporting currency, at its month's rate.

    `successor_arr` is the term's share of the contract that follows it; `won_arr` the smaller of that and its own, and
    uplift and downsell the rest: all null without a successor, or without a rate. `is_due` marks what ends within the
    horizon or is past due; `lost_on` is the day from which it counted as lost. (docs/decisions/05)
    """
    known = shaped(book.contracts, TERMS)
    rows = with_successor(known.filter(pl.col("ends_on").is_not_null()), known)
    until = pl.lit(book.as_of).dt.offset_by(f"{horizon_months}mo")
    is_due = pl.col("is_past_due") | (pl.col("is_in_force") & (pl.col("ends_on") <= until))
    return rows.with_columns(is_due=is_due).pipe(_with_loss, book, grace_days).sort("contract_id")


def with_successor(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The terms with their successor's start, their share of its ARR, and what it won, added and gave up."""
    after = known.select(
        pl.col("contract_id").alias("successor_contract_id"),
        pl.col("starts_on").alias("successor_starts_on"),
        _whole=pl.col("arr"),
    )
    joined = rows.join(after, on="successor_contract_id", how="left")
    shared = split_by(joined, "arr", "_whole", "successor_arr")
    return shared.drop("_whole").with_columns(
        won_arr=pl.min_horizontal("arr", "successor_arr").pipe(_where, pl.col("successor_arr").is_not_null()),
        uplift_arr=_above("successor_arr", "arr"),
        downsell_arr=_above("arr", "successor_arr"),
    )


def is_open_on(day: pl.Expr) -> pl.Expr:
    """Whether nothing is decided about a term on a day: no successor signed, no notice served by then."""
    is_signed = (pl.col("successor_known_on") <= day).fill_null(False)
    is_cancelled = (pl.col("cancelled_on") <= day).fill_null(False)
    return ~is_signed & ~is_cancelled


def _with_loss(rows: pl.DataFrame, book: Book, grace_days: int) -> pl.DataFrame:
    """`lost_on`: cancelled and over, recorded as churned after its end, or one day more than the grace past its end."""
    left = _recorded_churned(book, rows)
    joined = rows.join(left, on="contract_id", how="left")
    cancelled = pl.max_horizontal("cancelled_on", "renewal_on").pipe(_where, pl.col("cancelled_on").is_not_null())
    out_of_grace = pl.col("ends_on") + timedelta(days=grace_days + 1)
    lost = pl.min_horizontal(cancelled, "_recorded_on", out_of_grace)
    # A successor signed before the loss would count leaves nothing that was ever lost.
    was_followed = (pl.col("successor_known_on") <= lost).fill_null(False)
    return joined.with_columns(lost_on=pl.when(~was_followed & (lost <= book.as_of)).then(lost)).drop("_recorded_on")


def _recorded_churned(book: Book, rows: pl.DataFrame) -> pl.DataFrame:
    """The first panel week after a term's end at which its account was recorded as churned."""
    if "status" not in book.account_weeks.columns:
        return pl.DataFrame(schema={"contract_id": pl.String, "_recorded_on": pl.Date})
    was_known = ~pl.col("is_backfilled").fill_null(False) | (pl.col("week_ending_on") == book.as_of)
    weeks = book.account_weeks.filter((pl.col("status") == "churned") & was_known)
    ended = rows.select("contract_id", "account_id", "renewal_on").join(
        weeks.select("account_id", "week_ending_on"), on="account_id", how="inner"
    )
    after = ended.filter(pl.col("week_ending_on") >= pl.col("renewal_on"))
    return after.group_by("contract_id").agg(_recorded_on=pl.col("week_ending_on").min())


def _above(more: str, less: str) -> pl.Expr:
    gap = (pl.col(more) - pl.col(less)).cast(MONEY)
    return pl.when(gap > NOTHING).then(gap).when(gap.is_not_null()).then(NOTHING)


def _where(value: pl.Expr, holds: pl.Expr) -> pl.Expr:
    return pl.when(holds).then(value)
