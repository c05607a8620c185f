"""Churn risk of every account and panel week: points that add up, generated from policy/churn_risk.toml."""

from dataclasses import dataclass

import polars as pl

from pipeline.book import Book
from pipeline.policy import ChurnRiskPolicy
from pipeline.scoring.portions import gathered, in_portions
from pipeline.scoring.risk_bands import with_band, with_points
from pipeline.scoring.risk_factors import RiskPart, feed_standings, risk_parts, with_factors
from pipeline.scoring.risk_tables import (
    churn_changes,
    churn_factors,
    churn_flags,
    churn_weeks,
    red_flag_weeks,
    top_factors,
)


@dataclass(frozen=True, slots=True)
class ChurnRisk:
    """What churn risk says: one row per account and week, and for the as-of day its factors, changes and flags.

    `red_flag_weeks` has a row per account, week and red flag that was up, `top_factors` one per account and week: the
    factor of most points.
    """

    churn_weeks: pl.DataFrame
    churn_factors: pl.DataFrame
    churn_changes: pl.DataFrame
    churn_flags: pl.DataFrame
    red_flag_weeks: pl.DataFrame
    top_factors: pl.DataFrame


def churn_risk(book: Book, policy: ChurnRiskPolicy) -> ChurnRisk:
    """The churn risk of a book. Higher is worse. (infra 13.1-13.3)"""
    parts = risk_parts(policy)
    judged: ChurnRisk = gathered(_of_portion(portion, parts, policy) for portion in in_portions(book))
    return judged


def _of_portion(book: Book, parts: tuple[RiskPart, ...], policy: ChurnRiskPolicy) -> ChurnRisk:
    panel = risk_panel(book, parts, policy)
    return ChurnRisk(
        churn_weeks(panel),
        churn_factors(panel, parts, book.as_of),
        churn_changes(panel, parts, book.as_of),
        churn_flags(panel, parts, policy, book),
        red_flag_weeks(panel, parts),
        top_factors(panel, parts),
    )


def risk_panel(book: Book, parts: tuple[RiskPart, ...], policy: ChurnRiskPolicy) -> pl.DataFrame:
    """One wide row per scored account and week: every factor's value, state and points, the total and the band."""
    return (
        risk_rows(book, risk_feeds(policy))
        .pipe(with_factors, parts)
        .filter("is_scored")
        .pipe(with_points, parts, policy.bands)
        .pipe(with_band, parts)
    )


def risk_feeds(policy: ChurnRiskPolicy) -> list[str]:
    """The feeds that decide whether a factor or a green flag is known."""
    return list(dict.fromkeys(sign.feeds[0] for sign in (*policy.factors.values(), *policy.green_flags.values())))


def risk_rows(book: Book, feeds: list[str]) -> pl.DataFrame:
    """The account-weeks that count, in order, with their counts and how each feed stood; `account` numbers them.

    A week that a late feed is frozen at is there for every account, scored then or not.
    """
    weeks = feed_standings(book.weeks, book.feed_weeks, feeds)
    remembered = weeks.select(pl.concat_list(f"{feed}.fresh_on" for feed in feeds).explode()).to_series()
    counts = pl.col("is_scored") | pl.col("week_ending_on").is_in(remembered.drop_nulls().unique().implode())
    rows = book.account_weeks.filter(counts).join(
        book.risk_weeks, on=["account_id", "week_ending_on"], how="left", maintain_order="left"
    )
    advocates = book.accounts.select("account_id", "is_advocate")
    return (
        rows.join(advocates, on="account_id", how="left", maintain_order="left")
        .join(weeks, on="week_ending_on", how="inner", maintain_order="left")
        .sort("account_id", "week_ending_on")
        .with_columns(account=pl.col("account_id").rle_id())
    )
