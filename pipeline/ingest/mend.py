"""Records of a file that cannot be read strictly: sound ones are written again cleanly, damaged lines are set aside.

Slower than counting quotes, so only files come here in which `records` found a quote out of place, or whose dialect is
not the standard one. Every line is looked at twice at most, and no more than WINDOW of the file is held at a time.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np

from pipeline.errors import QualityGate
from pipeline.ingest.grammar import Dialect, Grammar
from pipeline.ingest.records import MAX_RECORD_BYTES, SHOWN, Records, Runs, records_of

if TYPE_CHECKING:
    from _csv import Writer

WINDOW = 1024**2
MAX_LINES_OF_A_RECORD = 200
MAX_DAMAGED = 100_000
KEPT = 64 * 1024**2
SHORT = 200
STRAY = "a quote is never closed or stands inside a cell"
UNCLOSED = "a cell that opens on line {} is never closed"
TOO_LONG = f"a line of more than {MAX_RECORD_BYTES} bytes in a file with damaged quotes"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that is no record, as it stands in the file, cut off after SHOWN characters."""

    line: int
    text: str
    reason: str = STRAY


@dataclass(frozen=True, slots=True)
class Mended:
    """The records of the clean copy with their lines in the file itself, and what had to be left out."""

    records: Records
    damaged: tuple[Damaged, ...]
    nul_count: int


def mended(path: Path, dialect: Dialect, width: int = 0) -> Mended:
    """Write the sound records of `path` beside it. After damage, reading resumes at the next line that is a record.

    A record of several lines is taken for one only when it has `width` fields (0: any). NUL bytes are dropped and
    counted. Raises QualityGate when more than MAX_DAMAGED lines are no records.
    """
    delimiter = dialect.delimiter if dialect.is_standard or dialect.is_unquoted else ","
    target = path.with_suffix(".mended.csv")
    source = path.open(encoding="utf-8", errors="surrogateescape")
    out = target.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    with source, out:
        mending = _Mending(source, out, Grammar(dialect), delimiter, width, path.name)
        mending.run()
    copy = records_of(target, delimiter)
    lines = _lines_before(copy, mending.shifts)
    return Mended(copy.with_lines(lines), tuple(mending.damaged), mending.nul_count)


@dataclass(slots=True)
class _Mending:
    source: TextIO
    out: TextIO
    grammar: Grammar
    delimiter: str
    width: int
    name: str
    line: int = 1
    written: int = 1
    text: str = ""
    at: int = 0
    is_at_end: bool = False
    nul_count: int = 0
    kept: int = 0
    shifts: list[tuple[int, int]] = field(default_factory=lambda: [(1, 0)])
    damaged: list[Damaged] = field(default_factory=list)

    def run(self) -> None:
        """Read the file to its end: runs of sound lines at once, everything else record by record."""
        writer = csv.writer(self.out, delimiter=self.delimiter, lineterminator="\n")
        while self._fill():
            stop = self.grammar.sound_until(self.text, self.at)
            if stop > self.at:
                self._copy(self.text[self.at : stop], writer)
                self.at = stop
            else:
                self._record(writer)

    def _fill(self) -> bool:
        """Hold at least a whole record ahead; whether there is anything left."""
        while not self.is_at_end and len(self.text) - self.at < MAX_RECORD_BYTES:
            block = self.source.read(WINDOW)
            self.nul_count += block.count("\0")
            self.text = self.text[self.at :] + block.replace("\0", "")
            self.at, self.is_at_end = 0, not block
        if self.is_at_end and len(self.text) > self.at and not self.text.endswith("\n"):
            self.text += "\n"
        return self.at < len(self.text)

    def _copy(self, lines: str, writer: "Writer") -> None:
        self._place(lines.count("\n"))
        if self.grammar.dialect.is_standard:
            self.out.write(lines)
        elif self.grammar.dialect.is_unquoted:
            self.out.write(self.grammar.quoted(lines))
        elif (replaced := self.grammar.commas(lines)) is not None:
            self.out.write(replaced)
        else:
            writer.writerows((self.grammar.cells(line) or ()) if line else () for line in lines.split("\n")[:-1])

    def _record(self, writer: "Writer") -> None:
        """Take the record that begins here, or set its first line aside."""
        stop = self.text.find("\n", self.at)
        if stop < 0 or stop - self.at > MAX_RECORD_BYTES:
            self._pass_long_line()
            return
        line = self.text[self.at : stop]
        cells = self.grammar.cells(line)
        if cells is None:
            stop, cells = self._longer_record(line, stop)
        if cells is None:
            self._set_aside(line, STRAY)
        elif stop >= 0:
            self._place(1 + self.text.count("\n", self.at, stop))
            writer.writerow(cells)
            self.at = stop + 1

    def _longer_record(self, line: str, stop: int) -> tuple[int, list[str] | None]:
        """Where a record of several lines ends, with its cells; -1 and none of them when the file ends inside it."""
        if not self.grammar.is_open(line):
            return stop, None
        end = self.grammar.record_end(self.text, self.at, min(len(self.text), self.at + MAX_RECORD_BYTES))
        if end < 0:
            return self._unclosed_end(stop)
        is_short = self.text.count("\n", self.at, end) < MAX_LINES_OF_A_RECORD
        cells = self.grammar.cells(self.text[self.at : end]) if is_short else None
        return end, cells if cells and len(cells) == (self.width or len(cells)) else None

    def _unclosed_end(self, stop: int) -> tuple[int, list[str] | None]:
        """A file cut off inside a cell: its last lines are part of that cell and must not be taken for records."""
        rest = self.text[self.at : -1]
        is_cut = self.is_at_end and rest.count("\n") < MAX_LINES_OF_A_RECORD and self.grammar.is_open(rest)
        if not is_cut:
            return stop, None
        opened = self.line
        for line in rest.split("\n"):
            self._set_aside(line, UNCLOSED.format(opened))
        return -1, []

    def _set_aside(self, line: str, reason: str) -> None:
        shown = line[: SHOWN if self.kept < KEPT else SHORT]
        self.kept += len(shown)
        if line:
            self.damaged.append(Damaged(self.line, shown, reason))
        if len(self.damaged) > MAX_DAMAGED:
            raise QualityGate(
                f"{self.name}: more than {MAX_DAMAGED} lines are no records: {reason}",
                "The file is not a table, or its quotes are broken throughout; export it again.",
            )
        self.at += len(line) + 1
        self.line += 1

    def _pass_long_line(self) -> None:
        """Set aside a line that is longer than a record may be, without holding it."""
        shown = self.text[self.at : self.at + SHOWN]
        while (stop := self.text.find("\n", self.at)) < 0:
            block = self.source.read(WINDOW)
            self.text, self.at = (block.replace("\0", "") or "\n"), 0
        self.damaged.append(Damaged(self.line, shown, TOO_LONG))
        self.at = stop + 1
        self.line += 1

    def _place(self, lines: int) -> None:
        """Count lines that are about to be written, and keep how far the copy's lines are off."""
        if self.line - self.written != self.shifts[-1][1]:
            self.shifts.append((self.written, self.line - self.written))
        self.line += lines
        self.written += lines


def _lines_before(copy: Records, shifts: list[tuple[int, int]]) -> Runs:
    """The line in the file itself of each record of its clean copy."""
    written, shift = np.array(shifts, dtype=np.int64).T
    first = np.unique(np.concatenate((copy.line_of.first, copy.first_records_from(written))))
    first = first[first < copy.count]
    lines = copy.lines(first)
    return Runs(first, lines + shift[np.searchsorted(written, lines, side="right") - 1], step=1)
