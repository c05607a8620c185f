"""Everything customers told us as one list of entries: feedback on file, comments of surveys, notes of reviews.

The sentiment of a comment is that of its score, never a guess at its words.
"""

import polars as pl

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.accounts import Standing
from pipeline.voice.columns import COMMENTS, ITEMS, REVIEWS, fitted
from pipeline.voice.families import family_of

ITEM, SURVEY, REVIEW = "item", "survey", "review"
COLUMNS = [
    "entry_id",
    "origin",
    "source",
    "source_group",
    "account_id",
    "account_name",
    "csm",
    "tier",
    "arr",
    "received_on",
    "month_on",
    "category",
    "sentiment",
    "theme",
    "text",
    "is_feature_request",
    "decision",
    "answer",
    "decided_on",
    "shipped_on",
    "days_to_decision",
    "is_open",
    "is_in_renewal",
    "days_to_renewal",
]
OF_NPS = {"promoter": "positive", "passive": "neutral", "detractor": "negative"}


def entries(book: Book, of: Standing, answers: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """One row per entry. `answer` is accepted, declined, deferred, or null while nothing is decided.

    `is_open`: an item that is neither shipped nor declined, or a comment of the last 180 days. Comments whose words
    already stand on file as an item of the same account count once. Anonymous comments have neither account nor words,
    and words of a survey need the consent of who said them.
    (infra 12.2)
    """
    items = _items(book)
    comments = pl.concat([_nps(answers), _surveys(book), _reviews(book)]).filter(pl.col("text").is_not_null())
    seen = items.select("account_id", plain=plain("text")).drop_nulls().unique()
    fresh = comments.with_columns(plain=plain("text")).join(seen, on=["account_id", "plain"], how="anti").drop("plain")
    told = pl.concat([items, _sorted_by_words(fresh, policy)], how="diagonal_relaxed")
    accounts = of.accounts.select(
        "account_id", "account_name", "csm", "tier", "arr", "is_customer", "lifecycle_stage", "days_to_renewal"
    )
    hidden = told.with_columns(
        account_id=pl.when(~pl.col("is_hidden")).then("account_id"), text=pl.when("has_words").then("text")
    )
    joined = hidden.join(accounts, on="account_id", how="left", maintain_order="left")
    return joined.with_columns(*_judged(book, policy)).sort("received_on", "origin", "entry_id").select(COLUMNS)


def _judged(book: Book, policy: VoicePolicy) -> list[pl.Expr]:
    rules = policy.feedback
    groups = {source: name for name, group in rules.groups.items() for source in group.sources}
    answers = {
        decision: answer
        for answer, decisions in (
            ("accepted", rules.accepted),
            ("declined", rules.declined),
            ("deferred", rules.deferred),
        )
        for decision in decisions
    }
    answer = pl.col("decision").replace_strict(answers, default=None, return_dtype=pl.String)
    is_recent = (book.as_of - pl.col("received_on")).dt.total_days() < rules.comment_days
    is_settled = pl.col("shipped_on").is_not_null() | (answer == "declined").fill_null(False)
    soon = pl.col("days_to_renewal") <= rules.renewal_within_days
    is_in_renewal = pl.col("is_customer") & ((pl.col("lifecycle_stage") == "renewal") | soon.fill_null(False))
    return [
        pl.col("source").replace_strict(groups, default="other", return_dtype=pl.String).alias("source_group"),
        pl.col("received_on").dt.truncate("1mo").alias("month_on"),
        answer.alias("answer"),
        (pl.col("decided_on") - pl.col("received_on")).dt.total_days().alias("days_to_decision"),
        pl.when(pl.col("origin") == ITEM).then(~is_settled).otherwise(is_recent).alias("is_open"),
        is_in_renewal.fill_null(False).alias("is_in_renewal"),
        pl.when(pl.col("is_customer")).then("arr").alias("arr"),
    ]


def _items(book: Book) -> pl.DataFrame:
    return fitted(book.feedback_items, ITEMS).with_columns(
        pl.col("source").fill_null("other"),
        pl.col("is_feature_request").fill_null(False),
        entry_id=pl.col("feedback_id"),
        origin=pl.lit(ITEM),
        is_hidden=pl.lit(False),
        has_words=pl.lit(True),
    )


def _nps(answers: pl.DataFrame) -> pl.DataFrame:
    return answers.select(
        entry_id="response_id",
        origin=pl.lit(SURVEY),
        source=pl.lit("nps"),
        account_id="account_id",
        received_on="responded_on",
        sentiment=pl.col("nps_group").replace_strict(OF_NPS, return_dtype=pl.String),
        text="comment",
        is_hidden="is_anonymous",
        has_words=pl.col("has_consent") & ~pl.col("is_anonymous"),
    )


def _surveys(book: Book) -> pl.DataFrame:
    return fitted(book.survey_comments, COMMENTS).select(
        entry_id="response_id",
        origin=pl.lit(SURVEY),
        source="survey",
        account_id="account_id",
        received_on="responded_on",
        sentiment=_of_five("score"),
        text="comment",
        is_hidden=pl.col("is_anonymous").fill_null(False),
        has_words=pl.col("follow_up_consent").fill_null(False) & ~pl.col("is_anonymous").fill_null(False),
    )


def _reviews(book: Book) -> pl.DataFrame:
    """Notes of reviews that were rated: what stands in the notes of an unrated one has no sentiment."""
    held = fitted(book.qbrs, REVIEWS).filter(
        pl.col("held_on").is_not_null() & (pl.col("notes").str.strip_chars() != "")
    )
    return held.select(
        entry_id="qbr_id",
        origin=pl.lit(REVIEW),
        source=pl.lit("qbr"),
        account_id="account_id",
        received_on="held_on",
        sentiment=_of_five("satisfaction"),
        text="notes",
        is_hidden=pl.lit(False),
        has_words=pl.lit(True),
    )


def _of_five(column: str) -> pl.Expr:
    value = pl.col(column)
    return (
        pl.when(value >= 4)
        .then(pl.lit("positive"))
        .when(value >= 3)
        .then(pl.lit("neutral"))
        .when(value.is_not_null())
        .then(pl.lit("negative"))
    )


def _sorted_by_words(comments: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """Comments with the category and theme of their keyword family; each different comment is read once."""
    texts = comments.get_column("text").drop_nulls().unique().sort().to_list()
    found = {text: family_of(text, policy.families) for text in texts}
    families = policy.families
    labels = {text: families[name].label for text, name in found.items() if name}
    kinds = {text: families[name].category for text, name in found.items() if name}
    read = pl.col("text")
    return comments.with_columns(
        theme=read.replace_strict(labels, default=None, return_dtype=pl.String) if labels else pl.lit(None, pl.String),
        category=read.replace_strict(kinds, default="other", return_dtype=pl.String) if kinds else pl.lit("other"),
        is_feature_request=pl.lit(False),
    )


def plain(column: str) -> pl.Expr:
    """Words for comparison: lower case, letters and digits only."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
