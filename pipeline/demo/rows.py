"""Text rows under a canonical header."""

import polars as pl

from pipeline.demo.days import NEVER, to_date

Rows = list[tuple[str, ...]]


def no_rows() -> Rows:
    """An empty list, to be filled."""
    return []


def frame(columns: str, rows: Rows) -> pl.DataFrame:
    """Rows of text under the canonical header."""
    return pl.DataFrame(rows, schema=dict.fromkeys(columns.split(","), pl.String), orient="row")


def iso(day: int, until: int = NEVER - 1) -> str:
    """A day in ISO form; empty when it is not known yet."""
    return "" if day > until else to_date(day).isoformat()
