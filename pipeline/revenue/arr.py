"""The tables of ARR and retention, in the order in which one rests on another."""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Policy
from pipeline.revenue.bridge import arr_bridge, arr_bridge_by_currency
from pipeline.revenue.churn import churn_analysis, churned_accounts
from pipeline.revenue.decided import decided
from pipeline.revenue.landing import landing
from pipeline.revenue.movements import arr_movements, arr_movements_by_product, moves
from pipeline.revenue.reconciled import reconciled
from pipeline.revenue.restated import restatements
from pipeline.revenue.retained import described
from pipeline.revenue.retention import retention
from pipeline.revenue.served import accounts, contract_months, contracts, first_start, rates
from pipeline.revenue.survival import lives, survival
from pipeline.revenue.tied_out import controls_check, renewed_by_month, suspects
from pipeline.revenue.triangles import cohorts
from pipeline.scores import Scores

BANDS = {"account_id": pl.String, "week_ending_on": pl.Date}


def arr_tables(book: Book, scores: Scores, policy: Policy) -> dict[str, pl.DataFrame]:
    """The tables by name: movements, bridges, retention, cohorts, survival, churn, restatements, tie-out, landing."""
    rules = policy.revenue
    served, by_month, held = contract_months(book), rates(book), contracts(book)
    customers = described(accounts(book), held)
    segments, bands = customers.select("account_id", "segment"), panel_bands(scores)
    closed = decided(book)
    moved = moves(served, by_month, held, rules.movements.reactivation_months, book.as_of)
    movements, by_product = arr_movements(moved), arr_movements_by_product(moved)
    first = first_start(held)
    bridge = arr_bridge(moved, segments, first, book.as_of)
    yearly, quarterly = (
        retention(book, served, by_month, customers, bands, closed, policy, months)
        for months in (rules.retention.trailing_months, rules.retention.quarter_months)
    )
    lived = lives(held, served, policy.segments.renewals.grace_days, book.as_of)
    gone = churned_accounts(lived, held, by_month, customers, bands, book.opportunities, rules.churn, book.as_of)
    restated = restatements(book.month_closings)
    renewed = renewed_by_month(closed, by_month, segments)
    small = rules.retention.small_cohort_accounts
    return {
        "arr_movements": movements,
        "arr_movements_by_product": by_product,
        "arr_bridge": bridge,
        "arr_bridge_by_currency": arr_bridge_by_currency(moved, first, book.as_of),
        "retention": yearly,
        "retention_quarters": quarterly,
        "retention_reconciled": reconciled(served, by_month, segments, bridge, yearly, rules.retention.trailing_months),
        "cohorts": cohorts(served, by_month, held, book.as_of, small),
        "survival": survival(lived, segments, rules.survival.interval_z, book.as_of),
        "churned_accounts": gone,
        "churn_analysis": churn_analysis(gone, lived, customers, by_product, rules.churn, book.as_of),
        "restatements": restated,
        "controls_check": controls_check(
            book.controls, bridge, renewed, suspects(restated, served, movements, segments)
        ),
        "landing": landing(book.targets, bridge, served, by_month, segments, rules.landing, book.as_of),
    }


def panel_bands(scores: Scores) -> pl.DataFrame:
    """One row per account and week of the panel: health_band and risk_band."""
    key = list(BANDS)
    health = shaped(scores.health_weeks, {**BANDS, "health_band": pl.String})
    risk = shaped(scores.churn_weeks, {**BANDS, "churn_risk_band": pl.String}).rename({"churn_risk_band": "risk_band"})
    return health.join(risk, on=key, how="left").sort(key)
