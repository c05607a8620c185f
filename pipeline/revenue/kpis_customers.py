"""Figures of what customers say and of how they are looked after: surveys, support, books of business."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from pipeline.frames import shaped
from pipeline.metrics.customers import is_customer
from pipeline.policy import Kpi
from pipeline.revenue.kpi_facts import Facts, Measured, customers, months_back, share, twice
from pipeline.revenue.served import month_of

NPS = {"wave": pl.String, "dimension": pl.String, "nps": pl.Float64, "answers": pl.Int64, "wave_on": pl.Date}
TICKETS = {
    "account_id": pl.String,
    "solved_on": pl.Date,
    "created_on": pl.Date,
    "csat": pl.Float64,
    "resolution_minutes": pl.Float64,
}
RATINGS = {
    "account_id": pl.String,
    "survey": pl.String,
    "month_on": pl.Date,
    "answer_count": pl.Int64,
    "score_sum": pl.Float64,
    "satisfied_count": pl.Int64,
}
CHECKS = {
    "account_id": pl.String,
    "is_scored": pl.Boolean,
    "churned_on": pl.Date,
    "last_health_check_on": pl.Date,
}


def nps(facts: Facts, _: Kpi, day: date) -> Measured:
    """NPS of the newest wave, and of the one before."""
    waves = shaped(facts.scores.voice.nps, NPS).filter((pl.col("dimension") == "all") & pl.col("nps").is_not_null())
    ordered = waves.sort("wave_on", "wave", nulls_last=False).tail(2).to_dicts()
    if not ordered:
        return Measured()
    newest, before = ordered[-1], ordered[0] if len(ordered) > 1 else {}
    return Measured(newest["nps"], newest["answers"], newest["wave_on"], before.get("nps"), before.get("wave_on"))


def satisfied(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Rated tickets with 4 or 5, of the months that the policy names."""
    tickets = shaped(facts.book.recent_tickets, TICKETS).filter(pl.col("csat").is_not_null())

    def of(when: date) -> tuple[float | None, int]:
        rated_on = pl.coalesce("solved_on", "created_on")
        rated = tickets.filter((rated_on > months_back(when, kpi.months)) & (rated_on <= when))["csat"]
        return share(float((rated >= 4).sum()), rated.len()), rated.len()

    return twice(of, day)


def resolution(facts: Facts, _: Kpi, day: date) -> Measured:
    """Median hours from creation to solution of the tickets solved in 90 days; the clock runs day and night."""
    tickets = shaped(facts.book.recent_tickets, TICKETS).filter(pl.col("resolution_minutes").is_not_null())

    def of(when: date) -> tuple[float | None, int]:
        solved = pl.col("solved_on")
        minutes = tickets.filter((solved > when - timedelta(days=90)) & (solved <= when))["resolution_minutes"]
        median = minutes.median()
        return (None if median is None else float(str(median)) / 60), minutes.len()

    return twice(of, day)


def effort(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Mean of the answers about effort, 1 to 5."""
    return _rated(facts, ("ces",), kpi, day, lambda rows: _mean(rows))


def implementation_satisfaction(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Answers of 4 and 5 to surveys about the implementation."""

    def of(rows: pl.DataFrame) -> float | None:
        return share(float(rows["satisfied_count"].sum()), float(rows["answer_count"].sum()))

    return _rated(facts, ("implementation", "onboarding"), kpi, day, of)


def goals(facts: Facts, _: Kpi, day: date) -> Measured:
    """Goals achieved of those achieved or missed; goals carry no date, so the past is not told."""
    states = shaped(facts.book.goals, {"goal_id": pl.String, "status": pl.String})["status"]
    achieved, missed = (states.filter(states == word).len() for word in ("achieved", "missed"))
    return Measured(share(achieved, achieved + missed), achieved + missed, day)


def health_checks(facts: Facts, _: Kpi, day: date) -> Measured:
    """Customers whose last health check was in the 30 days to the day; the sheet keeps the last one alone."""
    rows = shaped(facts.book.accounts, CHECKS).filter(is_customer())
    if not rows["last_health_check_on"].drop_nulls().len():
        return Measured(note="no health check is on file")
    checked = rows.filter(pl.col("last_health_check_on") > day - timedelta(days=30)).height
    return Measured(share(checked, rows.height), rows.height, day)


def customers_per_csm(facts: Facts, _: Kpi, day: date) -> Measured:
    """Customers with a CSM for each CSM."""

    def of(when: date) -> tuple[float | None, int]:
        rows = customers(facts, when).filter(pl.col("csm").is_not_null())
        csms = rows["csm"].n_unique()
        return (rows.height / csms if csms else None), csms

    return twice(of, day)


def touches(facts: Facts, _: Kpi, day: date) -> Measured:
    """Touches that we began in 30 days, for each customer and seven days."""

    def of(when: date) -> tuple[float | None, int]:
        rows = customers(facts, when)
        count = rows["proactive_touch_count_30d"].drop_nulls()
        return (float(count.sum()) * 7 / 30 / rows.height if count.len() else None), rows.height

    return twice(of, day)


def _rated(
    facts: Facts, surveys: tuple[str, ...], kpi: Kpi, day: date, of: Callable[[pl.DataFrame], float | None]
) -> Measured:
    """A measure of survey answers counted by month, over the months of the policy to a day's."""
    rows = shaped(facts.book.rating_months, RATINGS).filter(pl.col("survey").is_in(surveys))
    if not rows.height:
        return Measured(note="no such survey is on file")

    def at(when: date) -> tuple[float | None, int]:
        last = month_of(when)
        first = month_of(when, 1 - (kpi.months or 1))
        told = rows.filter(pl.col("month_on").is_between(first, last))
        return (of(told) if told.height else None), int(told["answer_count"].sum())

    return twice(at, day)


def _mean(rows: pl.DataFrame) -> float | None:
    count = rows["answer_count"].sum()
    return float(rows["score_sum"].sum()) / float(count) if count else None


CUSTOMERS: dict[str, Callable[[Facts, Kpi, date], Measured]] = {
    "nps": nps,
    "csat_satisfied_pct": satisfied,
    "median_resolution_hours": resolution,
    "ces": effort,
    "implementation_satisfaction_pct": implementation_satisfaction,
    "goal_achievement_pct": goals,
    "health_check_pct": health_checks,
    "customers_per_csm": customers_per_csm,
    "proactive_touches_per_week": touches,
}
