"""What quality/quality.json says: how every file was read, and how old every feed is."""

from datetime import date
from typing import Any

import polars as pl

from pipeline.warehouse import Warehouse

NO_ORPHANS = pl.DataFrame(schema={"file_id": pl.String, "table_name": pl.String, "row_count": pl.Int64})


def file_accounts(warehouse: Warehouse) -> pl.DataFrame:
    """One row per file and table that it feeds, with status, encoding and counts; one for files that feed nothing."""
    return warehouse.frame(
        """
        select file_id, path, status, note, system as source, export, encoding, extracted_at, table_name,
            rows_read, accepted, rejected, set_aside, duplicates, deleted
        from meta.files left join meta.loads using (file_id)
        order by path, table_name nulls first, file_id
        """
    )


def quality(files: pl.DataFrame, orphans: pl.DataFrame, feeds: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The quality report as plain values, in a fixed order.

    `files` as `file_accounts` gives them; `orphans` has file_id, table_name and row_count; `feeds` has feed, newest_on,
    age_days and state of the latest week.
    """
    counted = orphans.group_by("file_id", "table_name").agg(orphans=pl.col("row_count").sum().cast(pl.Int64))
    joined = files.join(counted, on=["file_id", "table_name"], how="left", nulls_equal=True)
    return {
        "files": [_file(row) for row in joined.sort("path", "table_name", "file_id", nulls_last=False).to_dicts()],
        "feeds": [_feed(row) for row in feeds.sort("feed").to_dicts()],
    }


def _file(row: dict[str, Any]) -> dict[str, Any]:
    counts = {
        name: row[name] or 0
        for name in ("rows_read", "accepted", "rejected", "set_aside", "duplicates", "deleted", "orphans")
    }
    return {
        "path": row["path"],
        "status": row["status"],
        "note": row["note"],
        "source": row["source"],
        "export": row["export"],
        "table": row["table_name"],
        **counts,
        "encoding": row["encoding"],
        "extracted_at": _iso(row["extracted_at"]),
    }


def _feed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "feed": row["feed"],
        "newest_on": _iso(row["newest_on"]),
        "age_days": row["age_days"],
        "state": row["state"],
    }


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
