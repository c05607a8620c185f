"""The sections of a weekly status report that both editions share: infra 7.1, each from a `Shared` alone.

A block without rows is left out, and so is a section without blocks: nothing empty is printed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pipeline.reports import wording
from pipeline.reports.sections.status.parts import (
    Block,
    dated,
    figure,
    hours_of,
    impact,
    levels,
    lines,
    on_time,
    risk_text,
    table,
    who,
    yes,
)
from pipeline.reports.sections.status.safe import Shared

WEEK = timedelta(days=7)


def accomplished(it: Shared) -> list[Block]:
    """Milestones reached, blockers resolved and what the metrics did this week."""
    reached = [one for one in it.milestones if one["reached_on"] and it.as_of - WEEK < one["reached_on"] <= it.as_of]
    solved = [
        risk
        for risk in it.risks
        if risk["is_blocker"] and risk["resolved_on"] and it.as_of - WEEK < risk["resolved_on"] <= it.as_of
    ]
    done = [task for task in it.tasks if task["completed_on"]]
    return [
        *table(
            "Milestones reached",
            ("Milestone", "Reached", "Deliverables", "Success"),
            (26, 14, 28, 32),
            [
                (one["title"] or wording.word(one["type"]), on_time(one), one["deliverables"], one["success_criteria"])
                for one in reached
            ],
        ),
        *table(
            "Blockers resolved",
            ("Blocker", "Root cause", "Solution", "Resolved"),
            (30, 28, 28, 14),
            [
                (risk_text(one), one["root_cause"], one["mitigation"], wording.short_day(one["resolved_on"]))
                for one in solved
            ],
        ),
        *table("Metrics", ("Metric", "This week", "Last week", "Change"), (40, 20, 20, 20), progress(it), (1, 2, 3)),
        *lines("Actions completed", [f"{task['title']} ({who(task)})" for task in done[:8]]),
    ]


def progress(it: Shared) -> list[Sequence[Any]]:
    """Metrics of the week beside those of the week before."""
    plan = it.plan
    rows: list[Sequence[Any]] = []
    for metric in it.metrics:
        if metric["unit"] == "%" and metric["metric"] in ("dau_pct", "training_pct", "uptime_pct"):
            moved = None if metric["last_week"] is None else metric["value"] - metric["last_week"]
            points = wording.change(moved, 1) if moved is not None else None
            rows.append((metric["label"], figure(metric, "value"), figure(metric, "last_week"), points))
    if plan["data_loaded_pct"] is not None:
        rows.append(("Data loaded", wording.percent(plan["data_loaded_pct"]), None, None))
    if plan["uat_executed"]:
        said = f"{plan['uat_passed']} of {plan['uat_executed']} passed"
        rows.append(("UAT test cases", said, None, None))
    return rows


def coming(it: Shared) -> list[Block]:
    """The coming week: milestones with both sides' actions, our activities, and what waits for the customer."""
    still = [one for one in it.milestones if not one["reached_on"]]
    waiting = [one for one in still if one["planned_on"] <= it.as_of + WEEK] or still[:1]
    ours = [task for task in it.tasks if not task["completed_on"] and task["side"] != "customer"]
    theirs = [task for task in it.tasks if not task["completed_on"] and task["side"] == "customer"]
    return [
        *table(
            "Planned milestones",
            ("Milestone", "Planned", "Deliverables", "Your team", "Our team", "Sets the go-live date"),
            (19, 12, 18, 20, 20, 11),
            [
                (
                    one["title"] or wording.word(one["type"]),
                    dated(one["planned_on"], it),
                    one["deliverables"],
                    one["customer_actions"],
                    one["our_actions"],
                    yes(one["is_critical_path"]),
                )
                for one in waiting
            ],
        ),
        *table(
            "Planned activities",
            ("Activity", "Lead", "Due"),
            (50, 32, 18),
            [(task["title"], task["owner"], dated(task["due_on"], it)) for task in ours[:8]],
        ),
        *table(
            "What we need from your team",
            ("Action", "Due", "This enables"),
            (50, 18, 32),
            [(task["title"], dated(task["due_on"], it), task["enables"]) for task in theirs[:8]],
        ),
    ]


def risks(it: Shared) -> list[Block]:
    """Blockers and risks: red with everything that is known, yellow with what could happen, green in a line."""
    opened = [risk for risk in it.risks if risk["is_open"]]
    red = [risk for risk in opened if risk["is_blocker"] or risk["level"] == "red"]
    rest = [risk for risk in opened if risk not in red]
    technical = "The team reports a technical blocker." if it.plan["has_technical_blocker"] else ""
    return [
        *lines("", [technical] if technical and not red else []),
        *table(
            "■ Red: endangers the go-live",
            ("Blocker or risk", "Impact", "Root cause", "Mitigation", "Owner", "Resolved by", "Status"),
            (22, 12, 15, 19, 12, 10, 10),
            [
                (
                    risk_text(one),
                    impact(one, it),
                    one["root_cause"],
                    one["mitigation"],
                    one["owner"],
                    dated(one["target_on"], it),
                    wording.word(one["status"]),
                )
                for one in red
            ],
        ),
        *table(
            "◆ Yellow: watched closely",
            ("Risk", "Could mean", "Mitigation", "Status", "Next review"),
            (30, 18, 26, 13, 13),
            [
                (
                    risk_text(one),
                    impact(one, it),
                    one["mitigation"],
                    wording.word(one["status"]),
                    wording.short_day(min(one["target_on"] or it.as_of + WEEK, it.as_of + WEEK)),
                )
                for one in rest
                if one["level"] == "yellow"
            ],
        ),
        *lines("● Green: no action needed", [*(risk_text(one) for one in rest if one["level"] == "green"), *good(it)]),
        *lines("Not rated yet", [risk_text(one) for one in rest if one["level"] is None]),
    ]


def good(it: Shared) -> list[str]:
    """What goes well, by number."""
    plan = it.plan
    said = []
    if plan["behind_points"] is not None and plan["behind_points"] <= 0:
        said.append("Progress is on or ahead of the plan")
    if plan["uptime_pct"] is not None and plan["uptime_pct"] >= 99.9:
        said.append(f"The system was up {wording.percent(plan['uptime_pct'], 1)} of the week")
    before = plan["dau_pct_last_week"]
    if plan["dau_pct"] is not None and before is not None and plan["dau_pct"] > before:
        said.append("User adoption rises")
    if plan["data_accuracy_pct"] is not None and plan["data_accuracy_pct"] >= 99:
        said.append(f"Data are {wording.percent(plan['data_accuracy_pct'], 1)} accurate")
    return said


def week_snapshot(it: Shared) -> list[Block]:
    """The week in figures."""
    plan, count = it.plan, levels(it)
    day = (it.as_of - plan["started_on"]).days + 1
    length = (plan["target_on"] - plan["started_on"]).days
    late = sum(one["status"] == "at_risk" for one in it.milestones if not one["reached_on"])
    rows: list[Sequence[Any]] = [
        ("Days completed", f"{day} of {length}"),
        ("Milestones reached", f"{plan['milestones_reached']} of {plan['milestone_count']}"),
        ("Milestones overdue or in doubt", str(max(late, plan["milestones_overdue"]))),
        ("Risks", f"{count['red']} red, {count['yellow']} yellow"),
        ("Support tickets resolved", None if plan["ticket_solved_count"] is None else str(plan["ticket_solved_count"])),
    ]
    if plan["uat_executed"]:
        rows.append(("UAT test cases", f"{plan['uat_executed']} run, {wording.percent(plan['uat_pass_pct'])} passed"))
    if plan["data_loaded_pct"] is not None:
        rows.append(("Data loaded", wording.percent(plan["data_loaded_pct"])))
    if plan["training_assigned_count"]:
        said = f"{plan['training_completed_count']} of {plan['training_assigned_count']}"
        rows.append(("Training courses completed", said))
    return table("This week", ("", ""), (60, 40), [row for row in rows if row[1] is not None], (1,))


def team_snapshot(it: Shared) -> list[Block]:
    """Who took part."""
    met_count, all_count = it.engaged
    rows: list[Sequence[Any]] = []
    if met_count:
        rows.append(("Your team members engaged in 30 days", f"{met_count} of {all_count}"))
    if it.plan["stakeholder_score"] is not None:
        rows.append(("Stakeholder alignment", f"{wording.number(it.plan['stakeholder_score'])} of 10"))
    rows += [
        (
            f"Hours this week, {'our team' if side == 'ours' else 'your team'}",
            f"{wording.number(a)} of {wording.number(p)}",
        )
        for side in ("ours", "customer")
        for p, a in [hours_of(it, side)]
        if p
    ]
    return table("Team", ("", ""), (60, 40), rows, (1,))
