"""Rows against each other: exact duplicates count once, two different rows of one key at one time are set aside.

Decided over everything of one system and export time, whichever file or run it came with, so the order does not matter.
"""

import polars as pl

from pipeline.ingest.contract import quoted_name
from pipeline.warehouse import Warehouse
from schemas.tables import TABLES, Table

SHARED = ("account_keys", "exchange_rates", "targets", "controls", "features")


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


def settle(warehouse: Warehouse, name: str) -> pl.DataFrame:
    """Add the rows of temp `arriving` to `accepted.<name>`, all of one system and export time.

    Rows to set aside go to `reasons`; returns how many duplicates each file had.
    """
    warehouse.execute(
        """
        create or replace temp table incoming as from arriving;
        create or replace temp table duplicates (_file_no bigint, duplicates bigint)
        """
    )
    _find_disputes(warehouse, name)
    _withdraw(warehouse, name)
    _set_losing_aside(warehouse, name)
    _drop_repeats(warehouse)
    _drop_known(warehouse, TABLES[name])
    columns = "* exclude (_file_no, _piece, _record)"
    warehouse.add(f"accepted.{name}", f"select {columns} from incoming")
    return warehouse.frame(
        f"""
        select _file_no, '{name}' as table_name, sum(duplicates)::bigint as duplicates from duplicates group by _file_no
        """
    )


def _find_disputes(warehouse: Warehouse, name: str) -> None:
    """Temp `versions`: the rows of keys with two at this time; `disputed`: these keys and which row wins, if any."""
    warehouse.execute(
        f"""
        create or replace temp table suspects as
        select _key from incoming group by _key having min(hash(_row_hash)) <> max(hash(_row_hash))
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
            select _key, _row_hash, _updated_at from incoming semi join suspects using (_key)
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
            having min(hash(_row_hash)) <> max(hash(_row_hash)) or bool_or(_was_disputed)
        )
        select _key, any_value(top) as top,
            case when min(hash(_row_hash)) = max(hash(_row_hash))
                and any_value(not was_disputed or coalesce(top > disputed_at, false)) then any_value(_row_hash)
            end as winner
        from tops left join versions using (_key)
        where top is null or versions._updated_at = top
        group by _key;

        delete from meta.conflicts using disputed, (select _system, _extracted_at from incoming limit 1) as now
        where table_name = '{name}' and system = now._system and extracted_at = now._extracted_at
            and key = disputed._key;

        insert into meta.conflicts
        select '{name}', now._system, now._extracted_at, _key, top
        from disputed, (select _system, _extracted_at from incoming limit 1) as now
        where winner is null;
        """
    )


def _set_losing_aside(warehouse: Warehouse, name: str) -> None:
    """Take the incoming rows that lost out of `incoming`, the repeats of such a row with it."""
    warehouse.add(
        "reasons",
        f"""
        select _file_no, _piece, '{name}' as table_name, _record, _line,
            case when winner is null then 'conflicting_key' else 'superseded' end as rule,
            case when winner is null then 'Two different rows of one key came with one export time; keep one of them.'
            else 'Nothing to do: a later version of the record came with the same export time.' end as remedy,
            winner is not null as is_aside
        from incoming inner join disputed using (_key)
        where _row_hash is distinct from winner
        """,
    )
    warehouse.execute(
        """
        delete from incoming using disputed
        where incoming._key = disputed._key and incoming._row_hash is distinct from disputed.winner
        """
    )


def _drop_repeats(warehouse: Warehouse) -> None:
    """Of equal rows the latest stays, the first of them where several are; the others are duplicates."""
    _drop(
        warehouse,
        """
        with
        crowded as (
            select rowid as _at, _key, _row_hash, _updated_at, _file_no
            from incoming semi join (select _key from incoming group by _key having count(*) > 1) using (_key)
        ),
        latest as (select _key, _row_hash, max(_updated_at) as top from crowded group by _key, _row_hash),
        staying as (
            select min(_at) as _at from crowded inner join latest using (_key, _row_hash)
            where _updated_at is not distinct from top
            group by _key, _row_hash
        )
        select _at, _file_no from crowded anti join staying using (_at)
        """,
    )


def _drop_known(warehouse: Warehouse, table: Table) -> None:
    """Rows that are accepted already: of a snapshot the same at this time, of events the same at any time."""
    if table.kind == "events":
        warehouse.execute(
            f"""
            update accepted.{table.name} as standing set _extracted_at = incoming._extracted_at from incoming
            where standing._system = incoming._system and standing._key = incoming._key
                and standing._row_hash = incoming._row_hash and standing._extracted_at < incoming._extracted_at
            """
        )
    at_this_time = "" if table.kind == "events" else ", _extracted_at"
    _drop(
        warehouse,
        f"""
        select incoming.rowid as _at, incoming._file_no
        from incoming semi join accepted.{table.name} as standing using (_system, _key, _row_hash{at_this_time})
        """,
    )


def _drop(warehouse: Warehouse, doubles: str) -> None:
    """Take rows of `incoming` out of it, and count them for their files."""
    warehouse.execute(
        f"""
        create or replace temp table doubles as {doubles};
        insert into duplicates select _file_no, count(*) from doubles group by _file_no;
        delete from incoming where rowid in (select _at from doubles)
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
