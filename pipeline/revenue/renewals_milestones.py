"""How far each renewal is: one row per contract and milestone, done, due, overdue or ahead by one rule of evidence.

It reads the terms that are due and what is on file about them (`marts.renewal_events`); policy/renewals.toml says what
counts, and from when to when.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.policy.renewals import Milestone, RenewalsPolicy

EVENTS = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "kind": pl.String,
    "detail": pl.String,
    "happened_on": pl.Date,
    "reference": pl.String,
}
WORDS = {
    "health_check": "health check",
    "qbr": "business review",
    "meeting": "meeting",
    "call": "call",
    "opportunity": "renewal deal opened",
    "task": "renewal task",
    "stage": "deal in stage",
    "successor_signed": "successor signed",
    "successor_in_force": "successor in force",
}
FOUND = ["contract_id", "happened_on", "evidence"]


def renewal_milestones(
    due: pl.DataFrame, events: pl.DataFrame, segments: pl.DataFrame, as_of: date, policy: RenewalsPolicy
) -> pl.DataFrame:
    """One row per contract due and milestone of its segment: due_on, state, the day it was done and by what.

    The newest evidence inside the window speaks; a stage whose change is not on file counts without a date. `state` is
    done, overdue (its date is past), due (within the days of the policy) or ahead. (playbook 8.1; ops 4.2)
    """
    known = pl.concat([events.select(list(EVENTS)), _of_successors(due, as_of)])
    owned = due.join(segments, on="account_id", how="left")
    steps = [
        _of_milestone(owned, known, name, number, step) for number, (name, step) in enumerate(policy.milestones.items())
    ]
    rows = _implied(pl.concat(steps), policy)
    soon = timedelta(days=policy.timing.due_within_days)
    state = (
        pl.when("is_done")
        .then(pl.lit("done"))
        .when(pl.col("due_on") < as_of)
        .then(pl.lit("overdue"))
        .when(pl.col("due_on") <= as_of + soon)
        .then(pl.lit("due"))
        .otherwise(pl.lit("ahead"))
    )
    return rows.with_columns(state=state).drop("is_done").sort("contract_id", "order")


def readiness(milestones: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per contract: milestones done of those whose date has come, in per cent; null where none has.

    `next_milestone` is the first one that is not done, with its date.
    """
    has_come = pl.col("due_on") <= as_of
    is_done = pl.col("state") == "done"
    come, done = has_come.sum(), (has_come & is_done).sum()
    ordered = milestones.sort("contract_id", "order")
    open_ones = ordered.filter(~is_done).unique("contract_id", keep="first", maintain_order=True)
    counted = ordered.group_by("contract_id", maintain_order=True).agg(
        milestones_due=come.cast(pl.Int64),
        milestones_done=done.cast(pl.Int64),
        milestones_overdue=(pl.col("state") == "overdue").sum().cast(pl.Int64),
        readiness_pct=pl.when(come > 0).then((100 * done / come).round(6)),
    )
    following = open_ones.select(
        "contract_id", next_milestone="milestone", next_milestone_on="due_on", next_milestone_owner="owner"
    )
    return counted.join(following, on="contract_id", how="left")


def _of_milestone(due: pl.DataFrame, events: pl.DataFrame, name: str, order: int, step: Milestone) -> pl.DataFrame:
    concerned = due.filter(pl.col("segment").is_in(step.segments)) if step.segments else due
    rows = concerned.select("contract_id", "account_id", "renewal_on").with_columns(
        due_on=pl.col("renewal_on") + timedelta(days=step.offset_days),
        milestone=pl.lit(name),
        label=pl.lit(step.label),
        owner=pl.lit(step.owner),
        order=pl.lit(order, pl.Int64),
    )
    found = _found(rows, events, step)
    return rows.join(found, on="contract_id", how="left").with_columns(is_done=pl.col("evidence").is_not_null())


def _found(rows: pl.DataFrame, events: pl.DataFrame, step: Milestone) -> pl.DataFrame:
    """The newest thing on file per contract that makes a milestone done."""
    detail = pl.col("detail").str.to_lowercase()
    is_meeting = pl.col("kind").is_in(["meeting", "call"])
    speaks = ~is_meeting | (
        pl.any_horizontal(detail.str.contains(word, literal=True) for word in step.subjects)
        if step.subjects
        else pl.lit(True)
    )
    is_stage = (pl.col("kind") != "stage") | detail.is_in(list(step.stages))
    days = (pl.col("happened_on") - pl.col("renewal_on")).dt.total_days()
    is_within = pl.lit(True)
    if step.from_days is not None:
        is_within = is_within & (days >= step.from_days)
    if step.until_days is not None:
        is_within = is_within & (days <= step.until_days)
    fitting = (
        events.filter(pl.col("kind").is_in(list(step.evidence)))
        .join(rows.select("contract_id", "renewal_on"), on="contract_id", how="inner")
        .filter(speaks.fill_null(False) & is_stage.fill_null(False) & is_within.fill_null(True))
        .sort(
            "contract_id",
            pl.col("happened_on").fill_null(date.min),
            "kind",
            "reference",
            descending=[False, True, False, False],
        )
        .unique("contract_id", keep="first", maintain_order=True)
    )
    return fitting.with_columns(evidence=_worded()).select(FOUND)


def _of_successors(due: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Signature and start of a successor as events."""
    signed = due.filter(pl.col("successor_known_on") <= as_of)
    started = signed.filter(pl.col("successor_starts_on") <= as_of)
    return pl.concat(
        rows.select(
            "contract_id",
            "account_id",
            pl.lit(kind).alias("kind"),
            pl.lit(None, pl.String).alias("detail"),
            pl.col(column).alias("happened_on"),
            pl.col("successor_contract_id").alias("reference"),
        )
        for rows, kind, column in (
            (signed, "successor_signed", "successor_known_on"),
            (started, "successor_in_force", "successor_starts_on"),
        )
    )


def _implied(rows: pl.DataFrame, policy: RenewalsPolicy) -> pl.DataFrame:
    """A commercial step that is not on file is done when a later one is: a signed contract was negotiated."""
    implied = [
        {"milestone": name, "by": later} for name, step in policy.milestones.items() for later in step.implied_by
    ]
    pairs = pl.DataFrame(implied, schema={"milestone": pl.String, "by": pl.String})
    done = rows.filter("is_done").select(
        "contract_id", by="milestone", by_label="label", by_on="happened_on", by_order="order"
    )
    first = (
        pairs.join(done, on="by", how="inner")
        .sort("contract_id", "milestone", "by_order")
        .unique(["contract_id", "milestone"], keep="first", maintain_order=True)
        .select("contract_id", "milestone", "by_label", "by_on")
    )
    joined = rows.join(first, on=["contract_id", "milestone"], how="left")
    takes = ~pl.col("is_done") & pl.col("by_label").is_not_null()
    return joined.with_columns(
        happened_on=pl.when(takes).then("by_on").otherwise("happened_on"),
        evidence=pl.when(takes)
        .then(pl.format("implied by: {}", pl.col("by_label").str.to_lowercase()))
        .otherwise("evidence"),
        is_done=pl.col("is_done") | takes,
    ).drop("by_label", "by_on")


def _worded() -> pl.Expr:
    word = pl.col("kind").replace_strict(WORDS, return_dtype=pl.String)
    return pl.when(pl.col("detail").is_null()).then(word).otherwise(pl.format("{}: {}", word, pl.col("detail")))
