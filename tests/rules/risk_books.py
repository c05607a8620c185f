"""Small books for churn risk: rows of the panel from keyword arguments, and text tables as the factors are written in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.scoring.churn_risk import ChurnRisk, churn_risk
from tests.rules.books import AS_OF, settings, shipped_policy, table

FEEDS = (
    "accounts",
    "contracts",
    "usage",
    "trainings",
    "tickets",
    "survey_responses",
    "qbrs",
    "signals",
    "contacts",
    "implementations",
    "incidents",
    "opportunities",
    "activities",
)
# A customer of three months with nothing against it and nothing for it: 0 points.
CALM: dict[str, Any] = {
    "is_scored": True,
    "tier": "mid_market",
    "strategic_alignment": "uncertain",
    "seats": 10,
    "event_count_30d": 100,
    "event_count_prior_30d": 100,
    "user_day_count_30d": 150,
    "business_user_day_count_30d": 150,
    "training_assigned_count": 4,
    "training_completed_count": 4,
    "contract_in_force_count": 1,
    "customer_since_on": AS_OF - timedelta(days=90),
    "review_last_held_on": None,
    "contract_next_ends_on": None,
    "price_increase_pct": None,
    "wave_score_sum": None,
    "wave_prior_score_sum": None,
    "wave_promoter_surplus_count": None,
    "wave_prior_promoter_surplus_count": None,
}
COUNTS = (
    "ticket_created_count_30d",
    "csat_score_sum_90d",
    "csat_answer_count_90d",
    "contract_ending_90d_count",
    "contract_notice_count",
    "stakeholder_departed_count_90d",
    "nps_respondent_count_180d",
    "nps_score_sum_180d",
    "contract_past_due_count",
    "contract_disputed_count",
    "contract_multi_year_count",
    "billing_ticket_count_60d",
    "csat_under_2_count_90d",
    "escalation_count_30d",
    "executive_meeting_count_30d",
    "executive_sponsor_departed_count_90d",
    "wave_answer_count",
    "wave_prior_answer_count",
    "executive_review_count_30d",
    "negative_social_count_90d",
    "budget_cut_count_180d",
    "market_downturn_count_180d",
    "competitor_acquisition_count_180d",
    "merger_count_180d",
    "competitor_evaluation_count_180d",
    "data_quality_issue_count",
    "integration_failure_count",
    "departure_signal_count_90d",
    "executive_signal_count_30d",
    "expansion_signal_count_90d",
    "milestone_signal_count_90d",
    "feedback_signal_count_90d",
    "reference_signal_count_90d",
    "feedback_item_count_90d",
    "implementation_delayed_count",
    "downtime_seconds_30d",
    "expansion_open_count",
    "expansion_won_count_90d",
    "expansion_won_count_180d",
)
TEXTS = ("tier", "strategic_alignment")
DATES = ("customer_since_on", "review_last_held_on", "contract_next_ends_on")
IN_ACCOUNT_WEEKS = (*list(CALM)[:11], *COUNTS[:8])


@dataclass
class RiskPanel:
    """A book under construction: counts per account and week, and how each feed stands in each week."""

    weeks: int = 1
    business_days: int = 20
    rows: dict[tuple[str, date], dict[str, Any]] = field(default_factory=dict)
    feeds: dict[tuple[str, int], str] = field(default_factory=dict)

    def account(self, account_id: str = "a", ago: Iterable[int] | None = None, **values: Any) -> "RiskPanel":
        """The account in these weeks (all unless said), calm but for `values`."""
        for week in range(self.weeks) if ago is None else ago:
            day = AS_OF - timedelta(weeks=week)
            self.rows[account_id, day] = CALM | dict.fromkeys(COUNTS, 0) | values
        return self

    def feed(self, name: str, state: str, ago: Iterable[int] | None = None) -> "RiskPanel":
        """How a feed stands in these weeks (all unless said): fresh, late, stale, before, missing."""
        for week in range(self.weeks) if ago is None else ago:
            self.feeds[name, week] = state
        return self

    def book(self) -> Book:
        """The book of these rows."""
        days = [AS_OF - timedelta(weeks=week) for week in range(self.weeks)]
        weeks = pl.DataFrame({"week_ending_on": days, "business_day_count_30d": [self.business_days] * len(days)})
        rows = [{"account_id": name, "week_ending_on": day} | row for (name, day), row in self.rows.items()]
        kinds = {"account_id": pl.String, "week_ending_on": pl.Date, "is_scored": pl.Boolean}
        kinds |= dict.fromkeys(TEXTS, pl.String) | dict.fromkeys(DATES, pl.Date) | {"price_increase_pct": pl.Float64}
        panel = pl.DataFrame(
            rows, schema={name: kinds.get(name, pl.Int64) for name in ("account_id", "week_ending_on", *CALM, *COUNTS)}
        )
        key = ["account_id", "week_ending_on"]
        feed_weeks = pl.DataFrame(
            [
                {"feed": feed, "week_ending_on": day, "state": self.feeds.get((feed, week), "fresh")}
                for feed in FEEDS
                for week, day in enumerate(days)
            ]
        )
        frames = {
            "weeks": weeks,
            "feed_weeks": feed_weeks,
            "accounts": panel.select("account_id", is_advocate=pl.lit(False)).unique("account_id"),
            "account_weeks": panel.select(*key, *IN_ACCOUNT_WEEKS),
            "risk_weeks": panel.drop(*IN_ACCOUNT_WEEKS),
        }
        return Book.from_frames(AS_OF, settings(), frames)

    def risk(self) -> "Risk":
        """Its churn risk under the shipped policy."""
        return Risk(churn_risk(self.book(), shipped_policy().churn_risk))


@dataclass
class Risk:
    """Churn risk with ways to ask for one account's."""

    found: ChurnRisk

    def week(self, account_id: str = "a", ago: int = 0) -> dict[str, Any]:
        """The account's row of a week."""
        day = AS_OF - timedelta(weeks=ago)
        rows = self.found.churn_weeks.filter(pl.col("account_id") == account_id, pl.col("week_ending_on") == day)
        return rows.row(0, named=True)

    def factors(self, account_id: str = "a") -> dict[str, int]:
        """The points of the factors that count."""
        rows = self.found.churn_factors.filter(pl.col("account_id") == account_id, pl.col("state") != "unknown")
        return dict(rows.select("factor", "points").iter_rows())

    def states(self, account_id: str = "a") -> dict[str, str]:
        """The state of every factor that counts or is unknown."""
        rows = self.found.churn_factors.filter(pl.col("account_id") == account_id)
        return dict(rows.select("factor", "state").iter_rows())

    def evidence(self, factor: str, account_id: str = "a") -> str:
        """What the factor says for itself."""
        rows = self.found.churn_factors.filter(pl.col("account_id") == account_id, pl.col("factor") == factor)
        return str(rows["evidence"].item())


def gives(text: str, **common: Any) -> None:
    """Assert a text table: each line is an account with these columns; `factors` lists what counts, with its points.

    A cell that ends in `d` is that many days before the as-of day; `-` is null.
    """
    header = [name.strip() for name in text.strip().splitlines()[0].split("|")]
    panel, wanted = RiskPanel(), {}
    for number, cells in enumerate(table(text)):
        case = dict(zip(header, cells, strict=True))
        wanted[f"case{number:02}"] = case.pop("factors")
        panel.account(f"case{number:02}", **common | {name: _cell(cell) for name, cell in case.items()})
    risk = panel.risk()
    assert {name: _told(risk.factors(name)) for name in wanted} == wanted


def _told(factors: dict[str, int]) -> str:
    return ", ".join(f"{name} {points:+}" for name, points in factors.items()) or "none"


def _cell(text: str) -> Any:
    if text == "-":
        return None
    if text.endswith("d") and text[:-1].isdigit():
        return AS_OF - timedelta(days=int(text[:-1]))
    if text.replace("_", "").isalpha():
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)
