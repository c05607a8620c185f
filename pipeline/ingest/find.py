"""Finding the files of a workspace's exports folder, inside archives too, without ever leaving it."""

import gzip
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, cast

TABULAR = (".csv", ".tsv", ".txt")
ARCHIVES = (".zip",)
LATER = (".xlsx", ".xls", ".json", ".jsonl")
MAX_ENTRIES = 10_000
MAX_BYTES = 16 * 1024**3
MAX_RATIO = 200
SMALL = 50 * 1024**2
MAX_DEPTH = 3
CHUNK = 1024**2


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the exports folder: where it lies and how it is called there."""

    path: str
    location: Path


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not read, and why."""

    path: str
    reason: str


class Unsafe(Exception):
    """An archive that must not be unpacked."""


def found_files(root: Path, within: Path) -> Iterator[Found | Refused]:
    """Every file below `root` that may hold an export, in the order of its path; links may not leave `within`."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_junk(name))
        for name in sorted(name for name in names if not _is_junk(name)):
            location = Path(folder, name)
            path = location.relative_to(root).as_posix()
            reason = _reason_to_refuse(location, within)
            if reason:
                yield Refused(path, reason)
            elif _kind(name):
                yield Found(path, location)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _kind(name: str) -> str:
    plain = name.lower().removesuffix(".gz")
    return next((suffix for suffix in TABULAR + ARCHIVES + LATER if plain.endswith(suffix)), "")


def _reason_to_refuse(location: Path, within: Path) -> str:
    if location.is_symlink() and not location.resolve().is_relative_to(within.resolve()):
        return "is a link that leaves the workspace"
    if not location.exists() or not stat.S_ISREG(location.stat().st_mode):
        return "is not a regular file"
    return ""


def members(found: Found) -> Iterator[tuple[str, IO[bytes]] | Refused]:
    """The tables inside a file: itself, or the entries of an archive as `archive.zip!entry.csv`.

    Each handle is readable until the next one is asked for. What cannot be unpacked is refused, never half read.
    """
    with found.location.open("rb") as handle:
        try:
            yield from _unpacked(found.path, handle, depth=0)
        except (Unsafe, zipfile.BadZipFile, NotImplementedError) as reason:
            yield Refused(found.path, str(reason) or "is a damaged archive")


@contextmanager
def opened_member(location: Path, path: str) -> Iterator[IO[bytes]]:
    """The member called `path` of the container at `location`, whose own name is the part before the first `!`."""
    container = Found(path.split("!")[0], location)
    for member in members(container):
        if not isinstance(member, Refused) and member[0] == path:
            yield member[1]
            return
    raise FileNotFoundError(f"{location} does not hold {path}")


def _unpacked(path: str, handle: IO[bytes], depth: int) -> Iterator[tuple[str, IO[bytes]] | Refused]:
    name = PurePosixPath(path.split("!")[-1]).name.lower()
    if name.endswith(".zip"):
        yield from _entries(path, handle, depth)
    elif name.removesuffix(".gz").endswith(LATER):
        yield Refused(path, "is a format that is not read; export it as CSV")
    elif name.endswith(".gz"):
        yield path, cast(IO[bytes], gzip.GzipFile(fileobj=handle))
    else:
        yield path, handle


def _entries(path: str, handle: IO[bytes], depth: int) -> Iterator[tuple[str, IO[bytes]] | Refused]:
    if depth >= MAX_DEPTH:
        raise Unsafe(f"is nested more than {MAX_DEPTH} archives deep")
    with zipfile.ZipFile(handle) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        _check_limits(entries)
        for entry in entries:
            if entry.is_dir() or not _kind(entry.filename) or any(map(_is_junk, PurePosixPath(entry.filename).parts)):
                continue
            if entry.flag_bits & 1:
                yield Refused(f"{path}!{entry.filename}", "is encrypted")
                continue
            with archive.open(entry) as inner:
                yield from _entry(f"{path}!{entry.filename}", inner, depth)


def _entry(path: str, inner: IO[bytes], depth: int) -> Iterator[tuple[str, IO[bytes]] | Refused]:
    if not path.lower().endswith(ARCHIVES):
        yield from _unpacked(path, inner, depth)
        return
    with SpooledTemporaryFile(max_size=SMALL) as spooled:
        while block := inner.read(CHUNK):
            spooled.write(block)
        spooled.seek(0)
        yield from _unpacked(path, spooled, depth + 1)


def _check_limits(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise Unsafe(f"holds {len(entries)} entries, over the limit of {MAX_ENTRIES}")
    if unpacked > MAX_BYTES:
        raise Unsafe(f"unpacks to {unpacked} bytes, over the limit of {MAX_BYTES}")
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > SMALL and unpacked / packed > MAX_RATIO:
        raise Unsafe(f"unpacks to {unpacked // packed} times its size, over the limit of {MAX_RATIO}")


def read_in_blocks(handle: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a member, never more than the limit. Raises Unsafe for a damaged or oversized one."""
    total = 0
    try:
        while block := handle.read(CHUNK):
            total += len(block)
            if total > MAX_BYTES:
                raise Unsafe(f"is larger than {MAX_BYTES} bytes")
            yield block
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as damaged:
        raise Unsafe(f"is damaged: {damaged}") from damaged


_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:[T_ ](\d{2})[-:.]?(\d{2})(?:[-:.]?(\d{2}))?(?!\d))?(?!\d)")


def dated_by_name(path: str) -> str | None:
    """The ISO date, with its time where there is one, in the innermost name of a path that has one; else None."""
    for part in reversed(re.split("[!/]", path)):
        found = _DATE.search(part)
        if found:
            day, hour, minute, second = found.groups()
            return f"{day} {hour or '00'}:{minute or '00'}:{second or '00'}"
    return None
