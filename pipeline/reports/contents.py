"""The table of contents: every report by its name, in the order in which a run makes them."""

from collections.abc import Callable

from pipeline.book import Book
from pipeline.reports.brief import brief
from pipeline.reports.document import Context, Document
from pipeline.reports.escalations import escalation_report
from pipeline.reports.feedback import feedback
from pipeline.reports.loops import loops
from pipeline.reports.nps import nps_report
from pipeline.reports.portfolio import portfolio
from pipeline.reports.qbr import qbr
from pipeline.reports.quality import quality
from pipeline.reports.renewals import renewals_report
from pipeline.reports.report_card import report_card
from pipeline.reports.sla import sla_report
from pipeline.reports.status import status
from pipeline.reports.weekly import weekly
from pipeline.scores import Scores

REPORTS: dict[str, Callable[[Book, Scores, Context], list[Document]]] = {
    "portfolio": portfolio,
    "weekly": weekly,
    "qbr": qbr,
    "brief": brief,
    "status": status,
    "loops": loops,
    "renewals": renewals_report,
    "nps": nps_report,
    "feedback": feedback,
    "sla": sla_report,
    "escalations": escalation_report,
    "report-card": report_card,
    "quality": quality,
}
