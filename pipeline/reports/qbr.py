"""The QBR pack, customer edition: what may be put in front of a customer, in words a customer uses.

No score, band, risk or probability of ours, and no internal note, reaches these documents.
"""

import hashlib
import re
import unicodedata
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import periods, wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.qbr_plan import actions, next_quarter, recommendations
from pipeline.reports.qbr_story import story
from pipeline.reports.qbr_use import adoption, features, practice, service, voice
from pipeline.reports.qbr_value import value
from pipeline.reports.reviews import pack_rows
from pipeline.scores import Scores

AGENDA = (
    ("Opening and priorities", 5, "Introductions; what has changed for you"),
    ("Value delivered", 15, "Goals, outcomes, adoption"),
    ("Challenges and resolution", 10, "Service, open issues, what became of your feedback"),
    ("Looking ahead", 15, "Recommendations, roadmap, how peers work"),
    ("Plan for next quarter", 10, "Goals, milestones, training"),
    ("Actions and close", 5, "Who does what by when; date of the next review"),
)
ROLES = {
    "executive_sponsor": "Executive sponsor",
    "champion": "Project lead",
    "technical_lead": "Technical lead",
    "finance": "Finance",
    "user": "User",
}


def qbr(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One pack for each account whose review is due, and for each asked for."""
    view = View(book, scores, context)
    return [_pack(view, row) for row in pack_rows(view)]


def folder(row: Row) -> str:
    """`<csm>/<account>`: safe slugs, the account's with a short hash of its id."""
    digest = hashlib.sha256(row["account_id"].encode()).hexdigest()[:8]
    return f"{slug(row['csm'] or 'no-csm')}/{slug(row['account_name'])}-{digest}"


def slug(text: str) -> str:
    """A name as a file name: lower-case ASCII letters, digits and hyphens, at most 48 of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "account"


def _pack(view: View, row: Row) -> Document:
    starts = view.book.company.fiscal_year_starts_month
    quarter = periods.reviewed_quarter(view.as_of, starts)
    use = adoption(view, row)
    data: Row = {
        "account": {name: row[name] for name in ("account_name", "csm", "use_case", "plan")},
        "quarter": quarter,
        "following": periods.quarter_after(quarter, starts),
        "agenda": AGENDA,
        "minutes": sum(minutes for _, minutes, _ in AGENDA),
        "review_on": _review_date(view, row),
        "people": people(view, row),
        "team": _team(row),
        "value": value(view, row),
        "adoption": use,
        "features": features(view, row),
        "practice": practice(view, row),
        "service": service(view, row),
        "voice": voice(view, row),
        "recommendations": recommendations(view, row, use),
        "plan": next_quarter(view, row, quarter),
        "actions": actions(view, row),
    }
    data["story"] = story(view, row, data)
    title = f"Quarterly business review: {row['account_name']}"
    path = f"customer/{folder(row)}/qbr"
    return Document(
        path,
        "qbr.html.j2",
        title,
        data,
        quarter.label,
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


__all__ = ["folder", "people", "qbr", "slug", "wording"]
