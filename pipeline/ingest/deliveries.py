"""Files made ready to load: snapshotted, recognised and dated."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from pipeline.ingest.columns import missing_columns
from pipeline.ingest.contract import quoted_name
from pipeline.ingest.dates import decided
from pipeline.ingest.find import dated_by_name
from pipeline.ingest.landing import drop_landed, skimmed
from pipeline.ingest.mapping import Select
from pipeline.ingest.recognise import Recognised, Unrecognised, recognised
from pipeline.ingest.snapshot import Snapshot
from pipeline.ingest.text import Text
from pipeline.warehouse import Warehouse
from schemas.sources import Source, TableMap
from schemas.sources.vocabulary import NameDate
from schemas.tables import TABLES


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file at hand: what it is called, the hash of the file it lies in, its copy and its records.

    An empty file has no text. Of a member `container` is the hash of the table itself, as it is written for the archive
    without what must not be kept.
    """

    path: str
    container: str
    snapshot: Snapshot
    text: Text | None = None
    is_member: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A recognised file with the time it was exported (naive UTC), or None while that is not known."""

    arrival: Arrival
    text: Text
    file: Recognised
    extracted_at: datetime | None

    @property
    def path(self) -> str:
        """The path below exports/, the entry of an archive after `!`."""
        return self.arrival.path

    @property
    def exported_at(self) -> datetime:
        """The time of export of a file that was dated."""
        if self.extracted_at is None:
            raise ValueError(f"{self.path} is not dated yet")
        return self.extracted_at

    @property
    def system(self) -> str:
        """The tool that wrote the file."""
        return self.file.source.system

    @property
    def export(self) -> str:
        """What kind of file of that tool it is."""
        return self.file.file.name

    @property
    def folder(self) -> str:
        """Where the file lies; files of one export without a date of their own share that of their folder."""
        return str(PurePosixPath(self.path.split("!")[0]).parent)

    def missing(self) -> tuple[str, ...]:
        """Tables and required columns that the file cannot fill; of several maps of a table one must be filled."""
        lacking = [(table.table, missing_columns(table, self.file.header)) for table in self.file.file.table]
        filled = {table for table, columns in lacking if not columns}
        return tuple(f"{table}.{column}" for table, columns in lacking if table not in filled for column in columns)


def delivery(arrival: Arrival, sources: Mapping[str, Source], zone: str) -> Delivery | Unrecognised:
    """The file told apart by its header and dated by its name, if that has a date."""
    text = arrival.text
    if text is None:
        return Unrecognised("is empty")
    file = recognised(text.first_records(), sources)
    if isinstance(file, Unrecognised):
        return file
    return Delivery(arrival, text, file, named_time(arrival.path, file.file.extracted, ZoneInfo(zone)))


def named_time(path: str, pattern: NameDate | None, zone: ZoneInfo) -> datetime | None:
    """The time of export that a path names, as naive UTC; a day is its local midnight.

    Of an entry of an archive its own name comes first.
    """
    for name in (PurePosixPath(part).name for part in reversed(path.split("!")) if pattern):
        if pattern and (found := re.search(pattern.pattern, name)):
            return _as_named(found.group(1), pattern.format, zone)
    try:
        return naive_utc(datetime.fromisoformat(dated_by_name(path) or "").replace(tzinfo=zone))
    except ValueError:
        return None


def _as_named(text: str, style: str, zone: ZoneInfo) -> datetime | None:
    try:
        if style == "epoch_ms":
            return naive_utc(datetime.fromtimestamp(int(text) / 1000, UTC))
        return naive_utc(datetime.strptime(text, style).replace(tzinfo=zone))
    except ValueError:
        return None


def naive_utc(instant: datetime) -> datetime:
    """A time with a zone as naive UTC."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The local day of a naive UTC time."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def dated(warehouse: Warehouse, deliveries: Iterable[Delivery], as_of: date, zone: str) -> Iterator[Delivery]:
    """The deliveries with a time of export: their own, else the newest date in them or their siblings, else as_of."""
    deliveries = list(deliveries)
    newest: dict[tuple[str, str, str], datetime] = {}
    for one in deliveries:
        if one.extracted_at is None:
            place = (one.system, one.export, one.folder)
            moment = _newest(warehouse, one, as_of, zone)
            newest[place] = max(newest.get(place, moment), moment)
    for one in deliveries:
        yield one if one.extracted_at else replace(one, extracted_at=newest[one.system, one.export, one.folder])


def _newest(warehouse: Warehouse, one: Delivery, as_of: date, zone: str) -> datetime:
    """The newest date in the file up to as_of; as_of itself for a file without dates."""
    local = ZoneInfo(zone)
    first_moment_after = naive_utc(datetime.combine(as_of + timedelta(days=1), time(), local))
    view = skimmed(warehouse, one.text, one.file, "dating")
    found = [
        _newest_of(warehouse, one, _dating_columns(table), view, zone, first_moment_after)
        for table in one.file.file.table
        if TABLES[table.table].dated_by
    ]
    drop_landed(warehouse, "dating")
    return max((value for value in found if value), default=naive_utc(datetime.combine(as_of, time(), local)))


def _dating_columns(table: TableMap) -> TableMap:
    """The table with nothing but the columns that date a row, so that the others need not be read."""
    names = TABLES[table.table].dated_by
    columns = {name: column for name, column in table.columns.items() if name in names}
    return table.model_copy(update={"columns": columns, "updated_at": None, "set_aside": (), "deleted": ()})


def _newest_of(
    warehouse: Warehouse, one: Delivery, table: TableMap, view: str, zone: str, before: datetime
) -> datetime | None:
    """The newest moment of a table before another; whole columns are looked at only where a cell needs that."""
    query = _newest_sql(Select(one.file, table, zone), view, zone)
    newest, has_problems = warehouse.frame(query, {"before": before}).row(0)
    if has_problems:
        whole = decided(warehouse, view, one.file, table)
        newest, _ = warehouse.frame(
            _newest_sql(Select(one.file, table, zone, whole), view, zone), {"before": before}
        ).row(0)
    return newest if isinstance(newest, datetime) else None


def _newest_sql(select: Select, view: str, zone: str) -> str:
    moments = ", ".join(
        f"timezone('UTC', {quoted_name(name)})"
        if "TIME" in select.type_of(name)
        else f"timezone('UTC', timezone('{zone}', {quoted_name(name)}::timestamp))"
        for name in select.table.dated_by
    )
    rows = f"select coalesce({moments}) as moment, len(_problems) > 0 as has_problems from ({select.sql(view)})"
    return f"select max(moment) filter (where moment < $before), bool_or(has_problems) from ({rows})"
