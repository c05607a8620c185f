"""Records that a person corrected: kept in the archive, and read in place of what the exported file has.

A correction is an overlay on one loaded file. Whenever that file is read, today or when the warehouse is rebuilt, its
corrected records come with their new cells on the line they always had; everything after that is as for any file.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from pipeline.errors import RunFailed
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.journal import Entry, archived, journal, keep, remember
from pipeline.ingest.mend import Damaged
from pipeline.ingest.records import MAX_RECORD_BYTES, Records, Runs, records_of
from pipeline.ingest.text import Text
from pipeline.warehouse import Warehouse

LINE = "_line"
BLOCK = 1024**2
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """New cells for records of one file, by the line on which each begins."""

    content: str
    extracted_at: str
    header: Cells
    cells: Mapping[int, Cells]


def is_correction(entry: Entry) -> bool:
    """Whether a line of the journal corrects a file instead of loading one."""
    return bool(entry.corrects)


def corrected_cells(archive: Path, entries: Iterable[Entry], content: str, extracted_at: str) -> dict[int, Cells]:
    """Every correction of one file by line, the latest of each; RunFailed when one is missing from the archive."""
    cells: dict[int, Cells] = {}
    for entry in entries:
        if is_correction(entry) and (entry.corrects, entry.extracted_at) == (content, extracted_at):
            cells.update(read_correction(archive, entry).cells)
    return cells


def newly_corrected(warehouse: Warehouse, entries: Iterable[Entry]) -> set[str]:
    """The systems whose files were corrected since they were loaded: what was loaded from them is to be read again."""
    known = set(warehouse.frame("select seq, system from meta.corrections").rows())
    wanted = {(entry.seq, entry.system) for entry in entries if is_correction(entry)}
    return {system for _, system in known ^ wanted}


def note_corrections(warehouse: Warehouse, entries: Iterable[Entry]) -> None:
    """Note which corrections are read; part of the caller's transaction."""
    rows = [(entry.seq, entry.system) for entry in entries if is_correction(entry)]
    frame = pl.DataFrame(rows, schema={"seq": pl.Int64, "system": pl.String}, orient="row")
    warehouse.execute("delete from meta.corrections")
    warehouse.insert("meta.corrections", frame)


def as_corrected(archive: Path, entries: Iterable[Entry], one: Delivery) -> Delivery:
    """The dated delivery with the text that its corrections make of it; without corrections itself."""
    cells = corrected_cells(archive, entries, one.arrival.snapshot.content_hash, one.exported_at.isoformat())
    return replace(one, text=corrected_text(one.text, cells)) if cells else one


def remember_correction(archive: Path, correction: Correction, original: Entry, work: Path) -> Entry:
    """Keep a correction in the archive and note it in the journal; `original` says which file it is about."""
    entries = journal(archive)
    entry = replace(
        original,
        seq=1 + len(entries),
        load=1 + max((one.load for one in entries), default=0),
        extracted_at=correction.extracted_at,
        corrects=correction.content,
        stored="container",
    )
    entry = rewritten_correction(archive, correction, entry, work)
    remember(archive, [entry])
    return entry


def rewritten_correction(archive: Path, correction: Correction, entry: Entry, work: Path) -> Entry:
    """Keep what a correction says now in the archive; its line of the journal."""
    body = _written(correction)
    name = hashlib.sha256(body).hexdigest()
    work.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = work / f"{name}.correction"
    part.write_bytes(body)
    keep(archive, name, part)
    part.unlink()
    return replace(entry, content=name, container=name)


def read_correction(archive: Path, entry: Entry) -> Correction:
    """A correction of the journal; RunFailed when it is missing from the archive."""
    path = archived(archive, entry.container)
    if not path.exists():
        raise RunFailed(f"the correction of {entry.path} is not in the archive", "Restore archive/ from a backup.")
    csv.field_size_limit(MAX_RECORD_BYTES)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = tuple(next(rows, (LINE,))[1:])
        cells = {int(row[0]): tuple(row[1:]) for row in rows}
    return Correction(entry.corrects, entry.extracted_at, header, cells)


def corrected_text(text: Text, cells: Mapping[int, Cells]) -> Text:
    """The text with these records in place of what stands on their lines; lines of the others stay what they were.

    A line that was damaged becomes a record. A correction of a line on which nothing begins is left out and said.
    """
    places = {line: number for line in cells if (number := record_on(text.records, line)) is not None}
    mended = {one.line for one in text.damaged} & cells.keys()
    inserted = [(_first_after(text.records, line), line) for line in sorted(mended)]
    target = text.records.path.with_suffix(".corrected.csv")
    _write(text.records, target, {places[line]: cells[line] for line in places}, inserted, cells)
    records = records_of(target, text.records.delimiter)
    lines = _lines_with(text.records, [at for at, _ in inserted], sorted(mended))
    lost = sorted(cells.keys() - places.keys() - mended)
    return Text(
        records.with_lines(lines),
        tuple(one for one in text.damaged if one.line not in mended),
        (*text.remarks, *_remarks(len(places) + len(mended), lost)),
    )


def record_on(records: Records, line: int) -> int | None:
    """The number of the record that begins on a line, or None."""
    runs = records.line_runs()
    firsts = [first for first, _ in runs] + [records.count]
    for (first, begins), after in zip(runs, firsts[1:], strict=True):
        if 0 <= line - begins < after - first:
            return first + line - begins
    return None


def cells_of(records: Records, number: int) -> Cells:
    """The cells of one record."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    text = io.StringIO(records.text(number, MAX_RECORD_BYTES), newline="")
    return tuple(next(csv.reader(text, delimiter=records.delimiter), ()))


def damaged_on(text: Text, line: int) -> Damaged | None:
    """What stands on a line that is no record."""
    return next((one for one in text.damaged if one.line == line), None)


def _first_after(records: Records, line: int) -> int:
    """The number of the first record that begins below a line."""
    runs = records.line_runs()
    for (first, begins), after in zip(runs, [*(run[0] for run in runs[1:]), records.count], strict=True):
        if line < begins + after - first:
            return max(first, first + line - begins + 1)
    return records.count


def _write(
    records: Records,
    target: Path,
    replaced: Mapping[int, Cells],
    inserted: Sequence[tuple[int, int]],
    cells: Mapping[int, Cells],
) -> None:
    """Copy the file with new text in place of some records, and new records before others."""
    before: dict[int, list[Cells]] = {}
    for at, line in inserted:
        before.setdefault(at, []).append(cells[line])
    with records.path.open("rb") as source, target.open("wb") as out:
        for number in sorted({*replaced, *before}):
            begin, end = records.span(number) if number < records.count else (records.path.stat().st_size,) * 2
            _copy(source, out, begin)
            if number == records.count and records.count:
                _end_line(out, source)
            for row in before.get(number, ()):
                out.write(_line(row, records.delimiter))
            if number in replaced:
                out.write(_line(replaced[number], records.delimiter).removesuffix(b"\n"))
                source.seek(end)
        _copy(source, out, records.path.stat().st_size)


def _end_line(out: BinaryIO, source: BinaryIO) -> None:
    source.seek(-1, io.SEEK_END)
    if source.read(1) != b"\n":
        out.write(b"\n")


def _copy(source: BinaryIO, out: BinaryIO, stop: int) -> None:
    while (left := stop - source.tell()) > 0:
        out.write(source.read(min(left, BLOCK)))


def _line(cells: Iterable[str], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _lines_with(records: Records, at: Sequence[int], lines: Sequence[int]) -> Runs:
    """The line of each record after records were inserted before those numbered `at`."""
    runs = records.line_runs()
    starts = {first + sum(place <= first for place in at): line for first, line in runs}
    for place in at:
        run = max((one for one in runs if one[0] <= place), default=None)
        if run is not None and place < records.count:
            starts[place + sum(other <= place for other in at)] = run[1] + place - run[0]
    starts |= {place + order: line for order, (place, line) in enumerate(zip(at, lines, strict=True))}
    rows = np.array(sorted(starts.items()), dtype=np.int64).reshape(-1, 2)
    return Runs(rows[:, 0], rows[:, 1], step=1)


def _remarks(applied: int, lost: Sequence[int]) -> list[str]:
    said = f"{applied} records are read as corrected" if applied != 1 else "1 record is read as corrected"
    return [said] * bool(applied) + [f"the correction of line {line} finds no record there" for line in lost]


def _written(correction: Correction) -> bytes:
    rows = [(LINE, *correction.header), *((str(line), *cells) for line, cells in sorted(correction.cells.items()))]
    return b"".join(_line(row, ",") for row in rows)
