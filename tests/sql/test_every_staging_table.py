"""Every staging table, one rule each: the newest version of a known row stands; deleted, orphaned and later rows do not."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from schemas.tables import TABLES
from tests.sql.company import Company, company

STAGED = [name for name in TABLES if name not in ("accounts", "account_keys", "team", "usage_events")]
PASSED_ON = {
    "activities_recent": "activities",
    "contacts": "contacts",
    "feedback_items": "feedback_items",
    "goals": "goals",
    "implementations": "implementations",
    "incidents_recent": "incidents",
    "milestones": "milestones",
    "opportunities": "opportunities",
    "overrides": "overrides",
    "recent_tickets": "tickets",
    "risks": "risks",
    "signals": "signals",
    "status_notes": "status_notes",
    "targets": "targets",
    "tasks": "tasks",
}
BEFORE, KNOWN, LATER = "2026-06-01", "2026-06-02", "2026-07-02"
VALUES = {pl.String: "x", pl.Int64: "1", pl.Float64: "1", pl.Decimal: "1", pl.Boolean: "true"}


def a_row(table: str, key: str, day: str, account: str) -> dict[str, str]:
    """A row with every column filled; where the key is a day alone, the key decides nothing."""
    row = {}
    for column, kind in TABLES[table].columns.items():
        base = kind.base_type()
        dated = {pl.Date: day, pl.Datetime: f"{day}T12:00:00Z"}
        row[column] = dated.get(base) or VALUES[base]
        if column in TABLES[table].keys and base == pl.String:
            row[column] = key
    named = {"currency": key[:3] if table == "exchange_rates" else "USD", TABLES[table].account_column or "": account}
    return row | {column: value for column, value in named.items() if column in row}


def text_keys(table: str) -> list[str]:
    """The key columns that are text and not the account: what tells one row from another here."""
    contract = TABLES[table]
    return [key for key in contract.keys if key != contract.account_column and contract.columns[key] == pl.String]


def rows_of(table: str) -> Iterator[dict[str, str]]:
    """Two versions of a known row, a deleted one, an orphan, and one from after the day."""
    contract = TABLES[table]
    yield a_row(table, "K1", KNOWN, "a") | {"_extracted_at": "2026-06-20 12:00:00"}
    yield a_row(table, "K1", KNOWN, "a") | {"_extracted_at": "2026-06-21 12:00:00"}
    if text_keys(table):
        yield a_row(table, "K2", KNOWN, "a") | {"_is_deleted": "true"}
    if contract.account_column:
        yield a_row(table, "K3", KNOWN, "nobody")
    if contract.dated_by:
        yield a_row(table, "K4", LATER, "a")


def as_text(rows: list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [" | ".join(row.get(column, "") for column in columns) for row in rows]
    return "\n".join([" | ".join(columns), *lines])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with company(tmp_path_factory.mktemp("staged") / Path("company")) as given:
        given.given("accounts", "account_id | account_name | status\na | Acme | active")
        for table in STAGED:
            given.given(table, as_text(list(rows_of(table))))
        given.built()
        yield given


@pytest.mark.parametrize("table", STAGED)
def test_only_the_newest_version_of_the_known_row_is_staged(built: Company, table: str) -> None:
    frame = built.warehouse.frame(f"select * from staging.stg_{table}")
    assert frame.height == 1
    if TABLES[table].account_column:
        assert frame["account_id"].to_list() == ["a"]
    expected = a_row(table, "K1", KNOWN, "a")
    keys = [key for key in TABLES[table].keys if TABLES[table].columns[key] == pl.String and key in frame.columns]
    assert [frame[key].item() for key in keys] == [expected[key] for key in keys]


@pytest.mark.parametrize("mart", PASSED_ON)
def test_a_mart_of_single_records_shows_what_is_staged(built: Company, mart: str) -> None:
    source = built.warehouse.frame(f"select * from staging.stg_{PASSED_ON[mart]}")
    frame = built.warehouse.frame(f"select * from marts.{mart}")
    shared = [column for column in TABLES[PASSED_ON[mart]].keys if column in frame.columns]
    assert frame.height == 1
    assert frame.select(shared).equals(source.select(shared))
