"""Small books of implementations from text tables, and an independent slow reading of the rules that judge them."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.service.onboarding_rows import GROUPS, HOURS, MILESTONES, NOTES, PLANS, RISKS, TASKS, WEEKS
from tests.rules.books import settings

AS_OF = date(2026, 6, 26)
SCHEMAS: dict[str, Any] = {
    "implementations": PLANS,
    "milestones": MILESTONES,
    "risks": RISKS,
    "tasks": TASKS,
    "status_notes": NOTES,
    "onboarding_weeks": WEEKS,
    "onboarding_hours": HOURS,
    "user_groups": GROUPS,
    "contacts": {"contact_id": pl.String, "account_id": pl.String, "role": pl.String, "departed_on": pl.Date},
    "offboarding_triggers": {
        "account_id": pl.String,
        "trigger": pl.String,
        "triggered_on": pl.Date,
        "note": pl.String,
    },
}
STARTED = {"started_on": "2026-06-01", "original_go_live_on": "2026-07-01"}


def rows_of(text: str) -> list[dict[str, str | None]]:
    """The rows of a table written with bars; an empty cell is None."""
    header, *lines = [line for line in text.strip().splitlines() if line.strip()]
    names = [cell.strip() for cell in header.split("|")]
    return [dict(zip(names, (cell.strip() or None for cell in line.split("|")), strict=True)) for line in lines]


def frame(mart: str, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of text as a mart, in the mart's types; what is not written is null."""
    schema = SCHEMAS[mart]
    texts = pl.DataFrame(
        [{name: row.get(name) for name in schema} for row in rows], schema=dict.fromkeys(schema, pl.String)
    )
    casts = [_typed(name, kind) for name, kind in schema.items()]
    return shaped(texts.with_columns(casts), schema)


def _typed(name: str, kind: Any) -> pl.Expr:
    if kind == pl.Boolean:
        return pl.col(name) == "true"
    return pl.col(name).str.to_date() if kind == pl.Date else pl.col(name).cast(kind)


def a_book(as_of: date = AS_OF, feeds: tuple[str, ...] = ("incidents",), **marts: str) -> Book:
    """A book of one account `a` (100 seats) unless accounts are named by the marts; each mart as a text table."""
    tables = {mart: rows_of(text) for mart, text in marts.items()}
    plans = [
        {"account_id": "a", **STARTED, **{k: v for k, v in row.items() if v}}
        for row in tables.pop("implementations", [])
    ]
    tables = {mart: [{"account_id": "a", **row} for row in rows] for mart, rows in tables.items()}
    tables["implementations"] = plans
    named = sorted({str(row["account_id"]) for rows in tables.values() for row in rows} | {"a"})
    accounts = pl.DataFrame(
        {
            "account_id": named,
            "account_name": named,
            "segment": "smb",
            "seats": 100,
            "csm": "Kim",
            "csm_manager": "Lou",
            "churned_on": pl.Series([None] * len(named), dtype=pl.Date),
        }
    )
    told = pl.DataFrame({"feed": list(feeds), "week_ending_on": as_of, "has_rows": True})
    weeks = pl.DataFrame({"week_ending_on": [as_of]})
    made = {mart: frame(mart, rows) for mart, rows in tables.items()}
    made |= {"accounts": accounts, "feed_weeks": told, "weeks": weeks, "account_weeks": weeks}
    return Book.from_frames(as_of, settings(), made)


def slowly_judged(plan: Mapping[str, Any], red_risks: int, as_of: date) -> SimpleNamespace:
    """Completion against plan, lateness and state of one plan, written from the words of the rule, day by day."""
    target = plan["target_go_live_on"] or plan["original_go_live_on"]
    planned = plan["planned_pct"]
    if planned is None:
        days, passed, day = 0, 0, plan["started_on"]
        while day < target:
            day += timedelta(days=1)
            days += 1
            passed += day <= as_of
        planned = 100.0 if days == 0 else 100.0 * passed / days
    live = plan["went_live_on"]
    expected = live if live is not None else max(target, as_of)
    late, day = 0, plan["original_go_live_on"]
    while day < expected:
        day += timedelta(days=1)
        late += 1
    behind = None if plan["completion_pct"] is None else planned - plan["completion_pct"]
    if live is not None:
        state = "live"
    elif target > plan["original_go_live_on"] or target < as_of:
        state = "delayed"
    elif (behind is not None and behind > 10) or red_risks:
        state = "at_risk"
    else:
        state = "on_track"
    return SimpleNamespace(planned=planned, late=late, state=state)
