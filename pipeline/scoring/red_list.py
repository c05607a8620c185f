"""The red list of every week: as many accounts as the team can save, by expected loss, and what became of each."""

from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy import BANDS, RISK_BANDS
from pipeline.policy.churn_risk import RedList

INSUFFICIENT = "insufficient_data"


def red_list(
    book: Book, health_weeks: pl.DataFrame, churn_weeks: pl.DataFrame, policy: RedList, saves_per_csm: float
) -> pl.DataFrame:
    """One row per week and account on the list, by rank. Money in the reporting currency, rounded to the cent.

    `followed` says how the account stood a week later: better, same, worse, churned or renewed; null in the last week.
    Insufficient data goes by the last known band. (infra 13.4; ops: Churn prevention)
    """
    rows = _judged(_standing(book, health_weeks, churn_weeks), policy)
    listed = rows.filter(
        pl.col("churn_risk_band").is_in(policy.risk_bands) | pl.col("band").is_in(policy.health_bands)
    ).sort("week_ending_on", "expected_loss", "arr", "account_id", descending=[False, True, True, False])
    rank = pl.int_range(1, pl.len() + 1).over("week_ending_on")
    capacity = (saves_per_csm * pl.col("csm_count")).ceil()
    listed = listed.with_columns(rank=rank).filter(pl.col("rank") <= capacity)
    return _followed(listed, rows, book).select(
        "week_ending_on",
        "rank",
        "account_id",
        "arr",
        "decision_on",
        "loss_pct",
        "expected_loss",
        health_band="band",
        churn_risk_band="churn_risk_band",
        followed="followed",
    )


def _standing(book: Book, health_weeks: pl.DataFrame, churn_weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per scored account and week: its bands, ARR and next decision, and how many CSMs the book has then."""
    keys = ["account_id", "week_ending_on"]
    is_known = pl.col("health_band") != INSUFFICIENT
    band = pl.when(is_known).then("health_band").otherwise("last_known_band")
    rows = health_weeks.select(*keys, band=band).join(
        churn_weeks.select(*keys, "churn_risk_band", "churn_risk_points"), on=keys, how="left"
    )
    facts = book.account_weeks.filter("is_scored").select(*keys, "arr", "csm", "is_scored")
    decisions = book.risk_weeks.select(*keys, decision_on="contract_next_decision_on")
    rows = rows.join(facts, on=keys, how="left").join(decisions, on=keys, how="left").sort(*keys)
    return rows.with_columns(csm_count=pl.col("csm").n_unique().over("week_ending_on"))


def _judged(rows: pl.DataFrame, policy: RedList) -> pl.DataFrame:
    """`loss_pct` by the health band, and `expected_loss`: that of the ARR, weighed by how near the decision is."""
    days = (pl.col("decision_on") - pl.col("week_ending_on")).dt.total_days()
    slope = (1 - policy.far_weight) / (policy.far_days - policy.near_days)
    weight = (1 - slope * (days - policy.near_days)).clip(policy.far_weight, 1.0).fill_null(policy.far_weight)
    probability = pl.col("band").replace_strict(policy.loss_probability, default=None, return_dtype=pl.Float64)
    arr = pl.col("arr").cast(pl.Float64).fill_null(0.0)
    return rows.with_columns(
        loss_pct=(100 * probability).round(6), expected_loss=(probability.fill_null(0.0) * arr * weight).round(2)
    )


def _followed(listed: pl.DataFrame, rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    ranks = {name: rank for rank, name in enumerate(BANDS)}
    risk_ranks = {name: rank for rank, name in enumerate(RISK_BANDS)}
    then = rows.select(
        "account_id",
        (pl.col("week_ending_on") - timedelta(days=7)).alias("week_ending_on"),
        band_then="band",
        risk_then="churn_risk_band",
        decision_then="decision_on",
    ).with_columns(is_there=pl.lit(True))
    both = listed.join(then, on=["account_id", "week_ending_on"], how="left", maintain_order="left")
    better = (
        _rank("band_then", ranks)
        - _rank("band", ranks)
        + _rank("churn_risk_band", risk_ranks)
        - _rank("risk_then", risk_ranks)
    )
    is_renewed = pl.col("decision_on").is_not_null() & (
        pl.col("decision_then").is_null() | (pl.col("decision_then") > pl.col("decision_on") + timedelta(days=30))
    )
    followed = (
        pl.when(pl.col("week_ending_on") == book.as_of)
        .then(None)
        .when(pl.col("is_there").is_null())
        .then(pl.lit("churned"))
        .when(is_renewed)
        .then(pl.lit("renewed"))
        .when(better > 0)
        .then(pl.lit("better"))
        .when(better < 0)
        .then(pl.lit("worse"))
        .otherwise(pl.lit("same"))
    )
    return both.with_columns(followed=followed)


def _rank(column: str, ranks: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(ranks, default=0, return_dtype=pl.Int64)


def red_list_record(listed: pl.DataFrame, book: Book, policy: RedList) -> pl.DataFrame:
    """One row per month: how many of the customers who left the list had named in time, and how many named ones stayed.

    `detection_pct` is null in a month without a loss, `save_pct` in one in which nobody listed came to an end.
    """
    left = book.accounts.filter(pl.col("churned_on").is_not_null()).select("account_id", "churned_on")
    left = left.filter(pl.col("churned_on") > listed["week_ending_on"].min()) if listed.height else left.clear()
    named = listed.join(left, on="account_id").filter(
        pl.col("week_ending_on") < pl.col("churned_on"),
        pl.col("week_ending_on") >= pl.col("churned_on") - timedelta(days=policy.detection_days),
    )
    lost = left.with_columns(month_on=pl.col("churned_on").dt.truncate("1mo")).with_columns(
        is_named=pl.col("account_id").is_in(named["account_id"].unique().implode())
    )
    saved = (
        listed.filter(pl.col("followed").is_in(["renewed", "churned"]))
        .with_columns(month_on=pl.col("week_ending_on").dt.truncate("1mo"))
        .group_by("month_on")
        .agg(
            renewed_count=(pl.col("followed") == "renewed").sum(),
            listed_lost_count=(pl.col("followed") == "churned").sum(),
        )
    )
    months = lost.group_by("month_on").agg(lost_count=pl.len(), named_count=pl.col("is_named").sum())
    counts = months.join(saved, on="month_on", how="full", coalesce=True).with_columns(
        pl.col("lost_count", "named_count", "renewed_count", "listed_lost_count").fill_null(0).cast(pl.Int64)
    )
    decided = pl.col("renewed_count") + pl.col("listed_lost_count")
    return counts.with_columns(
        detection_pct=pl.when(pl.col("lost_count") > 0).then(100.0 * pl.col("named_count") / pl.col("lost_count")),
        save_pct=pl.when(decided > 0).then(100.0 * pl.col("renewed_count") / decided),
    ).sort("month_on")
