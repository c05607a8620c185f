"""The byte-level scan below `records`: where records end, block by block, by quotes, delimiters and line ends alone.

It knows nothing of encodings, headers or meaning, and shares no code with the reader that loads the file. Each mark is
a bit per byte in words of 64, so that quotes, delimiters and line ends of a block are told apart by a few operations on
whole words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

QUOTE, LINE_END = ord('"'), ord("\n")
BLOCK = 512 * 1024
BITS = 64
ONE, LAST = np.uint64(1), np.uint64(63)


@dataclass(frozen=True, slots=True)
class Part:
    """The records that end in one block: byte offset of each end, its fields, and the line the next record begins on.

    `open_start` is where the record begins that is still open when the block ends.
    """

    ends: Offsets
    fields: Offsets
    next_lines: Offsets
    open_start: int


@dataclass(slots=True)
class Scan:
    """A scan of `path` from the record start `begin` up to `stop` (default: the end of the file)."""

    path: Path
    delimiter: str
    begin: int = 0
    stop: int | None = None
    line: int = 1
    has_stray_quotes: bool = False
    has_controls: bool = False
    _is_inside: bool = False
    _delimiters_open: int = 0
    _before: int = LINE_END

    def parts(self) -> Iterator[Part]:
        """The parts in the order of the file. Ends early where a quote is out of place, or at a NUL or CR byte."""
        stop = self.path.stat().st_size if self.stop is None else self.stop
        at = open_start = self.begin
        with self.path.open("rb", buffering=0) as file:
            file.seek(at)
            while at < stop and (data := file.read(min(BLOCK, stop - at))):
                self.has_controls = b"\0" in data or b"\r" in data
                part = self._part(data, at, open_start)
                at, open_start = at + len(data), part.open_start
                if self.has_stray_quotes or self.has_controls:
                    return
                yield part
        self.has_stray_quotes |= self._is_inside
        if open_start < at and not self._is_inside:
            fields = np.array([self._delimiters_open + 1])
            yield Part(np.array([at]), fields, np.array([self.line + 1]), at)

    def _part(self, data: bytes, at: int, open_start: int) -> Part:
        block = _padded(data)
        line_ends = block == LINE_END
        delimiters = _bits(block == ord(self.delimiter))
        if self._before == QUOTE and not self._is_inside:
            self.has_stray_quotes |= int(block[0]) not in (ord(self.delimiter), LINE_END, QUOTE)
        if self._is_inside or b'"' in data:
            places, lines, delimiters = self._outside_quotes(block, len(data), _bits(line_ends), delimiters)
        else:
            places = np.flatnonzero(line_ends)
            lines = np.arange(self.line + 1, self.line + 1 + len(places))
            self.line += len(places)
        self._before = data[-1]
        fields = self._fields(delimiters, places)
        return Part(places + at, fields, lines, at + int(places[-1]) + 1 if len(places) else open_start)

    def _fields(self, delimiters: Words, places: Offsets) -> Offsets:
        """The number of fields of the record that ends at each place."""
        counts = _counts(delimiters)
        before = _rank(delimiters, counts, places)
        fields: Offsets = np.diff(before, prepend=-self._delimiters_open) + 1
        total = int(counts[-1])
        self._delimiters_open = total - int(before[-1]) if len(places) else self._delimiters_open + total
        return fields

    def _outside_quotes(
        self, block: Bytes, size: int, line_ends: Words, delimiters: Words
    ) -> tuple[Offsets, Offsets, Words]:
        """Record ends, the line after each, and the delimiters that count, of a block with quotes."""
        quotes = _bits(block == QUOTE)
        inside = _running_parity(quotes, self._is_inside)
        self._check_quotes(quotes, inside, line_ends | delimiters | quotes, size)
        self._is_inside = bool(inside[-1] >> LAST)
        places = np.flatnonzero(_mask(line_ends & ~inside))
        counts = _counts(line_ends)
        lines = self.line + _rank(line_ends, counts, places)
        self.line += int(counts[-1])
        return places, lines, delimiters & ~inside

    def _check_quotes(self, quotes: Words, inside: Words, edges: Words, size: int) -> None:
        """A quote may open after a delimiter or line end only, and close only before one; doubled quotes do both."""
        if size < len(edges) * BITS:
            edges[size // BITS] |= ONE << np.uint64(size % BITS)
        was_edge = np.uint64(self._before in (ord(self.delimiter), LINE_END, QUOTE))
        after_edge = (edges << ONE) | np.concatenate(([was_edge], edges[:-1] >> LAST))
        before_edge = (edges >> ONE) | np.concatenate((edges[1:] << LAST, [ONE << LAST]))
        strays = quotes & ~((inside & after_edge) | (~inside & before_edge))
        self.has_stray_quotes |= bool(strays.any())


def _padded(data: bytes) -> Bytes:
    """The bytes as an array of whole words, filled up with NUL, which is no mark."""
    missing = -len(data) % BITS
    return np.frombuffer(data + b"\0" * missing if missing else data, dtype=np.uint8)


def _bits(mask: NDArray[np.bool_]) -> Words:
    return np.packbits(mask, bitorder="little").view("<u8")


def _mask(words: Words) -> NDArray[np.bool_]:
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)


def _running_parity(quotes: Words, is_inside: bool) -> Words:
    """For each byte whether the quotes up to and with it are odd in number."""
    parity = quotes
    for shift in (1, 2, 4, 8, 16, 32):
        parity = parity ^ (parity << np.uint64(shift))
    before = np.bitwise_xor.accumulate(np.concatenate(([np.uint64(is_inside)], parity[:-1] >> LAST)))
    flipped: Words = parity ^ (np.uint64(0) - before)
    return flipped


def _counts(marks: Words) -> Offsets:
    """How many marks there are up to the end of each word."""
    return np.cumsum(np.bitwise_count(marks), dtype=np.int64)


def _rank(marks: Words, counts: Offsets, places: Offsets) -> Offsets:
    """How many marks there are up to and with each place."""
    words = places >> 6
    later = np.bitwise_count((marks[words] >> (places & 63).astype(np.uint64)) >> ONE)
    rank: Offsets = counts[words] - later
    return rank
