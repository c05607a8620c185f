"""`python -m bench.score [--accounts N] [--weeks N]`: health, churn risk, alerts and plays of an invented panel.

The panel is made column by column; its numbers stay for a quarter and then change, as those of customers do.
"""

import argparse
import resource
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.book import Book
from pipeline.policy import Policy, read_policy
from pipeline.scoring.scored import scored
from pipeline.workspace import Settings, as_settings

AS_OF = date(2026, 6, 26)
POLICY = Path(__file__).resolve().parent.parent / "policy"
LIMIT_SECONDS, LIMIT_MEGABYTES = 60, 4096
QUARTER = 13
FEEDS = (
    *("accounts", "contracts", "contacts", "usage", "features", "tickets", "trainings", "activities", "invoices"),
    *("survey_responses", "qbrs", "signals", "implementations", "incidents", "opportunities", "feedback_items"),
)
# Column, its largest number, and in how many of a hundred quarters it is not 0.
PANEL = """
    login_day_count_30d 30 95; login_business_day_count_30d 21 95; user_day_count_30d 300 97;
    event_count_30d 9000 97; event_count_prior_30d 9000 97; feature_used_count_30d 10 95;
    feature_available_count 10 95; ticket_created_count_90d 12 70; ticket_created_count_30d 7 60;
    csat_answer_count_90d 4 60; csat_score_sum_90d 20 60; open_p0_over_48h_count 1 1; training_assigned_count 10 90;
    training_completed_count 10 90; meeting_held_count_90d 6 90; meeting_attended_count_90d 6 85;
    webinar_count 2 50; webinar_attended_count_90d 1 40; sentiment_sum_90d 4 60; sentiment_count_90d 4 90;
    invoice_due_count_12m 12 90; invoice_late_count_12m 3 20; contract_in_force_count 2 98;
    contract_ending_90d_count 1 25; contract_notice_count 1 2; contact_count 9 99;
    stakeholder_departed_count_180d 2 10; stakeholder_departed_count_90d 2 6; nps_respondent_count_180d 4 60;
    nps_score_sum_180d 40 60; seats 400 98
"""
RISK = """
    business_user_day_count_30d 4000 95; contract_past_due_count 1 4; contract_disputed_count 1 3;
    contract_multi_year_count 1 30; billing_ticket_count_60d 3 15; csat_under_2_count_90d 3 5;
    escalation_count_30d 3 10; executive_meeting_count_30d 2 30; executive_review_count_30d 1 10;
    executive_sponsor_departed_count_90d 1 2; wave_answer_count 5 60; wave_prior_answer_count 5 60;
    wave_score_sum 40 60; wave_prior_score_sum 40 60; wave_promoter_surplus_count 5 50;
    wave_prior_promoter_surplus_count 5 50; negative_social_count_90d 1 2; budget_cut_count_180d 1 6;
    market_downturn_count_180d 1 4; competitor_acquisition_count_180d 1 1; merger_count_180d 1 3;
    competitor_evaluation_count_180d 1 8; data_quality_issue_count 1 5; integration_failure_count 1 4;
    departure_signal_count_90d 1 3; executive_signal_count_30d 1 8; expansion_signal_count_90d 1 15;
    milestone_signal_count_90d 1 8; feedback_signal_count_90d 1 10; reference_signal_count_90d 1 5;
    feedback_item_count_90d 3 20; implementation_delayed_count 1 4; downtime_seconds_30d 30000 20;
    expansion_open_count 1 20; expansion_won_count_90d 1 8; expansion_won_count_180d 1 15
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the clock and of processors, and how many account-weeks and alerts there were."""

    seconds: float
    cpu_seconds: float
    rows: int
    alerts: int


def numbers(random: np.random.Generator, accounts: int, weeks: int, most: int, often: int) -> np.ndarray:
    """A column of the panel, by account and week: 0, or up to `most` in `often` of a hundred quarters.

    Accounts have quarters of their own, so that no week moves the whole fleet.
    """
    quarters = 1 + -(-weeks // QUARTER)
    there = random.random((accounts, quarters)) * 100 < often
    drawn = np.where(there, random.integers(1, most + 1, (accounts, quarters)), 0)
    quarter = (np.arange(weeks) + np.arange(accounts)[:, None] % QUARTER) // QUARTER
    return np.take_along_axis(drawn, quarter, axis=1).ravel().astype(np.int64)


def _columns(random: np.random.Generator, table: str, accounts: int, weeks: int) -> dict[str, np.ndarray]:
    rows = (entry.split() for entry in table.split(";"))
    return {name: numbers(random, accounts, weeks, int(most), int(often)) for name, most, often in rows}


def a_book(accounts: int, weeks: int, settings: Settings, seed: int = 7) -> Book:
    """An invented book of so many accounts, all scored in all weeks, every feed fresh."""
    random = np.random.default_rng(seed)
    days = [AS_OF - timedelta(weeks=ago) for ago in range(weeks)][::-1]
    ids = pl.Series("account_id", [f"acct-{number:06}" for number in range(accounts)])
    keys = {
        "account_id": ids.gather(np.repeat(np.arange(accounts), weeks)),
        "week_ending_on": pl.Series(days, dtype=pl.Date).gather(np.tile(np.arange(weeks), accounts)),
    }
    frames = {
        "weeks": pl.DataFrame({"week_ending_on": days}).with_columns(
            business_day_count_30d=pl.lit(21, pl.Int64), is_latest=pl.col("week_ending_on") == AS_OF
        ),
        "feed_weeks": _feed_weeks(days),
        "accounts": _accounts(random, ids),
        "account_weeks": _account_weeks(random, keys, accounts, weeks),
        "risk_weeks": _risk_weeks(random, keys, accounts, weeks),
    }
    return Book.from_frames(AS_OF, settings, frames)


def _feed_weeks(days: list[date]) -> pl.DataFrame:
    feeds = pl.DataFrame({"feed": FEEDS}).join(pl.DataFrame({"week_ending_on": days}), how="cross")
    return feeds.with_columns(
        state=pl.lit("fresh"),
        is_expected=True,
        has_rows=True,
        window_ends_on=pl.col("week_ending_on") - timedelta(days=1),
    )


def _accounts(random: np.random.Generator, ids: pl.Series) -> pl.DataFrame:
    count = len(ids)
    nothing = {name: pl.lit(None, pl.String) for name in ("parent_account_id", "account_executive", "csm_manager")}
    return pl.DataFrame(
        {
            "account_id": ids,
            "csm": [f"CSM {number}" for number in random.integers(0, 1 + count // 40, count)],
            "tier": random.choice(["starter", "mid_market", "enterprise"], count),
            "is_strategic": random.random(count) < 0.05,
            "is_advocate": random.random(count) < 0.1,
        }
    ).with_columns(
        account_name="account_id",
        segment=pl.lit("smb"),
        region=pl.lit("EMEA"),
        churned_on=pl.lit(None, pl.Date),
        **nothing,
    )


def _account_weeks(random: np.random.Generator, keys: dict[str, pl.Series], accounts: int, weeks: int) -> pl.DataFrame:
    columns = _columns(random, PANEL, accounts, weeks)
    segments = np.repeat(random.choice(["smb", "mid_market", "enterprise"], accounts), weeks)
    return pl.DataFrame(keys | columns | {"segment": segments, "tier": segments}).with_columns(
        is_scored=True,
        is_backfilled=False,
        strategic_alignment=pl.lit("aligned"),
        arr=pl.lit(12_000).cast(pl.Decimal(18, 2)),
        csm=pl.lit("CSM ") + (pl.col("account_id").str.slice(5).cast(pl.Int64) // 40).cast(pl.String),
        training_completed_count=pl.min_horizontal("training_completed_count", "training_assigned_count"),
        feature_used_count_30d=pl.min_horizontal("feature_used_count_30d", "feature_available_count"),
    )


def _risk_weeks(random: np.random.Generator, keys: dict[str, pl.Series], accounts: int, weeks: int) -> pl.DataFrame:
    columns = _columns(random, RISK, accounts, weeks)
    age, due = (numbers(random, accounts, weeks, 300, 90) for _ in range(2))
    return pl.DataFrame(keys | columns | {"age": age, "due": due}).select(
        pl.exclude("age", "due"),
        price_increase_pct=pl.col("due") / 10,
        review_last_held_on=pl.col("week_ending_on") - pl.duration(days="age"),
        customer_since_on=pl.lit(date(2023, 1, 1)),
        contract_next_ends_on=pl.col("week_ending_on") + pl.duration(days="due"),
        contract_next_decision_on=pl.col("week_ending_on") + pl.duration(days="due"),
    )


def measured(accounts: int, weeks: int, policy: Policy, settings: Settings) -> Measured:
    """Score a new book once."""
    book = a_book(accounts, weeks, settings)
    started, cpu_started = time.perf_counter(), time.process_time()
    scores = scored(book, policy, settings)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    return Measured(seconds, cpu_seconds, scores.churn_weeks.height, scores.alerts.height)


def say(accounts: int, weeks: int, found: Measured) -> None:
    """A line of the table, at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = (
        f"score, {accounts:,} customers x {weeks} weeks: {found.seconds:7.2f} s",
        f"{found.cpu_seconds:.1f} s of processors",
        f"{1000 * found.seconds / accounts:.2f} s per 1,000 customers",
        f"peak {peak:,.0f} MB",
        f"{found.rows:,} account-weeks",
        f"{found.alerts:,} alerts",
    )
    sys.stdout.write(", ".join(parts) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the time of a quarter of the accounts and of all: it grows in proportion."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accounts", type=int, default=10_000)
    options.add_argument("--weeks", type=int, default=104)
    chosen = options.parse_args()
    settings = as_settings({"company": {"name": "Bench"}})
    policy = read_policy(POLICY, POLICY / "none")
    for accounts in (chosen.accounts // 4, chosen.accounts):
        say(accounts, chosen.weeks, measured(accounts, chosen.weeks, policy, settings))
    sys.stdout.write(f"limits for 10,000 x 104: {LIMIT_SECONDS} s and {LIMIT_MEGABYTES:,} MB on two cores\n")


if __name__ == "__main__":
    main()
