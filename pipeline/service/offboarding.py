"""Offboarding: who is leaving and why, which of the six steps is next, and when their data must be deleted.

Source: playbook 9. The steps that were done are the tasks that name one.
"""

from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.onboarding import OffboardingRules
from pipeline.service.onboarding_rows import TASKS, is_done

TRIGGERS = {"account_id": pl.String, "trigger": pl.String, "triggered_on": pl.Date, "note": pl.String}


def offboarding(book: Book, rules: OffboardingRules) -> pl.DataFrame:
    """One row per account that leaves: trigger, grace, the first step that is not done with its due day, and the day
    its data must be deleted: so many days after the suspension, the real one where it is on file.

    Of several triggers the one that suspends first counts. A case ends with its confirmation.
    """
    cases = with_days(_cases(book, rules), _done_on(book, rules), rules)
    steps = with_step(cases, rules, book.as_of)
    is_listed = pl.col("step").is_not_null() & (
        (pl.col("steps_recorded") > 0)
        | (pl.col("delete_on") + pl.duration(days=rules.listed_days_after_deletion) >= book.as_of)
    )
    return steps.filter(is_listed).select(
        "account_id",
        "trigger",
        "triggered_on",
        "grace_days",
        "grace_ends_on",
        "step",
        "step_number",
        "due_on",
        (pl.col("due_on") < book.as_of).alias("is_overdue"),
        "suspends_on",
        "delete_on",
        "steps_recorded",
        "note",
    )


def with_days(cases: pl.DataFrame, done: pl.DataFrame, rules: OffboardingRules) -> pl.DataFrame:
    """Grace, suspension and deletion of each case, the first to suspend of each account, with the days of its steps."""
    graces = {name: trigger.grace_days for name, trigger in rules.triggers.items()}
    order = {name: place for place, name in enumerate(rules.triggers)}
    known = cases.join(done, on="account_id", how="left").with_columns(
        pl.col("trigger").replace_strict(graces, return_dtype=pl.Int64).alias("grace_days"),
        pl.col("trigger").replace_strict(order, return_dtype=pl.Int64).alias("place"),
        pl.col("steps_recorded").fill_null(0),
    )
    days = known.with_columns(
        (pl.col("triggered_on") + pl.duration(days=pl.col("grace_days"))).alias("grace_ends_on")
    ).with_columns(pl.coalesce("suspension_done_on", "grace_ends_on").alias("suspends_on"))
    kept = days.with_columns((pl.col("suspends_on") + pl.duration(days=rules.retention_days)).alias("delete_on"))
    return kept.sort("account_id", "suspends_on", "place").unique("account_id", keep="first", maintain_order=True)


def with_step(cases: pl.DataFrame, rules: OffboardingRules, as_of: date) -> pl.DataFrame:
    """The first step that is not done; grace is done when it is over. Null once all are done or it is confirmed."""
    due = {
        "notification": "triggered_on",
        "data_export": "grace_ends_on",
        "grace_period": "grace_ends_on",
        "suspension": "grace_ends_on",
        "deletion": "delete_on",
        "confirmation": "delete_on",
    }
    step, number, due_on = pl.lit(None, pl.String), pl.lit(None, pl.Int64), pl.lit(None, pl.Date)
    for place, name in reversed(list(enumerate(rules.steps, 1))):
        is_open = pl.col(f"{name}_done_on").is_null()
        if name == "grace_period":
            is_open = is_open & (pl.col("grace_ends_on") > as_of)
        step = pl.when(is_open).then(pl.lit(name)).otherwise(step)
        number = pl.when(is_open).then(pl.lit(place, pl.Int64)).otherwise(number)
        due_on = pl.when(is_open).then(pl.col(due[name])).otherwise(due_on)
    is_over = pl.col("confirmation_done_on").is_not_null()
    return cases.with_columns(
        pl.when(is_over.not_()).then(step).alias("step"), number.alias("step_number"), due_on.alias("due_on")
    )


def _cases(book: Book, rules: OffboardingRules) -> pl.DataFrame:
    """The triggers; an unpaid invoice only after its days, and none of an account that is merely late."""
    rows = shaped(book.offboarding_triggers, TRIGGERS).filter(pl.col("trigger").is_in(list(rules.triggers)))
    overdue = (pl.lit(book.as_of) - pl.col("triggered_on")).dt.total_days() + 1
    return rows.filter((pl.col("trigger") != "non_payment") | (overdue >= rules.overdue_at_least_days))


def _done_on(book: Book, rules: OffboardingRules) -> pl.DataFrame:
    """One row per account with the day each step was done, and how many steps are on record."""
    name = pl.col("offboarding_step").str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    tasks = shaped(book.tasks, TASKS).filter(pl.col("offboarding_step").is_not_null()).with_columns(name.alias("name"))
    day = pl.when(is_done()).then(pl.coalesce("completed_on", "due_on", pl.lit(book.as_of)))
    dated = tasks.with_columns(day.alias("done_on"))
    return dated.group_by("account_id").agg(
        *(pl.col("done_on").filter(pl.col("name") == step).max().alias(f"{step}_done_on") for step in rules.steps),
        pl.col("name").is_in(list(rules.steps)).sum().cast(pl.Int64).alias("steps_recorded"),
    )
