"""A support desk for tests: a book of tickets, waits and accounts, from keyword arguments."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.book import TICKET_CLOCKS, TICKET_STATUSES, Book
from pipeline.policy import EscalationsPolicy, SlaPolicy
from pipeline.workspace import as_settings
from tests.rules.books import shipped_policy

NOTHING: dict[str, Any] = dict.fromkeys(TICKET_CLOCKS)
TIERS = {"enterprise": 240_000, "mid_market": 60_000, "starter": 12_000}


def shipped() -> SlaPolicy:
    """The promises as shipped."""
    return shipped_policy().sla


def ladder() -> EscalationsPolicy:
    """The escalation rules as shipped."""
    return shipped_policy().escalations


def changed_policy(**keys: Any) -> SlaPolicy:
    """The shipped promises with some keys replaced; tables of `clocks` and `sets` are added."""
    values = shipped().model_dump()
    for name, value in keys.items():
        values[name] = values[name] | value if isinstance(value, dict) else value
    return SlaPolicy.model_validate(values)


@dataclass
class Desk:
    """A book under construction: what support was asked, and when it did what."""

    as_of: date = date(2026, 6, 26)
    zone: str = "America/New_York"
    holidays: Iterable[date] = ()
    tickets: list[dict[str, Any]] = field(default_factory=list)
    waits: list[dict[str, Any]] = field(default_factory=list)
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def at(self, local: str) -> datetime:
        """A local time of the desk, as an instant."""
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def ticket(
        self,
        ticket_id: str,
        *,
        created: datetime | str,
        responded: datetime | str | None = None,
        solved: datetime | str | None = None,
        tier: str = "enterprise",
        priority: str | None = "p1",
        **values: Any,
    ) -> "Desk":
        """A ticket of an account of its tier; times as text are local. Without a response the solution is one."""
        created, responded, solved = (self._instant(value) for value in (created, responded or solved, solved))
        assert created is not None
        on = created.astimezone(ZoneInfo(self.zone)).date()
        closed = solved.astimezone(ZoneInfo(self.zone)).date() if solved else None
        row = NOTHING | {
            "ticket_id": ticket_id,
            "account_id": "a",
            "subject": "Something is wrong",
            "category": "technical",
            "status": "solved" if solved else "open",
            "priority": priority,
            "response_priority": priority,
            "resolution_priority": priority,
            "critical_at": created if priority == "p0" else None,
            "tier": tier,
            "arr": Decimal(TIERS.get(tier, 0)),
            "created_at": created,
            "responded_at": responded,
            "resolved_at": solved,
            "created_on": on,
            "month_on": on.replace(day=1),
            "solved_on": closed,
            "closed_on": closed,
            "level_now": 0,
            **dict.fromkeys(
                ("is_undated", "is_excluded", "is_security", "affects_go_live", "is_in_general_incident"), False
            ),
        }
        self.tickets.append(row | values)
        return self

    def wait(
        self, ticket_id: str, start: datetime | str, end: datetime | str | None, status: str = "pending"
    ) -> "Desk":
        """A stretch in which a ticket waited."""
        row = {"ticket_id": ticket_id, "status": status}
        self.waits.append(row | {"from_at": self._instant(start), "until_at": self._instant(end)})
        return self

    def book(self) -> Book:
        """The book."""
        ids = sorted({row["account_id"] for row in self.tickets} | {"a"})
        accounts = pl.DataFrame({"account_id": ids}).with_columns(
            csm=pl.lit("Cem"),
            csm_manager=pl.lit(None, pl.String),
            account_executive=pl.lit("Ada"),
            executive_sponsor=pl.lit("Egon"),
        )
        weeks = pl.DataFrame({"week_ending_on": [self.as_of - timedelta(weeks=ago) for ago in range(104)]})
        empty = {"feed_weeks": pl.DataFrame(), "account_weeks": pl.DataFrame()}
        mine = {
            "ticket_clocks": pl.DataFrame(self.tickets, schema=TICKET_CLOCKS),
            "ticket_statuses": pl.DataFrame(self.waits, schema=TICKET_STATUSES),
            "holidays": pl.DataFrame({"holiday_on": list(self.holidays)}, schema={"holiday_on": pl.Date}),
        }
        company = {"company": {"name": "Example", "time_zone": self.zone}}
        frames = {"accounts": accounts, "weeks": weeks, **empty, **mine, **self.frames}
        return Book.from_frames(self.as_of, as_settings(company), frames)

    def _instant(self, value: datetime | str | None) -> datetime | None:
        return self.at(value) if isinstance(value, str) else value
