"""Appendices A to F of a weekly status report, each from a `Shared` alone (infra 7.1, section 7)."""

from collections.abc import Sequence
from typing import Any

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.status.parts import Block, dated, figure, lines, met, risk_text, table, who
from pipeline.reports.sections.status.safe import Shared

LEVELS = {"red": "■ Red", "yellow": "◆ Yellow", "green": "● Green"}
STATES = {"done": "● Done", "open": "▲ Open", "unknown": "○ No record"}
MILESTONE = {"scheduled": "Scheduled", "in_progress": "In progress", "completed": "Completed", "at_risk": "In doubt"}
FEATURES = 12


def appendices(it: Shared) -> list[tuple[str, list[Block]]]:
    """Each appendix with its title; one that nothing feeds is left out."""
    made = [
        ("Appendix A: Milestones in detail", milestones(it)),
        ("Appendix B: Risk register", register(it)),
        ("Appendix C: Action items", actions(it)),
        ("Appendix D: Testing and readiness", testing(it)),
        ("Appendix E: System performance and use", performance(it)),
        ("Appendix F: Resources", resources(it)),
    ]
    return [(title, blocks) for title, blocks in made if blocks]


def milestones(it: Shared) -> list[Block]:
    """Every milestone with owner, planned and actual day."""
    rows = [
        (
            one["title"] or wording.word(one["type"]),
            wording.word(one["type"]),
            one["owner"],
            wording.near_day(one["planned_on"], it.as_of),
            wording.near_day(one["reached_on"], it.as_of) if one["reached_on"] else None,
            _standing(one, it),
        )
        for one in it.milestones
    ]
    return table("", ("Milestone", "Kind", "Owner", "Planned", "Reached", "Status"), (28, 16, 20, 12, 12, 12), rows)


def register(it: Shared) -> list[Block]:
    """Every risk, the resolved ones at the end."""
    rows = [
        (
            risk_text(one),
            wording.word(one["probability"]),
            wording.word(one["impact"]),
            _score(one),
            one["mitigation"],
            one["owner"],
            wording.word(one["status"]) if one["is_open"] else _resolved(one, it),
        )
        for one in it.risks
    ]
    head = ("Risk", "Likelihood", "Impact", "Score", "Mitigation", "Owner", "Status")
    return table("", head, (25, 11, 9, 11, 20, 12, 12), rows, note="Score: likelihood times impact, 1 to 9.")


def actions(it: Shared) -> list[Block]:
    """Open actions of both sides, the earliest first."""
    rows = [
        (
            one["title"],
            who(one),
            "Yours" if one["side"] == "customer" else "Ours",
            dated(one["due_on"], it),
            wording.word(one["status"]) if one["status"] else None,
            one["enables"],
        )
        for one in it.tasks
        if not one["completed_on"] and one["status"] != "completed"
    ]
    return table("", ("Action", "Owner", "Side", "Due", "Status", "Enables"), (32, 20, 9, 12, 14, 13), rows)


def testing(it: Shared) -> list[Block]:
    """User acceptance tests, data, and the go-live checklist."""
    plan = it.plan
    rows: list[Sequence[Any]] = []
    if plan["uat_executed"]:
        failed = plan["uat_executed"] - (plan["uat_passed"] or 0)
        rows += [
            ("Test cases run", wording.number(plan["uat_executed"])),
            ("Passed", f"{wording.number(plan['uat_passed'])} ({wording.percent(plan['uat_pass_pct'])})"),
            ("Failed, to be run again", wording.number(failed)),
        ]
    rows += [
        (label, wording.percent(plan[name], 0 if float(plan[name]).is_integer() else 1))
        for label, name in (("Data loaded", "data_loaded_pct"), ("Data accurate", "data_accuracy_pct"))
        if plan[name] is not None
    ]
    ready = [(one["area"], one["label"], STATES[one["state"]], one["evidence"]) for one in it.readiness]
    done = sum(one["state"] == "done" for one in it.readiness)
    return [
        *table("User acceptance test and data", ("", ""), (60, 40), rows, (1,)),
        *table(
            f"Go-live readiness: {done} of {len(ready)} shown by data",
            ("Area", "Item", "State", "What shows it"),
            (22, 32, 14, 32),
            ready,
        ),
    ]


def performance(it: Shared) -> list[Block]:
    """Metrics of the week against last week, the week after go-live and their targets; incidents; use by feature."""
    metrics = [
        (
            one["label"],
            figure(one, "value"),
            figure(one, "last_week"),
            figure(one, "baseline"),
            figure(one, "target"),
            met(one["is_met"]),
        )
        for one in it.metrics
    ]
    has_baseline = any(one["baseline"] is not None for one in it.metrics)
    kept = (0, 1, 2, 3, 4, 5) if has_baseline else (0, 1, 2, 4, 5)
    head = ("Metric", "This week", "Last week", "Week after go-live", "Target", "")
    widths = (34, 13, 13, 14, 13, 13) if has_baseline else (40, 15, 15, 15, 15)
    return [
        *table(
            "",
            [head[at] for at in kept],
            widths,
            [[row[at] for at in kept] for row in metrics],
            range(1, len(kept) - 1),
        ),
        *lines("Incidents of the last 30 days", [_incident(one) for one in it.incidents]),
        *_groups(it),
        *_heat(it),
    ]


def resources(it: Shared) -> list[Block]:
    """Hours by phase and side, planned and spent."""
    rows = [
        (
            wording.word(one["phase"]) if one["phase"] else "Without a phase",
            "Your team" if one["side"] == "customer" else "Our team",
            _hours(one["planned_hours"]),
            _hours(one["actual_hours"]),
            _used(one["actual_hours"], one["planned_hours"]),
        )
        for one in it.hours
    ]
    return table("Hours by phase", ("Phase", "Side", "Planned", "Spent", "Used"), (32, 20, 16, 16, 16), rows, (2, 3, 4))


def _standing(one: Row, it: Shared) -> Any:
    if one["reached_on"]:
        return "Completed"
    if one["planned_on"] < it.as_of:
        return {"text": "Overdue", "late": True}
    return MILESTONE.get(one["status"] or "", "Scheduled")


def _score(one: Row) -> str | None:
    return None if one["risk_score"] is None else f"{one['risk_score']} {LEVELS[one['level']]}"


def _resolved(one: Row, it: Shared) -> str:
    return f"Resolved {wording.near_day(one['resolved_on'], it.as_of)}" if one["resolved_on"] else "Resolved"


def _incident(one: Row) -> str:
    ended = "still open" if one["ended_on"] is None else "resolved"
    return f"{wording.day(one['started_on'])}: {wording.word(one['severity'])} incident, {ended}"


def _groups(it: Shared) -> list[Block]:
    told = any(one["active_count_30d"] is not None for one in it.groups)
    rows = [
        (
            one["department"] or "Without a department",
            wording.word(one["role"]) if one["role"] else None,
            one["user_count"],
            f"{one['activated_count']} ({wording.share(one['activated_count'], one['user_count'])})",
            *([wording.share(one["active_count_30d"], one["user_count"])] if told else []),
        )
        for one in it.groups
    ]
    head = ["Department", "Role", "Users", "Activated", *(["Active in 30 days"] if told else [])]
    widths = [30, 22, 14, 17, 17] if told else [36, 28, 16, 20]
    return table("Adoption by department and role", head, widths, rows, range(2, len(head)))


def _heat(it: Shared) -> list[Block]:
    """Which features are used and which are not; the mark darkens with use."""
    most = max((one["user_day_count_90d"] for one in it.features), default=0)
    rows = [
        (one["feature_name"], one["area"], {"heat": one["user_day_count_90d"] / most * 100 if most else 0},
         one["user_day_count_90d"] or "not used")
        for one in it.features[:FEATURES]
    ]  # fmt: skip
    more = len(it.features) - FEATURES
    note = f"{wording.counted(more, 'more feature')} with less use." if more > 0 else ""
    head = ("Feature", "Area", "Use", "User-days in 90 days")
    return table("Features by use", head, (30, 20, 30, 20), rows if most else [], (3,), note)


def _hours(value: float | None) -> str | None:
    return None if value is None else wording.number(value, 0 if float(value).is_integer() else 1)


def _used(part: float | None, whole: float | None) -> str | None:
    return wording.share(part, whole) if part is not None and whole else None
