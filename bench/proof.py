"""`python -m bench.proof [--accounts N] [--weeks N]`: the back-test, the model and the report card's tables of an
invented book: seconds and memory, and whether a second run gives the same.

Accounts decide once a year; whether they leave goes by their health score of then, so that there is something to find.
"""

import argparse
import resource
import sys
import time
from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import polars as pl

from bench.score import AS_OF, POLICY, a_book
from pipeline.book import Book
from pipeline.policy import Policy, read_policy
from pipeline.proof import proof
from pipeline.scores import Scores
from pipeline.scoring.scored import scored
from pipeline.workspace import Settings, as_settings

LIMIT_SECONDS, LIMIT_MEGABYTES = 60, 2048
YEAR = 364
LEAVES = 0.2


def with_contracts(book: Book, scores: Scores, weeks: int, seed: int = 11) -> Book:
    """The book with yearly contracts of every account until one leaves; the worse its health, the likelier."""
    random = np.random.default_rng(seed)
    ids = book.accounts["account_id"]
    years = weeks * 7 // YEAR + 1
    first = random.integers(0, YEAR, len(ids))
    terms = pl.DataFrame({"account_id": ids, "offset": first}).join(
        pl.DataFrame({"year": range(years + 1)}), how="cross"
    )
    began = AS_OF - timedelta(days=years * YEAR)
    dated = terms.with_columns(starts_on=pl.lit(began) + pl.duration(days=pl.col("offset") + YEAR * pl.col("year")))
    ended = dated.with_columns(ends_on=pl.col("starts_on") + timedelta(days=YEAR - 1))
    health = scores.health_weeks.select("account_id", pl.col("week_ending_on").alias("seen_on"), "health_score")
    asked = ended.with_columns(seen_on=pl.col("ends_on") - timedelta(days=60)).sort("seen_on")
    known = asked.join_asof(
        health.sort("seen_on"), on="seen_on", by="account_id", tolerance="7d", check_sortedness=False
    ).sort("account_id", "year")
    rank = (pl.col("health_score").rank("average") / pl.col("health_score").count()).fill_null(1.0)
    leaves = known.with_columns(leaves=pl.Series(random.random(known.height)) < 2 * LEAVES * (1 - rank))
    stays = pl.col("leaves").cast(pl.Int64).cum_sum().over("account_id") - pl.col("leaves").cast(pl.Int64) == 0
    return replace(book, contracts=_contracts(leaves.filter(stays & (pl.col("starts_on") <= AS_OF))))


def _contracts(terms: pl.DataFrame) -> pl.DataFrame:
    """The columns of the mart that renewals read."""
    ordered = terms.sort("account_id", "year").with_columns(
        contract_id=pl.format("{}-{}", "account_id", "year"), arr=pl.lit(12_000).cast(pl.Decimal(18, 2))
    )
    over = ordered.with_columns(
        successor_contract_id=pl.col("contract_id").shift(-1).over("account_id"),
        successor_known_on=pl.col("starts_on").shift(-1).over("account_id"),
        renewal_on=pl.col("ends_on") + timedelta(days=1),
        decision_on=pl.col("ends_on") - timedelta(days=30),
        service_ends_on=pl.col("ends_on"),
        known_on=pl.col("starts_on"),
    )
    none = {name: pl.lit(None, dtype) for name, dtype in (("cancelled_on", pl.Date), ("churn_reason", pl.String))}
    return over.with_columns(
        is_in_force=(pl.col("starts_on") <= AS_OF) & (pl.col("ends_on") >= AS_OF),
        is_past_due=pl.lit(value=False),
        product=pl.lit("Core"),
        **none,
    )


def measured(accounts: int, weeks: int, policy: Policy, settings: Settings) -> None:
    """Score a new book, hold its scores against its history twice, and print a line."""
    book = a_book(accounts, weeks, settings)
    scores = scored(book, policy, settings)
    held = with_contracts(book, scores, weeks)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, cpu_started = time.perf_counter(), time.process_time()
    found = proof(held, scores, policy, settings)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = proof(held, scores, policy, settings)
    is_same = all(getattr(found, each.name).equals(getattr(again, each.name)) for each in fields(found))
    told = found.backtest_summary.to_dicts()[0]
    parts = (
        f"proof, {accounts:,} customers x {weeks} weeks: {seconds:6.1f} s",
        f"{cpu_seconds:.1f} s of processors",
        f"peak {peak:,.0f} MB ({before:,.0f} MB before)",
        f"{told['snapshots']:,} snapshots, {told['events']} churns, {told['tested']:,} judged",
        "the same twice" if is_same else "NOT THE SAME TWICE",
    )
    sys.stdout.write(", ".join(parts) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the time of a quarter of the accounts and of all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accounts", type=int, default=1_000)
    options.add_argument("--weeks", type=int, default=104)
    chosen = options.parse_args()
    policy, settings = read_policy(POLICY, POLICY / "none"), as_settings({"company": {"name": "Bench"}})
    for accounts in (chosen.accounts // 4, chosen.accounts):
        measured(accounts, chosen.weeks, policy, settings)
    sys.stdout.write(f"limits for 1,000 x 104: {LIMIT_SECONDS} s and {LIMIT_MEGABYTES:,} MB on two cores\n")


if __name__ == "__main__":
    main()
