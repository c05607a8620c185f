"""The one door to DuckDB: transactions, rows that outlast them, and inserts that every later reader sees."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import Warehouse, open_warehouse

ROW_GROUP = 122_880
SELECT = "select range as number, 'x' as word from range({})"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "warehouse.duckdb", []) as opened:
        opened.execute("create table main.numbers (number bigint, word varchar)")
        yield opened


def seen(warehouse: Warehouse) -> int:
    """How many rows a scan on several threads finds; count(*) alone is answered without one."""
    return int(warehouse.value("select count(*) from (select number from main.numbers group by number)"))


def test_a_large_insert_after_one_of_no_rows_is_seen_by_every_scan(warehouse: Warehouse) -> None:
    with warehouse.transaction():
        warehouse.add("main.numbers", SELECT.format(0))
        warehouse.add("main.numbers", SELECT.format(ROW_GROUP * 2))
        assert seen(warehouse) == ROW_GROUP * 2
    assert seen(warehouse) == ROW_GROUP * 2


def test_a_failed_transaction_leaves_nothing(warehouse: Warehouse) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(warehouse)
    assert seen(warehouse) == 0


def test_saved_rows_outlast_the_transaction_that_made_them(warehouse: Warehouse) -> None:
    saved: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(warehouse, saved)
    warehouse.restore("main.numbers", saved[0])
    assert seen(warehouse) == 3
    assert not saved[0].exists()


def interrupted(warehouse: Warehouse, saved: list[Path] | None = None) -> None:
    """Add rows, perhaps save them, and be stopped."""
    with warehouse.transaction():
        warehouse.add("main.numbers", SELECT.format(3))
        if saved is not None:
            saved.append(warehouse.saved("from main.numbers"))
        raise KeyboardInterrupt


def test_sql_reads_no_file_outside_of_the_folders_it_was_given(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.PermissionException):
        warehouse.value(f"select a from read_csv('{tmp_path / 'secret.csv'}')")
