"""Rolling origins: the risk that each method would have stated, fitted only on what was over before the cut.

Between the snapshots and the back-test. At each cut the rows seen after it are judged by what is fitted on rows whose
outcome was known at the cut and which were seen at least the gap before it; accounts are in parts, and a part is judged
only by models that saw nothing of its accounts.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.policy.proof import ProofPolicy
from pipeline.proof.logistic import account_folds, can_fit, fitted
from pipeline.proof.measures import Counts, Floats

RULE_METHODS = ("health_score", "churn_points", "coin")
METHODS = ("health_score", "churn_points", "model", "best_metric", "coin")


def codes(rows: pl.DataFrame) -> Counts:
    """Each row's account as a number, in the order of their ids."""
    return rows.get_column("account_id").rank("dense").cast(pl.Int64).to_numpy() - 1


def metric_names(rows: pl.DataFrame) -> tuple[str, ...]:
    """The columns that hold metrics."""
    return tuple(name for name in rows.columns if name.startswith("metric."))


def matrix(rows: pl.DataFrame, names: tuple[str, ...]) -> Floats:
    """The metrics as rows x metrics, NaN where missing."""
    return rows.select(pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in names).to_numpy()


def churned(rows: pl.DataFrame) -> Floats:
    """1 where the account churned, else 0."""
    return (rows.get_column("outcome") == "churned").cast(pl.Float64).to_numpy()


def events(rows: pl.DataFrame) -> int:
    """How many churns there are: deadlines, however often each was looked at."""
    return rows.filter(pl.col("outcome") == "churned").select("account_id", "decision_on").n_unique()


def cuts(rows: pl.DataFrame, rules: ProofPolicy) -> list[date]:
    """The days of the cuts, the earliest first, counted back from the newest snapshot."""
    newest = rows.get_column("seen_on").max()
    if not isinstance(newest, date):
        return []
    days = rules.splits.every_days
    return [newest - timedelta(days=days * number) for number in range(rules.splits.most_cuts, 0, -1)]


def sides(
    rows: pl.DataFrame, cut: date, fold: pl.Expr, part: int, rules: ProofPolicy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The earlier side that a cut's fit may use, and the later side of one part of the accounts, until the next cut."""
    until = cut + timedelta(days=rules.splits.every_days)
    was_over = (pl.col("known_on") <= cut) & (pl.col("seen_on") <= cut - timedelta(days=rules.splits.gap_days))
    earlier = rows.filter(was_over & (fold != part))
    return earlier, rows.filter((pl.col("seen_on") > cut) & (pl.col("seen_on") <= until) & (fold == part))


def judged(rows: pl.DataFrame, rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """The snapshots after the first cut that could be fitted, with `risk.<method>`; higher means likelier churn."""
    numbered = rows.with_columns(_fold=pl.Series(account_folds(codes(rows), rules.splits.folds, seed)))
    parts = [
        _with_risks(*sides(numbered, cut, pl.col("_fold"), part, rules), rules, seed)
        for cut in cuts(rows, rules)
        for part in range(rules.splits.folds)
    ]
    told = [part for part in parts if part is not None]
    if not told:
        return pl.DataFrame(schema={**rows.schema, **{f"risk.{method}": pl.Float64 for method in METHODS}})
    return pl.concat(told).drop("_fold").sort("account_id", "decision_on", "lead_days").pipe(with_rule_risks, seed)


def with_rule_risks(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The rows with the risk that each method states that learns nothing; the coin's is drawn from a seed."""
    coin = np.random.default_rng(seed + 7).random(rows.height)
    return rows.with_columns(
        (-pl.col("health_score")).alias("risk.health_score"),
        pl.col("churn_risk_points").cast(pl.Float64).alias("risk.churn_points"),
        pl.Series("risk.coin", coin, dtype=pl.Float64),
    )


def separation(values: Floats, outcome: Floats) -> Floats:
    """The AUC of each metric alone, on the rows where it is known; 0.5 where it cannot be told."""
    return np.array([_auc(column, outcome) for column in values.T])


def _with_risks(earlier: pl.DataFrame, later: pl.DataFrame, rules: ProofPolicy, seed: int) -> pl.DataFrame | None:
    outcome = churned(earlier)
    if not later.height or not earlier.height or not can_fit(outcome):
        return None
    names = metric_names(earlier)
    past, present = matrix(earlier, names), matrix(later, names)
    model = fitted(names, past, outcome, codes(earlier), rules.fit, rules.splits.folds, seed)
    aucs = separation(past, outcome)
    best = int(np.argmax(np.abs(aucs - 0.5)))
    direction = 1.0 if aucs[best] >= 0.5 else -1.0
    return later.with_columns(
        pl.Series("risk.model", model.probability(present)),
        pl.Series("risk.best_metric", direction * _placed(past[:, best], present[:, best])),
        best_metric=pl.lit(names[best]),
    )


def _placed(past: Floats, present: Floats) -> Floats:
    """Where values lie among the earlier ones, from 0 to 1, less a half; 0 where missing."""
    known = np.sort(past[~np.isnan(past)])
    both = np.searchsorted(known, present, "left") + np.searchsorted(known, present, "right")
    return np.where(np.isnan(present), 0.0, both / (2 * max(known.size, 1)) - 0.5)


def _auc(values: Floats, outcome: Floats) -> float:
    known = ~np.isnan(values)
    churns, others = values[known & (outcome == 1)], np.sort(values[known & (outcome == 0)])
    if not churns.size or not others.size:
        return 0.5
    below, upto = np.searchsorted(others, churns, "left"), np.searchsorted(others, churns, "right")
    return float((below + upto).sum() / (2 * churns.size * others.size))
