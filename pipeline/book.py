"""Book: the frozen frames of one as-of date, the value that flows from marts to scores and reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

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
    "account_features": ("account_id", "feature"),
    "usage_weeks": ("account_id", "week_ending_on"),
    "nps_answers": ("account_id", "wave", "respondent_id", "response_id"),
    "nps_waves": ("wave", "account_id"),
    "open_tickets": ("ticket_id",),
    "recent_tickets": ("ticket_id",),
    "opportunities": ("opportunity_id",),
    "goals": ("goal_id",),
    "tasks": ("task_id",),
    "milestones": ("milestone_id",),
    "implementations": ("plan_id",),
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
    account_features: pl.DataFrame
    usage_weeks: pl.DataFrame
    nps_answers: pl.DataFrame
    nps_waves: pl.DataFrame
    open_tickets: pl.DataFrame
    recent_tickets: pl.DataFrame
    opportunities: pl.DataFrame
    goals: pl.DataFrame
    tasks: pl.DataFrame
    milestones: pl.DataFrame
    implementations: pl.DataFrame
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
        empty = {"overrides": pl.DataFrame(schema=OVERRIDES), "alert_events": pl.DataFrame(schema=ALERT_EVENTS)}
        return cls(
            as_of,
            whose,
            **{
                mart: _sorted(frames.get(mart, empty.get(mart, pl.DataFrame())), keys)
                for mart, keys in SORT_KEYS.items()
            },
        )


def _sorted(frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    known = [key for key in keys if key in frame.columns]
    return frame.sort(known, nulls_last=True, maintain_order=True) if known else frame
