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
    """One loaded file: `load` counts the transactions, `container` is the hash of the archived raw file."""

    seq: int
    load: int
    content: str
    container: str
    path: str
    system: str
    export: str
    extracted_at: str

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
    """Copy a raw file into the archive, unless it is there. Raises RunFailed when it changed since it was read."""
    target = archived(archive, container)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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


def hash_of(location: Path) -> str:
    """The hash of a raw file."""
    with location.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
