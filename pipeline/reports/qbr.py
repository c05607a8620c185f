"""The QBR pack, customer edition: what may be put in front of a customer, in words a customer uses.

No score, band, risk or probability of ours, and no internal note, reaches these documents.
"""

from collections.abc import Collection
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import periods, wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.places import folder, slug
from pipeline.reports.reviews import pack_rows
from pipeline.reports.sections.qbr.plan import actions, next_quarter, recommendations
from pipeline.reports.sections.qbr.safe import Shown, shown
from pipeline.reports.sections.qbr.story import story
from pipeline.reports.sections.qbr.use import adoption, features, practice, service, voice
from pipeline.reports.sections.qbr.value import value
from pipeline.scores import Scores

AGENDA = (
    ("Opening and priorities", 5, "Introductions; what has changed for you"),
    ("Value delivered", 15, "Goals, outcomes, adoption"),
    ("Challenges and resolution", 10, "Service, open issues, what became of your feedback"),
    ("Looking ahead", 15, "Recommendations, roadmap, how peers work"),
    ("Plan for next quarter", 10, "Goals, milestones, training"),
    ("Actions and close", 5, "Who does what by when; date of the next review"),
)
MONTHLY = (
    ("Health metrics review", 5, "Use, tickets, how you rate us"),
    ("Open issues status", 10, "What is still open, and by when"),
    ("Upcoming changes", 5, "Milestones, releases, training"),
    ("Customer feedback", 5, "Your answers, your requests, what became of them"),
    ("Action items", 5, "Who does what by when"),
)
ROLES = {
    "executive_sponsor": "Executive sponsor",
    "champion": "Project lead",
    "technical_lead": "Technical lead",
    "finance": "Finance",
    "user": "User",
}


def qbr(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One pack for each account whose review is due, and for each asked for; monthly reviews that were asked for."""
    view = View(book, scores, context)
    safe = shown(view)
    due = [row["account_id"] for row in pack_rows(view)]
    packs = [_pack(safe, row) for row in rows_of(safe, due)]
    return packs + [_monthly(safe, row) for row in rows_of(safe, context.monthly)]


def rows_of(safe: Shown, accounts: Collection[str]) -> list[Row]:
    """What may be shown of those accounts, by name."""
    rows = safe.standing.filter(pl.col("account_id").is_in(sorted(accounts)))
    return rows.sort("account_name", "account_id").to_dicts()


def pack_data(safe: Shown, row: Row) -> Row:
    """Everything that stands in a pack, made of what may be shown."""
    starts = safe.book.company.fiscal_year_starts_month
    quarter = periods.reviewed_quarter(safe.as_of, starts)
    use = adoption(safe, row)
    data: Row = {
        "account": {name: row[name] for name in ("account_name", "csm", "use_case", "plan")},
        "quarter": quarter,
        "following": periods.quarter_after(quarter, starts),
        "agenda": AGENDA,
        "minutes": sum(minutes for _, minutes, _ in AGENDA),
        "review_on": _review_date(safe, row),
        "people": people(safe, row),
        "team": _team(row),
        "value": value(safe, row),
        "adoption": use,
        "features": features(safe, row),
        "practice": practice(safe, row),
        "service": service(safe, row),
        "voice": voice(safe, row),
        "recommendations": recommendations(safe, row, use),
        "plan": next_quarter(safe, row, quarter),
        "actions": actions(safe, row),
    }
    return {**data, "story": story(safe, row, data)}


def _pack(safe: Shown, row: Row) -> Document:
    data = pack_data(safe, row)
    return _document(row, "qbr", "Quarterly business review", data, data["quarter"].label)


def _monthly(safe: Shown, row: Row) -> Document:
    """The two-page review of a month (playbook 5.3)."""
    data = {**pack_data(safe, row), "agenda": MONTHLY, "minutes": sum(minutes for _, minutes, _ in MONTHLY)}
    return _document(row, "monthly", "Monthly review", data, wording.month(safe.as_of))


def _document(row: Row, name: str, title: str, data: Row, subtitle: str) -> Document:
    return Document(
        f"customer/{folder(row)}/{name}",
        f"{name}.html.j2",
        f"{title}: {row['account_name']}",
        data,
        subtitle,
        account_id=row["account_id"],
        account_name=row["account_name"],
        csm=row["csm"],
    )


def people(view: View, row: Row) -> list[Row]:
    """The customer's people who are still there and have a part to play, sponsors first."""
    mine = view.book.contacts.filter(
        (pl.col("account_id") == row["account_id"]) & pl.col("departed_on").is_null() & (pl.col("role") != "user")
    )
    order = {role: index for index, role in enumerate(ROLES)}
    ranked = sorted(
        mine.to_dicts(),
        key=lambda person: (order.get(person["role"], 9), person["full_name"] or "", person["contact_id"]),
    )
    return [
        {"name": person["full_name"], "title": person["title"], "role": ROLES.get(person["role"])}
        for person in ranked[:5]
        if person["full_name"]
    ]


def _team(row: Row) -> list[Row]:
    ours = (("csm", "Customer success manager"), ("account_executive", "Account executive"))
    return [{"name": row[name], "role": role} for name, role in ours if row[name]]


def _review_date(view: View, row: Row) -> Any:
    planned = row["next_review_on"]
    return planned if planned and planned >= view.as_of else None


__all__ = ["AGENDA", "ROLES", "folder", "pack_data", "people", "qbr", "rows_of", "slug"]
