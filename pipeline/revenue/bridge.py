"""The ARR bridge: opening, movements and closing of every month, in total, per segment and per currency."""

from datetime import date

import polars as pl

from pipeline.revenue.movements import KINDS, Moves
from pipeline.revenue.served import MONEY, NOTHING, month_of, months_between

WHOLE = "all"
SUMS = (*KINDS, "closing")


def arr_bridge(found: Moves, segments: pl.DataFrame, first: date | None, as_of: date) -> pl.DataFrame:
    """One row per month, from the first contract's to that of `as_of`, and segment that ever had ARR, and `all`.

    `segments` gives each account's at the book's date. Opening + new + expansion + reactivation - contraction - churn
    + fx is the closing, to the cent; the opening is the closing of the month before.
    """
    placed = found.accounts.lazy().join(segments.lazy().select("account_id", "segment"), on="account_id", how="left")
    parts = _sums(placed, "segment")
    whole = parts.group_by("month_on").agg(pl.col(*SUMS).sum(), segment=pl.lit(WHOLE))
    return _lined_up(pl.concat([parts, whole.select(parts.columns)]), "segment", first, as_of)


def arr_bridge_by_currency(found: Moves, first: date | None, as_of: date) -> pl.DataFrame:
    """One row per month and contract currency, in the reporting currency; an account's kind covers all its currencies.

    Of an account with two currencies the smaller move may run against its kind; it then reduces that kind's amount.
    """
    return _lined_up(_sums(found.currencies.lazy(), "currency"), "currency", first, as_of)


def _sums(rows: pl.LazyFrame, by: str) -> pl.DataFrame:
    """Movements by kind, fx and closing by month and one column of the rows."""
    amounts = {
        kind: pl.col("movement").filter(pl.col("kind") == kind).sum() * (-1 if kind in ("contraction", "churn") else 1)
        for kind in KINDS[:-1]
    }
    sums = rows.group_by("month_on", by).agg(
        *(amount.alias(kind) for kind, amount in amounts.items()),
        pl.col("fx").sum(),
        pl.col("closing").sum(),
    )
    return sums.collect()


def _lined_up(sums: pl.DataFrame, by: str, first: date | None, as_of: date) -> pl.DataFrame:
    """A bridge from its sums; months without one are rows of an unchanged balance."""
    groups = sums.filter(pl.col("closing") > 0).select(by).unique()
    months = months_between(month_of(first), month_of(as_of)) if first and first <= as_of else []
    grid = pl.DataFrame({"month_on": months}, schema={"month_on": pl.Date}).join(groups, how="cross")
    filled = grid.join(sums, on=["month_on", by], how="left", nulls_equal=True).with_columns(
        pl.col(*SUMS).fill_null(NOTHING).cast(MONEY)
    )
    ordered = filled.sort(by, "month_on", nulls_last=True)
    opening = pl.col("closing").shift(1).over(by).fill_null(NOTHING)
    return (
        ordered.with_columns(opening=opening).select("month_on", by, "opening", *KINDS, "closing").sort("month_on", by)
    )
