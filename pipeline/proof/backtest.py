"""The back-test: every measure of every method by lead time and segment, bands, reliability, and what to beware of.

Above rolling origins, below the report card. A cell with fewer churns than the policy needs keeps its counts and says
how many are missing; its measures are null, so no document can print them.
"""

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipeline.policy.proof import ProofPolicy
from pipeline.proof.dated import backfilled_weight
from pipeline.proof.measures import (
    MEASURES,
    PROBABILITY_MEASURES,
    Estimate,
    Floats,
    Sample,
    account_draws,
    bin_of,
    measured,
)
from pipeline.proof.rolling import METHODS, RULE_METHODS, churned, codes, events, matrix, metric_names, separation

Z = 1.959964
BACKTEST = {
    "basis": pl.String,
    "method": pl.String,
    "lead_days": pl.Int64,
    "segment": pl.String,
    "measure": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "accounts": pl.Int64,
    "events": pl.Int64,
    "events_needed": pl.Int64,
}
WARNINGS = {"kind": pl.String, "subject": pl.String, "value": pl.Float64, "limit": pl.Float64}
ALL_LEADS = 0
UNTOLD = Estimate(math.nan, math.nan, math.nan)


def seed_of(rows: pl.DataFrame) -> int:
    """The seed of every draw about some rows: it comes from the rows alone."""
    text = rows.select(sorted(rows.columns)).write_csv(float_precision=9)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def backtest(rows: pl.DataFrame, tested: pl.DataFrame, rules: ProofPolicy, capacity: float, seed: int) -> pl.DataFrame:
    """One row per basis, method, lead (0: all), segment (`all` among them) and measure.

    On the basis `all` stand the methods that learn nothing, over every snapshot; on the basis `same` every method, over
    the rows that `rolling.judged` gives. Values are shares from 0 to 1 or plain numbers (lift). n counts snapshots,
    events churns. (proof: Measured)
    """
    told = [
        row
        for basis, judged, methods in (("all", rows, RULE_METHODS), ("same", tested, METHODS))
        for lead, segment, cell in cells(judged)
        for row in _measured_cell(
            (basis, lead, segment), cell, methods, missing(rows, cell, rules), rules, capacity, seed
        )
    ]
    table = pl.DataFrame(told, schema=BACKTEST, orient="row")
    return table.sort("basis", "lead_days", "segment", "method", "measure")


def missing(history: pl.DataFrame, part: pl.DataFrame, rules: ProofPolicy) -> int:
    """How many churns are missing before a part of the history may be measured: in the whole of it, or in the part."""
    return max(0, rules.churn_events_needed - events(history), rules.cell_events_needed - events(part))


def cells(rows: pl.DataFrame) -> Iterator[tuple[int, str, pl.DataFrame]]:
    """Every lead with every segment, and all of each."""
    leads = [ALL_LEADS, *rows.get_column("lead_days").unique().sort().to_list()]
    segments = ["all", *rows.get_column("segment").drop_nulls().unique().sort().to_list()]
    for lead in leads:
        of_lead = rows.filter(pl.lit(lead == ALL_LEADS) | (pl.col("lead_days") == lead))
        for segment in segments:
            cell = of_lead.filter(pl.lit(segment == "all") | (pl.col("segment") == segment))
            if cell.height:
                yield lead, segment, cell


def bands(rows: pl.DataFrame, rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """One row per lead, score (health, churn_risk) and band: counts, and the churn rate with its interval and as a
    multiple of the lead's; null below the churns needed in all or at the lead. (proof: Bands)
    """
    is_enough = events(rows) >= rules.churn_events_needed
    leads = rows.partition_by("lead_days", maintain_order=True) if rows.height else [rows]
    parts = [
        _rates(lead.with_columns(score=pl.lit(score), band=pl.col(column)), ["lead_days", "score", "band"], rules, seed)
        for lead in leads
        for score, column in {"health": "health_band", "churn_risk": "churn_risk_band"}.items()
    ]
    whole = {name: pl.col(name).sum().over("lead_days", "score") for name in ("n", "churned")}
    stated = pl.lit(is_enough) & (whole["churned"] >= rules.cell_events_needed)
    measured = pl.concat(parts).with_columns(
        times_base=pl.col("rate") / (whole["churned"] / whole["n"]), share_of_book=pl.col("n") / whole["n"]
    )
    shown = measured.with_columns(
        pl.when(stated).then(name).alias(name) for name in ("rate", "low", "high", "times_base", "share_of_book")
    )
    return shown.sort("lead_days", "score", "band", nulls_last=True)


def reliability(rows: pl.DataFrame, needed: int, rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """One row per bin of the model's probability: what it said and what happened; no rows while churns are needed."""
    said = rows.get_column("risk.model").to_numpy()
    binned = rows.with_columns(bin=pl.Series(bin_of(said, rules.bootstrap.bins), dtype=pl.Int64))
    told = binned.clear() if needed else binned
    means = told.group_by("bin").agg(said=pl.col("risk.model").sort_by("account_id", "decision_on", "lead_days").mean())
    rates = _rates(told, ["bin"], rules, seed).rename({"rate": "happened"})
    return rates.join(means, on="bin", how="left").select("bin", "n", "churned", "said", "happened", "low", "high")


def _rates(rows: pl.DataFrame, by: list[str], rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """Counts and churn rate of each group; its interval is the wider of Wilson's and that of drawn accounts."""
    counted = rows.group_by(by).agg(
        n=pl.len().cast(pl.Int64), churned=(pl.col("outcome") == "churned").sum().cast(pl.Int64)
    )
    rates = counted.sort(by, nulls_last=True).with_columns(rate=pl.col("churned") / pl.col("n"))
    placed = rows.join(
        rates.select(by).with_row_index("_at"), on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    low, high = _drawn_rates(placed, rates.height, rules, seed)
    wilson_low, wilson_high = wilson(pl.col("churned"), pl.col("n"))
    drawn = rates.with_columns(pl.Series("_low", low), pl.Series("_high", high))
    return drawn.with_columns(
        low=pl.min_horizontal(wilson_low, "_low"), high=pl.max_horizontal(wilson_high, "_high")
    ).drop("_low", "_high")


def _drawn_rates(placed: pl.DataFrame, groups: int, rules: ProofPolicy, seed: int) -> tuple[Floats, Floats]:
    """The tails of each group's churn rate when accounts are drawn; 1 and 0, which bind nothing, for an empty frame."""
    if not placed.height:
        return np.ones(0), np.zeros(0)
    inside = np.eye(groups)[placed["_at"].to_numpy()]
    churns = inside * churned(placed)[:, None]
    drawn = account_draws(codes(placed), rules.bootstrap.draws, seed)
    there = np.concatenate([weights @ inside for weights in drawn])
    left = np.concatenate([weights @ churns for weights in drawn])
    rates = np.divide(left, there, out=np.tile((churns.sum(0) / inside.sum(0)), (there.shape[0], 1)), where=there > 0)
    tail = 50 - rules.bootstrap.interval_pct / 2
    low, high = np.percentile(rates, (tail, 100 - tail), axis=0)
    return np.asarray(low), np.asarray(high)


def wilson(hits: pl.Expr, tries: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The interval of a share, from 0 to 1."""
    rate, weight = hits / tries, Z * Z / tries
    middle = (rate + weight / 2) / (1 + weight)
    half = (rate * (1 - rate) * weight + weight * weight / 4).sqrt() / (1 + weight)
    return (middle - half).clip(0, 1), (middle + half).clip(0, 1)


def warnings(rows: pl.DataFrame, table: pl.DataFrame, left_out: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per thing to beware of: a feature or model that foretells too well, and backfilled history.

    `leakage` names the metric whose own AUC is over the limit, or, when the model's is, the best single one.
    """
    found = [*_leaks(rows, table, rules), *_backfilled(left_out, rules)]
    return pl.DataFrame(found, schema=WARNINGS, orient="row").unique().sort("kind", "subject")


def _measured_cell(
    place: tuple[str, int, str],
    cell: pl.DataFrame,
    methods: tuple[str, ...],
    needed: int,
    rules: ProofPolicy,
    capacity: float,
    seed: int,
) -> Iterator[tuple[Any, ...]]:
    weights = [] if needed else account_draws(codes(cell), rules.bootstrap.draws, seed)
    for method in methods:
        sample = _sample(cell, method)
        names = (*MEASURES, *(PROBABILITY_MEASURES if sample.is_probability else ()))
        told = {} if needed else measured(sample, capacity, rules.bootstrap, seed, weights)
        counts = (cell.height, sample.accounts, events(cell), needed)
        for name in names:
            it = told.get(name, UNTOLD)
            basis, lead, segment = place
            yield basis, method, lead, segment, name, _known(it.value), _known(it.low), _known(it.high), *counts


def _sample(cell: pl.DataFrame, method: str) -> Sample:
    risk = cell.get_column(f"risk.{method}").to_numpy()
    arr = cell.get_column("arr").fill_null(0.0).to_numpy()
    return Sample(risk, churned(cell), arr, codes(cell), method == "model")


def _known(value: float) -> float | None:
    return round(value, 9) if np.isfinite(value) else None


def _leaks(rows: pl.DataFrame, table: pl.DataFrame, rules: ProofPolicy) -> list[tuple[str, str, float, float]]:
    if not rows.height or events(rows) < rules.churn_events_needed:
        return []
    names = metric_names(rows)
    apart = np.abs(separation(matrix(rows, names), churned(rows)) - 0.5) + 0.5
    suspects = [at for at in range(len(names)) if apart[at] > rules.high_auc]
    whole = table.filter(measure="auc", segment="all", method="model")
    if not suspects and whole.filter(pl.col("value") > rules.high_auc).height:
        suspects = [int(np.argmax(apart))]
    return [
        ("leakage", names[at].removeprefix("metric."), round(float(apart[at]), 9), rules.high_auc) for at in suspects
    ]


def _backfilled(left_out: pl.DataFrame, rules: ProofPolicy) -> list[tuple[str, str, float, float]]:
    share, limit = backfilled_weight(left_out), rules.backfilled_over_pct / 100
    return [("backfilled", "weight of the health score", round(share, 9), limit)] if share > limit else []
