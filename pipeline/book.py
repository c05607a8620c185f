"""Book: the frozen frames of one as-of date, the value that flows from marts to scores and reports."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, Self

import polars as pl

from pipeline.errors import RunFailed

ALERT_EVENTS = {
    "account_id": pl.String,
    "rule": pl.String,
    "subject_id": pl.String,
    "happened_on": pl.Date,
    "detail": pl.String,
    "owner": pl.String,
}
INSTANT = pl.Datetime("us", "UTC")
TICKET_CLOCKS = {
    **dict.fromkeys(("ticket_id", "account_id", "subject", "category", "status"), pl.String),
    **dict.fromkeys(("priority", "response_priority", "resolution_priority", "tier"), pl.String),
    **dict.fromkeys(("assignee", "record_url"), pl.String),
    **dict.fromkeys(("critical_at", "created_at", "responded_at", "resolved_at", "workaround_at"), INSTANT),
    **dict.fromkeys(("created_on", "solved_on", "closed_on", "month_on", "rca_on"), pl.Date),
    **dict.fromkeys(("is_undated", "is_excluded", "is_security", "affects_go_live"), pl.Boolean),
    "is_in_general_incident": pl.Boolean,
    **dict.fromkeys(("level_now", "reopen_count", "agent_reply_count", "csat"), pl.Int64),
    "arr": pl.Decimal(18, 2),
}
TICKET_STATUSES = {"ticket_id": pl.String, "status": pl.String, "from_at": INSTANT, "until_at": INSTANT}
OVERRIDES = {
    "account_id": pl.String,
    "made_on": pl.Date,
    "band": pl.String,
    "reason": pl.String,
    "author": pl.String,
    "expires_on": pl.Date,
}

SORT_KEYS: dict[str, tuple[str, ...]] = {
    "weeks": ("week_ending_on",),
    "feed_weeks": ("feed", "week_ending_on"),
    "accounts": ("account_id",),
    "account_weeks": ("account_id", "week_ending_on"),
    "risk_weeks": ("account_id", "week_ending_on"),
    "contracts": ("contract_id",),
    "account_months": ("account_id", "month_on"),
    "contract_months": ("contract_id", "month_on"),
    "rates": ("currency", "month_on"),
    "renewal_events": ("contract_id", "kind", "happened_on", "reference", "detail"),
    "limits": ("account_id", "limit"),
    "forecasts": ("made_on", "contract_id"),
    "controls": ("month_on", "measure", "segment"),
    "month_closings": ("account_id", "month_on"),
    "account_features": ("account_id", "feature"),
    "usage_weeks": ("account_id", "week_ending_on"),
    "nps_answers": ("account_id", "wave", "respondent_id", "response_id"),
    "nps_waves": ("wave", "account_id"),
    "rating_months": ("account_id", "survey", "source", "month_on"),
    "survey_comments": ("response_id",),
    "open_tickets": ("ticket_id",),
    "ticket_clocks": ("ticket_id",),
    "ticket_statuses": ("ticket_id", "from_at", "status"),
    "holidays": ("holiday_on",),
    "recent_tickets": ("ticket_id",),
    "opportunities": ("opportunity_id",),
    "goals": ("goal_id",),
    "tasks": ("task_id",),
    "milestones": ("milestone_id",),
    "implementations": ("plan_id",),
    "onboarding_weeks": ("plan_id", "measured"),
    "onboarding_hours": ("plan_id", "phase", "side"),
    "user_groups": ("account_id", "department", "role"),
    "offboarding_triggers": ("account_id", "trigger", "triggered_on"),
    "risks": ("risk_id",),
    "qbrs": ("qbr_id",),
    "contacts": ("contact_id",),
    "activities_recent": ("account_id", "occurred_on", "type", "subject", "owner", "contact_id", "activity_id"),
    "feedback_items": ("feedback_id",),
    "status_notes": ("account_id", "week_ending_on"),
    "targets": ("period", "measure", "dimension"),
    "signals": ("signal_id",),
    "incidents_recent": ("incident_id",),
    "overrides": ("account_id", "made_on"),
    "alert_events": ("happened_on", "rule", "account_id", "subject_id"),
}
MARTS: tuple[str, ...] = tuple(SORT_KEYS)
SCHEMAS: dict[str, dict[str, Any]] = {
    "overrides": OVERRIDES,
    "alert_events": ALERT_EVENTS,
    "ticket_clocks": TICKET_CLOCKS,
    "ticket_statuses": TICKET_STATUSES,
    "holidays": {"holiday_on": pl.Date},
}
FOR_SCORES_ALONE = (
    *("ticket_clocks", "ticket_statuses", "holidays"),
    *("controls", "month_closings"),
)
NEEDED = ("weeks", "feed_weeks", "accounts", "account_weeks")


class CompanySettings(Protocol):
    """The part of a workspace's settings that says whose book it is."""

    @property
    def name(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def reporting_currency(self) -> str: ...
    @property
    def fiscal_year_starts_month(self) -> int: ...


class BookSettings(Protocol):
    """Settings with a company."""

    @property
    def company(self) -> CompanySettings: ...


@dataclass(frozen=True, slots=True)
class Company:
    """Whose book it is, and how the company counts time and money."""

    name: str
    time_zone: str
    reporting_currency: str
    fiscal_year_starts_month: int


@dataclass(frozen=True, slots=True)
class Book:
    """One company at one day: a frame per mart, each in a total order. Money is in the reporting currency."""

    as_of: date
    company: Company
    weeks: pl.DataFrame
    feed_weeks: pl.DataFrame
    accounts: pl.DataFrame
    account_weeks: pl.DataFrame
    risk_weeks: pl.DataFrame
    contracts: pl.DataFrame
    account_months: pl.DataFrame
    contract_months: pl.DataFrame
    rates: pl.DataFrame
    renewal_events: pl.DataFrame
    limits: pl.DataFrame
    forecasts: pl.DataFrame
    controls: pl.DataFrame
    month_closings: pl.DataFrame
    account_features: pl.DataFrame
    usage_weeks: pl.DataFrame
    nps_answers: pl.DataFrame
    nps_waves: pl.DataFrame
    rating_months: pl.DataFrame
    survey_comments: pl.DataFrame
    open_tickets: pl.DataFrame
    ticket_clocks: pl.DataFrame
    ticket_statuses: pl.DataFrame
    holidays: pl.DataFrame
    recent_tickets: pl.DataFrame
    opportunities: pl.DataFrame
    goals: pl.DataFrame
    tasks: pl.DataFrame
    milestones: pl.DataFrame
    implementations: pl.DataFrame
    onboarding_weeks: pl.DataFrame
    onboarding_hours: pl.DataFrame
    user_groups: pl.DataFrame
    offboarding_triggers: pl.DataFrame
    risks: pl.DataFrame
    qbrs: pl.DataFrame
    contacts: pl.DataFrame
    activities_recent: pl.DataFrame
    feedback_items: pl.DataFrame
    status_notes: pl.DataFrame
    targets: pl.DataFrame
    signals: pl.DataFrame
    incidents_recent: pl.DataFrame
    overrides: pl.DataFrame
    alert_events: pl.DataFrame

    @classmethod
    def from_frames(cls, as_of: date, settings: BookSettings, frames: Mapping[str, pl.DataFrame]) -> Self:
        """A book from the marts there are; one that is not given is an empty frame.

        Raises RunFailed when a mart is absent without which nothing can be stated.
        """
        absent = [mart for mart in NEEDED if mart not in frames]
        if absent:
            raise RunFailed(f"the marts {', '.join(absent)} are not built", "Run `bellwether build` first.")
        company = settings.company
        whose = Company(company.name, company.time_zone, company.reporting_currency, company.fiscal_year_starts_month)
        empty = {name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items()}
        return cls(
            as_of,
            whose,
            **{
                mart: _sorted(frames.get(mart, empty.get(mart, pl.DataFrame())), keys)
                for mart, keys in SORT_KEYS.items()
            },
        )

    def hearing(self, events: pl.DataFrame) -> Self:
        """The same book with more events for alerts to speak of; one row as in the mart `alert_events`."""
        known = list(ALERT_EVENTS)
        every = pl.concat([self.alert_events.select(known), events.select(known)])
        return replace(self, alert_events=_sorted(every, SORT_KEYS["alert_events"]))


def _sorted(frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    known = [key for key in keys if key in frame.columns]
    return frame.sort(known, nulls_last=True, maintain_order=True) if known else frame
