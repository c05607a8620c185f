"""The law of the layers, through DuckDB's own parser, and the manners of a SQL file."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.stages.layers import SQL, in_order, references, selects
from pipeline.warehouse import Warehouse, open_warehouse

MAY_READ = {
    "staging": {"accepted", "meta", "staging"},
    "intermediate": {"meta", "staging", "intermediate"},
    "marts": {"staging", "intermediate", "marts"},
    "checks": {"accepted", "meta", "staging", "intermediate", "marts"},
}
BANNED = re.compile(r"\bcurrent_date\b|\bnow\(|\bselect distinct\b|\bround\(", re.IGNORECASE)
SELECTS = selects()


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path_factory.mktemp("parser") / "warehouse.duckdb", []) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def reads(parser: Warehouse) -> dict[str, set[str]]:
    """The tables that each table reads."""
    read = references(parser, [select.sql for select in SELECTS])
    return {select.table: tables for select, tables in zip(SELECTS, read, strict=True)}


def test_a_layer_reads_only_the_layers_before_it(reads: dict[str, set[str]]) -> None:
    layers = {table: {read.split(".")[0] for read in tables} for table, tables in reads.items()}
    assert {table: read for table, read in layers.items() if not read <= MAY_READ[table.split(".")[0]]} == {}


def test_every_table_that_is_read_is_made_somewhere(reads: dict[str, set[str]]) -> None:
    read = {table for tables in reads.values() for table in tables}
    assert {table for table in read if table.split(".")[0] in MAY_READ} <= reads.keys()


def test_a_table_is_made_after_what_it_reads(parser: Warehouse, reads: dict[str, set[str]]) -> None:
    place = {select.table: position for position, select in enumerate(in_order(parser, SELECTS))}
    early = [(table, read) for table, tables in reads.items() for read in tables if place.get(read, -1) >= place[table]]
    assert early == []


def test_a_table_named_in_a_macro_call_is_found(parser: Warehouse) -> None:
    sql = "select 1 from newest('accepted.tickets') as t, marts.weeks"
    assert references(parser, [sql]) == [{"accepted.tickets", "marts.weeks"}]


def test_a_select_that_cannot_be_parsed_is_a_bug(parser: Warehouse) -> None:
    with pytest.raises(ValueError, match="cannot be parsed"):
        references(parser, ["select from where"])


@pytest.mark.parametrize("path", sorted(SQL.rglob("*.sql")), ids=lambda path: path.stem)
def test_a_file_says_its_grain_first_and_hides_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith("-- One row per ") or path.stem == "macros"
    assert not BANNED.search(text)


@pytest.mark.parametrize("path", sorted((SQL / "marts").glob("*.sql")), ids=lambda path: path.stem)
def test_a_mart_holds_no_ratio(path: Path) -> None:
    assert " / " not in path.read_text(encoding="utf-8")
