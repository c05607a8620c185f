"""SLA clocks the slow way: every minute of a ticket is looked at in local time, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class PlainClock:
    """When a clock runs: weekdays, a window that may run past midnight, a zone, holidays; none of them is 24x7."""

    zone: ZoneInfo
    days: frozenset[str] = frozenset(DAYS)
    opens: time | None = None
    closes: time | None = None
    holidays: frozenset[date] = frozenset()

    def runs(self, at: datetime) -> bool:
        """Whether the clock runs in the minute that begins at this instant."""
        if self.opens is None or self.closes is None:
            return True
        local = at.astimezone(self.zone)
        clock, today = local.time(), local.date()
        if self.opens < self.closes:
            return self._opens_on(today) and self.opens <= clock < self.closes
        if clock >= self.opens and self._opens_on(today):
            return True
        return clock < self.closes and self._opens_on(today - timedelta(days=1))

    def _opens_on(self, day: date) -> bool:
        return DAYS[day.weekday()] in self.days and day not in self.holidays


@dataclass(frozen=True)
class Counted:
    """What the counter found: minutes until the event, and the instant at which the target was reached."""

    minutes: int
    due_at: datetime


def count(
    clock: PlainClock,
    created: datetime,
    ended: datetime,
    target_minutes: int,
    pauses: Iterable[tuple[datetime, datetime]] = (),
) -> Counted:
    """Walk from the creation, minute by minute, to the event and to the target; paused minutes do not count."""
    stops = list(pauses)
    at, passed, minutes, due = created, 0, None, None
    while minutes is None or due is None:
        if at >= ended and minutes is None:
            minutes = passed
        if passed == target_minutes and due is None:
            due = at
        if clock.runs(at) and not any(start <= at < end for start, end in stops):
            passed += 1
        at += MINUTE
    return Counted(minutes, due)


def utc(text: str) -> datetime:
    """An instant written as `2026-03-07 14:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
