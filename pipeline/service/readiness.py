"""The go-live checklist of playbook 4.5, each line decided by data: done, open, or unknown where nothing is on file."""

from collections.abc import Callable

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.onboarding import OnboardingPolicy, ReadinessItem
from pipeline.service.onboarding_rows import GROUPS, TASKS, is_done, plan_milestones

Facts = pl.DataFrame
KEY_ROLES = ("champion", "technical_lead")


def readiness(book: Book, judged: pl.DataFrame, policy: OnboardingPolicy) -> pl.DataFrame:
    """One row per plan and item of the checklist, in its order: state (done, open, unknown) and what shows it."""
    facts = with_evidence(judged, book)
    rows = [_item(facts, number, name, rule) for number, (name, rule) in enumerate(policy.readiness.items(), 1)]
    return pl.concat(rows).sort("plan_id", "number")


def with_evidence(judged: pl.DataFrame, book: Book) -> Facts:
    """The plans with users, contacts, tasks towards go-live, and the words of what is completed."""
    return (
        judged.select(
            "plan_id",
            "account_id",
            "target_on",
            "went_live_on",
            "has_technical_blocker",
            "blockers",
            "uat_pass_pct",
            "uptime_pct",
            "data_loaded_pct",
            "data_accuracy_pct",
            "training_pct",
        )
        .join(_users(book), on="account_id", how="left")
        .join(_contacts(book), on="account_id", how="left")
        .join(_people(book), on="account_id", how="left")
        .join(_tasks(book), on="account_id", how="left")
        .join(_records(book), on="plan_id", how="left")
        .with_columns(pl.lit(book.as_of).alias("today"))
    )


def _item(facts: Facts, number: int, name: str, rule: ReadinessItem) -> pl.DataFrame:
    holds, evidence = RULES[rule.evidence](rule)
    state = pl.when(holds).then(pl.lit("done")).when(holds.not_()).then(pl.lit("open")).otherwise(pl.lit("unknown"))
    return facts.select(
        "plan_id",
        "account_id",
        pl.lit(number).alias("number"),
        pl.lit(name).alias("item"),
        pl.lit(rule.area).alias("area"),
        pl.lit(rule.label).alias("label"),
        state.alias("state"),
        pl.when(holds.is_not_null()).then(evidence).alias("evidence"),
    )


Rule = Callable[[ReadinessItem], tuple[pl.Expr, pl.Expr]]


def _reaches(column: str) -> Rule:
    return lambda rule: (pl.col(column) >= (rule.at_least or 0), _percent(pl.col(column)))


def _all(part: str, whole: str, noun: str) -> Rule:
    share = pl.format("{} of {} " + noun, pl.col(part), pl.col(whole))
    return lambda rule: (pl.when(pl.col(whole) > 0).then(pl.col(part) >= pl.col(whole)), share)


def _some(part: str, whole: str, noun: str) -> Rule:
    share = pl.format("{} of {} " + noun, pl.col(part), pl.col(whole))
    return lambda rule: (pl.when(pl.col(whole) > 0).then(pl.col(part) > 0), share)


def _data(rule: ReadinessItem) -> tuple[pl.Expr, pl.Expr]:
    loaded, accuracy = pl.col("data_loaded_pct"), pl.col("data_accuracy_pct")
    unblocked = pl.col("has_technical_blocker").fill_null(False).not_()
    holds = (loaded >= 100) & (accuracy >= (rule.at_least or 0)) & unblocked
    return holds, pl.format("{} loaded, {} accurate", _percent(loaded), _percent(accuracy))


def _record(rule: ReadinessItem) -> tuple[pl.Expr, pl.Expr]:
    found = pl.col("records").list.eval(
        pl.element().filter(pl.element().str.to_lowercase().str.contains_any(list(rule.words)))
    )
    first = found.list.first()
    return pl.when(first.is_not_null()).then(True), first


def _date(rule: ReadinessItem) -> tuple[pl.Expr, pl.Expr]:
    agreed = pl.coalesce("went_live_on", "target_on")
    holds = pl.col("went_live_on").is_not_null() | (pl.col("target_on") >= pl.col("today"))
    return holds, agreed.dt.strftime("%-d %b %Y")


def _escalation(rule: ReadinessItem) -> tuple[pl.Expr, pl.Expr]:
    return pl.col("escalation").is_not_null(), pl.col("escalation").fill_null("No CSM or CS manager on file")


def _contacts_known(rule: ReadinessItem) -> tuple[pl.Expr, pl.Expr]:
    known = pl.col("key_roles")
    return pl.when(pl.col("contact_count") > 0).then(known == len(KEY_ROLES)), pl.format(
        "{} of {} key contacts", known, pl.lit(len(KEY_ROLES))
    )


RULES: dict[str, Rule] = {
    "users": _all("activated_count", "user_count", "users active"),
    "admins": _some("admin_activated_count", "admin_count", "admins active"),
    "uat": _reaches("uat_pass_pct"),
    "uptime": _reaches("uptime_pct"),
    "training": _reaches("training_pct"),
    "data": _data,
    "contacts": _contacts_known,
    "escalation": _escalation,
    "record": _record,
    "customer_tasks": _all("customer_done", "customer_tasks", "actions towards go-live done"),
    "our_tasks": _all("ours_done", "ours_tasks", "actions towards go-live done"),
    "date": _date,
}


def _percent(column: pl.Expr) -> pl.Expr:
    """A percentage in words, cut after one digit where it has one; nothing is rounded up to a target."""
    tenths = (column * 10).floor().cast(pl.Int64)
    whole = pl.format("{}%", tenths // 10)
    return pl.when(tenths % 10 == 0).then(whole).otherwise(pl.format("{}.{}%", tenths // 10, tenths % 10))


def _users(book: Book) -> pl.DataFrame:
    counts = ("user_count", "activated_count", "admin_count", "admin_activated_count")
    return shaped(book.user_groups, GROUPS).group_by("account_id").agg(pl.col(counts).sum())


def _contacts(book: Book) -> pl.DataFrame:
    schema = {"account_id": pl.String, "role": pl.String, "departed_on": pl.Date}
    here = shaped(book.contacts, schema).filter(pl.col("departed_on").is_null())
    roles = pl.col("role").filter(pl.col("role").is_in(KEY_ROLES)).n_unique()
    return here.group_by("account_id").agg(pl.len().alias("contact_count"), roles.alias("key_roles"))


def _people(book: Book) -> pl.DataFrame:
    both = pl.col("csm").is_not_null() & pl.col("csm_manager").is_not_null()
    path = pl.format("{}, then {}", "csm", "csm_manager")
    return book.accounts.select("account_id", pl.when(both).then(path).alias("escalation"))


def _tasks(book: Book) -> pl.DataFrame:
    """Tasks that enable a go-live, by side, and how many of them are done."""
    towards = pl.col("enables").str.to_lowercase().str.contains_any(["go-live", "go live", "golive"])
    rows = shaped(book.tasks, TASKS).filter(towards)
    sides = {side: pl.col("side") == side for side in ("ours", "customer")}
    return rows.group_by("account_id").agg(
        *(mine.sum().alias(f"{side}_tasks") for side, mine in sides.items()),
        *((mine & is_done()).sum().alias(f"{side}_done") for side, mine in sides.items()),
    )


def _records(book: Book) -> pl.DataFrame:
    """What is completed for a plan, as texts: milestones with their deliverables. The earliest first."""
    text = pl.concat_str("title", "deliverables", separator=": ", ignore_nulls=True)
    rows = plan_milestones(book).filter(pl.col("reached_on").is_not_null()).with_columns(text.alias("text"))
    return rows.sort("plan_id", "reached_on", "milestone_id").group_by("plan_id").agg(pl.col("text").alias("records"))
