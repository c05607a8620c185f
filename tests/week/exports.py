"""Rewrites the exports of a workspace as a careless analyst would: rows shuffled, columns moved, files split."""

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

Rows = list[list[str]]
Rewrite = Callable[[str, Rows, int], list[Rows]]
"""Takes a file's name, its records and how many of them are header rows; returns the files it becomes."""


def rewrite_exports(exports: Path, rewrite: Rewrite) -> None:
    """Apply `rewrite` to every table below `exports`, inside zips and gzips too; other files stay."""
    for path in sorted(exports.rglob("*")):
        if path.is_file():
            for name, content in _rewritten(path.name, path.read_bytes(), rewrite):
                (path.parent / name).write_bytes(content)


def _rewritten(name: str, content: bytes, rewrite: Rewrite) -> list[tuple[str, bytes]]:
    if "__MACOSX" in name or Path(name).name.startswith("._"):
        return [(name, content)]
    if name.lower().endswith(".zip"):
        return [(name, _rezipped(content, rewrite))]
    if name.endswith(".csv.gz"):
        tables = _rewritten(name.removesuffix(".gz"), gzip.decompress(content), rewrite)
        return [(f"{table}.gz", gzip.compress(text, mtime=0)) for table, text in tables]
    if not name.endswith(".csv"):
        return [(name, content)]
    return _retabled(name, content, rewrite)


def _rezipped(content: bytes, rewrite: Rewrite) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            for name, text in _rewritten(entry, old.read(entry), rewrite):
                new.writestr(name, text)
    return buffer.getvalue()


def _retabled(name: str, content: bytes, rewrite: Rewrite) -> list[tuple[str, bytes]]:
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = content.decode(encoding)
    delimiter = max(",;", key=text.partition("\n")[0].count)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    headers = _header_rows(records)
    parts = rewrite(name, records, headers)
    stem = name.removesuffix(".csv")
    names = [name, *(f"{stem} part {number}.csv" for number in range(2, len(parts) + 1))]
    return [(part, _as_csv(rows, delimiter).encode(encoding)) for part, rows in zip(names, parts, strict=True)]


def _header_rows(records: Rows) -> int:
    """Three in a Qualtrics export, two in its legacy form, one in all others."""
    if len(records) > 2 and any("ImportId" in cell for cell in records[2]):
        return 3
    return 2 if records and records[0][:2] == ["V1", "V2"] else 1


def _as_csv(rows: Rows, delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


def shuffled_rows(name: str, records: Rows, headers: int) -> list[Rows]:
    """The same records in another order."""
    rows = records[headers:]
    random.Random(name).shuffle(rows)
    return [records[:headers] + rows]


def shuffled_columns(name: str, records: Rows, headers: int) -> list[Rows]:
    """The same columns in another order; broken records keep their shape."""
    width = len(records[0]) if records else 0
    order = list(range(width))
    random.Random(name).shuffle(order)
    return [[[row[at] for at in order] if len(row) == width else row for row in records]]


def split_in_two(name: str, records: Rows, headers: int) -> list[Rows]:
    """Every other record in a second file with the same header."""
    head, rows = records[:headers], records[headers:]
    return [head + rows[::2], head + rows[1::2]] if len(rows) > 1 else [records]


def all_at_once(name: str, records: Rows, headers: int) -> list[Rows]:
    """Rows and columns in another order, and the file in two."""
    (rows,) = shuffled_rows(name, records, headers)
    (columns,) = shuffled_columns(name, rows, headers)
    return split_in_two(name, columns, headers)
