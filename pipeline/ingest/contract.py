"""What the table contracts say, in the words of SQL and of the cell readers."""

import polars as pl

from schemas.tables import Table

KINDS = {pl.Int64: "whole", pl.Float64: "number", pl.Boolean: "boolean", pl.Date: "date"}


def duckdb_type(dtype: pl.DataType) -> str:
    """The DuckDB type of a canonical column."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision}, {dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMP WITH TIME ZONE"
    names = {pl.String: "VARCHAR", pl.Date: "DATE", pl.Int64: "BIGINT", pl.Float64: "DOUBLE", pl.Boolean: "BOOLEAN"}
    return names[dtype.base_type()]


def allowed_values(table: Table, column: str) -> tuple[str, ...]:
    """The values of an enumeration, or nothing for other columns."""
    checks = table.schema.columns[column].checks
    return next((tuple(check.statistics["allowed_values"]) for check in checks if check.name == "isin"), ())


def kind_of(table: Table, column: str) -> str:
    """How the text of a canonical column is read, as its type and name tell."""
    dtype = table.columns[column]
    if allowed_values(table, column):
        return "enumeration"
    if isinstance(dtype, pl.Decimal):
        return "money"
    if isinstance(dtype, pl.Datetime):
        return "instant"
    if column == "currency":
        return "currency"
    is_id = column in table.keys or column.endswith("_id")
    return KINDS.get(dtype.base_type(), "id" if is_id else "text")


def quoted_name(name: str) -> str:
    """A SQL identifier; canonical columns such as `limit` are words of SQL too."""
    return f'"{name}"'
