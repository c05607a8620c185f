"""Onboarding: every implementation plan against its own dates, budget and checklist, at the book's date.

Sources: infra 5 to 7, playbook 4, ops 1. Everything is worked out for all plans at once.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy.onboarding import OnboardingPolicy, PlanRules
from pipeline.service.decisions import with_decision
from pipeline.service.onboarding_counts import with_counts
from pipeline.service.onboarding_rows import plans
from pipeline.service.readiness import readiness

CONTRACT = (
    "plan_id",
    "account_id",
    "phase",
    "completion_pct",
    "planned_pct",
    "state",
    "days_late",
    "budget_used_pct",
    "red_risks",
    "yellow_risks",
)
HEALTH = {"on_track": "green", "live": "green", "at_risk": "yellow", "delayed": "red"}
WORSE = {"green": 0, "yellow": 1, "red": 2}


def onboarding(book: Book, policy: OnboardingPolicy) -> pl.DataFrame:
    """One row per plan, live ones included: progress, state, lateness, risks, readiness, decision, value dates.

    Percentages run from 0 to 100, money is in the reporting currency. Null is not known: a plan without a completion
    is never behind, and one without a budget has used none that anybody could state.
    """
    counted = with_counts(with_progress(plans(book), book.as_of), book, policy)
    judged = with_state(counted, policy.plan)
    ready = readiness(book, judged, policy).group_by("plan_id")
    found = ready.agg(
        (pl.col("state") == state).sum().alias(f"readiness_{state}") for state in ("done", "open", "unknown")
    )
    whole = with_decision(judged.join(found, on="plan_id", how="left"), book, policy)
    ranked = with_health(with_value_dates(whole, book.as_of, policy.plan))
    return ranked.select(*CONTRACT, pl.exclude(CONTRACT)).sort("plan_id")


def with_progress(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Plan, time and money used, and the lateness: of the expected go-live against the original one.

    The plan is linear from the start to the target where none is given. A target that has passed moves with today.
    """
    today, target = pl.lit(as_of), pl.coalesce("target_go_live_on", "original_go_live_on")
    live = pl.col("went_live_on")
    expected = pl.when(live.is_not_null()).then(live).otherwise(pl.max_horizontal(target, today))
    span = (pl.col("target_on") - pl.col("started_on")).dt.total_days()
    passed = (pl.min_horizontal(pl.coalesce(live, today), today) - pl.col("started_on")).dt.total_days()
    linear = pl.when(span > 0).then((today - pl.col("started_on")).dt.total_days() * 100 / span).otherwise(100.0)
    return (
        rows.with_columns(target.alias("target_on"), expected.alias("expected_on"))
        .with_columns(
            pl.coalesce("planned_pct", linear.clip(0, 100)).alias("planned_pct"),
            pl.when(span > 0).then(passed * 100 / span).alias("time_used_pct"),
            (pl.col("expected_on") - pl.col("original_go_live_on")).dt.total_days().clip(0).alias("days_late"),
            percentage(pl.col("spent"), pl.col("budget")).alias("budget_used_pct"),
        )
        .with_columns(
            (pl.col("planned_pct") - pl.col("completion_pct")).alias("behind_points"),
            (pl.col("budget_used_pct") - pl.col("time_used_pct")).alias("money_ahead_points"),
        )
    )


def with_state(rows: pl.DataFrame, rules: PlanRules) -> pl.DataFrame:
    """`state`: live; delayed once the target lies past the original or behind us; at_risk when over ten points behind
    or under a red risk; else on_track. `reason` says which.
    """
    moved = pl.col("target_on") > pl.col("original_go_live_on")
    overdue = pl.col("expected_on") > pl.col("target_on")
    behind = pl.col("behind_points") > rules.behind_points
    red = pl.col("red_risks") > 0
    live = pl.col("went_live_on").is_not_null()
    return rows.with_columns(
        cases(
            (live, "live"), (overdue | moved, "delayed"), (behind.fill_null(False) | red, "at_risk"), default="on_track"
        ).alias("state"),
        cases(
            (live, "live"),
            (overdue, "past_due"),
            (moved, "target_moved"),
            (red, "red_risk"),
            (behind.fill_null(False), "behind"),
            default="on_plan",
        ).alias("reason"),
    )


def with_value_dates(rows: pl.DataFrame, as_of: date, rules: PlanRules) -> pl.DataFrame:
    """Days to first value from contract start and from go-live, null while it is not reached; hypercare; and whether
    onboarding was complete in time, null while that is open.
    """
    value, live = pl.col("first_value_on"), pl.col("went_live_on")
    took = (live - pl.col("started_on")).dt.total_days()
    waited = (pl.lit(as_of) - pl.col("started_on")).dt.total_days()
    until = live + timedelta(days=rules.hypercare_days)
    return rows.with_columns(
        (value - pl.col("contract_started_on")).dt.total_days().alias("first_value_days"),
        (value - live).dt.total_days().alias("first_value_days_from_live"),
        until.alias("hypercare_until"),
        (until >= as_of).fill_null(False).alias("is_hypercare"),
        took.alias("onboarding_days"),
        pl.when(took.is_not_null())
        .then(took <= rules.completion_days)
        .when(waited > rules.completion_days)
        .then(False)
        .alias("is_complete_in_time"),
    )


def with_health(rows: pl.DataFrame) -> pl.DataFrame:
    """`health` of the report, green to red: the worst of the plan's state, the week's note, and an open blocker, which
    alone makes it yellow. `health_reason` is `note`, `blocker`, or the reason of the state. A live plan is green.
    """
    running = pl.col("state") != "live"
    own = pl.col("state").replace_strict(HEALTH, return_dtype=pl.String).replace_strict(WORSE, return_dtype=pl.Int64)
    note = (
        pl.when(running)
        .then(pl.col("note_health").replace_strict(WORSE, default=0, return_dtype=pl.Int64))
        .otherwise(0)
    )
    block = pl.when(running & (pl.col("blockers") > 0)).then(WORSE["yellow"]).otherwise(0)
    worst = pl.max_horizontal(own, note, block)
    words = {place: word for word, place in WORSE.items()}
    why = pl.when(own == worst).then("reason").when(block == worst).then(pl.lit("blocker")).otherwise(pl.lit("note"))
    return rows.with_columns(
        worst.replace_strict(words, return_dtype=pl.String).alias("health"), why.alias("health_reason")
    )


def percentage(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A part of a whole from 0 to 100; null when either is unknown or the whole is nothing."""
    return pl.when(whole > 0).then(part.cast(pl.Float64) * 100 / whole.cast(pl.Float64))


def cases(*pairs: tuple[pl.Expr, str], default: str) -> pl.Expr:
    """The word of the first condition that holds."""
    found = pl.lit(default)
    for condition, word in reversed(pairs):
        found = pl.when(condition).then(pl.lit(word)).otherwise(found)
    return found
