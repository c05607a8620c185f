"""SLA clocks that are nearly used up, as events that alerts speak of: once, on the day it was so at the day's end."""

import polars as pl

from pipeline.book import ALERT_EVENTS, Book

RULE = "breach_imminent"


def warned(book: Book, clocks: pl.DataFrame) -> pl.DataFrame:
    """One row per clock that was due soon at the end of the local day on which it became so. (playbook 6.2)

    A clock that stopped or ran out on that very day raises nothing: there is nothing left to prevent. One ticket's two
    clocks are two events.
    """
    if clocks.is_empty():
        return pl.DataFrame(schema=ALERT_EVENTS)
    zone = book.company.time_zone
    day = pl.col("warned_at").dt.convert_time_zone(zone).dt.date()
    over = (day + pl.duration(days=1)).cast(pl.Datetime("us"))
    ends = over.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    stands = (pl.col("ended_at").is_null() | (pl.col("ended_at") >= ends)) & (pl.col("reaches_at") >= ends)
    first = book.weeks["week_ending_on"].min() if book.weeks.height else None
    rows = clocks.filter(pl.col("state").is_in(["met", "breached", "running"]) & ~pl.col("is_paused"))
    rows = rows.with_columns(happened_on=day).filter(stands & (day <= book.as_of))
    if first is not None:
        rows = rows.filter(pl.col("happened_on") > pl.lit(first))
    until = pl.col("reaches_at").dt.convert_time_zone(zone).dt.to_string("%-d %B, %H:%M")
    return rows.select(
        "account_id",
        rule=pl.lit(RULE),
        subject_id=pl.format("{}/{}", "ticket_id", "clock"),
        happened_on="happened_on",
        detail=pl.format("{} to ticket {} is due {}", "clock", "ticket_id", until),
        owner=pl.lit(None, pl.String),
    ).sort("happened_on", "account_id", "subject_id")
