"""The byte counter and the mender against Python's own CSV reader."""

import csv
import io
import pickle
import random
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import QualityGate
from pipeline.ingest import mend, scan
from pipeline.ingest.grammar import Dialect
from pipeline.ingest.mend import mended
from pipeline.ingest.records import MAX_RECORD_BYTES, Records, records_of
from pipeline.ingest.text import text_of

CELLS = st.text(alphabet='ab ,;"\n\té', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12)
CHECKED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fields(records: Records) -> list[int]:
    return records.fields.at(np.arange(records.count)).tolist()


def lines(records: Records) -> list[int]:
    return records.lines(np.arange(records.count)).tolist()


def written(path: Path, rows: list[list[str]], delimiter: str = ",", quoting: int = csv.QUOTE_ALL) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(rows)
    return path


def read(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter=delimiter, strict=True) if row]


@CHECKED
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t")
)
def test_every_record_is_counted_with_its_line(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    rows = [["id", "name", "note"], *rows]
    records = text_of(written(tmp_path / "export.csv", rows, delimiter)).records
    breaks = ["\n".join(row).count("\n") - 2 for row in rows]
    assert records.delimiter == delimiter
    assert fields(records) == [3] * len(rows)
    assert lines(records) == [1 + at + sum(breaks[:at]) for at in range(len(rows))]
    assert not records.has_stray_quotes


@CHECKED
@given(rows=ROWS, quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), data=st.data())
def test_records_are_those_of_pythons_csv_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], quoting: int, data: st.DataObject
) -> None:
    path = written(tmp_path / "export.csv", rows, quoting=quoting)
    text = path.read_text(encoding="utf-8")
    gaps = "\n" * data.draw(st.integers(0, 2))
    path.write_text(
        gaps + text.removesuffix("\n") + data.draw(st.sampled_from(["", "\n"])), encoding="utf-8", newline=""
    )
    monkeypatch.setattr(scan, "BLOCK", data.draw(st.sampled_from([64, 128, 4096])))
    records, read_rows = records_of(path), read(path)
    assert (records.count, records.has_stray_quotes) == (len(read_rows), False)
    assert fields(records) == [len(row) for row in read_rows]
    width = data.draw(st.integers(1, 5))
    assert [one.record for one in records.misfits(width)] == [
        at for at, row in enumerate(read_rows) if len(row) != width
    ]
    assert records.fitting(width) == sum(len(row) == width for row in read_rows)
    assert read(records.sound(width)) == [row for row in read_rows if len(row) == width]
    assert [
        next(csv.reader(io.StringIO(records.text(at, 1000), newline=""))) for at in range(len(read_rows))
    ] == read_rows


@CHECKED
@given(text=st.text(alphabet='ab,"\n', max_size=60))
def test_whatever_the_quotes_every_line_is_read_or_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8", newline="")
    told = text_of(path)
    kept = told.records.path.read_text(encoding="utf-8")
    count = sum(line != "" for line in text.split("\n"))
    assert count == sum(line != "" for line in kept.split("\n")) + len(told.damaged)
    assert told.records.count == len(read(told.records.path, told.records.delimiter))
    assert all(text.split("\n")[one.line - 1] == one.text for one in told.damaged)


@CHECKED
@given(text=st.text(alphabet='ab,"\n ', max_size=60))
def test_the_strict_reader_reads_as_many_records_as_were_counted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8", newline="")
    records = text_of(path).records
    with duckdb.connect() as connection:
        for width in set(fields(records)):
            columns = {f"c{place}": "VARCHAR" for place in range(width)}
            rows = connection.execute(
                f"""from read_csv(?, columns = {columns}, delim = ?, auto_detect = false, header = false, quote = '"',
                    escape = '"', strict_mode = true, parallel = {records.is_one_line_each})""",
                [str(records.sound(width)), records.delimiter],
            ).fetchall()
            assert [[cell or "" for cell in row] for row in rows] == read(records.sound(width), records.delimiter)


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        ("a,b\n1,2\n\n3,4", [2, 2, 2]),
        ("\n\na,b\n1,2\n", [2, 2]),
        ("a,b\n1,2,3\n4\n", [2, 3, 1]),
        ("a;b\n1,5;2\n2,5;3\n", [2, 2, 2]),
        ("a,b,\n1,2,\n", [3, 3]),
        ("a,,a\n1,2,3\n", [3, 3]),
        ("", []),
    ],
)
def test_odd_files_are_counted_too(tmp_path: Path, content: str, counts: list[int]) -> None:
    path = tmp_path / "export.csv"
    path.write_text(content)
    assert fields(text_of(path).records) == counts


@pytest.mark.parametrize(
    "content",
    ['a,b\n1,x"y\n', 'a,b\n"1"x,2\n', 'a,b\n1,"open\n', 'a,b\n ,"1" ,2\n', 'x""y,2\n', '"a""b"c\n', 'a"\n', '"\n'],
)
@pytest.mark.parametrize("block", [64, 1024])
def test_a_quote_out_of_place_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, block: int
) -> None:
    monkeypatch.setattr(scan, "BLOCK", block)
    path = tmp_path / "export.csv"
    for before in (0, 58, 59, 60, 61, 62, 63, 64, 65):
        path.write_text("x" * before + "\n" + content)
        assert records_of(path).has_stray_quotes, before


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,name\n1,"open\n2,"two\nlines"\n3,5" pipe\n4,"a"b\n5,fine\n')
    clean = mended(path, Dialect())
    assert [(one.line, one.text) for one in clean.damaged] == [(2, '1,"open'), (6, '4,"a"b')]
    assert list(csv.reader(io.StringIO(clean.records.path.read_text(), newline=""))) == [
        ["id", "name"], ["2", "two\nlines"], ["3", '5" pipe'], ["5", "fine"],
    ]  # fmt: skip
    assert lines(text_of(path).records) == [1, 3, 5, 7]


def test_quotes_that_may_mean_two_things_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('a,b,c\n1,2,3\n1 x"y, z"\n4" pipe,5" pipe,6\n7" and 8" pipe,8,9\n')
    text = text_of(path)
    assert [one.line for one in text.damaged] == [3, 4]
    assert read(text.records.path)[-1] == ['7" and 8" pipe', "8", "9"]


def test_the_lines_of_a_cell_that_is_never_closed_are_not_taken_for_records(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,name\n1,a\n2,"never closed\n3,looks like a record\n')
    text = text_of(path)
    assert read(text.records.path) == [["id", "name"], ["1", "a"]]
    assert [(one.line, one.reason) for one in text.damaged] == [
        (3, "a cell that opens on line 3 is never closed"),
        (4, "a cell that opens on line 3 is never closed"),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_mending_large_files_keeps_every_line_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(mend, "WINDOW", 4096)
    monkeypatch.setattr(mend, "MAX_RECORD_BYTES", 2000)
    chance = random.Random(seed)
    kinds = ["{n},plain,x", '{n},"quoted, twice",x', '{n},"two\nlines",x', '{n},"bad"one,x', "", '{n},in"side,x']
    lines_written = [chance.choices(kinds, [8, 4, 2, 1, 1, 1])[0].format(n=n) for n in range(4000)]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["id,name,flag", *lines_written]))
    text = text_of(path)
    physical = path.read_text().split("\n")
    for row, line in zip(read(text.records.path), lines(text.records), strict=True):
        assert physical[line - 1].split(",")[0] == row[0]
    assert all(physical[one.line - 1] == one.text for one in text.damaged)
    assert text.records.count + len(text.damaged) == 1 + sum(line != "" for line in lines_written)


def test_the_first_records_are_whole_however_wide(tmp_path: Path) -> None:
    path = written(tmp_path / "export.csv", [[f"column {n}" for n in range(30_000)], ["x" * 200_000], ['a "b"', "c"]])
    first = text_of(path).first_records()
    assert [len(record) for record in first] == [30_000, 1, 2]
    assert first[2] == ('a "b"', "c")


def test_too_long_a_record_is_a_misfit_and_the_others_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,name\n1," + "x" * (MAX_RECORD_BYTES + 9) + "\n2,y\n")
    records = text_of(path).records
    assert [(one.line, one.reason) for one in records.misfits(2)] == [(2, "more than 2000000 bytes")]
    assert read(records.sound(2)) == [["id", "name"], ["2", "y"]]


def test_a_line_without_end_in_a_damaged_file_is_set_aside_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,name\n1,"' + "x" * (3 * MAX_RECORD_BYTES) + "\n2,y\n")
    text = text_of(path)
    assert [(one.line, len(one.text)) for one in text.damaged] == [(2, 100_000)]
    assert read(text.records.path) == [["id", "name"], ["2", "y"]]


def test_a_file_of_nothing_but_damage_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mend, "MAX_DAMAGED", 10)
    path = tmp_path / "export.csv"
    path.write_text("id,name\n" + '"a"b,"c"d,"e"\n' * 20)
    with pytest.raises(QualityGate, match="more than 10 lines are no records"):
        mended(path, Dialect())


def test_what_is_kept_of_a_regular_file_does_not_grow_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,name\n" + "1,two words\n" * 300_000)
    text = text_of(path)
    assert len(pickle.dumps(text)) < 4_000
    assert text.records.line_runs() == ((0, 1),)
    assert text.records.is_one_line_each
