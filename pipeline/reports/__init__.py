"""REPORTS: book and scores in, documents out; pure data for the templates that draw them."""

from collections.abc import Callable

from pipeline.book import Book
from pipeline.reports.document import Context, Document
from pipeline.reports.index import index
from pipeline.reports.loops import loops
from pipeline.reports.messages import messages
from pipeline.reports.portfolio import portfolio
from pipeline.reports.qbr import qbr
from pipeline.reports.quality import quality
from pipeline.reports.weekly import weekly
from pipeline.scores import Scores

REPORTS: dict[str, Callable[[Book, Scores, Context], list[Document]]] = {
    "portfolio": portfolio,
    "weekly": weekly,
    "qbr": qbr,
    "loops": loops,
    "quality": quality,
}

__all__ = ["REPORTS", "Context", "Document", "index", "messages"]
