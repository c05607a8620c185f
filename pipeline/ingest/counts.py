"""The account of a load: for every file and table, rows read = accepted + rejected + duplicates."""

import json
from collections.abc import Sequence

import polars as pl

from pipeline.errors import RunFailed
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.events import USAGE
from pipeline.ingest.pieces import Piece
from pipeline.ingest.rejects import Rejects
from pipeline.warehouse import Warehouse

WHERE = ["_file_no", "table_name"]


def counted(
    warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str], rejects: Rejects, duplicates: pl.DataFrame
) -> pl.DataFrame:
    """Per file and table: rows_read, accepted (deleted is part of it), rejected (set_aside is), duplicates.

    rows_read comes from the byte counter, the others from what was done. Raises RunFailed when they do not balance.
    """
    read = (
        pl.concat([_rows_read(warehouse, piece, pieces) for piece in pieces])
        .group_by(WHERE)
        .agg(pl.col("rows_read").sum())
    )
    rows = rejects.group_by(*WHERE, "_piece", "_record", "_line").agg(pl.col("is_aside").all())
    rejected = rows.group_by(WHERE).agg(
        rejected=pl.len().cast(pl.Int64), set_aside=pl.col("is_aside").sum().cast(pl.Int64)
    )
    joined = read
    accepted = pl.concat([*_accepted(warehouse, pieces, file_ids), *_accepted_events(warehouse, pieces, duplicates)])
    for part in (accepted, rejected, duplicates.cast({"_file_no": pl.Int64})):
        joined = joined.join(part, on=WHERE, how="left")
    counts = joined.fill_null(0).sort(WHERE)
    _check_balance(counts, pieces)
    return counts


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


def rejected_rows(
    warehouse: Warehouse, deliveries: Sequence[Delivery], file_ids: Sequence[str], rejects: Rejects
) -> pl.DataFrame:
    """The lines of `rejected.rows`: every reason with the file, and the record as the file has it."""
    frames = [_with_cells(warehouse, number, one, rejects) for number, one in enumerate(deliveries)]
    files = pl.DataFrame(
        {"file_id": list(file_ids), "path": [one.path for one in deliveries]},
        schema={"file_id": pl.String, "path": pl.String},
    ).with_columns(_file_no=pl.int_range(pl.len(), dtype=pl.Int64))
    return (
        pl.concat(frames)
        .join(files, on="_file_no")
        .sort("_file_no", "table_name", "_line", "column_name", "rule", "value", nulls_last=True)
        .select(
            "file_id",
            "path",
            "table_name",
            pl.col("_line").alias("line"),
            "column_name",
            "rule",
            "value",
            "remedy",
            "row_json",
            pl.col("_record").alias("record"),
        )
    )


def _with_cells(warehouse: Warehouse, number: int, one: Delivery, rejects: Rejects) -> pl.DataFrame:
    mine = rejects.filter(pl.col("_file_no") == number)
    with warehouse.lending("rejected_records", mine.select("_record").unique()):
        cells = warehouse.frame(
            f"select * exclude (_line) from landed_{number} semi join rejected_records using (_record)"
        )
    texts = [_as_json(one.file.header.names, row) for row in cells.drop("_record").rows()]
    records = cells.select("_record").with_columns(row_json=pl.Series(texts, dtype=pl.String))
    return mine.join(records, on="_record", how="left")


def _as_json(names: Sequence[str], cells: Sequence[str | None]) -> str:
    return json.dumps(
        {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}, ensure_ascii=False
    )
