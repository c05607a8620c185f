"""The independent counter: how many records a snapshot has, how many fields each, and on which line it begins.

What is kept is run-length encoded with a checkpoint per block, so memory grows with the oddities of a file and not with
its rows; the text of single records is looked up again when a person is to see it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.scan import Offsets, Scan
from pipeline.ingest.slices import copy, copy_runs, shown
from pipeline.ingest.tally import Tally, present

MAX_RECORD_BYTES = 2_000_000
SHOWN = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """A number per record in runs: from record `first[i]` on it is `value[i]`, plus `step` for each record after it."""

    first: Offsets
    value: Offsets
    step: int = 0

    def at(self, records: Offsets) -> Offsets:
        """The values of these records."""
        run = np.searchsorted(self.first, records, side="right") - 1
        return self.value[run] + self.step * (records - self.first[run])


@dataclass(frozen=True, slots=True)
class Misfit:
    """A record that does not fit the header, with its text cut off after SHOWN bytes."""

    record: int
    line: int
    fields: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of one file, header included and blank lines not; `path` is readable strictly with doubled quotes."""

    path: Path
    delimiter: str
    count: int
    is_one_line_each: bool
    has_blank_lines: bool
    has_stray_quotes: bool
    has_controls: bool
    fields: Runs
    line_of: Runs
    too_long: Offsets
    checkpoints: Offsets

    def fitting(self, width: int) -> int:
        """How many records have `width` fields and are not over MAX_RECORD_BYTES."""
        lengths = np.diff(self.fields.first, append=self.count)
        fitting = int(lengths[self.fields.value == width].sum())
        return fitting - int((self.fields.at(self.too_long) == width).sum())

    def misfits(self, width: int) -> Iterator[Misfit]:
        """The records that do not fit, in order; each text is looked up when it is asked for."""
        with self.path.open("rb") as file:
            for numbers, starts, ends in self._wrong(width):
                yield from self._misfits(file, numbers, starts, ends, width)

    def misfit_numbers(self, width: int) -> Offsets:
        """Which records do not fit, in order."""
        found = [numbers for numbers, _, _ in self._wrong(width)]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def lines(self, records: NDArray[np.int64]) -> NDArray[np.int64]:
        """The physical line, in the file a person has, on which each of these records (from 0) begins."""
        return self.line_of.at(records)

    def with_lines(self, line_of: Runs) -> "Records":
        """The same records on the lines of another file, of which `path` is a clean copy."""
        return replace(self, line_of=line_of)

    def first_records_from(self, lines: Offsets) -> Offsets:
        """The first record that begins on each of these lines of `path` or after it; `count` where none does."""
        runs = np.maximum(np.searchsorted(self.line_of.value, lines, side="right") - 1, 0)
        if not self.count:
            return np.zeros_like(lines)
        found = self.line_of.first[runs] + np.maximum(lines - self.line_of.value[runs], 0)
        after: Offsets = np.append(self.line_of.first[1:], self.count)[runs]
        first: Offsets = np.minimum(found, after)
        return first

    def line_runs(self) -> tuple[tuple[int, int], ...]:
        """First record and its line of each run of records in which lines go up by one."""
        return tuple(zip(self.line_of.first.tolist(), self.line_of.value.tolist(), strict=True))

    def text(self, number: int, at_most: int) -> str:
        """The raw text of one record, cut off after so many bytes."""
        begin, end = self.span(number)
        with self.path.open("rb") as file:
            return shown(file, begin, end, at_most)

    def span(self, number: int) -> tuple[int, int]:
        """Where one record begins and ends in `path`, in bytes, without its line end."""
        chunk = bisect_right(self.checkpoints[:, 0].tolist(), number) - 1
        begin, stop, first = list(self._chunks())[chunk]
        for at, starts, ends, _ in self._pieces(begin, stop, first, 0):
            if number < at + len(starts):
                return int(starts[number - at]), int(ends[number - at])
        raise IndexError(f"{self.path.name} has {self.count} records, not {number + 1}")

    def sound(self, width: int) -> Path:
        """The file itself when every record fits, else a copy without those that do not, which a reader might take
        another way than they were counted. Of one field, blank lines are left out too: they would be read as rows."""
        is_gapless = width == 1 and self.has_blank_lines
        if self.fitting(width) == self.count and not is_gapless:
            return self.path
        target = self.path.with_suffix(".sound.csv")
        with self.path.open("rb") as source, target.open("wb") as out:
            for begin, stop, first in self._chunks():
                if not is_gapless and self._is_regular(first, self._last_of(stop), width):
                    copy(source, out, begin, stop)
                    continue
                for _, starts, ends, fits in self._pieces(begin, stop, first, width):
                    copy_runs(source, out, starts, ends, fits, is_gapless)
        return target

    def _chunks(self) -> Iterator[tuple[int, int, int]]:
        """Begin and stop in bytes and the number of the first record of each part between two checkpoints."""
        stops = [*self.checkpoints[1:, 1].tolist(), self.path.stat().st_size]
        for (first, begin), stop in zip(self.checkpoints.tolist(), stops, strict=True):
            yield begin, stop, first

    def _last_of(self, stop: int) -> int:
        place = int(np.searchsorted(self.checkpoints[:, 1], stop, side="left"))
        return int(self.checkpoints[place, 0]) if place < len(self.checkpoints) else self.count

    def _is_regular(self, first: int, after: int, width: int) -> bool:
        if first >= after:
            return True
        runs = np.searchsorted(self.fields.first, [first, after - 1], side="right") - 1
        is_width = bool((self.fields.value[runs[0] : runs[1] + 1] == width).all())
        return is_width and np.searchsorted(self.too_long, first) == np.searchsorted(self.too_long, after)

    def _pieces(
        self, begin: int, stop: int, first: int, width: int
    ) -> Iterator[tuple[int, Offsets, Offsets, NDArray[np.bool_]]]:
        """First number, starts, ends, and which fit, of the records of a chunk that are not blank, block by block."""
        start = begin
        for part in Scan(self.path, self.delimiter, begin, stop).parts():
            starts, ends, fields = present(part, start)
            start = part.open_start
            if len(ends):
                yield first, starts, ends, (fields == width) & (ends - starts <= MAX_RECORD_BYTES)
                first += len(ends)

    def _wrong(self, width: int) -> Iterator[tuple[Offsets, Offsets, Offsets]]:
        """Numbers, starts and ends of the records that do not fit, block by block."""
        for begin, stop, first in self._chunks():
            if self._is_regular(first, self._last_of(stop), width):
                continue
            for number, starts, ends, fits in self._pieces(begin, stop, first, width):
                wrong = np.flatnonzero(~fits)
                yield number + wrong, starts[wrong], ends[wrong]

    def _misfits(
        self, file: IO[bytes], numbers: Offsets, starts: Offsets, ends: Offsets, width: int
    ) -> Iterator[Misfit]:
        told = (numbers, self.lines(numbers), self.fields.at(numbers), starts, ends)
        for number, line, fields, start, end in zip(*(one.tolist() for one in told), strict=True):
            too_long = f"more than {MAX_RECORD_BYTES} bytes"
            reason = too_long if end - start > MAX_RECORD_BYTES else f"{fields} fields, the header has {width}"
            yield Misfit(number, line, fields, shown(file, start, end, SHOWN), reason)


def records_of(path: Path, delimiter: str = ",") -> Records:
    """The records of a UTF-8 file with plain line ends, whose quote is doubled inside quotes.

    Where `has_stray_quotes` or `has_controls` (NUL or CR bytes) is set, the scan ended there and nothing else holds.
    """
    scan, tally, start = Scan(path, delimiter), Tally(MAX_RECORD_BYTES), 0
    for part in scan.parts():
        tally.add(part, start)
        start = part.open_start
    fields, lines = tally.fields, tally.lines
    return Records(
        path,
        delimiter,
        tally.count,
        tally.is_one_line_each,
        tally.has_blank_lines,
        scan.has_stray_quotes,
        scan.has_controls,
        Runs(fields[:, 0], fields[:, 1]),
        Runs(lines[:, 0], lines.sum(axis=1), step=1),
        tally.too_long,
        tally.checkpoints,
    )
