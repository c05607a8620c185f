"""Records of a file with stray quotes: sound ones are written again cleanly, damaged ones are set aside by line.

Slower than counting quotes, so only files in which `records` found a quote out of place come here.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LINES_OF_A_RECORD = 200


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that is no record, as it stands in the file."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Mended:
    """The clean copy, the physical line of each record in it, and what had to be left out."""

    path: Path
    lines: tuple[int, ...]
    damaged: tuple[Damaged, ...]


def mended(path: Path, delimiter: str) -> Mended:
    """Write the sound records of `path` beside it. After damage, reading resumes at the next line that is a record."""
    text = path.read_text(encoding="utf-8").split("\n")
    target = path.with_suffix(".mended.csv")
    lines: list[int] = []
    damaged: list[Damaged] = []
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, record in _records(text, delimiter):
            if isinstance(record, str):
                damaged.append(Damaged(number, record))
            else:
                writer.writerow(record)
                lines.append(number)
    return Mended(target, tuple(lines), tuple(damaged))


def _records(text: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Line number with its cells, or with its raw text where they cannot be told."""
    mark = re.escape(delimiter)
    cell = re.compile(rf'(?:"((?:[^"]|"")*)"|([^"{mark}\n][^{mark}\n]*)|)({mark}|\Z)')
    width = _width(text, cell)
    at = 0
    while at < len(text):
        if not text[at]:
            at += 1
            continue
        cells, used = _record_at(text, at, cell, width)
        yield at + 1, text[at] if cells is None else cells
        at += used


def _width(text: list[str], cell: re.Pattern[str]) -> int:
    first = next((at for at, line in enumerate(text) if line), 0)
    cells, _ = _record_at(text, first, cell, width=0)
    return len(cells or ())


def _record_at(text: list[str], at: int, cell: re.Pattern[str], width: int) -> tuple[list[str] | None, int]:
    """The cells of the record that begins on line `at` and how many lines it takes; None and 1 where it is damaged."""
    cells = _cells(text[at], cell)
    if cells is not None:
        return cells, 1
    candidate = text[at]
    for more in range(1, min(MAX_LINES_OF_A_RECORD, len(text) - at)):
        candidate += "\n" + text[at + more]
        if '"' in text[at + more]:
            cells = _cells(candidate, cell)
            if cells is not None and (not width or len(cells) == width):
                return cells, more + 1
    return None, 1


def _cells(candidate: str, cell: re.Pattern[str]) -> list[str] | None:
    cells: list[str] = []
    at = 0
    while True:
        found = cell.match(candidate, at)
        if not found:
            return None
        quoted, plain, mark = found.groups()
        cells.append(quoted.replace('""', '"') if quoted is not None else plain or "")
        at = found.end()
        if not mark:
            return cells if at == len(candidate) else None
