"""The tables that ingest writes: accepted rows, what was set aside, and the account of every file."""

import re

import polars as pl

from pipeline.ingest.contract import duckdb_type, quoted_name
from pipeline.warehouse import Warehouse
from schemas.tables import TABLES, Table

ORIGIN = {
    "_system": "VARCHAR",
    "_extracted_at": "TIMESTAMP",
    "_file_id": "VARCHAR",
    "_line": "BIGINT",
    "_account_namespace": "VARCHAR",
    "_key": "VARCHAR",
    "_row_hash": "VARCHAR",
    "_is_deleted": "BOOLEAN",
    "_updated_at": "TIMESTAMP",
}
USAGE_ORIGIN = {
    name: ORIGIN[name]
    for name in ("_system", "_extracted_at", "_file_id", "_line", "_account_namespace", "_is_deleted")
}
REDUCED = {
    "usage_user_days": {"account_id": "VARCHAR", "user_id": "VARCHAR", "used_on": "DATE", "event_count": "BIGINT"},
    "usage_feature_days": {
        "account_id": "VARCHAR",
        "feature": "VARCHAR",
        "used_on": "DATE",
        "event_count": "BIGINT",
        "active_users": "BIGINT",
    },
}
META = {
    "meta.files": (
        "file_id VARCHAR, path VARCHAR, system VARCHAR, export VARCHAR, encoding VARCHAR, bytes BIGINT, "
        "extracted_at TIMESTAMP, loaded_seq BIGINT, status VARCHAR, note VARCHAR, content_hash VARCHAR, "
        "dialect VARCHAR, remarks VARCHAR, confidence VARCHAR"
    ),
    "meta.loads": (
        "file_id VARCHAR, table_name VARCHAR, rows_read BIGINT, accepted BIGINT, rejected BIGINT, duplicates BIGINT, "
        "deleted BIGINT, set_aside BIGINT"
    ),
    "meta.unmapped_columns": "file_id VARCHAR, column_name VARCHAR",
    "meta.headers": "file_id VARCHAR, place BIGINT, column_name VARCHAR",
    "meta.readings": (
        "file_id VARCHAR, table_name VARCHAR, column_name VARCHAR, header VARCHAR, kind VARCHAR, how VARCHAR"
    ),
    "meta.conflicts": "table_name VARCHAR, system VARCHAR, extracted_at TIMESTAMP, key VARCHAR, updated_at TIMESTAMP",
    "meta.usage_sources": "system VARCHAR, newest_on DATE, newest_extracted_at TIMESTAMP, is_stale BOOLEAN",
    "meta.usage_seen": "system VARCHAR, what VARCHAR, id UBIGINT, used_on DATE",
    "meta.full_exports": (
        "table_name VARCHAR, system VARCHAR, export VARCHAR, extracted_at TIMESTAMP, file_id VARCHAR, "
        "is_complete BOOLEAN, outcome VARCHAR"
    ),
    "meta.full_keys": "table_name VARCHAR, system VARCHAR, export VARCHAR, extracted_at TIMESTAMP, key VARCHAR",
    "meta.held_back": (
        "table_name VARCHAR, system VARCHAR, extracted_at TIMESTAMP, file_id VARCHAR, account_id VARCHAR, "
        "used_on DATE, was_count BIGINT, is_count BIGINT"
    ),
    "meta.corrections": "seq BIGINT, system VARCHAR",
    "rejected.rows": (
        "file_id VARCHAR, path VARCHAR, table_name VARCHAR, line BIGINT, column_name VARCHAR, rule VARCHAR, "
        "value VARCHAR, remedy VARCHAR, row_json VARCHAR, record BIGINT"
    ),
}
FILES: dict[str, type[pl.DataType] | pl.DataType] = {
    "file_id": pl.String,
    "path": pl.String,
    "system": pl.String,
    "export": pl.String,
    "encoding": pl.String,
    "bytes": pl.Int64,
    "extracted_at": pl.Datetime("us"),
    "loaded_seq": pl.Int64,
    "status": pl.String,
    "note": pl.String,
    "content_hash": pl.String,
    "dialect": pl.String,
    "remarks": pl.String,
    "confidence": pl.String,
}
READINGS = ("file_id", "table_name", "column_name", "header", "kind", "how")
LOADS = ["file_id", "table_name", "rows_read", "accepted", "rejected", "duplicates", "deleted", "set_aside"]


def accepted_tables() -> dict[str, str]:
    """The tables of accepted rows with their columns. Usage events have none: their sums by day are kept."""
    tables = {f"accepted.{table.name}": _columns(table) for table in TABLES.values() if table.name != "usage_events"}
    return tables | {f"accepted.{name}": _written(columns | USAGE_ORIGIN) for name, columns in REDUCED.items()}


def accepted_name(table: str) -> str:
    """Where the accepted rows of a canonical table are kept; of usage events, their sums by account, user and day."""
    return "accepted.usage_user_days" if table == "usage_events" else f"accepted.{table}"


def text_columns() -> dict[str, tuple[str, ...]]:
    """The columns of text of every table of accepted rows, quoted, without those that say where a row comes from."""
    canonical = {
        name: {quoted_name(column): duckdb_type(dtype) for column, dtype in table.columns.items()}
        for name, table in TABLES.items()
        if name != "usage_events"
    }
    return {
        name: tuple(column for column, kind in columns.items() if kind == "VARCHAR")
        for name, columns in (canonical | REDUCED).items()
    }


def create_tables(warehouse: Warehouse) -> None:
    """Create what is not there yet; every canonical table exists even when nothing feeds it."""
    for name, columns in {**accepted_tables(), **META}.items():
        warehouse.execute(f"create table if not exists {name} ({columns})")


def empty_tables(warehouse: Warehouse) -> None:
    """Forget everything that was loaded, so that it can be loaded again from the journal."""
    for name in (*accepted_tables(), *META):
        warehouse.execute(f"drop table if exists {name}")
    create_tables(warehouse)


def forget_failures(warehouse: Warehouse) -> None:
    """Drop the account of files that are not loaded: they are judged anew by what lies in the folder now."""
    for name in ("meta.loads", "meta.unmapped_columns", "meta.headers", "meta.readings", "rejected.rows"):
        warehouse.execute(
            f"delete from {name} where file_id in (select file_id from meta.files where status <> 'loaded')"
        )
    warehouse.execute("delete from meta.files where status <> 'loaded'")


def forget_system(warehouse: Warehouse, system: str) -> None:
    """Forget everything that was loaded from one tool, so that it can be loaded again from the journal."""
    for name, columns in {**accepted_tables(), **META}.items():
        mark = next((mark for mark in ("_system", "system") if re.search(rf"\b{mark} VARCHAR", columns)), None)
        if mark and name != "meta.files":
            warehouse.execute(f"delete from {name} where {mark} = ?", [system])
        elif name != "meta.files":
            files = "select file_id from meta.files where system = ?"
            warehouse.execute(f"delete from {name} where file_id in ({files})", [system])
    warehouse.execute("delete from meta.files where system = ?", [system])


def _columns(table: Table) -> str:
    canonical = {quoted_name(name): duckdb_type(dtype) for name, dtype in table.columns.items()}
    return _written(canonical | ORIGIN)


def _written(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())
