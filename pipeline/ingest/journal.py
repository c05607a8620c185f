"""The archive: raw files by content hash, and the journal that says in which order they were loaded.

With these two the warehouse can be rebuilt after `var/` is gone.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from pipeline.errors import RunFailed

BLOCK = 1024**2


@dataclass(frozen=True, slots=True)
class Entry:
    """One loaded file: `load` counts the transactions, `container` is the hash of what the archive keeps: the file as
    it was exported, or (`stored` is "member") one table of it without the personal data that must not be kept.

    Of a correction, `corrects` is the content hash of the file it is about, which was exported at `extracted_at`.
    """

    seq: int
    load: int
    content: str
    container: str
    path: str
    system: str
    export: str
    extracted_at: str
    corrects: str = ""
    stored: str = "container"

    @property
    def moment(self) -> datetime:
        """The time of export, naive UTC."""
        return datetime.fromisoformat(self.extracted_at)


def journal(archive: Path) -> list[Entry]:
    """What was loaded, in order. A last line cut off by a crash counts as not written."""
    path = archive / "journal.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    try:
        return [Entry(**json.loads(line)) for line in lines[:-1]]
    except (json.JSONDecodeError, TypeError) as damaged:
        raise RunFailed(
            f"{path} is damaged: {damaged}", "Restore it from a backup, or delete archive/ and var/."
        ) from damaged


def journal_hash(archive: Path) -> str:
    """The hash of the journal as it lies there; empty when there is none."""
    path = archive / "journal.jsonl"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def remember(archive: Path, entries: Iterable[Entry]) -> None:
    """Add lines to the journal and make sure they are on the disk."""
    path = archive / "journal.jsonl"
    _cut_unfinished_line(path)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in entries)
        file.flush()
        os.fsync(file.fileno())


def _cut_unfinished_line(path: Path) -> None:
    if path.exists() and not (text := path.read_bytes()).endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(text.rfind(b"\n") + 1)


def archived(archive: Path, container: str) -> Path:
    """Where the raw file with this hash lies."""
    return archive / container[:2] / container


def keep(archive: Path, container: str, location: Path) -> None:
    """Put a private copy into the archive, unless it is there: as a second name of the same file where that can be.

    The file must never change again. Raises RunFailed when a copy of it is not what its hash says.
    """
    target = archived(archive, container)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sync(location)
    try:
        os.link(location, target)
    except OSError:
        _copied(location, target, container)
    _sync(target.parent)


def _copied(location: Path, target: Path, container: str) -> None:
    with location.open("rb") as source, NamedTemporaryFile(dir=target.parent, delete=False) as part:
        digest = hashlib.sha256()
        while block := source.read(BLOCK):
            digest.update(block)
            part.write(block)
        part.flush()
        os.fsync(part.fileno())
    if digest.hexdigest() != container:
        Path(part.name).unlink()
        raise RunFailed(f"{location} changed while it was read", "Run again once the file is complete.")
    Path(part.name).replace(target)


def rewritten(archive: Path, entries: Iterable[Entry]) -> None:
    """Put other lines in the place of the journal, whole or not at all."""
    write_whole(
        archive / "journal.jsonl", "".join(json.dumps(asdict(one), sort_keys=True) + "\n" for one in entries).encode()
    )


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves the old or the new one."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
