"""The files inside one container: itself, or the entries of archives in archives, unpacked within limits.

Runs in the child process that `guard` keeps. What cannot be unpacked is refused, never half read.
"""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, cast

from pipeline.ingest.find import ARCHIVES, NOT_READ, Refused, is_junk, kind_of

MAX_ENTRIES = 10_000
MAX_BYTES = 16 * 1024**3
MAX_RATIO = 200
SMALL = 50 * 1024**2
MAX_DEPTH = 3
CHUNK = 1024**2
DAMAGE = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError)


class Unsafe(Exception):
    """A file that must not be read further; the message is the reason, for people."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file whose bytes are to be read: its path with `!` before each entry, and what it is packed in."""

    path: str
    handle: IO[bytes]
    packing: IO[bytes] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether this is the container itself, packed in nothing."""
        return self.packing is None and "!" not in self.path

    def blocks(self) -> Iterator[bytes]:
        """The bytes, never more than the limits. Raises Unsafe for a damaged, oversized or explosive file."""
        total = 0
        try:
            while block := self.handle.read(CHUNK):
                total += len(block)
                _check_size(total, self.packing)
                yield block
        except DAMAGE as damaged:
            raise Unsafe(f"is damaged: {damaged}") from damaged


def files_in(path: str, handle: IO[bytes], wanted: frozenset[str] | None = None) -> Iterator[Packed | Refused]:
    """The files in a container in the order of their names; only those `wanted`, given by path, where that is said.

    Each is readable until the next one is asked for.
    """
    try:
        yield from _unpacked(path, handle, 0, wanted)
    except Unsafe as reason:
        yield Refused(path, str(reason))
    except DAMAGE as damaged:
        yield Refused(path, f"is a damaged archive: {damaged}")


def _unpacked(path: str, handle: IO[bytes], depth: int, wanted: frozenset[str] | None) -> Iterator[Packed | Refused]:
    name = PurePosixPath(path.split("!")[-1]).name.lower()
    if name.endswith(ARCHIVES):
        yield from _entries(path, handle, depth, wanted)
    elif name.removesuffix(".gz").endswith(NOT_READ):
        yield Refused(path, "is a format that is not read; export it as CSV or save it as .xlsx")
    elif name.endswith(".gz"):
        yield Packed(path, cast(IO[bytes], gzip.GzipFile(fileobj=handle)), handle)
    else:
        yield Packed(path, handle)


def _entries(path: str, handle: IO[bytes], depth: int, wanted: frozenset[str] | None) -> Iterator[Packed | Refused]:
    if depth >= MAX_DEPTH:
        raise Unsafe(f"is nested more than {MAX_DEPTH} archives deep")
    size = handle.seek(0, 2)
    with zipfile.ZipFile(handle) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        check_limits(entries, size)
        for entry in entries:
            inner = f"{path}!{_label(entry.filename)}"
            if entry.is_dir() or not _is_export(entry.filename) or not _is_wanted(inner, wanted):
                continue
            if entry.flag_bits & 1:
                yield Refused(inner, "is encrypted; export it without a password")
                continue
            try:
                opened = archive.open(entry)
            except DAMAGE as damaged:
                yield Refused(inner, f"is damaged: {damaged}")
                continue
            with opened:
                yield from _entry(inner, opened, depth, wanted)


def _entry(path: str, opened: IO[bytes], depth: int, wanted: frozenset[str] | None) -> Iterator[Packed | Refused]:
    if not path.lower().endswith(ARCHIVES):
        yield from _unpacked(path, opened, depth, wanted)
        return
    with TemporaryFile() as copy:
        try:
            for block in Packed(path, opened).blocks():
                copy.write(block)
            yield from _unpacked(path, copy, depth + 1, wanted)
        except Unsafe as reason:
            yield Refused(path, str(reason))
        except DAMAGE as damaged:
            yield Refused(path, f"is a damaged archive: {damaged}")


def _is_export(name: str) -> bool:
    return bool(kind_of(name)) and not any(map(is_junk, PurePosixPath(name).parts))


def _is_wanted(path: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or any(one == path or one.startswith(f"{path}!") for one in wanted)


def _label(name: str) -> str:
    """An entry's name on one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def check_limits(entries: list[zipfile.ZipInfo], size: int, most: int | None = None) -> None:
    """Raise Unsafe for an archive of `size` bytes that says it holds more than it may, `most` bytes or MAX_BYTES."""
    unpacked, most = sum(entry.file_size for entry in entries), most or MAX_BYTES
    if len(entries) > MAX_ENTRIES:
        raise Unsafe(f"holds {len(entries)} entries, over the limit of {MAX_ENTRIES}")
    if unpacked > most:
        raise Unsafe(f"unpacks to {unpacked} bytes, over the limit of {most}")
    if unpacked > SMALL and unpacked > MAX_RATIO * size:
        raise Unsafe(f"unpacks to {unpacked // max(1, size)} times its size, over the limit of {MAX_RATIO}")


def _check_size(total: int, packing: IO[bytes] | None) -> None:
    if total > MAX_BYTES:
        raise Unsafe(f"is larger than {MAX_BYTES} bytes")
    if packing is not None and total > SMALL and total > MAX_RATIO * packing.tell():
        raise Unsafe(f"unpacks to more than {MAX_RATIO} times its size")
