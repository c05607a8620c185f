"""A private copy of one export as UTF-8 with plain line ends, named by the hash of what was exported.

The bytes are copied and hashed in one pass. Of a file that is UTF-8 with plain line ends, that copy is the text.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from pipeline.ingest.encoding import Clues, as_utf8, encoding_of

MEMBER = ".member"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One export as it was found: hash and size of its own bytes, its encoding, the UTF-8 copy, and what was done."""

    content_hash: str
    byte_count: int
    encoding: str
    path: Path
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of one file in a private place, their hash, and what they look like."""

    path: Path
    content_hash: str
    byte_count: int
    clues: Clues


def snapshot(blocks: Iterable[bytes], folder: Path) -> Snapshot:
    """Copy `blocks` into `folder` as `<sha256>.csv`, UTF-8 with plain line ends."""
    raw = copied(blocks, folder, MEMBER)
    text = as_text(raw)
    raw.path.unlink()
    return text


def copied(blocks: Iterable[bytes], folder: Path, suffix: str = ".raw") -> Raw:
    """Copy `blocks` into `folder` as `<sha256>.raw`, or under another suffix."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as undo, NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        undo.callback(Path(part.name).unlink)
        raw = _hashed(blocks, part.write)
        undo.pop_all()
    target = folder / f"{raw.content_hash}{suffix}"
    Path(part.name).replace(target)
    return Raw(target, raw.content_hash, raw.byte_count, raw.clues)


def linked(location: Path, blocks: Iterable[bytes], folder: Path) -> Raw:
    """The same for a file that is private and never changes: it gets a second name instead of a copy."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    raw = _hashed(blocks, len)
    target = folder / f"{raw.content_hash}.raw"
    second_name(location, target)
    return Raw(target, raw.content_hash, raw.byte_count, raw.clues)


def as_text(raw: Raw) -> Snapshot:
    """The text of a copied file, beside it as `<sha256>.csv`; a second name of the copy where that is text already."""
    target = raw.path.with_suffix(".csv")
    encoding = encoding_of(raw.path, raw.clues)
    remarks: tuple[str, ...] = ()
    if raw.clues.is_clean:
        second_name(raw.path, target)
    else:
        target.unlink(missing_ok=True)
        remarks = as_utf8(raw.path, encoding, target)
    if raw.clues.is_utf8 and raw.clues.misread:
        remarks += (f"letters that were misread before the export, such as Ã©, are left so ({raw.clues.misread})",)
    return Snapshot(raw.content_hash, raw.byte_count, encoding.name, target, remarks)


def second_name(path: Path, target: Path) -> None:
    """Make `target` the same file as `path`; a copy of it where the file system knows no second names."""
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError as refused:
        if refused.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        shutil.copyfile(path, target)


def _hashed(blocks: Iterable[bytes], write: Callable[[bytes], object]) -> Raw:
    """Hash each block while it is written and looked at."""
    digest, size, clues = hashlib.sha256(), 0, Clues()
    with ThreadPoolExecutor(1) as beside:
        for block in blocks:
            hashing = beside.submit(digest.update, block)
            size += len(block)
            write(block)
            clues.add(block)
            hashing.result()
    return Raw(Path(), digest.hexdigest(), size, clues)
