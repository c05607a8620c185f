"""Finding the files of a workspace's exports folder without ever leaving it, and the date that a name tells."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABULAR = (".csv", ".tsv", ".txt")
JSON = (".jsonl", ".ndjson", ".json")
WORKBOOKS = (".xlsx", ".xlsm")
ARCHIVES = (".zip",)
NOT_READ = (".xls", ".xlsb", ".ods", ".parquet", ".rar", ".7z", ".zst", ".bz2", ".xz", ".tar")
KINDS = TABULAR + JSON + WORKBOOKS + ARCHIVES + NOT_READ
Stamp = list[int]


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the exports folder: where it lies and how it is called there."""

    path: str
    location: Path


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not read, and why. `is_lasting` says that the file itself is the reason, and not the moment."""

    path: str
    reason: str
    is_lasting: bool = True


def found_files(root: Path, within: Path) -> Iterator[Found | Refused]:
    """Every file below `root` that may hold an export, in the order of its path; links may not leave `within`."""
    closed: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not is_junk(name))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted([*links, *(name for name in names if not is_junk(name))]):
            location = Path(folder, name)
            path = location.relative_to(root).as_posix()
            reason = _reason_to_refuse(location, within)
            if reason:
                yield Refused(_printable(path), reason)
            elif kind_of(name):
                yield Found(path, location)
    for error in closed:
        path = Path(error.filename).relative_to(root).as_posix()
        yield Refused(_printable(path), "is a folder that may not be opened; allow it to be read")


def stamp(stat: os.stat_result) -> Stamp:
    """What changes when a file does: its size, its times and which file it is. Used for nothing else."""
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def is_junk(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a Mac."""
    return (name.startswith(".") and name.strip(".") != "") or name == "__MACOSX"


def kind_of(name: str) -> str:
    """The ending by which a file is read, without that of gzip; empty for what is no export."""
    plain = name.lower().removesuffix(".gz")
    return next((suffix for suffix in KINDS if plain.endswith(suffix)), "")


def _reason_to_refuse(location: Path, within: Path) -> str:
    if _printable(location.name) != location.name:
        return "has a name that is not UTF-8; rename it"
    if location.is_symlink() and not location.resolve().is_relative_to(within.resolve()):
        return "is a link that leaves the workspace"
    if location.is_symlink() and location.is_dir():
        return "is a link to a folder; put the files themselves here"
    if not location.exists() or not stat.S_ISREG(location.stat().st_mode):
        return "is not a regular file"
    return ""


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode()


_DATE = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:[T_ ](\d{2})[-:.]?(\d{2})(?:[-:.]?(\d{2}))?(?!\d))?(?!\d)")


def dated_by_name(path: str) -> str | None:
    """The ISO date, with its time where there is one, in the innermost name of a path that has one; else None."""
    for part in reversed(re.split("[!/]", path)):
        found = _DATE.search(part)
        if found:
            day, hour, minute, second = found.groups()
            return f"{day} {hour or '00'}:{minute or '00'}:{second or '00'}"
    return None
