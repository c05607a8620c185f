"""The metrics of a week under implementation: against the week before, the week after go-live, and their targets."""

import polars as pl

from pipeline.book import Book
from pipeline.policy.onboarding import OnboardingPolicy, WeekTarget
from pipeline.service.onboarding_counts import measured_weeks

WEEKLY = (
    "dau_pct",
    "events_per_user_day",
    "training_pct",
    "uptime_pct",
    "ticket_created_count",
    "resolution_hours",
    "first_contact_pct",
    "csat",
    "pulse",
)
MEASURED = {"this_week": "value", "last_week": "last_week", "baseline": "baseline"}


def onboarding_metrics(book: Book, judged: pl.DataFrame, policy: OnboardingPolicy) -> pl.DataFrame:
    """One row per plan and metric that has a value: this week, last week, the week after go-live, target and whether
    it is met (infra 6.1). A target that grows weekly starts from the baseline.
    """
    long = pl.concat([_weekly(book), _standing(judged)])
    wide = long.join(judged.select("plan_id", "account_id", "went_live_on"), on="plan_id", how="inner")
    weeks = (pl.lit(book.as_of) - pl.col("went_live_on")).dt.total_days() / 7 - 1
    rows = [_with_target(wide, number, name, rule, weeks) for number, (name, rule) in enumerate(policy.targets.items())]
    return pl.concat(rows).sort("plan_id", "number")


def _weekly(book: Book) -> pl.DataFrame:
    weeks = measured_weeks(book).with_columns(pl.col(WEEKLY).cast(pl.Float64))
    rows = weeks.unpivot(WEEKLY, index=["plan_id", "measured"], variable_name="metric", value_name="number")
    at = {column: pl.col("number").filter(pl.col("measured") == name).first() for name, column in MEASURED.items()}
    return rows.group_by("plan_id", "metric").agg(**at).filter(pl.col("value").is_not_null())


def _standing(judged: pl.DataFrame) -> pl.DataFrame:
    """What is known of now alone."""
    now = judged.select(
        "plan_id",
        pl.col("data_accuracy_pct").cast(pl.Float64),
        pl.col("first_value_days_from_live").cast(pl.Float64).alias("first_value_days"),
    )
    rows = now.unpivot(["data_accuracy_pct", "first_value_days"], index="plan_id", variable_name="metric")
    none = pl.lit(None, pl.Float64)
    known = rows.filter(pl.col("value").is_not_null())
    return known.with_columns(none.alias("last_week"), none.alias("baseline"))


def _with_target(rows: pl.DataFrame, number: int, name: str, rule: WeekTarget, weeks: pl.Expr) -> pl.DataFrame:
    word, limit = next(iter(rule.comparison.items()), (None, None))
    target = pl.lit(limit, pl.Float64)
    if rule.grows_pct is not None:
        grown = pl.col("baseline") * (1 + rule.grows_pct / 100) ** weeks.clip(0)
        target = pl.min_horizontal(target, grown)
    value = pl.col("value")
    met = {"at_least": value >= target, "over": value > target, "under": value < target, "at_most": value <= target}
    return rows.filter(pl.col("metric") == name).select(
        "plan_id",
        "account_id",
        pl.lit(number).alias("number"),
        "metric",
        pl.lit(rule.label).alias("label"),
        pl.lit(rule.unit).alias("unit"),
        "value",
        "last_week",
        "baseline",
        target.alias("target"),
        (met[word] if word else pl.lit(None, pl.Boolean)).alias("is_met"),
    )
