"""The build stage: what it refuses, what it repeats, what it reports."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import QualityGate, UsageError
from pipeline.stages.fingerprint import code_hash, fingerprint
from schemas.tables import TABLES
from tests.sql.company import Company

TWO_SYSTEMS = """
    contract_id | account_id | starts_on  | arr  | _system
    1           | a          | 2024-01-01 | 1.00 | salesforce
    2           | cus_a      | 2024-01-01 | 2.00 | stripe
"""


def a_customer(company: Company) -> None:
    company.given("accounts", "account_id | account_name | status\na | a | active")
    company.given("contracts", "contract_id | account_id | starts_on | arr\n1 | a | 2024-01-01 | 1.00")


@pytest.mark.parametrize("table", ["accounts", "contracts"])
def test_nothing_is_built_without_accounts_and_contracts(a_company: Callable[..., Company], table: str) -> None:
    company = a_company()
    a_customer(company)
    company.warehouse.execute(f"delete from accepted.{table}")
    with pytest.raises(QualityGate, match=table):
        company.built()
    assert not company.warehouse.has("marts.accounts")


def test_two_systems_for_one_table_need_an_owner_and_the_error_has_the_line(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", "account_id | account_name\na | a")
    company.given("contracts", TWO_SYSTEMS)
    with pytest.raises(UsageError) as refused:
        company.built()
    assert refused.value.exit_code == 2
    assert 'contracts = ["salesforce", "stripe"]' in refused.value.remedy


def test_an_owner_that_feeds_nothing_is_an_error(a_company: Callable[..., Company]) -> None:
    company = a_company(sources={"contracts": ["hubspot"]})
    a_customer(company)
    with pytest.raises(UsageError, match="hubspot"):
        company.built()


def test_tables_that_need_no_owner_take_every_system(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | created_at           | _system  | _account_namespace
        1         | a          | 2026-06-01 12:00:00Z | zendesk  | crm
        2         | a          | 2026-06-01 12:00:00Z | intercom | crm
        """,
    )
    company.built()
    company.shows("select count(*) as n from staging.stg_tickets", "n\n2")
    company.shows("select system, rank from meta.owners where table_name = 'accounts'", "system | rank\ncrm | 1")


def test_a_second_build_of_the_same_inputs_does_nothing_and_says_the_same(a_company: Callable[..., Company]) -> None:
    company = a_company(feeds={"expected": ["accounts", "contracts", "tickets"]})
    a_customer(company)
    first = company.built()
    second = company.built()
    other_day = company.built(date(2026, 6, 19))
    assert [report.is_unchanged for report in (first, second, other_day)] == [False, True, False]
    assert (first.rows, first.findings, first.exit_codes) == (second.rows, second.findings, second.exit_codes)


def test_staging_carries_every_column_of_the_contract(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.built()
    query = "select table_name, list(column_name) as columns from information_schema.columns where table_schema = 'staging' group by all"
    staged = dict(company.warehouse.frame(query).iter_rows())
    without = {
        name: set(table.columns) - set(staged[f"stg_{name}"])
        for name, table in TABLES.items()
        if name != "usage_events"
    }
    # A surviving account was merged into none.
    assert {name: columns for name, columns in without.items() if columns} == {"accounts": {"merged_into_account_id"}}


def test_a_table_whose_select_is_gone_is_gone_too(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.warehouse.execute("create table marts.left_over as select 1 as x")
    company.built()
    assert not company.warehouse.has("marts.left_over")


def test_an_unknown_calendar_of_holidays_is_an_error(a_company: Callable[..., Company]) -> None:
    company = a_company(support={"holidays": ["XX"]})
    a_customer(company)
    with pytest.raises(UsageError, match="XX"):
        company.built()


def test_fingerprints_tell_parts_apart() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a", 1) == fingerprint("a", 1)


def test_code_is_hashed_by_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("select 1")
    before = code_hash(tmp_path)
    (tmp_path / "a.sql").write_text("select 2")
    assert code_hash(tmp_path) != before
