"""ARR on a day: what is in force, what is carried, and at which rate."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.sql.company import Company

LATEST = """
    select account_id, arr, arr_pending, is_scored
    from marts.account_weeks where week_ending_on = '2026-06-26' order by account_id
"""


def accounts(company: Company, *names: str, status: str = "active") -> None:
    rows = "\n".join(f"{name} | {name} | {status}" for name in names)
    company.given("accounts", f"account_id | account_name | status\n{rows}")


def test_arr_is_the_sum_of_the_contracts_in_force(a_company: Callable[..., Company]) -> None:
    company = a_company()
    accounts(company, "ended", "first-day", "last-day", "open", "overlap", "starts-tomorrow")
    company.given(
        "contracts",
        """
        contract_id | account_id      | starts_on  | ends_on    | arr     | signed_on
        1           | ended           | 2024-01-01 | 2026-04-30 | 1000.00 | 2023-12-01
        2           | first-day       | 2026-06-26 | 2027-06-25 | 1000.00 | 2026-06-01
        3           | last-day        | 2025-06-27 | 2026-06-26 | 1000.00 | 2025-06-01
        4           | open            | 2025-06-27 |            | 1000.00 | 2025-06-01
        5           | overlap         | 2025-07-01 | 2026-06-30 | 1000.00 | 2025-06-01
        6           | overlap         | 2026-06-01 | 2027-05-31 |  500.50 | 2026-05-01
        7           | starts-tomorrow | 2026-06-27 | 2027-06-26 | 1000.00 | 2026-06-01
        """,
    )
    company.built()
    company.shows(
        LATEST,
        """
        account_id      | arr     | arr_pending | is_scored
        ended           | 0.00    | 0.00        | no
        first-day       | 1000.00 | 0.00        | yes
        last-day        | 1000.00 | 0.00        | yes
        open            | 1000.00 | 0.00        | yes
        overlap         | 1500.50 | 0.00        | yes
        starts-tomorrow | 0.00    | 0.00        | no
        """,
    )


def test_30_days_without_service_are_carried_and_31_are_not(a_company: Callable[..., Company]) -> None:
    company = a_company()
    accounts(company, "closed-30", "closed-31", "open-30", "open-31", "late-successor", "zero-arr")
    company.given(
        "contracts",
        """
        contract_id | account_id     | starts_on  | ends_on    | arr     | signed_on
        1           | closed-30      | 2025-06-01 | 2026-05-31 | 1000.00 | 2025-05-01
        2           | closed-30      | 2026-07-01 | 2027-06-30 | 2000.00 | 2026-06-20
        3           | closed-31      | 2025-06-01 | 2026-05-31 | 1000.00 | 2025-05-01
        4           | closed-31      | 2026-07-02 | 2027-06-30 | 2000.00 | 2026-06-20
        5           | open-30        | 2025-06-01 | 2026-05-27 | 1000.00 | 2025-05-01
        6           | open-31        | 2025-06-01 | 2026-05-26 | 1000.00 | 2025-05-01
        7           | late-successor | 2025-06-01 | 2026-06-20 | 1000.00 | 2025-05-01
        8           | late-successor | 2026-08-01 | 2027-06-30 | 2000.00 | 2026-06-20
        9           | zero-arr       | 2025-06-01 | 2027-06-20 |    0.00 | 2025-05-01
        """,
    )
    company.built()
    company.shows(
        LATEST,
        """
        account_id     | arr     | arr_pending | is_scored
        closed-30      | 1000.00 | 1000.00     | yes
        closed-31      | 0.00    | 0.00        | yes
        late-successor | 0.00    | 0.00        | yes
        open-30        | 1000.00 | 1000.00     | yes
        open-31        | 0.00    | 0.00        | no
        zero-arr       | 0.00    | 0.00        | yes
        """,
    )


def test_an_open_gap_is_not_carried_after_a_cancellation_or_when_recorded_churned(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    accounts(company, "cancelled", "open-ended")
    accounts(company, "recorded", status="churned")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr     | signed_on  | cancelled_on
        1           | cancelled  | 2025-06-01 | 2026-06-20 | 1000.00 | 2025-05-01 | 2026-04-01
        2           | open-ended | 2025-06-01 |            | 1000.00 | 2025-05-01 | 2026-06-20
        3           | recorded   | 2025-06-01 | 2026-06-20 | 1000.00 | 2025-05-01 |
        """,
    )
    company.built()
    company.shows(
        "select account_id, arr, arr_pending, is_scored, churned_on, churned_arr from marts.accounts order by account_id",
        """
        account_id | arr  | arr_pending | is_scored | churned_on | churned_arr
        cancelled  | 0.00 | 0.00        | yes       | 2026-06-21 | 1000.00
        open-ended | 0.00 | 0.00        | yes       | 2026-06-21 | 1000.00
        recorded   | 0.00 | 0.00        | no        | 2026-06-21 | 1000.00
        """,
    )


def test_a_gap_that_turned_out_to_be_churn_was_pending_then_and_is_nothing_today(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    accounts(company, "a")
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | ends_on | arr | signed_on\n1 | a | 2025-01-01 | 2026-02-20 | 100.00 | 2024-12-01",
    )
    company.built()
    company.shows(
        """
        select week_ending_on, arr, arr_pending from marts.account_weeks
        where week_ending_on between '2026-02-20' and '2026-03-27' order by week_ending_on
        """,
        """
        week_ending_on | arr    | arr_pending
        2026-02-20     | 100.00 | 0.00
        2026-02-27     | 100.00 | 100.00
        2026-03-06     | 100.00 | 100.00
        2026-03-13     | 100.00 | 100.00
        2026-03-20     | 100.00 | 100.00
        2026-03-27     | 0.00   | 0.00
        """,
    )
    company.shows(
        "select month_on, stated_on, arr from marts.account_months where month_on >= '2026-01-01' order by month_on",
        """
        month_on   | stated_on  | arr
        2026-01-01 | 2026-01-31 | 100.00
        """,
    )


def test_each_contract_is_converted_at_the_months_rate_half_up_to_the_cent(a_company: Callable[..., Company]) -> None:
    company = a_company()
    accounts(company, "a", "b", "c")
    company.given("accounts", "account_id | account_name | currency\nd | d | EUR")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr     | currency | signed_on
        1           | a          | 2026-01-01 | 0.01    | EUR      | 2025-12-01
        2           | a          | 2026-01-01 | 0.01    | EUR      | 2025-12-01
        3           | b          | 2026-01-01 | 9.99    | GBP      | 2025-12-01
        4           | c          | 2026-01-01 | 9.99    | XXX      | 2025-12-01
        5           | c          | 2026-01-01 | 1.00    | USD      | 2025-12-01
        6           | d          | 2026-01-01 | 1000.00 |          | 2025-12-01
        """,
    )
    company.given(
        "exchange_rates",
        """
        currency | month_on   | rate_to_reporting
        EUR      | 2026-05-01 | 1.10
        EUR      | 2026-06-01 | 1.50
        GBP      | 2026-03-15 | 1.25
        """,
    )
    company.built()
    company.shows(
        """
        select account_id, week_ending_on, arr from marts.account_weeks
        where week_ending_on in ('2026-02-27', '2026-05-29', '2026-06-26') order by account_id, week_ending_on
        """,
        """
        account_id | week_ending_on | arr
        a          | 2026-02-27     |
        a          | 2026-05-29     | 0.02
        a          | 2026-06-26     | 0.04
        b          | 2026-02-27     |
        b          | 2026-05-29     | 12.49
        b          | 2026-06-26     | 12.49
        c          | 2026-02-27     |
        c          | 2026-05-29     |
        c          | 2026-06-26     |
        d          | 2026-02-27     |
        d          | 2026-05-29     | 1100.00
        d          | 2026-06-26     | 1500.00
        """,
    )
    company.shows("select contract_id from checks.contracts_without_rate", "contract_id\n4")
    company.shows(
        "select contract_id, rate_month_on from checks.contracts_with_older_rate",
        "contract_id | rate_month_on\n3 | 2026-03-01",
    )


def test_large_rates_and_amounts_keep_their_cents(a_company: Callable[..., Company]) -> None:
    company = a_company(company={"name": "Acme", "reporting_currency": "IDR"})
    accounts(company, "a")
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | arr | currency | signed_on\n1 | a | 2026-01-01 | 123456789.01 | USD | 2025-12-01",
    )
    company.given("exchange_rates", "currency | month_on | rate_to_reporting\nUSD | 2026-01-01 | 16250.12345678")
    company.built()
    company.shows("select arr, tier from marts.accounts", "arr | tier\n2006188062990.14 | enterprise")


@pytest.mark.parametrize(
    ("signed_on", "extracted_at", "known_from"),
    [
        ("2026-03-10", "2026-06-26 12:00:00", date(2026, 3, 13)),
        ("", "2026-06-26 12:00:00", date(2026, 4, 3)),
        ("", "2026-03-18 12:00:00", date(2026, 3, 20)),
    ],
)
def test_a_contract_is_known_when_signed_else_when_started_or_loaded(
    a_company: Callable[..., Company], signed_on: str, extracted_at: str, known_from: date
) -> None:
    company = a_company()
    accounts(company, "a")
    company.given(
        "contracts",
        f"""
        contract_id | account_id | starts_on  | ends_on    | arr    | signed_on   | _extracted_at
        1           | a          | 2024-04-01 | 2026-03-31 | 100.00 | 2024-03-01  | 2026-06-26 12:00:00
        2           | a          | 2026-04-01 | 2027-03-31 | 100.00 | {signed_on} | {extracted_at}
        """,
    )
    company.built()
    query = "select min(week_ending_on) from marts.account_weeks where contract_ending_90d_count = 0 and week_ending_on > '2026-01-15'"
    assert company.warehouse.value(query) == known_from
