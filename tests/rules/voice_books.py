"""Small books of customers who were asked: accounts, answers, invitations and feedback from text tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.policy import VoicePolicy
from pipeline.scores import Scores, Voice
from pipeline.voice import voice
from pipeline.voice.columns import ACCOUNTS, ANSWERS, ITEMS, PLANS, RATINGS, REVIEWS, TASKS, WAVES
from tests.rules.books import AS_OF, settings, shipped_policy

RULES: VoicePolicy = shipped_policy().voice
DEFAULTS: Mapping[str, Any] = {
    "tier": "enterprise",
    "industry": "Retail",
    "region": "NA",
    "csm": "Cem",
    "status": "active",
    "arr": 1000,
    "is_scored": True,
    "customer_since_on": date(2024, 1, 1),
    "days_to_renewal": 300,
    "lifecycle_stage": "growth",
}
WAVE_DAYS = {
    "2025-Q2": date(2025, 4, 30),
    "2025-Q3": date(2025, 7, 31),
    "2025-Q4": date(2025, 10, 31),
    "2026-Q1": date(2026, 1, 31),
    "2026-Q2": date(2026, 4, 30),
}


@dataclass
class Asked:
    """A book under construction."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    invited: dict[tuple[str, str], int] = field(default_factory=dict)
    more: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    scored: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def account(self, account_id: str, **values: Any) -> "Asked":
        """A customer, like any other but for `values`."""
        self.accounts[account_id] = {"account_id": account_id, "account_name": account_id, **DEFAULTS, **values}
        return self

    def answer(self, account_id: str, score: int, wave: str = "2026-Q2", **values: Any) -> "Asked":
        """One answer; its respondent is a new one unless named."""
        number = len(self.answers)
        own = {"response_id": f"r{number:05}", "respondent_id": f"p{number:05}", "is_anonymous": False}
        when = {"responded_on": WAVE_DAYS.get(wave, AS_OF)}
        self.answers.append({"account_id": account_id, "score": score, "wave": wave, **own, **when, **values})
        if account_id not in self.accounts:
            self.account(account_id)
        return self

    def ask(self, account_id: str, count: int, wave: str = "2026-Q2") -> "Asked":
        """So many invitations."""
        self.invited[wave, account_id] = count
        if account_id not in self.accounts:
            self.account(account_id)
        return self

    def give(self, mart: str, **values: Any) -> "Asked":
        """A row of another mart."""
        self.more.setdefault(mart, []).append(values)
        return self

    def book(self) -> Book:
        """The book of all this."""
        frames = {
            "weeks": pl.DataFrame(),
            "feed_weeks": pl.DataFrame(),
            "account_weeks": pl.DataFrame(),
            "accounts": _frame(list(self.accounts.values()), ACCOUNTS),
            "nps_answers": _frame(self.answers, ANSWERS),
            "nps_waves": self._waves(),
            "implementations": _frame(self.more.get("implementations", []), PLANS),
            "rating_months": _frame(self.more.get("rating_months", []), RATINGS),
            "feedback_items": _frame(self.more.get("feedback_items", []), ITEMS),
            "qbrs": _frame(self.more.get("qbrs", []), REVIEWS),
            "tasks": _frame(self.more.get("tasks", []), TASKS),
            "contacts": pl.DataFrame(self.more["contacts"]) if "contacts" in self.more else pl.DataFrame(),
        }
        return Book.from_frames(AS_OF, settings(), frames)

    def heard(self) -> Voice:
        """What voice says of it."""
        scores = Scores.from_frames({name: pl.DataFrame(rows) for name, rows in self.scored.items()})
        return voice(self.book(), scores, shipped_policy(), settings())

    def _waves(self) -> pl.DataFrame:
        cells = {(row["wave"], row["account_id"]) for row in self.answers} | set(self.invited)
        return _frame([self._cell(*cell) for cell in sorted(cells)], WAVES)

    def _cell(self, wave: str, account_id: str) -> dict[str, Any]:
        scores = [row["score"] for row in self.answers if (row["wave"], row["account_id"]) == (wave, account_id)]
        day = WAVE_DAYS.get(wave, AS_OF)
        return {
            "wave": wave,
            "account_id": account_id,
            "invited_count": self.invited.get((wave, account_id), 0),
            "answered_count": len(scores),
            "promoter_count": sum(score >= 9 for score in scores),
            "passive_count": sum(7 <= score <= 8 for score in scores),
            "detractor_count": sum(score <= 6 for score in scores),
            "first_on": day,
            "last_on": day,
        }


def _frame(rows: list[dict[str, Any]], columns: Mapping[str, Any]) -> pl.DataFrame:
    whole = [{name: row.get(name) for name in columns} for row in rows]
    return pl.DataFrame(whole, schema=dict(columns))
