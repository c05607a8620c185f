"""The sheets of a workbook as CSV text: dates as ISO, numbers plain, booleans true or false; formulas give their value.

Runs in the child process that `guard` keeps. Cells that hold an error such as #DIV/0! are empty, and counted.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.ingest.containers import DAMAGE, Packed, Unsafe, check_limits
from pipeline.ingest.find import Refused
from pipeline.ingest.snapshot import Raw, Snapshot
from pipeline.ingest.table_text import MAX_COLUMNS, Row, plain_cell, plain_label, text_of_rows
from pipeline.ingest.text import Text

AT_ONCE = 10_000
MAX_UNPACKED = 512 * 1024**2
DAY_ZERO = datetime.fromisoformat("1899-12-31")
CLOCK = re.compile(r"(?:1899-12-31|1900-01-\d\d) \d\d:\d\d:\d\d")


def sheets_in(path: str, book: Raw) -> Iterator[tuple[str, Snapshot | Refused, Text | None]]:
    """The sheets of a copied workbook, each called `book.xlsx!Sheet`; an empty one has no text.

    A sheet is known by the book's bytes and its name, however its cells are turned into text. Raises Unsafe.
    """
    import fastexcel  # takes a while and much address space, so only where there is a workbook

    _check(book.path)
    try:
        reader = fastexcel.read_excel(str(book.path))
    except fastexcel.FastExcelError as broken:
        raise Unsafe(f"is no workbook that can be read: {_first_line(broken)}") from broken
    for name in reader.sheet_names:
        called = f"{path}!{plain_label(name)}"
        try:
            sheet = reader.load_sheet(name, header_row=None, dtypes="string")
            yield called, *_as_table(sheet, f"{book.content_hash}!{name}", book.path.parent)
        except (fastexcel.FastExcelError, Unsafe) as broken:
            yield called, Refused(called, f"cannot be read: {_first_line(broken)}"), None


def _check(path: Path) -> None:
    """Unpack every part once, to see that it is as large as it says: the reader would believe it."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            check_limits(parts, path.stat().st_size, MAX_UNPACKED)
            for part in parts:
                with archive.open(part) as opened:
                    for _ in Packed(part.filename, opened).blocks():
                        pass
    except DAMAGE as damaged:
        raise Unsafe(f"is no workbook that can be read: {damaged}") from damaged
    except RuntimeError as encrypted:
        raise Unsafe("is encrypted; save it without a password") from encrypted


def _as_table(sheet: Any, identity: str, folder: Path) -> tuple[Snapshot, Text | None]:
    if sheet.width > MAX_COLUMNS:
        raise Unsafe(f"it has {sheet.width} columns, over the limit of {MAX_COLUMNS}")
    content = hashlib.sha256(identity.encode()).hexdigest()
    target = folder / f"{content}.csv"
    if not sheet.width:
        return Snapshot(content, 0, "xlsx", target), None
    table, errors = sheet.to_arrow_with_errors()
    said = [f"cells that hold an error of a formula are empty ({len(errors.errors)})"] if errors else []
    text = text_of_rows(_rows(table), target, remarks=said)
    return Snapshot(content, target.stat().st_size, "xlsx", target), text if text.records.count else None


def _rows(table: Any) -> Iterator[Row]:
    """The rows with some text, each with its number in the sheet."""
    for first in range(0, table.num_rows, AT_ONCE):
        columns = [column.to_pylist() for column in table.slice(first, AT_ONCE).columns]
        for line, cells in enumerate(zip(*columns, strict=True), first + 1):
            if any(cells):
                yield line, _texts(cells)


def _texts(cells: Sequence[str | None]) -> list[str]:
    return [(_as_duration(cell) if CLOCK.fullmatch(cell) else plain_cell(cell)) if cell else "" for cell in cells]


def _as_duration(text: str) -> str:
    """Hours, minutes and seconds of what a workbook holds as a time without a day."""
    passed = int((datetime.fromisoformat(text) - DAY_ZERO).total_seconds())
    return f"{passed // 3600:02}:{passed // 60 % 60:02}:{passed % 60:02}"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
