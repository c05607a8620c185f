"""What one file gives one canonical table, typed and waiting in a temp table."""

from dataclasses import dataclass

from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.mapping import Select
from pipeline.ingest.read import Landed, landed
from pipeline.warehouse import Warehouse
from schemas.sources import TableMap
from schemas.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file gives one table; a temp table holds its typed rows."""

    number: int
    at: int
    delivery: Delivery
    landed: Landed
    table_map: TableMap

    @property
    def name(self) -> str:
        """The temp table's name."""
        return f"typed_{self.number}_{self.at}"

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


def pieces_of(warehouse: Warehouse, number: int, one: Delivery, zone: str) -> list[Piece]:
    """Read the file and type its rows for every table that it feeds. `number` tells the files of one load apart."""
    data = landed(warehouse, one.text, one.file, f"landed_{number}")
    pieces = [Piece(number, at, one, data, table) for at, table in enumerate(one.file.file.table)]
    for piece in pieces:
        sql = Select(one.file, piece.table_map, zone).sql(data.view)
        warehouse.execute(f"create or replace temp table {piece.name} as {sql}")
    return pieces
