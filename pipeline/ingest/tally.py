"""Adding up the parts of a scan: what `records` keeps of a file, run by run, while its bytes pass by."""

import numpy as np

from pipeline.ingest.scan import Offsets, Part

Pairs = list[Offsets]


class Tally:
    """Counts records and notes where something changes: their fields, their lines, their length."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.count, self.next_line = 0, 1
        self.is_one_line_each, self.has_blank_lines = True, False
        self._fields: Pairs = []
        self._lines: Pairs = []
        self._too_long: list[Offsets] = []
        self._checkpoints = [(0, 0)]

    def add(self, part: Part, start: int) -> None:
        """Add the records of a part, the first of which begins at `start`."""
        if not len(part.ends):
            return
        starts, ends, fields = present(part, start)
        begun = np.concatenate(([self.next_line], part.next_lines[:-1]))
        self.is_one_line_each &= bool((part.next_lines - begun == 1).all())
        self.next_line = int(part.next_lines[-1])
        if len(ends) < len(begun):
            self.has_blank_lines = True
            begun = begun[part.ends > np.concatenate(([start], part.ends[:-1] + 1))]
        numbers = np.arange(self.count, self.count + len(ends))
        _extend(self._fields, numbers, fields)
        _extend(self._lines, numbers, begun - numbers)
        self._too_long.append(numbers[ends - starts > self.longest])
        self.count += len(ends)
        self._checkpoints.append((self.count, part.open_start))

    @property
    def fields(self) -> Offsets:
        """Rows of record number and number of fields, one per change."""
        return _joined(self._fields)

    @property
    def lines(self) -> Offsets:
        """Rows of record number and how much its line is ahead of it, one per change."""
        return _joined(self._lines)

    @property
    def too_long(self) -> Offsets:
        """The numbers of the records of more than `longest` bytes."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self._too_long])

    @property
    def checkpoints(self) -> Offsets:
        """Rows of record number and the byte offset where it begins, about one per block."""
        return np.array(self._checkpoints[:-1] or self._checkpoints, dtype=np.int64)


def present(part: Part, start: int) -> tuple[Offsets, Offsets, Offsets]:
    """Starts, ends and fields of the records of a part, blank lines left out."""
    if not len(part.ends):
        return part.ends, part.ends, part.fields
    starts = np.concatenate(([start], part.ends[:-1] + 1))
    is_blank = starts == part.ends
    if not is_blank.any():
        return starts, part.ends, part.fields
    return starts[~is_blank], part.ends[~is_blank], part.fields[~is_blank]


def _extend(runs: Pairs, numbers: Offsets, values: Offsets) -> None:
    """Add the places where a value differs from the one before it, as rows of record number and value."""
    if len(values):
        last = runs[-1][-1, 1] if runs else None
        changes = np.flatnonzero(np.diff(values)) + 1
        if last is None or values[0] != last:
            changes = np.concatenate(([0], changes))
        if len(changes):
            runs.append(np.stack((numbers[changes], values[changes]), axis=1))


def _joined(runs: Pairs) -> Offsets:
    return np.concatenate(runs) if runs else np.zeros((0, 2), dtype=np.int64)
