"""What an ingest would do with every file of the exports folder, without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.corrections import is_correction
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.guard import Guard
from pipeline.ingest.intake import intake
from pipeline.ingest.journal import Entry
from pipeline.ingest.seen import Seen
from pipeline.workspace import Workspace
from schemas.sources import Source


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One file: `new`, `known`, `failed`, `unknown`, `ignored` or `refused`; what it was taken for, or why not."""

    path: str
    status: str
    told: str


def foreseen(
    workspace: Workspace, entries: Sequence[Entry], sources: Mapping[str, Source], seen: Seen
) -> list[Foreseen]:
    """Every file by path; of those that are as they were when they were loaded, only the container."""
    try:
        with Guard() as guard:
            found = intake(workspace, sources, guard, seen)
    finally:
        for copy in workspace.staged.glob("*"):
            copy.unlink()
    files = [Foreseen(path, "known", "is as it was when it was loaded") for path in found.unchanged]
    files += [_delivery(one, entries) for one in found.deliveries]
    files += [Foreseen(arrival.path, "unknown", reason) for arrival, reason in found.unknown]
    files += [Foreseen(arrival.path, "ignored", reason) for arrival, reason in found.ignored]
    files += [Foreseen(refused.path, "refused", refused.reason) for refused in found.refused]
    return sorted(files, key=lambda one: (one.path, one.status))


def is_loaded(one: Delivery, entries: Sequence[Entry]) -> bool:
    """Whether this content was loaded; a date in its name that is new says that it still held then."""
    content = one.arrival.snapshot.content_hash
    moments = {entry.extracted_at for entry in entries if entry.content == content and not is_correction(entry)}
    return bool(moments) if one.extracted_at is None else one.extracted_at.isoformat() in moments


def _delivery(one: Delivery, entries: Sequence[Entry]) -> Foreseen:
    taken_for = f"{one.system} {one.export}"
    if one.file.file.confidence != "confirmed":
        taken_for += f" ({one.file.file.confidence})"
    if is_loaded(one, entries):
        return Foreseen(one.path, "known", taken_for)
    if missing := one.missing():
        return Foreseen(one.path, "failed", f"{taken_for}, has no column for {', '.join(missing)}")
    return Foreseen(one.path, "new", taken_for)
