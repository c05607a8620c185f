"""policy/sla.toml: the clocks that support works by, what it promises by group and priority, and what a miss costs."""

import re
from datetime import time
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from pipeline.policy.rules import Keys, Rules

PRIORITIES = ("p0", "p1", "p2", "p3")
EVENTS = ("response", "resolution")
ALWAYS = "always"
ANY = "any"
MINUTE, HOUR, DAY = 60, 3600, 86400
WITHIN = re.compile(r"^(\d+(?:\.\d+)?) (min|h|days?)$")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TimeOfDay = r"^([01]\d|2[0-3]):[0-5]\d$"


class Clock(Rules):
    """A window of local time on some weekdays; one that closes no later than it opens runs past midnight."""

    label: str
    days: tuple[Weekday, ...] = Field(min_length=1)
    opens: str = Field(pattern=TimeOfDay)
    closes: str = Field(pattern=TimeOfDay)
    time_zone: str | None = None
    observes_holidays: bool = True
    source: str

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str | None) -> str | None:
        """A zone of the tz database."""
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError(f"{value!r} is not a time zone; write one such as America/New_York") from unknown
        return value

    @property
    def window_seconds(self) -> int:
        """The length of one window by the clock on the wall."""
        opens, closes = (time.fromisoformat(value) for value in (self.opens, self.closes))
        seconds = (closes.hour - opens.hour) * HOUR + (closes.minute - opens.minute) * MINUTE
        return seconds if seconds > 0 else seconds + DAY


class Span(Rules):
    """So much time of a clock: `30 min`, `4 h`, `5 days`."""

    within: str = Field(pattern=WITHIN)
    clock: str

    def seconds(self, clocks: dict[str, Clock]) -> int:
        """The span in seconds of its clock; a day is one whole window."""
        found = WITHIN.match(self.within)
        amount, unit = (found.group(1), found.group(2)) if found else ("0", "min")
        day = DAY if self.clock == ALWAYS else clocks[self.clock].window_seconds
        return round(float(amount) * {"min": MINUTE, "h": HOUR}.get(unit, day))


class Promise(Span):
    """A span; `outside` is the one for what was created outside the hours of its clock."""

    outside: Span | None = None


class Promises(Rules):
    """What is promised for one priority."""

    response: Promise
    resolution: Promise


class Credits(Rules):
    """Percent of the month's fee for one miss, for two and more in a month, and what three in a quarter bring."""

    response_pct: float = Field(ge=0, le=100)
    resolution_pct: float = Field(ge=0, le=100)
    repeated_pct: float | None = Field(default=None, ge=0, le=100)
    review: str | None = None


class PromiseGroup(Rules):
    """The promises to one group of tickets, and the share of clocks in which they should be kept."""

    label: str
    target_pct: float | None = Field(default=None, gt=0, le=100)
    p0: Promises
    p1: Promises
    p2: Promises
    p3: Promises
    credits: Credits | None = None
    source: str

    def promised(self, priority: str, event: str) -> Promise:
        """The promise for a priority and an event."""
        promise: Promise = getattr(getattr(self, priority), event)
        return promise


class PromiseSet(Rules):
    """Promises by a column of the ticket; group `any` is for tickets of no other group."""

    label: str
    by: Literal["tier", "category", "all"]
    groups: dict[str, PromiseGroup] = Field(min_length=1)
    source: str


class SlaPolicy(Rules):
    """policy/sla.toml."""

    in_force: str
    due_soon_pct: float = Field(gt=0, lt=100)
    near_miss_pct: float = Field(gt=0, le=100)
    pausing: Keys
    report_due_day: int = Field(ge=1, le=28)
    reviewed_misses: int = Field(ge=1)
    clocks: dict[str, Clock]
    sets: dict[str, PromiseSet]
    source: str

    @model_validator(mode="after")
    def all_named_are_there(self) -> Self:
        """The set in force and every clock that a promise names are written."""
        if self.in_force not in self.sets:
            raise ValueError(f"in_force names {self.in_force!r}; sets are {', '.join(self.sets)}")
        spans = [span for each in self.sets.values() for group in each.groups.values() for span in _spans(group)]
        unknown = {span.clock for span in spans} - self.clocks.keys() - {ALWAYS}
        if unknown:
            raise ValueError(f"no clock {', '.join(sorted(unknown))}; clocks are {', '.join((*self.clocks, ALWAYS))}")
        return self

    @property
    def promises(self) -> PromiseSet:
        """The set in force."""
        return self.sets[self.in_force]

    def group_of(self, tier: str | None) -> PromiseGroup | None:
        """The promises to a customer of this tier; those to everyone where they do not go by tier."""
        groups = self.promises.groups
        return groups.get(tier or ANY, groups.get(ANY)) if self.promises.by == "tier" else groups.get(ANY)


def _spans(group: PromiseGroup) -> list[Span]:
    promises = [group.promised(priority, event) for priority in PRIORITIES for event in EVENTS]
    return [*promises, *(promise.outside for promise in promises if promise.outside)]
