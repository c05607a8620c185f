"""quality.json: what became of every row of every file, why rows were rejected, how far each feed reaches."""

import json
from datetime import date
from typing import Any

import polars as pl

from pipeline.ingest.quality import NO_ORPHANS, file_accounts, quality
from pipeline.warehouse import Warehouse

REJECTED = """
    select path, table_name as "table", line, column_name as "column", rule, remedy
    from rejected.rows order by path, table_name, line, column_name, rule
"""


def quality_json(warehouse: Warehouse, as_of: date) -> str:
    """The report as JSON text; the rejected rows' contents stay in the warehouse."""
    content: dict[str, Any] = {
        "as_of": as_of.isoformat(),
        **quality(file_accounts(warehouse), _orphans(warehouse), _feeds(warehouse, as_of)),
        "rejected": warehouse.frame(REJECTED).to_dicts(),
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _orphans(warehouse: Warehouse) -> pl.DataFrame:
    if not warehouse.has("checks.orphans"):
        return NO_ORPHANS
    return warehouse.frame("select file_id, table_name, row_count from checks.orphans")


def _feeds(warehouse: Warehouse, as_of: date) -> pl.DataFrame:
    query = "select feed, newest_on, age_days, state from marts.feed_weeks where week_ending_on = ?"
    return warehouse.frame(query, [as_of])
