"""Small books for tests: panel rows from keyword arguments, and text tables as the rules are written in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.policy import Policy, read_policy
from pipeline.scoring.health import HealthScores, health_scores
from pipeline.workspace import Settings, as_settings

AS_OF = date(2026, 6, 26)
POLICY = Path(__file__).resolve().parents[2] / "policy"
FEEDS = (
    "accounts",
    "contracts",
    "contacts",
    "usage",
    "features",
    "tickets",
    "trainings",
    "activities",
    "invoices",
    "survey_responses",
)

# A customer about whom everything is known and nothing is wrong; scores 100 but for the webinar, which gives 80 at best.
GOOD: dict[str, Any] = {
    "is_scored": True,
    "segment": "enterprise",
    "is_backfilled": False,
    "strategic_alignment": "aligned",
    "login_day_count_30d": 28,
    "login_business_day_count_30d": 21,
    "user_day_count_30d": 100,
    "event_count_30d": 1000,
    "event_count_prior_30d": 1000,
    "feature_used_count_30d": 10,
    "feature_available_count": 10,
    "ticket_created_count_90d": 1,
    "ticket_created_count_30d": 1,
    "csat_score_sum_90d": 5,
    "csat_answer_count_90d": 1,
    "open_p0_over_48h_count": 0,
    "training_assigned_count": 4,
    "training_completed_count": 4,
    "meeting_held_count_90d": 3,
    "meeting_attended_count_90d": 3,
    "webinar_count": 1,
    "webinar_attended_count_90d": 1,
    "sentiment_sum_90d": 3,
    "sentiment_count_90d": 4,
    "invoice_due_count_12m": 12,
    "invoice_late_count_12m": 0,
    "contract_in_force_count": 1,
    "contract_ending_90d_count": 0,
    "contract_notice_count": 0,
    "contact_count": 5,
    "stakeholder_departed_count_180d": 0,
    "stakeholder_departed_count_90d": 0,
    "nps_respondent_count_180d": 2,
    "nps_score_sum_180d": 18.0,
}
TYPES: dict[str, Any] = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "is_scored": pl.Boolean,
    "segment": pl.String,
    "is_backfilled": pl.Boolean,
    "strategic_alignment": pl.String,
    "nps_score_sum_180d": pl.Float64,
}
# About whom nothing is known: every component is NA but for real zeros.
NOTHING: dict[str, Any] = {
    name: 0 for name, value in GOOD.items() if isinstance(value, (int, float)) and not isinstance(value, bool)
} | {"feature_available_count": None, "strategic_alignment": None}


@cache
def shipped_policy() -> Policy:
    """The policy as shipped."""
    return read_policy(POLICY, POLICY / "none")


def settings(basis: str = "calendar") -> Settings:
    """A workspace's settings with nothing special about them."""
    return as_settings({"company": {"name": "Example"}, "health": {"login_days_basis": basis}})


@dataclass
class Panel:
    """A book under construction: rows per account and week, and how each feed stands in each week."""

    weeks: int = 6
    business_days: int = 21
    rows: list[dict[str, Any]] = field(default_factory=list)
    feeds: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    overrides: list[dict[str, Any]] = field(default_factory=list)

    def account(self, account_id: str = "a", ago: Iterable[int] | None = None, **values: Any) -> "Panel":
        """The account in these weeks (all unless said), good but for `values`."""
        for week in range(self.weeks) if ago is None else ago:
            row = {"account_id": account_id, "week_ending_on": AS_OF - timedelta(weeks=week)}
            self.rows = [other for other in self.rows if any(other[key] != row[key] for key in row)]
            self.rows.append(row | GOOD | values)
        return self

    def peers(self, count: int = 4, **values: Any) -> "Panel":
        """More good accounts of the segment, so that it has a median."""
        for number in range(count):
            self.account(f"peer{number}", **values)
        return self

    def feed(self, name: str, state: str, ago: Iterable[int] | None = None, expected: bool = True) -> "Panel":
        """How a feed stands in these weeks (all unless said): fresh, late, stale, before, missing."""
        for week in range(self.weeks) if ago is None else ago:
            self.feeds[name, week] = {"state": state, "is_expected": expected}
        return self

    def override(self, band: str, made: int, expires: int, account_id: str = "a", author: str = "Kim") -> "Panel":
        """A band set by hand `made` days before the as-of day, until `expires` days before it."""
        on, until = AS_OF - timedelta(days=made), AS_OF - timedelta(days=expires)
        self.overrides.append(
            {
                "account_id": account_id,
                "made_on": on,
                "band": band,
                "reason": "known",
                "author": author,
                "expires_on": until,
            }
        )
        return self

    def book(self, *, keep: Mapping[str, Any] | None = None) -> Book:
        """The book of these rows."""
        days = [AS_OF - timedelta(weeks=week) for week in range(self.weeks)]
        weeks = pl.DataFrame(
            {"week_ending_on": days, "business_day_count_30d": [self.business_days] * len(days)},
            schema={"week_ending_on": pl.Date, "business_day_count_30d": pl.Int64},
        ).with_columns(is_latest=pl.col("week_ending_on") == AS_OF)
        schema = {name: TYPES.get(name, pl.Int64) for name in ("account_id", "week_ending_on", *GOOD)}
        panel = pl.DataFrame(self.rows, schema=schema)
        accounts = panel.select("account_id", account_name="account_id", segment="segment").unique(
            "account_id", keep="first"
        )
        frames = {"weeks": weeks, "feed_weeks": self._feed_weeks(days), "accounts": accounts, "account_weeks": panel}
        if self.overrides:
            frames["overrides"] = pl.DataFrame(self.overrides)
        return Book.from_frames(AS_OF, settings(), frames)

    def _feed_weeks(self, days: list[date]) -> pl.DataFrame:
        rows = []
        for feed in FEEDS:
            for week, day in enumerate(days):
                stands = self.feeds.get((feed, week), {"state": "fresh", "is_expected": True})
                reach = day - timedelta(days=1) if feed == "usage" and stands["state"] == "fresh" else None
                rows.append(
                    {
                        "feed": feed,
                        "week_ending_on": day,
                        "window_ends_on": reach,
                        "has_rows": stands["state"] != "missing",
                    }
                    | stands
                )
        schema = {
            "feed": pl.String,
            "week_ending_on": pl.Date,
            "window_ends_on": pl.Date,
            "has_rows": pl.Boolean,
            "state": pl.String,
            "is_expected": pl.Boolean,
        }
        return pl.DataFrame(rows, schema=schema)

    def scored(self, policy: Policy | None = None, basis: str = "calendar") -> "Result":
        """Its scores under a policy, the shipped one unless said."""
        return Result(health_scores(self.book(), policy or shipped_policy(), settings(basis)))


@dataclass
class Result:
    """Scores with ways to ask for one account's."""

    scores: HealthScores

    def week(self, account_id: str = "a", ago: int = 0) -> dict[str, Any]:
        """The account's row of a week."""
        return self._one(self.scores.health_weeks, account_id, ago)

    def component(self, name: str, account_id: str = "a", ago: int = 0) -> dict[str, Any]:
        """The row of one component."""
        return self._one(self.scores.health_components.filter(pl.col("component") == name), account_id, ago)

    def components(self, account_id: str = "a", ago: int = 0) -> dict[str, dict[str, Any]]:
        """All component rows of the account, by name."""
        day = AS_OF - timedelta(weeks=ago)
        frame = self.scores.health_components.filter(
            pl.col("account_id") == account_id, pl.col("week_ending_on") == day
        )
        return {row["component"]: row for row in frame.to_dicts()}

    def _one(self, frame: pl.DataFrame, account_id: str, ago: int) -> dict[str, Any]:
        day = AS_OF - timedelta(weeks=ago)
        return frame.filter(pl.col("account_id") == account_id, pl.col("week_ending_on") == day).row(0, named=True)


def table(text: str) -> list[list[str]]:
    """The cells of a text table with a heading line; cells are parted by |."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return [[cell.strip() for cell in line.split("|")] for line in lines[1:] if line]


def _cell(text: str) -> Any:
    if text in ("", "none", "na"):
        return None
    try:
        return int(text)
    except ValueError:
        return text if text.isalpha() else float(text)


def holds(component: str, text: str, basis: str = "calendar", **common: Any) -> None:
    """Assert a text table: each line is an account with these columns of the panel; `score` is what the component says.

    An empty score means NA: no score, no weight.
    """
    header = [name.strip() for name in text.strip().splitlines()[0].split("|")]
    cases = [dict(zip(header, map(_cell, cells), strict=True)) for cells in table(text)]
    panel = Panel(weeks=1).peers(5)
    for number, case in enumerate(cases):
        panel.account(f"case{number:02}", **common | {name: value for name, value in case.items() if name != "score"})
    result = panel.scored(basis=basis)
    found = [result.component(component, f"case{number:02}") for number in range(len(cases))]
    assert [case | {"score": row["score"]} for case, row in zip(cases, found, strict=True)] == cases
    assert all(row["state"] == ("present" if row["score"] is not None else "na") for row in found)
    assert all((row["weight_pct"] is None) == (row["score"] is None) for row in found)
