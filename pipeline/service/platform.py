"""Issues of the platform: the same trouble at several customers within hours, or during an incident that hit all."""

from typing import Any

import polars as pl

from pipeline.policy import EscalationsPolicy

ISSUES: dict[str, Any] = {
    "issue_id": pl.String,
    "category": pl.String,
    "started_at": pl.Datetime("us", "UTC"),
    "ended_at": pl.Datetime("us", "UTC"),
    "ticket_count": pl.Int64,
    "account_count": pl.Int64,
    "open_count": pl.Int64,
    "is_general_incident": pl.Boolean,
    "accounts": pl.String,
}


def platform_tickets(tickets: pl.DataFrame, policy: EscalationsPolicy) -> pl.DataFrame:
    """One row per ticket that belongs to a platform issue, solved ones too, with its id. (infra 9.1, Question 5)

    Urgent tickets of one category belong to it when at least `platform_accounts` accounts created one within
    `platform_within_hours`, both ends included, or when they fell into an incident that names no account. An issue is
    named by its category and first ticket; its tickets follow one another by no more than those hours.
    """
    urgent = tickets.filter(pl.col("resolution_priority").is_in(policy.platform_priorities))
    urgent = urgent.filter(pl.col("category").is_not_null()).sort("category", "created_at", "ticket_id")
    if urgent.is_empty():
        return urgent.select("ticket_id").with_columns(issue_id=pl.lit(None, pl.String))
    span = pl.duration(seconds=round(policy.platform_within_hours * 3600))
    hot = _hot_ends(urgent, policy)
    marked = urgent.join_asof(hot, on="created_at", by="category", strategy="forward", check_sortedness=False)
    is_hit = ((pl.col("hot_at") - pl.col("created_at")) <= span).fill_null(False) | pl.col("is_in_general_incident")
    mine = marked.filter(is_hit).sort("category", "created_at", "ticket_id")
    begins = (pl.col("created_at") - pl.col("created_at").shift(1) > span).fill_null(True).over("category")
    named = pl.when(begins).then("ticket_id").forward_fill().over("category")
    return mine.with_columns(issue_id=pl.format("{}/{}", "category", named)).select("ticket_id", "issue_id")


def _hot_ends(urgent: pl.DataFrame, policy: EscalationsPolicy) -> pl.DataFrame:
    """The last instants of windows in which enough accounts are in the same trouble."""
    window = f"{round(policy.platform_within_hours * 3600)}s"
    rolled = urgent.rolling("created_at", period=window, closed="both", group_by="category").agg(
        account_count=pl.col("account_id").n_unique()
    )
    hot = rolled.filter(pl.col("account_count") >= policy.platform_accounts).unique(["category", "created_at"])
    return hot.select("category", "created_at", hot_at="created_at").sort("category", "created_at")


def platform_issues(tickets: pl.DataFrame, hit: pl.DataFrame) -> pl.DataFrame:
    """One row per platform issue: since when, how many tickets and accounts, and whether it is still open."""
    if hit.is_empty():
        return pl.DataFrame(schema=ISSUES)
    rows = tickets.join(hit, on="ticket_id").sort("created_at", "ticket_id")
    return (
        rows.group_by("issue_id")
        .agg(
            pl.col("category").first(),
            started_at=pl.col("created_at").min(),
            ended_at=pl.when(pl.col("closed_on").is_not_null().all()).then(pl.col("resolved_at").max()),
            ticket_count=pl.len().cast(pl.Int64),
            account_count=pl.col("account_id").n_unique().cast(pl.Int64),
            open_count=pl.col("closed_on").is_null().sum().cast(pl.Int64),
            is_general_incident=pl.col("is_in_general_incident").any(),
            accounts=pl.col("account_id").unique().sort().str.join("; "),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in ISSUES.items())
        .sort("started_at", "issue_id")
    )
