"""What calls for an expansion: every trigger of policy/expansion.toml that holds for a customer, with its evidence."""

from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.expansion import ExpansionPolicy, Trigger
from pipeline.revenue.renewals_risks import said_day
from pipeline.revenue.served import MONEY

DEALS = {
    "opportunity_id": pl.String,
    "account_id": pl.String,
    "opportunity_name": pl.String,
    "type": pl.String,
    "stage": pl.String,
    "amount": MONEY,
    "created_on": pl.Date,
    "close_on": pl.Date,
    "is_closed": pl.Boolean,
    "is_won": pl.Boolean,
}
LIMITS = {
    "account_id": pl.String,
    "limit": pl.String,
    "measured_on": pl.Date,
    "allowed": pl.Float64,
    "used": pl.Float64,
}
WEEKS = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "feature_used_count_30d": pl.Int64,
    "feature_available_count": pl.Int64,
    "nps_respondent_count_180d": pl.Int64,
    "nps_score_sum_180d": pl.Float64,
}
STANDING = {
    "account_id": pl.String,
    "segment": pl.String,
    "csm": pl.String,
    "is_scored": pl.Boolean,
    "arr": MONEY,
    "open_p0_p1": pl.Int64,
    "expansion_potential": MONEY,
}
SIGNALS = {"account_id": pl.String, "kind": pl.String, "occurred_on": pl.Date, "note": pl.String}
REVIEWS = {"account_id": pl.String, "held_on": pl.Date, "satisfaction": pl.Float64}
FOUND = ["account_id", "trigger", "label", "evidence", "happened_on"]


def expansion_triggers(book: Book, policy: ExpansionPolicy) -> pl.DataFrame:
    """One row per customer and trigger that holds, with its evidence and its day, in the order of the policy."""
    customers = shaped(book.accounts, STANDING).filter("is_scored").select("account_id")
    found = [
        _held(name, trigger, book).with_columns(trigger=pl.lit(name), label=pl.lit(trigger.label), order=pl.lit(number))
        for number, (name, trigger) in enumerate(policy.triggers.items())
    ]
    rows = pl.concat([frame.select(*FOUND, "order") for frame in found]).join(customers, on="account_id", how="semi")
    newest = rows.sort(
        "account_id", "order", "happened_on", "evidence", descending=[False, False, True, False], nulls_last=True
    )
    return newest.unique(["account_id", "order"], keep="first", maintain_order=True).select(FOUND)


def open_deals(book: Book) -> pl.DataFrame:
    """Expansion deals that are open at the book's date."""
    deals = shaped(book.opportunities, DEALS)
    return deals.filter((pl.col("type") == "expansion") & ~pl.col("is_closed").fill_null(False)).sort("opportunity_id")


def _held(name: str, trigger: Trigger, book: Book) -> pl.DataFrame:
    match name:
        case "seats_over_90" | "limit_over_90":
            return _near_limits(name, trigger, book)
        case "breadth_over_80":
            return _broad(trigger, book)
        case "growth_signal":
            return _grown(trigger, book)
        case "positive_review":
            return _praised(trigger, book)
        case "promoter":
            return _promoted(trigger, book)
        case _:
            deals = open_deals(book)
            said = pl.format(
                "{} in {}", pl.col("opportunity_name").fill_null("a deal"), pl.col("stage").fill_null("the CRM")
            )
            return deals.select("account_id", evidence=said, happened_on="created_on")


def fresh_limits(book: Book, trigger: Trigger) -> pl.DataFrame:
    """The newest measure of each limit, where it is not older than the trigger allows."""
    since = book.as_of - timedelta(days=trigger.days)
    return shaped(book.limits, LIMITS).filter((pl.col("measured_on") > since) & (pl.col("allowed") > 0))


def _near_limits(name: str, trigger: Trigger, book: Book) -> pl.DataFrame:
    is_seats = pl.col("limit") == "seats"
    rows = fresh_limits(book, trigger).filter(is_seats if name == "seats_over_90" else ~is_seats)
    share = 100 * pl.col("used") / pl.col("allowed")
    said = pl.format(
        "{}% of {} {}",
        share.round(0).cast(pl.Int64),
        pl.col("allowed").cast(pl.Int64),
        pl.col("limit").str.replace_all("_", " "),
    )
    return rows.filter(share > trigger.over).select("account_id", evidence=said, happened_on="measured_on")


def _broad(trigger: Trigger, book: Book) -> pl.DataFrame:
    rows = shaped(book.account_weeks, WEEKS).filter(
        (pl.col("week_ending_on") == book.as_of) & (pl.col("feature_available_count") > 0)
    )
    share = 100 * pl.col("feature_used_count_30d") / pl.col("feature_available_count")
    said = pl.format("{} of {} features in use", "feature_used_count_30d", "feature_available_count")
    return rows.filter(share > trigger.over).select("account_id", evidence=said, happened_on="week_ending_on")


def _grown(trigger: Trigger, book: Book) -> pl.DataFrame:
    since = book.as_of - timedelta(days=trigger.days)
    rows = shaped(book.signals, SIGNALS).filter(pl.col("kind").is_in(trigger.signals) & (pl.col("occurred_on") > since))
    said = pl.format("{} on {}", pl.col("kind").str.replace_all("_", " "), said_day("occurred_on"))
    return rows.select("account_id", evidence=said, happened_on="occurred_on")


def _praised(trigger: Trigger, book: Book) -> pl.DataFrame:
    since = book.as_of - timedelta(days=trigger.days)
    recent = pl.col("held_on").is_between(since, book.as_of, closed="right") & pl.col("satisfaction").is_not_null()
    held = shaped(book.qbrs, REVIEWS).filter(recent)
    last = held.sort("account_id", "held_on", "satisfaction", descending=[False, True, True]).unique(
        "account_id", keep="first", maintain_order=True
    )
    said = pl.format("rated {} of 5", "satisfaction")
    liked = last.filter(pl.col("satisfaction") >= trigger.at_least)
    return liked.select("account_id", evidence=said, happened_on="held_on")


def _promoted(trigger: Trigger, book: Book) -> pl.DataFrame:
    rows = shaped(book.account_weeks, WEEKS).filter(
        (pl.col("week_ending_on") == book.as_of) & (pl.col("nps_respondent_count_180d") > 0)
    )
    mean = pl.col("nps_score_sum_180d") / pl.col("nps_respondent_count_180d")
    said = pl.format("mean answer {}, from {}", mean.round(1), "nps_respondent_count_180d")
    return rows.filter(mean >= trigger.at_least).select("account_id", evidence=said, happened_on="week_ending_on")
