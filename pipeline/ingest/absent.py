"""Records that a full export no longer holds: deleted at its source, and marked so from the time of that export on.

For every export that says it is full, the keys of each export time are kept. A key that stood before and is absent gets
a deleted version. These versions follow from the kept keys alone: a late or second file makes them anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.ingest.contract import quoted_name
from pipeline.ingest.pieces import Piece
from pipeline.ingest.settle import key_sql
from pipeline.warehouse import Warehouse
from schemas.tables import Table

ABSENT = "~absent"  # sorts behind every hash: a row that came at the same time stands


@dataclass(frozen=True, slots=True)
class Full:
    """One full export at one time."""

    table: Table
    system: str
    export: str
    extracted_at: datetime

    @property
    def place(self) -> str:
        """The lines of meta.full_exports and meta.full_keys about all times of this export."""
        return f"table_name = '{self.table.name}' and system = '{self.system}' and export = '{self.export}'"


def withdraw_deletions(warehouse: Warehouse, table: Table, system: str, since: datetime) -> None:
    """Take back what was concluded from full exports since a time, because more of that time is about to be added."""
    warehouse.execute(
        f"delete from accepted.{table.name} where _row_hash = '{ABSENT}' and _system = ? and _extracted_at >= ?",
        [system, since],
    )


def note_keys(warehouse: Warehouse, pieces: Sequence[Piece], file_ids: Sequence[str]) -> None:
    """Keep which keys the files of one load have, if they are a full export of the pieces' table.

    Rejected rows have their keys too. An export with rows whose key cannot be read is incomplete and deletes nothing.
    """
    first = pieces[0]
    if not (first.table.keys and any(piece.table_map.is_full for piece in pieces)):
        return
    full = _full(first)
    rows = " union all ".join(_keys_sql(piece) for piece in pieces)
    is_whole = not any(piece.landed.broken_count for piece in pieces)
    values = f"'{full.table.name}', '{full.system}', '{full.export}', timestamp '{full.extracted_at}'"
    warehouse.execute(
        f"""
        insert into meta.full_exports
        select {values}, '{min(file_ids[piece.number] for piece in pieces)}', {is_whole} and count(*) = count(key), null
        from ({rows});

        insert into meta.full_keys
        select distinct {values}, key from ({rows}) where key is not null
        """
    )


def mark_deletions(warehouse: Warehouse, table: Table, system: str, since: datetime) -> None:
    """Add a deleted version of every key that a full export of this time or a later one no longer has."""
    rows = warehouse.frame(
        """
        select distinct export, extracted_at from meta.full_exports
        where table_name = ? and system = ? and extracted_at >= ? order by extracted_at, export
        """,
        [table.name, system, since],
    )
    for export, extracted_at in rows.rows():
        _conclude(warehouse, Full(table, system, export, extracted_at))


def _full(piece: Piece) -> Full:
    return Full(piece.table, piece.delivery.system, piece.delivery.export, piece.delivery.exported_at)


def _keys_sql(piece: Piece) -> str:
    named = " and ".join(
        f"{quoted_name(key)} is not null" for key in piece.table.keys if not piece.table.schema.columns[key].nullable
    )
    key = key_sql(piece.table, piece.delivery.system, piece.namespace)
    return f"select case when {named} then {key} end as key from {piece.name} where _set_aside is null"


def _conclude(warehouse: Warehouse, full: Full) -> None:
    """Decide what the export of one time means for the keys that stood before it, and add the deleted versions."""
    moment = f"timestamp '{full.extracted_at}'"
    warehouse.execute(
        f"""
        create or replace temp table lost_keys as
        with
        last_whole as (
            select max(extracted_at) as extracted_at from meta.full_exports
            where {full.place} and extracted_at < {moment} and outcome = 'whole'
        ),
        standing as (
            select distinct key from meta.full_keys, last_whole
            where {full.place} and full_keys.extracted_at < {moment}
                and full_keys.extracted_at >= coalesce(last_whole.extracted_at, full_keys.extracted_at)
        )
        select key, keys.key is null as is_lost
        from standing left join (from meta.full_keys where {full.place} and extracted_at = {moment}) as keys using (key)
        """
    )
    outcome = _outcome(warehouse, full, moment)
    warehouse.execute(
        f"update meta.full_exports set outcome = '{outcome}' where {full.place} and extracted_at = {moment}"
    )
    if outcome == "whole":
        _delete_lost(warehouse, full, moment)
    warehouse.execute("drop table lost_keys")


def _outcome(warehouse: Warehouse, full: Full, moment: str) -> str:
    """`whole`, `partial` (keys were unreadable) or `held` (more than half of the keys are gone), which is reported."""
    warehouse.execute(f"delete {_held(full)} and extracted_at = {moment}")
    place = f"meta.full_exports where {full.place} and extracted_at = {moment}"
    if not warehouse.value(f"select bool_and(is_complete) from {place}"):
        return "partial"
    was, lost = warehouse.frame("select count(*), count(*) filter (is_lost) from lost_keys").row(0)
    if lost * 2 <= was:
        warehouse.execute(f"delete {_held(full)} and extracted_at < {moment}")
        return "whole"
    warehouse.execute(
        f"""
        insert into meta.held_back by name
        select table_name, system, extracted_at, min(file_id) as file_id, {was} as was_count, {was - lost} as is_count
        from {place} group by all
        """
    )
    return "held"


def _held(full: Full) -> str:
    """What was held back of the table; an export that came whole settles what was held back before it."""
    return f"from meta.held_back where table_name = '{full.table.name}' and system = '{full.system}'"


def _delete_lost(warehouse: Warehouse, full: Full, moment: str) -> None:
    """A deleted version of each lost key, with the attributes that it had last; none where it was deleted already."""
    name = full.table.name
    warehouse.add(
        f"accepted.{name}",
        f"""
        select * replace (
            {moment} as _extracted_at, 0 as _line, '{ABSENT}' as _row_hash, true as _is_deleted,
            null as _updated_at, (
                select min(file_id) from meta.full_exports where {full.place} and extracted_at = {moment}
            ) as _file_id
        )
        from (
            select * from accepted.{name}
            where _system = '{full.system}' and _extracted_at < {moment}
                and _key in (select key from lost_keys where is_lost)
            qualify row_number() over (
                partition by _key order by _extracted_at desc, _row_hash, _file_id, _line
            ) = 1
        )
        where not _is_deleted
        """,
    )
