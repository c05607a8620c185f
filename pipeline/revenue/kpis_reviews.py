"""Figures of business reviews: done of due, how they were rated, and what came after them."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from pipeline.frames import shaped
from pipeline.policy import Kpi
from pipeline.revenue.kpi_facts import QUARTER, Facts, Measured, customers, months_back, share, twice
from pipeline.revenue.served import month_of

REVIEWS = {"qbr_id": pl.String, "account_id": pl.String, "held_on": pl.Date, "satisfaction": pl.Float64}
HEALTH = {"account_id": pl.String, "week_ending_on": pl.Date, "is_complete": pl.Boolean, "health_score": pl.Float64}
QUARTERLY = ("enterprise", "mid_market")
AFTER_REVIEW = timedelta(days=28)


def reviews_done(facts: Facts, _: Kpi, day: date) -> Measured:
    """Customers of quarterly cadence with a review held this fiscal quarter; before: the whole quarter before."""
    held, year_starts = _held(facts), facts.book.company.fiscal_year_starts_month
    starts = _quarter_start(day, year_starts)
    ended = starts - timedelta(days=1)

    def of(first: date, last: date, when: date) -> tuple[float | None, int]:
        due = customers(facts, when).filter(pl.col("tier").is_in(QUARTERLY))
        done = held.filter(pl.col("held_on").is_between(first, last)).select("account_id").unique()
        return share(due.join(done, on="account_id", how="semi").height, due.height), due.height

    value, n = of(starts, day, day)
    last_week = day - timedelta(days=7 * -(-(day - ended).days // 7))
    before, _of = of(_quarter_start(ended, year_starts), ended, last_week)
    return Measured(value, n, day, before, ended if before is not None else None, "the quarter is still running")


def reviews_rated(facts: Facts, _: Kpi, day: date) -> Measured:
    """Mean satisfaction of the reviews held in the quarter to the day."""
    held = _held(facts).filter(pl.col("satisfaction").is_not_null())

    def of(when: date) -> tuple[float | None, int]:
        rated = held.filter((pl.col("held_on") > when - QUARTER) & (pl.col("held_on") <= when))["satisfaction"]
        mean = rated.mean()
        return (None if mean is None else float(str(mean))), rated.len()

    return twice(of, day)


def after_reviews(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Mean change of the health score from the week before a review to four weeks after it.

    Complete weeks only. It is what happened after, not because of it: customers in trouble are seen more often.
    """
    scores = (
        shaped(facts.scores.health_weeks, HEALTH)
        .filter("is_complete")
        .select("account_id", "week_ending_on", "health_score")
        .filter(pl.col("health_score").is_not_null())
        .sort("week_ending_on")
    )

    def of(when: date) -> tuple[float | None, int]:
        since = months_back(when, kpi.months)
        held = _held(facts).filter((pl.col("held_on") > since) & (pl.col("held_on") + AFTER_REVIEW <= when))
        timed = held.with_columns(
            before_on=pl.col("held_on") - timedelta(days=1), after_on=pl.col("held_on") + AFTER_REVIEW
        )
        first = _at(timed.sort("before_on"), scores, "before_on", "score_before")
        both = _at(first.sort("after_on"), scores, "after_on", "score_after")
        change = (both["score_after"] - both["score_before"]).drop_nulls()
        return (float(str(change.mean())) if change.len() else None), change.len()

    return twice(of, day, "what happened after, not because of it")


def deals_after_reviews(facts: Facts, _: Kpi, day: date) -> Measured:
    """Expansion deals opened within 30 days of a review held in the quarter to the day."""
    deals = shaped(
        facts.book.opportunities,
        {"opportunity_id": pl.String, "account_id": pl.String, "type": pl.String, "created_on": pl.Date},
    ).filter(pl.col("type") == "expansion")

    def of(when: date) -> tuple[float | None, int]:
        held = _held(facts).filter((pl.col("held_on") > when - QUARTER) & (pl.col("held_on") <= when))
        pairs = deals.join(held.select("account_id", "held_on"), on="account_id")
        days = (pl.col("created_on") - pl.col("held_on")).dt.total_days()
        opened = pairs.filter((days >= 0) & (days <= 30) & (pl.col("created_on") <= when))
        return float(opened["opportunity_id"].n_unique()), held.height

    return twice(of, day)


def _at(rows: pl.DataFrame, scores: pl.DataFrame, on: str, name: str) -> pl.DataFrame:
    """The rows with the score of the newest week by a day, if it is not more than two weeks old."""
    known = scores.rename({"week_ending_on": on, "health_score": name})
    return rows.join_asof(
        known, on=on, by="account_id", strategy="backward", tolerance=timedelta(days=13), check_sortedness=False
    )


def _held(facts: Facts) -> pl.DataFrame:
    return shaped(facts.book.qbrs, REVIEWS).filter(pl.col("held_on") <= facts.book.as_of)


def _quarter_start(day: date, year_starts: int) -> date:
    return month_of(day, -((day.month - year_starts) % 3))


REVIEWED: dict[str, Callable[[Facts, Kpi, date], Measured]] = {
    "qbr_completion_pct": reviews_done,
    "qbr_satisfaction": reviews_rated,
    "qbr_health_change": after_reviews,
    "qbr_opportunities": deals_after_reviews,
}
