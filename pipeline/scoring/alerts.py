"""Alerts: who is told what, once. A rule speaks when its state begins and stays silent while it lasts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy import BANDS, RISK_BANDS, AlertRule, AlertsPolicy, ChurnRiskPolicy
from pipeline.scoring.watch import fleet_shifts, lost_feeds, usable_weeks, watched
from pipeline.workspace import WEEKDAYS, Settings

RAISED = {
    "account_id": pl.String,
    "rule": pl.String,
    "subject": pl.String,
    "raised_on": pl.Date,
    "value": pl.Float64,
    "before": pl.String,
    "now": pl.String,
    "detail": pl.String,
    "owner": pl.String,
}
ALERTS = {
    "alert_id": pl.String,
    "account_id": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "raised_on": pl.Date,
    "message": pl.String,
    "recipients": pl.String,
}
WORDS = {"at_risk": "at risk"}
ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Heard:
    """What alerts listen to: the scores of every week and the red flags up in each."""

    health_weeks: pl.DataFrame
    churn_weeks: pl.DataFrame
    red_flags: pl.DataFrame


def alerts(
    book: Book, heard: Heard, policy: AlertsPolicy, risk_policy: ChurnRiskPolicy, settings: Settings
) -> pl.DataFrame:
    """One row per alert over all weeks of the panel, oldest first. (ops: Alert triggers; infra 2.2, 13.1, 13.2)

    `alert_id` hashes account, rule, subject and the calendar week, so a run on another weekday repeats none.
    """
    usable = usable_weeks(heard.health_weeks, book.feed_weeks, policy)
    rows = watched(heard.health_weeks, heard.churn_weeks, usable)
    raised = pl.concat(
        [
            *_of_panel(rows, policy),
            _red_flags(rows, heard.red_flags, risk_policy),
            *_of_feeds(book, heard.health_weeks, policy),
            _of_events(book, policy),
        ]
    )
    return _told(raised, book, policy, settings)


def _raised(rows: pl.DataFrame, rule: str | pl.Expr, **columns: pl.Expr | str) -> pl.DataFrame:
    """Rows as the columns of RAISED; what is not given is empty."""
    known: dict[str, pl.Expr | str] = {
        "account_id": "account_id",
        "raised_on": "week",
        "rule": pl.lit(rule) if isinstance(rule, str) else rule,
        "subject": pl.lit(""),
    }
    given = known | columns
    return rows.select(
        (pl.col(value) if isinstance(value, str) else value).cast(RAISED[name]).alias(name)
        if (value := given.get(name)) is not None
        else pl.lit(None, dtype).alias(name)
        for name, dtype in RAISED.items()
    )


def _of_panel(rows: pl.DataFrame, policy: AlertsPolicy) -> list[pl.DataFrame]:
    fell_by = pl.col("score.before") - pl.col("score")
    in_a_week = pl.col("week") - pl.col("week.before") == timedelta(days=7)
    fell = in_a_week & (fell_by > policy.rules["score_fell"].threshold)
    fell_before = fell.shift(1).over("account_id").fill_null(False)
    declines = pl.col("trend") == "declining"
    was_declining = (pl.col("trend.before") == "declining").fill_null(False)
    return [
        _raised(
            rows.filter(fell & ~fell_before), "score_fell", value=fell_by, now=pl.col("score").round(0).cast(pl.Int64)
        ),
        _raised(_entered(rows, "health", 1, worse_is_less=True), "enters_at_risk", before=_was("health", BANDS)),
        _raised(_entered(rows, "health", 0, worse_is_less=True), "enters_critical", before=_was("health", BANDS)),
        _raised(
            rows.filter(declines & ~was_declining, ~pl.col("is_first")), "declining", value=-pl.col("health_change_4w")
        ),
        *(
            _raised(
                _entered(rows, "risk", rank, worse_is_less=False),
                f"churn_risk_{band}",
                before=_was("risk", RISK_BANDS),
                value="points",
            )
            for rank, band in enumerate(RISK_BANDS)
            if rank
        ),
    ]


def _entered(rows: pl.DataFrame, column: str, rank: int, *, worse_is_less: bool) -> pl.DataFrame:
    """The rows in which a band was reached from a better one, or by a customer who had no score before."""
    before = pl.col(f"{column}.before")
    was_better = before > rank if worse_is_less else before < rank
    is_new = before.is_null() & ~pl.col("is_first")
    return rows.filter(pl.col(column) == rank, was_better.fill_null(False) | is_new)


def _was(column: str, names: tuple[str, ...]) -> pl.Expr:
    words = {rank: WORDS.get(name, name) for rank, name in enumerate(names)}
    return pl.col(f"{column}.before").replace_strict(words, default="no score", return_dtype=pl.String)


def _red_flags(rows: pl.DataFrame, red_flags: pl.DataFrame, policy: ChurnRiskPolicy) -> pl.DataFrame:
    """The red flags that were not up in the usable week before."""
    up = red_flags.rename({"week_ending_on": "week"})
    weeks = rows.select("account_id", "week", "week.before", "is_first").join(up, on=["account_id", "week"])
    earlier = up.rename({"week": "week.before"})
    new = weeks.filter(~pl.col("is_first")).join(earlier, on=["account_id", "week.before", "factor"], how="anti")
    labels = {name: factor.label for name, factor in policy.factors.items()}
    detail = pl.col("factor").replace_strict(labels, return_dtype=pl.String)
    return _raised(new, "red_flag", subject="factor", detail=detail)


def _of_feeds(book: Book, health_weeks: pl.DataFrame, policy: AlertsPolicy) -> list[pl.DataFrame]:
    lost = lost_feeds(book.feed_weeks).filter(pl.col("is_new"))
    shifts = fleet_shifts(health_weeks, policy.hold_back)
    is_new = (pl.col("week_ending_on") - pl.col("week_ending_on").shift(1) != timedelta(days=7)).fill_null(True)
    nobody, on = pl.lit(None, pl.String), pl.col("week_ending_on")
    return [
        _raised(lost, "feed_lost", account_id=nobody, raised_on=on, subject="feed", detail="feed", now="state"),
        _raised(shifts.filter(is_new), "fleet_shift", account_id=nobody, raised_on=on, value="share_pct"),
    ]


def _of_events(book: Book, policy: AlertsPolicy) -> pl.DataFrame:
    """The dated rows that a rule speaks of, for accounts that are customers then."""
    known = pl.col("rule").is_in([name for name, rule in policy.rules.items() if rule.kind == "event"])
    rows = book.alert_events.filter(known)
    detail = pl.col("detail").str.replace_all("_", " ")
    return _raised(rows, pl.col("rule"), subject="subject_id", raised_on="happened_on", detail=detail, owner="owner")


def _told(raised: pl.DataFrame, book: Book, policy: AlertsPolicy, settings: Settings) -> pl.DataFrame:
    """Messages, recipients and ids, in a total order."""
    roles = ("csm", "csm_manager", "account_executive")
    names = book.accounts.select("account_id", *(role for role in roles if role in book.accounts.columns))
    rows = raised.join(names, on="account_id", how="left", maintain_order="left")
    told = pl.concat([_of_rule(rows.filter(rule=name), rule, settings.people) for name, rule in policy.rules.items()])
    return (
        told.with_columns(alert_id=hashed(told, "account_id", "rule", "subject", week_of("raised_on", settings)))
        .select(list(ALERTS))
        .sort("raised_on", "severity", "rule", "account_id", "alert_id", nulls_last=True)
    )


def _of_rule(rows: pl.DataFrame, rule: AlertRule, people: Mapping[str, str]) -> pl.DataFrame:
    return rows.with_columns(
        severity=pl.lit(rule.severity), message=_message(rule.message), recipients=_recipients(rule, rows, people)
    )


def _message(text: str) -> pl.Expr:
    """A sentence with its `{name}` filled in; numbers without decimals."""
    pieces: list[pl.Expr] = []
    for piece in text.split("{"):
        name, brace, rest = piece.partition("}")
        shown = pl.col("value").round(0).cast(pl.Int64).cast(pl.String) if name == "value" else pl.col(name)
        pieces += [shown.fill_null("?"), pl.lit(rest)] if brace else [pl.lit(piece)]
    return pl.concat_str(pieces)


def _recipients(rule: AlertRule, rows: pl.DataFrame, people: Mapping[str, str]) -> pl.Expr:
    """The people behind the roles: the account's own, else the company's; an owner that nobody named is the CSM."""
    found = []
    for role in rule.recipients:
        own = pl.col(role) if role in rows.columns else pl.lit(None, pl.String)
        fallback = people.get({"csm_manager": "cs_manager"}.get(role, role))
        person = pl.coalesce(own, pl.lit(fallback, pl.String))
        found.append(pl.coalesce(person, "csm") if role == "owner" else person)
    return pl.concat_list(found).list.drop_nulls().list.unique(maintain_order=True).list.join("; ")


def week_of(day: str, settings: Settings) -> pl.Expr:
    """The end of a day's calendar week, by the weekday on which the company's weeks end."""
    weekday = WEEKDAYS.index(settings.company.week_ends_on)
    ahead = (weekday + 7 - (pl.col(day).dt.weekday().cast(pl.Int64) - 1)) % 7
    return pl.col(day) + pl.duration(days=ahead)


def hashed(rows: pl.DataFrame, *parts: str | pl.Expr) -> pl.Series:
    """An id for each row that is the same in every run: sixteen digits of a hash of its parts; null is empty."""
    columns = [(pl.col(part) if isinstance(part, str) else part).cast(pl.String).fill_null("") for part in parts]
    keys = rows.select(pl.concat_str(columns, separator="|")).to_series()
    return pl.Series([hashlib.sha256(key.encode()).hexdigest()[:ID_DIGITS] for key in keys], dtype=pl.String)
