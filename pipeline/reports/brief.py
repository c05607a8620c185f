"""The brief: what a CSM reads before a talk. The internal edition of a pack, marked Internal on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.places import folder
from pipeline.reports.qbr import pack_data, rows_of
from pipeline.reports.reviews import pack_rows
from pipeline.reports.risk import Risk
from pipeline.reports.sections.brief.health import alike, health, margin, risk_told
from pipeline.reports.sections.brief.renewal import expansion, renewal
from pipeline.reports.sections.brief.talk import not_to_raise, talking_points
from pipeline.reports.sections.loops.stakeholders import key_people, role_states
from pipeline.reports.sections.qbr.safe import Shown, shown
from pipeline.scores import Scores

NOTE_LINES = 12


@dataclass(frozen=True)
class Desk:
    """What all briefs of a run share: the book with its risk, and what may be shown of it."""

    risk: Risk

    @cached_property
    def safe(self) -> Shown:
        """What the pack of the same account is made of; talking points say what it says."""
        return shown(self.risk.view)


def brief(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One brief for each account whose review is due, and for each asked for."""
    view = View(book, scores, context)
    due = {row["account_id"] for row in pack_rows(view)}
    wanted = sorted(due | context.briefs)
    desk = Desk(Risk(view))
    rows = view.standing.filter(pl.col("account_id").is_in(wanted)).sort("account_name", "account_id").to_dicts()
    return [_brief(desk, row) for row in rows]


def _brief(desk: Desk, row: Row) -> Document:
    view, risk = desk.risk.view, desk.risk
    own = rows_of(desk.safe, [row["account_id"]])
    pack = pack_data(desk.safe, own[0])
    people = key_people(risk, row)
    roles = role_states(risk, people)
    renews, grows = renewal(view, row), expansion(view, row)
    data: Row = {
        "account": row,
        "tiles": tiles(risk, row),
        "sentence": _sentence(risk, row),
        "reach": reach(view, row),
        "tickets": tickets(view, row),
        "notes": notes(view.context.notes, row),
        "health": health(view, row),
        "risk": risk_told(risk, row),
        "alike": alike(view, row),
        "renewal": renews,
        "expansion": grows,
        "roles": roles,
        "people": people,
        "talk": talking_points(risk, row, pack, roles, grows),
        "silent": not_to_raise(risk, row, roles, grows),
        "actions": risk.actions.get(row["account_id"], [])[:6],
        "review": _review(view, row),
    }
    return Document(
        f"internal/{folder(row)}/brief",
        "brief.html.j2",
        f"Brief: {row['account_name']}",
        data,
        f"Week ending {wording.day(view.as_of)}",
        account_id=row["account_id"],
        account_name=row["account_name"],
        csm=row["csm"],
    )


def tiles(risk: Risk, row: Row) -> list[Row]:
    """The account at a glance: money, health, churn risk, the renewal, the last touches."""
    view, standing = risk.view, risk.standing.get(row["account_id"], {})
    touch, executive = days_since(view, row["last_touch_on"]), days_since(view, row["last_executive_touch_on"])
    days, change = row["days_to_renewal"], row["health_change_4w"]
    return [
        _tile("ARR", view.money(row["arr"]), f"{wording.word(row['tier'])}, {row['plan'] or 'plan not on file'}"),
        _tile(
            "Health score",
            wording.number(row["health_score"]),
            "no comparable week" if change is None else f"{wording.change(change, 1)} in four weeks",
        ),
        _tile(
            "Churn risk", risk.points_word(standing), f"points: {wording.risk_word(standing.get('churn_risk_band'))}"
        ),
        _tile(
            "Past due by" if (days or 0) < 0 else "Renews in",
            wording.UNKNOWN if days is None else wording.counted(abs(days), "day"),
            wording.day(row["renewal_on"]),
        ),
        _tile("Last touch", _ago(touch), wording.day(row["last_touch_on"])),
        _tile("Last executive touch", _ago(executive), wording.day(row["last_executive_touch_on"])),
    ]


def _tile(label: str, value: str, note: str) -> Row:
    return {"label": label, "value": value, "note": note}


def days_since(view: View, on: Any) -> int | None:
    """The days from a day to the book's; None where it is not known."""
    return None if on is None else (view.as_of - on).days


def reach(view: View, row: Row) -> list[tuple[str, str]]:
    """Who looks after the account, and since when it is a customer."""
    since = wording.day(row["customer_since_on"])
    told = (
        ("CSM", row["csm"]),
        ("Account executive", row["account_executive"]),
        ("Their sponsor", row["executive_sponsor"]),
        ("Their technical lead", row["technical_lead"]),
        ("Segment", f"{wording.word(row['segment'])}, {wording.word(row['industry'])}"),
        ("Stage", wording.word(row["lifecycle_stage"])),
        ("Use case", row["use_case"]),
        ("Customer since", since),
        ("Last business review", wording.day(row["last_qbr_on"])),
    )
    return [(label, value or wording.UNKNOWN) for label, value in told]


def tickets(view: View, row: Row) -> Row:
    """Open tickets with their links, the most urgent first."""
    rows = view.book.open_tickets
    if not rows.width:
        return {"rows": [], "count": 0}
    mine = rows.filter(pl.col("account_id") == row["account_id"])
    ranked = mine.sort("priority", "created_on", "ticket_id", nulls_last=True)
    return {"rows": ranked.head(5).to_dicts(), "count": ranked.height}


def notes(texts: Mapping[str, str], row: Row) -> list[str]:
    """The team's own notes on the account, line by line; headings and bullets of Markdown lose their marks."""
    lines = [line.strip().lstrip("#*-> ").strip() for line in texts.get(row["account_id"], "").splitlines()]
    kept = [line for line in lines if line]
    return kept[:NOTE_LINES] + ([f"{len(kept) - NOTE_LINES} more lines in the file."] if len(kept) > NOTE_LINES else [])


def _sentence(risk: Risk, row: Row) -> str:
    """How the account stands, and why or how firmly, in one line."""
    band, spare = wording.band_word(row["health_band"]).lower(), margin(risk.view, row)
    if row["health_band"] == "healthy" and spare is not None:
        return f"{row['account_name']} is healthy, with {wording.number(spare, 1)} points to spare"
    why = risk.why(row["account_id"])
    return f"{row['account_name']} is {band}: {why[:1].lower() + why[1:] if why[1:2].islower() else why}"


def _review(view: View, row: Row) -> str:
    planned = row["next_review_on"]
    if not planned:
        return "No business review is planned."
    away = wording.days_away((planned - view.as_of).days)
    return f"The next business review is planned for {wording.day(planned)}, {away}."


def _ago(days: int | None) -> str:
    return "none on file" if days is None else "today" if days == 0 else wording.counted(days, "day")
