"""Operating documents of the onboarding loop, filled for one account: the onboarding plan and the risk checklist.

Internal. Both follow the nine standard sections; what is not on file is left out of its list.
"""

from typing import Any

from pipeline.policy.onboarding import Flag
from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import Block, compared, points, raci, table, text
from pipeline.reports.sections.status.internal import decision
from pipeline.reports.sections.status.parts import figure, levels, met, risk_text, who
from pipeline.reports.sections.status.safe import Shared, shared
from pipeline.reports.sections.status.sections import good
from pipeline.reports.status import running

Cell = Any


def onboarding_documents(risk: Risk) -> list[tuple[Row, str, str, tuple[list[Block], ...]]]:
    """Account, kind of document, title and sections, for each implementation under way."""
    made = []
    for plan in running(risk.view):
        it = shared(risk.view, plan, is_for_customer=False)
        made.append((plan, "plan", "Onboarding plan", plan_sections(risk, plan, it)))
        made.append((plan, "risk-checklist", "Onboarding risk checklist", checklist_sections(risk, plan, it)))
    return made


def plan_sections(risk: Risk, plan: Row, it: Shared) -> tuple[list[Block], ...]:
    """The nine sections of the onboarding plan: milestones and gates with their owners and dates."""
    care = risk.view.context.policy.onboarding.plan.hypercare_days
    return (
        _outcome(plan, it),
        _scope(plan, it),
        raci(risk, "onboarding_plan"),
        _signals(it),
        _routine(risk),
        [_milestones(it), _actions(it)],
        _artifacts(),
        [_readiness(it), text(f"Hypercare lasts {care} days from go-live; the week after go-live is the baseline.")],
        [text(f"Decision needed: {decision(plan)}"), points(*good(it))],
    )


def checklist_sections(risk: Risk, plan: Row, it: Shared) -> tuple[list[Block], ...]:
    """The nine sections of the onboarding risk checklist: each flag against its threshold, and the register."""
    flags = list(risk.view.context.policy.onboarding.flags.values())
    return (
        [text("What endangers a go-live is seen in its first week, has an owner and a date, and ends by its number.")],
        _risk_scope(plan, it, flags),
        raci(risk, "onboarding_risks"),
        [table(("Flag", "Up at", "Now", "State"), (44, 22, 18, 16), [_check(plan, flag) for flag in flags], (2,))],
        _routine(risk),
        [_register(it), _actions(it)],
        _artifacts(),
        [
            points(
                "A flag is closed when its number is back inside the threshold.",
                "A blocker is closed with its root cause written down.",
            )
        ],
        _unknown(plan, flags),
    )


def is_up(plan: Row, flag: Flag) -> bool | None:
    """Whether a flag's measure is beyond its threshold; None where it is not known."""
    value = plan[flag.measure]
    if value is None:
        return None
    word, limit = next(iter(flag.comparison.items()))
    found = {"over": value > limit, "at_least": value >= limit, "under": value < limit, "at_most": value <= limit}
    return bool(found[word])


def _outcome(plan: Row, it: Shared) -> list[Block]:
    criteria = sorted({str(one["success_criteria"]) for one in it.milestones if one["success_criteria"]})
    live = wording.day(plan["original_go_live_on"])
    return [
        text(f"{it.account['account_name']} is live by {live} and reaches first value within two weeks of it."),
        points(*(f"Accepted when: {one}." for one in criteria[:4])),
    ]


def _scope(plan: Row, it: Shared) -> list[Block]:
    phase = wording.word(plan["phase"]) if plan["phase"] else "Not stated"
    owner, sponsor = plan["owner"] or it.account["csm"], it.account["executive_sponsor"]
    return [
        text(
            f"Phase: {phase}. Begun on {wording.day(plan['started_on'])}, "
            f"expected live on {wording.day(plan['expected_on'])}.",
            f"Owner: {owner or 'not named'}. Sponsor: {sponsor or 'not named'}.",
        )
    ]


def _signals(it: Shared) -> list[Block]:
    rows = [
        (one["label"], figure(one, "value"), figure(one, "target") or "–", met(one["is_met"])) for one in it.metrics
    ]
    return [table(("Signal", "Now", "Target", ""), (46, 18, 18, 18), rows, (1, 2))]


def _risk_scope(plan: Row, it: Shared, flags: list[Flag]) -> list[Block]:
    count, up = levels(it), sum(bool(is_up(plan, flag)) for flag in flags)
    said = f"{count['red']} red, {count['yellow']} yellow and {count['green']} green risks"
    return [text(f"{it.account['account_name']}: {said}; {up} of {len(flags)} flags are up.")]


def _unknown(plan: Row, flags: list[Flag]) -> list[Block]:
    unknown = [f"Not known: {flag.label.lower()}." for flag in flags if is_up(plan, flag) is None]
    return [points(*unknown) if unknown else text("Every flag is measured.")]


def _check(plan: Row, flag: Flag) -> tuple[Cell, ...]:
    up, value = is_up(plan, flag), plan[flag.measure]
    state: Cell = "Not known" if up is None else {"text": "▲ Up", "late": True} if up else "● Clear"
    unit = flag.unit if flag.unit == "%" else f" {flag.unit}" if flag.unit else ""
    digits = 0 if value is None or float(value).is_integer() else 1
    now = "–" if value is None else wording.number(value, digits) + unit
    return flag.label, compared(flag) + unit, now, state


def _routine(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.onboarding.decisions
    rows = [(rule.label, rule.forum.capitalize(), rule.who, rule.ask) for rule in rules.values()]
    return [table(("Level", "Forum", "Decides", "On what"), (16, 24, 36, 24), rows)]


def _milestones(it: Shared) -> Block:
    rows = [
        (
            one["title"] or wording.word(one["type"]),
            one["owner"] or "–",
            wording.day(one["planned_on"]),
            wording.day(one["reached_on"]) if one["reached_on"] else _open(one, it),
            "Yes" if one["is_critical_path"] else "No",
        )
        for one in it.milestones
    ]
    return table(
        ("Milestone or gate", "Owner", "Planned", "Reached", "On the critical path"), (34, 22, 15, 15, 14), rows
    )


def _open(one: Row, it: Shared) -> Cell:
    return {"text": "Overdue", "late": True} if one["planned_on"] < it.as_of else "–"


def _actions(it: Shared) -> Block:
    rows = [
        (one["title"], who(one), wording.short_day(one["due_on"]), one["enables"] or "–")
        for one in it.tasks
        if not one["completed_on"]
    ]
    return table(("Open action", "Owner", "Due", "Enables"), (42, 26, 14, 18), rows)


def _register(it: Shared) -> Block:
    rows = [
        (
            risk_text(one),
            str(one["risk_score"]) if one["risk_score"] is not None else "–",
            wording.word(one["level"]) if one["level"] else "Not rated",
            one["mitigation"] or "–",
            one["owner"] or "–",
            wording.short_day(one["target_on"]),
        )
        for one in it.risks
        if one["is_open"]
    ]
    return table(("Risk", "Score", "Level", "Mitigation", "Owner", "Due"), (30, 8, 10, 26, 16, 10), rows, (1,))


def _readiness(it: Shared) -> Block:
    words = {"done": "● Done", "open": "▲ Open", "unknown": "○ No record"}
    rows = [(one["area"], one["label"], words[one["state"]], one["evidence"] or "–") for one in it.readiness]
    return table(("Gate", "Item", "State", "What shows it"), (22, 34, 14, 30), rows)


def _artifacts() -> list[Block]:
    rows = [
        (
            "Weekly status report, ours and the customer's",
            "internal/<csm>/<account>/status, customer/<csm>/<account>/status",
        ),
        ("Every plan with its state, risks and dates", "data/onboarding.csv"),
        ("Go-live checklist, item by item", "data/onboarding_readiness.csv"),
        ("Metrics against the week after go-live", "data/onboarding_metrics.csv"),
    ]
    return [table(("What", "Where"), (45, 55), rows)]
