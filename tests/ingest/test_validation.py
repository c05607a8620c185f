"""Validation in SQL, for tables too large to be frames, says what pandera says."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ingest.validate import broken_sql, checked, valid_sql
from pipeline.warehouse import Warehouse, open_warehouse
from schemas.tables import TABLES, Table

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
PLANTED: dict[type[pl.DataType], list[Any]] = {
    pl.String: ["", "x", "usd", "USD", "USD\n", "nps", "p1", "it's", "ENTERPRISE", "é"],
    pl.Int64: [-1, 0, 1, 5, 6, 101],
    pl.Float64: [-0.5, 0.0, 0.5, 1.0, 5.0, 7.0, 10.0, 10.5, 100.0, 100.1],
    pl.Boolean: [True, False],
    pl.Date: [dt.date(2026, 1, 1), dt.date(2026, 1, 2)],
    pl.Datetime: [NOON, NOON + dt.timedelta(seconds=1)],
    pl.Decimal: [Decimal("-0.01"), Decimal("0.00"), Decimal("12.50")],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("validation")
    with open_warehouse(folder / "warehouse.duckdb", []) as opened:
        yield opened


def cells(table: Table, name: str) -> st.SearchStrategy[Any]:
    """Null, values of the enumeration, and values that are planted to break the rules of some column."""
    allowed = [
        value for check in table.schema.columns[name].checks for value in check.statistics.get("allowed_values", ())
    ]
    return st.sampled_from([None, *allowed, *PLANTED[table.columns[name].base_type()]])


@st.composite
def frames(draw: st.DrawFn, table: Table) -> pl.DataFrame:
    rows = st.fixed_dictionaries({name: cells(table, name) for name in table.columns})
    return pl.DataFrame(draw(st.lists(rows, min_size=10, max_size=30)), schema=table.columns)


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_sql_and_pandera_find_the_same_rows_columns_and_rules(
    warehouse: Warehouse, name: str, data: st.DataObject
) -> None:
    table = TABLES[name]
    frame = data.draw(frames(table))
    by_pandera = {
        (row["_row"], row["column_name"], row["rule"], row["remedy"]) for row in checked(frame, table).to_dicts()
    }
    rows = frame.with_columns(_record=pl.int_range(pl.len(), dtype=pl.Int64), _line=pl.lit(1, pl.Int64))
    warehouse.replace("accepted.rows", rows)
    broken = warehouse.frame(broken_sql(table, "accepted.rows"))
    by_sql = {(row["_record"], row["column_name"], row["rule"], row["remedy"]) for row in broken.to_dicts()}
    assert by_sql == by_pandera
    assert broken.height == len(by_sql)
    invalid = warehouse.frame(f"select _record from accepted.rows where not ({valid_sql(table)})")["_record"].to_list()
    assert set(invalid) == {row for row, *_ in by_pandera}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_of_nulls_breaks_every_required_column_in_both(warehouse: Warehouse, name: str) -> None:
    table = TABLES[name]
    frame = pl.DataFrame([dict.fromkeys(table.columns)], schema=table.columns)
    warehouse.replace("accepted.rows", frame.with_columns(_record=pl.lit(0, pl.Int64), _line=pl.lit(1, pl.Int64)))
    assert set(checked(frame, table)["column_name"]) == set(table.required)
    assert set(warehouse.frame(broken_sql(table, "accepted.rows"))["column_name"]) == set(table.required)


def test_the_value_that_breaks_a_rule_is_told_alike() -> None:
    table = TABLES["opportunities"]
    row = dict.fromkeys(table.columns) | {"opportunity_id": "1", "account_id": "A", "type": "gift", "currency": "usd"}
    frame = pl.DataFrame([row], schema=table.columns)
    assert sorted(checked(frame, table)["value"].to_list()) == ["gift", "usd"]
