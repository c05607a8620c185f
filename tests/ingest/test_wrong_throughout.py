"""Files that are wrong in every row: each row is accounted for, however many they are, and nothing of them is applied."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
HEADER = "tenant_id,date,feature,active_users,event_count\n"
COUNT = 130_000  # more than one row group, so that DuckDB inserts them in parallel
GOOD = "t{0},2026-06-01,reports,1,{0}\n"


def every(row: str) -> str:
    return HEADER + "".join(row.format(number, number % 100) for number in range(COUNT))


@pytest.mark.parametrize(
    ("row", "rule", "reasons"),
    [
        ("t{1},2026-06-01,reports,1,{0}\n", "conflicting_key", 1),
        ("t{0},someday,reports,many,{1}\n", "unreadable", 2),
        ("t{0},2026-06-01,reports,-1,{1}\n", "out_of_range", 1),
    ],
)
def test_every_row_that_is_wrong_can_be_found(
    drop: Drop, run: Run, warehouse: Warehouse, row: str, rule: str, reasons: int
) -> None:
    drop("2026-06-26/usage_daily.csv", every(row))
    run()
    assert warehouse.value("select count(*) from accepted.usage_daily") == 0
    found = "select rule, count(*) as reasons, count(distinct line) as lines from rejected.rows group by rule"
    assert warehouse.frame(found).rows() == [(rule, reasons * COUNT, COUNT)]
    first = warehouse.value("select row_json from rejected.rows where line = 2 limit 1")
    cells = row.format(0, 0).strip().split(",")
    wanted = [f'"{name}": "{cell}"' for name, cell in zip(HEADER.strip().split(","), cells, strict=True)]
    assert first == "{" + ", ".join(wanted) + "}"


def test_every_second_record_that_does_not_fit_can_be_found(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    text = HEADER + "".join(GOOD.format(number) + "t,2026-06-01,reports\n" for number in range(2_000))
    drop("2026-06-26/usage_daily.csv", text)
    run()
    found = "select count(*), min(line), max(line) from rejected.rows where rule = 'broken_record'"
    assert warehouse.frame(found).rows() == [(2_000, 3, 4_001)]


@pytest.mark.parametrize("times", [3, 1_300])
def test_every_row_repeated_counts_once(drop: Drop, run: Run, warehouse: Warehouse, times: int) -> None:
    rows = "".join(GOOD.format(number) for number in range(100))
    drop("2026-06-26/usage_daily.csv", HEADER + rows * times)
    run()
    assert warehouse.value("select count(*) from accepted.usage_daily") == 100
    assert warehouse.value("select min(_line) || '-' || max(_line) from accepted.usage_daily") == "2-101"
    assert warehouse.frame("select accepted, rejected, duplicates from meta.loads").row(0) == (
        100,
        0,
        100 * times - 100,
    )
