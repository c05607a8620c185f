"""What is risky about contracts, week by week: past due, disputed, dearer, longer than two years, and when they end."""

from collections.abc import Callable

from tests.sql.company import Company
from tests.sql.test_risk_weeks import TODAY, customers, names_in


def contracts(company: Company, text: str, status: str = "active") -> None:
    """A company of accounts with these contracts, built."""
    rows = "\n".join(f"{name} | {name} | {status}" for name in names_in(text))
    company.given("accounts", f"account_id | account_name | status\n{rows}")
    company.given("contracts", text)
    company.built()


def test_a_contract_is_past_due_until_a_successor_is_signed_notice_is_served_or_the_grace_runs_out(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    contracts(
        company,
        """
        contract_id | account_id           | product | starts_on  | ends_on    | arr  | signed_on  | cancelled_on
        01          | 01-ends-today        |         | 2025-06-01 | 2026-06-26 | 1.00 | 2025-05-01 |
        02          | 02-ended-yesterday   |         | 2025-06-01 | 2026-06-25 | 1.00 | 2025-05-01 |
        03          | 03-ended-30          |         | 2025-06-01 | 2026-05-27 | 1.00 | 2025-05-01 |
        04          | 04-ended-31          |         | 2025-06-01 | 2026-05-26 | 1.00 | 2025-05-01 |
        05          | 05-signed-today      | core    | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 |
        06          | 05-signed-today      | core    | 2026-07-01 | 2027-06-30 | 1.00 | 2026-06-26 |
        07          | 06-signs-tomorrow    | core    | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 |
        08          | 06-signs-tomorrow    | core    | 2026-07-01 | 2027-06-30 | 1.00 | 2026-06-27 |
        09          | 07-other-product     | core    | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 |
        10          | 07-other-product     | extra   | 2026-06-11 | 2027-06-30 | 1.00 | 2026-06-01 |
        11          | 08-successor-too-far | core    | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 |
        12          | 08-successor-too-far | core    | 2026-07-12 | 2027-06-30 | 1.00 | 2026-06-01 |
        13          | 09-notice-today      |         | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 | 2026-06-26
        14          | 10-notice-tomorrow   |         | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 | 2026-06-27
        15          | 11-open-ended        |         | 2025-06-01 |            | 1.00 | 2025-05-01 | 2026-06-10
        """,
    )
    company.shows(
        f"select account_id, contract_past_due_count from marts.risk_weeks {TODAY}",
        """
        account_id           | contract_past_due_count
        01-ends-today        | 0
        02-ended-yesterday   | 1
        03-ended-30          | 1
        04-ended-31          | 0
        05-signed-today      | 0
        06-signs-tomorrow    | 1
        07-other-product     | 1
        08-successor-too-far | 1
        09-notice-today      | 0
        10-notice-tomorrow   | 1
        11-open-ended        | 0
        """,
    )
    company.shows(
        """
        select account_id, contract_past_due_count from marts.risk_weeks
        where week_ending_on = '2026-06-19' and account_id in ('04-ended-31', '05-signed-today', '09-notice-today')
        order by account_id
        """,
        """
        account_id      | contract_past_due_count
        04-ended-31     | 1
        05-signed-today | 1
        09-notice-today | 1
        """,
    )


def test_an_account_recorded_as_churned_is_no_longer_past_due(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given(
        "accounts",
        """
        account_id | account_name | status  | _extracted_at
        a          | a            | active  | 2026-06-12 12:00:00
        a          | a            | churned | 2026-06-22 12:00:00
        """,
    )
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | ends_on | arr | signed_on\n"
        "1 | a | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01",
    )
    company.built()
    company.shows(
        """
        select week_ending_on, contract_past_due_count from marts.risk_weeks
        where week_ending_on >= '2026-06-05' order by week_ending_on
        """,
        """
        week_ending_on | contract_past_due_count
        2026-06-05     | 0
        2026-06-12     | 1
        2026-06-19     | 1
        2026-06-26     | 0
        """,
    )


def test_a_contract_has_the_status_it_was_exported_with_by_then(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", "account_id | account_name | status\na | a | active\nb | b | active\nc | c | active")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr  | signed_on  | status         | _extracted_at
        1           | a          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | active         | 2026-06-05 12:00:00
        1           | a          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | disputed       | 2026-06-12 12:00:00
        1           | a          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | disputed       | 2026-06-15 12:00:00
        1           | a          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | active         | 2026-06-20 12:00:00
        2           | b          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | in_negotiation | 2026-06-20 12:00:00
        3           | c          | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 | disputed       | 2026-06-05 12:00:00
        4           | c          | 2026-08-01 | 2027-06-10 | 1.00 | 2026-06-01 | disputed       | 2026-06-05 12:00:00
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, max(contract_disputed_count) filter (where account_id = 'a') as a,
            max(contract_disputed_count) filter (where account_id = 'b') as b,
            max(contract_disputed_count) filter (where account_id = 'c') as c
        from marts.risk_weeks where week_ending_on >= '2026-05-29' group by all order by all
        """,
        # c: in force, then past due; the contract that starts later than its grace is neither.
        """
        week_ending_on | a | b | c
        2026-05-29     | 0 | 1 | 1
        2026-06-05     | 0 | 1 | 1
        2026-06-12     | 1 | 1 | 1
        2026-06-19     | 1 | 1 | 1
        2026-06-26     | 0 | 1 | 1
        """,
    )
    company.shows(
        "select contract_disputed_count from marts.risk_weeks where account_id = 'b' and week_ending_on = '2025-05-30'",
        "contract_disputed_count\n0",
    )


def test_a_price_increase_is_that_of_the_contract_or_of_its_signed_successor(a_company: Callable[..., Company]) -> None:
    company = a_company()
    contracts(
        company,
        """
        contract_id | account_id     | starts_on  | ends_on    | arr  | signed_on  | price_increase_pct
        01          | 1-own          | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | 26
        02          | 2-successor    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 | 3
        03          | 2-successor    | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-26 | 30
        04          | 3-not-signed   | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 | 3
        05          | 3-not-signed   | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-27 | 30
        06          | 4-past-due     | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 | 40
        07          | 5-over         | 2025-06-01 | 2026-05-10 | 1.00 | 2025-05-01 | 40
        08          | 6-none         | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 |
        09          | 7-not-started  | 2026-07-01 | 2027-06-30 | 1.00 | 2026-05-01 | 40
        10          | 8-none-of-own  | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 |
        11          | 8-none-of-own  | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-01 | 30
        """,
    )
    company.shows(
        f"select account_id, price_increase_pct from marts.risk_weeks {TODAY}",
        """
        account_id    | price_increase_pct
        1-own         | 26.0
        2-successor   | 30.0
        3-not-signed  | 3.0
        4-past-due    | 40.0
        5-over        |
        6-none        |
        7-not-started |
        8-none-of-own | 30.0
        """,
    )


def test_two_years_are_24_months_and_open_ended_is_not_multi_year(a_company: Callable[..., Company]) -> None:
    company = a_company()
    contracts(
        company,
        """
        contract_id | account_id     | starts_on  | ends_on    | arr  | signed_on
        01          | 1-24-months    | 2025-01-01 | 2026-12-31 | 1.00 | 2024-12-01
        02          | 2-a-day-less   | 2025-01-01 | 2026-12-30 | 1.00 | 2024-12-01
        03          | 3-open-ended   | 2020-01-01 |            | 1.00 | 2019-12-01
        04          | 4-past-due     | 2024-06-11 | 2026-06-10 | 1.00 | 2024-05-01
        05          | 5-over         | 2024-05-11 | 2026-05-10 | 1.00 | 2024-05-01
        06          | 6-starts-later | 2026-06-27 | 2029-06-26 | 1.00 | 2026-05-01
        07          | 7-from-leap    | 2024-02-29 | 2026-08-31 | 1.00 | 2024-02-01
        """,
    )
    company.shows(
        f"select account_id, contract_multi_year_count from marts.risk_weeks {TODAY}",
        """
        account_id     | contract_multi_year_count
        1-24-months    | 1
        2-a-day-less   | 0
        3-open-ended   | 0
        4-past-due     | 1
        5-over         | 0
        6-starts-later | 0
        7-from-leap    | 1
        """,
    )


def test_the_next_end_and_decision_are_the_earliest_without_a_signed_successor(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    contracts(
        company,
        """
        contract_id | account_id | product | starts_on  | ends_on    | arr  | signed_on  | auto_renew | notice_days
        01          | 1-two      | core    | 2025-06-01 | 2026-09-30 | 1.00 | 2025-05-01 | true       | 90
        02          | 1-two      | extra   | 2025-06-01 | 2026-08-31 | 1.00 | 2025-05-01 | true       | 30
        03          | 2-followed | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 | false      | 30
        04          | 2-followed | core    | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-01 | false      | 30
        05          | 3-past-due |         | 2025-06-01 | 2026-06-10 | 1.00 | 2025-05-01 | true       | 30
        06          | 4-no-end   |         | 2025-06-01 |            | 1.00 | 2025-05-01 | true       | 30
        07          | 5-no-days  |         | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 | true       |
        """,
    )
    company.shows(
        f"select account_id, contract_next_ends_on, contract_next_decision_on from marts.risk_weeks {TODAY}",
        """
        account_id | contract_next_ends_on | contract_next_decision_on
        1-two      | 2026-08-31            | 2026-07-03
        2-followed |                       |
        3-past-due |                       | 2026-05-12
        4-no-end   |                       |
        5-no-days  | 2026-07-31            | 2026-08-01
        """,
    )


def test_every_account_and_week_has_a_row_with_zeros_where_nothing_is_known(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    company.built()
    weeks = company.warehouse.frame("select * from marts.risk_weeks")
    counts = weeks.select(name for name in weeks.columns if "_count" in name or "_seconds_" in name)
    assert counts.width > 30
    assert counts.sum_horizontal().to_list() == [0] * 104
