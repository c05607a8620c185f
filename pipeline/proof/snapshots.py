"""What was known so many days before each decision, and how it ended: the rows on which the scores are judged.

First in the room: takes the terms of revenue and the weekly panel; nothing dated after the book's date is looked at.
"""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Policy
from pipeline.policy.proof import Feature, ProofPolicy
from pipeline.revenue.renewals_terms import is_open_on, terms
from pipeline.scores import Scores

HEALTH = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "is_complete": pl.Boolean,
    "health_score": pl.Float64,
    "health_band": pl.String,
}
CHURN = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "churn_risk_points": pl.Float64,
    "churn_risk_band": pl.String,
}
LIVES = {
    "account_id": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "service_ends_on": pl.Date,
    "known_on": pl.Date,
}
DEADLINE = ["account_id", "decision_on"]
OUTCOMES = ("renewed", "contracted", "churned")


def snapshots(book: Book, scores: Scores, policy: Policy, rules: ProofPolicy) -> pl.DataFrame:
    """One row per account, decision deadline and lead, decided by the book's date.

    `seen_on` is the last panel week `lead_days` before the deadline; `known_on` the day on which every outcome would
    have been known, so that one who left without a word enters no later than one who renewed; `arr` what was due, null
    where a part of it is unknown. Only complete weeks; only accounts that were scored then and whose term was open
    then. A row without a health score or churn points is left out for every method alike.
    """
    grace_days = policy.segments.renewals.grace_days
    due = terms(book, grace_days, policy.renewals.horizon_months)
    seen = _seen(due.filter(pl.col("decision_on").is_not_null()), book, rules)
    out_of_grace = pl.col("ends_on") + pl.duration(days=grace_days + 1)
    ended = seen.group_by(*DEADLINE, "lead_days", "seen_on").agg(
        arr=_whole("arr", "contract_id"),
        kept_arr=_whole("successor_arr", "successor_contract_id"),
        followed=pl.col("_is_followed").sum(),
        decided_on=pl.col("_known_on").max(),
        known_on=pl.max_horizontal(pl.col("_known_on").max(), out_of_grace.max()),
        is_decided=pl.col("_known_on").is_not_null().all(),
    )
    decided = _with_other_service(ended.filter(pl.col("is_decided") & (pl.col("known_on") <= book.as_of)), book)
    panel = _panel(book, scores, rules.metrics)
    told = decided.with_columns(pl.col("arr", "kept_arr").cast(pl.Float64), outcome=_outcome())
    rows = told.join(panel, on=["account_id", "seen_on"], how="inner")
    known = rows.filter(pl.col("health_score").is_not_null() & pl.col("churn_risk_points").is_not_null())
    return known.drop("followed", "decided_on", "is_decided", "stays").sort(*DEADLINE, "lead_days")


def standing(book: Book, scores: Scores, rules: ProofPolicy) -> pl.DataFrame:
    """One row per account scored at the book's date, with the same columns that a snapshot has of its week."""
    return _panel(book, scores, rules.metrics, complete_only=False).filter(pl.col("seen_on") == book.as_of)


def metric(feature: Feature) -> pl.Expr:
    """A metric's value; null where its column is unknown, or what it is divided by is nothing."""
    value = pl.col(feature.of).cast(pl.Float64)
    if feature.per is None:
        return value
    per = pl.col(feature.per).cast(pl.Float64)
    return pl.when(per > 0).then(value / per)


def _seen(due: pl.DataFrame, book: Book, rules: ProofPolicy) -> pl.DataFrame:
    leads = pl.DataFrame({"lead_days": list(rules.lead_days)}, schema={"lead_days": pl.Int64})
    looked = pl.col("decision_on") - pl.duration(days=pl.col("lead_days"))
    weeks_ago = ((pl.lit(book.as_of) - looked).dt.total_days() + 6) // 7
    seen = (pl.lit(book.as_of) - pl.duration(days=7 * weeks_ago)).cast(pl.Date)
    rows = due.join(leads, how="cross").filter(looked <= book.as_of).with_columns(seen_on=seen)
    was_there = (pl.col("known_on") <= pl.col("seen_on")) & (pl.col("starts_on") <= pl.col("seen_on"))
    followed = pl.col("successor_known_on").is_not_null() & (pl.col("successor_known_on") <= book.as_of)
    renewed_on = pl.max_horizontal("renewal_on", "successor_known_on")
    known_on = pl.when(followed).then(renewed_on).otherwise(pl.col("lost_on"))
    opened = rows.filter(was_there & is_open_on(pl.col("seen_on")))
    return opened.with_columns(_is_followed=followed.cast(pl.Int64), _known_on=known_on)


def _whole(amount: str, needed_by: str) -> pl.Expr:
    """The sum of an amount; null where a row that should have one has none."""
    is_known = pl.col(amount).is_not_null() | pl.col(needed_by).is_null()
    return pl.when(is_known.all()).then(pl.col(amount).sum())


def _with_other_service(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """`stays`: another contract of the account serves it on the day it was decided, so it did not leave."""
    key = ["account_id", "decision_on", "lead_days"]
    lives = shaped(book.contracts, LIVES).rename({"known_on": "_signed_on"})
    other = rows.select(*key, "decided_on").join(lives, on="account_id")
    is_there = (pl.col("starts_on") <= pl.col("decided_on")) & (pl.col("_signed_on") <= pl.col("decided_on"))
    last = pl.col("service_ends_on").fill_null(pl.col("ends_on"))
    serves = is_there & (last.is_null() | (last >= pl.col("decided_on")))
    stays = other.filter(serves).select(key).unique().with_columns(stays=pl.lit(value=True))
    return rows.join(stays, on=key, how="left").with_columns(pl.col("stays").fill_null(value=False))


def _outcome() -> pl.Expr:
    """Contracted only where both amounts are known."""
    return (
        pl.when((pl.col("followed") == 0) & ~pl.col("stays"))
        .then(pl.lit("churned"))
        .when(pl.col("kept_arr") < pl.col("arr"))
        .then(pl.lit("contracted"))
        .otherwise(pl.lit("renewed"))
    )


def _panel(book: Book, scores: Scores, metrics: dict[str, Feature], *, complete_only: bool = True) -> pl.DataFrame:
    wanted = {each for feature in metrics.values() for each in (feature.of, feature.per) if each}
    schema = {
        "account_id": pl.String,
        "week_ending_on": pl.Date,
        "segment": pl.String,
        "csm": pl.String,
        "is_backfilled": pl.Boolean,
    }
    weeks = shaped(book.account_weeks, {**schema, **dict.fromkeys(sorted(wanted), pl.Float64)})
    health = shaped(scores.health_weeks, HEALTH)
    health = health.filter("is_complete") if complete_only else health
    key = ["account_id", "week_ending_on"]
    rows = health.join(shaped(scores.churn_weeks, CHURN), on=key, how="left").join(weeks, on=key, how="left")
    values = rows.with_columns(metric(feature).alias(f"metric.{name}") for name, feature in metrics.items())
    kept = [*HEALTH, *CHURN, "segment", "csm", "is_backfilled"]
    columns = list(dict.fromkeys([*kept, *(f"metric.{name}" for name in metrics)]))
    return values.select(columns).rename({"week_ending_on": "seen_on"})
