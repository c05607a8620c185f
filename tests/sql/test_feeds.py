"""The state of a feed at each week's end."""

from collections.abc import Callable

import pytest

from pipeline.errors import UsageError
from pipeline.stages.briefing import feed_of
from schemas.tables import TABLES
from tests.sql.company import Company

STATES = """
    select feed, state, newest_on, age_days from marts.feed_weeks
    where feed in ('tickets', 'invoices', 'trainings', 'accounts', 'goals', 'usage', 'signals', 'survey_responses')
        and week_ending_on = '2026-06-26' order by feed
"""


def a_customer(company: Company) -> None:
    company.given("accounts", "account_id | account_name\na | a")
    company.given("contracts", "contract_id | account_id | starts_on | arr\n1 | a | 2024-01-01 | 1.00")


def test_a_feed_is_missing_before_fresh_late_or_stale(a_company: Callable[..., Company]) -> None:
    company = a_company(feeds={"expected": ["accounts", "contracts", "tickets", "usage_daily", "invoices"]})
    a_customer(company)
    company.given(
        "tickets",
        "ticket_id | account_id | created_at | solved_at\n1 | a | 2026-01-01 15:00:00Z | 2026-06-15 15:00:00Z",
    )
    company.given(
        "invoices",
        "invoice_id | account_id | issued_on | due_on | paid_on\n1 | a | 2026-01-01 | 2026-02-01 | 2026-05-11",
    )
    company.given("trainings", "account_id | user_id | course | assigned_on\na | u | x | 2026-07-01")
    company.given("signals", "signal_id | account_id | kind | occurred_on\n1 | a | merger | 2020-01-01")
    company.given(
        "survey_responses",
        "response_id | account_id | respondent_id | score | responded_at\n1 | a | u | 9 | 2026-02-26 15:00:00Z",
    )
    report = company.built()
    company.shows(
        STATES,
        """
        feed             | state   | newest_on  | age_days
        accounts         | fresh   |            |
        goals            | missing |            |
        invoices         | stale   | 2026-05-11 | 46
        signals          | fresh   | 2020-01-01 | 2368
        survey_responses | fresh   | 2026-02-26 | 120
        tickets          | late    | 2026-06-15 | 11
        trainings        | before  |            |
        usage            | missing |            |
        """,
    )
    assert report.feeds_not_fresh == {"invoices": "stale", "tickets": "late", "usage": "missing"}
    assert report.exit_codes == {4}


def test_an_age_of_ones_own_wins_over_the_overall_one_and_that_over_the_shipped(
    a_company: Callable[..., Company],
) -> None:
    company = a_company(feeds={"max_age_days": 20, "usage_events": {"max_age_days": 1}, "signals": {"max_age_days": 9}})
    a_customer(company)
    company.built()
    company.shows(
        "select feed, max_age_days, max_stale_days from meta.feeds where feed in ('usage', 'tickets', 'signals', 'goals') order by feed",
        """
        feed    | max_age_days | max_stale_days
        goals   |              | 45
        signals | 9            | 45
        tickets | 20           | 45
        usage   | 1            | 45
        """,
    )


def test_there_is_a_row_for_every_feed_and_week(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.built()
    feeds = {feed_of(table) for table in TABLES}
    assert len(feeds) == 33
    assert company.warehouse.value("select count(*) from marts.feed_weeks") == len(feeds) * 104


def test_a_feed_that_does_not_exist_cannot_be_expected(a_company: Callable[..., Company]) -> None:
    company = a_company(feeds={"expected": ["accounts", "tickts"]})
    a_customer(company)
    with pytest.raises(UsageError, match="tickts"):
        company.built()
