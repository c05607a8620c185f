"""What the SLA and escalation reports say is what the clocks say; nothing internal reaches a customer's pack."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from pipeline.book import Book
from pipeline.reports.escalations import escalation_report
from pipeline.reports.facts import View
from pipeline.reports.promises import kept_for, promised
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.escalation import escalation_sections, in_escalation
from pipeline.reports.sections.loops.parts import SECTIONS
from pipeline.reports.sla import sla_report
from pipeline.scores import Service
from pipeline.service.attainment import sla_accounts, sla_credits, sla_summary
from pipeline.service.clocks import sla
from pipeline.service.escalations import escalations
from pipeline.service.platform import platform_issues, platform_tickets
from pipeline.service.support import support_months, support_subjects
from tests.golden.company import company
from tests.golden.factory import AS_OF
from tests.rules.desk import Desk, ladder, shipped

MONTH = date(AS_OF.year, AS_OF.month, 1)


@pytest.fixture(scope="module")
def made() -> SimpleNamespace:
    """The invented company with a desk: last month one promise of four missed, one open P0."""
    base = company(has_desk=False)
    account = base.book.accounts["account_id"][0]
    last = pl.Series([AS_OF]).dt.offset_by("-1mo").dt.strftime("%Y-%m")[0]
    desk = Desk(as_of=AS_OF, zone="UTC")
    desk.ticket("good", created=f"{last}-10 10:00", solved=f"{last}-10 10:10", priority="p0", account_id=account)
    desk.ticket(
        "late",
        created=f"{last}-11 10:00",
        responded=f"{last}-11 10:05",
        solved=f"{last}-12 10:00",
        priority="p0",
        account_id=account,
    )
    desk.ticket("open", created=f"{AS_OF:%Y-%m-%d} 06:00", priority="p0", account_id=account)
    book = replace(
        base.book, **{name: getattr(desk.book(), name) for name in ("ticket_clocks", "ticket_statuses", "holidays")}
    )
    scores = replace(base.scores, service=_service(book))
    return SimpleNamespace(book=book, scores=scores, context=base.context, account=account)


def _service(book: Book) -> Service:
    clocks, tickets = sla(book, shipped()), book.ticket_clocks
    hit = platform_tickets(tickets, ladder())
    return Service(
        sla=clocks,
        sla_summary=sla_summary(clocks, shipped()),
        sla_accounts=sla_accounts(clocks, shipped()),
        sla_credits=sla_credits(clocks, shipped(), 2),
        escalations=escalations(book, clocks, hit, ladder(), {}),
        platform_issues=platform_issues(tickets, hit),
        support_months=support_months(tickets),
        support_subjects=support_subjects(tickets),
    )


def test_the_report_is_about_the_last_month_that_is_over_and_adds_up(made: SimpleNamespace) -> None:
    data = sla_report(made.book, made.scores, made.context)[0].data
    assert data["month"] < MONTH
    assert (data["whole"]["clocks"], data["whole"]["met"]) == (4, 3)
    assert data["headline"].startswith("75.0% of the promises")
    assert [row["ticket_id"] for row in data["breaches"]] == ["late"]
    assert sum(row["clocks"] for row in data["tiers"]) == data["whole"]["clocks"]
    assert data["credits"]["amount"] == sum(row["amount"] for row in data["credits"]["rows"])


def test_a_company_without_tickets_is_told_what_would_fill_the_report() -> None:
    bare = company(has_desk=False)
    assert sla_report(bare.book, bare.scores, bare.context)[0].data["is_empty"]
    assert escalation_report(bare.book, bare.scores, bare.context)[0].data["rows"] == []
    assert promised(View(bare.book, bare.scores, bare.context))["pct"] is None


def test_every_escalation_has_a_sheet_and_its_account_an_update_of_nine_sections(made: SimpleNamespace) -> None:
    data = escalation_report(made.book, made.scores, made.context)[0].data
    assert [sheet["ticket_id"] for sheet in data["sheets"]] == ["open"]
    risk = Risk(View(made.book, made.scores, made.context))
    accounts = in_escalation(risk)
    assert [row["account_id"] for row in accounts] == [made.account]
    assert len(escalation_sections(risk, accounts[0])) == len(SECTIONS)
    assert all(escalation_sections(risk, accounts[0]))


def test_a_pack_shows_an_accounts_own_counts_and_no_money(made: SimpleNamespace) -> None:
    view = View(made.book, made.scores, made.context)
    kept = kept_for(view, made.account)
    assert kept is not None
    assert [(row["clock"], row["clocks"], row["met"]) for row in kept["rows"]] == [
        ("response", 2, 2),
        ("resolution", 2, 1),
    ]
    assert set(kept) == {"rows", "from", "until", "target"}
    assert kept_for(view, made.book.accounts["account_id"][1]) is None
