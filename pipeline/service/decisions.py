"""The decision an implementation needs: what its newest note asks for, else the highest level of infra 5.2 reached."""

from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.onboarding import DecisionLevel, OnboardingPolicy
from pipeline.service.onboarding_rows import NOTES


def with_decision(rows: pl.DataFrame, book: Book, policy: OnboardingPolicy) -> pl.DataFrame:
    """`decision_level` with who decides and where, `decision` with its source (note or level); null when none is due.

    The level goes by days late, hours over plan and money over budget; a live plan needs no decision.
    """
    level = pl.lit(None, pl.String)
    for name, rules in policy.decisions.items():
        level = pl.when(reached(rules)).then(pl.lit(name)).otherwise(level)
    asked = rows.join(recent_notes(book, policy.plan.note_days), on="account_id", how="left").with_columns(
        pl.when(pl.col("went_live_on").is_null()).then(level).alias("decision_level")
    )
    note = pl.when(pl.col("went_live_on").is_null()).then(pl.col("note_decision"))
    return asked.with_columns(
        pl.coalesce(note, _of_level(policy, "ask")).alias("decision"),
        pl.when(note.is_not_null())
        .then(pl.lit("note"))
        .when(pl.col("decision_level").is_not_null())
        .then(pl.lit("level"))
        .alias("decision_source"),
        _of_level(policy, "who").alias("decision_who"),
        _of_level(policy, "forum").alias("decision_forum"),
    )


def reached(rules: DecisionLevel) -> pl.Expr:
    """Whether one of the limits of a level is passed; what is not known passes none."""
    limits = {
        "days_late": rules.late_days_over,
        "effort_over_pct": rules.effort_over_pct,
        "budget_over_pct": rules.budget_over_pct,
    }
    return pl.any_horizontal(
        (pl.col(name) > limit).fill_null(False) for name, limit in limits.items() if limit is not None
    )


def recent_notes(book: Book, days: int) -> pl.DataFrame:
    """One row per account with a status note of so many days: its newest one."""
    notes = shaped(book.status_notes, NOTES).filter(
        (pl.col("week_ending_on") > book.as_of - timedelta(days=days)) & (pl.col("week_ending_on") <= book.as_of)
    )
    newest = notes.sort("account_id", "week_ending_on").unique("account_id", keep="last", maintain_order=True)
    asked = pl.col("decision_needed").str.strip_chars()
    return newest.select(
        "account_id",
        pl.col("week_ending_on").alias("note_on"),
        pl.col("health").alias("note_health"),
        pl.when(asked != "").then(asked).alias("note_decision"),
    )


def _of_level(policy: OnboardingPolicy, what: str) -> pl.Expr:
    words = {name: getattr(rules, what) for name, rules in policy.decisions.items()}
    return pl.col("decision_level").replace_strict(words, default=None, return_dtype=pl.String)
