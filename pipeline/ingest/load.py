"""Loading the files of one export and export time: typed, checked, and settled against each other and what stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.ingest.contract import quoted_name
from pipeline.ingest.counts import counted, rejected_rows
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.pieces import Piece, pieces_of
from pipeline.ingest.read import drop_landed, temporary
from pipeline.ingest.rejects import (
    NONE,
    About,
    Rejects,
    as_rejects,
    misread_rows,
    set_aside_rows,
    structural_rows,
    unkeyed_rows,
    unselected_rows,
)
from pipeline.ingest.settle import key_sql, row_hash_sql, settled
from pipeline.ingest.validate import checked
from pipeline.warehouse import Warehouse
from schemas.tables import Table

AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the files: counts per file and table, and the lines of `rejected.rows`."""

    counts: pl.DataFrame
    rejected: pl.DataFrame


def load(warehouse: Warehouse, deliveries: Sequence[Delivery], file_ids: Sequence[str], zone: str) -> Loaded:
    """Add the good rows of the files to `accepted`. The files are of one export and one export time.

    Runs inside the caller's transaction, who looks at the counts and decides whether it stands.
    """
    pieces = [piece for number, one in enumerate(deliveries) for piece in pieces_of(warehouse, number, one, zone)]
    rejects = pl.concat([NONE, *(found for piece in pieces for found in _rejects(warehouse, piece))])
    duplicates: list[pl.DataFrame] = []
    for name in dict.fromkeys(piece.table.name for piece in pieces):
        mine = [piece for piece in pieces if piece.table.name == name]
        _arrive(warehouse, mine, file_ids, rejects)
        outcome = settled(warehouse, name)
        rejects = pl.concat([rejects, outcome.aside])
        duplicates.append(outcome.duplicates)
    counts = counted(warehouse, pieces, file_ids, rejects, pl.concat(duplicates))
    rows = rejected_rows(warehouse, deliveries, file_ids, rejects)
    _drop(warehouse, pieces)
    return Loaded(counts, rows)


def _drop(warehouse: Warehouse, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        warehouse.execute(f"drop table {piece.name}")
        drop_landed(warehouse, piece.landed.view)


def _rejects(warehouse: Warehouse, piece: Piece) -> Iterator[Rejects]:
    """Everything about the piece's rows that keeps them out, before they are compared with others."""
    about: About = {"_file_no": piece.number, "_piece": piece.at, "table_name": piece.table.name}
    yield set_aside_rows(warehouse, piece.name, about, piece.table_map)
    yield misread_rows(warehouse, piece.name, about, piece.table, piece.delivery.system)
    yield unkeyed_rows(warehouse, piece.name, about, piece.table)
    for frame in _slices(warehouse, piece):
        yield _invalid_rows(frame, piece.table, about)
    if piece.is_primary:
        yield structural_rows(piece.landed.broken, about, piece.delivery.file.file.footer)
        names = [f"typed_{piece.number}_{at}" for at in range(len(piece.delivery.file.file.table))]
        yield unselected_rows(warehouse, piece.landed.view, names, about)


def _slices(warehouse: Warehouse, piece: Piece) -> Iterator[pl.DataFrame]:
    columns = ", ".join(quoted_name(name) for name in piece.table.columns)
    for first in range(0, piece.delivery.text.records.count, AT_ONCE):
        yield warehouse.frame(
            f"""
            select _record, _line, {columns} from {piece.name}
            where _record >= {first} and _record < {first + AT_ONCE}
                and len(_problems) = 0 and _set_aside is null and not _is_deleted
            order by _record
            """
        )


def _invalid_rows(frame: pl.DataFrame, table: Table, about: About) -> Rejects:
    problems = checked(frame.select(*table.columns), table)
    places = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("_row"), "_record", "_line")
    return as_rejects(problems.join(places, on="_row", maintain_order="left"), about)


def _arrive(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], rejects: Rejects) -> None:
    """Temp view `arriving`: the good rows of the pieces, with where they come from and what names them."""
    bad = rejects.filter(pl.col("table_name") == pieces[0].table.name).select("_file_no", "_piece", "_record").unique()
    temporary(warehouse, "bad_rows", bad)
    selects = " union all ".join(_arriving(piece, file_ids[piece.number]) for piece in pieces)
    warehouse.execute(f"create or replace temp view arriving as {selects}")


def _arriving(piece: Piece, file_id: str) -> str:
    columns = ", ".join(quoted_name(name) for name in piece.table.columns)
    namespace = f"'{piece.namespace}'" if piece.namespace else "null::varchar"
    return f"""
        select {columns}, '{piece.delivery.system}' as _system,
            timestamp '{piece.delivery.extracted_at}' as _extracted_at, '{file_id}' as _file_id, _line,
            {namespace} as _account_namespace,
            {key_sql(piece.table, piece.delivery.system, piece.namespace)} as _key,
            {row_hash_sql(piece.table)} as _row_hash,
            _is_deleted, _updated_at, {piece.number} as _file_no, {piece.at} as _piece, _record
        from {piece.name}
        where _record not in (select _record from bad_rows where _file_no = {piece.number} and _piece = {piece.at})
    """
