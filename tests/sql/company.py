"""A company of a few rows: accepted rows written as text tables, built, and read back as text tables."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.ingest.store import REDUCED
from pipeline.stages.build import BuildReport, build
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace, as_settings
from schemas.tables import TABLES

AS_OF = date(2026, 6, 26)  # a Friday
SQL_TYPES = {
    pl.String: "varchar",
    pl.Date: "date",
    pl.Datetime: "timestamptz",
    pl.Decimal: "decimal",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
}
LOAD_COLUMNS = {
    "_system": "varchar",
    "_extracted_at": "timestamp",
    "_file_id": "varchar",
    "_line": "bigint",
    "_account_namespace": "varchar",
    "_key": "varchar",
    "_row_hash": "varchar",
    "_is_deleted": "boolean",
}

ACCEPTED = [*(name for name in TABLES if name != "usage_events"), *REDUCED]


@dataclass
class Company:
    """A workspace with a warehouse that holds the canonical tables, empty until rows are given."""

    workspace: Workspace
    warehouse: Warehouse

    def given(self, table: str, text: str) -> None:
        """Accept the rows of a text table; a column that is not written is null, load columns have defaults."""
        rows = [_complete(table, number, row) for number, row in enumerate(parsed(text), start=2)]
        types = {**canonical_types(table), **LOAD_COLUMNS}
        frame = pl.DataFrame(rows, schema=dict.fromkeys(types, pl.String))
        casts = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in types.items())
        with self.warehouse.lending("given_rows", frame):
            self.warehouse.execute(f"insert into accepted.{table} by name select {casts} from given_rows")

    def built(self, as_of: date = AS_OF) -> BuildReport:
        """Build for a day; files are told apart by how many rows there are, so that a second build sees new ones."""
        return build(self.workspace, self.warehouse, as_of, lambda line: None)

    def shows(self, query: str, text: str) -> None:
        """Assert that a query gives the rows of a text table, in that order."""
        frame = self.warehouse.frame(query)
        seen = [tuple(_shown(value) for value in row) for row in frame.rows()]
        wanted = [tuple(row.get(column) or "" for column in frame.columns) for row in parsed(text)]
        assert seen == wanted, "\n".join(" | ".join(row) for row in [tuple(frame.columns), *seen])


@contextmanager
def company(folder: Path, **sections: Any) -> Iterator[Company]:
    """A company in an empty folder, with sections of bellwether.toml; the clock of New York unless it says otherwise."""
    defaults = {"company": {"name": "Acme", "time_zone": "America/New_York"}, "run": {"panel_weeks": 104}}
    settings = as_settings({**defaults, **sections})
    with open_warehouse(folder / "var" / "warehouse.duckdb", []) as warehouse:
        for table in ACCEPTED:
            columns = {**canonical_types(table), **LOAD_COLUMNS}
            written = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            warehouse.execute(f"create table accepted.{table} ({written})")
        warehouse.execute(
            "create table meta.files (file_id varchar, path varchar, status varchar, extracted_at timestamp, loaded_seq bigint)"
        )
        yield Company(Workspace(folder, settings), warehouse)


def parsed(text: str) -> list[dict[str, str | None]]:
    """The rows of a table written with bars; an empty cell is None."""
    header, *lines = [line for line in text.strip().splitlines() if line.strip()]
    columns = [cell.strip() for cell in header.split("|")]
    return [dict(zip(columns, (cell.strip() or None for cell in line.split("|")), strict=True)) for line in lines]


def canonical_types(table: str) -> dict[str, str]:
    """The DuckDB type of each canonical column."""
    return REDUCED.get(table) or {column: _sql_type(kind) for column, kind in TABLES[table].columns.items()}


def _sql_type(kind: Any) -> str:
    name = SQL_TYPES[kind.base_type() if isinstance(kind, pl.DataType) else kind]
    return f"decimal(18, {kind.scale})" if name == "decimal" else name


def _complete(table: str, number: int, row: dict[str, str | None]) -> dict[str, str | None]:
    contract = TABLES["usage_events" if table in REDUCED else table]
    system = row.get("_system") or "crm"
    defaults = {
        "_system": system,
        "_extracted_at": f"{AS_OF} 12:00:00",
        "_file_id": f"{table}-{row.get('_extracted_at')}-{system}",
        "_line": str(number),
        "_account_namespace": system if contract.account_column else None,
        "_is_deleted": "false",
    }
    values = {column: value for column, value in row.items() if not column.startswith("_")}
    known = canonical_types(table).keys()
    assert values.keys() <= known, f"{table} has no {values.keys() - known}"
    named = [
        system if contract.account_column in contract.keys or table == "team" else "",
        *(values.get(key) or "" for key in contract.keys),
    ]
    hashes = {"_key": _hash(*named), "_row_hash": _hash(*(f"{name}={values[name]}" for name in sorted(values)))}
    return {**defaults, **hashes, **{name: value for name, value in row.items() if value is not None}}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
