"""The escalation report: every open ticket that must climb, as infra 9.3 writes it down, and issues of the platform."""

from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View, named, total
from pipeline.reports.promises import moment
from pipeline.scores import Scores

RECENT_DAYS = 30
SHEETS = 12
RESOLVED = {
    "p0": "The system is up and stable, the permanent fix is tested, the customer agrees.",
    "p1": "The workflow runs again, or the customer accepts the way round.",
    "p2": "The fix or the way round works for the customer.",
    "p3": "The customer is answered and agrees.",
}


def escalation_report(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One internal document with a sheet for each escalation."""
    view = View(book, scores, context)
    rows = escalated(view)
    climbs = [row for row in rows if row["must_climb"]]
    data: Row = {
        "headline": headline(rows, climbs),
        "rows": rows,
        "sheets": [sheet(view, row) for row in rows[:SHEETS]],
        "issues": issues(view),
        "arr": total(_accounts(view, rows), "arr"),
        "must_climb": len(climbs),
        "large": sum(bool(row["is_credit_due"]) for row in rows),
        "levels": [(number, level.label) for number, level in context.policy.escalations.levels.items()],
        "recent_days": RECENT_DAYS,
    }
    subtitle = f"Week ending {wording.day(book.as_of)}"
    return [Document("escalations/escalations", "escalations.html.j2", "Escalations", data, subtitle)]


def headline(rows: list[Row], climbs: list[Row]) -> str:
    """How many are escalated, and how many are lower than they should be."""
    if not rows:
        return "No open ticket is escalated, and none has to be"
    open_ones = wording.counted(len(rows), "open ticket")
    stand = "are" if len(rows) > 1 else "is"
    if not climbs:
        return f"{open_ones} {stand} escalated, each at its level"
    return f"{len(climbs)} of {open_ones} with a level must go higher"


def escalated(view: View) -> list[Row]:
    """Open tickets with a level, now or due: the most severe and the highest first."""
    frame = view.scores.service.escalations
    if frame.is_empty():
        return []
    owned = frame.join(
        view.book.accounts.select("account_id", "csm"), on="account_id", how="left", maintain_order="left"
    )
    return [_said(view, named(view, row)) for row in owned.to_dicts()]


def _said(view: View, row: Row) -> Row:
    minutes = (row["responded_at"] - row["created_at"]).total_seconds() / 60 if row["responded_at"] else None
    return {
        **row,
        "must_climb": row["level_due"] > row["level_now"],
        "age": wording.duration(row["age_hours"] * 60),
        "reported": moment(view, row["created_at"]),
        "responded": f"{moment(view, row['responded_at'])} (after {wording.duration(minutes)})"
        if minutes
        else "not yet",
        "next_update": moment(view, row["next_update_at"]),
        "root_cause_due": moment(view, row["rca_due_at"]),
        "clock_due": moment(view, row["due_at"]),
        "workaround": moment(view, row["workaround_at"]) if row["workaround_at"] else "none known",
    }


def sheet(view: View, row: Row) -> Row:
    """One escalation as infra 9.3 has it: summary, timeline, why, what is needed, success, next steps."""
    rules = view.context.policy.escalations
    level = rules.levels.get(str(row["level_due"]))
    lines = [
        ("Reported", row["reported"]),
        ("First response", row["responded"]),
        ("Way round", row["workaround"]),
        ("Promise", _promise(row)),
        ("Open for", row["age"]),
    ]
    return {
        **row,
        "severity_word": f"{wording.word(row['severity'])}, {rules.severities[row['severity']].label.lower()}",
        "impact": rules.severities[row["severity"]].means,
        "level_word": level.label if level else "none due",
        "lines": lines,
        "why": row["reasons"] or "raised by support",
        "needs": needs(row),
        "success": RESOLVED[row["severity"]],
        "steps": steps(row),
    }


def _promise(row: Row) -> str:
    if row["clock"] is None:
        return "none runs"
    used = wording.percent(row["used_pct"])
    return f"{row['clock']} due {row['clock_due']}, {used} of its time used"


def needs(row: Row) -> list[str]:
    """What it takes, by the level that is due and the facts of the ticket."""
    found = []
    if row["level_due"] >= 2:
        found.append("An engineer who owns it until it is solved")
    if row["level_due"] >= 3:
        found.append("A product decision: way round, hot fix, or another date")
    if row["level_due"] >= 4:
        found.append("The CEO's word to the customer")
    if row["issue_id"]:
        found.append("One incident room for all customers affected")
    if row["is_credit_due"]:
        found.append("A decision on the credit to propose")
    return found or ["Time of the person who works it"]


def steps(row: Row) -> list[tuple[str, str, str]]:
    """Who does what by when."""
    rows = []
    if row["must_climb"]:
        rows.append((f"Escalate to level {row['level_due']}", row["csm"] or wording.UNKNOWN, "today"))
    if row["next_update_at"]:
        rows.append(("Tell the customer where it stands", row["csm"] or wording.UNKNOWN, row["next_update"]))
    if row["rca_due_at"]:
        rows.append(("Write the root-cause analysis", "VP engineering", row["root_cause_due"]))
    return rows


def issues(view: View) -> list[Row]:
    """Issues of the platform that are open, or began in the last 30 days, the newest first."""
    frame = view.scores.service.platform_issues
    if frame.is_empty():
        return []
    since = view.as_of - timedelta(days=RECENT_DAYS)
    mine = frame.filter((pl.col("open_count") > 0) | (pl.col("started_at").dt.date() > since))
    ranked = mine.sort("started_at", "issue_id", descending=[True, False]).to_dicts()
    return [{**row, "since": moment(view, row["started_at"]), "names": _names(view, row["accounts"])} for row in ranked]


def _names(view: View, accounts: str) -> str:
    return ", ".join(view.names.get(account, account) for account in accounts.split("; "))


def _accounts(view: View, rows: list[Row]) -> pl.DataFrame:
    wanted: list[Any] = [row["account_id"] for row in rows]
    return view.book.accounts.filter(pl.col("account_id").is_in(wanted))
