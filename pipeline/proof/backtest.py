"""The back-test: every measure of every method by lead time and segment, bands, reliability, and what to beware of.

Above rolling origins, below the report card. A cell with fewer churns than the policy needs keeps its counts and says
how many are missing; its measures are null, so no document can print them.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipeline.policy.proof import ProofPolicy
from pipeline.proof.measures import MEASURES, PROBABILITY_MEASURES, Sample, bin_of, measured
from pipeline.proof.rolling import METHODS, churned, codes, events, matrix, metric_names, separation

Z = 1.959964
BACKTEST = {
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


def seed_of(rows: pl.DataFrame) -> int:
    """The seed of every draw about some rows: it comes from the rows alone."""
    text = rows.select(sorted(rows.columns)).write_csv(float_precision=9)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def backtest(rows: pl.DataFrame, rules: ProofPolicy, seed: int) -> pl.DataFrame:
    """One row per method, lead (0: all), segment (`all` among them) and measure; rows as `rolling.judged` gives them.

    Values are shares from 0 to 1 or plain numbers (lift). n counts snapshots, events churns. (proof: Measured)
    """
    told = [row for lead, segment, cell in cells(rows) for row in _measured_cell(cell, lead, segment, rules, seed)]
    return pl.DataFrame(told, schema=BACKTEST, orient="row").sort("lead_days", "segment", "method", "measure")


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


def bands(rows: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per lead, score (health, churn_risk) and band: counts, and the churn rate with its interval and as a
    multiple of the lead's; null below the churns needed. (proof: Bands)
    """
    both = {"health": "health_band", "churn_risk": "churn_risk_band"}
    stacked = [rows.with_columns(score=pl.lit(score), band=pl.col(column)) for score, column in both.items()]
    is_churn = pl.col("outcome") == "churned"
    grouped = pl.concat(stacked).group_by("lead_days", "score", "band")
    counted = grouped.agg(n=pl.len().cast(pl.Int64), churned=is_churn.sum().cast(pl.Int64))
    whole = pl.col("n").sum().over("lead_days", "score"), pl.col("churned").sum().over("lead_days", "score")
    stated = whole[1] >= rules.churn_events_needed
    rate, base = pl.col("churned") / pl.col("n"), whole[1] / whole[0]
    low, high = wilson(pl.col("churned"), pl.col("n"))
    shares = {
        "rate": rate,
        "low": low,
        "high": high,
        "times_base": rate / base,
        "share_of_book": pl.col("n") / whole[0],
    }
    shown = counted.with_columns(pl.when(stated).then(value).alias(name) for name, value in shares.items())
    return shown.sort("lead_days", "score", "band", nulls_last=True)


def wilson(hits: pl.Expr, tries: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The interval of a share, from 0 to 1."""
    rate, weight = hits / tries, Z * Z / tries
    middle = (rate + weight / 2) / (1 + weight)
    half = (rate * (1 - rate) * weight + weight * weight / 4).sqrt() / (1 + weight)
    return (middle - half).clip(0, 1), (middle + half).clip(0, 1)


def reliability(rows: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per bin of the model's probability: what it said and what happened; no rows below the churns needed."""
    schema = {"bin": pl.Int64, "n": pl.Int64, "churned": pl.Int64, "said": pl.Float64}
    empty = pl.DataFrame(schema={**schema, "happened": pl.Float64, "low": pl.Float64, "high": pl.Float64})
    if events(rows) < rules.churn_events_needed:
        return empty
    said = rows.get_column("risk.model").to_numpy()
    binned = rows.with_columns(bin=pl.Series(bin_of(said, rules.bootstrap.bins)))
    counted = binned.group_by("bin").agg(
        n=pl.len().cast(pl.Int64),
        churned=(pl.col("outcome") == "churned").sum().cast(pl.Int64),
        said=pl.col("risk.model").mean(),
    )
    low, high = wilson(pl.col("churned"), pl.col("n"))
    return counted.with_columns(happened=pl.col("churned") / pl.col("n"), low=low, high=high).sort("bin")


def warnings(rows: pl.DataFrame, tested: pl.DataFrame, table: pl.DataFrame, rules: ProofPolicy) -> pl.DataFrame:
    """One row per thing to beware of: a feature or model that foretells too well, and backfilled history.

    `leakage` names the metric whose own AUC is over the limit, or, when the model's is, the best single one.
    """
    found = [*_leaks(rows, table, rules), *_backfilled(rows, rules)]
    return pl.DataFrame(found, schema=WARNINGS, orient="row").unique().sort("kind", "subject")


def _measured_cell(cell: pl.DataFrame, lead: int, segment: str, rules: ProofPolicy, seed: int) -> list[tuple[Any, ...]]:
    count = events(cell)
    missing = max(0, rules.churn_events_needed - count)
    drawn = rules.bootstrap
    found: list[tuple[Any, ...]] = []
    for method in METHODS:
        sample = _sample(cell, method)
        counts = (cell.height, sample.accounts, count, missing)
        names = (*MEASURES, *(PROBABILITY_MEASURES if sample.is_probability else ()))
        if missing:
            found += [(method, lead, segment, name, None, None, None, *counts) for name in names]
            continue
        share = rules.capacity_per_week / 100
        told = measured(sample, share, drawn.draws, drawn.interval_pct, drawn.bins, seed)
        found += [
            (method, lead, segment, name, _known(it.value), _known(it.low), _known(it.high), *counts)
            for name, it in told.items()
        ]
    return found


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
    whole = table.filter((pl.col("measure") == "auc") & (pl.col("segment") == "all") & (pl.col("method") == "model"))
    if not suspects and whole.filter(pl.col("value") > rules.high_auc).height:
        suspects = [int(np.argmax(apart))]
    return [
        ("leakage", names[at].removeprefix("metric."), round(float(apart[at]), 9), rules.high_auc) for at in suspects
    ]


def _backfilled(rows: pl.DataFrame, rules: ProofPolicy) -> list[tuple[str, str, float, float]]:
    marked = rows.get_column("is_backfilled").fill_null(value=False)
    share = float(marked.sum()) / rows.height if rows.height else 0.0
    limit = rules.backfilled_over_pct / 100
    return [("backfilled", "attributes of the account", round(share, 9), limit)] if share > limit else []
