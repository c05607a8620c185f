"""The CSV in which a person corrects records: written from the quarantine, and read back to see what was changed.

A spreadsheet takes a cell that begins with =, +, - or @ for a formula. Such a cell is written with an apostrophe before
it, and so is one that begins with an apostrophe; reading takes one leading apostrophe away again. What comes back
unedited is therefore what the file had, to the letter.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.ingest.corrections import Cells, Correction, cells_of, damaged_on, record_on
from pipeline.ingest.grammar import Dialect
from pipeline.ingest.quarantine import Held
from pipeline.ingest.records import MAX_RECORD_BYTES
from pipeline.ingest.snapshot import snapshot
from pipeline.ingest.text import text_of

BOOKKEEPING = ("_file_id", "_path", "_line", "_rule", "_column", "_value", "_remedy")
RAW = "_raw"
WIDTH = len(BOOKKEEPING) + 1
VALUE = BOOKKEEPING.index("_value")
FORMULA = re.compile(r"""[\s"']*[=+\-@|%\t\r\n\x00＝＋－＠]""")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


@dataclass(frozen=True, slots=True)
class Line:
    """One record as it came back: which file and line it is, its whole text where it was broken, and its cells."""

    number: int
    file_id: str
    line: int
    value: str
    raw: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Sheet:
    """A corrected CSV as it was read."""

    path: Path
    header: Cells
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A record that was corrected: its line, the columns whose text differs, and its new cells."""

    line: int
    columns: tuple[str, ...]
    cells: Cells


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `plain_again` gives back what it was."""
    if cell.startswith("'") or (FORMULA.match(cell) and not NUMBER.fullmatch(cell)):
        return f"'{cell}"
    return cell


def plain_again(cell: str) -> str:
    """A cell without the apostrophe that `neutral` put before it."""
    return cell.removeprefix("'")


def correction_csv(held: Held) -> str:
    """One row per record of the quarantine: what is wrong with it, then its cells under the file's own header.

    A record that does not fit the header has its whole text under `_raw` and no cells.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*BOOKKEEPING, RAW, *map(neutral, held.delivery.file.header.names)])
    for line, reasons in sorted(held.reasons.items()):
        raw, cells = standing(held, line)
        told = [_told(reasons, key) for key in ("rule", "column_name", "value", "remedy")]
        cells = cells or ("",) * len(held.delivery.file.header.names)
        writer.writerow(map(neutral, (held.file_id, held.path, str(line), *told, raw, *cells)))
    return text.getvalue()


def standing(held: Held, line: int) -> tuple[str, Cells]:
    """What stands on a line now: its text when it does not fit the header, else its cells."""
    records = held.delivery.text.records
    number = record_on(records, line)
    if number is None:
        damaged = damaged_on(held.delivery.text, line)
        return (damaged.text if damaged else "", ())
    cells = cells_of(records, number)
    if len(cells) == len(held.delivery.file.header.names):
        return "", cells
    return records.text(number, MAX_RECORD_BYTES), ()


def read_sheet(path: Path, work: Path) -> Sheet:
    """A corrected CSV in whatever encoding and with whatever delimiter a spreadsheet saved it.

    Raises UsageError when it does not begin with the columns of an export, or a line of it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not there", "Name the CSV that `bellwether quarantine export` wrote.")
    with path.open("rb") as file:
        copy = snapshot(iter(lambda: file.read(1024**2), b""), work)
    text = text_of(copy.path, _dialect(copy.path))
    if text.damaged:
        raise UsageError(f"{path}: line {text.damaged[0].line} cannot be read", "A quote in it is never closed.")
    numbers = range(text.records.count)
    rows = [(number, cells_of(text.records, number)) for number in numbers]
    header = rows[0][1] if rows else ()
    if header[:WIDTH] != (*BOOKKEEPING, RAW):
        raise UsageError(
            f"{path} does not begin with the columns {', '.join(BOOKKEEPING)}, {RAW}",
            "Correct the CSV that `bellwether quarantine export` wrote, and leave its columns as they are.",
        )
    lines = tuple(_line(path, number + 1, cells, len(header)) for number, cells in rows[1:] if any(cells))
    return Sheet(path, tuple(map(plain_again, header[WIDTH:])), lines)


def changes(held: Held, sheet: Sheet) -> Iterator[Change]:
    """The records of a file that a person changed; UsageError when a broken one was given the wrong number of cells."""
    names = held.delivery.file.header.names
    if sheet.header != tuple(names):
        raise UsageError(
            f"{sheet.path}: its columns are not those of {held.path}",
            "Correct cells only; columns stay as `bellwether quarantine export` wrote them.",
        )
    for one in sheet.lines:
        if one.file_id == held.file_id and one.line in held.reasons:
            raw, cells = standing(held, one.line)
            new = _new_cells(one, raw, held.delivery.text.records.delimiter, sheet.path, len(names))
            if new and new != cells:
                yield Change(one.line, _differing(names, cells, new), new)
            elif one.value != _told(held.reasons[one.line], "value"):
                _refuse_value(sheet.path, one, _told(held.reasons[one.line], "column_name"))


def correction(held: Held, changed: Mapping[int, Cells]) -> Correction:
    """The changed records of a file, as the archive keeps them."""
    original = held.original
    return Correction(original.content, original.extracted_at, tuple(held.delivery.file.header.names), changed)


def _new_cells(one: Line, raw: str, delimiter: str, path: Path, width: int) -> Cells:
    """The cells a person gave; nothing when they left a broken record as it was."""
    if any(one.cells) or not one.raw:
        return one.cells if any(one.cells) else ()
    if one.raw == raw:
        return ()
    csv.field_size_limit(MAX_RECORD_BYTES)
    rows = list(csv.reader(io.StringIO(one.raw, newline=""), delimiter=delimiter))
    if len(rows) != 1 or len(rows[0]) != width:
        found = f"{len(rows[0])} fields" if len(rows) == 1 else f"{len(rows)} records"
        raise UsageError(
            f"{path}: record {one.number}: _raw has {found}, the header has {width}",
            f"Correct _raw to {width} fields with {delimiter!r} between them, or fill in the columns and empty _raw.",
        )
    return tuple(rows[0])


def _differing(names: Cells, cells: Cells, new: Cells) -> tuple[str, ...]:
    if not cells:
        return (RAW,)
    return tuple(name for name, old, now in zip(names, cells, new, strict=True) if old != now)


def _line(path: Path, number: int, cells: Cells, width: int) -> Line:
    if len(cells) != width:
        raise UsageError(
            f"{path}: record {number} has {len(cells)} fields, its header has {width}", "Correct that line of the CSV."
        )
    told = tuple(map(plain_again, cells))
    if not told[2].isdigit():
        raise UsageError(f"{path}: record {number}: _line is {told[2]!r}", "Leave the columns that begin with _ alone.")
    return Line(number, told[0], int(told[2]), told[VALUE], told[WIDTH - 1], told[WIDTH:])


def _dialect(path: Path) -> Dialect:
    """The delimiter is what follows the first column's name."""
    with path.open(encoding="utf-8") as file:
        found = re.match(rf'"?{BOOKKEEPING[0]}"?([,;\t|])', file.readline(200))
    return Dialect(found.group(1) if found else ",")


def _told(reasons: Sequence[Mapping[str, str | None]], key: str) -> str:
    return "; ".join(dict.fromkeys(value for reason in reasons if (value := reason[key])))


def _refuse_value(path: Path, one: Line, columns: str) -> None:
    raise UsageError(
        f"{path}: record {one.number}: _value was edited, which only repeats what is wrong",
        f"Correct the cell under {columns or RAW} instead.",
    )
