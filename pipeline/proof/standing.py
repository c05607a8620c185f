"""What the model says of the accounts of today, beside the rules: drivers, disagreements, weights, drift.

Above the model, below the report card. The model never replaces a rule score. Below the churns needed there is none.
"""

import numpy as np
import polars as pl

from pipeline.policy import Policy
from pipeline.policy.proof import ProofPolicy
from pipeline.proof.logistic import Model, can_fit, fitted, uncalibrated
from pipeline.proof.measures import Floats
from pipeline.proof.rolling import churned, codes, events, matrix, metric_names

CALM_HEALTH, CALM_RISK = ("healthy",), ("green",)
ALARMED_HEALTH, ALARMED_RISK = ("critical", "at_risk"), ("red", "orange")
ACCOUNTS = {
    "account_id": pl.String,
    "arr": pl.Float64,
    "probability": pl.Float64,
    "risk_rank_pct": pl.Float64,
    "drivers": pl.String,
    "health_band": pl.String,
    "churn_risk_band": pl.String,
    "disagreement": pl.String,
}
WEIGHTS = {
    "component": pl.String,
    "policy_pct": pl.Float64,
    "suggested_pct": pl.Float64,
    "low_pct": pl.Float64,
    "high_pct": pl.Float64,
}
DRIFT = {"metric": pl.String, "psi": pl.Float64, "n_fit": pl.Int64, "n_now": pl.Int64, "state": pl.String}


def final_model(rows: pl.DataFrame, rules: ProofPolicy, seed: int) -> Model | None:
    """The model of every decided snapshot; none below the churns needed."""
    if not rows.height or events(rows) < rules.churn_events_needed or not can_fit(churned(rows)):
        return None
    names = metric_names(rows)
    return fitted(names, matrix(rows, names), churned(rows), codes(rows), rules.fit, rules.splits.folds, seed)


def accounts(now: pl.DataFrame, arr: pl.DataFrame, model: Model | None, rules: ProofPolicy) -> pl.DataFrame:
    """One row per account scored today: probability, rank, drivers, and where model and rules disagree, by ARR."""
    if model is None or not now.height:
        return pl.DataFrame(schema=ACCOUNTS)
    values = matrix(now, model.metrics)
    told = now.join(arr, on="account_id", how="left", maintain_order="left").with_columns(
        pl.Series("probability", np.round(model.probability(values), 6)),
        pl.Series("drivers", _drivers(model, values, rules.fit.drivers)),
    )
    rank = pl.col("probability").rank("average") / pl.len() * 100
    rows = told.with_columns(risk_rank_pct=rank.round(6), arr=pl.col("arr").cast(pl.Float64))
    stated = rows.with_columns(disagreement=_disagreement(rules.fit.disagree_from_rank_pct))
    return stated.select(list(ACCOUNTS)).sort("arr", "account_id", descending=[True, False], nulls_last=True)


def weights(rows: pl.DataFrame, policy: Policy, model: Model | None, rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """One row per health component that a metric stands for: the policy's share of weight among them, and the share
    that the history's coefficients suggest, with an interval over accounts. Nothing changes by itself.
    """
    if model is None:
        return pl.DataFrame(schema=WEIGHTS)
    scorecard = policy.health.scorecards[policy.health.in_force].components
    named = {
        f"metric.{name}": feature.component for name, feature in rules.metrics.items() if feature.component in scorecard
    }
    places = [model.metrics.index(name) for name in named]
    policy_weights = np.array([scorecard[component].weight for component in named.values() if component], dtype=float)
    drawn = np.array([_shares(each.coefficients[places]) for each in _redrawn(rows, model, rules, seed)])
    low, high = np.nanpercentile(drawn, (2.5, 97.5), axis=0)
    told = {
        "component": list(named.values()),
        "policy_pct": 100 * policy_weights / policy_weights.sum(),
        "suggested_pct": 100 * _shares(model.coefficients[places]),
        "low_pct": 100 * low,
        "high_pct": 100 * high,
    }
    return pl.DataFrame(told, schema=WEIGHTS).with_columns(pl.col(pl.Float64).round(6)).sort("component")


def drift(rows: pl.DataFrame, now: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per metric: population stability of today's accounts against the snapshots; missing is a bin."""
    if not rows.height or not now.height:
        return pl.DataFrame(schema=DRIFT)
    names = metric_names(rows)
    then, today = matrix(rows, names), matrix(now, names)
    found = [_stability(then[:, at], today[:, at], rules.drift.bins) for at in range(len(names))]
    table = pl.DataFrame({"metric": [name.removeprefix("metric.") for name in names], "psi": np.round(found, 6)})
    state = (
        pl.when(pl.col("psi") >= rules.drift.act)
        .then(pl.lit("act"))
        .when(pl.col("psi") >= rules.drift.look)
        .then(pl.lit("look"))
        .otherwise(pl.lit("stable"))
    )
    sized = table.with_columns(n_fit=pl.lit(rows.height, pl.Int64), n_now=pl.lit(now.height, pl.Int64), state=state)
    return sized.select(list(DRIFT)).sort("psi", "metric", descending=[True, False])


def _drivers(model: Model, values: Floats, most: int) -> list[str]:
    parts = model.contributions(values)
    order = np.argsort(-parts, axis=1, kind="stable")[:, :most]
    names = np.array([name.removeprefix("metric.") for name in model.metrics])[order]
    raises = np.take_along_axis(parts, order, axis=1) > 0
    return [", ".join(name[is_up]) for name, is_up in zip(names, raises, strict=True)]


def _disagreement(high: float) -> pl.Expr:
    calm = pl.col("health_band").is_in(CALM_HEALTH) & pl.col("churn_risk_band").is_in(CALM_RISK)
    alarmed = pl.col("health_band").is_in(ALARMED_HEALTH) | pl.col("churn_risk_band").is_in(ALARMED_RISK)
    return (
        pl.when(calm & (pl.col("risk_rank_pct") >= high))
        .then(pl.lit("model_worse"))
        .when(alarmed & (pl.col("risk_rank_pct") <= 100 - high))
        .then(pl.lit("model_better"))
    )


def _redrawn(rows: pl.DataFrame, model: Model, rules: ProofPolicy, seed: int) -> list[Model]:
    values, outcome, account = matrix(rows, model.metrics), churned(rows), codes(rows)
    random = np.random.default_rng(seed + 3)
    size = int(account.max()) + 1
    order = np.argsort(account, kind="stable")
    counts = np.bincount(account, minlength=size)
    found = []
    for _ in range(rules.fit.weight_draws):
        times = random.multinomial(size, np.full(size, 1 / size))
        picked = np.repeat(order, times[account[order]])
        if counts.size and np.unique(outcome[picked]).size == 2:
            found.append(uncalibrated(model.metrics, values[picked], outcome[picked], rules.fit))
    return found or [model]


def _shares(coefficients: Floats) -> Floats:
    size = np.abs(coefficients)
    return size / size.sum() if size.sum() > 0 else size


def _stability(then: Floats, today: Floats, bins: int) -> float:
    known = then[~np.isnan(then)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if known.size else np.array([])
    before, after = (_spread(values, edges) for values in (then, today))
    return float(((after - before) * np.log(after / before)).sum())


def _spread(values: Floats, edges: Floats) -> Floats:
    place = np.where(np.isnan(values), edges.size + 1, np.searchsorted(edges, values, "left"))
    counts = np.bincount(place.astype(np.int64), minlength=edges.size + 2) + 0.5
    return np.asarray(counts / counts.sum())
