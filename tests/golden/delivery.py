"""What the teams of the golden company write down about each customer: one function per table, one life at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from tests.golden.days import AS_OF, back, cents

Rows = list[dict[str, Any]]


def goals(index: int, life: Mapping[str, Any]) -> Rows:
    """What the customer wants to reach; none, one, two or three."""
    return [
        {
            "goal_id": f"G{index}-{turn}",
            "account_id": life["account_id"],
            "goal": ("Cut the time to close a month", "Raise on-time delivery", "Retire two old tools")[turn],
            "metric": ("Days to close", "On-time delivery", "Tools retired")[turn],
            "unit": ("days", "%", None)[turn],
            "baseline": (9.0, 88.0, 0.0)[turn],
            "target": (5.0, 95.0, 2.0)[turn],
            "actual": (4.5, 92.5, None)[turn],
            "due_on": AS_OF + timedelta(days=30 * turn),
            "value_amount": cents(18000 * turn),
            "currency": "USD",
            "status": ("achieved", "on_track", "at_risk")[turn],
        }
        for turn in range(index % 4)
    ]


def tasks(index: int, life: Mapping[str, Any]) -> Rows:
    """What somebody owes; of three, one is the customer's."""
    return [
        {
            "task_id": f"K{index}-{turn}",
            "account_id": life["account_id"],
            "title": ("Agree the training plan", "Name a new technical lead", "Share the rollout calendar")[turn],
            "owner": life["csm"] if turn != 1 else "Robin Hale",
            "side": "ours" if turn != 1 else "customer",
            "due_on": AS_OF + timedelta(days=index % 20 - 4 + turn),
            "priority": "p2",
            "status": "in_progress",
            "description": None,
            "enables": None,
            "created_on": back(20),
            "completed_on": None,
            "action_id": None,
            "renewal_step": None,
            "offboarding_step": None,
        }
        for turn in range(1 + index % 3)
    ]


def qbrs(index: int, life: Mapping[str, Any]) -> Rows:
    """The last review; every fifth was planned and not held."""
    return [
        {
            "qbr_id": f"Q{index}",
            "account_id": life["account_id"],
            "scheduled_on": back(30 + index * 9 % 200),
            "held_on": back(30 + index * 9 % 200) if index % 5 else None,
            "satisfaction": 4.5,
            "attendee_count": 5,
            "has_executive": True,
            "notes": "internal words",
        },
    ]


def contacts(index: int, life: Mapping[str, Any]) -> Rows:
    """A champion and a sponsor."""
    people = (("champion", "Robin Hale"), ("executive_sponsor", "Dana Frost"))
    return [
        {
            "contact_id": f"{role}-{index}",
            "account_id": life["account_id"],
            "full_name": name,
            "email": "robin@example.com",
            "title": "Director" if role == "champion" else "CFO",
            "role": role,
            "joined_on": life["since"],
            "departed_on": None,
        }
        for role, name in people
    ]


def feedback_items(index: int, life: Mapping[str, Any]) -> Rows:
    """A wish, decided on or not."""
    return [
        {
            "feedback_id": f"F{index}",
            "account_id": life["account_id"],
            "source": "qbr",
            "received_on": back(10 + index * 3 % 120),
            "category": "product",
            "sentiment": ("positive", "negative")[index % 2],
            "theme": "Exports",
            "text": "Exports should run in the background.",
            "is_feature_request": True,
            "decision": ("roadmap", "backlog", None)[index % 3],
            "decided_on": back(5) if index % 3 != 2 else None,
            "shipped_on": back(2) if index % 6 == 0 else None,
        },
    ]


def activities_recent(index: int, life: Mapping[str, Any]) -> Rows:
    """The last meeting."""
    return [
        {
            "account_id": life["account_id"],
            "type": "meeting",
            "occurred_on": back(index % 40),
            "subject": "Monthly check-in",
            "owner": life["csm"],
            "direction": "proactive",
            "was_attended": True,
            "sentiment": "positive",
            "contact_id": None,
        },
    ]


def opportunities(index: int, life: Mapping[str, Any]) -> Rows:
    """An expansion deal of some that stayed."""
    if not (index % 6 == 2 and not life["churned"]):
        return []
    return [
        {
            "opportunity_id": f"O{index}",
            "account_id": life["account_id"],
            "opportunity_name": "More seats",
            "type": "expansion",
            "stage": "Proposal",
            "amount": cents(12000),
            "currency": "USD",
            "probability_pct": 60.0,
            "forecast_category": "best_case",
            "created_on": back(40),
            "close_on": AS_OF + timedelta(days=40),
            "is_closed": False,
            "is_won": False,
            "owner": "Eli Stone",
            "contract_id": None,
            "record_url": None,
        },
    ]


def implementations(index: int, life: Mapping[str, Any]) -> Rows:
    """A late implementation of every tenth."""
    if index % 10:
        return []
    return [
        {
            "plan_id": f"I{index}",
            "account_id": life["account_id"],
            "started_on": back(40),
            "original_go_live_on": back(5),
            "target_go_live_on": AS_OF + timedelta(days=20),
            "went_live_on": None,
            "phase": "testing",
            "completion_pct": 62.0,
            "planned_pct": 80.0,
            "budget": cents(40000),
            "spent": cents(31000),
            "currency": "USD",
            "owner": life["csm"],
            "has_technical_blocker": True,
            "uat_executed": 40,
            "uat_passed": 33,
            "data_loaded_pct": 90.0,
            "data_accuracy_pct": 98.0,
            "first_value_on": None,
            "stakeholder_score": 7.0,
        },
    ]


def risks(index: int, life: Mapping[str, Any]) -> Rows:
    """The blocker of a late implementation."""
    if index % 10:
        return []
    return [
        {
            "risk_id": f"R{index}",
            "account_id": life["account_id"],
            "type": "technical",
            "description": "The old system cannot export history",
            "probability": "high",
            "impact": "medium",
            "mitigation": "Import through the API",
            "owner": life["csm"],
            "status": "monitoring",
            "is_blocker": True,
            "root_cause": None,
            "target_on": AS_OF + timedelta(days=9),
            "created_on": back(18),
            "resolved_on": None,
        },
    ]


def status_notes(index: int, life: Mapping[str, Any]) -> Rows:
    """The week of a late implementation, in its owner's words."""
    if index % 10:
        return []
    return [
        {
            "account_id": life["account_id"],
            "week_ending_on": AS_OF,
            "progress": "History imported",
            "metrics": None,
            "blockers": "Export of the old system",
            "next_week": "User acceptance test",
            "decision_needed": "Go live without history?",
            "health": "yellow",
            "owner": life["csm"],
        },
    ]


def milestones(index: int, life: Mapping[str, Any]) -> Rows:
    """The next team to go live."""
    return [
        {
            "milestone_id": f"M{index}",
            "account_id": life["account_id"],
            "plan_id": None,
            "title": "Second team goes live",
            "type": "go_live",
            "planned_on": AS_OF + timedelta(days=20 + index),
            "actual_on": None,
            "owner": life["csm"],
            "our_actions": None,
            "customer_actions": "Name the users",
            "deliverables": None,
            "success_criteria": "20 weekly users",
            "is_critical_path": False,
            "status": "scheduled",
        },
    ]


WRITTEN: tuple[Callable[[int, Mapping[str, Any]], Rows], ...] = (
    goals,
    tasks,
    qbrs,
    contacts,
    feedback_items,
    activities_recent,
    opportunities,
    implementations,
    risks,
    status_notes,
    milestones,
)


def delivery_rows(people: Sequence[Mapping[str, Any]]) -> dict[str, Rows]:
    """Goals, tasks, milestones, implementations, risks, reviews, notes, feedback and what else teams write down."""
    made = {one.__name__: [row for index, life in enumerate(people) for row in one(index, life)] for one in WRITTEN}
    return made | {"targets": [{"period": "2026", "measure": "nps", "dimension": "all", "value": 45.0}]}
