"""The usage events of one file: typed, with their local day and the hash that tells them apart, not yet added up.

Events are too many to stay as rows. A file that holds nothing else is read in one pass, without its text ever being
kept; the few records that are no good events are read again, for the quarantine.
"""

from dataclasses import dataclass, replace

from pipeline.ingest.dates import Decided, decided
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.landing import (
    Landed,
    Rows,
    broken_count,
    check_count,
    data_count,
    numbered_sql,
    reader_sql,
    rows_of,
    unnumbered_sql,
)
from pipeline.ingest.mapping import UNDECIDED, Select
from pipeline.ingest.sql_text import quoted
from pipeline.ingest.validate import valid_sql
from pipeline.warehouse import Warehouse
from schemas.sources import TableMap
from schemas.tables import TABLES

USAGE = "usage_events"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file's events are read from: the delivery, its number in the load, and the zone of the company's days."""

    number: int
    at: int
    delivery: Delivery
    table_map: TableMap
    zone: str
    decided: Decided = UNDECIDED

    @property
    def events(self) -> str:
        """The view of all events: _record, _line, what names them, used_on, _id, _is_good and _is_deleted."""
        return f"events_{self.number}_{self.at}"

    def select(self, view: str) -> str:
        """The select of typed rows over landed text."""
        return Select(self.delivery.file, self.table_map, self.zone, self.decided).sql(view)

    def seeing(self, warehouse: Warehouse, view: str) -> "Origin":
        """The same after a look at the whole columns of the landed text."""
        return replace(self, decided=decided(warehouse, view, self.delivery.file, self.table_map))


def is_streamed(one: Delivery) -> bool:
    """Whether the file holds usage events and nothing else, so that its rows are its events in order."""
    tables = one.file.file.table
    return len(tables) == 1 and tables[0].table == USAGE and not tables[0].where


def streamed(warehouse: Warehouse, origin: Origin) -> tuple[Origin, Landed]:
    """Read the file in one pass into the events table; what is landed as text are the records that are no good events.

    Whole columns are looked at only where some cell cannot be read without. Raises QualityGate when the reader's
    records are not those that were counted.
    """
    text = origin.delivery.text
    rows = rows_of(text, origin.delivery.file)
    _read_events(warehouse, origin, rows)
    if _has_others(warehouse, origin):
        view = _in_order(warehouse, origin, rows)
        origin = origin.seeing(warehouse, view)
        if origin.decided.evidence:
            _read_events(warehouse, origin, rows)
    return origin, Landed(_land_others(warehouse, origin, rows), data_count(text, rows), broken_count(text, rows))


def from_landed(warehouse: Warehouse, origin: Origin, data: Landed) -> Origin:
    """The events table of a file whose text was landed because other tables read it too, or not all of it is events."""
    origin = origin.seeing(warehouse, data.view)
    events = _events_sql(origin.select(data.view), origin.zone, "_record, _line, ")
    warehouse.execute(f"create or replace temp table {origin.events}_rows as {events}")
    warehouse.execute(f"create or replace temp view {origin.events} as from {origin.events}_rows")
    return origin


def type_the_others(warehouse: Warehouse, origin: Origin, data: Landed, name: str) -> None:
    """Temp table `name`: the typed rows, with their problems, of the records that are no good events."""
    others = f"(from {data.view} semi join ({_others(origin)}) using (_record))"
    warehouse.execute(f"create or replace temp table {name} as {origin.select(others)}")


def drop_events(warehouse: Warehouse, origin: Origin) -> None:
    """Free what was made for the file's events."""
    table = f"{origin.events}_rows"
    warehouse.execute(
        f"drop view if exists {origin.events}; drop table if exists {table}; drop table if exists {table}_runs"
    )


def _read_events(warehouse: Warehouse, origin: Origin, rows: Rows) -> None:
    """The events table, each row under the number of its record."""
    text, table = f"landed_{origin.number}_all", f"{origin.events}_rows"
    warehouse.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    warehouse.execute(f"create or replace temp view {text} as {unnumbered_sql(rows)}")
    warehouse.execute(f"create or replace temp table {table} as {_events_sql(origin.select(text), origin.zone)}")
    warehouse.execute(f"drop view {text}")
    check_count(rows, int(warehouse.value(f"select count(*) from {table}")))
    numbered = numbered_sql(warehouse, rows, table, f"{table}_runs")
    warehouse.execute(f"create or replace temp view {origin.events} as {numbered}")


def _events_sql(select: str, zone: str, places: str = "") -> str:
    """What is kept of each event. Ids are the tool's own, or the hash of the whole row."""
    is_good = f"_set_aside is null and not _is_deleted and len(_problems) = 0 and {valid_sql(TABLES[USAGE])}"
    return f"""
        select {places}account_id, user_id, feature, timezone({quoted(zone)}, occurred_at)::date as used_on,
            coalesce(quantity, 1) as quantity,
            case when event_id is null then hash(account_id, user_id, feature, occurred_at, quantity)
            else hash(event_id) end as _id,
            coalesce({is_good}, false) as _is_good,
            coalesce(_is_deleted and _set_aside is null, false) as _is_deleted
        from ({select})
    """


def _others(origin: Origin) -> str:
    return f"select _record from {origin.events} where not _is_good"


def _has_others(warehouse: Warehouse, origin: Origin) -> bool:
    return bool(warehouse.value(f"select count(*) from ({_others(origin)})"))


def _in_order(warehouse: Warehouse, origin: Origin, rows: Rows) -> str:
    """A view of the file's text that is read anew each time, record by record."""
    view = f"landed_{origin.number}_in_order"
    text = f"select row_number() over () - 1 as _row, * from {reader_sql(rows, in_order=True)}"
    numbered = numbered_sql(warehouse, rows, f"({text})", f"landed_{origin.number}_runs", row="_row")
    warehouse.execute(f"create or replace temp view {view} as {numbered}")
    return view


def _land_others(warehouse: Warehouse, origin: Origin, rows: Rows) -> str:
    """The text of the records that are no good events; nothing is read when all are good."""
    view = f"landed_{origin.number}"
    if _has_others(warehouse, origin):
        text = f"from {_in_order(warehouse, origin, rows)} semi join ({_others(origin)}) using (_record)"
    else:
        cells = ", ".join(f"null::varchar as c{place}" for place in range(rows.width))
        text = f"select 0::bigint as _record, 0::bigint as _line, {cells} limit 0"
    warehouse.execute(f"create or replace temp table {view}_text as {text}")
    warehouse.execute(f"drop view if exists {view}_in_order")
    warehouse.execute(f"create or replace temp view {view} as from {view}_text")
    return view
