"""The weekly status report of two implementations about which everything is on file: filled, and safe for the customer."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from pipeline.frames import shaped
from pipeline.reports.facts import View
from pipeline.reports.sections.status.internal import lifetime_years
from pipeline.reports.sections.status.safe import Shared, shared
from pipeline.reports.status import customer_data, running, status
from pipeline.service.baseline import onboarding_metrics
from pipeline.service.onboarding import onboarding
from pipeline.service.onboarding_rows import GROUPS, HOURS, MILESTONES, NOTES, PLANS, RISKS, TASKS, WEEKS
from pipeline.service.readiness import readiness
from pipeline.stages.press import prints
from pipeline.stages.press.pages import make_press, page_html
from pipeline.workspace import Workspace
from tests.golden.company import company
from tests.golden.factory import AS_OF, cents
from tests.golden.test_documents import text_of

PLANNED = ("A000", "A010")
SECRETS = (
    "secret note",
    "secret deal",
    "secret surcharge",
    "secret cause",
    "secret step",
    "prepare renewal numbers",
    "lifetime value",
    "expansion",
    "budget",
    "pipeline",
    "gross",
    "arr",
    "churn",
    "health score",
    "probability",
    "at risk",
    "critical",
    "internal",
    "$",
)
EXACT = {"arr": "(?![a-z])"}
INTERNAL_FIELDS = {
    "arr", "arr_pending", "budget", "spent", "budget_amount", "spent_amount", "budget_used_pct", "cost", "currency",
    "expansion_pipeline", "expansion_potential", "note_decision", "decision", "owner_note", "health_score",
    "churn_risk_points", "renewal_on", "renewal_probability_pct", "summary", "description_internal", "action_id",
}  # fmt: skip


def ago(days: int) -> Any:
    return AS_OF - timedelta(days=days)


def typed(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return shaped(pl.DataFrame(rows, schema={name: kind for name, kind in schema.items() if name in rows[0]}), schema)


def rows_of(account: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that may be on file about one implementation, with a secret in every internal field."""
    plan, a = f"P-{account}", {"account_id": account}
    spent = {
        "budget": cents(77_777),
        "spent": cents(66_666),
        "budget_amount": cents(77_777),
        "spent_amount": cents(66_666),
    }
    return {
        "implementations": [
            {**a, "plan_id": plan, "started_on": ago(40), "original_go_live_on": ago(-8), "target_go_live_on": ago(-20),
             "phase": "testing", "completion_pct": 62.0, "planned_pct": 80.0, "currency": "USD", "owner": "Kim Ode",
             "uat_executed": 40, "uat_passed": 33, "data_loaded_pct": 90.0, "data_accuracy_pct": 98.4,
             "stakeholder_score": 7.0, "has_technical_blocker": True, **spent}
        ],
        "milestones": [
            {**a, "milestone_id": f"{plan}-{at}", "plan_id": plan, "title": f"Step {at}", "type": "phase_complete",
             "planned_on": ago(day), "actual_on": ago(day - 1) if day > 3 else None, "owner": "Kim Ode",
             "our_actions": "Run the session", "customer_actions": "Name the people", "deliverables": "Checklist",
             "success_criteria": "Accepted", "is_critical_path": at == 1,
             "status": "completed" if day > 3 else "scheduled"}
            for at, day in enumerate((20, 5, -4, -20), 1)
        ],
        "risks": [
            {**a, "risk_id": f"{plan}-{at}", "type": kind, "description": words, "probability": p, "impact": i,
             "mitigation": "Import through the API", "owner": "Kim Ode", "status": "monitoring",
             "is_blocker": at in (1, 5), "root_cause": "Old export format", "target_on": ago(-9), "created_on": ago(18),
             "resolved_on": ago(2) if at == 5 else None}
            for at, (kind, words, p, i) in enumerate(
                (
                    ("technical", "History cannot be exported", "high", "high"),
                    ("timeline", "Test data arrive late", "medium", "medium"),
                    ("organizational", "Project lead changes", "low", "low"),
                    ("budget", "secret surcharge is not covered", "high", "low"),
                    ("technical", "Single sign-on failed", "high", "high"),
                ),
                1,
            )
        ],
        "tasks": [
            {**a, "task_id": f"{plan}-{at}", "title": title, "owner": None if side == "customer" else "Kim Ode",
             "side": side, "due_on": ago(-3), "status": "in_progress", "enables": enables,
             "completed_on": ago(1) if title == "Map zones" else None,
             "offboarding_step": "secret step" if title == "Plan the exit" else None}
            for at, (title, side, enables) in enumerate(
                (
                    ("Send item list", "customer", "Go-live"),
                    ("Connect test system", "ours", "Go-live"),
                    ("Map zones", "customer", "Go-live"),
                    ("Prepare renewal numbers", "customer", "Go-live"),
                    ("secret step of a play", "ours", None),
                    ("Plan the exit", "customer", "Go-live"),
                ),
                1,
            )
        ],
        "status_notes": [
            {**a, "week_ending_on": AS_OF, "progress": "secret note: slow", "blockers": "secret note: their lead",
             "decision_needed": "secret note: go live without history?", "health": "yellow", "owner": "Kim Ode"}
        ],
        "onboarding_weeks": [
            {**a, "plan_id": plan, "measured": measured, "ends_on": ago(back), "business_day_count": 5,
             "user_day_count": users, "business_user_day_count": users, "event_count": 8 * users,
             "ticket_created_count": 2, "ticket_solved_count": 1, "resolution_minute_sum": 300,
             "training_assigned_count": 6, "training_completed_count": done, "downtime_seconds": 0}
            for measured, back, users, done in (("this_week", 0, 30, 5), ("last_week", 7, 20, 3))
        ],
        "onboarding_hours": [
            {**a, "plan_id": plan, "phase": phase, "side": side, "planned_hours": 20.0, "actual_hours": 18.0,
             "planned_hours_7d": 10.0, "actual_hours_7d": 6.0}
            for phase in ("setup", "testing") for side in ("ours", "customer")
        ],
        "user_groups": [
            {**a, "department": "IT", "role": "Administrator", "user_count": 2, "activated_count": 1, "admin_count": 1,
             "admin_activated_count": 1, "active_count_30d": 1, "user_day_count_30d": 9}
        ],
        "incidents": [
            {"incident_id": f"I-{account}", **a, "started_on": ago(4), "ended_on": ago(4), "severity": "minor",
             "summary": "secret cause"}
        ],
        "opportunities": [
            {"opportunity_id": f"O-{account}", **a, "opportunity_name": "secret deal", "type": "expansion",
             "stage": "Proposal", "amount": cents(12_000), "probability_pct": 60.0, "is_closed": False,
             "close_on": ago(-30)}
        ],
    }  # fmt: skip


SCHEMAS = {
    "implementations": PLANS,
    "milestones": MILESTONES,
    "risks": RISKS,
    "tasks": TASKS,
    "status_notes": NOTES,
    "onboarding_weeks": WEEKS,
    "onboarding_hours": HOURS,
    "user_groups": GROUPS,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    it = company()
    rows: dict[str, list[dict[str, Any]]] = {}
    for account in PLANNED:
        for mart, some in rows_of(account).items():
            rows.setdefault(mart, []).extend(some)
    frames = {mart: typed(rows[mart], schema) for mart, schema in SCHEMAS.items()}
    told = it.book.feed_weeks.head(1).with_columns(pl.lit("incidents").alias("feed"), pl.lit(True).alias("has_rows"))
    it.book = replace(
        it.book,
        **frames,
        incidents_recent=pl.DataFrame(rows["incidents"]),
        opportunities=pl.DataFrame(rows["opportunities"]),
        feed_weeks=pl.concat([it.book.feed_weeks, told], how="diagonal"),
    )
    plans = onboarding(it.book, it.policy.onboarding)
    service = replace(
        it.scores.service,
        onboarding=plans,
        onboarding_metrics=onboarding_metrics(it.book, plans, it.policy.onboarding),
        onboarding_readiness=readiness(it.book, plans, it.policy.onboarding),
    )
    retention = pl.DataFrame({"period_ends_on": [AS_OF], "dimension": ["all"], "value": ["all"], "grr_pct": [90.0]})
    it.scores = replace(it.scores, service=service, money=replace(it.scores.money, retention=retention))
    root = tmp_path_factory.mktemp("status")
    it.press = make_press(Workspace(root, it.settings), AS_OF, it.policy, lambda line: None)
    it.documents = {document.path: document for document in status(it.book, it.scores, it.context)}
    it.view = View(it.book, it.scores, it.context)
    return it


def edition(made: SimpleNamespace, name: str) -> list[Any]:
    return [document for path, document in made.documents.items() if path.startswith(f"{name}/")]


def test_each_implementation_under_way_has_both_editions(made: SimpleNamespace) -> None:
    paths = sorted(re.sub(r"-[0-9a-f]{8}/", "/", path) for path in made.documents)
    assert len(paths) == 4
    assert all(re.fullmatch(r"(customer|internal)/[a-z0-9-]+/[a-z0-9-]+/status", path) for path in paths)


def test_every_section_and_appendix_is_filled_for_two_implementations(made: SimpleNamespace) -> None:
    appendices = [f"Appendix {letter}" for letter in "ABCDEF"]
    for document in edition(made, "internal"):
        assert [section["number"] for section in document.data["sections"]] == [2, 3, 4, 5, 6]
        assert [title[:10] for title, _ in document.data["appendices"]] == appendices
    for document in edition(made, "customer"):
        assert [section["number"] for section in document.data["sections"]] == [2, 3, 4, 5]
        assert [title[:10] for title, _ in document.data["appendices"]] == appendices
    said = text_of(page_html(made.press, edition(made, "internal")[0], "print"))
    for words in (
        "Milestones reached", "Blockers resolved", "What we need from your team", "Red: endangers", "Yellow: watched",
        "Green: no action", "Open opportunities", "Financial", "Estimated lifetime value", "Critical resource needs",
        "Adoption by department and role", "Features by use", "Hours by phase", "Remaining budget", "Go-live readiness",
    ):  # fmt: skip
        assert words in said, words


def test_the_customer_s_edition_names_nothing_internal(made: SimpleNamespace) -> None:
    for document in edition(made, "customer"):
        for kind in ("screen", "print"):
            html = page_html(made.press, document, kind)
            said = text_of(re.sub(r"<title>.*?</title>", "", html, flags=re.DOTALL)).lower()
            found = [word for word in SECRETS if re.search(rf"(?<![a-z]){re.escape(word)}{EXACT.get(word, '')}", said)]
            assert found == []
    ours = text_of(page_html(made.press, edition(made, "internal")[0], "print")).lower()
    assert [
        word for word in ("secret note", "secret deal", "secret surcharge", "$77.8k", "$66.7k") if word not in ours
    ] == []


def test_what_the_customer_s_edition_is_made_of_cannot_reach_an_internal_field(made: SimpleNamespace) -> None:
    plan = running(made.view)[0]
    it = shared(made.view, plan, is_for_customer=True)
    keys = {key for field in fields(Shared) for key in _keys(getattr(it, field.name))}
    assert keys & INTERNAL_FIELDS == set()
    assert customer_data(it, made.policy.onboarding.decisions) == edition(made, "customer")[0].data


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value)
    return {key for one in value for key in _keys(one)} if isinstance(value, list) else set()


def test_nothing_empty_is_printed(made: SimpleNamespace) -> None:
    for document in made.documents.values():
        said = text_of(page_html(made.press, document, "print"))
        assert "None." not in said.replace("None this week.", "")
        assert not re.search(r"\bNone\b(?! this week)|\bnan\b|\bnull\b|\[\]|\{\}", said)
        for blocks in [*(s["blocks"] for s in document.data["sections"]), *(b for _, b in document.data["appendices"])]:
            assert all(block.get("rows") or block.get("items") for block in blocks)


def test_a_plan_with_nothing_but_its_dates_prints_no_empty_part(made: SimpleNamespace) -> None:
    bare = made.book.implementations.head(1).select("plan_id", "account_id", "started_on", "original_go_live_on")
    empty = {mart: schema_of(schema) for mart, schema in SCHEMAS.items()}
    book = replace(made.book, **{**empty, "implementations": shaped(bare, PLANS)}, incidents_recent=pl.DataFrame())
    plans = onboarding(book, made.policy.onboarding)
    service = replace(
        made.scores.service,
        onboarding=plans,
        onboarding_metrics=onboarding_metrics(book, plans, made.policy.onboarding),
        onboarding_readiness=readiness(book, plans, made.policy.onboarding),
    )
    for document in status(book, replace(made.scores, service=service), made.context):
        said = text_of(page_html(made.press, document, "print"))
        assert "Milestones reached\n" not in said.split("This week")[0]
        assert all(section["blocks"] for section in document.data["sections"])
        assert not re.search(r"\bNone\b(?! this week|\.)", said)


def schema_of(schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@pytest.mark.parametrize(
    ("grr", "years"), [(90.0, 10.0), (80.0, 5.0), (75.0, 4.0), (50.0, 2.0), (0.0, 1.0), (100.0, 5.0), (None, None)]
)
def test_life_is_one_over_what_is_lost_in_a_year_and_at_most_five_years(grr: float | None, years: float | None) -> None:
    found = lifetime_years(grr, 5)
    assert found == (None if years is None else pytest.approx(min(years, 5)))


def test_the_documents_print_as_pages(made: SimpleNamespace, tmp_path: Path) -> None:
    fonts = {name: (body, "font/ttf") for name, body in made.press.fonts.files.items()}
    prints.start_press(made.press.paper_css, fonts)
    try:
        for document in made.documents.values():
            _, pages = prints.print_page(page_html(made.press, document, "print"))
            assert 3 <= pages <= 9
    finally:
        prints.PRESS.clear()
