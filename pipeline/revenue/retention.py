"""Retention by period and dimension: gross, net and logo from the cohort, the renewal rate from decisions.

It reads cohorts and decisions; every ratio is one of `METRICS`. The loss of the cohort and that of renewals differ by
what was lost in mid-term, which stands beside them.
"""

from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.metrics import METRICS
from pipeline.policy import Policy
from pipeline.revenue.decided import decisions
from pipeline.revenue.retained import (
    AT_OPENING,
    UNKNOWN,
    Periods,
    cohorts_of,
    dimensions,
    opened_on,
    with_bands,
    with_tier,
)
from pipeline.revenue.served import MONEY, NOTHING, completed_month, month_of, months_between

RATIOS = ("grr_pct", "nrr_pct", "logo_retention_pct")
SUMS = ("opening_arr", "closing_arr", "kept_arr", "expansion_arr", "contraction_arr", "churned_arr")
DECIDED = ("due_arr", "renewed_arr")
KEY = ["month_on", "value"]


def retention(
    periods: Periods,
    rates: pl.DataFrame,
    described: pl.DataFrame,
    bands: pl.DataFrame,
    decided: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """One row per period, dimension and value with an account in its cohort.

    `described` has the accounts' attributes at the book's date, `bands` the panel's bands by week. Money is at the
    opening month's rate; a renewal rate is null when no decision fell in the period.
    """
    known = with_tier(cohorts_of(periods.accounts), policy.segments)
    cohort = with_bands(known, opened_on(periods.months).dt.month_end(), bands)
    opening = cohort.select("account_id", "month_on", *AT_OPENING)
    events = decisions(decided, rates, periods.months, periods.closings).join(
        opening, on=["account_id", "month_on"], how="left"
    )
    products = cohorts_of(periods.products).lazy()
    value = pl.col("product").cast(pl.String).fill_null(UNKNOWN)
    pairs = zip(dimensions(cohort, described), dimensions(events, described), strict=True)
    every = [
        *((name, rows, due) for (name, rows), (_, due) in pairs),
        ("product", products.with_columns(value=value), events.lazy().with_columns(value=value)),
    ]
    small = policy.revenue.retention.small_cohort_accounts
    stated = [_stated(rows, due, small).with_columns(dimension=pl.lit(name)) for name, rows, due in every]
    return _in_order(pl.concat(stated))


def period_ends(book: Book, served: pl.DataFrame, months: int) -> list[date]:
    """The completed months that end a period: every one for a year, those that close a fiscal quarter for three."""
    if served.is_empty():
        return []
    first, last = served["month_on"].min(), completed_month(book.as_of)
    if not isinstance(first, date) or first > last:
        return []
    ends = months_between(month_of(first), last)
    if months % 12 == 0:
        return ends
    starts = book.company.fiscal_year_starts_month
    return [end for end in ends if (end.month - starts + 1) % months == 0]


def _stated(rows: pl.LazyFrame, due: pl.LazyFrame, small: int) -> pl.DataFrame:
    """Sums and ratios of a cohort and its decisions by period end and value."""
    lost = pl.col("opening_arr") - pl.col("kept_arr")
    parted = rows.with_columns(
        expansion_arr=pl.col("closing_arr") - pl.col("kept_arr"),
        contraction_arr=pl.when(pl.col("kept_count") == 1).then(lost).otherwise(NOTHING),
        churned_arr=pl.when(pl.col("kept_count") == 0).then(lost).otherwise(NOTHING),
    )
    cohort = parted.group_by(KEY).agg(
        pl.col("opening_count").sum().alias("cohort_accounts"),
        pl.col("kept_count").sum().alias("kept_accounts"),
        *(pl.col(name).sum().cast(MONEY) for name in SUMS),
    )
    renewals = due.group_by(KEY).agg(
        pl.len().cast(pl.Int64).alias("decided_contracts"),
        *(pl.col(name).sum().cast(MONEY) for name in DECIDED),
    )
    both = (
        cohort.join(renewals, on=KEY, how="left")
        .with_columns(pl.col("decided_contracts").fill_null(0), pl.col(*DECIDED).fill_null(NOTHING))
        .collect()
    )
    event_loss = pl.col("due_arr") - pl.col("renewed_arr")
    counted = both.with_columns(kept_count="kept_accounts", opening_count="cohort_accounts")
    ratios = counted.with_columns(METRICS[name].at_row() for name in (*RATIOS, "renewal_rate_pct"))
    # 100 x a / a in floats may be a hair over 100.
    return ratios.drop("kept_count", "opening_count").with_columns(
        pl.col("grr_pct").clip(upper_bound=100.0),
        renewal_loss_arr=event_loss.cast(MONEY),
        mid_term_loss_arr=(pl.col("opening_arr") - pl.col("kept_arr") - event_loss).cast(MONEY),
        is_small=pl.col("cohort_accounts") < small,
    )


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that others build on first, one row per period end, dimension and value in order."""
    first = ["period_ends_on", "dimension", "value", "cohort_accounts", "opening_arr", *RATIOS]
    dated = rows.with_columns(period_ends_on=pl.col("month_on").dt.month_end()).drop("month_on")
    rest = [name for name in dated.columns if name not in first]
    return dated.select(*first, *rest).sort("period_ends_on", "dimension", "value")
