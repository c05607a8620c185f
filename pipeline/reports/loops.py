"""The operating documents of the loops, filled from policy and scores: for the whole book, and per account in a loop.

Every document has the nine standard sections in their order, so that whoever knows one finds the way in all.
"""

from dataclasses import replace

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.places import folder
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.escalation import escalation_sections, in_escalation
from pipeline.reports.sections.loops.expansion import expansion_sections
from pipeline.reports.sections.loops.onboarding import onboarding_documents
from pipeline.reports.sections.loops.parts import SECTIONS, Block
from pipeline.reports.sections.loops.register import register_sections
from pipeline.reports.sections.loops.renewals import readiness_sections, renewal_risk_sections
from pipeline.reports.sections.loops.saves import save_motion_sections
from pipeline.reports.sections.loops.signals import signal_sections
from pipeline.reports.sections.loops.stakeholders import mapped, stakeholder_sections
from pipeline.scores import Scores


def loops(book: Book, scores: Scores, context: Context) -> list[Document]:
    """The documents of the whole book, then those of single accounts."""
    risk = Risk(View(book, scores, context))
    return [
        _document(risk, "adoption/health-signals", "Health signals", signal_sections(risk)),
        _document(risk, "renewal/risk-register", "Risk register", register_sections(risk)),
        _document(risk, "renewal/readiness", "Renewal readiness tracker", readiness_sections(risk)),
        _document(risk, "renewal/renewal-risk", "Renewal risk register", renewal_risk_sections(risk)),
        _document(risk, "renewal/save-motions", "Save-motion tracker", save_motion_sections(risk)),
        _document(risk, "expansion/triggers", "Expansion triggers", expansion_sections(risk)),
        *(_stakeholder_map(risk, row) for row in mapped(risk)),
        *(_escalation_update(risk, row) for row in in_escalation(risk)),
        *(_onboarding(risk, *made) for made in onboarding_documents(risk)),
    ]


def _stakeholder_map(risk: Risk, row: Row) -> Document:
    """The map of one account; a PDF for those on the red list, a page for the rest."""
    listed = risk.view.scores.red_list.filter(week_ending_on=risk.view.as_of)["account_id"]
    drawn = _document(
        risk,
        f"account/stakeholder-map-{folder(row).split('/')[-1]}",
        f"Stakeholder map: {row['account_name']}",
        stakeholder_sections(risk, row),
    )
    return replace(
        drawn,
        wants_pdf=row["account_id"] in listed.to_list(),
        account_id=row["account_id"],
        account_name=row["account_name"],
        csm=row["csm"],
    )


def _escalation_update(risk: Risk, row: Row) -> Document:
    """The update of one account with an open escalation."""
    place = f"account/escalation-update-{folder(row).split('/')[-1]}"
    drawn = _document(risk, place, f"Escalation update: {row['account_name']}", escalation_sections(risk, row))
    return replace(drawn, account_id=row["account_id"], account_name=row["account_name"], csm=row["csm"])


def _onboarding(risk: Risk, plan: Row, kind: str, title: str, sections: tuple[list[Block], ...]) -> Document:
    """The plan or the risk checklist of one account under implementation."""
    row = risk.view.book.accounts.filter(account_id=plan["account_id"]).to_dicts()[0]
    place = f"onboarding/{kind}-{folder(row).split('/')[-1]}"
    drawn = _document(risk, place, f"{title}: {row['account_name']}", sections)
    return replace(
        drawn, wants_pdf=False, account_id=row["account_id"], account_name=row["account_name"], csm=row["csm"]
    )


def _document(risk: Risk, place: str, title: str, sections: tuple[list[Block], ...]) -> Document:
    subtitle = f"Week ending {wording.day(risk.view.as_of)}"
    data = {"sections": list(zip(SECTIONS, sections, strict=True))}
    return Document(f"internal/loops/{place}", "loop.html.j2", title, data, subtitle)
