"""The renewals that are due: chance, category, what is expected of each, the CRM's own call, and the proposed price.

It joins terms, chances, milestones and the risk form; the forecast and the renewals review read its rows.
"""

from datetime import date

import polars as pl

from pipeline.policy.renewals import Categories, Chances, RenewalsPolicy
from pipeline.revenue.renewals_chances import cell_of, distance_of, from_model, with_chance
from pipeline.revenue.served import MONEY

DECIDED = ("closed_won", "lost")


def judged(
    rows: pl.DataFrame,
    known: pl.DataFrame,
    downsell: pl.DataFrame,
    flags: pl.DataFrame,
    policy: RenewalsPolicy,
    leaves: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows (a term seen on `seen_on` with `health_band` and `distance_days`) with chance, category and expectation.

    `known` is the evidence, `downsell` its running mean, `flags` the red flags by week, `leaves` the model's chances
    where the policy goes by them. A decided one is certain; the expectation of an open one is its chance times its ARR
    less the mean downsell. (docs/decisions/05, 15, 20)
    """
    cells = rows.with_columns(cell=cell_of(pl.col("health_band"), policy.chances))
    red = flags.select("account_id", pl.col("week_ending_on").alias("seen_on")).unique().with_columns(has_red_flag=True)
    flagged = cells.join(red, on=["account_id", "seen_on"], how="left", maintain_order="left").with_columns(
        pl.col("has_red_flag").fill_null(False)
    )
    of_bands = with_chance(flagged, known, policy.chances).with_columns(chance_from=pl.lit("band"))
    return (
        (of_bands if leaves is None else from_model(of_bands, leaves, policy.chances))
        .pipe(_with_downsell, downsell)
        .pipe(_with_category, policy.categories)
        .pipe(_certain)
        .pipe(_with_expectation)
    )


def due_rows(terms: pl.DataFrame, bands: pl.DataFrame, as_of: date, chances: Chances) -> pl.DataFrame:
    """The terms that are due, with the band of their account now and the distance they are looked at from."""
    days = (pl.col("renewal_on") - pl.lit(as_of)).dt.total_days()
    rows = terms.filter("is_due").with_columns(seen_on=pl.lit(as_of), distance_days=distance_of(days, chances))
    return rows.join(bands, on="account_id", how="left").sort("contract_id")


def mean_downsell(terms: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What past renewals gave up of the ARR that was due: one row per day on which one became known, running.

    `downsell_share` is money over money, so that the expectation of a sum is right; `downsell_n` renewals stand behind.
    """
    day = pl.max_horizontal("renewal_on", "successor_known_on")
    told = (
        terms.filter(pl.col("downsell_arr").is_not_null()).with_columns(seen_on=day).filter(pl.col("seen_on") <= as_of)
    )
    daily = (
        told.group_by("seen_on")
        .agg(
            given_up=pl.col("downsell_arr").cast(pl.Float64).sum(),
            was_due=pl.col("arr").cast(pl.Float64).sum(),
            downsell_n=pl.len().cast(pl.Int64),
        )
        .sort("seen_on")
        .with_columns(pl.col("given_up", "was_due", "downsell_n").cum_sum())
    )
    share = pl.when(pl.col("was_due") > 0).then(pl.col("given_up") / pl.col("was_due")).otherwise(0.0)
    return daily.select("seen_on", "downsell_n", downsell_share=share)


def with_pricing(rows: pl.DataFrame, growing: pl.Series, policy: RenewalsPolicy) -> pl.DataFrame:
    """The rows with the first pricing scenario that fits, and the price it proposes; decided ones have none.

    `growing` are the accounts with an open gate and a trigger. A price increase of the contract stands for inflation.
    """
    pricing = policy.pricing
    months = pl.lit(pricing["multi_year"].at_least_months)
    is_long = pl.col("ends_on") >= pl.col("starts_on").dt.offset_by(pl.format("{}mo", months)) - pl.duration(days=1)
    scenario = (
        pl.when(pl.col("category").is_in(DECIDED))
        .then(None)
        .when(pl.col("category") == "at_risk")
        .then(pl.lit("at_risk"))
        .when(pl.col("account_id").is_in(growing.implode()))
        .then(pl.lit("expansion"))
        .when(is_long)
        .then(pl.lit("multi_year"))
        .otherwise(pl.lit("standard"))
    )
    table = {name: row.price_pct for name, row in pricing.items()}
    shipped = pl.col("pricing_scenario").replace_strict(table, default=None, return_dtype=pl.Float64)
    is_standard = pl.col("pricing_scenario") == "standard"
    change = pl.when(is_standard).then(pl.coalesce("price_increase_pct", shipped)).otherwise(shipped)
    # A volume discount is on what is added, not on what the customer has.
    factor = (
        pl.when(pl.col("pricing_scenario") == "expansion").then(1.0).otherwise(1 + pl.col("price_change_pct") / 100)
    )
    return (
        rows.with_columns(pricing_scenario=scenario)
        .with_columns(price_change_pct=change)
        .with_columns(proposed_arr=(pl.col("arr").cast(pl.Float64) * factor).round(2).cast(MONEY))
    )


def _with_downsell(rows: pl.DataFrame, downsell: pl.DataFrame) -> pl.DataFrame:
    ordered = rows.with_row_index("_order").sort("seen_on")
    joined = ordered.join_asof(downsell.sort("seen_on"), on="seen_on", strategy="backward").sort("_order")
    return joined.drop("_order").with_columns(
        pl.col("downsell_share").fill_null(0.0), pl.col("downsell_n").fill_null(0)
    )


def _with_category(rows: pl.DataFrame, policy: Categories) -> pl.DataFrame:
    is_won = (pl.col("successor_known_on") <= pl.col("seen_on")).fill_null(False)
    is_lost = (pl.col("cancelled_on") <= pl.col("seen_on")).fill_null(False)
    is_sure = (pl.col("probability") >= policy.commit_at_least) & ~pl.col("has_red_flag")
    category = (
        pl.when(is_won)
        .then(pl.lit("closed_won"))
        .when(is_lost)
        .then(pl.lit("lost"))
        .when(is_sure)
        .then(pl.lit("commit"))
        .when(pl.col("probability") >= policy.best_case_at_least)
        .then(pl.lit("best_case"))
        .otherwise(pl.lit("at_risk"))
    )
    return rows.with_columns(category=category)


def _certain(rows: pl.DataFrame) -> pl.DataFrame:
    """What is decided has a chance of 1 or 0; n stays what the open ones are judged by."""
    is_won, is_lost = pl.col("category") == "closed_won", pl.col("category") == "lost"
    return rows.with_columns(
        pl.when(is_won).then(1.0).when(is_lost).then(0.0).otherwise(name).alias(name)
        for name in ("probability", "low", "high")
    )


def _with_expectation(rows: pl.DataFrame) -> pl.DataFrame:
    """`expected_arr`, and the successor's columns only where the successor was signed on the day it is seen."""
    is_won = pl.col("category") == "closed_won"
    hoped = pl.col("probability") * pl.col("arr").cast(pl.Float64) * (1 - pl.col("downsell_share"))
    expected = pl.when(is_won).then(pl.col("won_arr").cast(pl.Float64)).otherwise(hoped)
    after = [
        pl.when(is_won).then(name).alias(name) for name in ("successor_arr", "won_arr", "uplift_arr", "downsell_arr")
    ]
    return rows.with_columns(expected.round(2).cast(MONEY).alias("expected_arr"), *after)
