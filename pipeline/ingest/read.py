"""Reading one snapshot as text: the counter and DuckDB's strict reader must agree on every record."""

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.errors import QualityGate
from pipeline.ingest.mend import Damaged, mended
from pipeline.ingest.recognise import HEADER_WITHIN, Recognised
from pipeline.ingest.records import Records, records_of
from pipeline.warehouse import Warehouse

MAX_RECORD_BYTES = 2_000_000
SHOWN = 100_000
BLOCK = 1024**2


@dataclass(frozen=True, slots=True)
class Text:
    """A snapshot told apart into records; `damaged` lines are no records at all."""

    records: Records
    damaged: tuple[Damaged, ...] = ()

    def first_records(self) -> list[tuple[str, ...]]:
        """The cells of the first few records, among which the header is looked for."""
        texts = [self.records.text(number, SHOWN) for number in range(min(self.records.count, HEADER_WITHIN + 3))]
        return [_cells(text, self.records.delimiter) for text in texts]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that does not fit the header."""

    record: int
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Landed:
    """A file's data as text in `view` (_record, _line, c0, c1, ...), and the records that could not be landed."""

    view: str
    data_count: int
    broken: tuple[Broken, ...]


def text_of(path: Path) -> Text:
    """The records of a snapshot; one with stray quotes is mended first."""
    records = records_of(path)
    if not records.has_stray_quotes:
        return Text(records)
    clean = mended(path, records.delimiter)
    again = records_of(clean.path)
    return Text(replace(again, lines=np.asarray(clean.lines, dtype=np.int64)), clean.damaged)


def landed(warehouse: Warehouse, text: Text, file: Recognised, name: str) -> Landed:
    """Read the data records into `temp.<name>` as text.

    Raises QualityGate when the reader's records are not those that were counted: nothing of such a file can be trusted.
    """
    records, width = text.records, len(file.header.names)
    fits = (records.fields == width) & (records.ends - records.starts <= MAX_RECORD_BYTES)
    _read(warehouse, _sound(records, fits), records.delimiter, width, f"{name}_text")
    read_count = int(warehouse.value(f"select count(*) from {name}_text"))
    if read_count != int(fits.sum()):
        raise QualityGate(
            f"{records.path.name}: {int(fits.sum())} records of {width} fields were counted, {read_count} were read",
            "The file's quotes or line ends are inconsistent; export it again.",
        )
    numbers = np.arange(records.count)[fits]
    lines = pl.DataFrame({"_record": numbers, "_line": records.lines[fits]})
    temporary(warehouse, f"{name}_lines", lines)
    warehouse.execute(
        f"create or replace temp view {name} as select * from {name}_lines positional join {name}_text "
        f"where _record >= {file.first_record}"
    )
    is_data = np.arange(records.count) >= file.first_record
    misfits = [_misfit(records, int(at), width) for at in np.flatnonzero(is_data & ~fits)]
    broken = [*misfits, *_damages(text)]
    return Landed(name, int(is_data.sum()) + len(text.damaged), tuple(broken))


def temporary(warehouse: Warehouse, name: str, frame: pl.DataFrame) -> None:
    """Keep a frame as a temp table."""
    with warehouse.lending("incoming_rows", frame):
        warehouse.execute(f"create or replace temp table {name} as select * from incoming_rows")


def drop_landed(warehouse: Warehouse, name: str) -> None:
    """Free what `landed` made."""
    warehouse.execute(
        f"drop view if exists {name}; drop table if exists {name}_lines; drop table if exists {name}_text"
    )


def _sound(records: Records, fits: NDArray[np.bool_]) -> Path:
    """The file without the records that do not fit, which the reader might take another way than they were counted."""
    if fits.all():
        return records.path
    target = records.path.with_suffix(".sound.csv")
    edges = np.flatnonzero(np.diff(np.concatenate(([False], fits, [False])).astype(np.int8)))
    with records.path.open("rb") as source, target.open("wb") as out:
        for first, after in edges.reshape(-1, 2):
            source.seek(int(records.starts[first]))
            _copy(source, out, int(records.ends[after - 1] - records.starts[first]))
            out.write(b"\n")
    return target


def _copy(source: IO[bytes], out: IO[bytes], size: int) -> None:
    while size and (block := source.read(min(size, BLOCK))):
        out.write(block)
        size -= len(block)


def _read(warehouse: Warehouse, path: Path, delimiter: str, width: int, table: str) -> None:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    warehouse.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    warehouse.execute(
        f"""
        create or replace temp table {table} as
        select * from read_csv(?, columns = {{{columns}}}, auto_detect = false, header = false, delim = ?,
            quote = '"', escape = '"', strict_mode = true, parallel = false, max_line_size = {MAX_RECORD_BYTES},
            store_rejects = true, rejects_limit = 0)
        """,
        [str(path), delimiter],
    )


def _misfit(records: Records, at: int, width: int) -> Broken:
    fields = int(records.fields[at])
    too_long = f"more than {MAX_RECORD_BYTES} bytes"
    reason = too_long if fields == width else f"{fields} fields, the header has {width}"
    return Broken(at, int(records.lines[at]), records.text(at, SHOWN), reason)


def _damages(text: Text) -> list[Broken]:
    return [Broken(-1, one.line, one.text, "a quote is never closed or stands inside a cell") for one in text.damaged]


def _cells(text: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ()))
