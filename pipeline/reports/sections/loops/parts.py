"""What the operating documents are made of: the nine sections, and blocks of text, list and table."""

from collections.abc import Sequence
from typing import Any

from pipeline.policy import Comparison
from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.risk import Risk

SECTIONS = (
    "Outcome",
    "Scope",
    "Owner + RACI",
    "Signals and thresholds",
    "Routine and checkpoints",
    "Actions and interventions",
    "Artifacts produced",
    "Closure and hardening",
    "Notes",
)
Block = Row
Sections = tuple[list[Block], ...]
ROWS = 40
COMPARED = {"over": "over", "at_least": "at least", "under": "under", "at_most": "at most"}
ROLE_WORDS = {
    "csm": "CSM of the account",
    "csm_manager": "CS manager",
    "vp_customer_success": "VP Customer Success",
    "vp_product": "VP Product",
    "vp_engineering": "VP Engineering",
    "ceo": "CEO",
    "cto": "CTO",
    "account_executive": "Account executive",
    "technical_lead": "Technical lead",
    "ops_analyst": "Ops analyst",
}


def text(*sentences: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": " ".join(sentence for sentence in sentences if sentence)}


def points(*items: str) -> Block:
    """A list; empty items are left out."""
    return {"kind": "list", "items": [item for item in items if item]}


def table(
    head: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[Any]],
    right: Sequence[int] = (),
    title: str = "",
) -> Block:
    """A table of at most 40 rows; `right` are the columns of numbers. A cell is text, or a mark of a band."""
    shown = [list(row) for row in rows[:ROWS]]
    return {
        "kind": "table",
        "title": title,
        "head": list(head),
        "widths": list(widths),
        "right": list(right),
        "rows": shown,
        "more": len(rows) - len(shown),
    }


def routine(*rows: tuple[str, str, str]) -> Block:
    """A table of checkpoints: when, what, and the role that runs it."""
    told = [(when, what, role_word(role)) for when, what, role in rows]
    return table(("When", "Checkpoint", "Run by"), (22, 56, 22), told)


def artifacts(*rows: tuple[str, str]) -> Block:
    """A table of what is produced, and where it lies."""
    return table(("What", "Where"), (50, 50), rows)


def risk_mark(band: str | None) -> Row:
    """A cell with a band of churn risk."""
    return {"risk": band}


def health_mark(band: str | None) -> Row:
    """A cell with a health band."""
    return {"band": band}


def role_word(role: str) -> str:
    """A role in print."""
    return ROLE_WORDS.get(role) or wording.word(role)


def raci(risk: Risk, loop: str) -> list[Block]:
    """Who drives a loop, by name where the company names a person, and its RACI table."""
    rules = risk.view.context.policy.raci.loops[loop]
    person = risk.view.context.people.get({"csm_manager": "cs_manager"}.get(rules.owner, rules.owner))
    named = f" ({person})" if person else ""
    rows = [
        (
            one.label,
            _roles(one.responsible),
            role_word(one.accountable),
            _roles(one.consulted),
            _roles(one.informed),
        )
        for one in rules.activities.values()
    ]
    head = ("Activity", "Responsible", "Accountable", "Consulted", "Informed")
    return [
        text(f"Driven by: {role_word(rules.owner)}{named}. One role is accountable for each activity."),
        table(head, (28, 20, 17, 18, 17), rows),
    ]


def _roles(roles: Sequence[str]) -> str:
    return ", ".join(role_word(role) for role in roles) or wording.UNKNOWN


def compared(rule: Comparison) -> str:
    """A comparison in words: `under 30`; `always` where nothing is compared."""
    for word, value in rule.comparison.items():
        return f"{COMPARED[word]} {wording.number(value, 0 if float(value).is_integer() else 1)}"
    return "always"


def hours(count: int) -> str:
    """A span in hours as people say it: 24 hours, 7 days."""
    return wording.counted(count, "hour") if count <= 48 or count % 24 else wording.counted(count // 24, "day")
