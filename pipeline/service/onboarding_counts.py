"""What is counted for each plan: milestones, risks, hours, trainings, use, uptime and money."""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.onboarding import OnboardingPolicy
from pipeline.service.onboarding_rows import HOURS, WEEKS, plan_milestones, rated_risks

WEEK_SECONDS = 7 * 86400
SIDES = ("ours", "customer")


def with_counts(rows: pl.DataFrame, book: Book, policy: OnboardingPolicy) -> pl.DataFrame:
    """The plans with everything that is counted for them; counts are 0 where nothing is on file, shares are null."""
    return (
        with_measures(rows, book)
        .join(_account(book), on="account_id", how="left")
        .join(_milestones(book), on="plan_id", how="left")
        .join(_risks(book, policy), on="account_id", how="left")
        .join(_hours(book), on="plan_id", how="left")
        .with_columns(pl.col("^milestone.*$|^(red|yellow|green|unrated)_risks$|^risk_blockers$").fill_null(0))
        .with_columns(
            (pl.col("risk_blockers") + pl.col("has_technical_blocker").fill_null(False).cast(pl.Int64)).alias(
                "blockers"
            ),
            _share("milestones_on_time", "milestones_due").alias("milestones_on_time_pct"),
            _share("uat_passed", "uat_executed").alias("uat_pass_pct"),
            _over("actual_hours", "planned_hours").alias("effort_over_pct"),
            (pl.col("budget_used_pct") - 100).clip(0).alias("budget_over_pct"),
            pl.coalesce(
                pl.col("spent_amount").cast(pl.Float64), pl.col("ours_actual_hours") * policy.plan.hourly_rate
            ).alias("cost"),
            pl.col("went_live_on").is_null().and_(pl.col("has_left").not_()).alias("is_running"),
        )
        .drop("risk_blockers")
    )


def with_measures(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """This week's and last week's use, training and uptime of each plan."""
    weeks = measured_weeks(book)
    for measured, suffix in (("this_week", ""), ("last_week", "_last_week")):
        mine = weeks.filter(pl.col("measured") == measured).select(
            "plan_id",
            *(pl.col(name).alias(name + suffix) for name in ("dau_pct", "training_pct", "uptime_pct")),
            *(
                pl.col(name).alias(name + suffix)
                for name in ("training_assigned_count", "training_completed_count", "ticket_solved_count")
            ),
        )
        rows = rows.join(mine, on="plan_id", how="left")
    return rows


def measured_weeks(book: Book) -> pl.DataFrame:
    """One row per plan and measured week with its metrics; null where a feed is missing or there is nothing to divide.

    `dau_pct` is the mean share of the licensed seats that was active on a business day.
    """
    seats = book.accounts.select("account_id", pl.col("seats").cast(pl.Int64)) if book.accounts.width else None
    weeks = shaped(book.onboarding_weeks, WEEKS)
    weeks = weeks.join(seats, on="account_id", how="left") if seats is not None else weeks
    told = {feed for feed, has_rows in book.feed_weeks.select("feed", "has_rows").iter_rows() if has_rows}
    uptime = (1 - pl.col("downtime_seconds") / WEEK_SECONDS) * 100
    return weeks.with_columns(
        _share("business_user_day_count", pl.col("business_day_count") * pl.col("seats")).alias("dau_pct"),
        _part("event_count", "user_day_count").alias("events_per_user_day"),
        (uptime if "incidents" in told else pl.lit(None, pl.Float64)).alias("uptime_pct"),
        _share("training_completed_count", "training_assigned_count").alias("training_pct"),
        (_part("resolution_minute_sum", "ticket_solved_count") / 60).alias("resolution_hours"),
        _share("first_contact_count", "replies_told_count").alias("first_contact_pct"),
        _part("csat_score_sum", "csat_answer_count").alias("csat"),
        _part("pulse_score_sum", "pulse_answer_count").alias("pulse"),
    )


def _account(book: Book) -> pl.DataFrame:
    return book.accounts.select("account_id", "segment", pl.col("churned_on").is_not_null().alias("has_left"))


def _milestones(book: Book) -> pl.DataFrame:
    due, reached = pl.col("planned_on") <= book.as_of, pl.col("reached_on")
    return (
        plan_milestones(book)
        .group_by("plan_id")
        .agg(
            pl.len().cast(pl.Int64).alias("milestone_count"),
            due.sum().cast(pl.Int64).alias("milestones_due"),
            reached.is_not_null().sum().cast(pl.Int64).alias("milestones_reached"),
            (due & (reached <= pl.col("planned_on")).fill_null(False)).sum().cast(pl.Int64).alias("milestones_on_time"),
            (due & reached.is_null()).sum().cast(pl.Int64).alias("milestones_overdue"),
        )
    )


def _risks(book: Book, policy: OnboardingPolicy) -> pl.DataFrame:
    level = pl.col("level")
    return (
        rated_risks(book, policy.risks)
        .filter("is_open")
        .group_by("account_id")
        .agg(
            *((level == name).sum().cast(pl.Int64).alias(f"{name}_risks") for name in ("red", "yellow", "green")),
            level.is_null().sum().cast(pl.Int64).alias("unrated_risks"),
            pl.col("is_blocker").sum().cast(pl.Int64).alias("risk_blockers"),
        )
    )


def _hours(book: Book) -> pl.DataFrame:
    hours = shaped(book.onboarding_hours, HOURS)
    both = [_known_sum(name).alias(name) for name in ("planned_hours", "actual_hours")]
    sides = [
        _known_sum(name, pl.col("side") == side).alias(f"{side}_{name}")
        for side in SIDES
        for name in ("planned_hours", "actual_hours", "planned_hours_7d", "actual_hours_7d")
    ]
    return hours.group_by("plan_id").agg(*both, *sides)


def _known_sum(name: str, only: pl.Expr | None = None) -> pl.Expr:
    """A sum that is null where nothing is known."""
    column = pl.col(name) if only is None else pl.col(name).filter(only)
    return pl.when(column.count() > 0).then(column.sum())


def _part(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))


def _share(part: str, whole: str | pl.Expr) -> pl.Expr:
    divisor = pl.col(whole) if isinstance(whole, str) else whole
    return pl.when(divisor > 0).then(pl.col(part) * 100 / divisor)


def _over(part: str, whole: str) -> pl.Expr:
    """By how many percent a part passed the whole; 0 while it did not."""
    return (_share(part, whole) - 100).clip(0)
