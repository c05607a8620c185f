"""Service: SLA clocks, escalations and onboarding, from what the marts say of tickets and plans."""

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.scores import Service
from pipeline.service.attainment import sla_accounts, sla_credits, sla_summary
from pipeline.service.baseline import onboarding_metrics
from pipeline.service.clocks import sla
from pipeline.service.escalations import escalations
from pipeline.service.imminent import warned
from pipeline.service.offboarding import offboarding
from pipeline.service.onboarding import onboarding
from pipeline.service.onboarding_portfolio import onboarding_funnel, onboarding_segments
from pipeline.service.platform import platform_issues, platform_tickets
from pipeline.service.readiness import readiness
from pipeline.service.support import support_months, support_subjects
from pipeline.workspace import Settings


def service(book: Book, policy: Policy, settings: Settings) -> Service:
    """What service says of a book; `sla_warnings` are events for alerts to speak of, see `Book.hearing`."""
    plans = onboarding(book, policy.onboarding)
    tickets = book.ticket_clocks
    clocks = sla(book, policy.sla)
    hit = platform_tickets(tickets, policy.escalations)
    return Service(
        sla=clocks,
        sla_summary=sla_summary(clocks, policy.sla),
        sla_accounts=sla_accounts(clocks, policy.sla),
        sla_credits=sla_credits(clocks, policy.sla, book.company.fiscal_year_starts_month),
        sla_warnings=warned(book, clocks),
        escalations=escalations(book, clocks, hit, policy.escalations, settings.people),
        platform_issues=platform_issues(tickets, hit),
        support_months=support_months(tickets),
        support_subjects=support_subjects(tickets),
        onboarding=plans,
        onboarding_readiness=readiness(book, plans, policy.onboarding),
        onboarding_metrics=onboarding_metrics(book, plans, policy.onboarding),
        onboarding_funnel=onboarding_funnel(plans, book.as_of),
        onboarding_segments=onboarding_segments(plans, book.as_of),
        offboarding=offboarding(book, policy.onboarding.offboarding),
    )
