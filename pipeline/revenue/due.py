"""Everything about renewals and expansion of one book: assembles the tables that the room's modules make."""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Policy
from pipeline.revenue.expansion import cross_sell, expansion, expansion_record
from pipeline.revenue.expansion_triggers import expansion_triggers, open_deals
from pipeline.revenue.renewals import due_rows, judged, mean_downsell, with_pricing
from pipeline.revenue.renewals_calls import with_call
from pipeline.revenue.renewals_chances import chances_now, evidence, sightings
from pipeline.revenue.renewals_forecast import renewal_forecast, renewal_summary, renewal_views
from pipeline.revenue.renewals_memory import forecast_accuracy, loss_detection, vintages
from pipeline.revenue.renewals_milestones import EVENTS, readiness, renewal_milestones
from pipeline.revenue.renewals_risks import YES, renewal_risks
from pipeline.revenue.renewals_terms import terms
from pipeline.scores import Scores

FLAGS = {"account_id": pl.String, "week_ending_on": pl.Date, "factor": pl.String}
HEALTH = {"account_id": pl.String, "week_ending_on": pl.Date, "is_complete": pl.Boolean, "health_band": pl.String}
CHURN = {"account_id": pl.String, "week_ending_on": pl.Date, "churn_risk_band": pl.String}
OWNERS = {"account_id": pl.String, "segment": pl.String, "csm": pl.String}
RENEWALS = [
    "contract_id",
    "account_id",
    "ends_on",
    "renewal_on",
    "decision_on",
    "arr",
    "health_band",
    "probability_pct",
    "probability_low_pct",
    "probability_high_pct",
    "category",
    "successor_arr",
    "uplift_arr",
    "downsell_arr",
    "readiness_pct",
    "probability_n",
    "expected_arr",
    "won_arr",
    "downsell_share_pct",
    "downsell_n",
    "distance_days",
    "has_red_flag",
    "is_past_due",
    "product",
    "csm",
    "milestones_due",
    "milestones_done",
    "milestones_overdue",
    "next_milestone",
    "next_milestone_on",
    "next_milestone_owner",
    "risk_count",
    "risks_unknown",
    "deal_id",
    "deal_stage",
    "call",
    "call_pct",
    "call_arr",
    "disagreement",
    "pricing_scenario",
    "price_change_pct",
    "proposed_arr",
    "successor_contract_id",
    "chance_from",
]


def due_tables(book: Book, scores: Scores, policy: Policy) -> dict[str, pl.DataFrame]:
    """The tables of renewals, their forecast and its record, and of expansion, by name."""
    rules = policy.renewals
    health = shaped(scores.health_weeks, HEALTH)
    bands = health.filter(pl.col("week_ending_on") == book.as_of).select("account_id", "health_band")
    grown = expansion_tables(book, scores, bands, policy)
    all_terms = terms(book, policy.segments.renewals.grace_days, rules.horizon_months)
    seen = sightings(all_terms, health, book.as_of, rules.chances)
    known, downsell = evidence(seen, book.as_of, rules.chances), mean_downsell(all_terms, book.as_of)
    flags = shaped(scores.churn_red_flags, FLAGS)
    owners = shaped(book.accounts, OWNERS)
    due = due_rows(all_terms, bands, book.as_of, rules.chances)
    steps = renewal_milestones(
        due, shaped(book.renewal_events, EVENTS), owners.select("account_id", "segment"), book.as_of, rules
    )
    risks = renewal_risks(due, book, scores.churn_weeks, rules.risks)
    growing = grown["expansion"].filter((pl.col("gate") == "open") & (pl.col("trigger_count") > 0))["account_id"]
    rows = (
        judged(due, known, downsell, flags, rules, _of_model(scores, rules.chances.from_model))
        .join(owners.select("account_id", "csm"), on="account_id", how="left")
        .pipe(with_call, book, rules.disagreements)
        .pipe(with_pricing, growing, rules)
        .sort("contract_id")
    )
    then = judged(seen.with_columns(actual_won_arr="won_arr"), known, downsell, flags, rules)
    past = vintages(then, book.forecasts, _owners_then(book), book.as_of)
    return {
        "renewals": _stated(rows, steps, risks, book),
        "renewal_milestones": steps,
        "renewal_risks": risks,
        "renewal_chances": chances_now(known, book.as_of, rules.chances),
        "renewal_forecast": renewal_forecast(rows, open_deals(book), book.as_of, rules),
        "renewal_summary": renewal_summary(rows, book.as_of, rules),
        "renewal_views": renewal_views(rows),
        "forecast_vintages": past,
        "forecast_accuracy": forecast_accuracy(past),
        "loss_detection": loss_detection(past, rules.accuracy),
        **grown,
    }


def _of_model(scores: Scores, is_wanted: bool) -> pl.DataFrame | None:
    """The model's chances to leave, where the policy goes by them and the history allows a model."""
    told = scores.proof.model_accounts
    return told.select("account_id", "probability") if is_wanted and told.height else None


def expansion_tables(book: Book, scores: Scores, bands: pl.DataFrame, policy: Policy) -> dict[str, pl.DataFrame]:
    """The tables of expansion, by name."""
    rules = policy.expansion
    triggers, offers = expansion_triggers(book, rules), cross_sell(book, bands, rules.cross_sell)
    now = shaped(scores.churn_weeks, CHURN).filter(pl.col("week_ending_on") == book.as_of)
    risk = now.select("account_id", "churn_risk_band")
    return {
        "expansion": expansion(book, triggers, bands, risk, offers, rules),
        "expansion_triggers": triggers,
        "cross_sell": offers,
        "expansion_record": expansion_record(book, rules),
    }


def _stated(rows: pl.DataFrame, steps: pl.DataFrame, risks: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The rows as others read them: chances in per cent, readiness and the count of risks beside."""
    answers = risks.group_by("contract_id").agg(
        risk_count=(pl.col("answer") == YES).sum().cast(pl.Int64),
        risks_unknown=(pl.col("answer") == "unknown").sum().cast(pl.Int64),
    )
    joined = rows.join(readiness(steps, book.as_of), on="contract_id", how="left").join(
        answers, on="contract_id", how="left"
    )
    percent = {"probability": "probability_pct", "low": "probability_low_pct", "high": "probability_high_pct"}
    return (
        joined.with_columns(
            *((100 * pl.col(name)).round(6).alias(stated) for name, stated in percent.items()),
            probability_n="n",
            downsell_share_pct=(100 * pl.col("downsell_share")).round(6),
        )
        .select(RENEWALS)
        .sort("renewal_on", "contract_id")
    )


def _owners_then(book: Book) -> pl.DataFrame:
    """Who looked after each account in each panel week."""
    columns = {"account_id": pl.String, "week_ending_on": pl.Date, "csm": pl.String}
    return shaped(book.account_weeks, columns).rename({"week_ending_on": "seen_on"})
