"""The independent counter: where each record of a snapshot begins and ends, and how many fields it has.

It looks at bytes only (quotes, line ends, delimiters) and shares no code with the reader, so the two check each other.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]

QUOTE, LINE_END = ord('"'), ord("\n")
DELIMITERS = (",", ";", "\t", "|")
BLOCK = 16 * 1024**2
HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file: byte ranges, the physical line each begins on, and its number of fields."""

    path: Path
    delimiter: str
    starts: Offsets
    ends: Offsets
    lines: Offsets
    fields: Offsets
    has_stray_quotes: bool

    @property
    def count(self) -> int:
        """How many records there are, header included, blank lines not."""
        return len(self.starts)

    def text(self, number: int, at_most: int) -> str:
        """The raw text of one record, cut off after so many bytes."""
        with self.path.open("rb") as file:
            file.seek(int(self.starts[number]))
            size = min(at_most, int(self.ends[number] - self.starts[number]))
            return file.read(size).decode("utf-8", "replace")


def records_of(path: Path) -> Records:
    """The records of a UTF-8 file with plain line ends, its delimiter decided from all of them."""
    size = path.stat().st_size
    data = np.memmap(path, dtype=np.uint8, mode="r") if size else np.zeros(0, dtype=np.uint8)
    line_ends, record_ends, positions = _outside_quotes(data)
    starts = np.concatenate(([0], record_ends + 1))
    ends = np.concatenate((record_ends, [size]))
    present = ends > starts
    starts, ends = starts[present], ends[present]
    fields = {mark: _field_counts(places, starts, ends) for mark, places in positions.items()}
    delimiter = max(DELIMITERS, key=lambda mark: _agreement(fields.get(mark)))
    counted = fields.get(delimiter, np.ones(len(starts), dtype=np.int64))
    lines = np.searchsorted(line_ends, starts, side="left").astype(np.int64) + 1
    return Records(path, delimiter, starts, ends, lines, counted, _strays(data, delimiter))


def _outside_quotes(data: NDArray[np.uint8]) -> tuple[Offsets, Offsets, dict[str, Offsets]]:
    head = bytes(data[:HEAD])
    marks = [mark for mark in DELIMITERS if mark.encode() in head]
    line_ends: list[Offsets] = []
    record_ends: list[Offsets] = []
    positions: dict[str, list[Offsets]] = {mark: [] for mark in marks}
    is_inside = 0
    for begin in range(0, len(data), BLOCK):
        block = np.asarray(data[begin : begin + BLOCK])
        parity = (np.cumsum(block == QUOTE, dtype=np.uint8) + is_inside) & 1
        is_outside = parity == 0
        ends = block == LINE_END
        line_ends.append(np.flatnonzero(ends) + begin)
        record_ends.append(np.flatnonzero(ends & is_outside) + begin)
        for mark, places in positions.items():
            places.append(np.flatnonzero((block == ord(mark)) & is_outside) + begin)
        is_inside = int(parity[-1])
    return _joined(line_ends), _joined(record_ends), {mark: _joined(places) for mark, places in positions.items()}


def _joined(parts: list[Offsets]) -> Offsets:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _field_counts(places: Offsets, starts: Offsets, ends: Offsets) -> Offsets:
    return np.searchsorted(places, ends) - np.searchsorted(places, starts) + 1


def _agreement(fields: Offsets | None) -> tuple[float, int]:
    """How many records share the commonest field count above one, and that count: the delimiter agrees most."""
    if fields is None or not len(fields) or fields.max() < 2:
        return 0.0, 0
    counts = np.bincount(np.minimum(fields, 10_000))
    counts[:2] = 0
    common = int(counts.argmax())
    return counts[common] / len(fields), common


def _strays(data: NDArray[np.uint8], delimiter: str) -> bool:
    """Whether a quote stands where none may: then records cannot be told apart by counting quotes."""
    quotes = np.flatnonzero(data == QUOTE)
    if len(quotes) % 2:
        return True
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < len(data) - 1] + 1]
    allowed = [QUOTE, LINE_END, ord(delimiter)]
    return not (bool(np.isin(before, allowed).all()) and bool(np.isin(after, allowed).all()))
