"""Closed months that today's knowledge tells differently: by account, what was, what is, and why."""

import polars as pl

from pipeline.frames import shaped
from pipeline.revenue.served import MONEY

CLOSINGS = {
    "account_id": pl.String,
    "month_on": pl.Date,
    "told_on": pl.Date,
    "was_arr": MONEY,
    "is_arr": MONEY,
    "was_pending": pl.Boolean,
    "is_pending": pl.Boolean,
    "late_contract_count": pl.Int64,
    "corrected_count": pl.Int64,
    "late_known_on": pl.Date,
}


def restatements(month_closings: pl.DataFrame) -> pl.DataFrame:
    """One row per completed month and account whose closing ARR is not what it was when the month was first told.

    `was` and `is` are closings in the reporting currency, null while a rate was unknown; `told_on` is the day of the
    run that told the month first. The reason is one of grace_ran_out, returned_in_grace, contract_known_later and
    corrected.
    """
    rows = shaped(month_closings, CLOSINGS)
    reason = (
        pl.when(pl.col("late_contract_count") > 0)
        .then(pl.lit("contract_known_later"))
        .when(pl.col("corrected_count") > 0)
        .then(pl.lit("corrected"))
        .when(pl.col("was_pending") & ~pl.col("is_pending"))
        .then(pl.lit("grace_ran_out"))
        .when(pl.col("is_pending"))
        .then(pl.lit("returned_in_grace"))
        .otherwise(pl.lit("corrected"))
    )
    change = (pl.col("is_arr") - pl.col("was_arr")).cast(MONEY)
    stated = rows.with_columns(reason=reason, change=change)
    return stated.select(
        "month_on",
        "account_id",
        pl.col("was_arr").alias("was"),
        pl.col("is_arr").alias("is"),
        "change",
        "reason",
        "told_on",
        "late_known_on",
    ).sort("month_on", "account_id")
