"""How each feed stands in each week of the panel, and what that means for the components that need it."""

import polars as pl

from pipeline.policy import Scorecard
from pipeline.scoring.parts import Part, feed_set

# The worst of a component's feeds decides; `off` twice, since a feed nobody expects outranks one that is missing.
RANKS = {"fresh": 0, "late": 1, "before": 2, "stale": 3, "missing": 3}
NOT_EXPECTED = 4
NOT_YET = (RANKS["before"], NOT_EXPECTED)
STANDINGS = {0: "fresh", 1: "late", 2: "off", 3: "missing", 4: "off"}
SILENCE = ("usage",)


def week_standings(weeks: pl.DataFrame, feed_weeks: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """One row per panel week. For each set of feeds that a component needs, `<set>.standing` is fresh, late, off or
    missing; `<set>.measured_on` the day a fresh measure reaches to; `<set>.fresh_on` the last fresh week, while late.
    """
    standings = weeks.select("week_ending_on", "business_day_count_30d").sort("week_ending_on")
    for feeds, any_feed in sorted(
        {(SILENCE, False), *((part.component.feeds, part.component.any_feed) for part in parts)}
    ):
        told = _standing(feed_weeks, feeds, any_feed=any_feed)
        standings = standings.join(told, on="week_ending_on", how="left").sort("week_ending_on")
        standings = _with_fresh_week(standings, feed_set(feeds, any_feed=any_feed))
    return standings


def _standing(feed_weeks: pl.DataFrame, feeds: tuple[str, ...], *, any_feed: bool) -> pl.DataFrame:
    name = feed_set(feeds, any_feed=any_feed)
    needed = feed_weeks.filter(pl.col("feed").is_in(feeds)).with_columns(
        rank=pl.when("is_expected")
        .then(pl.col("state").replace_strict(RANKS, return_dtype=pl.Int8))
        .otherwise(NOT_EXPECTED)
    )
    known = pl.len() == len(feeds)
    rank = pl.col("rank")
    # Where any feed will do, those that are not expected or have not begun are left out while another one is there.
    told = pl.coalesce(rank.filter(~rank.is_in(NOT_YET)).max(), rank.min()) if any_feed else rank.max()
    reaches_to = pl.col("window_ends_on").filter(pl.col("feed") == "usage").min()
    return needed.group_by("week_ending_on").agg(
        pl.when(known)
        .then(told)
        .otherwise(NOT_EXPECTED)
        .replace_strict(STANDINGS, return_dtype=pl.String)
        .alias(f"{name}.standing"),
        reaches_to.alias(f"{name}.measured_on"),
    )


def _with_fresh_week(standings: pl.DataFrame, name: str) -> pl.DataFrame:
    standing, week = pl.col(f"{name}.standing").fill_null("off"), pl.col("week_ending_on")
    last_fresh = pl.when(standing == "fresh").then(week).forward_fill()
    return standings.with_columns(
        standing.alias(f"{name}.standing"),
        pl.coalesce(f"{name}.measured_on", week).alias(f"{name}.measured_on"),
        pl.when(standing == "late").then(last_fresh).alias(f"{name}.fresh_on"),
    )


def complete_weeks(weeks: pl.DataFrame, feed_weeks: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """`is_complete` per week: no component's feed that is expected and has rows was still to deliver its first."""
    feeds = {feed for part in parts for feed in part.component.feeds}
    waiting = feed_weeks.filter(pl.col("feed").is_in(feeds), "is_expected", pl.col("state") == "before")
    return weeks.select(
        "week_ending_on", is_complete=~pl.col("week_ending_on").is_in(waiting["week_ending_on"].implode())
    )


def floor_feeds(weeks: pl.DataFrame, feed_weeks: pl.DataFrame, scorecard: Scorecard) -> pl.DataFrame:
    """`<floor>.is_blind` per week: an expected feed without which the floor cannot be seen is missing or stale."""
    lost = feed_weeks.filter("is_expected", pl.col("state").is_in(["missing", "stale"]))
    return weeks.select(
        "week_ending_on",
        *(
            pl.col("week_ending_on")
            .is_in(lost.filter(pl.col("feed").is_in(floor.feeds))["week_ending_on"].implode())
            .alias(f"{name}.is_blind")
            for name, floor in scorecard.floors.items()
            if floor.band_when_missing
        ),
    )
