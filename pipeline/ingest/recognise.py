"""Which tool wrote a file and what it is, told by its header alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.headers import Header, plain
from pipeline.ingest.layouts import Match, layouts_of, names_of
from pipeline.ingest.zones import unknown_zone
from schemas.sources import FileMap, Source

__all__ = ["HEADER_WITHIN", "Recognised", "Unrecognised", "names_of", "nearest", "recognised", "unmapped"]

HEADER_WITHIN = 30
CLEARLY = 0.1
NEAREST = 3
NEXT = "`bellwether map FILE` proposes a mapping"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[ ./-](\d{1,2}|[^\W\d]{3,9}\.?)[ ./-]\d{2,4}|[^\W\d]{3,9} \d{1,2}, \d{4}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file told apart: its source, its kind and the header with the number of the record it stands in."""

    source: Source
    file: FileMap
    header: Header
    header_record: int

    @property
    def first_record(self) -> int:
        """The number of the first record that holds data."""
        return self.header_record + self.file.header_rows

    @property
    def confidence(self) -> str:
        """`unconfirmed` when no real file with this header was ever seen, else `confirmed`."""
        return self.file.confidence

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know about how the file was recognised."""
        preamble = f"{self.header_record} records before the header" if self.header_record else ""
        guess = "this layout follows the vendor's documentation and was never seen on a real file: check its columns"
        return tuple(one for one in (preamble, guess if self.confidence == "unconfirmed" else "") if one)


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A file that no source claims, or that two claim alike."""

    reason: str


def recognised(first_records: list[tuple[str, ...]], sources: Mapping[str, Source]) -> Recognised | Unrecognised:
    """What a file is, by its first records; preambles are passed over.

    A layout that was never confirmed on a real file stands back behind any that was, wherever in the file it matches.
    """
    layouts = layouts_of(sources)
    matches = [layouts.matches(first_records, at) for at in range(min(len(first_records), HEADER_WITHIN))]
    for confirmed in (True, False):
        for at, found in enumerate(matches):
            good = [one for one in found if one.is_good and (one.layout.is_confirmed or not confirmed)]
            if good:
                return _clear(good, at)
    return _unknown(first_records, [one for found in matches for one in found])


def _clear(good: Sequence[Match], at: int) -> Recognised | Unrecognised:
    best = good[0]
    if len(good) > 1 and best.score - good[1].score < CLEARLY:
        other = good[1].layout.name
        return Unrecognised(f"fits {best.layout.name} and {other} alike; {NEXT} that tells them apart")
    file = Recognised(best.layout.source, best.layout.file, best.header, at)
    wrong = unknown_zone(file.source, file.file, file.header)
    return Unrecognised(wrong) if wrong else file


def _unknown(first_records: Sequence[Sequence[str]], found: Iterable[Match]) -> Unrecognised:
    if not first_records:
        return Unrecognised("is empty")
    if _is_sideways(first_records):
        return Unrecognised(
            "is a dashboard laid out sideways, one column per day; export the rows behind it (tickets, not counts)"
        )
    near = ", ".join(f"{one.layout.name} ({one.found:.0%} of its headers)" for one in nearest(found)) or "none"
    return Unrecognised(f"has a header that no source knows; nearest: {near}; {NEXT}")


def nearest(found: Iterable[Match]) -> list[Match]:
    """The layouts that come nearest, the best first; each once."""
    ranked = sorted(found, key=lambda one: (-one.score, one.layout.name))
    return list({one.layout.name: one for one in reversed(ranked) if one.found}.values())[::-1][:NEAREST]


def _is_sideways(first_records: Sequence[Sequence[str]]) -> bool:
    """Whether the columns are days: one row of data under headers such as `27 jan 2026` over `Tickets`."""
    header = max(first_records, key=len)
    days = sum(bool(_DAY.match(plain(name))) for name in header)
    return len(first_records) <= HEADER_WITHIN and days >= 2 and days * 2 >= len(header)


def unmapped(recognised_file: Recognised) -> tuple[str, ...]:
    """The columns of the file that nothing reads and that are not known to be left out."""
    header, file = recognised_file.header, recognised_file.file
    stars = [star for name in names_of(file) if "*" in name and (star := header.star(name))]
    read = set(header.places([*names_of(file), *file.ignored, *file.drop, *file.hash, *stars], every=True))
    return tuple(name for place, name in enumerate(header.names) if name.strip() and place not in read)
