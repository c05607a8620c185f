"""Delivery contracts: training, implementations with their milestones, risks and tasks, goals and reviews."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Money, at_least_zero, key, one_of, optional, percent, required
from schemas.tables.support import PRIORITIES

SIDES = ("ours", "customer")


class Trainings(pa.DataFrameModel):
    """One course assigned to one user."""

    account_id: pl.String = key()
    user_id: pl.String = key()
    course: pl.String = key()
    assigned_on: pl.Date = required()
    completed_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["assigned_on"]}


class Implementations(pa.DataFrameModel):
    """One implementation plan."""

    plan_id: pl.String = key()
    account_id: pl.String = required()
    started_on: pl.Date = required()
    original_go_live_on: pl.Date = required()
    target_go_live_on: pl.Date = optional()
    went_live_on: pl.Date = optional()
    phase: pl.String = one_of("planning", "setup", "configuration", "migration", "testing", "go_live", "optimization")
    completion_pct: pl.Float64 = percent()
    planned_pct: pl.Float64 = percent()
    budget: Money = at_least_zero()
    spent: Money = at_least_zero()
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    owner: pl.String = optional()
    has_technical_blocker: pl.Boolean = optional()
    uat_executed: pl.Int64 = at_least_zero()
    uat_passed: pl.Int64 = at_least_zero()
    data_loaded_pct: pl.Float64 = percent()
    data_accuracy_pct: pl.Float64 = percent()
    first_value_on: pl.Date = optional()
    stakeholder_score: pl.Float64 = optional(ge=0, le=10)

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["started_on"]}


class Milestones(pa.DataFrameModel):
    """One milestone of a customer's plan; planned dates in the future are plans and stay."""

    milestone_id: pl.String = key()
    account_id: pl.String = required()
    plan_id: pl.String = optional()
    title: pl.String = optional()
    type: pl.String = one_of("kickoff", "training", "phase_complete", "go_live", "optimization", "review")
    planned_on: pl.Date = required()
    actual_on: pl.Date = optional()
    owner: pl.String = optional()
    our_actions: pl.String = optional()
    customer_actions: pl.String = optional()
    deliverables: pl.String = optional()
    success_criteria: pl.String = optional()
    is_critical_path: pl.Boolean = optional()
    status: pl.String = one_of("scheduled", "in_progress", "completed", "at_risk")

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id"}


class Risks(pa.DataFrameModel):
    """One entry of a customer's risk register."""

    risk_id: pl.String = key()
    account_id: pl.String = required()
    type: pl.String = one_of("technical", "budget", "timeline", "organizational", "product_fit")
    description: pl.String = optional()
    probability: pl.String = one_of("low", "medium", "high")
    impact: pl.String = one_of("low", "medium", "high")
    mitigation: pl.String = optional()
    owner: pl.String = optional()
    status: pl.String = one_of("identified", "monitoring", "escalated", "resolved")
    is_blocker: pl.Boolean = optional()
    root_cause: pl.String = optional()
    target_on: pl.Date = optional()
    created_on: pl.Date = required()
    resolved_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["created_on"]}


class Tasks(pa.DataFrameModel):
    """One action with an owner on our side or the customer's."""

    task_id: pl.String = key()
    account_id: pl.String = required()
    title: pl.String = optional()
    owner: pl.String = optional()
    side: pl.String = one_of(*SIDES)
    due_on: pl.Date = optional()
    priority: pl.String = one_of(*PRIORITIES)
    status: pl.String = one_of("not_started", "in_progress", "blocked", "completed")
    description: pl.String = optional()
    enables: pl.String = optional()
    created_on: pl.Date = optional()
    completed_on: pl.Date = optional()
    action_id: pl.String = optional()
    renewal_step: pl.String = optional()
    offboarding_step: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["created_on"]}


class Effort(pa.DataFrameModel):
    """Hours planned and spent in one week on one phase of a plan."""

    effort_id: pl.String = key()
    account_id: pl.String = required()
    plan_id: pl.String = optional()
    phase: pl.String = optional()
    side: pl.String = one_of(*SIDES)
    week_ending_on: pl.Date = required()
    planned_hours: pl.Float64 = at_least_zero()
    actual_hours: pl.Float64 = at_least_zero()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["week_ending_on"]}


class StatusNotes(pa.DataFrameModel):
    """What the team wrote about one account in one week."""

    account_id: pl.String = key()
    week_ending_on: pl.Date = key()
    progress: pl.String = optional()
    metrics: pl.String = optional()
    blockers: pl.String = optional()
    next_week: pl.String = optional()
    decision_needed: pl.String = optional()
    health: pl.String = one_of("green", "yellow", "red")
    owner: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["week_ending_on"]}


class Goals(pa.DataFrameModel):
    """One business goal of a customer: where it started, where it should go, where it is."""

    goal_id: pl.String = key()
    account_id: pl.String = required()
    goal: pl.String = optional()
    metric: pl.String = optional()
    unit: pl.String = optional()
    baseline: pl.Float64 = optional()
    target: pl.Float64 = optional()
    actual: pl.Float64 = optional()
    due_on: pl.Date = optional()
    value_amount: Money = optional()
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    status: pl.String = one_of("on_track", "at_risk", "achieved", "missed")

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id"}


class Qbrs(pa.DataFrameModel):
    """One quarterly business review, scheduled or held."""

    qbr_id: pl.String = key()
    account_id: pl.String = required()
    scheduled_on: pl.Date = required()
    held_on: pl.Date = optional()
    satisfaction: pl.Float64 = optional(ge=1, le=5)
    attendee_count: pl.Int64 = at_least_zero()
    has_executive: pl.Boolean = optional()
    notes: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id"}
