"""The same measures on any labelled table: cross-validated, with everything that is learnt learnt inside the folds.

Beside the back-test. Columns of text become one mark per value that the inside of the fold knows; nothing is resampled.
"""

import math
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import UsageError
from pipeline.policy.proof import ProofPolicy
from pipeline.proof.backtest import seed_of
from pipeline.proof.logistic import account_folds, fitted
from pipeline.proof.measures import Counts, Floats, Sample, measured, one_thread
from pipeline.proof.rolling import separation

YES = ("1", "yes", "true", "y", "churned", "churn", "left", "lost")
NO = ("0", "no", "false", "n", "retained", "renewed", "stayed", "active")
MOST_VALUES = 50


def labelled(table: pl.DataFrame, id_column: str, outcome_column: str, rules: ProofPolicy) -> dict[str, Any]:
    """Measures of the model, with n, ids and events; columns of too many texts that were left out, and those that alone
    foretell too well. Rows of one `id_column` are kept together. Raises UsageError for a column that is not there, an
    outcome that is not yes or no, a row without an id, or fewer of one outcome than twice the folds.

    Below the churns needed `measures` is empty and `events_needed` says how many are missing.
    """
    outcome = _outcome(table, id_column, outcome_column)
    if nameless := table.get_column(id_column).null_count():
        raise UsageError(f"{nameless} rows have no {id_column}", "Give each row the id of whom it is about.")
    told = table.drop(id_column, outcome_column)
    seed = seed_of(table.with_columns(pl.all().cast(pl.String)))
    count = int(outcome.sum())
    if min(count, outcome.size - count) < rules.splits.folds * 2:
        raise UsageError("the table has too few of one outcome to cross-validate", "Give more rows of either outcome.")
    missing = max(0, rules.churn_events_needed - count)
    with one_thread():
        said = _out_of_fold(told, outcome, _accounts(table, id_column), rules, seed)
    sample = Sample(said, outcome, np.ones(outcome.size), _accounts(table, id_column), is_probability=True)
    found = {} if missing else measured(sample, rules.capacity_pct / 100, rules.bootstrap, seed)
    return {
        "n": outcome.size,
        "ids": sample.accounts,
        "events": count,
        "left_out": _left_out(told),
        "leakage": [] if missing else _leaks(told, outcome, rules),
        "events_needed": missing,
        "measures": {
            name: {"value": _stated(it.value), "low": _stated(it.low), "high": _stated(it.high)}
            for name, it in found.items()
            if not name.startswith("arr_")
        },
    }


def columns_of(inside: pl.DataFrame, table: pl.DataFrame) -> tuple[tuple[str, ...], Floats]:
    """The columns of a table as numbers, as the rows inside the fold explain them: names and rows x columns."""
    named: list[tuple[str, pl.Series]] = []
    for name in inside.columns:
        number = inside.get_column(name).cast(pl.Float64, strict=False)
        if number.null_count() * 2 <= inside.height:
            named.append((name, table.get_column(name).cast(pl.Float64, strict=False)))
        elif inside.get_column(name).n_unique() <= MOST_VALUES:
            text = table.get_column(name).cast(pl.String)
            values = inside.get_column(name).cast(pl.String).drop_nulls().unique().sort().to_list()
            named += [(f"{name}={value}", (text == value).cast(pl.Float64)) for value in values]
    if not named:
        raise UsageError(
            "the table has no column to learn from", "Give at least one number or one column of few values."
        )
    filled = [series.fill_null(math.nan).to_numpy() for _, series in named]
    return tuple(name for name, _ in named), np.column_stack(filled)


def _left_out(table: pl.DataFrame) -> list[str]:
    """The columns that are neither numbers nor few values."""
    names = columns_of(table, table)[0]
    return [name for name in table.columns if not any(one == name or one.startswith(f"{name}=") for one in names)]


def _leaks(table: pl.DataFrame, outcome: Floats, rules: ProofPolicy) -> list[str]:
    names, values = columns_of(table, table)
    apart = np.abs(separation(values, outcome) - 0.5) + 0.5
    return [name for name, auc in zip(names, apart, strict=True) if auc > rules.high_auc]


def _out_of_fold(told: pl.DataFrame, outcome: Floats, account: Counts, rules: ProofPolicy, seed: int) -> Floats:
    fold = account_folds(account, rules.splits.folds, seed)
    found = np.zeros(outcome.size)
    for part in range(rules.splits.folds):
        inside, outside = fold != part, fold == part
        names, values = columns_of(told.filter(pl.Series(inside)), told)
        model = fitted(names, values[inside], outcome[inside], account[inside], rules.fit, rules.splits.folds, seed + 1)
        found[outside] = model.probability(values[outside])
    return found


def _outcome(table: pl.DataFrame, id_column: str, outcome_column: str) -> Floats:
    absent = [name for name in (id_column, outcome_column) if name not in table.columns]
    if absent:
        raise UsageError(f"the table has no column {absent[0]}", f"Its columns are {', '.join(table.columns)}.")
    text = table.get_column(outcome_column).cast(pl.String).str.strip_chars().str.to_lowercase()
    unknown = text.filter(~text.is_in([*YES, *NO]).fill_null(value=False))
    if unknown.len():
        raise UsageError(f"{outcome_column} holds {unknown[0]!r}", f"Write {', '.join(YES)} or {', '.join(NO)}.")
    return text.is_in(list(YES)).cast(pl.Float64).to_numpy()


def _accounts(table: pl.DataFrame, id_column: str) -> Counts:
    return table.get_column(id_column).cast(pl.String).rank("dense").cast(pl.Int64).to_numpy() - 1


def _stated(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
