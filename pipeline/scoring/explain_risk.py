"""One account's churn risk in full: what counts for and against it, what moved it, its peers, what is unknown."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.policy import ChurnRiskPolicy
from pipeline.scores import Scores

PEERS_MINIMUM = 5
CODED = ("contract_status", "strategic_alignment")  # codes have no quartiles


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor that counts or is unknown, with its points and evidence."""

    family: str
    factor: str
    label: str
    points: int
    state: str
    evidence: str
    since_on: date | None
    measured_on: date | None


@dataclass(frozen=True, slots=True)
class FactorChange:
    """What one factor did to the points."""

    factor: str
    label: str
    change: int


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag up at the as-of day; red and yellow ones want an action by a day."""

    colour: str
    flag: str
    label: str
    raised_on: date
    act_by_on: date | None


@dataclass(frozen=True, slots=True)
class Peers:
    """Where an account stands in its segment: the quartiles of one component over the accounts with a value."""

    component: str
    value: float | None
    quarter: float
    median: float
    three_quarters: float
    accounts: int


@dataclass(frozen=True, slots=True)
class FeedDate:
    """How far one feed reaches."""

    feed: str
    state: str
    newest_on: date | None


@dataclass(frozen=True, slots=True)
class RiskExplanation:
    """Everything that makes up one account's churn risk at the as-of day; points and changes sum exactly.

    `is_at_least` says that something is unknown, so the points may be more.
    """

    account_id: str
    churn_risk_points: int
    churn_risk_band: str
    own_band: str
    is_at_least: bool
    entered_on: date
    change_1w: int | None
    change_4w: int | None
    lines: tuple[FactorLine, ...]
    changes_1w: tuple[FactorChange, ...]
    changes_4w: tuple[FactorChange, ...]
    flags: tuple[Flag, ...]
    peers: tuple[Peers, ...]
    feeds: tuple[FeedDate, ...]
    actions: tuple[dict[str, Any], ...]


def risk_explanation(book: Book, scores: Scores, policy: ChurnRiskPolicy, account_id: str) -> RiskExplanation:
    """The churn risk of one scored account at the as-of day. (infra 13.1, 13.2)"""
    week = _rows(scores.churn_weeks.filter(pl.col("week_ending_on") == book.as_of), account_id)[0]
    factors = _rows(scores.churn_factors, account_id)
    still_open = scores.actions.filter(pl.col("status").is_in(["open", "in_progress"]))
    return RiskExplanation(
        account_id=account_id,
        churn_risk_points=week["churn_risk_points"],
        churn_risk_band=week["churn_risk_band"],
        own_band=week["own_band"],
        is_at_least=week["churn_risk_unknown_count"] > 0,
        entered_on=week["churn_risk_entered_on"],
        change_1w=week["churn_risk_change_1w"],
        change_4w=week["churn_risk_change_4w"],
        lines=tuple(_line(row, policy) for row in factors),
        changes_1w=_changes(scores, policy, account_id, "1w"),
        changes_4w=_changes(scores, policy, account_id, "4w"),
        flags=tuple(_flag(row, policy) for row in _rows(scores.churn_flags, account_id)),
        peers=_peers(book, scores, account_id),
        feeds=_feeds(book),
        actions=tuple(_rows(still_open, account_id)),
    )


def _rows(frame: pl.DataFrame, account_id: str) -> list[dict[str, Any]]:
    return frame.filter(pl.col("account_id") == account_id).to_dicts()


def _line(row: dict[str, Any], policy: ChurnRiskPolicy) -> FactorLine:
    shared = {name: row[name] for name in FactorLine.__slots__ if name in row}
    return FactorLine(label=policy.factors[row["factor"]].label, **shared)


def _changes(scores: Scores, policy: ChurnRiskPolicy, account_id: str, horizon: str) -> tuple[FactorChange, ...]:
    """The factors that moved, the largest first."""
    rows = _rows(scores.churn_changes.filter(pl.col("horizon") == horizon), account_id)
    rows.sort(key=lambda row: (-abs(row["change"]), row["factor"]))
    return tuple(FactorChange(row["factor"], _label(row["factor"], policy), row["change"]) for row in rows)


def _label(factor: str, policy: ChurnRiskPolicy) -> str:
    return policy.factors[factor].label if factor in policy.factors else "Never under 0"


def _flag(row: dict[str, Any], policy: ChurnRiskPolicy) -> Flag:
    signs = {**policy.green_flags, **policy.factors}
    return Flag(row["colour"], row["flag"], signs[row["flag"]].label, row["raised_on"], row["act_by_on"])


def _peers(book: Book, scores: Scores, account_id: str) -> tuple[Peers, ...]:
    """Quartiles over the scored accounts of the segment; a component that under 5 of them have is left out."""
    segment = book.accounts.filter(pl.col("account_id") == account_id)["segment"].item()
    mates = book.accounts.filter(pl.col("segment") == segment).select("account_id")
    now = scores.health_components.filter(
        pl.col("week_ending_on") == book.as_of, pl.col("state") == "present", ~pl.col("component").is_in(CODED)
    ).join(mates, on="account_id")
    value = pl.col("value")
    quartiles = (
        now.group_by("component", maintain_order=True)
        .agg(
            pl.col("value").filter(pl.col("account_id") == account_id).first().alias("own"),
            quarter=value.quantile(0.25, "linear"),
            median=value.median(),
            three_quarters=value.quantile(0.75, "linear"),
            accounts=value.count(),
        )
        .filter(pl.col("accounts") >= PEERS_MINIMUM)
        .sort("component")
    )
    return tuple(Peers(*row) for row in quartiles.iter_rows())


def _feeds(book: Book) -> tuple[FeedDate, ...]:
    latest = book.feed_weeks.filter(pl.col("week_ending_on") == book.as_of, pl.col("has_rows")).sort("feed")
    return tuple(FeedDate(*row) for row in latest.select("feed", "state", "newest_on").iter_rows())
