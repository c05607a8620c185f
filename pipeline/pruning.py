"""Old runs of a workspace and what they left: what may go, and letting it go. `bellwether prune` calls it.

The archive is never touched: with it everything that goes can be made again.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.runs import recorded
from pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Old:
    """A folder or record that may go: what it is, its day and its size in bytes."""

    what: str
    path: Path
    day: date
    byte_count: int


def prunable(workspace: Workspace, before: date) -> list[Old]:
    """Published and rendered days and records of runs before a day; the newest published day always stays."""
    published = sorted(_days(workspace.out), key=lambda found: found[0])
    newest = published[-1][0] if published else None
    old = [Old("published", path, day, _size(path)) for day, path in published if day < before and day != newest]
    rendered = [(day, path) for day, path in _days(workspace.rendered) if day < before and day != newest]
    old += [Old("rendered", path, day, _size(path)) for day, path in sorted(rendered)]
    return old + [Old("run", path, day, _size(path)) for day, path in _records(workspace) if day < before]


def remove(old: Sequence[Old]) -> None:
    """Delete what may go."""
    for one in old:
        if one.path.is_dir():
            shutil.rmtree(one.path)
        else:
            one.path.unlink(missing_ok=True)


def _days(folder: Path) -> Iterator[tuple[date, Path]]:
    """The folders that are named by a day."""
    for path in folder.glob("????-??-??"):
        try:
            day = date.fromisoformat(path.name)
        except ValueError:
            continue
        if path.is_dir() and not path.is_symlink():
            yield day, path


def _records(workspace: Workspace) -> Iterator[tuple[date, Path]]:
    for record in recorded(workspace):
        started = str(record.get("started_at", ""))[:10]
        yield date.fromisoformat(started), workspace.var / "runs" / f"{record['run_id']}.json"


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
