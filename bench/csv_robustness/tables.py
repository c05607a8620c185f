"""A file told apart by our reader as one table: header first, then the records that fit it; the rest with reasons.

An ingest finds the header by recognition. A benchmark's files belong to no source, so here the header is found by
shape: the records of the commonest width, less those above it that are almost empty, and label rows joined.
"""

import csv
import re
from pathlib import Path

import numpy as np

from bench.csv_robustness.cases import Parameters, Rows
from bench.csv_robustness.measures import Loaded
from pipeline.ingest.records import Records
from pipeline.ingest.text import Text

HEADER_ROWS = 4
BODY = 40
TYPED = re.compile(r"[$€£]?[+-]?\d[\d.,:/ -]*%?|https?://\S+|[\w.+-]+@[\w-]+\.\w+|[A-Z]{1,4}-\d+")
Aside = list[tuple[int, str]]


def table_of(path: Path, text: Text, told: Parameters | None) -> Loaded:
    """The table in a text, told its layout or not. `path` is the text as it was before any mending."""
    records = text.records
    width = told.width if told else _commonest(records)
    aside: Aside = [(one.line, one.reason) for one in text.damaged]
    misfits = list(records.misfits(width))
    rows, lines = _fitting(records, width, {one.record for one in misfits})
    is_accounted = len(rows) == records.fitting(width) == records.count - len(misfits) and _has_every_line(path, text)
    if told:
        header, body, above = _as_told(rows, lines, told)
        passed = told.preamble_lines + told.header_lines
        aside += above + [(one.line, one.reason) for one in misfits if one.line > passed or not told.header_lines]
    else:
        header, body, above, used = _by_shape(rows, lines, records)
        aside += above + [(one.line, one.reason) for one in misfits if one.record != used]
    return Loaded([*header, *body], aside, is_accounted=is_accounted)


def _commonest(records: Records) -> int:
    lengths = np.diff(records.fields.first, append=records.count)
    return int(np.bincount(records.fields.value, weights=lengths).argmax()) if records.count else 1


def _fitting(records: Records, width: int, misfits: set[int]) -> tuple[Rows, list[int]]:
    with records.sound(width).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=records.delimiter, strict=True) if row]
    numbers = np.array([number for number in range(records.count) if number not in misfits], dtype=np.int64)
    return rows, records.lines(numbers).tolist() if len(numbers) else []


def _has_every_line(path: Path, text: Text) -> bool:
    """Whether lines in records and lines set aside are all the lines that there are."""
    return _lines(path) == _lines(text.records.path) + len(text.damaged)


def _lines(path: Path) -> int:
    with path.open(encoding="utf-8", errors="replace") as file:
        return sum(line.strip("\n\0") != "" for line in file)


def _as_told(rows: Rows, lines: list[int], told: Parameters) -> tuple[Rows, Rows, Aside]:
    """The declared names stand for the header lines; lines before and after the table are set aside."""
    top = told.preamble_lines + told.header_lines
    first = sum(line <= told.preamble_lines for line in lines)
    begin = sum(line <= top for line in lines)
    end = len(rows) - told.footnote_lines if told.footnote_lines else len(rows)
    aside = [(line, "before the header") for line in lines[:first]]
    aside += [(line, "after the last record") for line in lines[end:]]
    return ([list(told.names)] if told.header_lines else []), rows[begin:end], aside


def _by_shape(rows: Rows, lines: list[int], records: Records) -> tuple[Rows, Rows, Aside, int]:
    """Header, body, what stands above, and the number of the misfit that is the header (-1: none is)."""
    first = next((at for at, row in enumerate(rows) if sum(map(bool, row)) * 2 > len(row)), 0)
    above = [(line, "before the header") for line in lines[:first]]
    body = rows[first:]
    labels = _label_rows(body)
    if labels:
        joined = [" ".join(filter(None, column)) for column in zip(*body[:labels], strict=True)]
        return [joined], body[labels:], above, -1
    odd = _odd_header(records, body)
    return ([odd] if odd else []), body, above, 0 if odd else -1


def _label_rows(body: Rows) -> int:
    """How many rows at the top are names of columns, told by the values below them."""
    below = body[HEADER_ROWS : HEADER_ROWS + BODY] or body[1:]
    typed = [sum(map(_is_typed, column)) * 2 > len(column) for column in zip(*below, strict=True)] if below else []
    for at, row in enumerate(body[: HEADER_ROWS if any(typed) else 1]):
        if any(_is_typed(cell) for cell, is_typed in zip(row, typed, strict=False) if is_typed):
            return at
    return min(len(body), HEADER_ROWS if any(typed) else 1)


def _is_typed(cell: str) -> bool:
    return bool(TYPED.fullmatch(cell))


def _odd_header(records: Records, body: Rows) -> list[str]:
    """The first record, when it is a header that lost or won a field: words over values."""
    if not records.count or not body:
        return []
    names = next(csv.reader([records.text(0, 10_000)], delimiter=records.delimiter))
    is_close = 0 < abs(len(names) - len(body[0])) <= 1
    return names if is_close and not any(map(_is_typed, names)) and any(map(_is_typed, body[0])) else []
