"""How support works, apart from promises: volume, backlog, first contacts, reopened tickets, CSAT, subjects."""

from datetime import timedelta

import polars as pl

SUBJECT_DAYS = 90
SUBJECTS = 20
DIMENSIONS = ("category", "priority")
UNKNOWN = "unknown"
MONTHS: dict[str, type[pl.DataType]] = {
    "month_on": pl.Date,
    "dimension": pl.String,
    "value": pl.String,
    "created": pl.Int64,
    "solved": pl.Int64,
    "replies_known": pl.Int64,
    "first_contact": pl.Int64,
    "reopens_known": pl.Int64,
    "reopened": pl.Int64,
    "csat_answers": pl.Int64,
    "csat_sum": pl.Int64,
    "median_hours": pl.Float64,
    "p90_hours": pl.Float64,
    "backlog": pl.Int64,
}
TOPICS: dict[str, type[pl.DataType]] = {
    "subject": pl.String,
    "category": pl.String,
    "tickets": pl.Int64,
    "accounts": pl.Int64,
    "open": pl.Int64,
}


def support_months(tickets: pl.DataFrame) -> pl.DataFrame:
    """One row per month, dimension (all, category, priority) and value. (infra 8.1, spec service: support metrics)

    Created by the month of creation; solved, first contact, reopened and hours to resolve by the month of the solution;
    ratings with it. `backlog` is what was open at the month's end. A first contact is solved with at most one reply
    and never reopened; only tickets whose replies are known count.
    """
    if tickets.is_empty():
        return pl.DataFrame(schema=MONTHS)
    every = [("all", pl.lit("all")), *((name, pl.col(name).fill_null(UNKNOWN)) for name in DIMENSIONS)]
    return pl.concat([_by(tickets, name, value) for name, value in every]).sort("dimension", "value", "month_on")


def _by(tickets: pl.DataFrame, dimension: str, value: pl.Expr) -> pl.DataFrame:
    rows = tickets.with_columns(value=value)
    months = rows.select(
        month_on=pl.date_range(
            pl.col("month_on").min(), pl.max_horizontal("month_on", _month("closed_on")).max(), "1mo"
        )
    )
    grid = rows.select("value").unique().join(months, how="cross")
    keys = ["value", "month_on"]
    created = rows.group_by(keys).agg(created=pl.len())
    closed = rows.filter(pl.col("closed_on").is_not_null()).with_columns(month_on=_month("closed_on"))
    solved = closed.group_by(keys).agg(solved=pl.len(), **_outcomes())
    joined = grid.join(created, on=keys, how="left").join(solved, on=keys, how="left").sort("value", "month_on")
    whole = [name for name, dtype in joined.schema.items() if dtype.is_integer()]
    counted = joined.with_columns(pl.col(whole).cast(pl.Int64).fill_null(0))
    backlog = (pl.col("created") - pl.col("solved")).cum_sum().over("value")
    return counted.with_columns(dimension=pl.lit(dimension), backlog=backlog).select(
        "month_on", "dimension", "value", pl.exclude("month_on", "dimension", "value")
    )


def _outcomes() -> dict[str, pl.Expr]:
    replies, reopened = pl.col("agent_reply_count"), pl.col("reopen_count")
    hours = (pl.col("resolved_at") - pl.col("created_at")).dt.total_seconds() / 3600
    return {
        "replies_known": replies.is_not_null().sum(),
        "first_contact": ((replies <= 1) & (reopened.fill_null(0) == 0)).sum(),
        "reopens_known": reopened.is_not_null().sum(),
        "reopened": (reopened > 0).sum(),
        "csat_answers": pl.col("csat").count(),
        "csat_sum": pl.col("csat").sum(),
        "median_hours": hours.median(),
        "p90_hours": hours.quantile(0.9, interpolation="linear"),
    }


def _month(day: str) -> pl.Expr:
    return pl.col(day).dt.truncate("1mo")


def support_subjects(tickets: pl.DataFrame) -> pl.DataFrame:
    """The most frequent subjects of the last 90 days, numbers and signs aside: one row per subject, most first."""
    if tickets.is_empty():
        return pl.DataFrame(schema=TOPICS)
    since = pl.col("created_on").max() - timedelta(days=SUBJECT_DAYS)
    plain = pl.col("subject").str.to_lowercase().str.replace_all(r"^\s*(re|fw|fwd):\s*|[\d#\[\]()\"']+", "")
    recent = tickets.filter(pl.col("created_on") > since).with_columns(
        topic=plain.str.replace_all(r"\s+", " ").str.strip_chars()
    )
    found = (
        recent.filter(pl.col("topic").str.len_chars() > 0)
        .sort("created_on", "ticket_id")
        .group_by("topic")
        .agg(
            subject=pl.col("subject").last(),
            category=pl.col("category").mode().sort().first(),
            tickets=pl.len().cast(pl.Int64),
            accounts=pl.col("account_id").n_unique().cast(pl.Int64),
            open=pl.col("closed_on").is_null().sum().cast(pl.Int64),
        )
    )
    ranked = found.sort("tickets", "accounts", "topic", descending=[True, True, False])
    return ranked.drop("topic").head(SUBJECTS)
