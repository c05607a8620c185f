"""The exports folder turned into deliveries: what each is, which of several views to read, what waits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline.errors import RunFailed
from pipeline.ingest.containers import Unsafe
from pipeline.ingest.deliveries import Arrival, Delivery, delivery
from pipeline.ingest.find import Found, Refused, found_files, stamp
from pipeline.ingest.guard import Guard
from pipeline.ingest.journal import Entry, archived
from pipeline.ingest.members import restored, stored
from pipeline.ingest.personal import Privacy, is_personal, names_forgotten, privacy_of, withheld
from pipeline.ingest.recognise import Unrecognised
from pipeline.ingest.seen import Seen
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source


@dataclass(slots=True)
class Intake:
    """What lies in the exports folder: recognised files, and the others with the reason.

    `unchanged` are containers that were read before and need not be opened again; `personal` are the hashes of those
    that hold columns which must not be kept.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    unknown: list[tuple[Arrival, str]] = field(default_factory=list)
    ignored: list[tuple[Arrival, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    locations: dict[str, Path] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    personal: set[str] = field(default_factory=set)


def intake(workspace: Workspace, sources: Mapping[str, Source], guard: Guard, seen: Seen) -> Intake:
    """What is new in the exports folder, told apart; what is unchanged is told again from memory."""
    result = Intake()
    for arrival in _arrivals(workspace, guard, seen, result):
        if arrival.text is None:
            result.ignored.append((arrival, "is empty"))
            continue
        found = delivery(arrival, sources, workspace.settings.company.time_zone)
        if isinstance(found, Unrecognised):
            result.unknown.append((arrival, found.reason))
            continue
        if is_personal(found.file):
            result.personal.add(arrival.container)
        if not found.file.file.table:
            result.ignored.append((arrival, f"is the {found.system} export {found.export}, of which nothing is loaded"))
        else:
            result.deliveries.append(found)
    return _one_view_each(result)


def _arrivals(workspace: Workspace, guard: Guard, seen: Seen, result: Intake) -> Iterator[Arrival]:
    for found in found_files(workspace.exports, workspace.root):
        if isinstance(found, Refused):
            result.refused.append(found)
        elif memory := seen.unchanged(found):
            result.unchanged.append(found.path)
            result.unknown += memory.unknown
            result.ignored += memory.ignored
            result.refused += memory.refused
        else:
            yield from _opened(found, workspace, guard, seen, result)


def _opened(found: Found, workspace: Workspace, guard: Guard, seen: Seen, result: Intake) -> Iterator[Arrival]:
    try:
        before = found.location.stat()
        inside = guard.opened(found, workspace.staged)
        after = found.location.stat()
    except FileNotFoundError:
        result.refused.append(Refused(found.path, "is gone"))
        return
    if stamp(before) != stamp(after):
        result.refused.append(Refused(found.path, "is still being written and is left for the next run"))
        return
    refused = [one for one in inside.items if isinstance(one, Refused)]
    result.refused += refused
    if all(one.is_lasting for one in refused):
        seen.opened(found, before, inside.container)
    result.locations[inside.container] = workspace.staged / f"{inside.container}.raw"
    for one in inside.items:
        if not isinstance(one, Refused):
            yield Arrival(one.path, inside.container, one.snapshot, one.text)


def kept_apart(
    files: Sequence[Delivery], result: Intake, guard: Guard, warehouse: Warehouse, workspace: Workspace
) -> list[Delivery]:
    """The deliveries without personal data: every table of a file that holds any is kept on its own.

    A table of which it cannot be taken out is refused.
    """
    privacy = privacy_of(workspace.archive)
    named = {one.path for one in files if names_forgotten(warehouse, one, privacy)}
    holders = {one.arrival.container for one in files if one.path in named} | result.personal
    kept: list[Delivery] = []
    for one in files:
        if one.arrival.container not in holders:
            kept.append(one)
            continue
        try:
            sought = privacy if one.path in named else replace(privacy, forgotten=frozenset())
            kept.append(_kept_apart(one, result, guard, sought, workspace.staged))
        except Unsafe as reason:
            result.refused.append(Refused(one.path, str(reason), is_lasting=False))
    return kept


def _kept_apart(one: Delivery, result: Intake, guard: Guard, privacy: Privacy, staged: Path) -> Delivery:
    text = withheld(guard, one, privacy, staged).text
    digest, location = stored(text, one.arrival.snapshot, staged)
    result.locations[digest] = location
    return replace(one, text=text, arrival=replace(one.arrival, text=text, container=digest, is_member=True))


def _one_view_each(result: Intake) -> Intake:
    """Of files that show the same records in several views, keep those of the preferred name nearest to the top."""
    best: dict[tuple[str, str], tuple[bool, int, str]] = {}
    for one in result.deliveries:
        if base := _base_of(one.file.source, one.arrival):
            best[base] = min(best.get(base, _rank(one.file.source, one.arrival)), _rank(one.file.source, one.arrival))
    kept = replace(result, deliveries=[], unknown=[], ignored=list(result.ignored))
    for one in result.deliveries:
        base = _base_of(one.file.source, one.arrival)
        if base is None or best[base] == _rank(one.file.source, one.arrival):
            kept.deliveries.append(one)
        else:
            kept.ignored.append((one.arrival, "is another view of records that are read from a sibling"))
    sources = {one.system: one.file.source for one in result.deliveries}.values()
    for arrival, reason in result.unknown:
        is_view = any(_base_of(source, arrival) in best for source in sources)
        status = kept.ignored if is_view else kept.unknown
        status.append((arrival, "is another view of records that are read from a sibling" if is_view else reason))
    return kept


def _base_of(source: Source, arrival: Arrival) -> tuple[str, str] | None:
    """What the views of the same records have in common: their container and the stem of their name."""
    found = re.search(source.views.pattern, _name(arrival)) if source.views else None
    return (arrival.container, found.group(1)) if found else None


def _rank(source: Source, arrival: Arrival) -> tuple[bool, int, str]:
    is_preferred = bool(source.views and re.search(source.views.prefer, _name(arrival)))
    folder = PurePosixPath(arrival.path.split("!")[-1]).parent
    return not is_preferred, len(folder.parts), folder.as_posix()


def _name(arrival: Arrival) -> str:
    return PurePosixPath(arrival.path.split("!")[-1]).name


def from_archive(
    workspace: Workspace, entry: Entry, sources: Mapping[str, Source], guard: Guard
) -> Delivery | Unrecognised:
    """A file of the journal, taken from the archive. Raises RunFailed when it is not there or not what was loaded."""
    location = archived(workspace.archive, entry.container)
    if not location.exists():
        raise RunFailed(f"{entry.path} is not in the archive as {location.name}", "Restore archive/ from a backup.")
    arrival = _arrival(workspace.staged, entry, location, guard)
    if arrival is None or arrival.snapshot.content_hash != entry.content:
        raise RunFailed(f"{location} is not the file that was loaded", "Restore archive/ from a backup.")
    return delivery(arrival, sources, workspace.settings.company.time_zone)


def _arrival(staged: Path, entry: Entry, location: Path, guard: Guard) -> Arrival | None:
    if entry.stored == "container":
        return arrival_in(Found(entry.path.split("!")[0], location), entry.path, staged, guard, is_ours=True)
    try:
        copy, text = guard.done(staged, location.stat().st_size, restored, location, staged)
    except Unsafe as reason:
        raise RunFailed(f"{location} {reason}", "Restore archive/ from a backup.") from reason
    return Arrival(entry.path, entry.container, copy, text, is_member=True)


def arrival_in(found: Found, path: str, staged: Path, guard: Guard, *, is_ours: bool = False) -> Arrival | None:
    """The one table called `path` of a container; None when it holds no such table."""
    inside = guard.opened(found, staged, only=path, is_ours=is_ours)
    tables = (one for one in inside.items if not isinstance(one, Refused))
    return next((Arrival(one.path, inside.container, one.snapshot, one.text) for one in tables), None)
