"""Time zones: what a header, a question row or a source says the zone of its times is, and where its clocks jump."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from pipeline.ingest.columns import columns_of
from pipeline.ingest.headers import Header
from schemas.sources import FileMap, Source

COMPANY, HEADER, QUESTIONS = "company", "header", "questions"
YEARS = range(1990, 2041)
HALF_HOUR = timedelta(minutes=30)
_OFFSET = re.compile(r"(?:GMT|UTC)([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)\s*$")
_UTC = {"Z": "UTC", "UTC": "UTC", "GMT": "UTC", "ETC/UTC": "UTC", "COORDINATED UNIVERSAL TIME": "UTC"}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@lru_cache(maxsize=1024)
def zone_name(text: str) -> str | None:
    """The zone's name as the database of time zones spells it, `GMT-05:00` for a fixed offset; None if it is none."""
    bare = text.strip()
    if offset := _OFFSET.fullmatch(bare):
        sign, hours, minutes = offset.group(1), int(offset.group(2)), int(offset.group(3) or 0)
        return f"GMT{sign}{hours:02d}:{minutes:02d}" if hours <= 14 and minutes < 60 else None
    return _UTC.get(bare.upper()) or _names().get(bare.replace(" ", "_").casefold())


def declared_zone(zone: str, names: Iterable[str], places: Sequence[int], header: Header) -> str | None:
    """What `zone` of a source means for a column read from these headers; None where nothing in the file says it."""
    if zone == HEADER:
        return next((star for name in names if "*" in name and (star := header.star(name))), None) or in_header(
            places, header
        )
    if zone == QUESTIONS:
        return _in_labels(places, header)
    return None if zone == COMPANY else zone


def in_header(places: Sequence[int], header: Header) -> str | None:
    """The zone in brackets at the end of a header, such as `Created (UTC)` or `Started (America/Lima)`."""
    found = (_IN_BRACKETS.search(header.names[place]) for place in places if place < len(header.names))
    texts = [match.group(1).strip() for match in found if match]
    return next((text for text in texts if zone_name(text)), None)


def _in_labels(places: Sequence[int], header: Header) -> str | None:
    cells = (row[place] for row in header.labels for place in places if place < len(row))
    return next((zone for cell in cells if (zone := _json_zone(cell))), None)


def _json_zone(cell: str) -> str | None:
    try:
        value = json.loads(cell) if cell.lstrip().startswith("{") else None
    except json.JSONDecodeError:
        return None
    found = value.get("timeZone") if isinstance(value, dict) else None
    return str(found) if found else None


def unknown_zone(source: Source, file: FileMap, header: Header) -> str | None:
    """What is wrong with a zone that the file's header or its source names; None when all of them exist."""
    for zone in _all_named(source, file, header):
        if zone not in (COMPANY, HEADER, QUESTIONS) and not zone_name(zone):
            return f'names the time zone "{zone}", which is none; set `zone` in sources/{source.system}.toml'
    return None


def _all_named(source: Source, file: FileMap, header: Header) -> Iterator[str]:
    yield source.zone
    for column in columns_of(file):
        names = [*column.from_, *(name for argument in column.of for name in argument)]
        places = header.places(names)
        if column.zone:
            yield declared_zone(column.zone, names, places, header) or column.zone


@lru_cache(maxsize=64)
def jump_hours(zone: str) -> tuple[int, ...]:
    """The hours of the day, as local times show them, that the zone's clocks ever skip or repeat."""
    hours: set[int] = set()
    for before, after in _jumps(zone):
        first, last = min(before, after), max(before, after) - timedelta(minutes=1)
        hours |= {(first + step * HALF_HOUR).hour for step in range((last - first) // HALF_HOUR + 1)}
    return tuple(sorted(hours))


@lru_cache(maxsize=64)
def fold_minutes(zone: str) -> tuple[int, ...]:
    """By how many minutes the zone's clocks were ever put back, the most first."""
    backward = {(before - after) // timedelta(minutes=1) for before, after in _jumps(zone) if after < before}
    return tuple(sorted(backward, reverse=True))


@lru_cache(maxsize=64)
def _jumps(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """The local times, before and after, of every change of the zone's offset from UTC."""
    return () if zone == "UTC" or zone.startswith("GMT") else tuple(_changes(ZoneInfo(zone)))


def _changes(zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    week, last = datetime(YEARS.start, 1, 1, tzinfo=UTC), datetime(YEARS.stop, 1, 1, tzinfo=UTC)
    while week < last:
        following = week + timedelta(days=7)
        before, after = _offset(week, zone), _offset(following, zone)
        if before != after:
            instant = _change(week, following, zone).replace(tzinfo=None)
            yield instant + before, instant + after
        week = following


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first minute that has the offset of `after`."""
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        if _offset(middle, zone) == _offset(after, zone):
            after = middle
        else:
            before = middle
    return after


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
