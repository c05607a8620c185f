"""The ARR bridge: opening, movements and closing of every month, in total, per segment and per currency."""

from datetime import date

import polars as pl

from pipeline.revenue.movements import KINDS, Moves
from pipeline.revenue.served import MONEY, NOTHING, month_of, months_between

WHOLE = "all"


def arr_bridge(found: Moves, segments: pl.DataFrame, first: date | None, as_of: date) -> pl.DataFrame:
    """One row per month, from the first contract's to that of `as_of`, and segment that ever had ARR, and `all`.

    `segments` gives each account's at the book's date. Opening + new + expansion + reactivation - contraction - churn
    + fx is the closing, to the cent; the opening is the closing of the month before.
    """
    by_segment = found.accounts.join(segments.select("account_id", "segment"), on="account_id", how="left")
    whole = found.accounts.with_columns(segment=pl.lit(WHOLE))
    columns = ["segment", *(name for name in found.accounts.columns)]
    rows = pl.concat([by_segment.select(columns), whole.select(columns)])
    return bridged(rows, "segment", first, as_of)


def arr_bridge_by_currency(found: Moves, first: date | None, as_of: date) -> pl.DataFrame:
    """One row per month and contract currency, in the reporting currency; an account's kind covers all its currencies.

    Of an account with two currencies the smaller move may run against its kind; it then reduces that kind's amount.
    """
    return bridged(found.currencies, "currency", first, as_of)


def bridged(rows: pl.DataFrame, by: str, first: date | None, as_of: date) -> pl.DataFrame:
    """A bridge by one column of the rows; months without a row are rows of an unchanged balance."""
    amounts = {
        kind: pl.col("movement").filter(pl.col("kind") == kind).sum() * (-1 if kind in ("contraction", "churn") else 1)
        for kind in KINDS[:-1]
    }
    sums = rows.group_by("month_on", by).agg(
        *(amount.alias(kind) for kind, amount in amounts.items()),
        pl.col("fx").sum(),
        pl.col("closing").sum(),
    )
    groups = rows.filter(pl.col("closing") > 0).select(by).unique()
    months = months_between(month_of(first), month_of(as_of)) if first and first <= as_of else []
    grid = pl.DataFrame({"month_on": months}, schema={"month_on": pl.Date}).join(groups, how="cross")
    filled = grid.join(sums, on=["month_on", by], how="left", nulls_equal=True).with_columns(
        pl.col(*KINDS, "closing").fill_null(NOTHING).cast(MONEY)
    )
    ordered = filled.sort(by, "month_on", nulls_last=True)
    opening = pl.col("closing").shift(1).over(by).fill_null(NOTHING)
    return (
        ordered.with_columns(opening=opening).select("month_on", by, "opening", *KINDS, "closing").sort("month_on", by)
    )
