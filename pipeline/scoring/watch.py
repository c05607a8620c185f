"""The weeks that alerts may go by, and each account's standing in them beside the one before."""

import polars as pl

from pipeline.policy import BANDS, RISK_BANDS, AlertsPolicy
from pipeline.policy.alerts import HoldBack

STALE = "stale"
LOST = (STALE, "missing")


def fleet_shifts(health_weeks: pl.DataFrame, hold_back: HoldBack) -> pl.DataFrame:
    """The complete weeks in which too many customers moved too far at once: `week_ending_on`, `share_pct`.

    A broken feed is likelier than that many customers changing their mind in one week.
    """
    moved = pl.col("health_change_1w")
    shares = (
        health_weeks.filter("is_complete", moved.is_not_null())
        .group_by("week_ending_on")
        .agg(share_pct=100.0 * (moved.abs() > hold_back.points).sum() / pl.len())
    )
    return shares.filter(pl.col("share_pct") > hold_back.share_pct).sort("week_ending_on")


def lost_feeds(feed_weeks: pl.DataFrame) -> pl.DataFrame:
    """The weeks in which an expected feed was stale or missing: `week_ending_on`, `feed`, `state`, `is_new`."""
    lost = pl.col("is_expected") & pl.col("state").is_in(LOST)
    before = pl.col("is_lost").shift(1).over("feed")
    return (
        feed_weeks.sort("feed", "week_ending_on")
        .with_columns(is_lost=lost)
        .with_columns(is_new=~before)
        .filter("is_lost")
        .select("week_ending_on", "feed", "state", "is_new")
    )


def usable_weeks(health_weeks: pl.DataFrame, feed_weeks: pl.DataFrame, policy: AlertsPolicy) -> pl.Series:
    """The complete weeks without a fleet shift and without an expected feed that has gone stale, in order.

    A feed that never delivered holds nothing back: it is missing in every week, so no score moves because of it.
    """
    gone_stale = lost_feeds(feed_weeks).filter(pl.col("state") == STALE)
    held = [*fleet_shifts(health_weeks, policy.hold_back)["week_ending_on"], *gone_stale["week_ending_on"]]
    weeks = health_weeks.filter("is_complete", ~pl.col("week_ending_on").is_in(held))
    return weeks["week_ending_on"].unique().sort()


def watched(health_weeks: pl.DataFrame, churn_weeks: pl.DataFrame, usable: pl.Series) -> pl.DataFrame:
    """One row per scored account and usable week, with the usable week before it as `<column>.before`.

    Insufficient data goes by the last known band. `is_first` marks the first usable week of all: nothing is known to
    have begun there.
    """
    is_known = pl.col("health_band") != "insufficient_data"
    band = pl.when(is_known).then("health_band").otherwise("last_known_band")
    columns = {
        "health": band.replace_strict({name: rank for rank, name in enumerate(BANDS)}, return_dtype=pl.Int8),
        "score": pl.col("health_score"),
        "trend": pl.col("health_trend"),
        "risk": pl.col("churn_risk_band").replace_strict(
            {name: rank for rank, name in enumerate(RISK_BANDS)}, return_dtype=pl.Int8
        ),
        "points": pl.col("churn_risk_points"),
        "week": pl.col("week_ending_on"),
    }
    rows = (
        health_weeks.filter(pl.col("week_ending_on").is_in(usable.implode()))
        .join(churn_weeks, on=["account_id", "week_ending_on"], how="left")
        .sort("account_id", "week_ending_on")
        .select("account_id", "health_change_4w", **columns)
    )
    before = [pl.col(name).shift(1).over("account_id").alias(f"{name}.before") for name in columns]
    return rows.with_columns(*before, is_first=pl.col("week") == pl.lit(usable.min(), pl.Date))
