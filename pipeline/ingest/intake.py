"""The exports folder turned into deliveries: what each is, which of several views to read, what waits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipeline.errors import RunFailed
from pipeline.ingest.deliveries import Arrival, Delivery, delivery
from pipeline.ingest.find import Found, Refused, Unsafe, found_files, members, opened_member, read_in_blocks
from pipeline.ingest.journal import Entry, archived, hash_of
from pipeline.ingest.recognise import Unrecognised
from pipeline.ingest.snapshot import snapshot
from pipeline.workspace import Workspace
from schemas.sources import Source


@dataclass(slots=True)
class Intake:
    """What lies in the exports folder: recognised files, and the others with the reason."""

    deliveries: list[Delivery] = field(default_factory=list)
    unknown: list[tuple[Arrival, str]] = field(default_factory=list)
    ignored: list[tuple[Arrival, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    locations: dict[str, Path] = field(default_factory=dict)


def intake(workspace: Workspace, sources: Mapping[str, Source]) -> Intake:
    """Everything in the exports folder, told apart. Nothing is judged by whether it was seen before."""
    result = Intake()
    for arrival in _arrivals(workspace, result):
        if not arrival.snapshot.byte_count:
            result.ignored.append((arrival, "is empty"))
            continue
        found = delivery(arrival, sources, workspace.settings.company.time_zone)
        if isinstance(found, Unrecognised):
            result.unknown.append((arrival, found.reason))
        elif not found.file.file.table:
            result.ignored.append((arrival, f"is the {found.system} export {found.export}, of which nothing is loaded"))
        else:
            result.deliveries.append(found)
    return _one_view_each(result)


def _arrivals(workspace: Workspace, result: Intake) -> Iterator[Arrival]:
    for found in found_files(workspace.exports, workspace.root):
        if isinstance(found, Refused):
            result.refused.append(found)
            continue
        before = found.location.stat()
        container = hash_of(found.location)
        inside = list(_members(found, container, workspace.staged))
        after = found.location.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            inside = [Refused(found.path, "is still being written and is left for the next run")]
        result.locations[container] = found.location
        result.refused += [member for member in inside if isinstance(member, Refused)]
        yield from (member for member in inside if isinstance(member, Arrival))


def _members(found: Found, container: str, staged: Path) -> Iterator[Arrival | Refused]:
    for member in members(found):
        if isinstance(member, Refused):
            yield member
            continue
        path, handle = member
        try:
            yield Arrival(path, container, snapshot(read_in_blocks(handle), staged))
        except Unsafe as reason:
            yield Refused(path, str(reason))


def _one_view_each(result: Intake) -> Intake:
    """Of files that show the same records in several views, keep those of the preferred name nearest to the top."""
    best: dict[tuple[str, str], tuple[bool, int, str]] = {}
    for one in result.deliveries:
        if base := _base_of(one.file.source, one.arrival):
            best[base] = min(best.get(base, _rank(one.file.source, one.arrival)), _rank(one.file.source, one.arrival))
    kept = Intake(refused=result.refused, ignored=list(result.ignored), locations=result.locations)
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


def from_archive(workspace: Workspace, entry: Entry, sources: Mapping[str, Source]) -> Delivery | Unrecognised:
    """A file of the journal, taken from the archive. Raises RunFailed when it is not there or not what was loaded."""
    location = archived(workspace.archive, entry.container)
    if not location.exists():
        raise RunFailed(f"{entry.path} is not in the archive as {location.name}", "Restore archive/ from a backup.")
    with opened_member(location, entry.path) as handle:
        copy = snapshot(read_in_blocks(handle), workspace.staged)
    if copy.content_hash != entry.content:
        raise RunFailed(f"{location} is not the file that was loaded", "Restore archive/ from a backup.")
    return delivery(Arrival(entry.path, entry.container, copy), sources, workspace.settings.company.time_zone)
