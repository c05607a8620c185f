"""Column types and fields that the table contracts are written in.

`Instant` is a UTC timestamp, `Money` an exact amount with its currency in a column beside it.
"""

from typing import Annotated, Any

import pandera.polars as pa
import polars as pl

Instant = Annotated[pl.Datetime, "us", "UTC"]
Money = Annotated[pl.Decimal, 18, 2]
Rate = Annotated[pl.Decimal, 18, 8]


def key(**rules: Any) -> Any:
    """A field of the table's key: never null."""
    return pa.Field(nullable=False, metadata={"key": True}, **rules)


def required(**rules: Any) -> Any:
    """A field without which a row is rejected."""
    return pa.Field(nullable=False, **rules)


def optional(**rules: Any) -> Any:
    """A field that may be unknown."""
    return pa.Field(nullable=True, **rules)


def one_of(*values: str, nullable: bool = True) -> Any:
    """An enumeration; values in lower_snake."""
    return pa.Field(nullable=nullable, isin=list(values))


def percent() -> Any:
    """A share from 0 to 100, or unknown."""
    return pa.Field(nullable=True, ge=0, le=100)


def at_least_zero() -> Any:
    """A count or amount that cannot be negative, or unknown."""
    return pa.Field(nullable=True, ge=0)


def keeps(data: pa.PolarsData, rule: str) -> pl.LazyFrame:
    """Whether each row keeps a rule written in SQL; one that cannot be decided, for want of a value, is kept."""
    return data.lazyframe.select(pl.sql_expr(rule).fill_null(True))
