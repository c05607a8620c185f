"""The records of one file as text in the warehouse, right after it was recognised and before its cells are typed.

The counter of `records` and DuckDB's strict reader must agree on every record. Rows keep the order of the file, so a
row's number in the landed table tells its record and line without a column for either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.errors import QualityGate
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.records import MAX_RECORD_BYTES, Records
from pipeline.ingest.text import Text
from pipeline.warehouse import Warehouse

FEW = 32
SMALL = 1_000_000
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that does not fit the header."""

    record: int
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Landed:
    """A file's data as text in `view` (_record, _line, c0, c1, ...), and how many records could not be landed."""

    view: str
    data_count: int
    broken_count: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The records of a file that fit its header, numbered 0, 1, ... as the reader gives them."""

    records: Records
    width: int
    first_record: int
    misfits: Numbers

    @property
    def count(self) -> int:
        """How many rows the reader must give, those above the data included."""
        return self.records.count - len(self.misfits)

    @property
    def skipped(self) -> int:
        """How many rows stand above the data: preambles and the header."""
        return self.first_record - int((self.misfits < self.first_record).sum())

    def numbers(self, rows: Numbers) -> Numbers:
        """The record of each row."""
        return rows + np.searchsorted(self.misfits - np.arange(len(self.misfits)), rows, side="right")

    def runs(self) -> pl.DataFrame:
        """From row `_from` on, record = row + `_record_shift` and line = row + `_line_shift`."""
        firsts = np.union1d(self.misfits + 1, self.records.line_of.first)
        begins = firsts - np.searchsorted(self.misfits, firsts, side="left")
        numbers = self.numbers(begins)
        shifts = {"_record_shift": numbers - begins, "_line_shift": self.records.lines(numbers) - begins}
        frame = pl.DataFrame({"_from": begins, **shifts})
        return frame.filter(pl.col("_from") < self.count).unique("_from", keep="last").sort("_from")


def rows_of(text: Text, file: Recognised) -> Rows:
    """The rows of a recognised file."""
    width = len(file.header.names)
    return Rows(text.records, width, file.first_record, text.records.misfit_numbers(width))


def landed(warehouse: Warehouse, text: Text, file: Recognised, name: str) -> Landed:
    """Read the data records into `temp.<name>` as text.

    Raises QualityGate when the reader's records are not those that were counted: nothing of such a file can be trusted.
    """
    rows = rows_of(text, file)
    _keep_text(warehouse, rows, name)
    check_count(rows, int(warehouse.value(f"select count(*) from {name}_text")))
    return Landed(name, data_count(text, rows), broken_count(text, rows))


def skimmed(warehouse: Warehouse, text: Text, file: Recognised, name: str) -> str:
    """A view of the file's text for a look ahead: nothing is checked, and a large one has its header among the rows."""
    rows = rows_of(text, file)
    if rows.count > SMALL:
        warehouse.execute(f"create or replace temp view {name} as {unnumbered_sql(rows)}")
        return name
    _keep_text(warehouse, rows, name)
    return name


def reader_sql(rows: Rows, *, in_order: bool = False) -> str:
    """The call that reads the file strictly as text; in parallel where every record is one line."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(rows.width))
    path = str(rows.records.sound(rows.width)).replace("'", "''")
    delimiter = rows.records.delimiter.replace("'", "''")
    is_parallel = rows.records.is_one_line_each and not in_order
    return f"""read_csv('{path}', columns = {{{columns}}}, auto_detect = false, header = false, delim = '{delimiter}',
        quote = '"', escape = '"', strict_mode = true, parallel = {str(is_parallel).lower()},
        max_line_size = {MAX_RECORD_BYTES}, store_rejects = true, rejects_limit = 0)"""


def unnumbered_sql(rows: Rows) -> str:
    """A select of the file's text, header included, for passes that need no record numbers."""
    return f"select null::bigint as _record, null::bigint as _line, * from {reader_sql(rows)}"


def check_count(rows: Rows, read_count: int) -> None:
    """Raise QualityGate unless the reader gave as many rows as were counted."""
    if read_count != rows.count:
        raise QualityGate(
            f"{rows.records.path.name}: {rows.count} records of {rows.width} fields counted, {read_count} read",
            "The file's quotes or line ends are inconsistent; export it again.",
        )


def data_count(text: Text, rows: Rows) -> int:
    """How many records of data the file has, those that do not fit included."""
    return max(0, rows.records.count - rows.first_record) + len(text.damaged)


def broken_count(text: Text, rows: Rows) -> int:
    """How many data records do not fit the header, and lines are no records."""
    return int((rows.misfits >= rows.first_record).sum()) + len(text.damaged)


def broken_records(text: Text, file: Recognised) -> Iterator[Broken]:
    """The data records that do not fit the header, and the lines that are no records; texts are read when asked for."""
    for one in text.records.misfits(len(file.header.names)):
        if one.record >= file.first_record:
            yield Broken(one.record, one.line, one.text, one.reason)
    for line in text.damaged:
        yield Broken(-1, line.line, line.text, line.reason)


def temporary(warehouse: Warehouse, name: str, frame: pl.DataFrame) -> None:
    """Keep a frame as a temp table."""
    with warehouse.lending("incoming_rows", frame):
        warehouse.execute(f"create or replace temp table {name} as select * from incoming_rows")


def drop_landed(warehouse: Warehouse, name: str) -> None:
    """Free what `landed` or `skimmed` made."""
    warehouse.execute(f"drop view if exists {name}; drop table if exists {name}_text; drop table if exists {name}_runs")


def _keep_text(warehouse: Warehouse, rows: Rows, name: str) -> None:
    warehouse.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    warehouse.execute(f"create or replace temp table {name}_text as select * from {reader_sql(rows)}")
    numbered = numbered_sql(warehouse, rows, f"{name}_text", f"{name}_runs")
    warehouse.execute(f"create or replace temp view {name} as {numbered}")


def numbered_sql(warehouse: Warehouse, rows: Rows, relation: str, runs_name: str, *, row: str = "") -> str:
    """The data rows of a relation with _record and _line.

    `row` names the column that numbers them as the reader gave them; without one the relation is a table, whose rows
    have kept that order.
    """
    without = f"exclude ({row})" if row else ""
    row = row or f"(rowid - {_first_rowid(warehouse, relation)})"
    runs = rows.runs()
    if runs.height > FEW:
        temporary(warehouse, runs_name, runs)
        return f"""
            select _at + _record_shift as _record, _at + _line_shift as _line,
                * exclude (_at, _from, _record_shift, _line_shift)
            from (select {row} as _at, * {without} from {relation} where {row} >= {rows.skipped})
            asof join {runs_name} on _at >= _from
        """
    record, line = (_shifted(row, runs.rows(), place) for place in (1, 2))
    return f"select {record} as _record, {line} as _line, * {without} from {relation} where {row} >= {rows.skipped}"


def _first_rowid(warehouse: Warehouse, table: str) -> int:
    """The row id of a table's first row: not 0 while the transaction that made it is open."""
    return int(warehouse.value(f"select coalesce(min(rowid), 0) from {table}"))


def _shifted(row: str, runs: Sequence[tuple[int, ...]], place: int) -> str:
    """The row's number shifted by that of its run."""
    cases = " ".join(f"when {row} >= {run[0]} then {row} + {run[place]}" for run in reversed(runs))
    return f"{row} + {runs[0][place]}" if len(runs) == 1 else f"case {cases or 'when true then null'} end"
