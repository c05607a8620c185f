"""A company that does not exist: the frames of a Book and its Scores with the columns of the marts, from a seed.

Forty accounts with lives plausible enough that every block of every report has something to say.
"""

import math
import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.golden import risk
from tests.golden.days import AS_OF, back, cents
from tests.golden.delivery import delivery_rows

WEEKS = 60
CSMS = ("Anna Okafor", "Björn Lindqvist", "Carla Mendes", "Dev Patel")
HEADS = [
    "Alder",
    "Birch",
    "Cedar",
    "Dune",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Iris",
    "Juniper",
    "Kestrel",
    "Larch",
    "Maple",
    "North",
    "Orchid",
    "Pine",
    "Quill",
    "Reed",
    "Sable",
    "Thorn",
]
TAILS = ("Logistics", "Foods")
INDUSTRIES = ("Retail", "Manufacturing", "Healthcare", "Fintech")
REGIONS = ("NA", "EU", "APAC")
FEATURES = ("dashboards", "alerts", "exports", "api", "workflows", "forecasts", "audit_log", "mobile")
COMPONENTS = {
    "usage": (("login_days", 8.75), ("feature_adoption_pct", 8.75), ("usage_depth", 8.75), ("usage_trend", 8.75)),
    "engagement": (
        ("tickets", 6.25),
        ("training_pct", 6.25),
        ("meeting_attendance_pct", 6.25),
        ("event_attendance", 6.25),
    ),
    "business": (
        ("late_payments", 6.25),
        ("contract_status", 6.25),
        ("stakeholder_changes", 6.25),
        ("strategic_alignment", 6.25),
    ),
    "sentiment": (("csat", 5.0), ("nps_group", 5.0), ("tone", 5.0)),
}
FEEDS = (
    "accounts",
    "contracts",
    "usage",
    "tickets",
    "survey_responses",
    "invoices",
    "activities",
    "trainings",
    "goals",
)
MONEY = pl.Decimal(18, 2)


def tier_of(arr: float) -> str:
    """The tier that an ARR falls in."""
    return "enterprise" if arr > 100_000 else "mid_market" if arr >= 25_000 else "starter"


def band_of(score: float) -> str:
    """The band of a score."""
    return "healthy" if score >= 80 else "watch" if score >= 60 else "at_risk" if score >= 40 else "critical"


class Lives:
    """Every account's hidden course: when it came, what it pays, how it fares in each week."""

    def __init__(self, seed: int, count: int) -> None:
        self.dice = random.Random(seed)
        self.people = [self._life(index, count) for index in range(count)]

    def _life(self, index: int, count: int) -> dict[str, Any]:
        dice = self.dice
        arr = round(math.exp(dice.gauss(10.8, 0.9)), -2)
        since = back(dice.randint(120, 1400) if index else 45)
        churned = back(dice.randint(10, 300)) if index % 9 == 4 else None
        return {
            "account_id": f"A{index:03d}",
            "account_name": f"{HEADS[index % len(HEADS)]} {TAILS[index // len(HEADS) % len(TAILS)]}",
            "arr": arr,
            "since": since,
            "churned": churned if churned and churned > since else None,
            "level": dice.uniform(38, 95),
            "slope": dice.choice((-0.5, -0.15, 0.0, 0.1, 0.2)),
            "csm": CSMS[index % 4],
            "segment": {"enterprise": "enterprise", "mid_market": "mid_market", "starter": "smb"}[tier_of(arr)],
            "seats": max(5, int(arr / 900)),
            "renewal": AS_OF + timedelta(days=dice.randint(3, 360)),
            "phase": dice.uniform(0, 6),
        }

    def score(self, life: dict[str, Any], weeks_ago: int) -> float:
        """The health score so many weeks ago."""
        wave = 4 * math.sin(life["phase"] + weeks_ago / 5)
        return round(min(99.5, max(12.0, life["level"] + life["slope"] * (20 - weeks_ago) + wave)), 6)


def account_rows(lives: Lives) -> list[dict[str, Any]]:
    """marts.accounts."""
    rows = []
    for index, life in enumerate(lives.people):
        gone = life["churned"]
        arr = None if gone else cents(life["arr"])
        rows.append(
            {
                "account_id": life["account_id"],
                "account_name": life["account_name"],
                "domain": f"{life['account_name'].split()[0].lower()}.example",
                "record_url": f"https://crm.example/{life['account_id']}",
                "parent_account_id": None,
                "industry": INDUSTRIES[index % 4],
                "region": REGIONS[index % 3],
                "country": None,
                "employees": 200,
                "segment": life["segment"],
                "tier": tier_of(life["arr"]) if not gone else "starter",
                "status": "churned" if gone else "onboarding" if index == 0 else "active",
                "csm": life["csm"],
                "csm_email": None,
                "csm_manager": "Mara Voss",
                "account_executive": "Eli Stone",
                "executive_sponsor": "Jonas Weir",
                "technical_lead": None,
                "currency": "USD",
                "customer_since_on": life["since"],
                "next_review_on": None if index % 5 == 0 else AS_OF + timedelta(days=index * 7 % 90 - 15),
                "expansion_potential": cents(life["arr"] * 0.2),
                "use_case": "Reporting",
                "plan": "Professional",
                "seats": life["seats"],
                "strategic_alignment": "aligned",
                "is_strategic": index % 11 == 0,
                "is_advocate": False,
                "last_health_check_on": None,
                "lifecycle_stage": "churned" if gone else "growth",
                "arr": arr,
                "arr_pending": None if gone else cents(0),
                "is_scored": gone is None,
                "renewal_on": None if gone else life["renewal"],
                "days_to_renewal": None if gone else (life["renewal"] - AS_OF).days,
                "last_touch_on": back(index % 40),
                "last_executive_touch_on": back(60 + index),
                "last_qbr_on": back(30 + index * 9 % 200),
                "open_ticket_count": index % 3,
                "open_p0_p1": 1 if index % 8 == 0 else 0,
                "next_action": "Agree the training plan" if index % 3 else None,
                "next_action_on": AS_OF + timedelta(days=index % 20 - 4) if index % 3 else None,
                "next_action_owner": life["csm"] if index % 3 else None,
                "expansion_pipeline": cents(12000) if index % 6 == 2 and not gone else cents(0),
                "churned_on": gone,
                "churn_reason": ("pricing", "product_fit", "service")[index % 3] if gone else None,
                "churned_arr": cents(life["arr"]) if gone else None,
            }
        )
    return rows


def week_rows(lives: Lives) -> list[dict[str, Any]]:
    """marts.account_weeks."""
    rows = []
    for life in lives.people:
        for week in range(WEEKS):
            on = back(7 * week)
            alive = life["since"] <= on and (life["churned"] is None or on < life["churned"])
            score = lives.score(life, week)
            users = life["seats"] * score / 130
            rows.append(
                {
                    "account_id": life["account_id"],
                    "week_ending_on": on,
                    "is_scored": alive,
                    "arr": cents(life["arr"] * (1 - 0.002 * week)) if alive else cents(0),
                    "arr_pending": cents(0),
                    "tier": tier_of(life["arr"]),
                    "segment": life["segment"],
                    "csm": life["csm"],
                    "region": REGIONS[0],
                    "industry": INDUSTRIES[0],
                    "status": "active" if alive else "churned",
                    "plan": "Professional",
                    "strategic_alignment": "aligned",
                    "is_backfilled": True,
                    "seats": life["seats"],
                    "login_day_count_30d": min(30, int(score / 3.4)) if alive else 0,
                    "login_business_day_count_30d": min(21, int(score / 4.5)) if alive else 0,
                    "user_day_count_30d": int(users * 20) if alive else 0,
                    "event_count_30d": int(users * 400) if alive else 0,
                    "event_count_prior_30d": int(users * 390) if alive else 0,
                    "feature_used_count_30d": min(8, int(score / 12)) if alive else 0,
                    "feature_available_count": 8,
                    "ticket_created_count_90d": int((100 - score) / 9),
                    "ticket_created_count_30d": int((100 - score) / 25),
                    "csat_score_sum_90d": int(8 * (2.4 + score / 40)) // 2 if alive else 0,
                    "csat_answer_count_90d": 4 if alive else 0,
                    "open_ticket_count": 1,
                    "open_p0_p1_count": 0,
                    "open_p0_over_48h_count": 0,
                    "training_assigned_count": 6,
                    "training_completed_count": int(score / 17),
                    "meeting_held_count_90d": 4,
                    "meeting_attended_count_90d": 3,
                    "webinar_count": 1,
                    "webinar_attended_count_90d": 1,
                    "sentiment_sum_90d": 1,
                    "sentiment_count_90d": 3,
                    "touch_count_30d": 3,
                    "proactive_touch_count_30d": 2,
                    "invoice_due_count_12m": 12,
                    "invoice_late_count_12m": 1,
                    "contract_in_force_count": 1 if alive else 0,
                    "contract_ending_90d_count": 0,
                    "contract_notice_count": 0,
                    "contact_count": 4,
                    "stakeholder_departed_count_180d": 0,
                    "stakeholder_departed_count_90d": 0,
                    "nps_respondent_count_180d": 2,
                    "nps_score_sum_180d": 15,
                }
            )
    return rows


def month_rows(lives: Lives) -> list[dict[str, Any]]:
    """marts.account_months."""
    rows = []
    for life in lives.people:
        for shift in range(40):
            index = AS_OF.year * 12 + AS_OF.month - 1 - shift
            on = date(index // 12, index % 12 + 1, 1)
            following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
            stated = min(AS_OF, following - timedelta(days=1))
            if stated < life["since"] or (life["churned"] and stated >= life["churned"]):
                continue
            score = lives.score(life, shift * 4)
            users = life["seats"] * score / 130
            rows.append(
                {
                    "account_id": life["account_id"],
                    "month_on": on,
                    "stated_on": stated,
                    "arr": cents(life["arr"] * (1 - 0.008 * shift)),
                    "arr_pending": cents(0),
                    "login_day_count": int(score / 3.4),
                    "user_day_count": int(users * 20),
                    "event_count": int(users * 400),
                    "ticket_created_count": int((100 - score) / 25),
                    "ticket_solved_count": int((100 - score) / 26),
                    "csat_score_sum": int(2 * (2.4 + score / 40)),
                    "csat_answer_count": 2,
                }
            )
    return rows


def contract_rows(lives: Lives) -> list[dict[str, Any]]:
    """marts.contracts: the running term of each account."""
    rows = []
    for life in lives.people:
        ends = (life["churned"] or life["renewal"]) - timedelta(days=1)
        is_running = ends >= AS_OF
        rows.append(
            {
                "contract_id": "C" + life["account_id"],
                "account_id": life["account_id"],
                "product": "Core",
                "starts_on": ends - timedelta(days=364),
                "ends_on": ends,
                "renewal_on": ends + timedelta(days=1),
                "decision_on": ends - timedelta(days=29),
                "arr_local": cents(life["arr"]),
                "currency": "USD",
                "arr": cents(life["arr"]),
                "seats": life["seats"],
                "billing_period": "annual",
                "auto_renew": True,
                "notice_days": 30,
                "status": "active" if is_running else "expired",
                "signed_on": ends - timedelta(days=380),
                "cancelled_on": None,
                "churn_reason": None,
                "price_increase_pct": None,
                "is_in_force": is_running,
                "is_past_due": False,
                "has_signed_successor": False,
                "successor_contract_id": None,
            }
        )
    return rows


def voice_rows(lives: Lives) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """marts.nps_answers and marts.nps_waves."""
    answers, waves = [], []
    for number, wave in enumerate(("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")):
        on = back(28 + 91 * (4 - number))
        for life in lives.people:
            if life["since"] > on or (life["churned"] and life["churned"] <= on):
                continue
            scores = [
                min(10, max(0, round(lives.score(life, 4 * (4 - number)) / 10 + lives.dice.uniform(-1, 2))))
                for _ in range(2)
            ]
            for person, score in enumerate(scores):
                answers.append(
                    {
                        "response_id": f"{wave}-{life['account_id']}-{person}",
                        "account_id": life["account_id"],
                        "respondent_id": f"P{person}",
                        "wave": wave,
                        "responded_on": on,
                        "score": float(score),
                        "comment": "Setup was quick and the team answers."
                        if score > 8
                        else "Exports are too slow for us.",
                        "reasons": "support; ease of use",
                        "renewal_intent": "likely",
                        "follow_up_consent": person == 0,
                        "is_anonymous": False,
                    }
                )
            waves.append(
                {
                    "wave": wave,
                    "account_id": life["account_id"],
                    "invited_count": 4,
                    "answered_count": 2,
                    "promoter_count": sum(score >= 9 for score in scores),
                    "passive_count": sum(7 <= score < 9 for score in scores),
                    "detractor_count": sum(score < 7 for score in scores),
                    "first_on": on,
                    "last_on": on,
                }
            )
    return answers, waves


def ticket_rows(lives: Lives) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """marts.open_tickets and marts.recent_tickets."""
    open_rows, recent = [], []
    for index, life in enumerate(lives.people):
        for turn in range(1 + index % 9):
            created = back(3 + turn * 37 + index % 5)
            is_open = turn == 0 and index % 3 == 0
            shared = {
                "ticket_id": f"T{index}-{turn}",
                "account_id": life["account_id"],
                "subject": ("Import stops at row 20,000", "Invoice shows the old address", "How do I share a view?")[
                    turn % 3
                ],
                "category": ("technical", "billing", "how_to")[turn % 3],
                "priority": "p1" if index % 8 == 0 and turn == 0 else "p2",
                "status": "open" if is_open else "solved",
                "created_on": created,
            }
            if is_open:
                open_rows.append(
                    {
                        **shared,
                        "age_days": (AS_OF - created).days,
                        "assignee": "Support",
                        "is_escalated": index % 8 == 0,
                        "record_url": None,
                    }
                )
            solved = None if is_open else created + timedelta(days=2)
            recent.append(
                {
                    **shared,
                    "solved_on": solved,
                    "csat": None if is_open else 3 + turn % 3,
                    "first_response_minutes": 45.0 + turn,
                    "resolution_minutes": None if is_open else 2880.0 + turn,
                }
            )
    return open_rows, recent


def usage_rows(lives: Lives) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """marts.usage_weeks and marts.account_features."""
    weeks, features = [], []
    for life in lives.people:
        if life["churned"]:
            continue
        for week in range(53):
            score = lives.score(life, week)
            users = max(1, int(life["seats"] * score / 120))
            weeks.append(
                {
                    "account_id": life["account_id"],
                    "week_ending_on": back(7 * week),
                    "active_user_peak": users,
                    "user_day_count": users * 4,
                    "event_count": users * 80,
                }
            )
        for rank, feature in enumerate(FEATURES):
            used = rank < lives.score(life, 0) / 12
            features.append(
                {
                    "account_id": life["account_id"],
                    "feature": feature,
                    "feature_name": feature.replace("_", " ").capitalize(),
                    "area": "Analysis" if rank % 2 else "Core",
                    "is_in_plan": rank < 7,
                    "used_day_count_90d": 60 - 7 * rank if used else 0,
                    "event_count_90d": 4000 - 500 * rank if used else 0,
                    "user_day_count_90d": 300 - 40 * rank if used else 0,
                    "last_used_on": back(rank) if used else None,
                }
            )
    return weeks, features


SCHEMAS: dict[str, dict[str, Any]] = {
    "signals": {
        "signal_id": pl.String,
        "account_id": pl.String,
        "kind": pl.String,
        "occurred_on": pl.Date,
        "resolved_on": pl.Date,
        "note": pl.String,
        "source": pl.String,
    },
    "incidents_recent": {
        "incident_id": pl.String,
        "account_id": pl.String,
        "started_at": pl.Datetime("us", "UTC"),
        "ended_at": pl.Datetime("us", "UTC"),
        "severity": pl.String,
        "summary": pl.String,
    },
}


def feed_rows() -> list[dict[str, Any]]:
    """marts.feed_weeks at the book's date: usage fresh, invoices late, trainings missing."""
    rows = []
    for feed in FEEDS:
        state = {"trainings": "missing", "invoices": "late"}.get(feed, "fresh")
        rows.append(
            {
                "feed": feed,
                "week_ending_on": AS_OF,
                "is_expected": feed != "goals",
                "has_rows": state != "missing",
                "first_on": back(900) if state != "missing" else None,
                "newest_on": {"missing": None, "late": back(50)}.get(state, back(1)),
                "age_days": {"missing": None, "late": 50}.get(state, 1),
                "max_age_days": 45,
                "max_stale_days": 90,
                "state": state,
                "window_ends_on": back(1) if feed == "usage" else None,
            }
        )
    return rows


def book_frames(seed: int = 7, count: int = 40) -> dict[str, pl.DataFrame]:
    """Every mart as a frame."""
    lives = Lives(seed, count)
    answers, waves = voice_rows(lives)
    open_tickets, recent_tickets = ticket_rows(lives)
    usage_weeks, features = usage_rows(lives)
    rows: dict[str, list[dict[str, Any]]] = {
        "weeks": [
            {"week_ending_on": back(7 * week), "business_day_count_30d": 21, "is_latest": week == 0}
            for week in range(WEEKS)
        ],
        "feed_weeks": feed_rows(),
        "accounts": account_rows(lives),
        "account_weeks": week_rows(lives),
        "contracts": contract_rows(lives),
        "account_months": month_rows(lives),
        "account_features": features,
        "usage_weeks": usage_weeks,
        "nps_answers": answers,
        "nps_waves": waves,
        "open_tickets": open_tickets,
        "recent_tickets": recent_tickets,
        **delivery_rows(lives.people),
        **{name: [] for name in SCHEMAS},
    }
    return {name: _frame(table, SCHEMAS.get(name, {})) for name, table in rows.items()}


def score_frames(seed: int = 7, count: int = 40) -> dict[str, pl.DataFrame]:
    """scores.*: a score per scored week, components at three dates whose points sum to it, and what changed."""
    lives = Lives(seed, count)
    weeks, parts, changes, lifts = [], [], [], []
    for index, life in enumerate(lives.people):
        if life["churned"]:
            continue
        for week in range(WEEKS):
            if life["since"] > back(7 * week):
                continue
            weeks.append(_score_row(lives, life, week, is_thin=index == 7))
        for week in (0, 1, 4):
            parts += _component_rows(lives, life, week)
        for horizon, week in (("1w", 1), ("4w", 4)):
            moved = lives.score(life, 0) - lives.score(life, week)
            for component, part in (("login_days", 0.6), ("tickets", 0.4)):
                row = {
                    "account_id": life["account_id"],
                    "horizon": horizon,
                    "component": component,
                    "change": moved * part,
                }
                changes.append(row)
        lifts.append(
            {
                "account_id": life["account_id"],
                "rank": 1,
                "component": "training_pct",
                "from_value": 50.0,
                "to_value_text": "100%",
                "gain_points": 3.75,
                "to_band": band_of(lives.score(life, 0) + 3.75),
            }
        )
    named = {"health_weeks": weeks, "health_components": parts, "health_changes": changes, "health_lifts": lifts}
    return {name: _frame(table, {}) for name, table in named.items()} | risk.frames(lives)


def _score_row(lives: Lives, life: Mapping[str, Any], week: int, is_thin: bool) -> dict[str, Any]:
    score = lives.score(dict(life), week)
    band = "insufficient_data" if is_thin else band_of(score)
    moved = score - lives.score(dict(life), week + 4)
    return {
        "account_id": life["account_id"],
        "week_ending_on": back(7 * week),
        "is_complete": True,
        "health_score": score,
        "health_coverage_pct": 62.0 if is_thin else 93.75,
        "health_band": band,
        "health_band_computed": band,
        "own_band": band_of(score),
        "floor": None,
        "last_known_band": band_of(score) if is_thin else None,
        "last_known_band_on": back(70) if is_thin else None,
        "health_trend": "improving" if moved > 5 else "declining" if moved < -5 else "stable",
        "health_change_1w": round(score - lives.score(dict(life), week + 1), 6),
        "health_change_4w": round(moved, 6),
    }


def _component_rows(lives: Lives, life: Mapping[str, Any], week: int) -> list[dict[str, Any]]:
    score = lives.score(dict(life), week)
    rows = []
    for category, parts in COMPONENTS.items():
        for component, weight in parts:
            share = weight / 100
            rows.append(
                {
                    "account_id": life["account_id"],
                    "week_ending_on": back(7 * week),
                    "category": category,
                    "component": component,
                    "value": float(round(score / 4)),
                    "value_text": str(round(score / 4)),
                    "score": score,
                    "weight_pct": weight,
                    "points": score * share,
                    "state": "present",
                    "measured_on": back(7 * week),
                    "is_backfilled": False,
                }
            )
    return rows


def _frame(rows: list[dict[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=dict(schema))
    frame = pl.DataFrame(rows, infer_schema_length=None)
    decimals = [name for name, dtype in frame.schema.items() if dtype.base_type() is pl.Decimal]
    return frame.with_columns(pl.col(decimals).cast(MONEY))
