"""Rows that onboarding reads, given their plan: milestones, tasks and hours without one belong to the newest plan.

A book may lack a mart altogether; its columns are then there, without a row.
"""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.onboarding import RiskRules

WEEKS = {
    "plan_id": pl.String,
    "account_id": pl.String,
    "measured": pl.String,
    "ends_on": pl.Date,
    "usage_ends_on": pl.Date,
    "business_day_count": pl.Int64,
    "user_day_count": pl.Int64,
    "business_user_day_count": pl.Int64,
    "event_count": pl.Int64,
    "ticket_created_count": pl.Int64,
    "ticket_solved_count": pl.Int64,
    "resolution_minute_sum": pl.Int64,
    "first_contact_count": pl.Int64,
    "replies_told_count": pl.Int64,
    "csat_score_sum": pl.Float64,
    "csat_answer_count": pl.Int64,
    "pulse_score_sum": pl.Float64,
    "pulse_answer_count": pl.Int64,
    "training_assigned_count": pl.Int64,
    "training_completed_count": pl.Int64,
    "training_completed_count_7d": pl.Int64,
    "downtime_seconds": pl.Int64,
}
HOURS = {
    "plan_id": pl.String,
    "account_id": pl.String,
    "phase": pl.String,
    "side": pl.String,
    "planned_hours": pl.Float64,
    "actual_hours": pl.Float64,
    "planned_hours_7d": pl.Float64,
    "actual_hours_7d": pl.Float64,
}
GROUPS = {
    "account_id": pl.String,
    "department": pl.String,
    "role": pl.String,
    "user_count": pl.Int64,
    "activated_count": pl.Int64,
    "admin_count": pl.Int64,
    "admin_activated_count": pl.Int64,
    "active_count_30d": pl.Int64,
    "user_day_count_30d": pl.Int64,
}
PLANS = {
    "plan_id": pl.String,
    "account_id": pl.String,
    "started_on": pl.Date,
    "original_go_live_on": pl.Date,
    "target_go_live_on": pl.Date,
    "went_live_on": pl.Date,
    "phase": pl.String,
    "completion_pct": pl.Float64,
    "planned_pct": pl.Float64,
    "budget": pl.Decimal(18, 2),
    "spent": pl.Decimal(18, 2),
    "currency": pl.String,
    "budget_amount": pl.Decimal(18, 2),
    "spent_amount": pl.Decimal(18, 2),
    "owner": pl.String,
    "has_technical_blocker": pl.Boolean,
    "uat_executed": pl.Int64,
    "uat_passed": pl.Int64,
    "data_loaded_pct": pl.Float64,
    "data_accuracy_pct": pl.Float64,
    "first_value_on": pl.Date,
    "stakeholder_score": pl.Float64,
    "contract_started_on": pl.Date,
}
MILESTONES = {
    "milestone_id": pl.String,
    "account_id": pl.String,
    "plan_id": pl.String,
    "title": pl.String,
    "type": pl.String,
    "planned_on": pl.Date,
    "actual_on": pl.Date,
    "owner": pl.String,
    "our_actions": pl.String,
    "customer_actions": pl.String,
    "deliverables": pl.String,
    "success_criteria": pl.String,
    "is_critical_path": pl.Boolean,
    "status": pl.String,
}
RISKS = {
    "risk_id": pl.String,
    "account_id": pl.String,
    "type": pl.String,
    "description": pl.String,
    "probability": pl.String,
    "impact": pl.String,
    "mitigation": pl.String,
    "owner": pl.String,
    "status": pl.String,
    "is_blocker": pl.Boolean,
    "root_cause": pl.String,
    "target_on": pl.Date,
    "created_on": pl.Date,
    "resolved_on": pl.Date,
}
TASKS = {
    "task_id": pl.String,
    "account_id": pl.String,
    "title": pl.String,
    "owner": pl.String,
    "side": pl.String,
    "due_on": pl.Date,
    "priority": pl.String,
    "status": pl.String,
    "enables": pl.String,
    "completed_on": pl.Date,
    "action_id": pl.String,
    "renewal_step": pl.String,
    "offboarding_step": pl.String,
}
NOTES = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "progress": pl.String,
    "metrics": pl.String,
    "blockers": pl.String,
    "next_week": pl.String,
    "decision_needed": pl.String,
    "health": pl.String,
    "owner": pl.String,
}


def plans(book: Book) -> pl.DataFrame:
    """One row per plan."""
    return shaped(book.implementations, PLANS).sort("plan_id")


def plan_milestones(book: Book) -> pl.DataFrame:
    """One row per milestone of a plan with `reached_on`: its actual day, else the planned one where it is completed."""
    reached = pl.when(pl.col("status") == "completed").then(pl.coalesce("actual_on", "planned_on"))
    rows = shaped(book.milestones, MILESTONES).with_columns(reached.otherwise("actual_on").alias("reached_on"))
    return with_plan(rows, plans(book)).sort("plan_id", "planned_on", "milestone_id")


def with_plan(rows: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    """Rows that belong to a plan: the one they name, else their account's newest; the others are left out."""
    newest = of.sort("started_on", "plan_id").group_by("account_id").agg(pl.col("plan_id").last().alias("newest_plan"))
    known = rows.join(newest, on="account_id", how="left").with_columns(pl.coalesce("plan_id", "newest_plan"))
    return known.drop("newest_plan").join(of.select("plan_id"), on="plan_id", how="semi")


def rated_risks(book: Book, rules: RiskRules) -> pl.DataFrame:
    """One row per risk with `risk_score` (probability times impact, 1 to 9), `level` and `is_open`.

    Score and level are null where either side is unknown.
    """
    worth = dict(rules.levels)
    sides = [
        pl.col(side).replace_strict(worth, default=None, return_dtype=pl.Int64) for side in ("probability", "impact")
    ]
    level = (
        pl.when(pl.col("risk_score") >= rules.red_at_least)
        .then(pl.lit("red"))
        .when(pl.col("risk_score") >= rules.yellow_at_least)
        .then(pl.lit("yellow"))
        .when(pl.col("risk_score").is_not_null())
        .then(pl.lit("green"))
    )
    is_open = pl.col("resolved_on").is_null() & (pl.col("status") != "resolved").fill_null(True)
    rows = shaped(book.risks, RISKS).with_columns(
        (sides[0] * sides[1]).alias("risk_score"), pl.col("is_blocker").fill_null(False), is_open.alias("is_open")
    )
    return rows.with_columns(level.alias("level")).sort("account_id", "risk_id")


def is_done() -> pl.Expr:
    """Whether a task is done."""
    return pl.col("completed_on").is_not_null() | (pl.col("status") == "completed").fill_null(False)
