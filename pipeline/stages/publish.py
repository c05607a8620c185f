"""The publish stage: the rendered folder becomes `out/<as_of>/`, swapped in whole.

Everything is copied beside the target and brought to disk first; only then the two change places. Whatever fails, what
was published before stays as it was. What it sends is then kept under archive/.
"""

import ctypes
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.errors import RunFailed
from pipeline.stages.press.asked import edition
from pipeline.stages.press.commitments import keep_sent
from pipeline.workspace import Workspace

MANIFEST = "manifest.json"
HERE, EXCHANGE = -100, 2


@dataclass(frozen=True, slots=True)
class PublishReport:
    """Where the documents are, and how many files."""

    path: Path
    files: int = 0
    is_unchanged: bool = False
    exit_codes: set[int] = field(default_factory=set)


def publish(workspace: Workspace, as_of: date, say: Callable[[str], None], redact: bool = False) -> PublishReport:
    """Publish the documents rendered for `as_of`; nothing when they already are.

    The edition to be shared stands beside the other, and nothing of it is kept as sent. Raises RunFailed when nothing
    is rendered for that day, or when the output folder cannot be written.
    """
    name = edition(as_of, redact=redact)
    source, target = workspace.rendered / name, workspace.out / name
    if not (source / MANIFEST).is_file():
        raise RunFailed(f"nothing is rendered for {as_of}", "Run `bellwether render` first.")
    require_writable(workspace)
    if _is_published(source, target):
        _sent(workspace, target, as_of, redact=redact)
        say(f"publish: {target} is up to date")
        return PublishReport(target, is_unchanged=True)
    try:
        files = _replace(source, target)
        _sent(workspace, target, as_of, redact=redact)
    except OSError as refused:
        shutil.rmtree(_beside(target, "new"), ignore_errors=True)
        raise RunFailed(
            f"{target} could not be written: {refused.strerror}",
            "Free some space or make it writable, then publish again; what was published before is untouched.",
        ) from refused
    say(f"publish: {files} files in {target}")
    return PublishReport(target, files)


def _sent(workspace: Workspace, target: Path, as_of: date, *, redact: bool) -> None:
    if not redact:
        _point_latest(workspace.out)
        keep_sent(workspace, target, as_of)


def require_writable(workspace: Workspace) -> None:
    """Fail before any work when `out/` could not take the result."""
    probe = workspace.out / f".probe.{os.getpid()}"
    try:
        workspace.out.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"bellwether")
        probe.unlink()
    except OSError as refused:
        raise RunFailed(
            f"{workspace.out} cannot be written to: {refused.strerror}",
            "Make it writable or free some space; what was published before is untouched.",
        ) from refused


def _is_published(source: Path, target: Path) -> bool:
    """Whether the target holds the same manifest and every file in its size; the manifest holds their hashes."""
    if not (target / MANIFEST).is_file() or (source / MANIFEST).read_bytes() != (target / MANIFEST).read_bytes():
        return False
    return _sizes(source) == _sizes(target)


def _sizes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if not path.relative_to(folder).parts[0].startswith("."))


def _replace(source: Path, target: Path) -> int:
    fresh = _beside(target, "new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    files = _files(source)
    for file in files:
        _copy(file, fresh / file.relative_to(source))
    for folder in sorted((path for path in fresh.rglob("*") if path.is_dir()), reverse=True):
        _sync(folder)
    _sync(fresh)
    _swap(fresh, target)
    _sync(target.parent)
    shutil.rmtree(fresh, ignore_errors=True)
    return len(files)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    _sync(target)


def _swap(fresh: Path, target: Path) -> None:
    """Let two folders change places in one step; where the system cannot, in two, the old one kept until the end."""
    if not target.exists():
        fresh.rename(target)
    elif not _exchanged(fresh, target):
        old = _beside(target, "old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Linux exchanges two names atomically; False where it does not know how."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0


def _point_latest(out: Path) -> None:
    """`latest` names the greatest day that is published."""
    days = sorted(path.name for path in out.iterdir() if path.is_dir() and not path.is_symlink() and _is_day(path.name))
    latest = out / "latest"
    if not days or (latest.is_symlink() and latest.readlink().name == days[-1]):
        return
    fresh = out / f".latest.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(days[-1], target_is_directory=True)
    fresh.replace(latest)


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _beside(target: Path, word: str) -> Path:
    return target.with_name(f".{target.name}.{word}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
