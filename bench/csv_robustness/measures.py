"""The ten measures of one loading against the clean file, strict and lenient; see the package's own words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bench.csv_robustness.cases import Rows

PARTS, SHARES = ("header", "record", "cell"), ("precision", "recall", "F1")
MEASURES = ("success", *(f"{part} {share}" for part in PARTS for share in SHARES))
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
MONEY = re.compile(r"([$€£])\s?(-?\d[\d,]*\.?\d*)")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a reader made of a file: its rows, header first; what it told of the rest; None where it failed."""

    rows: Rows | None
    set_aside: Sequence[tuple[int, str]] = ()
    reason: str = ""
    is_accounted: bool = True


def measured(clean: Rows, loaded: Loaded, *, lenient: bool) -> tuple[float, ...]:
    """The ten measures, in the order of MEASURES."""
    if loaded.rows is None:
        return (0.0,) * len(MEASURES)
    if not clean:
        return (1.0,) * len(MEASURES)
    rows = loaded.rows
    expected = _without_excused(clean, rows, len(loaded.set_aside)) if lenient else clean
    header = _shares(_plain(expected[0]), _plain(rows[0]) if rows else [])
    records = _shares(_records(expected), _records(rows))
    cells = _shares(_cells(expected, lenient), _cells(rows, lenient))
    return (1.0, *header, *records, *cells)


def loses_silently(clean: Rows, loaded: Loaded) -> bool:
    """Whether records are neither loaded nor set aside with a reason, in a file that was read."""
    if loaded.rows is None:
        return False
    return len(loaded.rows) + len(loaded.set_aside) < len(clean) or not loaded.is_accounted


def _without_excused(clean: Rows, rows: Rows, count: int) -> Rows:
    """The clean rows but for as many of those missing as were set aside, up to half of all."""
    left = Counter(_records(rows))
    missing: list[int] = []
    for place, record in enumerate(_records(clean), start=1):
        if left[record]:
            left[record] -= 1
        else:
            missing.append(place)
    excused = set(missing[:count]) if count * 2 <= len(clean) else set()
    return [row for place, row in enumerate(clean) if place not in excused]


def _shares(expected: list[str], found: list[str]) -> tuple[float, float, float]:
    if not expected:
        return 1.0, 1.0, 1.0
    common = (Counter(expected) & Counter(found)).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / len(expected), common / len(found)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _records(rows: Rows) -> list[str]:
    return ["".join(_plain(row)) for row in rows[1:]]


def _cells(rows: Rows, lenient: bool) -> list[str]:
    return [cell for row in rows for cell in (_plain(row) if lenient else row)]


def _plain(row: list[str]) -> list[str]:
    return [normal(cell) for cell in row]


@lru_cache(maxsize=200_000)
def normal(cell: str) -> str:
    """A value without trivial differences of spelling: case, zeros, the order of a date."""
    if cell in ("True", "true", "False", "false"):
        return "1" if cell in ("True", "true") else "0"
    if len(cell) > 40:
        return cell.lower()
    if re.fullmatch(r"\s*[+-]?\d+\s*", cell):
        return str(int(cell))
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?", cell):
        return str(float(cell))
    if time := TIME.fullmatch(cell):
        hour, minute, second = time.groups()
        return f"{int(hour):02}:{minute}:{second or '00'}"
    if money := MONEY.fullmatch(cell):
        return f"{money[1]}{float(money[2].replace(',', ''))}"
    return _date(cell) or cell.lower()


def _date(cell: str) -> str:
    if not cell[:1].isdigit() or not 8 <= len(cell) <= 19:
        return ""
    for style in DATES:
        try:
            return datetime.strptime(cell, style).isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return ""
