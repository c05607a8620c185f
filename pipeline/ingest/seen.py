"""What the exports folder held when it was last read, so that what is unchanged is not opened again.

It is a convenience: kept under var/, forgotten when the way files are read changes, and never a reason to skip a file
whose content is not in the journal.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.ingest.deliveries import Arrival
from pipeline.ingest.find import Found, Refused, stamp
from pipeline.ingest.journal import Entry, write_whole
from pipeline.ingest.snapshot import Snapshot


@dataclass(slots=True)
class Memory:
    """What one container held besides the files that were loaded."""

    unknown: list[tuple[Arrival, str]] = field(default_factory=list)
    ignored: list[tuple[Arrival, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """The containers read before by path: their stamp, their hash, and what became of each table inside."""

    path: Path
    recipe: str
    contents: frozenset[str]
    known: dict[str, dict[str, object]] = field(default_factory=dict)
    fresh: dict[str, dict[str, object]] = field(default_factory=dict)

    def unchanged(self, found: Found) -> Memory | None:
        """What to tell again of a container that is as it was and was loaded; None when it must be read."""
        about = self.known.get(found.path)
        if about is None or about["stamp"] != stamp(found.location.stat()):
            return None
        tables: Sequence[Sequence[str]] = about["tables"]  # type: ignore[assignment]
        loaded = {content for status, _, content, *_ in tables if status == "loaded"}
        if any(status == "failed" for status, *_ in tables) or not loaded <= self.contents:
            return None
        self.fresh[found.path] = about
        return _memory(tables, str(about["container"]))

    def opened(self, found: Found, stat: os.stat_result, container: str) -> None:
        """Note a container that was read in this run."""
        self.fresh[found.path] = {"stamp": stamp(stat), "container": container, "tables": []}

    def judged(self, status: str, arrival: Arrival, reason: str = "") -> None:
        """Note what became of one table: loaded, failed, unknown or ignored."""
        copy = arrival.snapshot
        row = [status, arrival.path, copy.content_hash, copy.byte_count, copy.encoding, reason]
        self._note(arrival.path, row)

    def refused(self, one: Refused) -> None:
        """Note a table or container that was refused; one that another time may be read is not remembered."""
        if not one.is_lasting:
            self.fresh.pop(one.path.split("!")[0], None)
        self._note(one.path, ["refused", one.path, "", 0, "", one.reason])

    def write(self) -> None:
        """Keep what was noted for the next run."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {"recipe": self.recipe, "containers": self.fresh}
        write_whole(self.path, json.dumps(kept, sort_keys=True).encode())

    def _note(self, path: str, row: list[object]) -> None:
        about = self.fresh.get(path.split("!")[0])
        tables = about["tables"] if about else None
        if isinstance(tables, list) and row not in tables:
            tables.append(row)


def seen_before(path: Path, recipe: str, entries: Iterable[Entry]) -> Seen:
    """The memory of earlier runs; empty when there is none, or when files are read another way now."""
    contents = frozenset(entry.content for entry in entries)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Seen(path, recipe, contents)
    is_same = isinstance(kept, dict) and kept.get("recipe") == recipe
    return Seen(path, recipe, contents, kept["containers"] if is_same else {})


def _memory(tables: Sequence[Sequence[str]], container: str) -> Memory:
    memory = Memory()
    nowhere = Path()
    for status, path, content, size, encoding, reason in tables:
        arrival = Arrival(path, container, Snapshot(content, int(size), encoding, nowhere))
        if status == "unknown":
            memory.unknown.append((arrival, reason))
        elif status == "ignored":
            memory.ignored.append((arrival, reason))
        elif status == "refused":
            memory.refused.append(Refused(path, reason))
    return memory
