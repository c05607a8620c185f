"""The data of the live dashboard: one record per customer with the explanation of its score, and what adds up."""

from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import TROUBLED, Row, View
from pipeline.reports.risk import Risk
from pipeline.reports.sections.live.dashboard import Live

STATES = {"frozen": "frozen, its feed is late", "missing": "its feed is missing", "off": "off"}
ACTIONS = 8


def explorer(view: View, live: Live) -> Row:
    """Records and what the page adds up; plain values only, so that they can be written as JSON."""
    risk = Risk(view)
    now = view.book.account_weeks.filter(pl.col("week_ending_on") == view.as_of)
    touches = dict(now.select("account_id", "touch_count_30d").iter_rows())
    return {
        "symbol": view.symbol,
        "as_of": view.as_of.isoformat(),
        "bands": [[name, wording.BAND_SHAPES[name], wording.BAND_WORDS[name]] for name in view.bands],
        "accounts": [
            _record(view, row, touches.get(row["account_id"])) | _risk(risk, row["account_id"])
            for row in view.standing.to_dicts()
        ],
        "live": live.cube,
    }


def _record(view: View, row: Row, touches: int | None) -> Row:
    account = row["account_id"]
    return {
        "id": account,
        "name": row["account_name"],
        "segment": wording.word(row["segment"]),
        "region": wording.word(row["region"]),
        "industry": wording.word(row["industry"]),
        "tier": wording.word(row["tier"]),
        "csm": row["csm"] or "No CSM",
        "arr": None if row["arr"] is None else float(row["arr"]),
        "band": row["health_band"],
        "alarm": row["alarm"],
        "score": rounded(row["health_score"]),
        "coverage": rounded(row["health_coverage_pct"]),
        "trend": row["health_trend"],
        "week": rounded(row["health_change_1w"]),
        "month": rounded(row["health_change_4w"]),
        "floor": row["floor"],
        "renewal": row["renewal_on"].isoformat() if row["renewal_on"] else None,
        "days": row["days_to_renewal"],
        "urgent": row["open_p0_p1"],
        "touch": row["last_touch_on"].isoformat() if row["last_touch_on"] else None,
        "url": row["record_url"],
        "next": row["next_action"],
        "driver": view.driver(account) if row["alarm"] in TROUBLED else "",
        "touches": touches,
        "parts": [
            _part(view, part)
            for part in sorted(view.components.get(account, []), key=lambda part: view.place(part["component"]))
        ],
        "lifts": [_lift(view, lift, row["health_band"]) for lift in view.lifts.get(account, [])[:3]],
    }


def _risk(risk: Risk, account: str) -> Row:
    """Churn risk with its factors and evidence, flags with their clocks, and what is agreed against it."""
    row = risk.standing[account]
    return {
        "points": row["churn_risk_points"],
        "risk": row["churn_risk_band"],
        "unknown": row["churn_risk_unknown_count"] or 0,
        "entered": row["churn_risk_entered_on"] and row["churn_risk_entered_on"].isoformat(),
        "moved": row["churn_risk_change_1w"],
        "factors": [_factor(risk, factor) for factor in risk.factors.get(account, [])],
        "flags": [_flag(risk, flag) for flag in risk.flags.get(account, [])],
        "actions": [_action(risk, action) for action in risk.actions.get(account, [])[:ACTIONS]],
        "undone": len(risk.actions.get(account, [])),
    }


def _factor(risk: Risk, row: Row) -> list[Any]:
    points = None if row["state"] == "unknown" else row["points"]
    state = {"frozen": "frozen, its feed is late", "unknown": "unknown"}.get(row["state"], "")
    return [risk.factor_word(row["factor"]), row["evidence"], points, state]


def _flag(risk: Risk, row: Row) -> list[Any]:
    act_by = row["act_by_on"] and row["act_by_on"].isoformat()
    return [row["colour"], risk.flag_word(row["flag"]), row["raised_on"].isoformat(), act_by]


def _action(risk: Risk, row: Row) -> list[Any]:
    return [row["title"], row["owner"] or row["owner_role"], row["due_on"].isoformat(), risk.play_word(row["play"])]


def _part(view: View, part: Row) -> list[Any]:
    """Name, what was measured, score, weight, points, state: short because there are fifteen per account."""
    shown = [rounded(part[name]) for name in ("score", "weight_pct", "points")]
    return [view.part_word(part["component"]), view.said(part), *shown, STATES.get(part["state"], "")]


def _lift(view: View, lift: Row, band: str | None) -> list[Any]:
    to_band = wording.band_word(lift["to_band"]) if lift["to_band"] and lift["to_band"] != band else None
    return [view.part_word(lift["component"]), lift["to_value_text"], rounded(lift["gain_points"]), to_band]


def rounded(value: Any) -> float | None:
    """One decimal, which is what the page prints; None stays None."""
    return None if value is None else round(float(value), 1)
