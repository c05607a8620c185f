"""The feedback loop: counts by month, themes and requests by who stands behind them, and who must be told what."""

from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.columns import TASKS, fitted
from pipeline.voice.feedback import ITEM, plain

PERIODS = {"month": 1, "quarter": 3, "year": 12}
TOPICS = [
    "period",
    "theme",
    "is_request",
    "entries",
    "entries_before",
    "accounts",
    "arr",
    "negative",
    "positive",
    "accepted",
    "declined",
    "shipped",
    "undecided",
    "last_received_on",
    "rank",
]
TELLINGS = [
    "entry_id",
    "account_id",
    "account_name",
    "csm",
    "arr",
    "theme",
    "text",
    "outcome",
    "happened_on",
    "tell_by_on",
    "told_on",
]


def closed_month(book: Book, policy: VoicePolicy) -> pl.Expr:
    """The first day of the newest month that is over, or as good as over, on the book's day."""
    day = pl.lit(book.as_of + timedelta(days=policy.feedback.month_closes_days + 1))
    return day.dt.truncate("1mo").dt.offset_by("-1mo")


def months(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per month, source, category and sentiment: entries, and of those decided the days it took."""
    keys = ["month_on", "source_group", "source", "category", "sentiment"]
    counted = rows.group_by(keys).agg(
        entries=pl.len().cast(pl.Int64),
        decided=pl.col("days_to_decision").is_not_null().sum().cast(pl.Int64),
        decision_days=pl.col("days_to_decision").sum(),
        accepted=(pl.col("answer") == "accepted").sum().cast(pl.Int64),
        shipped=((pl.col("answer") == "accepted") & pl.col("shipped_on").is_not_null()).sum().cast(pl.Int64),
    )
    return counted.sort(keys, nulls_last=True)


def topics(rows: pl.DataFrame, book: Book, policy: VoicePolicy) -> pl.DataFrame:
    """One row per period (month, quarter, year, up to the newest closed month), theme, and whether it is a request.

    Ranked by entries, then ARR; requests by accounts, then ARR. `entries_before` counts the period of the same length
    before. Entries without a theme are in none. (infra 12.3)
    """
    ends_on: date = pl.select(closed_month(book, policy).dt.offset_by("1mo").alias("day")).item()
    cells = [_of_period(rows, name, count, ends_on) for name, count in PERIODS.items()]
    keys = ["period", "is_request"]
    first = pl.when("is_request").then("accounts").otherwise("entries")
    order = pl.col("period").replace_strict({name: at for at, name in enumerate(PERIODS)}, return_dtype=pl.Int8)
    ranked = pl.concat(cells).sort(
        order, "is_request", first, "arr", "theme", descending=[False, False, True, True, False], nulls_last=True
    )
    return ranked.with_columns(rank=pl.int_range(1, pl.len() + 1).over(keys).cast(pl.Int64)).select(TOPICS)


def _of_period(rows: pl.DataFrame, name: str, count: int, ends_on: date) -> pl.DataFrame:
    starts_on, before_on = (pl.lit(ends_on).dt.offset_by(f"-{count * times}mo") for times in (1, 2))
    themed = rows.filter(pl.col("theme").is_not_null())
    both = pl.concat(
        [
            themed.with_columns(is_request=pl.lit(False)),
            themed.filter(pl.col("is_feature_request")).with_columns(is_request=pl.lit(True)),
        ]
    )
    keys = ["theme", "is_request"]
    received = pl.col("received_on")
    mine = both.filter((received >= starts_on) & (received < ends_on))
    earlier = both.filter((received >= before_on) & (received < starts_on)).group_by(keys)
    behind = mine.filter(pl.col("account_id").is_not_null()).unique([*keys, "account_id"], maintain_order=True)
    weight = behind.group_by(keys).agg(accounts=pl.len().cast(pl.Int64), arr=pl.col("arr").sum())
    answer = pl.col("answer")
    sums = mine.group_by(keys).agg(
        entries=pl.len().cast(pl.Int64),
        negative=(pl.col("sentiment") == "negative").sum().cast(pl.Int64),
        positive=(pl.col("sentiment") == "positive").sum().cast(pl.Int64),
        accepted=(answer == "accepted").sum().cast(pl.Int64),
        declined=(answer == "declined").sum().cast(pl.Int64),
        shipped=pl.col("shipped_on").is_not_null().sum().cast(pl.Int64),
        undecided=(answer.is_null() & (pl.col("origin") == ITEM)).sum().cast(pl.Int64),
        last_received_on=received.max(),
    )
    counted = sums.join(weight, on=keys, how="left").join(
        earlier.agg(entries_before=pl.len().cast(pl.Int64)), on=keys, how="left"
    )
    return counted.with_columns(
        pl.col("accounts", "entries_before").fill_null(0), pl.col("arr").fill_null(0), period=pl.lit(name)
    ).select([column for column in TOPICS if column != "rank"])


def tellings(rows: pl.DataFrame, book: Book, policy: VoicePolicy) -> pl.DataFrame:
    """One row per item of a customer whose answer is news: shipped, else accepted, declined or deferred.

    `told_on` is the day a task that names the theme was completed for the account after it happened; null until then.
    (infra 12.2 step 5)
    """
    rules = policy.feedback
    outcome = pl.when(pl.col("shipped_on").is_not_null()).then(pl.lit("shipped")).otherwise("answer")
    items = rows.filter((pl.col("origin") == ITEM) & pl.col("account_id").is_not_null() & pl.col("arr").is_not_null())
    news = items.with_columns(outcome=outcome, happened_on=pl.coalesce("shipped_on", "decided_on")).filter(
        pl.col("outcome").is_not_null(),
        pl.col("happened_on") > book.as_of - timedelta(days=rules.tell_window_days),
    )
    dated = news.with_columns(tell_by_on=pl.col("happened_on") + pl.duration(days=rules.tell_within_days))
    joined = dated.join(_told(dated, book), on="entry_id", how="left")
    order = pl.col("outcome").replace_strict(
        {"shipped": 0, "declined": 1, "deferred": 2, "accepted": 3}, return_dtype=pl.Int8
    )
    return joined.sort(
        order, "tell_by_on", "arr", "entry_id", descending=[False, False, True, False], nulls_last=True
    ).select(TELLINGS)


def _told(news: pl.DataFrame, book: Book) -> pl.DataFrame:
    tasks = fitted(book.tasks, TASKS).filter((pl.col("status") == "completed") & pl.col("completed_on").is_not_null())
    done = tasks.select("account_id", "completed_on", said=plain("title")).drop_nulls()
    pairs = news.select("entry_id", "account_id", "happened_on", plain=plain("theme")).drop_nulls()
    named = pairs.join(done, on="account_id").filter(
        (pl.col("plain") != "")
        & (pl.col("completed_on") >= pl.col("happened_on"))
        & pl.col("said").str.contains(pl.col("plain"), literal=True)
    )
    return named.group_by("entry_id").agg(told_on=pl.col("completed_on").min())
