"""Who had ARR at an opening and what they have at the closing, in constant currency, with what they are grouped by.

Between contract-months and retention: one row per account (or account and product) and period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.policy import SegmentsPolicy
from pipeline.revenue.served import MONEY, NOTHING, paid_spans, rated

UNKNOWN = "unknown"
OF_ACCOUNT = ("segment", "industry", "region", "csm", "start_quarter")
AT_OPENING = ("tier", "risk_band", "health_band")


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods of so many `months`, the months they close with, and what there was at both ends.

    `products` has one row per account, product and closing month with ARR at it or `months` before, `accounts` one per
    account and closing month. `opening_arr` and `closing_arr` are at the opening month's rate, `stands_arr` is the
    closing at its own, each 0 where there is none; amounts whose rate is unknown are left out, and `is_blank` says so
    of any of them.
    """

    months: int
    closings: Sequence[date]
    products: pl.DataFrame
    accounts: pl.DataFrame


def periods_of(served: pl.DataFrame, rates: pl.DataFrame, months: int, closings: Sequence[date]) -> Periods:
    """The periods that close with some months, from contract-months."""
    following, key = pl.col("month_on").dt.offset_by(f"{months}mo"), ["account_id", "product"]
    is_end = pl.col("month_on").is_in(list(closings))
    closing = rated(served.lazy().filter(is_end), opened_on(months), rates, "arr_then").select(
        *key, "month_on", closing_arr="arr_then", stands_arr="arr", is_blank=pl.col("arr_then").is_null()
    )
    opening = served.lazy().select(
        *key, following.alias("month_on"), opening_arr="arr", is_blank=pl.col("arr").is_null()
    )
    products = _added(pl.concat([opening.filter(is_end), closing], how="diagonal"), [*key, "month_on"])
    return Periods(months, closings, products, _added(products.lazy(), ["account_id", "month_on"]))


def opened_on(months: int) -> pl.Expr:
    """The month with which a period of so many months opened, from the `month_on` it closes with."""
    return pl.col("month_on").dt.offset_by(f"-{months}mo")


def cohorts_of(ends: pl.DataFrame) -> pl.DataFrame:
    """The rows of either table of `Periods` with ARR at the opening: opening and closing ARR at that month's rate.

    The closing counts what is pending and is 0 for those who left. An account with a contract whose rate at the opening
    is unknown stays out: nothing can be said of it.
    """
    known = ends.filter(~pl.col("is_blank") & (pl.col("opening_arr") > 0))
    return with_kept(known.drop("is_blank", "stands_arr"))


def _added(rows: pl.LazyFrame, key: list[str]) -> pl.DataFrame:
    """The sums of both ends by a key; blank where any part is."""
    sums = [pl.col(name).sum().cast(MONEY) for name in ("opening_arr", "closing_arr", "stands_arr")]
    return rows.group_by(key).agg(*sums, pl.col("is_blank").any()).collect()


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


def dimensions(rows: pl.DataFrame, described: pl.DataFrame) -> list[tuple[str, pl.LazyFrame]]:
    """The rows once per dimension with their `value` in it; those without a tier or band have no row in these."""
    lazy, known = rows.lazy(), described.lazy()
    return [
        ("all", lazy.with_columns(value=pl.lit("all"))),
        *(
            (name, lazy.join(known.select("account_id", value=pl.col(name).fill_null(UNKNOWN)), on="account_id"))
            for name in OF_ACCOUNT
        ),
        *((name, lazy.filter(pl.col(name).is_not_null()).with_columns(value=name)) for name in AT_OPENING),
    ]
