"""Rows that came in another form (sheets, JSON) as CSV text, each with the line or row it stood on.

Runs in the child process that `guard` keeps.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.ingest.mend import Damaged
from pipeline.ingest.records import Runs, records_of
from pipeline.ingest.text import Text

Row = tuple[int, Sequence[str]]
MAX_COLUMNS = 5000


class _Lines:
    """The line of each record in runs, so that memory grows with the gaps and not with the rows."""

    def __init__(self) -> None:
        self._count, self._next = 0, -1
        self._runs: list[tuple[int, int]] = []

    def noted(self, rows: Iterable[Row]) -> Iterator[Sequence[str]]:
        """The cells of the rows, whose lines are kept."""
        for line, cells in rows:
            if line != self._next:
                self._runs.append((self._count, line))
            self._count, self._next = self._count + 1, line + 1
            yield cells

    def runs(self) -> Runs:
        """Line numbers in runs that go up by one per record."""
        pairs = np.array(self._runs, dtype=np.int64).reshape(-1, 2)
        return Runs(pairs[:, 0], pairs[:, 1], 1)


def text_of_rows(
    rows: Iterable[Row], target: Path, damaged: Sequence[Damaged] = (), remarks: Sequence[str] = ()
) -> Text:
    """Write the rows, the header first, and tell them apart again; lines are those given, not those written.

    Every row has a cell with text, or two cells: anything less would be a blank line. Cells come by `plain_cell`.
    """
    lines = _Lines()
    with target.open("w", encoding="utf-8", errors="replace", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(lines.noted(rows))
    return Text(records_of(target, ",").with_lines(lines.runs()), tuple(damaged), tuple(remarks))


def plain_cell(text: str) -> str:
    """A cell without NUL and with plain line ends."""
    if "\0" in text or "\r" in text:
        return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return text


def plain_label(name: str) -> str:
    """A name on one line, without the mark that separates the parts of a path."""
    return "".join(letter if letter.isprintable() and letter != "!" else "?" for letter in name)
