"""One run of a workspace: the lock that keeps a second one out, and the record of what it did."""

import fcntl
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import BellwetherError, RunFailed, WorkspaceBusy, worst_exit_code
from pipeline.workspace import Workspace

INTERRUPTED = 130


@dataclass(slots=True)
class Run:
    """A run under way: its id, its day, what each stage reported, and how it ended."""

    run_id: str
    workspace: Workspace
    as_of: date
    command: str = ""
    stages: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    afterwards: list[str] = field(default_factory=list)
    exit_code: int = 1
    error: str = ""

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Keeps how long the stage took."""
        started = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - started, 2)

    @property
    def exit_codes(self) -> set[int]:
        """Every code that a stage asked to end with."""
        return {code for report in self.stages.values() for code in getattr(report, "exit_codes", ())}


@contextmanager
def one_run(workspace: Workspace, as_of: date, started: datetime, command: str = "") -> Iterator[Run]:
    """A run that holds the workspace's lock and leaves `var/runs/<id>.json`; WorkspaceBusy names the holder."""
    _require_writable(workspace)
    run = Run(f"{started:%Y%m%dT%H%M%S}-{os.getpid()}", workspace, as_of, command)
    with _locked(workspace, f"run {run.run_id}"):
        try:
            yield run
            run.exit_code = worst_exit_code(run.exit_codes)
        except BellwetherError as failed:
            run.exit_code, run.error = failed.exit_code, failed.message
            raise
        except KeyboardInterrupt:
            run.exit_code, run.error = INTERRUPTED, "interrupted"
            raise
        finally:
            _record(run, started)


@contextmanager
def held(workspace: Workspace, command: str) -> Iterator[None]:
    """The workspace's lock for a command that leaves no record; WorkspaceBusy names who holds it."""
    _require_writable(workspace)
    with _locked(workspace, command):
        yield


def recorded(workspace: Workspace) -> list[dict[str, Any]]:
    """The records of the runs whose files are still there, oldest first; a file that is no record is passed over."""
    records = []
    for path in sorted((workspace.var / "runs").glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        if isinstance(record, dict) and record.get("run_id") == path.stem:
            records.append(record)
    return sorted(records, key=lambda record: (str(record.get("started_at")), record["run_id"]))


def holder(workspace: Workspace) -> str | None:
    """Who holds the workspace now: process and run id, or None."""
    path = workspace.var / "run.lock"
    if not path.exists():
        return None
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return lock.read().strip() or "a run that is just starting"
    return None


@contextmanager
def _locked(workspace: Workspace, who: str) -> Iterator[None]:
    path = workspace.var / "run.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise WorkspaceBusy(
                f"{workspace.root} is held by {holder(workspace) or 'another run'}",
                "Wait until it ends, or stop it; nothing was changed.",
            ) from busy
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {who}")
        lock.flush()
        yield


def _require_writable(workspace: Workspace) -> None:
    for folder in (workspace.var, workspace.out, workspace.archive):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = folder / f".probe.{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as refused:
            raise RunFailed(
                f"{folder} cannot be written to: {refused.strerror}",
                "Make it writable or free some space; nothing was changed.",
            ) from refused


def _record(run: Run, started: datetime) -> None:
    folder = run.workspace.var / "runs"
    folder.mkdir(exist_ok=True, mode=0o700)
    record = {
        "run_id": run.run_id,
        "command": run.command,
        "as_of": run.as_of.isoformat(),
        "started_at": started.isoformat(timespec="seconds"),
        "host": platform.node(),
        "python": platform.python_version(),
        "exit_code": run.exit_code,
        "error": run.error,
        "seconds": run.seconds,
        "stages": run.stages,
    }
    (folder / f"{run.run_id}.json").write_text(json.dumps(record, default=plain, indent=2) + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """A value as JSON can carry it."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, date | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
