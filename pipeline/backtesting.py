"""Whether the scores predicted who left, as scored, and labelled tables as files: the answers of `backtest`."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import RunFailed, UsageError
from pipeline.freshness import feeds_as_built
from pipeline.warehouse import Warehouse

TABLES = ("backtest_bands", "backtest_reliability", "backtest_left_out", "backtest_warnings")
MEASURES = "select * from scores.backtest order by basis, lead_days, segment, method, measure"


def as_scored(warehouse: Warehouse, wanted: date | None = None) -> dict[str, Any]:
    """The day, the summary in one row, every measure, and the bands, bins, inputs left out and warnings beside them.

    Raises RunFailed before the first scoring, UsageError when `wanted` is another day than that of the marts.
    """
    day, _ = feeds_as_built(warehouse, wanted)
    if not warehouse.has("scores.backtest_summary"):
        raise RunFailed("the scores are not held against history yet", "Run `bellwether score` first.")
    summary = warehouse.frame("select * exclude (model) from scores.backtest_summary").to_dicts()[0]
    others = {name: warehouse.frame(f"select * from scores.{name} order by all").to_dicts() for name in TABLES}
    return {"as_of": day, "summary": summary, "backtest": warehouse.frame(MEASURES).to_dicts(), **others}


def read_labelled(path: Path) -> pl.DataFrame:
    """A CSV as text, a row per line below its header. Raises UsageError for what is no such file."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file", "Give the path of a CSV with a header.")
    try:
        return pl.read_csv(path, infer_schema=False, glob=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as unreadable:
        why = str(unreadable).strip().splitlines()[0]
        raise UsageError(
            f"{path}: cannot be read as a CSV: {why}", "Save it as UTF-8 with commas, a header and no open quotes."
        ) from unreadable
