"""Histories with a known law: snapshots of simulated accounts whose chance to churn is a logistic function of metrics."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.policy.proof import ProofPolicy

RULES = ProofPolicy.model_validate(
    tomllib.loads((Path(__file__).resolve().parents[2] / "policy" / "proof.toml").read_text(encoding="utf-8"))
)
START = date(2023, 1, 6)
METRICS = ("metric.logins", "metric.tickets", "metric.noise")


def few_draws(**changes: Any) -> ProofPolicy:
    """The shipped rules with fewer draws, cuts and parts, so that a test takes little time."""
    bootstrap = RULES.bootstrap.model_copy(update={"draws": 60})
    fit = RULES.fit.model_copy(update={"weight_draws": 8})
    splits = RULES.splits.model_copy(update={"folds": 3, "most_cuts": 3})
    return RULES.model_copy(update={"bootstrap": bootstrap, "fit": fit, "splits": splits, **changes})


def history(accounts: int = 300, years: int = 3, seed: int = 1, base: float = -1.4, **metrics: Any) -> pl.DataFrame:
    """One snapshot per account, yearly deadline and lead; an account that churned has no later one. `chance` is the law."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(accounts):
        character = random.normal()
        first = START + timedelta(days=7 * int(random.integers(0, 52)))
        for year in range(years):
            logins, tickets, noise = character + random.normal() * 0.5, random.normal(), random.normal()
            chance = 1 / (1 + np.exp(-(base - 1.5 * logins + 0.8 * tickets)))
            churns = random.random() < chance
            decision = first + timedelta(days=364 * (year + 1))
            rows += [
                {
                    "account_id": f"a{number:04d}",
                    "decision_on": decision,
                    "lead_days": lead,
                    "seen_on": decision - timedelta(days=lead + lead % 7),
                    "known_on": decision + timedelta(days=45),
                    "outcome": "churned" if churns else "renewed",
                    "arr": float(1000 + number),
                    "kept_arr": 0.0 if churns else float(1000 + number),
                    "segment": "smb" if number % 2 else "enterprise",
                    "is_backfilled": False,
                    "health_score": 50 + 10 * logins - 4 * tickets,
                    "health_band": "healthy" if logins > 0 else "critical",
                    "churn_risk_points": float(round(50 - 15 * logins)),
                    "churn_risk_band": "green" if logins > 0 else "red",
                    "metric.logins": logins,
                    "metric.tickets": tickets,
                    "metric.noise": noise,
                    "chance": float(chance),
                }
                for lead in (90, 30)
            ]
            if churns:
                break
    return pl.DataFrame(rows).sort("account_id", "decision_on", "lead_days").with_columns(**metrics)
