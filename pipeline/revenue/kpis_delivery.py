"""Figures of delivery: time to first value, onboardings, their cost and data, use after go-live, uptime."""

from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from pipeline.frames import shaped
from pipeline.policy import Kpi
from pipeline.revenue.kpi_facts import Facts, Measured, customers, months_back, share, twice
from pipeline.revenue.served import MONEY

PLANS = {
    "plan_id": pl.String,
    "account_id": pl.String,
    "started_on": pl.Date,
    "contract_started_on": pl.Date,
    "original_go_live_on": pl.Date,
    "went_live_on": pl.Date,
    "first_value_on": pl.Date,
    "spent_amount": MONEY,
    "data_accuracy_pct": pl.Float64,
}
USE = {"account_id": pl.String, "week_ending_on": pl.Date, "dau_pct": pl.Float64}
DOWN = {"account_id": pl.String, "week_ending_on": pl.Date, "downtime_seconds_30d": pl.Float64}
WINDOW_SECONDS = 30 * 24 * 3600
FULL_USE = 80


def first_value(start: str, facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Median days to first value of plans begun in the months of the policy: Kaplan and Meier's.

    A plan that has not got there counts as not there yet, for as long as it has been waiting; the median is empty while
    more than half have not got there. Value on or before the first day counts as day 0.
    """
    plans = shaped(facts.book.implementations, PLANS).filter(pl.col(start).is_not_null())

    def of(when: date) -> tuple[float | None, int]:
        begun = plans.filter((pl.col(start) > months_back(when, kpi.months)) & (pl.col(start) <= when))
        is_there = (pl.col("first_value_on") <= when).fill_null(False)
        until = pl.when(is_there).then("first_value_on").otherwise(pl.lit(when))
        timed = begun.select(days=(until - pl.col(start)).dt.total_days().clip(0), is_there=is_there)
        return median_days(timed), begun.height

    return twice(of, day, "those not there yet counted as such")


def median_days(timed: pl.DataFrame) -> float | None:
    """The day by which half had got there (`days`, `is_there`), by Kaplan and Meier; None when half never did.

    On one day those who got there go before those who stopped being watched.
    """
    if not timed.height:
        return None
    ordered = timed.group_by("days").agg(events=pl.col("is_there").sum(), count=pl.len()).sort("days")
    at_risk = timed.height - ordered["count"].cum_sum().shift(1, fill_value=0).cast(pl.Int64)
    left = (1 - ordered["events"] / at_risk).cum_prod()
    reached = ordered.filter(left <= 0.5 + 1e-12)
    return float(reached["days"][0]) if reached.height else None


def on_time(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Go-lives by their original date of those that went live in the months of the policy."""
    plans = shaped(facts.book.implementations, PLANS)

    def of(when: date) -> tuple[float | None, int]:
        live = _live(plans, when, kpi.months)
        early = live.filter(pl.col("went_live_on") <= pl.col("original_go_live_on")).height
        return share(early, live.height), live.height

    return twice(of, day)


def completed(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Of the plans whose original date fell in the months of the policy, those that are live."""
    plans = shaped(facts.book.implementations, PLANS)

    def of(when: date) -> tuple[float | None, int]:
        planned = pl.col("original_go_live_on")
        due = plans.filter((planned > months_back(when, kpi.months)) & (planned <= when))
        return share(due.filter(pl.col("went_live_on") <= when).height, due.height), due.height

    return twice(of, day)


def cost(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """What was spent on the plans that went live in the months of the policy, for each."""
    plans = shaped(facts.book.implementations, PLANS).filter(pl.col("spent_amount").is_not_null())

    def of(when: date) -> tuple[float | None, int]:
        spent = _live(plans, when, kpi.months)["spent_amount"].cast(pl.Float64)
        return (float(spent.sum()) / spent.len() if spent.len() else None), spent.len()

    return twice(of, day)


def data_quality(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Mean accuracy of the data loaded, of plans that run or went live in the months; the sheet holds today's alone."""
    plans = shaped(facts.book.implementations, PLANS)
    since = months_back(day, kpi.months)
    recent = plans.filter(pl.col("went_live_on").is_null() | (pl.col("went_live_on") > since))
    known = recent["data_accuracy_pct"].drop_nulls()
    return Measured(float(str(known.mean())) if known.len() else None, known.len(), day)


def growth_after_go_live(facts: Facts, kpi: Kpi, day: date) -> Measured:
    """Growth a week of the share of seats in daily use, of accounts live for at most so many months and under 80%.

    Money-free pooling: the sum of the shares a week later over the sum before; null where nobody went live.
    """
    use = shaped(facts.scores.churn_weeks, USE).filter(pl.col("dau_pct") > 0)
    plans = shaped(facts.book.implementations, PLANS).select("account_id", "went_live_on").drop_nulls().unique()
    after = use.with_columns((pl.col("week_ending_on") - pl.duration(days=7)).alias("week_ending_on"))
    pairs = use.join(after, on=["account_id", "week_ending_on"], suffix="_next").filter(pl.col("dau_pct") < FULL_USE)

    def of(when: date) -> tuple[float | None, int]:
        live = plans.filter((pl.col("went_live_on") > months_back(when, kpi.months)) & (pl.col("went_live_on") <= when))
        joined = pairs.join(live, on="account_id").filter(
            (pl.col("week_ending_on") >= pl.col("went_live_on")) & (pl.col("week_ending_on") < when)
        )
        before = float(joined["dau_pct"].sum())
        grown = share(float(joined["dau_pct_next"].sum()) - before, before)
        return grown, joined["account_id"].n_unique()

    return twice(of, day, "daily use is a mean of 30 days, so growth shows late")


def uptime(facts: Facts, _: Kpi, day: date) -> Measured:
    """100% less the downtime of 30 days, mean over customers; unknown without a feed of incidents."""
    if not facts.has("incidents"):
        return Measured(note="no incidents were ever loaded")
    downtime = shaped(facts.book.risk_weeks, DOWN)

    def of(when: date) -> tuple[float | None, int]:
        rows = customers(facts, when).join(downtime, on=["account_id", "week_ending_on"])
        down = rows["downtime_seconds_30d"].drop_nulls()
        mean = down.mean()
        return (None if mean is None else 100 * (1 - float(str(mean)) / WINDOW_SECONDS)), down.len()

    return twice(of, day)


def _live(plans: pl.DataFrame, day: date, months: int | None) -> pl.DataFrame:
    went = pl.col("went_live_on")
    return plans.filter((went > months_back(day, months)) & (went <= day))


DELIVERY: dict[str, Callable[[Facts, Kpi, date], Measured]] = {
    "time_to_first_value_days": partial(first_value, "contract_started_on"),
    "time_to_first_value_from_go_live_days": partial(first_value, "went_live_on"),
    "onboarding_on_time_pct": on_time,
    "onboarding_completion_pct": completed,
    "cost_per_onboarding": cost,
    "data_quality_pct": data_quality,
    "dau_growth_after_go_live_pct": growth_after_go_live,
    "uptime_pct": uptime,
}
