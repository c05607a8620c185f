"""The report card of the scores: assembles every table of the room, and says in one row what may be concluded.

Last in the room. `verdict` is one of too_few_events, works, does_not_work: a score works where the lower end of its
AUC's interval is above that of a coin.
"""

from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Policy
from pipeline.policy.proof import ProofPolicy
from pipeline.proof.backtest import backtest, bands, missing, reliability, seed_of, warnings
from pipeline.proof.dated import dated
from pipeline.proof.leavers import churn_reasons, win_backs
from pipeline.proof.logistic import Model
from pipeline.proof.rolling import events, judged, with_rule_risks
from pipeline.proof.snapshots import snapshots, standing
from pipeline.proof.standing import accounts, drift, final_model, weights
from pipeline.scores import Scores
from pipeline.workspace import Settings

FAIR = 0.5
SUMMARY = {
    "snapshots": pl.Int64,
    "accounts": pl.Int64,
    "tested": pl.Int64,
    "events": pl.Int64,
    "events_tested": pl.Int64,
    "events_needed": pl.Int64,
    "model_events_needed": pl.Int64,
    "first_seen_on": pl.Date,
    "last_seen_on": pl.Date,
    "capacity_share": pl.Float64,
    "verdict": pl.String,
    "model": pl.String,
}


def proof_tables(book: Book, scores: Scores, policy: Policy, settings: Settings) -> dict[str, pl.DataFrame]:
    """Every table of the proof by name; tables without rows where there is no history."""
    rules = policy.proof
    seen, left_out = dated(snapshots(book, scores, policy, rules), book, policy, settings)
    now = standing(book, scores, rules)
    seed = seed_of(seen)
    rows = with_rule_risks(seen, seed)
    capacity = capacity_share(now, settings.capacity.saves_per_csm_per_week, rules)
    is_enough = events(rows) >= rules.churn_events_needed
    tested = judged(rows if is_enough else rows.clear(), rules, seed)
    measured = backtest(rows, tested, rules, capacity, seed)
    # The page must not print probabilities while it says that churns are missing to judge them by.
    needed = missing(rows, tested, rules)
    model = None if needed else final_model(rows, rules, seed)
    arr = shaped(book.accounts, {"account_id": pl.String, "arr": pl.Float64})
    terms_of = (policy.segments.renewals.grace_days, policy.renewals.horizon_months)
    return {
        "backtest": measured,
        "backtest_bands": bands(rows, rules, seed),
        "backtest_reliability": reliability(tested, needed, rules, seed),
        "backtest_left_out": left_out,
        "backtest_warnings": warnings(rows, measured, left_out, rules),
        "backtest_summary": summary(rows, tested, measured, model, capacity, rules),
        "model_accounts": accounts(now, arr, model, rules),
        "model_weights": weights(rows, policy, model, rules, seed),
        "model_drift": drift(rows, now, rules),
        "churn_reasons": churn_reasons(book, *terms_of),
        "win_backs": win_backs(book, *terms_of),
    }


def capacity_share(now: pl.DataFrame, saves_per_csm: float, rules: ProofPolicy) -> float:
    """The share of the scored accounts, 0 to 1, that the team can work on in a week; the policy's without a CSM."""
    csms = now.get_column("csm").drop_nulls().n_unique()
    if not now.height or not csms or not saves_per_csm:
        return rules.capacity_pct / 100
    return min(1.0, saves_per_csm * csms / now.height)


def summary(
    rows: pl.DataFrame,
    tested: pl.DataFrame,
    measured: pl.DataFrame,
    model: Model | None,
    capacity: float,
    rules: ProofPolicy,
) -> pl.DataFrame:
    """One row: how much there is to judge by, how many churns are missing, the verdict, and the model as JSON."""
    count, judged_events = events(rows), events(tested)
    told: dict[str, Any] = {
        "snapshots": rows.height,
        "accounts": rows.get_column("account_id").n_unique(),
        "tested": tested.height,
        "events": count,
        "events_tested": judged_events,
        "events_needed": max(0, rules.churn_events_needed - count),
        "model_events_needed": missing(rows, tested, rules),
        "first_seen_on": rows.get_column("seen_on").min(),
        "last_seen_on": rows.get_column("seen_on").max(),
        "capacity_share": round(capacity, 9),
        "verdict": verdict(measured),
        "model": model.as_json() if model else None,
    }
    return pl.DataFrame([told], schema=SUMMARY)


def verdict(measured: pl.DataFrame) -> str:
    """What the health score's AUC over all leads allows one to say."""
    whole = measured.filter(basis="all", method="health_score", lead_days=0, segment="all", measure="auc")
    low = whole.get_column("low").to_list()
    if not low or low[0] is None:
        return "too_few_events"
    return "works" if low[0] > FAIR else "does_not_work"
