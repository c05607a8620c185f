"""The tables that ingest writes: accepted rows, what was set aside, and the account of every file."""

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
META = {
    "meta.files": (
        "file_id VARCHAR, path VARCHAR, system VARCHAR, export VARCHAR, encoding VARCHAR, bytes BIGINT, "
        "extracted_at TIMESTAMP, loaded_seq BIGINT, status VARCHAR, note VARCHAR, content_hash VARCHAR"
    ),
    "meta.loads": (
        "file_id VARCHAR, table_name VARCHAR, rows_read BIGINT, accepted BIGINT, rejected BIGINT, duplicates BIGINT, "
        "deleted BIGINT, set_aside BIGINT"
    ),
    "meta.unmapped_columns": "file_id VARCHAR, column_name VARCHAR",
    "meta.conflicts": "table_name VARCHAR, system VARCHAR, extracted_at TIMESTAMP, key VARCHAR, updated_at TIMESTAMP",
    "rejected.rows": (
        "file_id VARCHAR, path VARCHAR, table_name VARCHAR, line BIGINT, column_name VARCHAR, rule VARCHAR, "
        "value VARCHAR, remedy VARCHAR, row_json VARCHAR"
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
}
LOADS = ["file_id", "table_name", "rows_read", "accepted", "rejected", "duplicates", "deleted", "set_aside"]


def create_tables(warehouse: Warehouse) -> None:
    """Create what is not there yet; every canonical table exists even when nothing feeds it."""
    for table in TABLES.values():
        warehouse.execute(f"create table if not exists accepted.{table.name} ({_columns(table)})")
    for name, columns in META.items():
        warehouse.execute(f"create table if not exists {name} ({columns})")


def empty_tables(warehouse: Warehouse) -> None:
    """Forget everything that was loaded, so that it can be loaded again from the journal."""
    for name in (*(f"accepted.{table}" for table in TABLES), *META):
        warehouse.execute(f"drop table if exists {name}")
    create_tables(warehouse)


def forget_failures(warehouse: Warehouse) -> None:
    """Drop the account of files that are not loaded: they are judged anew by what lies in the folder now."""
    for name in ("meta.loads", "meta.unmapped_columns", "rejected.rows"):
        warehouse.execute(
            f"delete from {name} where file_id in (select file_id from meta.files where status <> 'loaded')"
        )
    warehouse.execute("delete from meta.files where status <> 'loaded'")


def _columns(table: Table) -> str:
    canonical = {quoted_name(name): duckdb_type(dtype) for name, dtype in table.columns.items()}
    return ", ".join(f"{name} {kind}" for name, kind in (canonical | ORIGIN).items())
