"""Small books of renewals for tests: contracts, bands and events from keyword arguments, the rest left empty."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.revenue.due import due_tables
from pipeline.scores import Scores
from tests.rules.books import AS_OF, settings, shipped_policy

MONEY = pl.Decimal(18, 2)
CONTRACTS = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "known_on": pl.Date,
    "signed_on": pl.Date,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "renewal_on": pl.Date,
    "decision_on": pl.Date,
    "arr": MONEY,
    "arr_local": MONEY,
    "seats": pl.Int64,
    "price_increase_pct": pl.Float64,
    "cancelled_on": pl.Date,
    "is_in_force": pl.Boolean,
    "is_past_due": pl.Boolean,
    "successor_contract_id": pl.String,
    "successor_known_on": pl.Date,
}
GRACE = 30


def day(offset: int) -> date:
    """So many days after the book's date."""
    return AS_OF + timedelta(days=offset)


@dataclass
class Renewing:
    """A book of renewals under construction; days count from the book's date."""

    weeks: int = 30
    rows: list[dict[str, Any]] = field(default_factory=list)
    bands: dict[tuple[str, int], str] = field(default_factory=dict)
    incomplete: set[int] = field(default_factory=set)
    frames: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    flags: list[tuple[str, int]] = field(default_factory=list)
    dau: dict[str, float] = field(default_factory=dict)

    def contract(
        self,
        name: str,
        ends: int,
        arr: str | None = "100.00",
        account: str | None = None,
        starts: int | None = None,
        cancelled: int | None = None,
        successor: str | None = None,
        signed: int | None = None,
        **values: Any,
    ) -> "Renewing":
        """A term that ends so many days from now; its successor by name, and the day that one was signed."""
        first = ends - 364 if starts is None else starts
        out_of_grace = ends + GRACE < 0
        in_force = first <= 0 <= ends
        self.rows.append(
            {
                "contract_id": name,
                "account_id": account or name,
                "known_on": day(first - 30),
                "starts_on": day(first),
                "ends_on": day(ends),
                "renewal_on": day(ends + 1),
                "decision_on": day(ends + 1),
                "arr": Decimal(arr) if arr else None,
                "arr_local": Decimal(arr) if arr else None,
                "cancelled_on": None if cancelled is None else day(cancelled),
                "is_in_force": in_force,
                "is_past_due": ends < 0 and not out_of_grace and successor is None and cancelled is None,
                "successor_contract_id": successor,
                "successor_known_on": None if signed is None else day(signed),
            }
            | values
        )
        return self

    def band(self, account: str, band: str, ago: Iterable[int] | None = None) -> "Renewing":
        """The health band of an account in these weeks, in all unless said."""
        for week in range(self.weeks) if ago is None else ago:
            self.bands[account, week] = band
        return self

    def account(self, name: str, **values: Any) -> "Renewing":
        """What is known of an account."""
        self.accounts.setdefault(name, {}).update(values)
        return self

    def add(self, mart: str, **values: Any) -> "Renewing":
        """A row of another mart."""
        self.frames.setdefault(mart, []).append(values)
        return self

    def named(self) -> list[str]:
        """Every account that is mentioned."""
        return sorted({row["account_id"] for row in self.rows} | set(self.accounts) | {name for name, _ in self.bands})

    def book(self) -> Book:
        """The book of these rows."""
        days = [day(-7 * week) for week in range(self.weeks)]
        defaults = {
            "segment": "mid_market",
            "csm": "Kim",
            "is_scored": True,
            "arr": Decimal("100.00"),
            "open_p0_p1": 0,
            "expansion_potential": None,
        }
        accounts = [{"account_id": name, **defaults, **self.accounts.get(name, {})} for name in self.named()]
        panel = [
            {
                "account_id": name,
                "week_ending_on": when,
                "is_scored": True,
                "csm": "Kim",
                "status": "active",
                "is_backfilled": False,
                "arr": Decimal("100.00"),
            }
            for name in self.named()
            for when in days
        ]
        frames = {
            "weeks": pl.DataFrame({"week_ending_on": days}).with_columns(is_latest=pl.col("week_ending_on") == AS_OF),
            "feed_weeks": pl.DataFrame(
                [{"feed": feed, "week_ending_on": AS_OF, "has_rows": True} for feed in ("usage", "tickets", "signals")]
            ),
            "accounts": pl.DataFrame(
                accounts,
                schema_overrides={"arr": MONEY, "expansion_potential": MONEY},
                schema=None if accounts else {"account_id": pl.String},
                infer_schema_length=None,
            ),
            "account_weeks": self._panel(panel),
            "contracts": pl.DataFrame(self.rows, schema=CONTRACTS),
            **{
                mart: rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, infer_schema_length=None)
                for mart, rows in self.frames.items()
                if mart not in ("account_weeks",)
            },
        }
        return Book.from_frames(AS_OF, settings(), frames)

    def scores(self) -> Scores:
        """Bands, red flags and use as scoring would hand them over."""
        health = [
            {
                "account_id": name,
                "week_ending_on": day(-7 * week),
                "is_complete": week not in self.incomplete,
                "health_band": band,
                "health_score": 50.0,
            }
            for (name, week), band in self.bands.items()
        ]
        churn = [
            {
                "account_id": name,
                "week_ending_on": AS_OF,
                "dau_pct": self.dau.get(name),
                "churn_risk_band": self.accounts.get(name, {}).get("risk", "green"),
            }
            for name in self.named()
        ]
        flags = [
            {"account_id": name, "week_ending_on": day(-7 * week), "factor": "dau_under_10"}
            for name, week in self.flags
        ]
        return Scores.from_frames(
            {
                "health_weeks": pl.DataFrame(
                    health,
                    schema={
                        "account_id": pl.String,
                        "week_ending_on": pl.Date,
                        "is_complete": pl.Boolean,
                        "health_band": pl.String,
                        "health_score": pl.Float64,
                    },
                ),
                "churn_weeks": pl.DataFrame(
                    churn,
                    schema={
                        "account_id": pl.String,
                        "week_ending_on": pl.Date,
                        "dau_pct": pl.Float64,
                        "churn_risk_band": pl.String,
                    },
                ),
                "churn_red_flags": pl.DataFrame(
                    flags, schema={"account_id": pl.String, "week_ending_on": pl.Date, "factor": pl.String}
                ),
            }
        )

    def tables(self, policy: Policy | None = None) -> dict[str, pl.DataFrame]:
        """What the room says of it."""
        return due_tables(self.book(), self.scores(), policy or shipped_policy())

    def _panel(self, panel: list[dict[str, Any]]) -> pl.DataFrame:
        frame = (
            pl.DataFrame(panel, schema_overrides={"arr": MONEY})
            if panel
            else pl.DataFrame(
                schema={
                    "account_id": pl.String,
                    "week_ending_on": pl.Date,
                    "is_scored": pl.Boolean,
                    "csm": pl.String,
                    "status": pl.String,
                    "is_backfilled": pl.Boolean,
                    "arr": MONEY,
                }
            )
        )
        extra = self.frames.get("account_weeks")
        if not extra:
            return frame
        return frame.join(
            pl.DataFrame(extra, infer_schema_length=None), on=["account_id", "week_ending_on"], how="left"
        )


def one(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    """The only row that fits."""
    return frame.filter(*(pl.col(name) == value for name, value in where.items())).row(0, named=True)
