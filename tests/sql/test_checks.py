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
    company.given("tickets", "ticket_id | account_id | status | created_at\n1 | a | closed | 2026-06-01 12:00:00Z")
    report = company.built()
    assert report.findings == {
        "active_without_contract": 1,
        "cancelled_without_date": 1,
        "churned_by_contract_active_in_crm": 0,
        "contracts_entered_twice": 1,
        "contracts_with_older_rate": 0,
        "contracts_without_rate": 1,
        "duplicate_open_plans": 1,
        "orphans": 1,
        "solved_without_date": 1,
        "usage_outside_service": 2,
    }
    company.shows(
        "select table_name, system, external_id, first_line, row_count from checks.orphans",
        "table_name | system | external_id | first_line | row_count\ncontracts | crm | nobody | 4 | 1",
    )
