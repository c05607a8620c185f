"""The byte counter and the mender against Python's own CSV reader."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ingest.mend import mended
from pipeline.ingest.read import text_of
from pipeline.ingest.records import records_of

CELLS = st.text(alphabet='ab ,;"\n\té', max_size=6)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t")
)
def test_every_record_is_counted_with_its_line(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    rows = [["id", "name", "note"], *rows]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    path = tmp_path / "export.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    records = records_of(path)
    breaks = ["\n".join(row).count("\n") - 2 for row in rows]
    assert records.delimiter == delimiter
    assert records.fields.tolist() == [3] * len(rows)
    assert records.lines.tolist() == [1 + at + sum(breaks[:at]) for at in range(len(rows))]
    assert not records.has_stray_quotes


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ("a,b\n1,2\n\n3,4", [2, 2, 2]),
        ("\n\na,b\n1,2\n", [2, 2]),
        ("a,b\n1,2,3\n4\n", [2, 3, 1]),
        ("a;b\n1,5;2\n2,5;3\n", [2, 2, 2]),
        ("", []),
    ],
)
def test_odd_files_are_counted_too(tmp_path: Path, content: str, fields: list[int]) -> None:
    path = tmp_path / "export.csv"
    path.write_text(content)
    assert records_of(path).fields.tolist() == fields


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,name\n1,"open\n2,"two\nlines"\n3,5" pipe\n4,"a"b\n5,fine\n')
    clean = mended(path, ",")
    assert [(one.line, one.text) for one in clean.damaged] == [(2, '1,"open'), (6, '4,"a"b')]
    assert list(csv.reader(io.StringIO(clean.path.read_text(), newline=""))) == [
        ["id", "name"], ["2", "two\nlines"], ["3", '5" pipe'], ["5", "fine"],
    ]  # fmt: skip
    assert text_of(path).records.lines.tolist() == [1, 3, 5, 7]
