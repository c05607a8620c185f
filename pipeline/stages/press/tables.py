"""The tables of `data/`: the columns others build on, as CSV and Parquet with the same stem.

Percentages run from 0 to 100, money is in the reporting currency, empty means not known. Text cells of the CSV cannot
start a formula in a spreadsheet; the Parquet file keeps them exact.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipeline.book import Book
from pipeline.scores import Scores

FORMULA = r"^[\s\"'\u00a0\ufeff]*[=+\-@|%\t\r\n\x00\uff1d\uff0b\uff0d\uff20]"
ACCOUNTS = [
    "account_id",
    "account_name",
    "segment",
    "tier",
    "industry",
    "region",
    "csm",
    "status",
    "lifecycle_stage",
    "arr",
    "arr_pending",
    "seats",
    "health_score",
    "health_band",
    "health_band_computed",
    "health_coverage_pct",
    "health_trend",
    "health_change_1w",
    "health_change_4w",
    "churn_risk_points",
    "churn_risk_band",
    "churn_risk_unknown_count",
    "last_touch_on",
    "last_executive_touch_on",
    "open_p0_p1",
    "next_action",
    "record_url",
    "renewal_on",
    "days_to_renewal",
    "renewal_probability_pct",
    "dau_pct",
    "csat_90d",
    "nps_answers",
    "expansion_pipeline",
]
COMPONENTS = [
    "account_id",
    "category",
    "component",
    "value",
    "score",
    "weight_pct",
    "points",
    "state",
    "measured_on",
    "is_backfilled",
]
FACTORS = ["account_id", "family", "factor", "points", "state", "evidence"]
ALERTS = ["alert_id", "account_id", "rule", "severity", "raised_on", "message", "recipients", "sent_on"]
ACTIONS = [
    "action_id",
    "account_id",
    "play",
    "title",
    "owner_role",
    "owner",
    "due_on",
    "status",
    "driver",
    "driver_value",
    "started_on",
    "completed_on",
    "progress_pct",
    "outcome",
]
MONEY = (
    "arr_movements",
    "arr_movements_by_product",
    "arr_bridge",
    "arr_bridge_by_currency",
    "retention",
    "retention_quarters",
    "retention_reconciled",
    "cohorts",
    "survival",
    "churned_accounts",
    "churn_analysis",
    "restatements",
    "controls_check",
    "landing",
    "renewals",
    "renewal_forecast",
    "renewal_summary",
    "renewal_views",
    "renewal_chances",
    "renewal_milestones",
    "renewal_risks",
    "forecast_accuracy",
    "loss_detection",
    "expansion",
    "expansion_triggers",
    "cross_sell",
    "expansion_record",
    "kpis",
)
VOICE = (
    "nps",
    "nps_responses",
    "nps_migration",
    "nps_follow_up",
    "nps_candidates",
    "feedback_themes",
    "ratings",
    "feedback",
    "feedback_months",
    "feedback_topics",
    "feedback_tellings",
)
SERVICE = (
    "sla",
    "sla_summary",
    "sla_accounts",
    "sla_credits",
    "escalations",
    "platform_issues",
    "support_months",
    "support_subjects",
    "onboarding",
    "onboarding_readiness",
    "onboarding_metrics",
    "onboarding_funnel",
    "onboarding_segments",
    "offboarding",
)
PROOF = (
    "backtest",
    "backtest_bands",
    "backtest_reliability",
    "backtest_left_out",
    "backtest_warnings",
    "backtest_summary",
    "model_accounts",
    "model_weights",
    "model_drift",
    "churn_reasons",
    "win_backs",
)
WEEKS = [
    "account_id",
    "week_ending_on",
    "is_complete",
    "arr",
    "health_score",
    "health_band",
    "health_coverage_pct",
    "churn_risk_points",
    "churn_risk_band",
]


def data_tables(book: Book, scores: Scores, sent: Mapping[str, date] | None = None) -> dict[str, pl.DataFrame]:
    """Every table by its stem, in a total order; `sent` says which alerts an earlier run has sent, and when."""
    return {
        "accounts": accounts(book, scores),
        "health_components": health_components(book, scores),
        "churn_factors": scores.churn_factors.select(FACTORS),
        "account_weeks": account_weeks(book, scores),
        "alerts": alerts(book, scores, sent or {}),
        "actions": actions(scores),
        "red_list": scores.red_list.sort("week_ending_on", "rank"),
        **{name: getattr(scores.money, name) for name in MONEY},
        **{name: getattr(scores.service, name) for name in SERVICE},
        **{name: getattr(scores.voice, name) for name in VOICE},
        **{name: getattr(scores.proof, name) for name in PROOF},
    }


def accounts(book: Book, scores: Scores) -> pl.DataFrame:
    """One row per account; prospects and churned ones with empty scores."""
    latest = scores.health_weeks.filter(pl.col("week_ending_on") == book.as_of)
    risk = scores.churn_weeks.filter(pl.col("week_ending_on") == book.as_of).drop("week_ending_on")
    known = (
        book.accounts.join(latest, on="account_id", how="left")
        .join(risk, on="account_id", how="left")
        .join(_answers(book, scores), on="account_id", how="left")
    )
    chances = known.join(_next_renewals(scores.money.renewals), on="account_id", how="left")
    return chances.select(ACCOUNTS).sort("account_id")


def health_components(book: Book, scores: Scores) -> pl.DataFrame:
    """One row per scored account and component at the book's date."""
    rows = scores.health_components.filter(pl.col("week_ending_on") == book.as_of)
    return rows.select(COMPONENTS).sort("account_id", "category", "component")


def account_weeks(book: Book, scores: Scores) -> pl.DataFrame:
    """One row per scored account and week of the panel."""
    arr = book.account_weeks.select("account_id", "week_ending_on", "arr")
    rows = scores.health_weeks.join(arr, on=["account_id", "week_ending_on"], how="left")
    risk = scores.churn_weeks.select("account_id", "week_ending_on", "churn_risk_points", "churn_risk_band")
    rows = rows.join(risk, on=["account_id", "week_ending_on"], how="left")
    return rows.select(WEEKS).sort("account_id", "week_ending_on")


def alerts(book: Book, scores: Scores, sent: Mapping[str, date]) -> pl.DataFrame:
    """One row per alert of the seven days to the book's date; `sent_on` is the day of the run that sent it first."""
    raised = pl.col("raised_on")
    mine = scores.alerts.filter((raised > book.as_of - timedelta(days=7)) & (raised <= book.as_of))
    sent_on = pl.col("alert_id").replace_strict(dict(sent), default=book.as_of, return_dtype=pl.Date)
    rows = mine.with_columns(sent_on=sent_on).select(ALERTS)
    return rows.sort("raised_on", "severity", "rule", "account_id", "alert_id", nulls_last=True)


def actions(scores: Scores) -> pl.DataFrame:
    """One row per action; the columns others build on first."""
    rest = [name for name in scores.actions.columns if name not in ACTIONS]
    return scores.actions.select(*ACTIONS, *rest).sort("due_on", "account_id", "play", "action_id")


def write_tables(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    """Each table as `<stem>.csv` and `<stem>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stem, table in tables.items():
        safe(table).write_csv(
            folder / f"{stem}.csv",
            quote_style="non_numeric",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%dT%H:%M:%SZ",
        )
        table.write_parquet(folder / f"{stem}.parquet", compression="zstd", statistics=False)


def safe(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet could take for a formula."""
    text = pl.col(pl.String)
    return table.with_columns(pl.when(text.str.contains(FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def _next_renewals(renewals: pl.DataFrame) -> pl.DataFrame:
    """The chance of each account's earliest renewal without a signed successor; of several that day, the largest."""
    schema = {"account_id": pl.String, "renewal_probability_pct": pl.Float64}
    if not renewals.width:
        return pl.DataFrame(schema=schema)
    ordered = renewals.filter(pl.col("category") != "closed_won").sort(
        "account_id", "renewal_on", "arr", "contract_id", descending=[False, False, True, False], nulls_last=True
    )
    first = ordered.unique("account_id", keep="first", maintain_order=True)
    return first.select("account_id", pl.col("probability_pct").alias("renewal_probability_pct"))


def _answers(book: Book, scores: Scores) -> pl.DataFrame:
    """CSAT and the number of NPS respondents of scored accounts, whatever the health model is made of.

    Frozen at the last fresh week while their feed is late, empty where it is missing or nobody answered.
    """
    scored = scores.health_weeks.filter(pl.col("week_ending_on") == book.as_of).select("account_id")
    ratings, answers = pl.col("csat_answer_count_90d"), pl.col("nps_respondent_count_180d")
    mean = pl.when(ratings > 0).then(pl.col("csat_score_sum_90d").cast(pl.Float64) / ratings).round(6)
    csat = _week_of(book, "tickets").select("account_id", csat_90d=mean)
    nps = _week_of(book, "survey_responses").select("account_id", nps_answers=pl.when(answers > 0).then(answers))
    return scored.join(csat, on="account_id", how="left").join(nps, on="account_id", how="left")


def _week_of(book: Book, feed: str) -> pl.DataFrame:
    """The week of every account as far as an expected feed can be used: the last fresh one; none once it is stale."""
    weeks = book.feed_weeks.filter((pl.col("feed") == feed) & pl.col("is_expected"))
    usable = weeks.filter((pl.col("week_ending_on") == book.as_of) & pl.col("state").is_in(["fresh", "late"]))
    fresh = weeks.filter((pl.col("week_ending_on") <= book.as_of) & (pl.col("state") == "fresh"))
    last = fresh.join(usable.select("feed"), on="feed", how="semi").select(pl.col("week_ending_on").max())
    return book.account_weeks.join(last, on="week_ending_on", how="semi")
