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
from pipeline.proof.backtest import backtest, bands, reliability, seed_of, warnings
from pipeline.proof.leavers import churn_reasons, win_backs
from pipeline.proof.logistic import Model
from pipeline.proof.rolling import events, judged
from pipeline.proof.snapshots import snapshots, standing
from pipeline.proof.standing import accounts, drift, final_model, weights
from pipeline.scores import Scores

FAIR = 0.5
SUMMARY = {
    "snapshots": pl.Int64,
    "accounts": pl.Int64,
    "tested": pl.Int64,
    "events": pl.Int64,
    "events_tested": pl.Int64,
    "events_needed": pl.Int64,
    "first_seen_on": pl.Date,
    "last_seen_on": pl.Date,
    "verdict": pl.String,
    "model": pl.String,
}


def proof_tables(book: Book, scores: Scores, policy: Policy, rules: ProofPolicy) -> dict[str, pl.DataFrame]:
    """Every table of the proof by name; tables without rows where there is no history."""
    rows = snapshots(book, scores, policy, rules)
    now = standing(book, scores, rules)
    seed = seed_of(rows)
    is_enough = bool(rows.height) and events(rows) >= rules.churn_events_needed
    tested = judged(rows, rules, seed) if is_enough else judged(rows.clear(), rules, seed)
    measured = backtest(tested, rules, seed)
    # The page must not print probabilities while it says that churns are missing to judge them by.
    model = final_model(rows if events(tested) >= rules.churn_events_needed else rows.clear(), rules, seed)
    arr = shaped(book.accounts, {"account_id": pl.String, "arr": pl.Float64})
    return {
        "backtest": measured,
        "backtest_bands": bands(rows, rules),
        "backtest_reliability": reliability(tested, rules),
        "backtest_warnings": warnings(rows, tested, measured, rules),
        "backtest_summary": summary(rows, tested, measured, model, rules),
        "model_accounts": accounts(now, arr, model, rules),
        "model_weights": weights(rows, policy, model, rules, seed),
        "model_drift": drift(rows, now, rules),
        "churn_reasons": churn_reasons(book, policy.segments.renewals.grace_days, policy.renewals.horizon_months),
        "win_backs": win_backs(book, policy.segments.renewals.grace_days, policy.renewals.horizon_months),
    }


def summary(
    rows: pl.DataFrame, tested: pl.DataFrame, measured: pl.DataFrame, model: Model | None, rules: ProofPolicy
) -> pl.DataFrame:
    """One row: how much there is to judge by, how many churns are missing, the verdict, and the model as JSON."""
    count, judged_events = events(rows), events(tested)
    told: dict[str, Any] = {
        "snapshots": rows.height,
        "accounts": rows.get_column("account_id").n_unique(),
        "tested": tested.height,
        "events": count,
        "events_tested": judged_events,
        "events_needed": max(0, rules.churn_events_needed - (judged_events if tested.height else count)),
        "first_seen_on": rows.get_column("seen_on").min(),
        "last_seen_on": rows.get_column("seen_on").max(),
        "verdict": verdict(measured),
        "model": model.as_json() if model else None,
    }
    return pl.DataFrame([told], schema=SUMMARY)


def verdict(measured: pl.DataFrame) -> str:
    """What the health score's AUC over all leads allows one to say."""
    whole = measured.filter(
        (pl.col("lead_days") == 0)
        & (pl.col("segment") == "all")
        & (pl.col("measure") == "auc")
        & (pl.col("method") == "health_score")
    )
    low = whole.get_column("low").to_list()
    if not low or low[0] is None:
        return "too_few_events"
    return "works" if low[0] > FAIR else "does_not_work"
