"""The newest load of each export beside the ones before it: how many rows came, and under which headers.

Files of one export that were extracted on one day are one load: tools write an export in parts.
"""

from difflib import SequenceMatcher

import polars as pl

from pipeline.warehouse import Warehouse

JUDGED_FROM = 2
EARLIER = 4
DAY = "timezone($zone, timezone('UTC', files.extracted_at))::date"
VOLUME = f"""
    with loads as (
        select
            files.system as source,
            files.export,
            loads.table_name,
            {DAY} as loaded_on,
            sum(loads.rows_read)::bigint as row_count
        from meta.loads as loads
        inner join meta.files as files using (file_id)
        where files.status = 'loaded'
        group by all
    ),

    placed as (
        select
            *,
            row_number() over (partition by source, export, table_name order by loaded_on desc) as place
        from loads
    )

    select
        source,
        export,
        table_name,
        max(loaded_on) as loaded_on,
        max(row_count) filter (where place = 1) as row_count,
        count(*) filter (where place > 1) as earlier_count,
        median(row_count) filter (where place > 1) as usual_count
    from placed
    where place <= 1 + {EARLIER}
    group by source, export, table_name
    order by source, export, table_name
"""
HEADERS = f"""
    select files.system as source, files.export, {DAY} as loaded_on, headers.column_name, min(headers.place) as place
    from meta.headers as headers
    inner join meta.files as files using (file_id)
    where files.status = 'loaded' and headers.column_name is not null
    group by files.system, files.export, loaded_on, headers.column_name
    qualify dense_rank() over (partition by source, export order by loaded_on desc) <= 2
    order by source, export, loaded_on desc, place, column_name
"""


def volumes(warehouse: Warehouse, zone: str) -> pl.DataFrame:
    """One row per source, export and table: rows of its newest load beside the median of up to four before it.

    `state` is half or double where the newest is at most half or at least twice that, usual between, and unjudged
    with fewer than two earlier loads.
    """
    rows = warehouse.frame(VOLUME, {"zone": zone})
    now, usual = pl.col("row_count"), pl.col("usual_count")
    state = (
        pl.when(pl.col("earlier_count") < JUDGED_FROM)
        .then(pl.lit("unjudged"))
        .when(now == usual)
        .then(pl.lit("usual"))
        .when(now * 2 <= usual)
        .then(pl.lit("half"))
        .when(now >= usual * 2)
        .then(pl.lit("double"))
        .otherwise(pl.lit("usual"))
    )
    return rows.with_columns(state=state)


def header_drift(warehouse: Warehouse, zone: str) -> pl.DataFrame:
    """One row per export whose newest headers differ from those of the load before: appeared, vanished, moved.

    Moved columns are read all the same; a vanished one is empty from now on.
    """
    if not warehouse.has("meta.headers"):
        return pl.DataFrame()
    headers = warehouse.frame(HEADERS, {"zone": zone})
    loads = headers.group_by("source", "export", "loaded_on", maintain_order=True).agg("column_name")
    exports = loads.group_by("source", "export", maintain_order=True).agg("loaded_on", "column_name")
    changes = [
        {"source": row["source"], "export": row["export"], "loaded_on": row["loaded_on"][0]}
        | {"before_on": row["loaded_on"][1], **_changes(row["column_name"][1], row["column_name"][0])}
        for row in exports.filter(pl.col("loaded_on").list.len() == 2).to_dicts()
    ]
    return pl.DataFrame([one for one in changes if one["appeared"] or one["vanished"] or one["moved"]])


def _changes(before: list[str], now: list[str]) -> dict[str, list[str]]:
    old = [name for name in before if name in set(now)]
    new = [name for name in now if name in set(before)]
    blocks = SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    in_place = {name for block in blocks for name in new[block.b : block.b + block.size]}
    return {
        "appeared": [name for name in now if name not in set(before)],
        "vanished": [name for name in before if name not in set(now)],
        "moved": [name for name in new if name not in in_place],
    }
