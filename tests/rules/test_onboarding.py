"""Onboarding: progress, states, risks, decisions, readiness, value dates, baseline; and who is being offboarded."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.service.baseline import onboarding_metrics
from pipeline.service.offboarding import offboarding
from pipeline.service.onboarding import onboarding
from pipeline.service.onboarding_portfolio import onboarding_funnel, onboarding_segments
from pipeline.service.onboarding_rows import rated_risks
from pipeline.service.readiness import readiness
from tests.rules.books import shipped_policy
from tests.rules.onboarding_books import AS_OF, a_book, rows_of, slowly_judged

POLICY = shipped_policy().onboarding


def judged(column: str, **marts: str) -> dict[str, Any]:
    """A column of the onboarding table by plan."""
    return dict(onboarding(a_book(**marts), POLICY).select("plan_id", column).iter_rows())


def test_each_state_begins_where_its_rule_says() -> None:
    text = """
    plan_id          | planned_pct | completion_pct | target_go_live_on | went_live_on | original_go_live_on | expect
    on plan          | 50          | 50             | 2026-07-01        |              |                     | on_track
    ten behind       | 50          | 40             | 2026-07-01        |              |                     | on_track
    over ten behind  | 50          | 39.9           | 2026-07-01        |              |                     | at_risk
    ahead            | 50          | 90             | 2026-06-30        |              |                     | on_track
    unknown progress | 50          |                | 2026-07-01        |              |                     | on_track
    a day past       | 50          | 50             | 2026-07-02        |              |                     | delayed
    due today        | 99          | 99             |                   |              | 2026-06-26          | on_track
    past due         | 99          | 99             |                   |              | 2026-06-25          | delayed
    early target due | 99          | 99             | 2026-06-25        |              |                     | delayed
    live late        | 99          | 20             | 2026-07-09        | 2026-06-20   | 2026-05-01          | live
    """
    rows = rows_of(text)
    assert judged("state", implementations=text.replace("| expect", "| owner")) == {
        r["plan_id"]: r["expect"] for r in rows
    }


def test_a_red_risk_puts_a_plan_at_risk_and_a_yellow_one_does_not() -> None:
    plans = "plan_id | account_id\nred | r\nyellow | y\nresolved | s\nunrated | u"
    risks = """
    risk_id | account_id | probability | impact | status     | resolved_on
    1       | r          | high        | medium | monitoring |
    2       | y          | medium      | medium | monitoring |
    3       | s          | high        | high   | resolved   |
    4       | s          | high        | high   | monitoring | 2026-06-20
    5       | u          | high        |        | monitoring |
    """
    assert judged("state", implementations=plans, risks=risks) == {
        "red": "at_risk", "yellow": "on_track", "resolved": "on_track", "unrated": "on_track",
    }  # fmt: skip
    assert judged("unrated_risks", implementations=plans, risks=risks)["unrated"] == 1


@pytest.mark.parametrize(
    ("probability", "impact", "score", "level"),
    [
        ("low", "low", 1, "green"), ("low", "medium", 2, "green"), ("low", "high", 3, "yellow"),
        ("medium", "low", 2, "green"), ("medium", "medium", 4, "yellow"), ("medium", "high", 6, "red"),
        ("high", "low", 3, "yellow"), ("high", "medium", 6, "red"), ("high", "high", 9, "red"),
        ("high", "", None, None),
    ],
)  # fmt: skip
def test_a_risk_scores_probability_times_impact(probability: str, impact: str, score: int, level: str) -> None:
    book = a_book(risks=f"risk_id | probability | impact\n1 | {probability} | {impact}")
    assert rated_risks(book, POLICY.risks).select("risk_score", "level").row(0) == (score, level)


def test_lateness_is_the_expected_go_live_against_the_original_one() -> None:
    text = """
    plan_id  | target_go_live_on | went_live_on | original_go_live_on | expect
    in time  | 2026-07-01        |              | 2026-07-01          | 0
    early    | 2026-06-28        |              | 2026-07-01          | 0
    moved    | 2026-07-11        |              | 2026-07-01          | 10
    past due | 2026-06-20        |              | 2026-06-16          | 10
    live     | 2026-07-30        | 2026-06-05   | 2026-06-02          | 3
    live too | 2026-07-30        | 2026-06-01   | 2026-06-02          | 0
    """
    found = judged("days_late", implementations=text.replace("| expect", "| owner"))
    assert found == {row["plan_id"]: int(str(row["expect"])) for row in rows_of(text)}


day = st.dates(date(2026, 5, 1), date(2026, 8, 30))
percent = st.none() | st.integers(0, 100).map(float)
plan = st.fixed_dictionaries(
    {
        "started_on": st.dates(date(2026, 5, 1), AS_OF),
        "original_go_live_on": day,
        "target_go_live_on": st.none() | day,
        "went_live_on": st.none() | st.dates(date(2026, 5, 1), AS_OF),
        "completion_pct": percent,
        "planned_pct": percent,
    }
)


@settings(
    max_examples=100, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(plans=st.lists(plan, min_size=1, max_size=6), reds=st.integers(0, 2))
def test_plan_lateness_and_state_equal_a_slow_count_of_days(plans: list[dict[str, Any]], reds: int) -> None:
    named = [{"plan_id": f"p{at}", **one} for at, one in enumerate(plans)]
    columns = list(named[0])
    header = " | ".join(columns)
    lines = "\n".join(" | ".join("" if one[name] is None else str(one[name]) for name in columns) for one in named)
    risks = "risk_id | probability | impact\n" + "\n".join(f"{at} | high | high" for at in range(reds))
    rows = onboarding(a_book(implementations=f"{header}\n{lines}", risks=risks), POLICY).to_dicts()
    for row, one in zip(rows, named, strict=True):
        slow = slowly_judged(one, reds, AS_OF)
        assert row["planned_pct"] == pytest.approx(slow.planned)
        assert (row["days_late"], row["state"]) == (slow.late, slow.state)
        assert 0 <= row["planned_pct"] <= 100


def test_the_note_makes_the_report_s_health_worse_and_never_better() -> None:
    plans = """
    plan_id | account_id | planned_pct | completion_pct | target_go_live_on | has_technical_blocker
    g       | g          | 50          | 50             |                   |
    n       | n          | 50          | 50             |                   |
    d       | d          | 50          | 50             | 2026-07-20        |
    b       | b          | 50          | 50             |                   | true
    o       | o          | 50          | 50             |                   |
    """
    notes = """
    account_id | week_ending_on | health | decision_needed
    n          | 2026-06-19     | red    | New date
    d          | 2026-06-26     | green  |
    o          | 2026-06-12     | red    | Too old to count
    """
    assert judged("health", implementations=plans, status_notes=notes) == {
        "g": "green", "n": "red", "d": "red", "b": "yellow", "o": "green",
    }  # fmt: skip
    reasons = judged("health_reason", implementations=plans, status_notes=notes)
    assert (reasons["n"], reasons["d"], reasons["b"]) == ("note", "target_moved", "blocker")


def test_a_decision_is_what_the_note_asks_else_the_highest_level_reached() -> None:
    plans = """
    plan_id     | account_id | target_go_live_on | budget | spent
    none        | a          | 2026-07-01        | 100    | 100
    1 day       | b          | 2026-07-02        |        |
    2 days      | c          | 2026-07-03        |        |
    3 days      | d          | 2026-07-04        |        |
    14 days     | e          | 2026-07-15        |        |
    15 days     | f          | 2026-07-16        |        |
    over budget | g          | 2026-07-01        | 100    | 101
    10 over     | h          | 2026-07-01        | 100    | 110
    11 over     | i          | 2026-07-01        | 100    | 111
    hours       | j          | 2026-07-01        |        |
    many hours  | k          | 2026-07-01        |        |
    """
    hours = """
    plan_id    | account_id | side | planned_hours | actual_hours
    hours      | j          | ours | 100           | 120
    many hours | k          | ours | 100           | 121
    """
    assert judged("decision_level", implementations=plans, onboarding_hours=hours) == {
        "none": None, "1 day": "tactical", "2 days": "tactical", "3 days": "operational", "14 days": "operational",
        "15 days": "strategic", "over budget": "operational", "10 over": "operational", "11 over": "strategic",
        "hours": "operational", "many hours": "strategic",
    }  # fmt: skip
    notes = "account_id | week_ending_on | decision_needed\nf | 2026-06-26 | Drop the legacy import?"
    found = onboarding(a_book(implementations=plans, status_notes=notes), POLICY).filter(pl.col("plan_id") == "15 days")
    assert found.select("decision", "decision_source", "decision_level").row(0) == (
        "Drop the legacy import?", "note", "strategic",
    )  # fmt: skip


def test_money_and_tests_are_shares_only_where_there_is_something_to_divide_by() -> None:
    plans = """
    plan_id | budget | spent | uat_executed | uat_passed
    known   | 200    | 50    | 40           | 39
    nothing | 0      | 50    | 0            | 0
    unknown |        | 50    |              |
    """
    assert judged("budget_used_pct", implementations=plans) == {"known": 25.0, "nothing": None, "unknown": None}
    assert judged("uat_pass_pct", implementations=plans) == {"known": 97.5, "nothing": None, "unknown": None}


def test_milestones_are_on_time_when_reached_by_their_day_and_belong_to_the_newest_plan_without_one() -> None:
    plans = "plan_id | started_on | original_go_live_on\nold | 2026-01-01 | 2026-02-01\nnew | 2026-06-01 | 2026-07-01"
    milestones = """
    milestone_id | plan_id | planned_on | actual_on  | status
    1            | new     | 2026-06-10 | 2026-06-10 | completed
    2            |         | 2026-06-11 | 2026-06-12 | completed
    3            |         | 2026-06-12 |            | completed
    4            |         | 2026-06-26 |            | in_progress
    5            |         | 2026-06-27 | 2026-06-20 | completed
    6            | old     | 2026-01-10 | 2026-01-09 | completed
    """
    rows = onboarding(a_book(implementations=plans, milestones=milestones), POLICY).select(
        "plan_id", "milestones_due", "milestones_on_time", "milestones_reached", "milestones_overdue"
    )
    assert rows.rows() == [("new", 4, 2, 4, 1), ("old", 1, 1, 1, 0)]


def test_hypercare_lasts_30_days_and_value_counts_from_contract_and_from_go_live() -> None:
    plans = """
    plan_id | account_id | started_on | went_live_on | first_value_on | contract_started_on
    last    | a          | 2026-05-01 | 2026-05-27   | 2026-06-02     | 2026-04-28
    over    | b          | 2026-04-01 | 2026-05-26   |                | 2026-04-01
    running | c          | 2026-05-28 |              |                | 2026-05-28
    """
    rows = onboarding(a_book(implementations=plans), POLICY).select(
        "plan_id", "is_hypercare", "first_value_days", "first_value_days_from_live", "is_complete_in_time"
    )
    assert rows.rows() == [
        ("last", True, 35, 6, True),
        ("over", False, None, None, False),
        ("running", False, None, None, False),
    ]


def test_onboarding_is_in_time_on_day_28_and_undecided_until_then() -> None:
    plans = """
    plan_id | account_id | started_on | went_live_on
    28 days | a          | 2026-05-01 | 2026-05-29
    29 days | b          | 2026-05-01 | 2026-05-30
    waiting | c          | 2026-05-29 |
    too long| d          | 2026-05-28 |
    """
    assert judged("is_complete_in_time", implementations=plans) == {
        "28 days": True, "29 days": False, "waiting": None, "too long": False,
    }  # fmt: skip
    segments = onboarding_segments(onboarding(a_book(implementations=plans), POLICY), AS_OF)
    assert segments.select("segment", "decided_count", "in_time_count").rows() == [("smb", 3, 1), ("all", 3, 1)]


def test_the_funnel_counts_how_far_plans_came() -> None:
    plans = (
        "plan_id | account_id | phase | went_live_on\n1 | a | setup |\n2 | b | testing |\n3 | c | go_live | 2026-06-20"
    )
    funnel = onboarding_funnel(onboarding(a_book(implementations=plans), POLICY), AS_OF)
    assert funnel.select("phase", "running_count", "reached_count").rows() == [
        ("planning", 0, 3), ("setup", 1, 3), ("configuration", 0, 2), ("migration", 0, 2), ("testing", 1, 2),
        ("go_live", 0, 1), ("optimization", 0, 0),
    ]  # fmt: skip


def checklist(plans: str, feeds: tuple[str, ...] = ("incidents",), **marts: str) -> dict[str, tuple[str, str]]:
    book = a_book(feeds=feeds, implementations=plans, **marts)
    rows = readiness(book, onboarding(book, POLICY), POLICY)
    return {row["item"]: (row["state"], row["evidence"]) for row in rows.to_dicts()}


def test_without_any_data_no_item_of_the_checklist_is_done_or_open_but_the_date() -> None:
    found = checklist("plan_id\np", feeds=())
    known = {item: state for item, (state, _) in found.items() if state != "unknown"}
    assert known == {"date_agreed": "done", "escalation_path": "done"}
    assert len(found) == 16


def test_the_checklist_is_decided_by_data() -> None:
    found = checklist(
        "plan_id | uat_executed | uat_passed | data_loaded_pct | data_accuracy_pct\np | 40 | 38 | 100 | 98.9",
        user_groups="department | user_count | activated_count | admin_count | admin_activated_count\nIT | 4 | 3 | 1 | 1",
        contacts="contact_id | role | departed_on\n1 | champion |\n2 | technical_lead | 2026-01-01",
        milestones="""
        milestone_id | title             | deliverables   | planned_on | actual_on  | status
        1            | Key users trained | Runbook signed | 2026-06-10 | 2026-06-12 | completed
        2            | Walk through SLA  |                | 2026-06-20 |            | scheduled
        """,
        tasks="""
        task_id | side     | enables | status      | completed_on
        1       | customer | Go-live | completed   |
        2       | customer | go live | in_progress |
        3       | ours     | Go-live |             | 2026-06-01
        4       | ours     |         | in_progress |
        """,
        onboarding_weeks="""
        plan_id | measured  | training_assigned_count | training_completed_count | downtime_seconds
        p       | this_week | 6                       | 6                        | 605
        """,
    )
    assert found == {
        "users_provisioned": ("open", "3 of 4 users active"),
        "admin_access": ("done", "1 of 1 admins active"),
        "test_transactions": ("done", "95%"),
        "performance": ("open", "99.8%"),
        "integration": ("open", "100% loaded, 98.9% accurate"),
        "support_contacts": ("open", "1 of 2 key contacts"),
        "escalation_path": ("done", "Kim, then Lou"),
        "sla_terms": ("unknown", None),
        "emergency_procedures": ("done", "Key users trained: Runbook signed"),
        "admin_training": ("done", "Key users trained: Runbook signed"),
        "user_training": ("done", "100%"),
        "documentation": ("unknown", None),
        "faq": ("unknown", None),
        "customer_ready": ("open", "1 of 2 actions towards go-live done"),
        "team_ready": ("done", "1 of 1 actions towards go-live done"),
        "date_agreed": ("done", "1 Jul 2026"),
    }


def test_a_week_is_held_against_the_week_after_go_live_and_a_growing_target() -> None:
    plans = "plan_id | went_live_on\np | 2026-06-05"
    weeks = """
    plan_id | measured  | business_day_count | business_user_day_count | user_day_count | event_count | downtime_seconds
    p       | baseline  | 5                  | 200                     | 200            | 400         | 0
    p       | last_week | 5                  | 210                     | 210            | 420         | 0
    p       | this_week | 5                  | 240                     | 240            | 720         | 0
    """
    book = a_book(implementations=plans, onboarding_weeks=weeks)
    rows = {row["metric"]: row for row in onboarding_metrics(book, onboarding(book, POLICY), POLICY).to_dicts()}
    dau = rows["dau_pct"]
    assert (dau["baseline"], dau["last_week"], dau["value"]) == (40.0, 42.0, 48.0)
    assert dau["target"] == pytest.approx(40 * 1.1**2)
    assert dau["is_met"] is False
    assert (rows["events_per_user_day"]["baseline"], rows["events_per_user_day"]["value"]) == (2.0, 3.0)
    assert "csat" not in rows


def test_usage_that_is_not_known_is_no_adoption_of_zero() -> None:
    weeks = "plan_id | measured | downtime_seconds\np | this_week | 0"
    assert judged("dau_pct", implementations="plan_id\np", onboarding_weeks=weeks) == {"p": None}
    book = a_book(feeds=(), implementations="plan_id\np", onboarding_weeks=weeks)
    assert onboarding(book, POLICY)["uptime_pct"].to_list() == [None]


def leaving(triggers: str, tasks: str = "task_id\n") -> dict[str, tuple[Any, ...]]:
    rows = offboarding(a_book(offboarding_triggers=triggers, tasks=tasks), POLICY.offboarding)
    columns = ("account_id", "trigger", "step", "due_on", "grace_ends_on", "delete_on")
    return {row[0]: row[1:] for row in rows.select(columns).iter_rows()}


def test_each_trigger_has_its_grace_and_data_go_90_days_after_suspension() -> None:
    found = leaving(
        """
        account_id | trigger          | triggered_on
        renew      | non_renewal      | 2026-06-20
        pay        | non_payment      | 2026-05-28
        late       | non_payment      | 2026-05-29
        ask        | customer_request | 2026-06-20
        terms      | terms_violation  | 2026-06-20
        gone       | non_renewal      | 2025-10-01
        """
    )
    first = ("notification", date(2026, 6, 20))
    assert found == {
        "renew": ("non_renewal", *first, date(2026, 7, 20), date(2026, 10, 18)),
        "pay": ("non_payment", "notification", date(2026, 5, 28), date(2026, 7, 27), date(2026, 10, 25)),
        "ask": ("customer_request", *first, date(2026, 7, 20), date(2026, 10, 18)),
        "terms": ("terms_violation", *first, date(2026, 6, 20), date(2026, 9, 18)),
    }


def test_the_step_is_the_first_that_is_not_done_and_a_confirmed_case_is_closed() -> None:
    triggers = "\n".join(
        ["account_id | trigger | triggered_on", *(f"{name} | non_renewal | 2026-05-01" for name in "abcd")]
    )
    found = leaving(
        triggers,
        """
        task_id | account_id | offboarding_step | status      | completed_on
        1       | a          | Notification     | completed   | 2026-05-02
        2       | b          | notification     | completed   | 2026-05-02
        3       | b          | data export      | completed   | 2026-05-10
        4       | c          | notification     | completed   | 2026-05-02
        5       | c          | data_export      | completed   | 2026-05-03
        6       | c          | Suspension       | completed   | 2026-06-20
        7       | d          | confirmation     | completed   | 2026-06-20
        """,
    )
    grace = date(2026, 5, 31)
    assert found == {
        "a": ("non_renewal", "data_export", grace, grace, date(2026, 8, 29)),
        "b": ("non_renewal", "suspension", grace, grace, date(2026, 8, 29)),
        "c": ("non_renewal", "deletion", date(2026, 9, 18), grace, date(2026, 9, 18)),
    }


def test_of_several_triggers_the_one_that_suspends_first_counts() -> None:
    found = leaving(
        "account_id | trigger | triggered_on\na | customer_request | 2026-06-01\na | terms_violation | 2026-06-25"
    )
    assert found["a"][0] == "terms_violation"


def test_no_plan_gives_empty_tables_with_their_columns() -> None:
    book = a_book()
    rows = onboarding(book, POLICY)
    assert rows.height == 0
    assert rows.columns[:10] == [
        "plan_id", "account_id", "phase", "completion_pct", "planned_pct", "state", "days_late", "budget_used_pct",
        "red_risks", "yellow_risks",
    ]  # fmt: skip
    assert onboarding_metrics(book, rows, POLICY).height == 0
