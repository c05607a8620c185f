"""Who the accounts are that answer: their dimensions as they stand today, and how long they had been live at a wave."""

from dataclasses import dataclass

import polars as pl

from pipeline.book import Book
from pipeline.metrics.customers import is_customer
from pipeline.policy.voice import VoicePolicy
from pipeline.scores import Scores
from pipeline.voice.columns import ACCOUNTS, BANDS, HEALTH, PLANS, WAVES, fitted

STANDING = ("tier", "industry", "region", "csm")
UNKNOWN, NOT_LIVE = "unknown", "not_live"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a book says about its accounts: one row each, and the waves in order of their beginning.

    `accounts` holds `is_customer`, `live_on` (go-live, else customer since; null while an implementation runs), the
    bands of churn risk and health. `waves` holds `wave`, `wave_on`, `previous_wave` and `year_before_wave`.
    """

    accounts: pl.DataFrame
    waves: pl.DataFrame


def standing(book: Book, scores: Scores, policy: VoicePolicy) -> Standing:
    """The accounts and waves of a book."""
    return Standing(_accounts(book, scores), _waves(book, policy))


def wave_accounts(of: Standing, policy: VoicePolicy) -> pl.DataFrame:
    """One row per wave and account with its dimensions: tier, industry, region and CSM of today, time live then."""
    rows = of.waves.select("wave", "wave_on").join(of.accounts, how="cross")
    return rows.with_columns(_time_live(policy), *(pl.col(name).fill_null(UNKNOWN) for name in STANDING))


def _time_live(policy: VoicePolicy) -> pl.Expr:
    """The span since go-live on the day the wave began; `not_live` before, `unknown` without a date."""
    spans = list(policy.time_live.items())
    value = pl.lit(spans[-1][0])
    for name, span in reversed(spans[:-1]):
        ends_on = pl.col("live_on").dt.offset_by(f"{span.under_months}mo")
        value = pl.when(pl.col("wave_on") < ends_on).then(pl.lit(name)).otherwise(value)
    is_not_live = pl.col("is_in_onboarding") | (pl.col("live_on") > pl.col("wave_on"))
    return (
        pl.when(is_not_live)
        .then(pl.lit(NOT_LIVE))
        .when(pl.col("live_on").is_null())
        .then(pl.lit(UNKNOWN))
        .otherwise(value)
        .alias("time_live")
    )


def _accounts(book: Book, scores: Scores) -> pl.DataFrame:
    rows = fitted(book.accounts, ACCOUNTS)
    live = (
        fitted(book.implementations, PLANS)
        .group_by("account_id")
        .agg(pl.col("went_live_on").min(), has_plan=pl.lit(True))
    )
    now = pl.col("week_ending_on") == book.as_of
    risk = fitted(scores.churn_weeks, BANDS).filter(now).drop("week_ending_on")
    health = fitted(scores.health_weeks, HEALTH).filter(now).drop("week_ending_on")
    joined = rows.join(live, on="account_id", how="left", maintain_order="left")
    joined = joined.join(risk, on="account_id", how="left", maintain_order="left")
    joined = joined.join(health, on="account_id", how="left", maintain_order="left")
    is_in_onboarding = pl.col("has_plan").fill_null(False) & pl.col("went_live_on").is_null()
    return joined.with_columns(
        is_customer=is_customer(),
        is_in_onboarding=is_in_onboarding,
        live_on=pl.when(~is_in_onboarding).then(pl.coalesce("went_live_on", "customer_since_on")),
    ).sort("account_id")


def _waves(book: Book, policy: VoicePolicy) -> pl.DataFrame:
    rows = fitted(book.nps_waves, WAVES).group_by("wave")
    began = rows.agg(wave_on=pl.col("first_on").min(), closed_on=pl.col("last_on").max()).sort("wave_on", "wave")
    return began.with_columns(previous_wave=pl.col("wave").shift(1)).join(
        _year_before(began, policy), on="wave", how="left", maintain_order="left"
    )


def _year_before(waves: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """The wave that began nearest to a year before each; none where none is near enough."""
    days = (pl.col("wave_on") - pl.col("year_before_on")).dt.total_days()
    off = (days - policy.nps.year_before_days).abs()
    older = waves.select(year_before_wave="wave", year_before_on="wave_on")
    pairs = waves.select("wave", "wave_on").join(older, how="cross").with_columns(off=off)
    near = pairs.filter(pl.col("off") <= policy.nps.year_before_slack_days)
    return (
        near.sort("wave", "off", "year_before_wave")
        .unique("wave", keep="first", maintain_order=True)
        .select("wave", "year_before_wave")
    )
