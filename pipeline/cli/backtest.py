"""Whether the scores predicted what happened: of the workspace's own history, or of any labelled table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import (
    Options,
    answered,
    in_columns,
    looking,
)
from pipeline.cli.shared import shared
from pipeline.errors import UsageError

MEASURES = {
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "lift_10": "lift, worst tenth",
    "arr_captured_10": "ARR lost in worst 10%",
    "arr_captured_20": "ARR lost in worst 20%",
    "capacity_precision": "precision at capacity",
    "capacity_recall": "recall at capacity",
    "base_rate": "base rate",
    "brier": "Brier",
    "brier_constant": "Brier of the base rate",
    "calibration_error": "calibration error",
}
HEAD = ("basis", "method", "measure", "value", "low", "high", "n", "churns")


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("backtest", help="Whether the scores predicted who left; with --table of any labelled CSV.")(
        shared(backtest)
    )


def backtest(
    table: Annotated[Path | None, typer.Option("--table", help="A CSV with a row per customer and an outcome.")] = None,
    id_column: Annotated[str | None, typer.Option("--id", help="The column that names whom a row is about.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="The column that is yes where they left.")] = None,
    *,
    options: Options,
) -> None:
    """Print every measure with its 95% interval and n; with -v by lead and segment too."""
    if table is not None:
        _of_table(options, table, id_column, outcome)
    elif id_column is not None or outcome is not None:
        raise UsageError("--id and --outcome say what a table's columns are", "Give the table: --table FILE.csv.")
    else:
        _of_workspace(options)


def _of_workspace(options: Options) -> None:
    from pipeline.backtesting import as_scored
    from pipeline.cli.options import as_date

    wanted = as_date(options.as_of, "--as-of") if options.as_of is not None else None
    with looking(options, "backtest") as (_, warehouse):
        found = as_scored(warehouse, wanted)
    whole = [row for row in found["backtest"] if row["lead_days"] == 0 and row["segment"] == "all"]
    shown = found["backtest"] if options.verbose else whole
    told = [] if options.quiet else [*_told(found), ""]
    answered(found, [*told, *in_columns(_head(options), _cells(shown, options))])


def _of_table(options: Options, table: Path, id_column: str | None, outcome: str | None) -> None:
    if id_column is None or outcome is None:
        raise UsageError("a table needs --id and --outcome", "Name the columns: --id customer --outcome left.")
    from pipeline.backtesting import read_labelled
    from pipeline.policy import read_policy
    from pipeline.proof import labelled
    from pipeline.workspace import REPOSITORY

    # Of a workspace only its policy counts here, and only where one is named.
    own = options.open_workspace().policy if options.workspace else REPOSITORY / "policy" / "none"
    rules = read_policy(REPOSITORY / "policy", own).proof
    found = labelled(read_labelled(table), id_column, outcome, rules)
    table_of = in_columns(HEAD[2:6], _stated(found["measures"])) if found["measures"] else []
    answered(found, [*_counted(found), *(["", *table_of] if table_of else [])])


def _counted(found: Mapping[str, Any]) -> list[str]:
    counts = f"{found['n']:,} rows, {found['ids']:,} ids, {found['events']:,} left; cross-validated, ids kept together"
    unread = [f"not learnt from: {', '.join(found['left_out'])}"] if found["left_out"] else []
    suspects = [f"! {name} alone foretells too well: it may know the outcome" for name in found["leakage"]]
    return [counts, *unread, *suspects, *_missing(found["events_needed"])]


def _told(found: Mapping[str, Any]) -> list[str]:
    summary, needed = found["summary"], found["summary"]["events_needed"]
    counts = f"{summary['snapshots']:,} snapshots of {summary['accounts']:,} accounts, {summary['events']} churns"
    beware = [f"! {row['kind']}: {row['subject']} ({row['value']:.2f})" for row in found["backtest_warnings"]]
    return [f"as of {found['as_of']}: {counts}", *beware, *_missing(needed), f"verdict: {summary['verdict']}"]


def _missing(count: int) -> list[str]:
    return [f"{count} more churns are needed before a measure is stated"] if count else []


def _head(options: Options) -> tuple[str, ...]:
    return (*HEAD[:2], "lead", "segment", *HEAD[2:]) if options.verbose else HEAD


def _cells(rows: list[Mapping[str, Any]], options: Options) -> Iterator[tuple[object, ...]]:
    for row in rows:
        place = (row["lead_days"] or "all", row["segment"]) if options.verbose else ()
        measure = MEASURES.get(row["measure"], row["measure"])
        numbers = (_number(row["value"]), _number(row["low"]), _number(row["high"]))
        yield row["basis"], row["method"], *place, measure, *numbers, row["n"], row["events"]


def _stated(measures: Mapping[str, Mapping[str, float | None]]) -> Iterator[tuple[object, ...]]:
    for name, row in measures.items():
        yield MEASURES.get(name, name), _number(row["value"]), _number(row["low"]), _number(row["high"])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
