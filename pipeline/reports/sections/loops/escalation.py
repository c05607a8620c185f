"""The escalation update of one account: what is open and how high, what the customer hears next, and how it ends."""

from pipeline.reports import wording
from pipeline.reports.escalations import RESOLVED, escalated, needs, steps
from pipeline.reports.facts import Row
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import Block, points, raci, role_word, table, text

WIDTHS = (12, 30, 12, 8, 8, 14, 16)


def in_escalation(risk: Risk) -> list[Row]:
    """The accounts with an open ticket that has a level, now or due, each with its tickets in `escalations`."""
    mine: dict[str, list[Row]] = {}
    for row in escalated(risk.view):
        mine.setdefault(row["account_id"], []).append(row)
    known = {row["account_id"]: row for row in risk.view.book.accounts.to_dicts()}
    return [{**known[account], "escalations": rows} for account, rows in sorted(mine.items()) if account in known]


def escalation_sections(risk: Risk, row: Row) -> tuple[list[Block], ...]:
    """The nine sections for one account."""
    tickets: list[Row] = row["escalations"]
    return (
        _outcome(tickets),
        _scope(row, tickets),
        raci(risk, "escalation_update"),
        _signals(risk),
        _routine(risk, tickets),
        _actions(tickets),
        _artifacts(),
        _closure(tickets),
        _notes(tickets),
    )


def _outcome(tickets: list[Row]) -> list[Block]:
    climbs = sum(row["must_climb"] for row in tickets)
    return [
        text(
            "The customer knows at any time what we do, who does it and when they hear next; "
            "the trouble is solved at the lowest level that can solve it."
        ),
        points(
            f"{wording.counted(climbs, 'ticket')} must go higher today." if climbs else "Every ticket is at its level."
        ),
    ]


def _scope(row: Row, tickets: list[Row]) -> list[Block]:
    lines = [
        (
            one["ticket_id"],
            one["subject"] or wording.UNKNOWN,
            wording.word(one["severity"]),
            one["level_now"],
            {"text": str(one["level_due"]), "late": one["must_climb"]},
            one["age"],
            one["next_update"],
        )
        for one in tickets
    ]
    head = ("Ticket", "Subject", "Severity", "Now", "Due", "Open for", "Next update")
    return [
        text(f"{row['account_name']}: {wording.counted(len(tickets), 'open ticket')} with a level, now or due."),
        table(head, WIDTHS, lines, (3, 4, 5, 6)),
    ]


def _signals(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.escalations
    steps_ = [
        (wording.word(step.severity), _hours(step.from_hours, step.over_hours), step.level, step.why)
        for step in rules.ladder.values()
    ]
    ages = [
        (
            ", ".join(wording.word(tier) for tier in age.tiers),
            _share(age.at_least_pct, age.over_pct),
            age.level,
            age.why,
        )
        for age in rules.ages.values()
        if not age.only_platform
    ]
    return [
        table(("Severity", "After", "Level", "Because"), (16, 22, 10, 52), steps_, (2,), "By severity"),
        table(("Tier", "Of the promised time", "Level", "Because"), (30, 22, 10, 38), ages, (2,), "By age"),
    ]


def _hours(from_hours: float | None, over_hours: float | None) -> str:
    if over_hours is not None:
        return f"over {over_hours:g} h"
    return f"{from_hours:g} h" if from_hours else "at once"


def _share(at_least: float | None, over: float | None) -> str:
    return f"over {over:g}%" if over is not None else f"from {at_least:g}%"


def _routine(risk: Risk, tickets: list[Row]) -> list[Block]:
    severities = risk.view.context.policy.escalations.severities
    found = sorted({row["severity"] for row in tickets})
    rows = [
        (
            wording.word(name),
            severities[name].label,
            f"every {wording.duration(severities[name].update_minutes)}"
            if severities[name].update_minutes
            else "as agreed",
        )
        for name in found
    ]
    return [table(("Severity", "Meaning", "The customer hears from us"), (20, 40, 40), rows)]


def _actions(tickets: list[Row]) -> list[Block]:
    rows = [(one["ticket_id"], *step) for one in tickets for step in steps(one)]
    wanted = [f"{one['ticket_id']}: {'; '.join(needs(one))}." for one in tickets]
    return [
        table(("Ticket", "Step", "Owner", "By"), (14, 46, 24, 16), rows, (3,)),
        points(*(f"To be told of {one['ticket_id']}: {one['told']}." for one in tickets if one["told"])),
        points(*wanted),
    ]


def _artifacts() -> list[Block]:
    rows = [
        ("Escalation report with a sheet for each ticket", "escalations/escalations.html and .pdf"),
        ("Every open escalation", "data/escalations.csv"),
        ("Promises and what became of them", "sla/sla.html and .pdf, data/sla.csv"),
    ]
    return [table(("What", "Where"), (45, 55), rows)]


def _closure(tickets: list[Row]) -> list[Block]:
    analyses = [
        f"{one['ticket_id']}: root-cause analysis due {one['root_cause_due']}." for one in tickets if one["rca_due_at"]
    ]
    return [points(*(f"{one['ticket_id']}: {RESOLVED[one['severity']]}" for one in tickets)), points(*analyses)]


def _notes(tickets: list[Row]) -> list[Block]:
    shared = [one["ticket_id"] for one in tickets if one["issue_id"]]
    credit = [one["ticket_id"] for one in tickets if one["is_credit_due"]]
    return [
        points(
            f"Part of an issue of the platform: {', '.join(shared)}." if shared else "",
            f"Over twice the promised time, a credit is to be decided: {', '.join(credit)}." if credit else "",
            f"Driven by the {role_word('csm')} until it is closed.",
        )
    ]
