"""What one file gives one canonical table, typed and waiting in a temp table."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.ingest.dates import Decided, decided
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.events import USAGE, Origin, drop_events, from_landed, is_streamed, streamed, type_the_others
from pipeline.ingest.landing import Landed, drop_landed, landed
from pipeline.ingest.mapping import Select
from pipeline.warehouse import Warehouse
from schemas.sources import TableMap
from schemas.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file gives one table; a temp table holds its typed rows, of usage events only those that are no good."""

    number: int
    at: int
    delivery: Delivery
    landed: Landed
    table_map: TableMap
    decided: Decided
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """The temp table's name."""
        return f"typed_{self.number}_{self.at}"

    @property
    def taken(self) -> str:
        """A relation with the _record of every row that the table takes."""
        return taken_by(self.number, self.at, self.table_map.table)

    @property
    def is_primary(self) -> bool:
        """Whether this is the file's first table, which answers for records that no table takes."""
        return self.at == 0

    @property
    def table(self) -> Table:
        """The table's contract."""
        return TABLES[self.table_map.table]

    @property
    def namespace(self) -> str | None:
        """How the rows name their account; None for tables without one."""
        return (self.table_map.account or self.delivery.system) if self.table.account_column else None


def taken_by(number: int, at: int, table: str) -> str:
    """The relation with the _record of every row of a file that one of its tables takes."""
    return f"{'events' if table == USAGE else 'typed'}_{number}_{at}"


def pieces_of(warehouse: Warehouse, number: int, one: Delivery, zone: str) -> list[Piece]:
    """Read the file and type its rows for every table that it feeds. `number` tells the files of one load apart."""
    if is_streamed(one):
        origin, data = streamed(warehouse, Origin(number, 0, one, one.file.file.table[0], zone))
        return [_of_events(warehouse, origin, data)]
    data = landed(warehouse, one.text, one.file, f"landed_{number}")
    return list(_of_landed(warehouse, number, one, data, zone))


def drop_piece(warehouse: Warehouse, piece: Piece) -> None:
    """Free what `pieces_of` made."""
    warehouse.execute(f"drop table if exists {piece.name}")
    if piece.origin:
        drop_events(warehouse, piece.origin)
    drop_landed(warehouse, piece.landed.view)


def _of_landed(warehouse: Warehouse, number: int, one: Delivery, data: Landed, zone: str) -> Iterator[Piece]:
    for at, table_map in enumerate(one.file.file.table):
        if table_map.table == USAGE:
            origin = from_landed(warehouse, Origin(number, at, one, table_map, zone), data)
            yield _of_events(warehouse, origin, data)
            continue
        whole = decided(warehouse, data.view, one.file, table_map)
        piece = Piece(number, at, one, data, table_map, whole)
        sql = Select(one.file, table_map, zone, whole).sql(data.view)
        warehouse.execute(f"create or replace temp table {piece.name} as {sql}")
        yield piece


def _of_events(warehouse: Warehouse, origin: Origin, data: Landed) -> Piece:
    piece = Piece(origin.number, origin.at, origin.delivery, data, origin.table_map, origin.decided, origin)
    type_the_others(warehouse, origin, data, piece.name)
    return piece
