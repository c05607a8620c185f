"""The accounts of the load as ingest keeps them: what became of every file, and why rows were rejected."""

import polars as pl

from pipeline.warehouse import Warehouse

ASIDE_REMEDY = "Nothing to do"
EXAMPLES = 3
# The local part of an e-mail address is personal; a whole record may hold anything and is shown by its line only.
RULES = f"""
    with reasons as (
        select
            files.source,
            reasons.table_name,
            reasons.column_name,
            reasons.rule,
            starts_with(reasons.remedy, '{ASIDE_REMEDY}') as is_aside,
            reasons.remedy,
            struct_pack(path := reasons.path, line := reasons.line) as place,
            case
                when reasons.column_name is not null
                    then regexp_replace(left(reasons.value, 80), '[^\\s@,;:<>"()]+@', '\u2026@', 'g')
            end as shown
        from rejected.rows as reasons
        inner join newest_files as files using (file_id)
        group by all
    )

    select
        source,
        table_name,
        column_name,
        rule,
        is_aside,
        count(*) as row_count,
        min(remedy) as remedy,
        arg_min(
            struct_pack(path := place.path, line := place.line, value := shown), place, {EXAMPLES}
        ) as examples
    from reasons
    group by source, table_name, column_name, rule, is_aside
    order by is_aside, row_count desc, source, table_name, column_name, rule
"""


HELD_BACK = """
    select
        files.path,
        held.table_name,
        count(distinct held.account_id) as account_count,
        min(held.used_on) as first_on,
        max(held.used_on) as last_on,
        sum(held.was_count)::bigint as was_count,
        sum(held.is_count)::bigint as is_count
    from meta.held_back as held
    inner join newest_files as files using (file_id)
    group by files.path, held.table_name
    order by files.path, held.table_name
"""


def file_accounts(warehouse: Warehouse, zone: str) -> pl.DataFrame:
    """One row per file and table that it feeds, in order of path; one for a file that feeds nothing.

    Counts are null for a file that was not read. `unmapped` lists the columns that no table takes; `is_newest` marks
    the files of the last day on which their export was made, and those that could not be used.
    """
    files = warehouse.frame("select * from meta.files").rename({"system": "source"})
    loads = warehouse.frame("select * from meta.loads")
    unread = _unmapped(warehouse)
    joined = files.join(loads, on="file_id", how="left").join(unread, on="file_id", how="left")
    return joined.with_columns(is_newest=_is_newest(zone)).sort("path", "table_name", "file_id", nulls_last=False)


def rejects_by_rule(warehouse: Warehouse, files: pl.DataFrame) -> pl.DataFrame:
    """One row per source, table, column and rule in the newest of `files`: rows, remedy and the first examples.

    E-mail addresses are masked. A record that is at fault in two ways counts under both.
    """
    with warehouse.lending("newest_files", _newest(files)):
        return warehouse.frame(RULES)


def held_back(warehouse: Warehouse, files: pl.DataFrame) -> pl.DataFrame:
    """One row per file and table of the newest whose days were not applied, as far fewer events came than stand."""
    if not warehouse.has("meta.held_back"):
        return pl.DataFrame()
    with warehouse.lending("newest_files", _newest(files)):
        return warehouse.frame(HELD_BACK)


def readings(warehouse: Warehouse) -> pl.DataFrame:
    """One row per column of a loaded file that could be read in more than one way, and how it was."""
    if not warehouse.has("meta.readings"):
        return pl.DataFrame()
    query = """
        select file_id, table_name, column_name, header, kind, how
        from meta.readings where how is not null and how <> ''
        order by file_id, table_name, column_name, header
    """
    return warehouse.frame(query)


def _newest(files: pl.DataFrame) -> pl.DataFrame:
    return files.filter("is_newest").select("file_id", "path", "source").unique("file_id", maintain_order=True)


def _is_newest(zone: str) -> pl.Expr:
    day = pl.col("extracted_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()
    is_loaded = pl.col("status") == "loaded"
    last = day.filter(is_loaded).max().over("source", "export")
    return ~is_loaded | (day == last)


def _unmapped(warehouse: Warehouse) -> pl.DataFrame:
    if not warehouse.has("meta.unmapped_columns"):
        return pl.DataFrame(schema={"file_id": pl.String, "unmapped": pl.List(pl.String)})
    return warehouse.frame(
        "select file_id, list(column_name order by column_name) as unmapped from meta.unmapped_columns group by file_id"
    )
