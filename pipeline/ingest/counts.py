"""The account of a load: for every file and table, rows read = accepted + rejected + duplicates."""

from collections.abc import Sequence

import polars as pl

from pipeline.errors import RunFailed
from pipeline.ingest.events import USAGE
from pipeline.ingest.pieces import Piece
from pipeline.warehouse import Warehouse

WHERE = ["_file_no", "table_name"]


def counted(
    warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], duplicates: pl.DataFrame
) -> pl.DataFrame:
    """Per file and table: rows_read, accepted (deleted is part of it), rejected (set_aside is), duplicates.

    rows_read comes from the byte counter, the others from what was done. Raises RunFailed when they do not balance.
    """
    read = (
        pl.concat([_rows_read(warehouse, piece, pieces) for piece in pieces])
        .group_by(WHERE)
        .agg(pl.col("rows_read").sum())
    )
    joined = read
    accepted = pl.concat([*_accepted(warehouse, pieces, file_ids), *_accepted_events(warehouse, pieces, duplicates)])
    for part in (accepted, _rejected(warehouse), duplicates):
        joined = joined.join(part, on=WHERE, how="left")
    counts = joined.fill_null(0).sort(WHERE)
    _check_balance(counts, pieces)
    return counts


def _rejected(warehouse: Warehouse) -> pl.DataFrame:
    """Records with a reason; set aside are those that have no other reason than a rule of the source."""
    return warehouse.frame(
        """
        select _file_no, table_name, count(*) as rejected, count(*) filter (is_aside) as set_aside
        from (
            select _file_no, table_name, _piece, _record, _line, bool_and(is_aside) as is_aside
            from reasons group by all
        )
        group by all
        """
    )


def _rows_read(warehouse: Warehouse, piece: Piece, pieces: Sequence[Piece]) -> pl.DataFrame:
    """Records of the file that the table answers for: of the first table, all that no other one takes."""
    if piece.is_primary:
        rows = piece.landed.data_count - _taken_by_others_only(warehouse, piece, pieces)
    else:
        rows = int(warehouse.value(f"select count(*) from {piece.taken}"))
    return pl.DataFrame({"_file_no": [piece.number], "table_name": [piece.table.name], "rows_read": [rows]})


def _taken_by_others_only(warehouse: Warehouse, piece: Piece, pieces: Sequence[Piece]) -> int:
    others = [other.taken for other in pieces if other.number == piece.number and not other.is_primary]
    if not others:
        return 0
    taken = " union ".join(f"select _record from {name}" for name in others)
    return int(warehouse.value(f"select count(*) from ({taken}) anti join {piece.taken} using (_record)"))


def _accepted(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str]) -> list[pl.DataFrame]:
    numbers = pl.DataFrame({"_file_id": list(file_ids), "_file_no": list(range(len(file_ids)))})
    with warehouse.lending("loading_files", numbers):
        return [
            warehouse.frame(
                f"""
                select _file_no, '{name}' as table_name, count(*) as accepted,
                    count(*) filter (_is_deleted) as deleted
                from accepted.{name} inner join loading_files using (_file_id)
                group by all
                """
            )
            for name in dict.fromkeys(piece.table.name for piece in pieces if not piece.origin)
        ]


def _accepted_events(warehouse: Warehouse, pieces: Sequence[Piece], duplicates: pl.DataFrame) -> list[pl.DataFrame]:
    """Usage events that count, and those that their tool deleted; repeats count elsewhere."""
    views = [(piece.number, piece.taken) for piece in pieces if piece.origin]
    if not views:
        return []
    events = " union all ".join(
        f"select {number}::bigint as _file_no, _is_good, _is_deleted from {view}" for number, view in views
    )
    told = warehouse.frame(
        f"""
        select _file_no, '{USAGE}' as table_name, count(*) filter (_is_good or _is_deleted) as accepted,
            count(*) filter (_is_deleted) as deleted
        from ({events}) group by _file_no
        """
    )
    repeats = told.join(duplicates, on=WHERE, how="left")["duplicates"].fill_null(0)
    return [told.with_columns(accepted=pl.col("accepted") - repeats)]


def _check_balance(counts: pl.DataFrame, pieces: Sequence[Piece]) -> None:
    total = pl.col("accepted") + pl.col("rejected") + pl.col("duplicates")
    for row in counts.filter(pl.col("rows_read") != total).to_dicts():
        path = next(piece.delivery.path for piece in pieces if piece.number == row["_file_no"])
        raise RunFailed(
            f"{path}: {row['rows_read']} rows read for {row['table_name']}, but {row['accepted']} accepted, "
            f"{row['rejected']} rejected and {row['duplicates']} duplicates",
            "This is a fault of Bellwether, not of the file; nothing of it was loaded.",
        )
