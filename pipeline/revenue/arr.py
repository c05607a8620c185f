"""The tables of ARR and retention, in the order in which one rests on another."""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Policy
from pipeline.revenue.bridge import arr_bridge, arr_bridge_by_currency
from pipeline.revenue.churn import OPPORTUNITIES, churn_analysis, churned_accounts
from pipeline.revenue.coded import Codes, in_words
from pipeline.revenue.decided import decided
from pipeline.revenue.landing import landing
from pipeline.revenue.movements import arr_movements, arr_movements_by_product, moves
from pipeline.revenue.reconciled import reconciled
from pipeline.revenue.restated import restatements
from pipeline.revenue.retained import described, periods_of
from pipeline.revenue.retention import period_ends, retention
from pipeline.revenue.served import accounts, contract_months, contracts, first_start, rates
from pipeline.revenue.survival import lives, survival
from pipeline.revenue.tied_out import controls_check, renewed_by_month, suspects
from pipeline.revenue.triangles import cohorts
from pipeline.scores import Scores

BANDS = {"account_id": pl.String, "week_ending_on": pl.Date}


def arr_tables(book: Book, scores: Scores, policy: Policy) -> dict[str, pl.DataFrame]:
    """The tables by name: movements, bridges, retention, cohorts, survival, churn, restatements, tie-out, landing."""
    rules = policy.revenue
    told = [contract_months(book), rates(book), contracts(book), accounts(book), decided(book)]
    told.append(restatements(book.month_closings))
    codes = Codes.of(told)
    served, by_month, held, listed, closed, restated = (codes.coded(frame) for frame in told)
    customers = described(listed, held)
    segments, bands = customers.select("account_id", "segment"), codes.coded(panel_bands(scores))
    deals = codes.coded(shaped(book.opportunities, OPPORTUNITIES))
    moved = moves(served, by_month, held, rules.movements.reactivation_months, book.as_of)
    movements, by_product = arr_movements(moved), arr_movements_by_product(moved)
    first = first_start(held)
    bridge = arr_bridge(moved, segments, first, book.as_of)
    spans = rules.retention.trailing_months, rules.retention.quarter_months
    periods = [periods_of(served, by_month, months, period_ends(book, served, months)) for months in spans]
    yearly, quarterly = (retention(one, by_month, customers, bands, closed, policy) for one in periods)
    lived = lives(held, served, policy.segments.renewals.grace_days, book.as_of)
    gone = churned_accounts(lived, held, by_month, customers, bands, deals, rules.churn, book.as_of)
    renewed = renewed_by_month(closed, by_month, segments)
    small = rules.retention.small_cohort_accounts
    tables = {
        "arr_movements": movements,
        "arr_movements_by_product": by_product,
        "arr_bridge": bridge,
        "arr_bridge_by_currency": arr_bridge_by_currency(moved, first, book.as_of),
        "retention": yearly,
        "retention_quarters": quarterly,
        "retention_reconciled": reconciled(periods[0].accounts, segments, bridge, yearly),
        "cohorts": cohorts(served, by_month, held, book.as_of, small),
        "survival": survival(lived, segments, rules.survival.interval_z, book.as_of),
        "churned_accounts": gone,
        "churn_analysis": churn_analysis(gone, lived, customers, by_product, rules.churn, book.as_of),
        "restatements": restated,
        "controls_check": controls_check(
            book.controls, bridge, renewed, suspects(restated, served, movements, segments)
        ),
        "landing": landing(
            book.targets,
            bridge,
            served,
            by_month,
            segments,
            rules.landing,
            book.as_of,
            book.company.fiscal_year_starts_month,
        ),
    }
    return {name: in_words(table) for name, table in tables.items()}


def panel_bands(scores: Scores) -> pl.DataFrame:
    """One row per account and week of the panel: health_band and risk_band."""
    key = list(BANDS)
    health = shaped(scores.health_weeks, {**BANDS, "health_band": pl.String})
    risk = shaped(scores.churn_weeks, {**BANDS, "churn_risk_band": pl.String}).rename({"churn_risk_band": "risk_band"})
    return health.join(risk, on=key, how="left").sort(key)
