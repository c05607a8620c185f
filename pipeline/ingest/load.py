"""Loading the files of one export and export time: typed, checked, and settled against each other and what stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.ingest.absent import mark_deletions, note_keys, withdraw_deletions
from pipeline.ingest.contract import quoted_name
from pipeline.ingest.counts import counted, rejected_rows
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.events import USAGE
from pipeline.ingest.landing import temporary
from pipeline.ingest.pieces import Piece, drop_piece, pieces_of, taken_by
from pipeline.ingest.readings import readings
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
from pipeline.ingest.settle import Settled, key_sql, row_hash_sql, settled
from pipeline.ingest.store import READINGS
from pipeline.ingest.usage import add_slice
from pipeline.ingest.usage_days import Part, Slice
from pipeline.ingest.validate import broken_sql, checked
from pipeline.warehouse import Warehouse

IN_FRAMES = 1_000_000
AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the files: counts per file and table, the lines of `rejected.rows`, and how columns were read."""

    counts: pl.DataFrame
    rejected: pl.DataFrame
    readings: pl.DataFrame


def load(warehouse: Warehouse, deliveries: Sequence[Delivery], file_ids: Sequence[str], zone: str) -> Loaded:
    """Add the good rows of the files to `accepted`. The files are of one export and one export time.

    Runs inside the caller's transaction, who looks at the counts and decides whether it stands.
    """
    pieces = [piece for number, one in enumerate(deliveries) for piece in pieces_of(warehouse, number, one, zone)]
    rejects = pl.concat([NONE, *(found for piece in pieces for found in _rejects(warehouse, piece))])
    outcomes = [_settled(warehouse, mine, file_ids, rejects, zone) for mine in _by_table(pieces)]
    rejects = pl.concat([rejects, *(one.aside for one in outcomes)])
    counts = counted(warehouse, pieces, file_ids, rejects, pl.concat(one.duplicates for one in outcomes))
    rows = rejected_rows(warehouse, deliveries, file_ids, rejects)
    for mine in _by_table(pieces):
        mark_deletions(warehouse, mine[0].table, mine[0].delivery.system, mine[0].delivery.exported_at)
    for piece in pieces:
        drop_piece(warehouse, piece)
    return Loaded(counts, rows, _readings(pieces, file_ids, zone))


def _by_table(pieces: Sequence[Piece]) -> list[list[Piece]]:
    names = dict.fromkeys(piece.table.name for piece in pieces)
    return [[piece for piece in pieces if piece.table.name == name] for name in names]


def _settled(
    warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], rejects: Rejects, zone: str
) -> Settled:
    """Add the good rows of one table's pieces to what stands."""
    first = pieces[0]
    if first.table.name == USAGE:
        return Settled(_repeats(warehouse, pieces, file_ids, zone), NONE)
    withdraw_deletions(warehouse, first.table, first.delivery.system, first.delivery.exported_at)
    _arrive(warehouse, pieces, file_ids, rejects)
    outcome = settled(warehouse, first.table.name)
    note_keys(warehouse, pieces, file_ids)
    return outcome


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


def _rejects(warehouse: Warehouse, piece: Piece) -> Iterator[Rejects]:
    """Everything about the piece's rows that keeps them out, before they are compared with others."""
    about: About = {"_file_no": piece.number, "_piece": piece.at, "table_name": piece.table.name}
    yield set_aside_rows(warehouse, piece.name, about, piece.table_map)
    yield misread_rows(warehouse, piece.name, about, piece.table, piece.delivery.system)
    yield unkeyed_rows(warehouse, piece.name, about, piece.table)
    for problems in _invalid(warehouse, piece):
        yield as_rejects(problems, about)
    if piece.is_primary:
        tables = piece.delivery.file.file.table
        yield structural_rows(piece.landed.broken, about, piece.delivery.file.file.footer)
        if all(table.where for table in tables):
            taken = [taken_by(piece.number, at, table.table) for at, table in enumerate(tables)]
            yield unselected_rows(warehouse, piece.landed.view, taken, about)


def _invalid(warehouse: Warehouse, piece: Piece) -> Iterator[pl.DataFrame]:
    """The broken rules of rows whose cells could all be read; by pandera, or by its SQL where rows are too many."""
    readable = f"{piece.name} where len(_problems) = 0 and _set_aside is null and not _is_deleted"
    if warehouse.value(f"select count(*) from {readable}") > IN_FRAMES:
        yield warehouse.frame(f"{broken_sql(piece.table, f'(from {readable})')} order by _record")
        return
    columns = ", ".join(quoted_name(name) for name in piece.table.columns)
    for first in range(0, piece.delivery.text.records.count, AT_ONCE):
        frame = warehouse.frame(
            f"select _record, _line, {columns} from {readable} "
            f"and _record >= {first} and _record < {first + AT_ONCE} order by _record"
        )
        problems = checked(frame.select(*piece.table.columns), piece.table)
        places = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("_row"), "_record", "_line")
        yield problems.join(places, on="_row", maintain_order="left")


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
