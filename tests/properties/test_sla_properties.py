"""SLA clocks against a counter that walks minute by minute: zones, changes of clocks, holidays, windows, pauses."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.policy import SlaPolicy
from pipeline.service.calendars import end_of_day, working_times
from pipeline.service.clocks import sla
from tests.properties.plain_sla import PlainClock, count
from tests.rules.desk import Desk, changed_policy, shipped

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",  # half-hour offset, no change of clocks
    "America/Phoenix",  # no change of clocks
    "Australia/Lord_Howe",  # changes by half an hour
    "America/St_Johns",  # half-hour offset with changes
)
WINDOWS = (("09:00", "18:00"), ("06:00", "22:00"), ("22:00", "06:00"), ("00:30", "02:30"), ("18:30", "03:15"))
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
DAY_SETS = (WEEKDAYS, [*WEEKDAYS, "saturday", "sunday"], ["sunday", "monday"])
HOLIDAYS = [date(2026, 3, 9), date(2026, 3, 30), date(2026, 4, 6), date(2026, 10, 26), date(2025, 11, 3)]
# Around the changes of clocks in spring and autumn, in both hemispheres, and quiet weeks.
STARTS = ("2025-10-03", "2025-10-24", "2025-10-31", "2026-03-05", "2026-03-27", "2026-04-02", "2026-06-10")


@dataclass(frozen=True)
class Case:
    """A ticket to be clocked: when it was created, solved, paused, and the target."""

    created: datetime
    ended: datetime | None
    target: int
    pauses: tuple[tuple[datetime, datetime | None], ...]


def cases(chance: random.Random, count_of: int) -> list[Case]:
    """Tickets of some minutes to some days, a quarter still open, half with pauses."""
    return [a_case(chance) for _ in range(count_of)]


def a_case(chance: random.Random) -> Case:
    start = datetime.fromisoformat(chance.choice(STARTS)).replace(tzinfo=UTC)
    created = start + timedelta(minutes=chance.randrange(6 * 1440))
    lasted = chance.choice((30, 600, 3000, 9000))
    ended = created + timedelta(minutes=chance.randrange(1, lasted))
    is_open = chance.random() < 0.25
    marks = sorted(chance.randrange(0, lasted) for _ in range(2 * chance.choice((0, 0, 1, 2))))
    instants = [created + timedelta(minutes=mark) for mark in marks]
    found = [(a, min(b, ended) if not is_open else b) for a, b in zip(instants[::2], instants[1::2], strict=True)]
    pauses = tuple((a, b) for a, b in found if a < b)
    return Case(created, None if is_open else ended, chance.choice((1, 30, 120, 240, 540, 1080, 2700)), pauses)


def compare(zone: str, window: tuple[str, str] | None, days: list[str], some: list[Case]) -> None:
    """Every case gives the minutes, the due time and the state of the counter."""
    as_of = date(2026, 6, 26)
    clock: dict[str, Any] = {"label": "x", "days": days, "opens": "00:00", "closes": "00:00", "source": "x"}
    if window:
        clock |= {"opens": window[0], "closes": window[1]}
    name = "drawn" if window else "always"
    plain = PlainClock(ZoneInfo(zone), frozenset(days), *_times(window), frozenset(HOLIDAYS))
    for target in sorted({case.target for case in some}):
        mine = [case for case in some if case.target == target]
        policy = one_promise(f"{target} min", name, clock)
        desk = Desk(as_of=as_of, zone=zone, holidays=HOLIDAYS)
        for number, case in enumerate(mine):
            desk.ticket(f"t{number:05}", created=case.created, solved=case.ended)
            for start, end in case.pauses:
                desk.wait(f"t{number:05}", start, end)
        rows = sla(desk.book(), policy).filter(pl.col("clock") == "resolution")
        now = datetime.fromtimestamp(end_of_day(as_of, zone), UTC)
        for case, row in zip(mine, rows.to_dicts(), strict=True):
            if case.ended is None:
                # Open for months: only what is due is walked to; the minutes until now are asked of the search alone.
                seen = count(plain, case.created, case.created, target, case.pauses)
                assert row["due_at"] == seen.due_at
                assert row["state"] == ("breached" if row["due_at"] < now else "running")
                continue
            seen = count(plain, case.created, case.ended, target, case.pauses)
            assert row["elapsed_minutes"] == seen.minutes, (zone, window, days, case)
            assert row["due_at"] == seen.due_at, (zone, window, days, case)
            assert row["state"] == ("met" if seen.minutes <= target else "breached")


def _times(window: tuple[str, str] | None) -> tuple[time | None, time | None]:
    return (time.fromisoformat(window[0]), time.fromisoformat(window[1])) if window else (None, None)


def one_promise(within: str, clock: str, drawn: dict[str, Any]) -> SlaPolicy:
    """A policy that promises every ticket the same."""
    span = {"within": within, "clock": clock}
    both = {"response": span, "resolution": span}
    group = {"label": "x", "source": "x", "p0": both, "p1": both, "p2": both, "p3": both}
    sets = {"plain": {"label": "x", "by": "all", "source": "x", "groups": {"any": group}}}
    return changed_policy(in_force="plain", sets=sets, clocks={"drawn": drawn})


@pytest.mark.parametrize("zone", ZONES)
def test_minutes_and_due_times_equal_a_minute_by_minute_counter(zone):
    chance = random.Random(zone)
    for window in (*WINDOWS, None):
        compare(zone, window, list(chance.choice(DAY_SETS)), cases(chance, 8))


@pytest.mark.nightly
@pytest.mark.parametrize("zone", ZONES)
def test_minutes_equal_the_counter_on_10_000_tickets(zone):
    chance = random.Random(f"nightly {zone}")
    for window in (*WINDOWS, None):
        for days in DAY_SETS:
            compare(zone, window, list(days), cases(chance, 110 if window else 50))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    window=st.sampled_from(WINDOWS),
    start=st.integers(0, 400 * 1440),
    first=st.integers(0, 20000),
    second=st.integers(0, 20000),
)
def test_time_worked_adds_up_and_searching_back_finds_the_instant(zone, window, start, first, second):
    clock = shipped().clocks["business"].model_copy(update={"opens": window[0], "closes": window[1]})
    begins = date(2025, 6, 1)
    time = working_times({"c": clock}, zone, pl.Series([], dtype=pl.Date), begins, begins + timedelta(days=430))["c"]
    a = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp()) + 60 * start
    at = pl.Series([a, a + 60 * first, a + 60 * (first + second)], dtype=pl.Int64)
    worked = time.worked(at)
    assert worked.is_sorted()
    back = time.earliest(worked.filter(worked > 0))
    assert time.worked(back).equals(worked.filter(worked > 0))
    assert (back <= at.filter(worked > 0)).all()


def test_a_window_in_the_hour_that_comes_twice_counts_twice_and_one_that_is_skipped_not_at_all():
    clock = (
        shipped()
        .clocks["business"]
        .model_copy(update={"opens": "01:30", "closes": "02:45", "days": ("sunday",), "observes_holidays": False})
    )
    none = pl.Series([], dtype=pl.Date)
    time = working_times({"c": clock}, "America/New_York", none, date(2026, 3, 1), date(2026, 11, 30))["c"]

    def minutes(day: str) -> float:
        start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        worked = time.worked(pl.Series([start, start + 86400], dtype=pl.Int64))
        return (worked[1] - worked[0]) / 60

    assert minutes("2026-06-07") == 75
    assert minutes("2026-03-08") == 30  # from 02:00 to 03:00 the clocks skip
    assert minutes("2026-11-01") == 105  # 01:30 to 02:00 comes twice
