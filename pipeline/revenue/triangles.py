"""Cohort triangles: of the customers who began in a quarter, how many and how much of their ARR is left by age."""

from datetime import date

import polars as pl

from pipeline.metrics import METRICS
from pipeline.revenue.retained import quarter_named, with_kept
from pipeline.revenue.served import MONEY, NOTHING, completed_month, paid_spans, rated

STEP_MONTHS = 3
RATIOS = ("logo_retention_pct", "grr_pct", "nrr_pct")
MONTH = 12


def cohorts(
    served: pl.DataFrame, rates: pl.DataFrame, held: pl.DataFrame, as_of: date, small_accounts: int
) -> pl.DataFrame:
    """One row per start quarter and age in months, every three, that any of its accounts has reached.

    An account begins with its first paid day; its ARR at the end of that month is the opening, at that month's rate.
    Only accounts that have reached the age count, in both parts of a ratio; `is_mature` says that all have, and that
    none can join any more. An account without a known rate in its first month stays out.
    """
    last = pl.lit(completed_month(as_of))
    began = paid_spans(held, 0).group_by("account_id").agg(pl.col("starts_on").min())
    started = began.with_columns(quarter_named("starts_on"), started_on=pl.col("starts_on").dt.month_start())
    reached = started.with_columns(age=_months(pl.col("started_on"), last) // STEP_MONTHS)
    ages = reached.filter(pl.col("age") >= 0).with_columns(age_months=STEP_MONTHS * pl.int_ranges(0, pl.col("age") + 1))
    grid = ages.explode("age_months").with_columns(pl.col("age_months").cast(pl.Int64))
    amounts = _by_age(served, rates, started)
    opening = amounts.filter(pl.col("age_months") == 0).select("account_id", "is_blank", opening_arr="closing_arr")
    cells = (
        grid.join(amounts.drop("is_blank"), on=["account_id", "age_months"], how="left")
        .join(opening, on="account_id", how="left")
        .filter(~pl.col("is_blank").fill_null(value=False))
        .with_columns(pl.col("opening_arr").fill_null(NOTHING))
    )
    sums = (
        with_kept(cells)
        .with_columns(quarter_on=pl.col("starts_on").dt.truncate("1q").dt.offset_by("2mo"))
        .group_by("start_quarter", "age_months")
        .agg(
            pl.col("opening_count").sum().alias("cohort_accounts"),
            pl.col("kept_count").sum().alias("kept_accounts"),
            *(pl.col(name).sum().cast(MONEY) for name in ("opening_arr", "closing_arr", "kept_arr")),
            *(METRICS[name].pooled() for name in RATIOS),
            (_months(pl.col("quarter_on").first(), last) >= pl.col("age_months").first()).alias("is_mature"),
        )
    )
    return sums.with_columns(is_small=pl.col("cohort_accounts") < small_accounts).sort("start_quarter", "age_months")


def _by_age(served: pl.DataFrame, rates: pl.DataFrame, started: pl.DataFrame) -> pl.DataFrame:
    """One row per account and age with ARR: closing_arr at the rate of its first month, and whether one is unknown."""
    begun = started.lazy().select("account_id", "started_on")
    aged = (
        served.lazy()
        .join(begun, on="account_id", how="inner")
        .with_columns(age_months=_months(pl.col("started_on"), pl.col("month_on")))
    )
    worth = rated(aged.filter(pl.col("age_months") % STEP_MONTHS == 0), pl.col("started_on"), rates, "arr_then")
    sums = worth.group_by("account_id", "age_months").agg(
        pl.col("arr_then").sum().cast(MONEY).alias("closing_arr"), pl.col("arr_then").is_null().any().alias("is_blank")
    )
    return sums.collect()


def _months(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Whole months from the first month to the last."""
    years = last.dt.year().cast(pl.Int64) - first.dt.year()
    return MONTH * years + last.dt.month().cast(pl.Int64) - first.dt.month()
