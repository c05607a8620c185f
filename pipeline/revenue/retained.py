"""Who had ARR at an opening and what they have at the closing, in constant currency, with what they are grouped by.

Between contract-months and retention: one row per account (or account and product) and period.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipeline.policy import SegmentsPolicy
from pipeline.revenue.served import MONEY, NOTHING, paid_spans, rated

UNKNOWN = "unknown"
OF_ACCOUNT = ("segment", "industry", "region", "csm", "start_quarter")
AT_OPENING = ("tier", "risk_band", "health_band")


def cohorts_of(
    served: pl.DataFrame, rates: pl.DataFrame, key: list[str], months: int, closings: Sequence[date]
) -> pl.DataFrame:
    """One row per key and period end with ARR `months` before: opening and closing ARR at the opening month's rate.

    The closing counts what is pending and is 0 for those who left. An account with a contract whose rate at the opening
    is unknown stays out: nothing can be said of it.
    """
    opened = pl.col("month_on").dt.offset_by(f"-{months}mo")
    wanted = pl.LazyFrame({"month_on": closings}, schema={"month_on": pl.Date}).with_columns(opened_on=opened)
    ends = rated(served.lazy().join(wanted, on="month_on", how="inner"), pl.col("opened_on"), rates, "arr_then")
    closing = ends.group_by(*key, "month_on").agg(
        pl.col("arr_then").sum().cast(MONEY).alias("closing_arr"),
        pl.col("arr_then").is_null().any().alias("is_blank_now"),
    )
    begun = served.lazy().rename({"month_on": "opened_on"}).join(wanted, on="opened_on", how="inner")
    opening = begun.group_by(*key, "month_on", "opened_on").agg(
        pl.col("arr").sum().cast(MONEY).alias("opening_arr"), pl.col("arr").is_null().any().alias("is_blank_then")
    )
    both = opening.join(closing, on=[*key, "month_on"], how="left", nulls_equal=True)
    is_known = ~(pl.col("is_blank_then") | pl.col("is_blank_now").fill_null(value=False))
    known = both.filter(is_known & (pl.col("opening_arr") > 0)).drop("is_blank_then", "is_blank_now")
    return with_kept(known.collect())


def with_kept(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what the metrics add up: kept_arr, at most the opening, and opening and kept counts."""
    closing = pl.col("closing_arr").fill_null(NOTHING)
    return rows.with_columns(closing).with_columns(
        kept_arr=pl.min_horizontal("opening_arr", "closing_arr"),
        kept_count=(pl.col("closing_arr") > 0).cast(pl.Int64),
        opening_count=pl.lit(1, pl.Int64),
    )


def described(accounts: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The accounts with `start_quarter`, the calendar quarter of their first paid day, written 2026-Q1."""
    began = paid_spans(held, 0).group_by("account_id").agg(pl.col("starts_on").min())
    return accounts.join(began.select("account_id", quarter_named("starts_on")), on="account_id", how="left")


def quarter_named(column: str) -> pl.Expr:
    """`start_quarter`: the calendar quarter of a day, written 2026-Q1."""
    return pl.format("{}-Q{}", pl.col(column).dt.year(), pl.col(column).dt.quarter()).alias("start_quarter")


def with_tier(rows: pl.DataFrame, segments: SegmentsPolicy) -> pl.DataFrame:
    """The rows with `tier`: the first, from the largest down, that the opening ARR reaches."""
    tier, amount = pl.lit(None, pl.String), pl.col("opening_arr").cast(pl.Float64)
    for name, rule in reversed(segments.tiers.items()):
        reached = amount > rule.over if rule.over is not None else amount >= (rule.at_least or 0)
        tier = pl.when(reached).then(pl.lit(name)).otherwise(tier)
    return rows.with_columns(tier=tier)


def with_bands(rows: pl.DataFrame, day: pl.Expr, bands: pl.DataFrame) -> pl.DataFrame:
    """The rows with health_band and risk_band of the panel's week that ends on the day or up to 6 days before it; null
    where the panel has no such week of the account. `bands` is per account and week.
    """
    if bands.is_empty():
        return rows.with_columns(health_band=pl.lit(None, pl.String), risk_band=pl.lit(None, pl.String))
    dated = rows.with_columns(_day=day).sort("_day", "account_id")
    weeks = bands.select("account_id", "week_ending_on", "health_band", "risk_band").sort(
        "week_ending_on", "account_id"
    )
    found = dated.join_asof(
        weeks,
        left_on="_day",
        right_on="week_ending_on",
        by="account_id",
        strategy="backward",
        tolerance="6d",
        check_sortedness=False,
    )
    return found.drop("_day", "week_ending_on")


def dimensions(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The rows once per dimension with their `value` in it; those without a tier or band have no row in these."""
    return [
        ("all", rows.with_columns(value=pl.lit("all"))),
        *((name, rows.with_columns(value=pl.col(name).fill_null(UNKNOWN))) for name in OF_ACCOUNT),
        *((name, rows.filter(pl.col(name).is_not_null()).with_columns(value=name)) for name in AT_OPENING),
    ]
