"""What the model says of the accounts of today, beside the rules: drivers, disagreements, weights, drift.

Above the model, below the report card. The model never replaces a rule score. Below the churns needed there is none.
"""

import numpy as np
import polars as pl

from pipeline.policy import Policy, Scorecard
from pipeline.policy.proof import ProofPolicy
from pipeline.proof.logistic import Model, can_fit, fitted, reweighted
from pipeline.proof.measures import Floats, account_draws
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
    "metric": pl.String,
    "effect": pl.Float64,
    "effect_low": pl.Float64,
    "effect_high": pl.Float64,
    "policy_pct": pl.Float64,
    "suggested_pct": pl.Float64,
    "low_pct": pl.Float64,
    "high_pct": pl.Float64,
    "suggestion": pl.String,
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
    """One row per health component that a metric stands for: its `effect`, what one standard deviation towards the
    good end takes off the log-odds of churn (negative: history points the other way); the policy's share of weight
    among these components, and the share that the effects suggest; intervals over accounts. Nothing changes by itself.

    `suggestion` is more, less or against where the interval leaves the policy's share or points the other way, else as
    it is. A metric that was left out of every snapshot has no row.
    """
    if model is None:
        return pl.DataFrame(schema=WEIGHTS)
    told = _stood_for(rows, policy, rules)
    places = [model.metrics.index(f"metric.{name}") for name in told]
    signs = np.array([-1.0 if rules.metrics[name].good == "high" else 1.0 for name in told])
    effect = signs * model.coefficients[places]
    drawn = signs * _redrawn(rows, model, rules, seed)[:, places]
    named = [rules.metrics[name].component or name for name in told]
    own = np.array([_policy_weight(policy.health.scorecard, name) for name in named])
    parts = {
        "component": named,
        "metric": told,
        **_with_tails("effect", "effect_low", "effect_high", effect, drawn),
        "policy_pct": 100 * own / own.sum() if own.size else own,
        **_with_tails(
            "suggested_pct", "low_pct", "high_pct", _shares(effect), np.array([_shares(each) for each in drawn])
        ),
    }
    table = pl.DataFrame(parts, schema_overrides=dict.fromkeys(("component", "metric"), pl.String))
    stated = table.with_columns(pl.col(pl.Float64).round(6)).with_columns(suggestion=_suggestion())
    return stated.select(pl.col(name).cast(dtype) for name, dtype in WEIGHTS.items()).sort("component", "metric")


def drift(rows: pl.DataFrame, now: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per metric: population stability of today's accounts against the snapshots; missing is a bin.

    Snapshots at which a metric was left out do not count for it; without any other it has no row.
    """
    if not rows.height or not now.height:
        return pl.DataFrame(schema=DRIFT)
    names = metric_names(rows)
    own = _dated_alone(rows, rules)
    kept = [name for name in names if own[name].height]
    then = [matrix(own[name], (name,))[:, 0] for name in kept]
    today = matrix(now, tuple(kept))
    found = [_stability(then[at], today[:, at], rules.drift.bins) for at in range(len(kept))]
    table = pl.DataFrame(
        {
            "metric": [name.removeprefix("metric.") for name in kept],
            "psi": np.round(found, 6),
            "n_fit": [own[name].height for name in kept],
        }
    )
    state = (
        pl.when(pl.col("psi") >= rules.drift.act)
        .then(pl.lit("act"))
        .when(pl.col("psi") >= rules.drift.look)
        .then(pl.lit("look"))
        .otherwise(pl.lit("stable"))
    )
    sized = table.with_columns(n_now=pl.lit(now.height, pl.Int64), state=state)
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


def _redrawn(rows: pl.DataFrame, model: Model, rules: ProofPolicy, seed: int) -> Floats:
    """The coefficients of the metrics, draws x metrics, with accounts drawn with replacement."""
    account = codes(rows)
    draws = account_draws(account, rules.fit.weight_draws, seed + 3)
    inputs, outcome = model.inputs(matrix(rows, model.metrics)), churned(rows)
    found = [reweighted(model, inputs, outcome, each, rules.fit) for chunk in draws for each in chunk]
    return np.array(found)[:, : len(model.metrics)]


def _policy_weight(scorecard: Scorecard, component: str) -> float:
    """The share of the whole score, 0 to 1, that a component has when everything is known."""
    category = scorecard.components[component].category
    within = sum(float(each.weight) for each in scorecard.components.values() if each.category == category)
    across = sum(float(each.weight) for each in scorecard.categories.values())
    return (
        float(scorecard.components[component].weight) / within * float(scorecard.categories[category].weight) / across
    )


def _stood_for(rows: pl.DataFrame, policy: Policy, rules: ProofPolicy) -> list[str]:
    """The metrics that stand for a component of the scorecard in force and are known at some snapshot."""
    components = policy.health.scorecard.components
    known = {name for name in metric_names(rows) if rows.get_column(name).is_not_null().any()}
    stands = (name for name, feature in rules.metrics.items() if feature.component in components)
    return [name for name in stands if f"metric.{name}" in known]


def _with_tails(name: str, low: str, high: str, value: Floats, drawn: Floats) -> dict[str, Floats]:
    below, above = np.percentile(drawn, (2.5, 97.5), axis=0)
    return {name: value, low: below, high: above}


def _suggestion() -> pl.Expr:
    return (
        pl.when(pl.col("effect_high") < 0)
        .then(pl.lit("against"))
        .when(pl.col("low_pct") > pl.col("policy_pct"))
        .then(pl.lit("more"))
        .when(pl.col("high_pct") < pl.col("policy_pct"))
        .then(pl.lit("less"))
        .otherwise(pl.lit("as_it_is"))
    )


def _shares(effects: Floats) -> Floats:
    """Shares of 100 among the effects that point the way the policy takes them to; the others have none."""
    size = np.clip(effects, 0, None)
    return 100 * size / size.sum() if size.sum() > 0 else size


def _dated_alone(rows: pl.DataFrame, rules: ProofPolicy) -> dict[str, pl.DataFrame]:
    own = rows.filter(~pl.col("is_backfilled").fill_null(value=False))
    by_attribute = {f"metric.{name}" for name, feature in rules.metrics.items() if feature.attributes}
    return {name: own if name in by_attribute else rows for name in metric_names(rows)}


def _stability(then: Floats, today: Floats, bins: int) -> float:
    known = then[~np.isnan(then)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if known.size else np.array([])
    before, after = (_spread(values, edges) for values in (then, today))
    return float(((after - before) * np.log(after / before)).sum())


def _spread(values: Floats, edges: Floats) -> Floats:
    place = np.where(np.isnan(values), edges.size + 1, np.searchsorted(edges, values, "left"))
    counts = np.bincount(place.astype(np.int64), minlength=edges.size + 2) + 0.5
    return np.asarray(counts / counts.sum())
