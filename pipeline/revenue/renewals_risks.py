"""The risk form of each renewal: seven questions answered from data, yes, no or unknown, each with its evidence.

It reads the book's rows about an account and says what they mean for its renewal; policy/renewals.toml has the lines.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.renewals import Risk

ANSWER = {"account_id": pl.String, "is_yes": pl.Boolean, "evidence": pl.String}
YES, NO, UNKNOWN = "yes", "no", "unknown"
SIGNALS = {
    "account_id": pl.String,
    "kind": pl.String,
    "occurred_on": pl.Date,
    "resolved_on": pl.Date,
    "note": pl.String,
}
CONTACTS = {"account_id": pl.String, "full_name": pl.String, "role": pl.String, "departed_on": pl.Date}
REVIEWS = {"account_id": pl.String, "held_on": pl.Date, "satisfaction": pl.Float64}
MEETINGS = {"account_id": pl.String, "type": pl.String, "occurred_on": pl.Date, "sentiment": pl.String}
REGISTER = {
    "account_id": pl.String,
    "type": pl.String,
    "description": pl.String,
    "created_on": pl.Date,
    "resolved_on": pl.Date,
    "status": pl.String,
}
FEEDBACK = {
    "account_id": pl.String,
    "received_on": pl.Date,
    "is_feature_request": pl.Boolean,
    "shipped_on": pl.Date,
    "decision": pl.String,
}


def renewal_risks(due: pl.DataFrame, book: Book, churn_weeks: pl.DataFrame, risks: dict[str, Risk]) -> pl.DataFrame:
    """One row per contract due and line of the form, in the form's order, with what is done about a yes.

    Unknown is what no feed can answer: no row of it was ever loaded, or the measure is empty. (playbook 8.2)
    """
    lost = _lost_feeds(book)
    lines = [
        _line(due, name, number, risk, _answers(name, risk, book, churn_weeks), risk.feed in lost)
        for number, (name, risk) in enumerate(risks.items())
    ]
    return pl.concat(lines).sort("contract_id", "order")


def said_day(column: str) -> pl.Expr:
    """A day as sentences say it: 5 Mar 2026."""
    return pl.col(column).dt.strftime("%-d %b %Y")


def _line(due: pl.DataFrame, name: str, order: int, risk: Risk, answers: pl.DataFrame, is_lost: bool) -> pl.DataFrame:
    rows = due.select("contract_id", "account_id").join(
        answers.unique("account_id", keep="first", maintain_order=True), on="account_id", how="left"
    )
    # A number that is empty is unknown; a thing that nobody noticed, in a feed that is there, is a no.
    is_measured = risk.under is not None and name == "low_usage"
    without = UNKNOWN if is_lost or is_measured else NO
    answer = (
        pl.when(pl.col("is_yes")).then(pl.lit(YES)).when(~pl.col("is_yes")).then(pl.lit(NO)).otherwise(pl.lit(without))
    )
    return rows.select(
        "contract_id",
        "account_id",
        risk=pl.lit(name),
        label=pl.lit(risk.label),
        order=pl.lit(order, pl.Int64),
        answer=answer,
        evidence="evidence",
        action=pl.lit(risk.action),
        owner=pl.lit(risk.owner),
    )


def _answers(name: str, risk: Risk, book: Book, churn_weeks: pl.DataFrame) -> pl.DataFrame:
    since = book.as_of - timedelta(days=risk.days)
    match name:
        case "low_usage":
            return _usage(churn_weeks, book.as_of, risk)
        case "high_tickets":
            return _tickets(book, risk)
        case "negative_review":
            return _reviews(book, since, risk)
        case "champion_left":
            return _champions(book, since)
        case "competitor":
            return _signals(book, since, ["competitor_evaluation"])
        case "budget":
            return pl.concat([_signals(book, since, ["budget_cut"]), _budget_risks(book)])
        case _:
            return _requests(book, since)


def _usage(churn_weeks: pl.DataFrame, as_of: date, risk: Risk) -> pl.DataFrame:
    now = shaped(churn_weeks, {"account_id": pl.String, "week_ending_on": pl.Date, "dau_pct": pl.Float64})
    rows = now.filter((pl.col("week_ending_on") == as_of) & pl.col("dau_pct").is_not_null())
    said = pl.format("{}% of seats active on a business day", pl.col("dau_pct").round(1))
    return rows.select("account_id", is_yes=pl.col("dau_pct") < risk.under, evidence=said)


def _tickets(book: Book, risk: Risk) -> pl.DataFrame:
    columns = {"account_id": pl.String, "week_ending_on": pl.Date, "ticket_created_count_30d": pl.Int64}
    rows = shaped(book.account_weeks, columns).filter(pl.col("week_ending_on") == book.as_of)
    count = pl.col("ticket_created_count_30d")
    return rows.filter(count.is_not_null()).select(
        "account_id", is_yes=count > risk.over, evidence=pl.format("{} tickets in 30 days", count)
    )


def _reviews(book: Book, since: date, risk: Risk) -> pl.DataFrame:
    """The newest rating of a review in the window, and reviews whose tone was noted as negative."""
    recent = pl.col("held_on").is_between(since, book.as_of, closed="right")
    held = shaped(book.qbrs, REVIEWS).filter(recent & pl.col("satisfaction").is_not_null())
    rated = held.sort("account_id", "held_on", "satisfaction", descending=[False, True, False])
    newest = rated.unique("account_id", keep="first", maintain_order=True).select(
        "account_id",
        is_yes=pl.col("satisfaction") < risk.under,
        evidence=pl.format("rated {} of 5 on {}", "satisfaction", said_day("held_on")),
    )
    tone = shaped(book.activities_recent, MEETINGS).filter(
        (pl.col("type") == "qbr") & (pl.col("sentiment") == "negative") & (pl.col("occurred_on") > since)
    )
    noted = tone.sort("account_id", "occurred_on", descending=[False, True]).select(
        "account_id", is_yes=pl.lit(True), evidence=pl.format("negative tone noted on {}", said_day("occurred_on"))
    )
    return pl.concat([newest, noted]).sort("account_id", "is_yes", "evidence", descending=[False, True, False])


def _champions(book: Book, since: date) -> pl.DataFrame:
    left = shaped(book.contacts, CONTACTS).filter((pl.col("role") == "champion") & (pl.col("departed_on") > since))
    named = left.sort("account_id", "departed_on", "full_name", descending=[False, True, False], nulls_last=True)
    contacts = named.select(
        "account_id",
        is_yes=pl.lit(True),
        evidence=pl.format("{} left on {}", pl.col("full_name").fill_null("the champion"), said_day("departed_on")),
    )
    return pl.concat([contacts, _signals(book, since, ["champion_departed"])])


def _signals(book: Book, since: date, kinds: list[str]) -> pl.DataFrame:
    """Signals of a kind in the window that are not resolved, the newest first."""
    rows = shaped(book.signals, SIGNALS).filter(
        pl.col("kind").is_in(kinds) & (pl.col("occurred_on") > since) & pl.col("resolved_on").is_null()
    )
    newest = rows.sort("account_id", "occurred_on", "note", descending=[False, True, False], nulls_last=True)
    told = pl.when(pl.col("note").is_null()).then(pl.format("noticed on {}", said_day("occurred_on")))
    return newest.select(
        "account_id",
        is_yes=pl.lit(True),
        evidence=told.otherwise(pl.format("noticed on {}: {}", said_day("occurred_on"), "note")),
    )


def _budget_risks(book: Book) -> pl.DataFrame:
    rows = shaped(book.risks, REGISTER).filter(
        (pl.col("type") == "budget") & pl.col("resolved_on").is_null() & (pl.col("status").fill_null("") != "resolved")
    )
    newest = rows.sort("account_id", "created_on", "description", descending=[False, True, False], nulls_last=True)
    said = pl.format("in the risk register since {}", said_day("created_on"))
    return newest.select("account_id", is_yes=pl.lit(True), evidence=said)


def _requests(book: Book, since: date) -> pl.DataFrame:
    """Feature requests of the window that are neither shipped nor turned down."""
    rows = shaped(book.feedback_items, FEEDBACK).filter(
        pl.col("is_feature_request")
        & (pl.col("received_on") > since)
        & pl.col("shipped_on").is_null()
        & (pl.col("decision").fill_null("") != "rejected")
        & pl.col("account_id").is_not_null()
    )
    counted = rows.group_by("account_id").agg(count=pl.len(), newest_on=pl.col("received_on").max()).sort("account_id")
    said = pl.format("open feature requests: {}, the newest of {}", "count", said_day("newest_on"))
    return counted.select("account_id", is_yes=pl.lit(True), evidence=said)


def _lost_feeds(book: Book) -> set[str]:
    """Feeds of which no accepted row was ever loaded."""
    feeds = shaped(book.feed_weeks, {"feed": pl.String, "week_ending_on": pl.Date, "has_rows": pl.Boolean})
    now = feeds.filter((pl.col("week_ending_on") == book.as_of) & ~pl.col("has_rows"))
    return set(now["feed"])
