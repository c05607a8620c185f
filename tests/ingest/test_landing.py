"""Landed rows know their record and line, however many records span lines or do not fit the header."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import QualityGate
from pipeline.ingest.landing import broken_records, check_count, landed, rows_of, skimmed
from pipeline.ingest.recognise import Recognised, recognised
from pipeline.ingest.text import Text, text_of
from pipeline.warehouse import Warehouse, open_warehouse
from schemas.sources import shipped_sources

HEADER = "goal_id,account_id,goal\n"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(tmp_path / "var" / "warehouse.duckdb", [tmp_path]) as opened:
        yield opened


def read(folder: Path, text: str) -> tuple[Text, Recognised]:
    path = folder / "goals.csv"
    path.write_text(text)
    found = text_of(path)
    file = recognised(found.first_records(), shipped_sources())
    assert isinstance(file, Recognised)
    return found, file


def places(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    return {key: (record, line) for key, record, line in warehouse.frame("select c0, _record, _line from goals").rows()}


@pytest.mark.parametrize("every", [1_000, 40, 3])
@pytest.mark.parametrize("preamble", ["", "A report\n\n"])
def test_every_row_has_the_record_and_line_it_began_on(
    warehouse: Warehouse, tmp_path: Path, every: int, preamble: str
) -> None:
    text, wanted = preamble + HEADER, {}
    record, line = text.count("\n") - text.count("\n\n"), text.count("\n") + 1
    for number in range(400):
        is_long, is_misfit = number % every == 1, number % every == 2
        text += f"G{number},A1\n" if is_misfit else f'G{number},A1,"two\nlines"\n' if is_long else f"G{number},A1,x\n"
        if not is_misfit:
            wanted[f"G{number}"] = (record, line)
        record, line = record + 1, line + 1 + is_long
    found, file = read(tmp_path, text)
    data = landed(warehouse, found, file, "goals")
    assert places(warehouse) == wanted
    assert data.data_count == 400
    broken = sorted(set(range(record - 400, record)) - {at for at, _ in wanted.values()})
    assert [one.record for one in broken_records(found, file)] == broken
    assert data.broken_count == len(broken)
    with warehouse.transaction():
        landed(warehouse, found, file, "goals")
        assert places(warehouse) == wanted


def test_a_look_ahead_sees_the_same_rows(warehouse: Warehouse, tmp_path: Path) -> None:
    found, file = read(tmp_path, HEADER + "G1,A1,x\nG2,A1\nG3,A1,y\n")
    assert warehouse.frame(f"select c0 from {skimmed(warehouse, found, file, 'goals')}")["c0"].to_list() == ["G1", "G3"]


def test_a_reader_that_gives_other_rows_than_were_counted_is_not_trusted(tmp_path: Path) -> None:
    found, file = read(tmp_path, HEADER + "G1,A1,x\nG2,A1\nG3,A1,y\n")
    rows = rows_of(found, file)
    check_count(rows, 3)
    with pytest.raises(QualityGate, match="3 records of 3 fields counted, 2 read"):
        check_count(rows, 2)
