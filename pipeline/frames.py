"""A frame in the shape that a reader relies on, wherever it comes from: the columns and types of a schema."""

from collections.abc import Mapping
from typing import Any

import polars as pl

Schema = Mapping[str, Any]


def shaped(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of a schema in its order and types; null where the frame, which may be empty, lacks one."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns]
    rows = frame.with_columns(missing) if frame.width else pl.DataFrame(schema=dict(schema))
    return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
