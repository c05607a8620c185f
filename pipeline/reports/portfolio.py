"""The portfolio dashboard: the state of the whole book for leadership, printed and live."""

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.explorer import explorer
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.live.dashboard import Live
from pipeline.reports.sections.portfolio.health import health
from pipeline.reports.sections.portfolio.kpis import scorecard
from pipeline.reports.sections.portfolio.onboarding import offboarding_list, onboarding_overview
from pipeline.reports.sections.portfolio.overview import overview
from pipeline.reports.sections.portfolio.retention import retention
from pipeline.reports.sections.portfolio.revenue import churn, growth, renewals
from pipeline.reports.sections.portfolio.risk import risk_dashboard
from pipeline.reports.sections.portfolio.service import adoption, service, urgent_tickets, voice
from pipeline.reports.sections.portfolio.team import (
    books_of_business,
    call_list,
    feed_alarms,
    freshness,
    implementations,
    model_gaps,
    reviews,
)
from pipeline.reports.sections.portfolio.tenure import tenure
from pipeline.scores import Scores


def portfolio(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One document: page one answers in ten seconds, the rest says why."""
    view = View(book, scores, context)
    live = Live(view)
    data: Row = {
        "overview": {**overview(view), "tiles": live.printed("customers", "arr", "exposed", "due", "lost")},
        "health": health(view),
        "risk": risk_dashboard(view),
        "growth": growth(view),
        "retention": retention(view),
        "tenure": tenure(view),
        "renewals": renewals(view),
        "kpis": scorecard(view),
        "churn": churn(view),
        "voice": voice(view),
        "service": service(view),
        "urgent": urgent_tickets(view),
        "adoption": adoption(view),
        "reviews": reviews(view),
        "books": books_of_business(view),
        "implementations": implementations(view),
        "onboarding": onboarding_overview(view),
        "offboarding": offboarding_list(view, 3),
        "calls": call_list(view),
        "feeds": freshness(view),
        "alarms": feed_alarms(view),
        "gaps": model_gaps(view),
        "explorer": explorer(view, live),
    }
    subtitle = f"Week ending {wording.day(book.as_of)}"
    return [Document("portfolio/portfolio", "portfolio.html.j2", "Portfolio dashboard", data, subtitle, is_live=True)]
