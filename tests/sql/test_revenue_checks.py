"""Bad money is a finding with its row and what was done about it, never a silent zero."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.ingest.validate import checked
from pipeline.reports.sections.quality.words import CHECKS
from schemas.tables import TABLES
from tests.properties.contract_books import tables
from tests.sql.company import Company


def founded(a_company: Callable[..., Company], contracts: str, rates: str = "") -> Company:
    company = a_company()
    company.given(
        "accounts", "account_id | account_name | segment | status\na | a | smb | active\nb | b | smb | active"
    )
    company.given("contracts", contracts)
    if rates:
        company.given("exchange_rates", rates)
    return company


def closings(company: Company) -> dict[str, Decimal]:
    """ARR at the last closing by account, as the movements add up."""
    found = tables(company)["arr_movements"]
    sign = pl.when(pl.col("kind").is_in(["churn", "contraction"])).then(-1).otherwise(1)
    return dict(found.group_by("account_id").agg((pl.col("amount") * sign).sum()).sort("account_id").iter_rows())


def test_overlapping_duplicates_of_a_contract_are_found_and_both_count(a_company: Callable[..., Company]) -> None:
    company = founded(
        a_company,
        """
        contract_id | account_id | product | starts_on  | ends_on    | arr    | signed_on
        1           | a          | core    | 2026-01-01 | 2026-12-31 | 100.00 | 2025-12-01
        1-again     | a          | core    | 2026-01-15 | 2026-12-31 | 100.00 | 2025-12-01
        """,
    )
    assert closings(company) == {"a": Decimal("200.00")}
    company.shows(
        "select account_id, earlier_contract_id, later_contract_id, overlaps_from_on from checks.contracts_entered_twice",
        "account_id | earlier_contract_id | later_contract_id | overlaps_from_on\na | 1 | 1-again | 2026-01-15",
    )


GOOD = {
    "contract_id": "1",
    "account_id": "a",
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2026, 12, 31),
    "arr": Decimal("100.00"),
    "currency": "EUR",
}


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("ends_on", date(2025, 12, 31), "ends_on is before starts_on"),
        ("arr", Decimal("-0.01"), "out_of_range"),
        ("currency", "euro", "malformed"),
    ],
)
def test_an_impossible_contract_is_set_aside_with_its_row_and_rule(column: str, value: object, rule: str) -> None:
    table = TABLES["contracts"]
    assert checked(pl.DataFrame([GOOD], schema=dict(table.columns)), table).is_empty()
    problems = checked(pl.DataFrame([GOOD | {column: value}], schema=dict(table.columns)), table)
    assert problems.height == 1
    assert rule in f"{problems['rule'].item()} {problems['remedy'].item()}", problems.to_dicts()


def test_an_unknown_currency_is_a_finding_and_no_zero(a_company: Callable[..., Company]) -> None:
    company = founded(
        a_company,
        """
        contract_id | account_id | starts_on  | ends_on    | arr    | currency | signed_on
        1           | a          | 2026-01-01 | 2026-12-31 | 100.00 | XXX      | 2025-12-01
        2           | b          | 2026-01-01 | 2026-12-31 | 100.00 | USD      | 2025-12-01
        """,
    )
    assert closings(company) == {"b": Decimal("100.00")}
    company.shows("select account_id, arr from marts.accounts order by 1", "account_id | arr\na |\nb | 100.00")
    company.shows("select contract_id, currency from checks.contracts_without_rate", "contract_id | currency\n1 | XXX")
    company.shows(
        "select contract_id, first_month_on, last_month_on, month_count from checks.contract_months_without_rate",
        "contract_id | first_month_on | last_month_on | month_count\n1 | 2026-01-01 | 2026-05-01 | 5",
    )


def test_a_month_without_its_rate_takes_the_one_before_and_says_so(a_company: Callable[..., Company]) -> None:
    company = founded(
        a_company,
        "contract_id | account_id | starts_on | ends_on | arr | currency | signed_on\n1 | a | 2026-03-01 | 2026-12-31 | 100.00 | EUR | 2026-02-01",
        "currency | month_on | rate_to_reporting\nEUR | 2026-03-01 | 1.10\nEUR | 2026-05-01 | 1.30\nEUR | 2026-06-01 | 1.30",
    )
    assert closings(company) == {"a": Decimal("130.00")}
    company.shows(
        "select contract_id, month_on, rate_month_on from checks.contract_months_with_older_rate",
        "contract_id | month_on | rate_month_on\n1 | 2026-04-01 | 2026-03-01",
    )


def test_months_before_the_first_rate_are_unknown_and_the_first_rate_is_fx(a_company: Callable[..., Company]) -> None:
    company = founded(
        a_company,
        "contract_id | account_id | starts_on | ends_on | arr | currency | signed_on\n1 | a | 2026-03-01 | 2026-12-31 | 100.00 | EUR | 2026-02-01",
        "currency | month_on | rate_to_reporting\nEUR | 2026-05-01 | 1.10",
    )
    found = tables(company)
    assert found["arr_movements"].rows() == [("a", date(2026, 5, 1), "fx", Decimal("110.00"))]
    company.shows(
        "select contract_id, month_count from checks.contract_months_without_rate", "contract_id | month_count\n1 | 2"
    )


def test_an_account_in_three_currencies_is_found_and_each_counts_at_its_rate(a_company: Callable[..., Company]) -> None:
    company = founded(
        a_company,
        """
        contract_id | account_id | starts_on  | ends_on    | arr    | currency | signed_on
        1           | a          | 2026-01-01 | 2026-12-31 | 100.00 | USD      | 2025-12-01
        2           | a          | 2026-01-01 | 2026-12-31 | 100.00 | EUR      | 2025-12-01
        3           | a          | 2026-04-01 | 2026-12-31 | 100.00 | GBP      | 2026-03-01
        """,
        "currency | month_on | rate_to_reporting\nEUR | 2026-01-01 | 1.10\nGBP | 2026-01-01 | 1.25",
    )
    assert closings(company) == {"a": Decimal("335.00")}
    company.shows(
        "select account_id, first_month_on, month_count, currencies from checks.accounts_in_three_currencies",
        "account_id | first_month_on | month_count | currencies\na | 2026-04-01 | 3 | EUR, GBP, USD",
    )


def test_every_finding_about_money_has_its_words() -> None:
    names = ("accounts_in_three_currencies", "contract_months_with_older_rate", "contract_months_without_rate")
    assert set(names) <= CHECKS.keys()
