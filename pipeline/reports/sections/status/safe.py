"""What a status report may know of one implementation, as a value of its own.

The customer's edition is made of a `Shared` and of nothing else: it holds chosen columns alone, so no section can reach
an amount, an opportunity, a score or a note of ours. Risks about money and tasks about our own business are left out.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.frames import shaped
from pipeline.reports.facts import Row, View
from pipeline.service.onboarding_rows import (
    GROUPS,
    HOURS,
    TASKS,
    is_done,
    plan_milestones,
    rated_risks,
)

PLAN = (
    "plan_id",
    "phase",
    "completion_pct",
    "planned_pct",
    "state",
    "reason",
    "health",
    "health_reason",
    "days_late",
    "started_on",
    "original_go_live_on",
    "target_on",
    "expected_on",
    "went_live_on",
    "hypercare_until",
    "time_used_pct",
    "behind_points",
    "milestone_count",
    "milestones_due",
    "milestones_reached",
    "milestones_on_time",
    "milestones_overdue",
    "uat_executed",
    "uat_passed",
    "uat_pass_pct",
    "data_loaded_pct",
    "data_accuracy_pct",
    "training_assigned_count",
    "training_completed_count",
    "training_completed_count_last_week",
    "training_pct",
    "training_pct_last_week",
    "dau_pct",
    "dau_pct_last_week",
    "uptime_pct",
    "uptime_pct_last_week",
    "ticket_solved_count",
    "stakeholder_score",
    "has_technical_blocker",
    "decision_level",
)
ACCOUNT = ("account_id", "account_name", "csm", "executive_sponsor", "technical_lead")
MILESTONE = (
    "milestone_id",
    "title",
    "type",
    "planned_on",
    "reached_on",
    "owner",
    "our_actions",
    "customer_actions",
    "deliverables",
    "success_criteria",
    "is_critical_path",
    "status",
)
RISK = (
    "risk_id",
    "type",
    "description",
    "probability",
    "impact",
    "risk_score",
    "level",
    "mitigation",
    "owner",
    "status",
    "is_blocker",
    "is_open",
    "root_cause",
    "target_on",
    "resolved_on",
)
TASK = ("task_id", "title", "owner", "side", "due_on", "status", "enables", "completed_on")
METRIC = ("metric", "label", "unit", "value", "last_week", "baseline", "target", "is_met")
ITEM = ("area", "label", "state", "evidence")
HOUR = ("phase", "side", "planned_hours", "actual_hours", "planned_hours_7d", "actual_hours_7d")
FEATURE = ("feature_name", "area", "used_day_count_90d", "user_day_count_90d")
GROUP = ("department", "role", "user_count", "activated_count", "active_count_30d")
INCIDENT = ("started_on", "ended_on", "severity")


@dataclass(frozen=True, slots=True)
class Shared:
    """One implementation as its customer may see it: rows of chosen columns, each list in print order."""

    as_of: date
    account: Row
    plan: Row
    milestones: list[Row]
    risks: list[Row]
    tasks: list[Row]
    metrics: list[Row]
    readiness: list[Row]
    hours: list[Row]
    features: list[Row]
    groups: list[Row]
    incidents: list[Row]
    engaged: tuple[int, int]


def shared(view: View, plan: Row, *, is_for_customer: bool) -> Shared:
    """The implementation of a row of `scores.service.onboarding`, for our own edition or for the customer's."""
    account, plan_id = plan["account_id"], plan["plan_id"]
    service = view.scores.service
    by_plan, by_account = pl.col("plan_id") == plan_id, pl.col("account_id") == account
    known = view.book.accounts.filter(by_account)
    return Shared(
        as_of=view.as_of,
        account=_chosen(known, ACCOUNT)[0],
        plan={name: plan[name] for name in PLAN},
        milestones=_chosen(plan_milestones(view.book).filter(by_plan), MILESTONE),
        risks=_chosen(_risks(view, account, is_for_customer), RISK),
        tasks=_chosen(_tasks(view, account, is_for_customer), TASK),
        metrics=_chosen(service.onboarding_metrics.filter(by_plan).sort("number"), METRIC),
        readiness=_chosen(service.onboarding_readiness.filter(by_plan).sort("number"), ITEM),
        hours=_chosen(shaped(view.book.onboarding_hours, HOURS).filter(by_plan).sort("phase", "side"), HOUR),
        features=_chosen(_features(view, account), FEATURE),
        groups=_chosen(_groups(view, account), GROUP),
        incidents=_chosen(_incidents(view, account), INCIDENT),
        engaged=_engaged(view, account),
    )


def _chosen(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[Row]:
    return frame.select(name for name in columns if name in frame.columns).to_dicts()


def _risks(view: View, account: str, is_for_customer: bool) -> pl.DataFrame:
    """Risks of the account: blockers first, then the highest score; open ones and those of the last week."""
    rules = view.context.policy.onboarding
    rows = rated_risks(view.book, rules.risks).filter(pl.col("account_id") == account)
    if is_for_customer:
        hidden = pl.col("type").is_in(list(rules.customer_edition.hidden_risk_types)).fill_null(False)
        rows = rows.filter(~hidden & ~_says("description", rules.customer_edition.hidden_words))
    return rows.sort(
        pl.col("is_open").not_(), pl.col("is_blocker").not_(), -pl.col("risk_score"), "target_on", "risk_id",
        nulls_last=True,
    )  # fmt: skip


def _tasks(view: View, account: str, is_for_customer: bool) -> pl.DataFrame:
    """Tasks that are open or were done this week; of ours the customer sees those that enable something."""
    recent = pl.col("completed_on") > view.as_of - timedelta(days=7)
    rows = shaped(view.book.tasks, TASKS).filter(pl.col("account_id") == account, ~is_done() | recent.fill_null(False))
    rows = rows.filter(pl.col("title").is_not_null())
    if is_for_customer:
        own = pl.any_horizontal(pl.col("action_id", "renewal_step", "offboarding_step").is_not_null())
        theirs = (pl.col("side") == "customer").fill_null(False) | pl.col("enables").is_not_null()
        rows = rows.filter(
            theirs & ~own & ~_says("title", view.context.policy.onboarding.customer_edition.hidden_words)
        )
    return rows.sort("due_on", "task_id", nulls_last=True)


def _says(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.contains_any(list(words)).fill_null(False)


def _features(view: View, account: str) -> pl.DataFrame:
    rows = view.book.account_features
    mine = rows.filter((pl.col("account_id") == account) & pl.col("is_in_plan")) if rows.width else rows
    return mine.sort("user_day_count_90d", "feature", descending=[True, False]) if rows.width else mine


def _groups(view: View, account: str) -> pl.DataFrame:
    rows = shaped(view.book.user_groups, GROUPS).filter(pl.col("account_id") == account)
    return rows.sort("department", "role", nulls_last=True)


def _incidents(view: View, account: str) -> pl.DataFrame:
    """Incidents of the last 30 days, their own and everyone's; what they were called stays with us."""
    rows = view.book.incidents_recent
    if "started_on" not in rows.columns:
        return pl.DataFrame()
    mine = pl.col("account_id").is_null() | (pl.col("account_id") == account)
    recent = rows.filter(mine & (pl.col("started_on") > view.as_of - timedelta(days=30)))
    return recent.sort("started_on", "incident_id", descending=[True, False])


def _engaged(view: View, account: str) -> tuple[int, int]:
    """How many of the account's contacts took part in something in 30 days, of how many."""
    contacts = view.book.contacts
    if not contacts.width:
        return 0, 0
    here = contacts.filter((pl.col("account_id") == account) & pl.col("departed_on").is_null())
    seen = view.book.activities_recent
    if "contact_id" not in seen.columns:
        return 0, here.height
    met = seen.filter((pl.col("account_id") == account) & (pl.col("occurred_on") > view.as_of - timedelta(days=30)))
    return here.filter(
        pl.col("contact_id").is_in(met["contact_id"].drop_nulls().cast(pl.String).to_list())
    ).height, here.height
