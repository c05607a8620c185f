"""Plain readers for the tests: what a person would see who opens the files of a workspace."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

csv.field_size_limit(2_000_000)


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a workspace by path, zips and gzips opened."""
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            found.update(_opened(path.relative_to(root).as_posix(), path.read_bytes()))
    return found


def _opened(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if path.lower().endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from _opened(f"{path}/{name}", archive.read(name))
    else:
        yield path, gzip.decompress(data) if path.endswith(".gz") else data


def rows(data: bytes, encoding: str = "utf-8-sig", separator: str = ",") -> list[dict[str, str]]:
    """The records of a CSV file by column."""
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline=""), delimiter=separator))


def only(files: dict[str, bytes], *parts: str) -> bytes:
    """The one file whose path holds all parts."""
    fits = [path for path in files if all(part in path for part in parts)]
    assert len(fits) == 1, fits
    return files[fits[0]]
