"""SLA clocks: how long each ticket took to a response and to a solution, in the time that its promise counts in.

Instants are UTC seconds within this module; minutes appear only in what it hands on.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.policy import SlaPolicy
from pipeline.service.calendars import WorkingTime, end_of_day, working_times
from pipeline.service.targets import with_target

CARRIED = ("ticket_id", "account_id", "subject", "category", "tier", "arr", "month_on", "is_excluded", "is_undated")
SLA = (
    "ticket_id",
    "account_id",
    "tier",
    "priority",
    "clock",
    "target_minutes",
    "elapsed_minutes",
    "due_at",
    "state",
    "month_on",
    "category",
    "subject",
    "hours",
    "arr",
    "created_at",
    "ended_at",
    "over_minutes",
    "used_pct",
    "is_near_miss",
    "is_due_soon",
    "is_paused",
    "warned_at",
    "reaches_at",
)


def sla(book: Book, policy: SlaPolicy) -> pl.DataFrame:
    """One row per ticket and clock with its target, the time it took, when it is due and its state. (infra 8.1)

    Minutes are of the clock that the promise names. `state` is null where nothing was promised (no priority), or
    nobody knows when the ticket was solved; `due_at` is null while the ticket is paused. `warned_at` is the instant at
    which the clock became due soon and `reaches_at` that at which its target was or will be used up: they are
    computed also for clocks that have stopped since.
    """
    tickets = book.ticket_clocks
    now = end_of_day(book.as_of, book.company.time_zone)
    times = times_of(book, policy)
    rows = _inside_or_outside(with_target(_two_clocks(tickets), policy), times)
    waits = _waits(book.ticket_statuses, policy, now)
    parts = [_measured(rows.filter(hours=name), waits, time, now, policy) for name, time in times.items()]
    unknown = rows.filter(pl.col("hours").is_null())
    return _stated(pl.concat([*parts, unknown], how="diagonal"), policy).sort("ticket_id", "clock")


def times_of(book: Book, policy: SlaPolicy) -> Mapping[str, WorkingTime]:
    """The working time of every clock over the book's tickets."""
    first = book.ticket_clocks["created_on"].min()
    begins = first if isinstance(first, date) else book.as_of
    return working_times(policy.clocks, book.company.time_zone, book.holidays["holiday_on"], begins, book.as_of)


def _two_clocks(tickets: pl.DataFrame) -> pl.DataFrame:
    both = [
        tickets.select(
            *CARRIED,
            clock=pl.lit(clock),
            priority=pl.col(f"{clock}_priority"),
            created=pl.col("created_at").dt.epoch("s"),
            ended=pl.col(ended).dt.epoch("s"),
        )
        for clock, ended in (("response", "responded_at"), ("resolution", "resolved_at"))
    ]
    return pl.concat(both)


def _inside_or_outside(rows: pl.DataFrame, times: Mapping[str, WorkingTime]) -> pl.DataFrame:
    """The hours and target that apply: those for outside where the ticket was created outside the promise's hours."""
    is_open = pl.lit(True)
    opened = {name: time.is_open(rows["created"]) for name, time in times.items()}
    for name, series in opened.items():
        is_open = pl.when(pl.col("hours") == name).then(series).otherwise(is_open)
    return rows.with_columns(
        hours=pl.when(is_open).then("hours").otherwise("hours_outside"),
        target=pl.when(is_open).then("target").otherwise("target_outside"),
    ).drop("hours_outside", "target_outside")


def _waits(statuses: pl.DataFrame, policy: SlaPolicy, now: int) -> pl.DataFrame:
    """One row per pause of a resolution clock; one that lasts ends now for the time being."""
    if statuses.is_empty():
        return pl.DataFrame(schema={"ticket_id": pl.String, "from": pl.Int64, "until": pl.Int64, "lasts": pl.Boolean})
    return statuses.filter(pl.col("status").is_in(policy.pausing)).select(
        "ticket_id",
        pl.col("from_at").dt.epoch("s").alias("from"),
        pl.col("until_at").dt.epoch("s").fill_null(now).alias("until"),
        pl.col("until_at").is_null().alias("lasts"),
    )


def _measured(rows: pl.DataFrame, waits: pl.DataFrame, time: WorkingTime, now: int, policy: SlaPolicy) -> pl.DataFrame:
    """The clocks of one calendar with the seconds they took, the instants of their limits, and whether they pause."""
    soon = (pl.col("target") * (100 - policy.due_soon_pct) / 100).ceil().cast(pl.Int64)
    rows = rows.with_columns(
        start=time.worked(rows["created"]),
        stop=time.worked(rows["ended"].fill_null(now)),
        soon=soon,
        is_over=pl.col("ended").is_not_null(),
    )
    pauses = _pauses(rows, waits, time)
    rows = rows.join(pauses, on=["ticket_id", "clock"], how="left", maintain_order="left")
    paused = pl.col("paused", "paused_soon", "paused_target").fill_null(0)
    rows = rows.with_columns(paused, pl.col("lasts").fill_null(False)).with_columns(
        elapsed=(pl.col("stop") - pl.col("start") - pl.col("paused")).clip(0),
        soon_work=pl.col("start") + pl.col("soon") + pl.col("paused_soon"),
        target_work=pl.col("start") + pl.col("target") + pl.col("paused_target"),
    )
    return rows.with_columns(warned=time.earliest(rows["soon_work"]), reaches=time.earliest(rows["target_work"]))


def _pauses(rows: pl.DataFrame, waits: pl.DataFrame, time: WorkingTime) -> pl.DataFrame:
    """Per resolution clock the seconds paused in all, and those that count before each limit was reached.

    A pause moves a limit when it began before the limit was used up; those that do come first.
    """
    mine = rows.filter(pl.col("clock") == "resolution").select("ticket_id", "clock", "start", "soon", "target")
    each = waits.join(mine, on="ticket_id").sort("ticket_id", "from", "until")
    each = each.with_columns(begin=time.worked(each["from"]), length=time.worked(each["until"])).with_columns(
        length=pl.col("length") - pl.col("begin")
    )
    before = pl.col("length").cum_sum().over("ticket_id") - pl.col("length")
    running = pl.col("begin") - pl.col("start") - before
    each = each.with_columns(running=running)
    return each.group_by("ticket_id", "clock").agg(
        paused=pl.col("length").sum(),
        paused_soon=pl.col("length").filter(pl.col("running") < pl.col("soon")).sum(),
        paused_target=pl.col("length").filter(pl.col("running") < pl.col("target")).sum(),
        lasts=pl.col("lasts").any(),
    )


def _stated(rows: pl.DataFrame, policy: SlaPolicy) -> pl.DataFrame:
    is_over = pl.col("ended").is_not_null()
    is_known = pl.col("target").is_not_null() & (is_over | ~pl.col("is_undated"))
    is_late = pl.col("elapsed") > pl.col("target")
    is_paused = pl.col("lasts").fill_null(False) & ~is_over
    state = (
        pl.when(pl.col("is_excluded"))
        .then(pl.lit("excluded"))
        .when(~is_known)
        .then(None)
        .when(is_late)
        .then(pl.lit("breached"))
        .when(is_over)
        .then(pl.lit("met"))
        .otherwise(pl.lit("running"))
    )
    used = pl.col("elapsed") / pl.col("target") * 100
    stated = rows.with_columns(state=state, is_paused=is_paused, used_pct=pl.when(is_known).then(used)).with_columns(
        target_minutes=_minutes(pl.col("target")),
        elapsed_minutes=pl.when(is_known).then(_minutes(pl.col("elapsed"))),
        over_minutes=pl.when(pl.col("state") == "breached").then(_minutes(pl.col("elapsed") - pl.col("target"))),
        is_near_miss=(pl.col("state") == "met") & (pl.col("used_pct") >= policy.near_miss_pct),
        is_due_soon=(pl.col("state") == "running")
        & ~pl.col("is_paused")
        & (pl.col("used_pct") >= 100 - policy.due_soon_pct),
        created_at=_instant("created"),
        ended_at=_instant("ended"),
        warned_at=pl.when(is_known).then(_instant("warned")),
        reaches_at=pl.when(is_known).then(_instant("reaches")),
    )
    due = pl.when(~pl.col("is_paused")).then("reaches_at")
    return stated.with_columns(due.alias("due_at"), pl.col("is_near_miss", "is_due_soon").fill_null(False)).select(SLA)


def _minutes(seconds: pl.Expr) -> pl.Expr:
    return (seconds / 60).round(2)


def _instant(name: str) -> pl.Expr:
    return pl.from_epoch(name, "s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
