"""Loading the files of one export and export time: typed, checked, and settled against each other and what stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.ingest.absent import mark_deletions, note_keys, withdraw_deletions
from pipeline.ingest.contract import quoted_name
from pipeline.ingest.counts import counted
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.events import USAGE
from pipeline.ingest.pieces import Piece, drop_piece, pieces_of
from pipeline.ingest.readings import readings
from pipeline.ingest.rejects import no_reasons, note_reasons, write_rejected
from pipeline.ingest.settle import key_sql, row_hash_sql, settle
from pipeline.ingest.store import READINGS
from pipeline.ingest.usage import add_slice
from pipeline.ingest.usage_days import Part, Slice
from pipeline.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the files: counts per file and table, and how columns were read."""

    counts: pl.DataFrame
    readings: pl.DataFrame


def load(warehouse: Warehouse, deliveries: Sequence[Delivery], file_ids: Sequence[str], zone: str) -> Loaded:
    """Add the good rows of the files to `accepted`, the others to `rejected.rows`. All are of one export and its time.

    Runs inside the caller's transaction, who looks at the counts and decides whether it stands.
    """
    pieces = [piece for number, one in enumerate(deliveries) for piece in pieces_of(warehouse, number, one, zone)]
    no_reasons(warehouse)
    for piece in pieces:
        note_reasons(warehouse, piece)
    duplicates = pl.concat(_settled(warehouse, mine, file_ids, zone) for mine in _by_table(pieces))
    counts = counted(warehouse, pieces, file_ids, duplicates)
    write_rejected(warehouse, deliveries, file_ids)
    for mine in _by_table(pieces):
        mark_deletions(warehouse, mine[0].table, mine[0].delivery.system, mine[0].delivery.exported_at)
    for piece in pieces:
        drop_piece(warehouse, piece)
    return Loaded(counts, _readings(pieces, file_ids, zone))


def _by_table(pieces: Sequence[Piece]) -> list[list[Piece]]:
    names = dict.fromkeys(piece.table.name for piece in pieces)
    return [[piece for piece in pieces if piece.table.name == name] for name in names]


def _settled(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], zone: str) -> pl.DataFrame:
    """Add the good rows of one table's pieces to what stands; returns how many duplicates each file had."""
    first = pieces[0]
    if first.table.name == USAGE:
        return _repeats(warehouse, pieces, file_ids, zone)
    withdraw_deletions(warehouse, first.table, first.delivery.system, first.delivery.exported_at)
    _arrive(warehouse, pieces, file_ids)
    duplicates = settle(warehouse, first.table.name)
    note_keys(warehouse, pieces, file_ids)
    return duplicates


def _readings(pieces: Sequence[Piece], file_ids: Sequence[str], zone: str) -> pl.DataFrame:
    """The lines of `meta.readings`."""
    rows = [
        (identity, one.table, one.column, one.header, one.kind, one.how)
        for number, identity in enumerate(file_ids)
        if (mine := [piece for piece in pieces if piece.number == number])
        for one in readings(mine[0].delivery.file, [piece.decided for piece in mine], zone)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(READINGS, pl.String), orient="row")


def slice_of(pieces: Sequence[Piece], file_ids: Sequence[str], zone: str) -> Slice:
    """The usage events of files of one system and export time, as one slice."""
    first = pieces[0]
    parts = [Part(piece.taken, file_ids[piece.number], piece.namespace or piece.delivery.system) for piece in pieces]
    is_united = first.table_map.slice == "upload"
    return Slice(first.delivery.system, first.delivery.exported_at, is_united, zone, parts)


def _repeats(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], zone: str) -> pl.DataFrame:
    """Add usage events to their days; how many of each file repeat one that counts already."""
    repeats = add_slice(warehouse, slice_of(pieces, file_ids, zone))
    rows = [(number, USAGE, repeats[file]) for number, file in enumerate(file_ids) if file in repeats]
    schema = {"_file_no": pl.Int64, "table_name": pl.String, "duplicates": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _arrive(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str]) -> None:
    """Temp view `arriving`: the good rows of the pieces, with where they come from and what names them."""
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
        where _record not in (select _record from reasons where _file_no = {piece.number} and _piece = {piece.at})
    """
