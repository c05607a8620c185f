"""One container opened: its hash, and the text of every table inside it, or why that is not read.

This is the work that touches bytes nobody vouches for; it runs inside the guard's child process. It knows nothing of
the warehouse, of sources or of what the columns mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from pipeline.errors import QualityGate
from pipeline.ingest.containers import Packed, Unsafe, files_in
from pipeline.ingest.find import JSON, WORKBOOKS, Found, Refused
from pipeline.ingest.json_lines import text_of_json
from pipeline.ingest.sheets import sheets_in
from pipeline.ingest.snapshot import MEMBER, Raw, Snapshot, as_text, copied, linked
from pipeline.ingest.table_text import MAX_COLUMNS
from pipeline.ingest.text import Text, text_of

HEADER_WITHIN = 10
BINARY = {b"PK\x03\x04": "a zip archive or workbook", b"\x1f\x8b": "packed by gzip", b"%PDF": "a PDF"}


@dataclass(frozen=True, slots=True)
class Member:
    """One table found in a container: its path, its private copy and its records; an empty file has none."""

    path: str
    snapshot: Snapshot
    text: Text | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A container: the hash of its bytes, and what it holds."""

    container: str
    items: tuple[Member | Refused, ...]


def opened(found: Found, staged: Path, only: str | None = None, is_ours: bool = False) -> Opened:
    """Everything inside a file, or the one member asked for.

    The bytes are copied once, as `<hash>.raw` in `staged`, with the text of each table beside it. One that `is_ours`,
    in the archive, never changes: it is read where it lies.
    """
    raw = _raw(found, staged, is_ours)
    items = [one for member in _members(found, raw, only) for one in _tables(member, raw, staged)]
    return Opened(raw.content_hash, tuple(one for one in items if only is None or one.path == only))


def _raw(found: Found, staged: Path, is_ours: bool) -> Raw:
    with found.location.open("rb") as file:
        blocks = Packed(found.path, file).blocks()
        return linked(found.location, blocks, staged) if is_ours else copied(blocks, staged)


def _members(found: Found, raw: Raw, only: str | None) -> Iterator[Packed | Refused]:
    wanted = frozenset({only}) if only else None
    with raw.path.open("rb") as handle:
        yield from files_in(found.path, handle, wanted)


def _tables(member: Packed | Refused, container: Raw, staged: Path) -> Iterator[Member | Refused]:
    if isinstance(member, Refused):
        yield member
        return
    try:
        raw = container if member.is_whole else copied(member.blocks(), staged, MEMBER)
        yield from _tables_of(member.path, raw)
        if raw.path != container.path:
            raw.path.unlink()
    except Unsafe as reason:
        yield Refused(member.path, str(reason))
    except QualityGate as gate:
        yield Refused(member.path, gate.message)


def _tables_of(path: str, raw: Raw) -> Iterator[Member | Refused]:
    name = PurePosixPath(path.split("!")[-1]).name.lower().removesuffix(".gz")
    if raw.byte_count and name.endswith(WORKBOOKS):
        for called, sheet, text in sheets_in(path, raw):
            yield sheet if isinstance(sheet, Refused) else Member(called, sheet, text)
        return
    if kind := next((kind for mark, kind in BINARY.items() if raw.clues.head.startswith(mark)), ""):
        raise Unsafe(f"is {kind} and no text, whatever its name says")
    if not raw.clues.is_text:
        raise Unsafe("is no text: it begins with bytes that no text has")
    copy = as_text(raw)
    if not copy.path.stat().st_size:
        yield Member(path, copy, None)
        return
    text = text_of_json(copy.path) if name.endswith(JSON) else text_of(copy.path)
    _check_width(text)
    yield Member(path, copy, replace(text, remarks=(*copy.remarks, *text.remarks)))


def _check_width(text: Text) -> None:
    """A header of so many columns is none, and would cost every later step dearly."""
    first = np.arange(min(text.records.count, HEADER_WITHIN))
    widest = int(text.records.fields.at(first).max(initial=0))
    if widest > MAX_COLUMNS:
        raise Unsafe(f"has {widest} columns, over the limit of {MAX_COLUMNS}")
