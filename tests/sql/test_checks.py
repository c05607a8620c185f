"""Data checks: each finds what it is there for, and nothing in a clean company."""

from collections.abc import Callable

from tests.sql.company import Company


def a_customer(company: Company) -> None:
    company.given("accounts", "account_id | account_name | status\na | a | active")
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | ends_on | arr | signed_on\n1 | a | 2025-09-01 | 2026-08-31 | 1.00 | 2025-08-01",
    )


def test_a_clean_company_has_no_findings(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    assert set(company.built().findings.values()) == {0}


def test_each_check_finds_its_fault(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given("accounts", "account_id | account_name | status\nb | b | active\nc | c | active")
    company.given(
        "contracts",
        """
        contract_id | account_id | product | starts_on  | ends_on    | arr  | signed_on  | status    | currency
        2           | b          | core    | 2025-01-01 | 2026-12-31 | 1.00 | 2024-12-01 | cancelled | XXX
        3           | b          | core    | 2026-12-31 | 2027-12-30 | 1.00 | 2024-12-01 |           | XXX
        4           | nobody     | core    | 2026-12-31 | 2027-12-30 | 1.00 | 2024-12-01 |           |
        """,
    )
    company.given(
        "implementations",
        "plan_id | account_id | started_on | original_go_live_on\n1 | b | 2025-01-01 | 2025-03-01\n2 | b | 2025-01-01 | 2025-03-01",
    )
    company.given("usage_daily", "account_id | used_on | event_count\na | 2025-08-31 | 7\nc | 2025-08-31 | 7")
    company.given(
        "tickets",
        """
        ticket_id | account_id | status | priority | created_at           | first_response_at    | solved_at
        1         | a          | closed |          | 2026-06-01 12:00:00Z |                      |
        2         | a          | solved | p1       | 2026-06-01 12:00:00Z | 2026-06-01 14:00:00Z | 2026-06-01 13:00:00Z
        """,
    )
    report = company.built()
    assert report.findings == {
        "accounts_in_three_currencies": 0,
        "active_without_contract": 1,
        "cancelled_without_date": 1,
        "churned_by_contract_active_in_crm": 0,
        "contract_months_with_older_rate": 0,
        "contract_months_without_rate": 1,
        "contracts_entered_twice": 1,
        "contracts_with_older_rate": 0,
        "contracts_without_rate": 1,
        "customers_absent_from_feeds": 0,
        "duplicate_open_plans": 1,
        "nps_waves_without_invitations": 0,
        "orphans": 1,
        "records_outside_service": 0,
        "solved_without_date": 1,
        "tickets_answered_out_of_order": 1,
        "tickets_without_priority": 1,
        "usage_outside_service": 2,
    }
    company.shows(
        "select table_name, system, external_id, first_line, row_count from checks.orphans",
        "table_name | system | external_id | first_line | row_count\ncontracts | crm | nobody | 4 | 1",
    )


def test_a_customer_that_a_feed_never_names_is_found(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given("accounts", "account_id | account_name | status\nb | b | active")
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | ends_on | arr\n2 | b | 2025-09-01 | 2026-08-31 | 5.00",
    )
    company.given("tickets", "ticket_id | account_id | created_at\n1 | a | 2026-06-01 12:00:00Z")
    company.built()
    company.shows(
        "select account_id, feed, arr from checks.customers_absent_from_feeds",
        "account_id | feed | arr\nb | tickets | 5.00",
    )


def test_records_over_90_days_outside_a_customers_life_are_found(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", "account_id | account_name\na | a\nb | b")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr  | signed_on
        1           | a          | 2025-01-01 | 2025-12-31 | 1.00 | 2024-12-01
        2           | b          | 2025-01-01 |            | 1.00 | 2024-12-01
        """,
    )
    company.given(
        "tickets",
        """
        ticket_id | account_id | created_at
        edge      | a          | 2026-03-31 12:00:00Z
        after     | a          | 2026-04-01 12:00:00Z
        ongoing   | b          | 2026-06-01 12:00:00Z
        """,
    )
    company.given(
        "activities",
        """
        activity_id | account_id | occurred_at
        edge        | a          | 2024-10-03 12:00:00Z
        before      | a          | 2024-10-02 12:00:00Z
        """,
    )
    company.given("invoices", "invoice_id | account_id | issued_on | due_on\n1 | a | 2026-05-01 | 2026-06-01")
    company.given(
        "survey_responses",
        "response_id | account_id | respondent_id | score | responded_at\n1 | b | x | 9 | 2020-01-01 12:00:00Z",
    )
    company.built()
    company.shows(
        "select table_name, account_id, before_count, after_count from checks.records_outside_service order by all",
        """
        table_name       | account_id | before_count | after_count
        activities       | a          | 1            | 0
        invoices         | a          | 0            | 1
        survey_responses | b          | 1            | 0
        tickets          | a          | 0            | 1
        """,
    )


def test_use_outside_the_contracts_is_found(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given("usage_daily", "account_id | used_on | event_count\na | 2025-08-31 | 7\na | 2025-09-01 | 7")
    company.built()
    company.shows(
        "select account_id, day_count, first_used_on from checks.usage_outside_service",
        "account_id | day_count | first_used_on\na | 1 | 2025-08-31",
    )
