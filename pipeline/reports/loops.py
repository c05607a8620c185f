"""The operating documents of the loops, filled from policy and scores: health signals and the risk register.

Every document has the nine standard sections in their order, so that whoever knows one finds the way in all.
"""

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import View
from pipeline.reports.loop_parts import SECTIONS, Block
from pipeline.reports.loop_register import register_sections
from pipeline.reports.loop_signals import signal_sections
from pipeline.reports.risk import Risk
from pipeline.scores import Scores


def loops(book: Book, scores: Scores, context: Context) -> list[Document]:
    """The documents of the whole book."""
    risk = Risk(View(book, scores, context))
    return [
        _document(risk, "adoption/health-signals", "Health signals", signal_sections(risk)),
        _document(risk, "renewal/risk-register", "Risk register", register_sections(risk)),
    ]


def _document(risk: Risk, place: str, title: str, sections: tuple[list[Block], ...]) -> Document:
    subtitle = f"Week ending {wording.day(risk.view.as_of)}"
    data = {"sections": list(zip(SECTIONS, sections, strict=True))}
    return Document(f"internal/loops/{place}", "loop.html.j2", title, data, subtitle)
