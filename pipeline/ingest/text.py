"""A snapshot told apart into records: what every later step of an ingest reads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.ingest.dialect import DELIMITERS, Decided, dialect_of, sample_of
from pipeline.ingest.grammar import Dialect, Grammar
from pipeline.ingest.mend import Damaged, Mended, mended
from pipeline.ingest.records import MAX_RECORD_BYTES, Records, records_of

FIRST_RECORDS = 33
HALF = 0.5
WIDE = 1024**2
NAMES = {"\t": "tab", " ": "space", "\t\t": "two tabs", ", ": "comma and space", "; ": "semicolon and space"}


@dataclass(frozen=True, slots=True)
class Text:
    """The records of a snapshot; `damaged` lines are no records at all; `remarks` say what was found and done."""

    records: Records
    damaged: tuple[Damaged, ...] = ()
    remarks: tuple[str, ...] = ()

    def first_records(self) -> list[tuple[str, ...]]:
        """The cells of the first few records, among which the header is looked for."""
        grammar = Grammar(Dialect(self.records.delimiter))
        first = range(min(self.records.count, FIRST_RECORDS))
        texts = (self.records.text(number, MAX_RECORD_BYTES) for number in first)
        return [tuple(grammar.cells(text) or text.split(self.records.delimiter)) for text in texts]


def text_of(path: Path, declared: Dialect | None = None) -> Text:
    """The records of a UTF-8 file with plain line ends, in the dialect declared or else decided from the file.

    A file of the standard dialect (one delimiter of one byte, doubled quotes) is left as it is; any other, and one
    with quotes out of place, is written again cleanly beside it. Raises QualityGate when it is no table at all.
    """
    if declared:
        return _told_apart(path, Decided(declared, 0, 1.0))
    found = dialect_of(path)
    text = _told_apart(path, found)
    if _agreement(text.records) >= HALF:
        return text
    return max((text, *_others(path, found.dialect.delimiter)), key=lambda one: _agreement(one.records))


def _told_apart(path: Path, found: Decided) -> Text:
    if not found.dialect.is_standard:
        return _rewritten(path, found)
    records = records_of(path, found.dialect.delimiter)
    if records.has_stray_quotes or records.has_controls:
        return _rewritten(path, found)
    return Text(records, (), _remarks(found.dialect))


def _others(path: Path, delimiter: str) -> Iterator[Text]:
    """The records by the other usual delimiters, for a file whose sample's delimiter does not hold for the whole."""
    for mark in DELIMITERS:
        if mark != delimiter and mark in sample_of(path, WIDE):
            records = records_of(path, mark)
            if not (records.has_stray_quotes or records.has_controls):
                yield Text(records, (), _remarks(Dialect(mark)))


def _agreement(records: Records) -> float:
    """The share of records with the commonest number of fields, as far as that is more than one."""
    if not records.count:
        return 0.0
    lengths = np.diff(records.fields.first, append=records.count)
    widths = np.bincount(np.minimum(records.fields.value, 10_000), weights=lengths, minlength=3)
    widths[:2] = 0
    common = int(widths.argmax())
    return float(widths[common] / records.count * (common - 1) / common) if widths[common] else 0.0


def _rewritten(path: Path, found: Decided) -> Text:
    clean, dialect = mended(path, found.dialect, found.width), found.dialect
    if dialect.is_doubled and any('\\"' in one.text for one in clean.damaged):
        clean, dialect = _better(path, clean, found)
    return Text(clean.records, clean.damaged, _remarks(dialect, clean))


def _better(path: Path, clean: Mended, found: Decided) -> tuple[Mended, Dialect]:
    """Read again with quotes escaped by a backslash, and keep the reading that leaves less out."""
    escaped = replace(found.dialect, escape="\\")
    again = mended(path, escaped, found.width)
    if len(again.damaged) < len(clean.damaged):
        return again, escaped
    return mended(path, found.dialect, found.width), found.dialect


def _remarks(dialect: Dialect, clean: Mended | None = None) -> tuple[str, ...]:
    remarks = []
    if dialect.delimiter != ",":
        remarks.append(f"delimiter is {NAMES.get(dialect.delimiter, dialect.delimiter)}")
    if dialect.quote != '"':
        remarks.append(f"quote is {dialect.quote}" if dialect.quote else "nothing is quoted")
    if not dialect.is_doubled:
        remarks.append(f"quotes are escaped by {dialect.escape}")
    if clean and clean.nul_count:
        remarks.append("1 NUL byte dropped" if clean.nul_count == 1 else f"{clean.nul_count} NUL bytes dropped")
    if clean and clean.damaged:
        count = len(clean.damaged)
        remarks.append("1 line is no record" if count == 1 else f"{count} lines are no records")
    return tuple(remarks)
