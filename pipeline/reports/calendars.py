"""The dates of each CSM's book: by when customers decide, when contracts renew, when reviews are held. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.reports.facts import Row, View
from pipeline.reports.narrowed import csms
from pipeline.reports.places import folder, place_of
from pipeline.reports.sections.portfolio.overview import renewals_due
from pipeline.scores import Scores

DAYS_AHEAD = 365


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole day in a calendar; `uid` stays the same for the same thing in every run."""

    uid: str
    on: date
    title: str
    text: str
    kind: str


def calendars(book: Book, scores: Scores, context: Context) -> dict[str, list[Entry]]:
    """Entries by path, one calendar per CSM; names of customers, no other data of persons."""
    view = View(book, scores, context)
    everybody = csms(view)
    return {f"calendar/{place_of(csm, everybody)}.ics": entries(view, csm) for csm in everybody}


def entries(view: View, csm: str) -> list[Entry]:
    """Decision days, renewals and business reviews of a CSM's customers in the next year, the earliest first."""
    made = [*_renewals(view, csm), *_reviews(view, csm)]
    return sorted(made, key=lambda entry: (entry.on, entry.kind, entry.title, entry.uid))


def _renewals(view: View, csm: str) -> Iterator[Entry]:
    due = renewals_due(view, DAYS_AHEAD).filter((pl.col("csm") == csm) & (pl.col("renewal_on") >= view.as_of))
    for row in due.sort("contract_id").to_dicts():
        worth = f"{row['product'] or 'Contract'}, {view.money(row['arr'])} of ARR"
        title = f"Renewal: {row['account_name']}"
        yield Entry(_uid("renewal", row["contract_id"]), row["renewal_on"], title, worth, "renewal")
        decides = row["decision_on"]
        if decides and view.as_of <= decides < row["renewal_on"]:
            said = f"{worth}; renews on {wording.day(row['renewal_on'])}. Notice may be given until today."
            title = f"Last day to decide: {row['account_name']}"
            yield Entry(_uid("decision", row["contract_id"]), decides, title, said, "decision")


def _reviews(view: View, csm: str) -> Iterator[Entry]:
    planned = view.standing.filter((pl.col("csm") == csm) & (pl.col("next_review_on") >= view.as_of))
    for row in planned.sort("account_id").to_dicts():
        title, text = f"Business review: {row['account_name']}", _pack(row)
        yield Entry(
            _uid("review", f"{row['account_id']} {row['next_review_on']}"), row["next_review_on"], title, text, "review"
        )


def _pack(row: Row) -> str:
    return f"Pack: customer/{folder(row)}/qbr.pdf; brief: internal/{folder(row)}/brief.html"


def _uid(kind: str, key: str) -> str:
    return hashlib.sha256(f"{kind} {key}".encode()).hexdigest()[:24] + "@bellwether"
