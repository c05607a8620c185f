"""Why a record is not accepted: one line per reason, with the record, the column, the value and what to do.

The reasons of a load wait in the temp table `reasons`, and end in `rejected.rows` with the record as the file has it. A
file may be wrong in every row, so none of them passes through Python but what only Python can say.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import polars as pl

from pipeline.ingest.contract import quoted_name
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.landing import Broken, broken_records
from pipeline.ingest.pieces import Piece, taken_by
from pipeline.ingest.redaction import FORGOTTEN
from pipeline.ingest.remedies import remedy_for
from pipeline.ingest.sql_text import quoted
from pipeline.ingest.validate import broken_sql, checked
from pipeline.warehouse import Warehouse

REASONS = {
    "_file_no": "BIGINT",
    "_piece": "BIGINT",
    "table_name": "VARCHAR",
    "_record": "BIGINT",
    "_line": "BIGINT",
    "column_name": "VARCHAR",
    "rule": "VARCHAR",
    "value": "VARCHAR",
    "remedy": "VARCHAR",
    "is_aside": "BOOLEAN DEFAULT false",
}
ASIDE = {
    "blank_row": "Nothing to do: the row is empty.",
    "repeated_header": "Nothing to do: the row repeats the header.",
    "footer": "Nothing to do: the line belongs to the report, not to its rows.",
    "not_selected": "Nothing to do: no table takes rows like this one.",
    "forgotten": "Nothing to do: the row is of an account or person that was forgotten.",
    "superseded": "Nothing to do: a later version of the record is in the same export.",
}
IN_FRAMES = 1_000_000
AT_ONCE = 500_000


def no_reasons(warehouse: Warehouse) -> None:
    """Begin the account of a load."""
    columns = ", ".join(f"{name} {kind}" for name, kind in REASONS.items())
    warehouse.execute(f"create or replace temp table reasons ({columns})")


def note_reasons(warehouse: Warehouse, piece: Piece) -> None:
    """Everything about the piece's rows that keeps them out, before they are compared with others."""
    _note_set_aside(warehouse, piece)
    _note_misread(warehouse, piece)
    _note_unkeyed(warehouse, piece)
    _note_invalid(warehouse, piece)
    if piece.is_primary:
        _note_broken(warehouse, piece)
        tables = piece.delivery.file.file.table
        if all(table.where for table in tables):
            taken = [taken_by(piece.number, at, table.table) for at, table in enumerate(tables)]
            _note_unselected(warehouse, piece, taken)


def first_reason(warehouse: Warehouse, table: str) -> tuple[Any, ...]:
    """Line, column, rule and value of the first record of a table that a person should correct."""
    first = """
        select _line, column_name, rule, value from reasons where table_name = ? and not is_aside
        order by _file_no, _line, column_name nulls last, rule, value limit 1
    """
    return warehouse.frame(first, [table]).row(0)


def write_rejected(warehouse: Warehouse, deliveries: Sequence[Delivery], file_ids: Sequence[str]) -> None:
    """Add the reasons to `rejected.rows`, with the file and the record as the file has it."""
    for number, (one, identity) in enumerate(zip(deliveries, file_ids, strict=True)):
        warehouse.add(
            "rejected.rows",
            f"""
            select '{identity}' as file_id, {quoted(one.path)} as path, table_name, reasons._line as line, column_name,
                rule, value, remedy, {_json_sql(one.file.header.names)} as row_json, reasons._record as record
            from reasons left join landed_{number} as landed on reasons._record = landed._record
            where _file_no = {number}
            """,
        )


def _json_sql(names: Sequence[str]) -> str:
    """The landed cells of a record as one JSON object, without those that are null; null where it was not landed."""
    places = {name: place for place, name in enumerate(names)}
    cells = ", ".join(
        f"{quoted(json.dumps(name, ensure_ascii=False) + ': ')} || to_json(c{place})::varchar"
        for name, place in places.items()
    )
    return f"case when landed._record is not null then '{{' || concat_ws(', ', {cells}) || '}}' end"


def _note(warehouse: Warehouse, piece: Piece, select: str) -> None:
    """Add the lines of a select, which has some of the columns of a reason."""
    about = f"{piece.number} as _file_no, {piece.at} as _piece, '{piece.table.name}' as table_name"
    warehouse.add("reasons", f"select {about}, * from ({select})")


def _note_frame(warehouse: Warehouse, piece: Piece, found: pl.DataFrame) -> None:
    if found.height:
        with warehouse.lending("found_reasons", found):
            _note(warehouse, piece, "from found_reasons")


def _note_set_aside(warehouse: Warehouse, piece: Piece) -> None:
    """Rows that are no facts by a rule of the source: previews, totals, blank rows."""
    remedies = ASIDE | {rule.rule: rule.remedy for rule in piece.table_map.set_aside}
    told = " ".join(f"when {quoted(rule)} then {quoted(remedy)}" for rule, remedy in remedies.items())
    _note(
        warehouse,
        piece,
        f"""
        select _record, _line, _set_aside as rule, case _set_aside {told} else '' end as remedy, true as is_aside
        from {piece.name} where _set_aside is not null
        """,
    )


def _note_misread(warehouse: Warehouse, piece: Piece) -> None:
    """Cells that had text and have no value: unreadable, an unknown value, an id that Excel destroyed."""
    problems = f"(select _record, _line, unnest(_problems) as problem from {piece.name} where len(_problems) > 0)"
    kinds = warehouse.frame(
        f'select distinct problem.rule, problem."column" as column_name, problem.kind from {problems}'
    )
    remedies = [
        remedy_for(str(rule), str(column), str(kind), piece.table, piece.delivery.system)
        for rule, column, kind in kinds.rows()
    ]
    with warehouse.lending("kinds_of_problems", kinds.with_columns(pl.Series("remedy", remedies, pl.String))):
        _note(
            warehouse,
            piece,
            f"""
            select _record, _line, column_name, rule, problem."value", remedy
            from {problems} inner join kinds_of_problems
                on problem.rule = rule and problem."column" = column_name and problem.kind = kind
            """,
        )


def _note_unkeyed(warehouse: Warehouse, piece: Piece) -> None:
    """Deleted records without the key that would say what was deleted."""
    nameless = [key for key in piece.table.keys if not piece.table.schema.columns[key].nullable]
    if nameless:
        missing = " or ".join(f"{quoted_name(key)} is null" for key in nameless)
        _note(
            warehouse,
            piece,
            f"""
            select _record, _line, '{nameless[0]}' as column_name, 'required' as rule
            from {piece.name} where _is_deleted and _set_aside is null and ({missing})
            """,
        )


def _note_invalid(warehouse: Warehouse, piece: Piece) -> None:
    """The broken rules of rows whose cells could all be read; by pandera, or by its SQL where rows are too many."""
    readable = f"{piece.name} where len(_problems) = 0 and _set_aside is null and not _is_deleted"
    if warehouse.value(f"select count(*) from {readable}") > IN_FRAMES:
        _note(warehouse, piece, broken_sql(piece.table, f"(from {readable})"))
        return
    columns = ", ".join(quoted_name(name) for name in piece.table.columns)
    for first in range(0, piece.delivery.text.records.count, AT_ONCE):
        frame = warehouse.frame(
            f"select _record, _line, {columns} from {readable} "
            f"and _record >= {first} and _record < {first + AT_ONCE} order by _record"
        )
        problems = checked(frame.select(*piece.table.columns), piece.table)
        places = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("_row"), "_record", "_line")
        _note_frame(warehouse, piece, problems.join(places, on="_row", maintain_order="left").drop("_row"))


def _note_broken(warehouse: Warehouse, piece: Piece) -> None:
    """Records that do not fit the header, and lines that are no records."""
    if piece.landed.broken_count:
        file = piece.delivery.file
        broken = broken_records(piece.delivery.text, file)
        while some := list(islice(broken, AT_ONCE // 10)):
            _note_frame(warehouse, piece, _structural(some, file.file.footer))


def _structural(broken: Iterable[Broken], footer: Sequence[str]) -> pl.DataFrame:
    """What is wrong with each; lines that the source knows as a footer are set aside."""
    rows: list[tuple[int, int, str, str | None, str, bool]] = []
    for one in broken:
        if one.reason == FORGOTTEN:
            rows.append((one.record, one.line, "forgotten", None, ASIDE["forgotten"], True))
            continue
        is_footer = any(re.search(pattern, one.text) for pattern in footer)
        rule = "footer" if is_footer else "broken_record"
        remedy = ASIDE["footer"] if is_footer else f"It has {one.reason}; export again, or correct this line."
        rows.append((one.record, one.line, rule, one.text[:500], remedy, is_footer))
    kinds = {"_record": pl.Int64, "_line": pl.Int64, "rule": pl.String, "value": pl.String, "remedy": pl.String}
    return pl.DataFrame(rows, schema=kinds | {"is_aside": pl.Boolean}, orient="row")


def _note_unselected(warehouse: Warehouse, piece: Piece, names: Sequence[str]) -> None:
    """Records that no table of the source takes."""
    taken = " union all ".join(f"select _record from {name}" for name in names)
    _note(
        warehouse,
        piece,
        f"""
        select _record, _line, 'not_selected' as rule, {quoted(ASIDE["not_selected"])} as remedy, true as is_aside
        from {piece.landed.view} anti join ({taken}) using (_record)
        """,
    )
