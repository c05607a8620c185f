"""What a report hands to the renderer, and what it is told beside the book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from pipeline.ledger import Ledger
from pipeline.policy import Policy


@dataclass(frozen=True, slots=True)
class Document:
    """One document: where it is published, which template draws it, and the data that template reads."""

    path: str
    template: str
    title: str
    data: Mapping[str, Any]
    subtitle: str = ""
    wants_pdf: bool = True
    is_live: bool = False
    account_id: str | None = None
    account_name: str | None = None
    csm: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a report needs that no mart holds: the policy, what the load and the checks found, and what was asked for.

    `files` has a row per loaded file and table, `findings` a row per data check that found something; `asked` are the
    ids of accounts whose pack is wanted whatever is due, `decks` of those whose pack is wanted as a presentation too,
    `briefs` and `monthly` of those whose brief or monthly review is wanted. `notes` are the team's own words by account
    id, `program` a hash of what makes the figures, `last_run` the headlines that the run for an earlier day told.
    `ledger` is the account of the load, where there is one. `saves_per_csm` is what a CSM can save in a week, `people`
    who holds the company's roles, and `sent` the alerts that an earlier run has sent: alert_id -> the day of that run.
    """

    policy: Policy
    files: pl.DataFrame = field(default_factory=pl.DataFrame)
    findings: pl.DataFrame = field(default_factory=pl.DataFrame)
    asked: frozenset[str] = frozenset()
    ledger: Ledger | None = None
    saves_per_csm: float | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, date] = field(default_factory=dict)
    decks: frozenset[str] = frozenset()
    briefs: frozenset[str] = frozenset()
    monthly: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    program: str = ""
    last_run: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the company's fiscal year."""

    year: int
    number: int
    starts_on: date
    ends_on: date
    is_calendar: bool

    @property
    def label(self) -> str:
        """`Q2 2026`, or `Q2 FY2027` where the fiscal year is not the calendar year."""
        return f"Q{self.number} {self.year}" if self.is_calendar else f"Q{self.number} FY{self.year}"

    @property
    def months(self) -> str:
        """The months it covers, in words."""
        year = "" if self.starts_on.year == self.ends_on.year else f" {self.starts_on.year}"
        return f"{self.starts_on:%B}{year} to {self.ends_on:%B %Y}"
