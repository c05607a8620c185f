"""Churn risk of the invented company, and the work it makes: points fall as health rises, so both tell one story."""

import hashlib
from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.scoring.actions import ACTIONS
from pipeline.scoring.alerts import ALERTS
from tests.golden import factory

Row = dict[str, Any]
SENTENCES = (
    ("engagement", "dau_under_10", 20, 4.1, "4.1% of the seats used on a business day, 30 days"),
    ("satisfaction", "nps_detractor", 20, 5.8, "mean latest NPS score 5.8, 180 days"),
    ("contractual", "renewal_within_90_days", 10, 1.0, "a contract without a signed successor ends soon"),
    ("value", "no_expansion_identified", 5, 1.0, "no expansion deal open, or won within 180 days"),
    ("satisfaction", "no_business_review", 5, 0.0, "no business review held in 180 days"),
    ("satisfaction", "billing_questions", 10, 2.0, "2 billing tickets in 60 days"),
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "churn_weeks": {
        "account_id": pl.String,
        "week_ending_on": pl.Date,
        "churn_risk_points": pl.Int64,
        "points_sum": pl.Int64,
        "own_band": pl.String,
        "churn_risk_band": pl.String,
        "churn_risk_unknown_count": pl.Int64,
        "dau_pct": pl.Float64,
        "churn_risk_change_1w": pl.Int64,
        "churn_risk_change_4w": pl.Int64,
        "churn_risk_entered_on": pl.Date,
    },
    "churn_factors": {
        "account_id": pl.String,
        "family": pl.String,
        "factor": pl.String,
        "points": pl.Int64,
        "state": pl.String,
        "value": pl.Float64,
        "evidence": pl.String,
        "since_on": pl.Date,
        "measured_on": pl.Date,
    },
    "churn_changes": {"account_id": pl.String, "horizon": pl.String, "factor": pl.String, "change": pl.Int64},
    "churn_flags": {
        "account_id": pl.String,
        "colour": pl.String,
        "flag": pl.String,
        "raised_on": pl.Date,
        "act_by_on": pl.Date,
    },
    "alerts": ALERTS,
    "plays": {
        "account_id": pl.String,
        "play": pl.String,
        "subject": pl.String,
        "started_on": pl.Date,
        "left_on": pl.Date,
        "ended": pl.String,
        "driver": pl.String,
        "driver_value": pl.Float64,
        "target_on": pl.Date,
        "outcome": pl.String,
    },
    "play_success": {
        "play": pl.String,
        "started_count": pl.Int64,
        "open_count": pl.Int64,
        "worked_count": pl.Int64,
        "did_not_work_count": pl.Int64,
        "moot_count": pl.Int64,
        "success_pct": pl.Float64,
    },
    "actions": ACTIONS,
    "red_list": {
        "week_ending_on": pl.Date,
        "rank": pl.Int64,
        "account_id": pl.String,
        "arr": pl.Decimal(18, 2),
        "decision_on": pl.Date,
        "loss_pct": pl.Float64,
        "expected_loss": pl.Float64,
        "health_band": pl.String,
        "churn_risk_band": pl.String,
        "followed": pl.String,
    },
    "red_list_record": {
        "month_on": pl.Date,
        "lost_count": pl.Int64,
        "named_count": pl.Int64,
        "renewed_count": pl.Int64,
        "listed_lost_count": pl.Int64,
        "detection_pct": pl.Float64,
        "save_pct": pl.Float64,
    },
}
CAPACITY = 12


def frames(lives: "factory.Lives") -> dict[str, pl.DataFrame]:
    """scores.* of churn risk, alerts, plays, actions and the red list."""
    people = [life for life in lives.people if not life["churned"]]
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for index, life in enumerate(people):
        counting = factors_of(lives, life, 0)
        weeks = [week for week in range(factory.WEEKS) if life["since"] <= factory.back(7 * week)]
        rows["churn_weeks"] += [_week(lives, life, week, is_unknown=index == 3) for week in weeks]
        rows["churn_factors"] += [_factor(life, one, "frozen" if index == 5 else "present") for one in counting]
        rows["churn_flags"] += _flags(life, counting)
        rows["plays"] += _plays(lives, life, counting)
    rows["churn_factors"] += [_unknown(people[3])] if len(people) > 3 else []
    rows["churn_changes"] = [
        {
            "account_id": one["account_id"],
            "horizon": "1w",
            "factor": "billing_questions",
            "change": one["churn_risk_change_1w"],
        }
        for one in rows["churn_weeks"]
        if one["week_ending_on"] == factory.AS_OF and one["churn_risk_change_1w"]
    ]
    rows["alerts"] = _alerts(rows["churn_weeks"], people)
    rows["actions"] = [
        action for play in rows["plays"] if play["outcome"] == "open" for action in _actions(play, people)
    ]
    rows["red_list"] = [row for week in (1, 0) for row in _red_list(lives, people, week)]
    rows["red_list_record"] = _record()
    rows["play_success"] = _success(rows["plays"])
    return {name: pl.DataFrame(table, schema=SCHEMAS[name], orient="row") for name, table in rows.items()}


def factors_of(lives: "factory.Lives", life: Row, week: int) -> list[tuple[str, str, int, float, str]]:
    """The factors that count in a week: more of them the lower the health score."""
    score = lives.score(life, week)
    return [one for one, limit in zip(SENTENCES, (52, 58, 64, 75, 70, 48), strict=True) if score < limit]


def band_of(points: int) -> str:
    """The band of so many points."""
    return "red" if points >= 61 else "orange" if points >= 41 else "yellow" if points >= 21 else "green"


def _points(lives: "factory.Lives", life: Row, week: int) -> int:
    return sum(one[2] for one in factors_of(lives, life, week))


def _week(lives: "factory.Lives", life: Row, week: int, *, is_unknown: bool) -> Row:
    points = _points(lives, life, week)
    return {
        "account_id": life["account_id"],
        "week_ending_on": factory.back(7 * week),
        "churn_risk_points": points,
        "points_sum": points,
        "own_band": band_of(points),
        "churn_risk_band": band_of(points),
        "churn_risk_unknown_count": int(is_unknown),
        "dau_pct": round(max(2.0, lives.score(life, week) - 35), 2),
        "churn_risk_change_1w": points - _points(lives, life, week + 1),
        "churn_risk_change_4w": points - _points(lives, life, week + 4),
        "churn_risk_entered_on": factory.back(7 * week + 21),
    }


def _factor(life: Row, one: tuple[str, str, int, float, str], state: str) -> Row:
    return {
        "account_id": life["account_id"],
        "family": one[0],
        "factor": one[1],
        "points": one[2],
        "state": state,
        "value": one[3],
        "evidence": one[4],
        "since_on": factory.back(35),
        "measured_on": factory.back(14) if state == "frozen" else factory.AS_OF,
    }


def _unknown(life: Row) -> Row:
    return {
        "account_id": life["account_id"],
        "family": "engagement",
        "factor": "training_under_30",
        "points": 0,
        "state": "unknown",
        "value": None,
        "evidence": "no trainings on file",
        "since_on": None,
        "measured_on": None,
    }


def _flags(life: Row, counting: list[tuple[str, str, int, float, str]]) -> list[Row]:
    names = {one[1] for one in counting}
    up = [("red", "dau_under_10", 1), ("red", "nps_detractor", 1), ("yellow", "no_expansion_identified", 7)]
    return [
        {
            "account_id": life["account_id"],
            "colour": colour,
            "flag": flag,
            "raised_on": factory.back(5),
            "act_by_on": factory.back(5 - days),
        }
        for colour, flag, days in up
        if flag in names
    ]


def _plays(lives: "factory.Lives", life: Row, counting: list[tuple[str, str, int, float, str]]) -> list[Row]:
    band = band_of(_points(lives, life, 0))
    first = counting[0] if counting else SENTENCES[0]
    past = _play(life, "risk_yellow", factory.back(120), factory.back(100), first)
    now = [_play(life, f"risk_{band}", factory.back(4), None, first)] if band != "green" else []
    return [past, *now]


def _play(life: Row, play: str, started: date, left: date | None, first: tuple[str, str, int, float, str]) -> Row:
    is_lucky = int(life["account_id"][1:]) % 3 > 0
    return {
        "account_id": life["account_id"],
        "play": play,
        "subject": "",
        "started_on": started,
        "left_on": left,
        "ended": None if left is None else "better" if is_lucky else "worse",
        "driver": first[1],
        "driver_value": first[3],
        "target_on": started + timedelta(days=42),
        "outcome": "open" if left is None else "worked" if is_lucky else "did_not_work",
    }


def _success(plays: list[Row]) -> list[Row]:
    rows = []
    for play in sorted({one["play"] for one in plays}):
        ends = [one["outcome"] for one in plays if one["play"] == play]
        worked, failed = ends.count("worked"), ends.count("did_not_work")
        rows.append(
            {
                "play": play,
                "started_count": len(ends),
                "open_count": ends.count("open"),
                "worked_count": worked,
                "did_not_work_count": failed,
                "moot_count": 0,
                "success_pct": 100 * worked / (worked + failed) if worked + failed else None,
            }
        )
    return rows


def _actions(play: Row, people: list[Row]) -> list[Row]:
    life = next(one for one in people if one["account_id"] == play["account_id"])
    asked = (
        (
            "Find out with the admin why the seats are idle, and relaunch two teams",
            "csm",
            life["csm"],
            -2,
            "in_progress",
        ),
        ("Call the sponsor", "csm_manager", "Mara Voss", 3, "open"),
    )
    return [
        {
            "action_id": _hashed(play["account_id"], play["play"], title),
            "account_id": play["account_id"],
            "play": play["play"],
            "title": title,
            "owner_role": role,
            "owner": owner,
            "due_on": factory.AS_OF + timedelta(days=days),
            "status": status,
            "driver": play["driver"],
            "driver_value": play["driver_value"],
            "started_on": play["started_on"],
            "completed_on": None,
            "progress_pct": 50.0 if status == "in_progress" else 0.0,
            "outcome": "open",
            "done_when": "It has been done.",
            "target": "Churn risk yellow or better within 6 weeks",
            "target_on": play["target_on"],
            "task_id": None,
            "task_match": None,
        }
        for title, role, owner, days, status in asked
    ]


def _alerts(weeks: list[Row], people: list[Row]) -> list[Row]:
    csms = {life["account_id"]: life["csm"] for life in people}
    rows = [
        _alert(one["account_id"], f"churn_risk_{one['churn_risk_band']}", one, csms[one["account_id"]])
        for one in weeks
        if one["week_ending_on"] >= factory.back(14)
        and one["churn_risk_change_1w"] > 0
        and one["churn_risk_band"] != "green"
    ]
    first = people[0]["account_id"]
    rows.append(
        {
            "alert_id": _hashed(first, "enters_at_risk"),
            "account_id": first,
            "rule": "enters_at_risk",
            "severity": "warning",
            "raised_on": factory.back(10),
            "message": "Health went from watch to at risk.",
            "recipients": people[0]["csm"],
        }
    )
    rows.append(
        {
            "alert_id": _hashed(first, "critical_technical_ticket", "T1"),
            "account_id": first,
            "rule": "critical_technical_ticket",
            "severity": "critical",
            "raised_on": factory.back(2),
            "message": "P0 ticket T1: exports <fail> & nothing loads.",
            "recipients": "Anna Okafor; Mara Voss",
        }
    )
    rows.append(
        {
            "alert_id": _hashed("", "feed_lost", "invoices"),
            "account_id": None,
            "rule": "feed_lost",
            "severity": "critical",
            "raised_on": factory.AS_OF,
            "message": "The feed invoices is late; alerts that depend on scores wait for it.",
            "recipients": "",
        }
    )
    return sorted(rows, key=lambda row: (row["raised_on"], row["severity"], row["rule"], row["account_id"] or ""))


def _alert(account: str, rule: str, week: Row, csm: str) -> Row:
    severity = {"churn_risk_yellow": "info", "churn_risk_orange": "warning"}.get(rule, "critical")
    return {
        "alert_id": _hashed(account, rule, str(week["week_ending_on"])),
        "account_id": account,
        "rule": rule,
        "severity": severity,
        "raised_on": week["week_ending_on"],
        "message": f"Churn risk went up to {week['churn_risk_points']} points.",
        "recipients": csm,
    }


def _red_list(lives: "factory.Lives", people: list[Row], week: int) -> list[Row]:
    """The accounts in trouble in a week by expected loss, as many as fit."""
    rows = []
    for life in people:
        score, points = lives.score(life, week), _points(lives, life, week)
        if score >= 60 and points < 41:
            continue
        loss = {"healthy": 5.0, "watch": 25.0, "at_risk": 55.0, "critical": 75.0}[factory.band_of(score)]
        arr = life["arr"] * (1 - 0.002 * week)
        rows.append(
            {
                "week_ending_on": factory.back(7 * week),
                "rank": 0,
                "account_id": life["account_id"],
                "arr": factory.cents(arr),
                "decision_on": life["renewal"] - timedelta(days=30),
                "loss_pct": loss,
                "expected_loss": round(loss / 100 * arr / 2, 2),
                "health_band": factory.band_of(score),
                "churn_risk_band": band_of(points),
                "followed": None if week == 0 else _became(lives, life),
            }
        )
    rows.sort(key=lambda row: (-row["expected_loss"], row["account_id"]))
    return [{**row, "rank": rank} for rank, row in enumerate(rows[:CAPACITY], start=1)]


def _became(lives: "factory.Lives", life: Row) -> str:
    moved = _points(lives, life, 0) - _points(lives, life, 1)
    return "worse" if moved > 0 else "better" if moved < 0 else "same"


def _record() -> list[Row]:
    counts = (("2026-02-01", 2, 1, 1, 1), ("2026-04-01", 1, 1, 2, 0), ("2026-06-01", 0, 0, 1, 0))
    return [
        {
            "month_on": date.fromisoformat(month),
            "lost_count": lost,
            "named_count": named,
            "renewed_count": renewed,
            "listed_lost_count": gone,
            "detection_pct": 100 * named / lost if lost else None,
            "save_pct": 100 * renewed / (renewed + gone),
        }
        for month, lost, named, renewed, gone in counts
    ]


def _hashed(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
