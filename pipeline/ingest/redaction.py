"""A table without what must not be kept: dropped and hashed columns, and the records of who was forgotten.

Runs in the child process that `guard` keeps. Records and lines keep their places; what stood in a line that is no sound
record cannot be told apart, so its text goes altogether.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.errors import QualityGate
from pipeline.ingest.blanking import blanked, is_regular
from pipeline.ingest.mend import Damaged
from pipeline.ingest.records import MAX_RECORD_BYTES, Misfit, Records, records_of
from pipeline.ingest.table_text import Row, text_of_rows
from pipeline.ingest.text import Text

FORGOTTEN = "of an account or person that was forgotten"
WITHHELD = "withheld"
AT_ONCE = 65_536
EMAIL = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+\.[A-Za-z]{2,}")
_ID = re.compile(r"(?=\D*\d)([A-Za-z0-9]{15})(?:[A-Za-z0-9]{3})?")
_TELLING = re.compile(r".*@.*|(?=.*[^\W\d]).{6,}|\d{9,}", re.DOTALL)
DIGITS = 32
KEPT_HASH = re.compile(r"h-[0-9a-f]{32}")


def hashed(value: str, salt: bytes) -> str:
    """A personal value as it may be kept: the same for equal values, whatever blanks stand around it.

    Case does not matter but for ids of 15 or 18 letters and digits, which are known by the first 15.
    """
    return hashlib.sha256(salt + plain(value).encode("utf-8", "replace")).hexdigest()[:DIGITS]


def plain(value: str) -> str:
    """A value as it is compared with others."""
    text = value.strip()
    is_id = _ID.fullmatch(text)
    return is_id.group(1) if is_id else " ".join(text.lower().split())


def is_telling(value: str) -> bool:
    """Whether a value means who it names wherever it stands: an address, a name, a long id; not an id such as 12."""
    return bool(_TELLING.fullmatch(value.strip()))


@dataclass(frozen=True, slots=True)
class Redaction:
    """What of one table must not be kept: places of cells to drop and to hash, and the hashes of who was forgotten.

    A record goes when a cell that names its account, or any cell that tells who is meant, is forgotten. Where the rows
    are about companies a forgotten address is cut out of its cell instead.
    """

    salt: bytes
    first_record: int
    width: int
    drop: tuple[int, ...] = ()
    hash: tuple[int, ...] = ()
    account_places: tuple[int, ...] = ()
    forgotten: frozenset[str] = frozenset()
    is_about_companies: bool = False
    footer: tuple[str, ...] = ()

    @property
    def is_by_column(self) -> bool:
        """Whether columns go, and nothing that takes a look at single cells."""
        return not (self.hash or self.forgotten)

    def names_forgotten(self, cells: list[str]) -> bool:
        """Whether a record is of an account, or of a person, that was forgotten."""
        if not self.forgotten:
            return False
        return any(self.is_forgotten(cells[place]) for place in self.account_places) or any(
            self.is_forgotten(cell)
            for cell in cells
            if is_telling(cell) and not (self.is_about_companies and "@" in cell)
        )

    def is_forgotten(self, cell: str) -> bool:
        """Whether a cell is a value that was forgotten, plainly or as its hash."""
        digest = cell.removeprefix("h-") if KEPT_HASH.fullmatch(cell) else hashed(cell, self.salt)
        return bool(cell) and digest in self.forgotten

    def without_addresses(self, cell: str) -> str:
        """A cell without the forgotten addresses that stand in it."""
        return EMAIL.sub(lambda found: "" if self.is_forgotten(found.group()) else found.group(), cell)


@dataclass(frozen=True, slots=True)
class Redacted:
    """The table as it may be kept, and how many records or cells of forgotten people were taken out."""

    text: Text
    removed: int


@dataclass(slots=True)
class _Done:
    removed: list[int] = field(default_factory=list)
    cut: int = 0


def redacted(text: Text, redaction: Redaction, target: Path) -> Redacted:
    """Write the table again at `target`. Raises QualityGate when it would not have the records it must have."""
    done = _Done()
    if redaction.is_by_column and is_regular(text.records, redaction.width):
        blanked(text.records, redaction.width, redaction.first_record, redaction.drop, target)
        kept = Text(records_of(target, text.records.delimiter).with_lines(text.records.line_of))
    else:
        kept = text_of_rows(_rows(text, redaction, done), target)
    if kept.records.count != text.records.count - len(done.removed):
        raise QualityGate(f"{target.name}: personal data could not be taken out", "Export the file again.")
    damaged = [
        one if one.reason == FORGOTTEN or _is_footer(one.text, redaction) else replace(one, text=f'{WITHHELD} "')
        for one in text.damaged
    ]
    damaged += [Damaged(line, "", FORGOTTEN) for line in done.removed]
    remarks = (*text.remarks, *kept.remarks)
    whole = replace(kept, damaged=tuple(sorted(damaged, key=lambda one: one.line)), remarks=remarks)
    return Redacted(whole, len(done.removed) + done.cut)


def _rows(text: Text, redaction: Redaction, done: _Done) -> Iterator[Row]:
    csv.field_size_limit(MAX_RECORD_BYTES)
    mark = text.records.delimiter
    numbered = zip(_lines(text.records), _records(text.records, redaction.width), strict=True)
    for number, (line, cells) in enumerate(numbered):
        if number < redaction.first_record:
            yield line, _plain(cells, mark)
        elif isinstance(cells, Misfit):
            yield line, _plain(cells, mark) if _is_footer(cells.text, redaction) else [WITHHELD] * max(1, cells.fields)
        elif redaction.names_forgotten(cells):
            done.removed.append(line)
        else:
            yield line, _kept(cells, redaction, done)


def _kept(cells: list[str], redaction: Redaction, done: _Done) -> list[str]:
    if redaction.forgotten:
        without = [redaction.without_addresses(cell) if "@" in cell else cell for cell in cells]
        done.cut += without != cells
        cells = without
    for place in redaction.hash:
        cells[place] = _as_hash(cells[place], redaction.salt)
    for place in redaction.drop:
        cells[place] = ""
    return cells


def _as_hash(cell: str, salt: bytes) -> str:
    """What is kept of a cell; nothing of an empty one, and of a hash itself, so that doing it twice changes nothing."""
    return f"h-{hashed(cell, salt)}" if cell.strip() and not KEPT_HASH.fullmatch(cell) else cell.strip()


def _records(records: Records, width: int) -> Iterator[list[str] | Misfit]:
    """The cells of every record in order; one that does not fit the header as it is."""
    misfits = records.misfits(width)
    misfit = next(misfits, None)
    with records.sound(width).open(encoding="utf-8", newline="") as file:
        rows = (row for row in csv.reader(file, delimiter=records.delimiter, strict=True) if row)
        for number in range(records.count):
            if misfit is not None and misfit.record == number:
                yield misfit
                misfit = next(misfits, None)
            else:
                yield next(rows)


def _lines(records: Records) -> Iterator[int]:
    """The line of every record in order."""
    for first in range(0, records.count, AT_ONCE):
        numbers = np.arange(first, min(first + AT_ONCE, records.count))
        yield from records.lines(numbers).tolist()


def _plain(cells: list[str] | Misfit, delimiter: str) -> list[str]:
    if isinstance(cells, Misfit):
        return next(csv.reader(io.StringIO(cells.text, newline=""), delimiter=delimiter), [])
    return cells


def _is_footer(text: str, redaction: Redaction) -> bool:
    return any(re.search(pattern, text) for pattern in redaction.footer)
