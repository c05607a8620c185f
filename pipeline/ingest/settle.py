"""Rows against each other: exact duplicates count once, two different rows of one key at one time are set aside.

Decided over everything of one system and export time, whichever file or run it came with, so the order does not matter.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.ingest.contract import quoted_name
from pipeline.ingest.rejects import Rejects, as_rejects
from pipeline.warehouse import Warehouse
from schemas.tables import TABLES, Table

SHARED = ("account_keys", "exchange_rates", "targets", "controls", "features")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the incoming rows: duplicates per file, and the rows to set aside."""

    duplicates: pl.DataFrame
    aside: Rejects


def key_sql(table: Table, system: str, namespace: str | None) -> str:
    """The hash that names a row. Ids of a tool are told apart from another tool's; shared facts have one name."""
    parts = [] if table.name in SHARED else [f"'{system}'"]
    for name in table.keys or table.columns:
        value = f"coalesce({quoted_name(name)}::varchar, '')"
        parts.append(f"'{namespace}:' || {value}" if name == table.account_column and namespace else value)
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def row_hash_sql(table: Table) -> str:
    """The hash of everything a row says."""
    values = [f"coalesce({quoted_name(name)}::varchar, chr(30))" for name in table.columns]
    return f"md5(concat_ws(chr(31), {', '.join(values)}, _is_deleted::varchar))"


def settled(warehouse: Warehouse, name: str) -> Settled:
    """Add the rows of temp `arriving` to `accepted.<name>`, all of one system and export time."""
    table = TABLES[name]
    _mark_repeats(warehouse)
    _find_disputes(warehouse, name)
    aside = as_rejects(_losing(warehouse), {"table_name": name})
    _withdraw(warehouse, name)
    if aside.height:
        warehouse.execute("delete from incoming where _key in (select _key from disputed) and not _wins")
    _mark_known(warehouse, table)
    duplicates = warehouse.frame(
        f"select _file_no, '{name}' as table_name, count(*) as duplicates from incoming where _is_repeat group by all"
    )
    columns = "* exclude (_file_no, _piece, _record, _is_repeat, _wins)"
    warehouse.execute(f"insert into accepted.{name} by name select {columns} from incoming where not _is_repeat")
    return Settled(duplicates, aside)


def _mark_repeats(warehouse: Warehouse) -> None:
    """Temp `incoming`: the arriving rows, all but the first of equal ones marked; only crowded keys are sorted."""
    warehouse.execute(
        """
        create or replace temp table incoming as select *, false as _wins, false as _is_repeat from arriving;

        create or replace temp table crowded as
        select * exclude (place) from (
            select _key, _file_no, _piece, _record, row_number() over (
                partition by _key, _row_hash order by _updated_at desc nulls last, _file_no, _line
            ) as place
            from incoming semi join (select _key from incoming group by _key having count(*) > 1) using (_key)
        ) where place > 1;

        update incoming set _is_repeat = true from crowded
        where incoming._file_no = crowded._file_no and incoming._piece = crowded._piece
            and incoming._record = crowded._record
        """
    )


def _find_disputes(warehouse: Warehouse, name: str) -> None:
    """Temp `versions`: the rows of keys with two at this time; `disputed`: these keys and which row wins, if any."""
    warehouse.execute(
        f"""
        create or replace temp table suspects as
        select _key from incoming where not _is_repeat group by _key having count(*) > 1
        union
        select incoming._key from incoming inner join accepted.{name} as standing
            using (_key, _system, _extracted_at)
        where incoming._row_hash <> standing._row_hash
        union
        select key from meta.conflicts semi join incoming
            on key = _key and conflicts.system = _system and extracted_at = _extracted_at
        where table_name = '{name}';

        create or replace temp table versions as
        with
        now as (select _system, _extracted_at from incoming limit 1),
        earlier as (
            select key as _key, updated_at from meta.conflicts
            semi join now on conflicts.system = _system and extracted_at = _extracted_at
            where table_name = '{name}'
        ),
        versions as (
            select _key, _row_hash, _updated_at from incoming semi join suspects using (_key) where not _is_repeat
            union all
            select _key, _row_hash, _updated_at from accepted.{name} semi join suspects using (_key)
            semi join now using (_system, _extracted_at)
        )
        select versions.*, earlier._key is not null as _was_disputed, earlier.updated_at as _disputed_at
        from versions left join earlier using (_key);

        create or replace temp table disputed as
        with tops as (
            select _key, max(_updated_at) as top, bool_or(_was_disputed) as was_disputed,
                max(_disputed_at) as disputed_at
            from versions
            group by _key
            having count(distinct _row_hash) > 1 or bool_or(_was_disputed)
        )
        select _key, any_value(top) as top,
            case when count(distinct _row_hash) = 1
                and any_value(not was_disputed or coalesce(top > disputed_at, false)) then min(_row_hash)
            end as winner
        from tops left join versions using (_key)
        where top is null or versions._updated_at = top
        group by _key;

        update incoming set _wins = true from disputed
        where incoming._key = disputed._key and incoming._row_hash = disputed.winner;

        delete from meta.conflicts using disputed, (select _system, _extracted_at from incoming limit 1) as now
        where table_name = '{name}' and system = now._system and extracted_at = now._extracted_at
            and key = disputed._key;

        insert into meta.conflicts
        select '{name}', now._system, now._extracted_at, _key, top
        from disputed, (select _system, _extracted_at from incoming limit 1) as now
        where winner is null;
        """
    )


def _losing(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.frame(
        """
        select _file_no, _piece, _record, _line,
            case when winner is null then 'conflicting_key' else 'superseded' end as rule,
            case when winner is null then 'Two different rows of one key came with one export time; keep one of them.'
            else 'Nothing to do: a later version of the record came with the same export time.' end as remedy,
            winner is not null as is_aside
        from incoming inner join disputed using (_key)
        where not _wins
        order by all
        """
    )


def _withdraw(warehouse: Warehouse, name: str) -> None:
    """Move rows that stood until now, and no longer do, from accepted to rejected."""
    losing = f"""
        from accepted.{name} as standing
        inner join disputed using (_key)
        semi join incoming using (_system, _extracted_at)
        where standing._row_hash is distinct from disputed.winner
    """
    count = int(warehouse.value(f"select count(*) {losing}"))
    if not count:
        return
    warehouse.execute(
        f"""
        insert into rejected.rows
        select standing._file_id, files.path, '{name}', standing._line, null,
            case when disputed.winner is null then 'conflicting_key' else 'superseded' end, null,
            'Another row of the same key came with the same export time.', to_json(standing), null
        from accepted.{name} as standing
        inner join disputed using (_key)
        inner join meta.files on standing._file_id = files.file_id
        semi join incoming using (_system, _extracted_at)
        where standing._row_hash is distinct from disputed.winner;

        create or replace temp table withdrawn as
        select standing._file_id, standing._line, _key, standing._is_deleted, disputed.winner is not null as is_aside
        {losing};

        update meta.loads set
            accepted = accepted - moved.moved_count, rejected = rejected + moved.moved_count,
            set_aside = set_aside + moved.aside_count, deleted = deleted - moved.deleted_count
        from (
            select _file_id, count(*) as moved_count, count(*) filter (is_aside) as aside_count,
                count(*) filter (_is_deleted) as deleted_count
            from withdrawn group by all
        ) as moved
        where file_id = moved._file_id and table_name = '{name}';

        delete from accepted.{name} using withdrawn
        where accepted.{name}._file_id = withdrawn._file_id and accepted.{name}._line = withdrawn._line
            and accepted.{name}._key = withdrawn._key;
        """
    )


def _mark_known(warehouse: Warehouse, table: Table) -> None:
    """Rows that are accepted already: of a snapshot the same at this time, of events the same at any time."""
    at_this_time = "" if table.kind == "events" else "and standing._extracted_at = incoming._extracted_at"
    warehouse.execute(
        f"""
        update incoming set _is_repeat = true where exists (
            from accepted.{table.name} as standing
            where standing._system = incoming._system and standing._key = incoming._key
                and standing._row_hash = incoming._row_hash {at_this_time}
        )
        """
    )
    if table.kind == "events":
        warehouse.execute(
            f"""
            update accepted.{table.name} as standing set _extracted_at = incoming._extracted_at from incoming
            where standing._system = incoming._system and standing._key = incoming._key
                and standing._row_hash = incoming._row_hash and standing._extracted_at < incoming._extracted_at
            """
        )
