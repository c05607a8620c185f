"""`python -m bench.service`: SLA clocks of a million invented tickets with pauses, two each, and their summaries."""

import argparse
import resource
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.book import TICKET_CLOCKS, TICKET_STATUSES, Book
from pipeline.policy import Policy, read_policy
from pipeline.service.attainment import sla_accounts, sla_credits, sla_summary
from pipeline.service.clocks import sla
from pipeline.service.escalations import escalations
from pipeline.service.imminent import warned
from pipeline.service.platform import platform_issues, platform_tickets
from pipeline.service.support import support_months, support_subjects
from pipeline.workspace import as_settings

POLICY = Path(__file__).resolve().parent.parent / "policy"
AS_OF = date(2026, 6, 26)
YEARS = 3
LIMIT_SECONDS, LIMIT_MEGABYTES = 30, 3000
TICKETS_PER_ACCOUNT = 100


def a_desk(tickets: int, seed: int = 7) -> Book:
    """An invented book: three years of tickets, a twentieth open, two fifths with one or two waits."""
    random = np.random.default_rng(seed)
    end = int(time.mktime((2026, 6, 26, 12, 0, 0, 0, 0, 0)))
    created = np.sort(random.integers(end - YEARS * 365 * 86400, end, tickets))
    answered = created + random.exponential(3 * 3600, tickets).astype(np.int64)
    solved = answered + random.exponential(40 * 3600, tickets).astype(np.int64)
    priorities = pl.Series(["p0", "p1", "p2", "p3"]).gather(random.choice(4, tickets, p=[0.03, 0.17, 0.5, 0.3]))
    tiers = pl.Series(["enterprise", "mid_market", "starter"]).gather(random.integers(0, 3, tickets))
    categories = pl.Series(["technical", "implementation", "billing", "how_to", "other"])
    is_open = random.random(tickets) < 0.05
    instants = {"created_at": created, "responded_at": answered, "resolved_at": solved}
    frame = pl.DataFrame(
        {
            "number": np.arange(tickets),
            "account": random.integers(0, max(1, tickets // TICKETS_PER_ACCOUNT), tickets),
            "subject_number": random.integers(0, 5000, tickets),
            "is_open": is_open,
            **{name: (values * 1_000_000).astype("datetime64[us]") for name, values in instants.items()},
        }
    ).with_columns(
        pl.col("created_at", "responded_at", "resolved_at").dt.replace_time_zone("UTC"),
        ticket_id=pl.format("t{}", pl.col("number").cast(pl.String).str.zfill(8)),
        account_id=pl.format("a{}", "account"),
        subject=pl.format("Subject no {}", "subject_number"),
        category=categories.gather(random.integers(0, 5, tickets)),
        tier=tiers,
        arr=pl.lit(60_000).cast(pl.Decimal(18, 2)),
        priority=priorities,
        csat=pl.Series(random.integers(1, 6, tickets)),
    )
    return _book(_with_days(frame), _waits(frame, random))


def _with_days(frame: pl.DataFrame) -> pl.DataFrame:
    never, flags = pl.lit(None), ("is_undated", "is_excluded", "is_security", "affects_go_live")
    rows = frame.with_columns(
        responded_at=pl.when(pl.col("is_open") & (pl.col("number") % 2 == 0)).then(never).otherwise("responded_at"),
        resolved_at=pl.when("is_open").then(never).otherwise("resolved_at"),
        created_on=pl.col("created_at").dt.date(),
    ).with_columns(
        status=pl.lit("open"),
        response_priority="priority",
        resolution_priority="priority",
        month_on=pl.col("created_on").dt.truncate("1mo"),
        solved_on=pl.col("resolved_at").dt.date(),
        closed_on=pl.col("resolved_at").dt.date(),
        critical_at=pl.when(pl.col("priority") == "p0").then("created_at"),
        level_now=pl.lit(0, pl.Int64),
        reopen_count=pl.lit(0, pl.Int64),
        agent_reply_count=pl.lit(1, pl.Int64),
        is_in_general_incident=pl.lit(value=False),
        **{name: pl.lit(value=False) for name in flags},
        **{name: pl.lit(None, TICKET_CLOCKS[name]) for name in ("assignee", "record_url", "workaround_at", "rca_on")},
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in TICKET_CLOCKS.items())


def _waits(frame: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    some = frame.filter(pl.Series(random.random(frame.height) < 0.4))
    span = pl.col("resolved_at") - pl.col("responded_at")
    parts = [
        some.filter(pl.col("number") % each == 0).select(
            "ticket_id",
            status=pl.lit("pending"),
            from_at=(pl.col("responded_at") + span * begin).dt.truncate("1s"),
            until_at=(pl.col("responded_at") + span * (begin + 0.2)).dt.truncate("1s"),
        )
        for each, begin in ((1, 0.1), (2, 0.6))
    ]
    return pl.concat(parts).select(pl.col(name).cast(dtype) for name, dtype in TICKET_STATUSES.items())


def _book(tickets: pl.DataFrame, waits: pl.DataFrame) -> Book:
    accounts = tickets.select("account_id").unique().sort("account_id").with_columns(csm=pl.lit("Cem"))
    frames = {
        "weeks": pl.DataFrame({"week_ending_on": [AS_OF]}),
        "feed_weeks": pl.DataFrame(),
        "account_weeks": pl.DataFrame(),
        "accounts": accounts,
        "ticket_clocks": tickets,
        "ticket_statuses": waits,
    }
    company = {"company": {"name": "Bench", "time_zone": "America/New_York"}}
    return Book.from_frames(AS_OF, as_settings(company), frames)


def measured(book: Book, policy: Policy) -> tuple[dict[str, float], float, int]:
    """Seconds per part, seconds of processors, and the number of clocks."""
    marks, cpu_started = {"start": time.perf_counter()}, time.process_time()
    clocks = sla(book, policy.sla)
    marks["clocks"] = time.perf_counter()
    sla_summary(clocks, policy.sla)
    sla_accounts(clocks, policy.sla)
    sla_credits(clocks, policy.sla, 1)
    warned(book, clocks)
    marks["summaries"] = time.perf_counter()
    hit = platform_tickets(book.ticket_clocks, policy.escalations)
    platform_issues(book.ticket_clocks, hit)
    escalations(book, clocks, hit, policy.escalations, {})
    marks["escalations"] = time.perf_counter()
    support_months(book.ticket_clocks)
    support_subjects(book.ticket_clocks)
    marks["support"] = time.perf_counter()
    names = list(marks)
    spans = {name: marks[name] - marks[before] for before, name in pairwise(names)}
    return spans, time.process_time() - cpu_started, clocks.height


def say(tickets: int, spans: dict[str, float], cpu_seconds: float, clocks: int) -> None:
    """A line of the table, at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spans.items())
    line = (
        f"service, {tickets:,} tickets, {clocks:,} clocks: {sum(spans.values()):6.1f} s ({parts}), peak {peak:,.0f} MB"
    )
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print the time of a tenth of the tickets and of all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tickets", type=int, default=1_000_000)
    chosen = options.parse_args()
    policy = read_policy(POLICY, POLICY / "none")
    for tickets in (chosen.tickets // 10, chosen.tickets):
        say(tickets, *measured(a_desk(tickets), policy))
    sys.stdout.write(f"limits for 1,000,000 tickets: {LIMIT_SECONDS} s and {LIMIT_MEGABYTES:,} MB\n")


if __name__ == "__main__":
    main()
