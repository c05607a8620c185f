"""The health score of every account and panel week: one computation over the whole panel, generated from the policy."""

from dataclasses import dataclass

import polars as pl

from pipeline.book import Book
from pipeline.metrics import with_codes, with_satisfaction
from pipeline.policy import Policy, Scorecard
from pipeline.scoring.bands import (
    with_caps,
    with_computed_band,
    with_floors,
    with_last_known_band,
    with_overrides,
    with_own_band,
)
from pipeline.scoring.components import segment_medians, with_components
from pipeline.scoring.feeds import complete_weeks, floor_feeds, week_standings
from pipeline.scoring.lifts import health_lifts
from pipeline.scoring.parts import Part, parts_of
from pipeline.scoring.portions import gathered, in_portions
from pipeline.scoring.tables import health_components, health_weeks, top_drags
from pipeline.scoring.trend import health_changes, with_changes, with_trend
from pipeline.scoring.weights import with_score
from pipeline.workspace import Settings


@dataclass(frozen=True, slots=True)
class HealthScores:
    """What the health score says: one row per account and week, and for the as-of day components, changes and lifts.

    `top_drags` has one row per account and week with the component that costs the score most.
    """

    health_weeks: pl.DataFrame
    health_components: pl.DataFrame
    health_changes: pl.DataFrame
    health_lifts: pl.DataFrame
    top_drags: pl.DataFrame


def health_scores(book: Book, policy: Policy, settings: Settings) -> HealthScores:
    """The health scores of a book under the scorecard in force.

    Every account-week that is scored has a row in `health_weeks`; components, changes and lifts are stated for the
    as-of day. (ops: Customer Health Score Model.)
    """
    scorecard = policy.health.scorecard
    parts = parts_of(scorecard, settings.health.login_days_basis)
    weeks = weeks_standing(book, parts, scorecard)
    medians = book_medians(book, weeks, parts, scorecard)
    judged: HealthScores = gathered(
        _of_portion(portion, weeks, medians, parts, scorecard) for portion in in_portions(book)
    )
    return judged


def _of_portion(
    book: Book, weeks: pl.DataFrame, medians: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard
) -> HealthScores:
    panel = health_panel(book, weeks, medians, parts, scorecard)
    latest = panel.filter(pl.col("week_ending_on") == book.as_of)
    return HealthScores(
        health_weeks(panel),
        health_components(panel, parts, book.as_of),
        health_changes(panel, parts, book.as_of),
        health_lifts(latest, parts, scorecard),
        top_drags(panel, parts),
    )


def health_panel(
    book: Book, weeks: pl.DataFrame, medians: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard
) -> pl.DataFrame:
    """One wide row per scored account and week: every component's columns, score, coverage, ranks and bands."""
    return (
        scored_rows(book, weeks, parts, scorecard)
        .pipe(with_components, parts, medians)
        .filter("is_scored")
        .pipe(with_score, parts, scorecard)
        .pipe(with_own_band, scorecard)
        .pipe(with_caps, parts, scorecard)
        .pipe(with_floors, scorecard)
        .pipe(with_computed_band, scorecard)
        .pipe(with_overrides, book.overrides)
        .pipe(with_last_known_band)
        .pipe(with_changes)
        .pipe(with_trend, scorecard)
    )


def weeks_standing(book: Book, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """One row per panel week with what its feeds allow: standings, completeness, floors that cannot be seen."""
    return (
        week_standings(book.weeks, book.feed_weeks, parts)
        .join(complete_weeks(book.weeks, book.feed_weeks, parts), on="week_ending_on")
        .join(floor_feeds(book.weeks, book.feed_weeks, scorecard), on="week_ending_on")
    )


def book_medians(book: Book, weeks: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """The segment medians of the whole book, week by week: the one thing an account's score takes from others."""
    against = [part for part in parts if part.measure.against == "segment_median"]
    columns = dict.fromkeys(column for part in against for column in part.metric.columns)
    standings = dict.fromkeys(f"{part.feed_set}.standing" for part in against)
    rows = book.account_weeks.select("week_ending_on", "segment", "is_scored", *columns)
    return segment_medians(
        rows.join(weeks.select("week_ending_on", *standings), on="week_ending_on"), parts, scorecard.peers_minimum
    )


def scored_rows(book: Book, weeks: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """The account-weeks that count, in order, with what their week's feeds allow; `account` numbers the accounts.

    A week that a late feed is frozen at is there for every account, scored then or not.
    """
    remembered = weeks.select(pl.concat_list(f"{part.feed_set}.fresh_on" for part in parts).explode()).to_series()
    counts = pl.col("is_scored") | pl.col("week_ending_on").is_in(remembered.drop_nulls().unique().implode())
    rows = with_satisfaction(with_codes(book.account_weeks.filter(counts))).select(columns_read(parts, scorecard))
    return (
        rows.join(weeks, on="week_ending_on", how="inner", maintain_order="left")
        .sort("account_id", "week_ending_on")
        .with_columns(account=pl.col("account_id").rle_id())
    )


def columns_read(parts: tuple[Part, ...], scorecard: Scorecard) -> list[str]:
    """The columns of the panel that the scorecard reads."""
    needed = ["account_id", "week_ending_on", "is_scored", "segment", "is_backfilled", "login_day_count_30d"]
    metrics = [column for part in parts for column in part.metric.columns]
    needs = [part.component.needs.column for part in parts if part.component.needs]
    floors = [floor.column for floor in scorecard.floors.values()]
    return list(dict.fromkeys((*needed, *metrics, *needs, *floors)))
