"""Alerts: once per crossing, to the right people, and none while a feed is broken."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.book import ALERT_EVENTS, Book
from pipeline.scoring.alerts import Heard, alerts
from pipeline.workspace import as_settings
from tests.rules.books import AS_OF, shipped_policy

PEOPLE = {"cs_manager": "Mara", "vp_customer_success": "Vera", "ceo": "Cleo", "cto": "Tom", "ops_analyst": "Olga"}
SETTINGS = as_settings({"company": {"name": "Example", "week_ends_on": "friday"}, "people": PEOPLE})


@dataclass
class Weeks:
    """Scores of accounts in consecutive weeks, the last one ending at `until`."""

    until: date = AS_OF
    rows: list[dict[str, Any]] = field(default_factory=list)
    flags: list[dict[str, Any]] = field(default_factory=list)
    feeds: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def account(self, name: str, *weeks: dict[str, Any]) -> "Weeks":
        """One row per week, healthy and green but for what is said; None leaves a week out."""
        score = None
        for ago, said in zip(range(len(weeks) - 1, -1, -1), weeks, strict=True):
            row = {"health_band": "healthy", "health_score": 90.0, "churn_risk_band": "green", "churn_risk_points": 0}
            row |= {
                "health_trend": "stable",
                "is_complete": True,
                "last_known_band": "healthy",
                "health_change_4w": 0.0,
            }
            row |= {"account_id": name, "week_ending_on": self.until - timedelta(weeks=ago)} | said
            row["health_change_1w"] = None if score is None else row["health_score"] - score
            score = row["health_score"]
            self.rows.append(row)
            self.feeds.append({"feed": "usage", "week_ending_on": row["week_ending_on"], "state": "fresh"})
        return self

    def told(self) -> pl.DataFrame:
        """The alerts of all weeks."""
        rows = pl.DataFrame(self.rows, infer_schema_length=None)
        names = rows.select("account_id").unique().sort("account_id").with_columns(csm=pl.lit("Cem"))
        feeds = pl.DataFrame(self.feeds).unique(["feed", "week_ending_on"], keep="last", maintain_order=True)
        weeks = feeds.select("week_ending_on").unique()
        frames = {
            "weeks": weeks,
            "feed_weeks": feeds.with_columns(is_expected=pl.lit(True)),
            "accounts": names.with_columns(csm_manager=pl.lit(None, pl.String), account_executive=pl.lit("Ada")),
            "account_weeks": rows.select("account_id", "week_ending_on"),
            "alert_events": pl.DataFrame(self.events, schema=ALERT_EVENTS),
        }
        flags = {"account_id": pl.String, "week_ending_on": pl.Date, "factor": pl.String}
        churn = rows.select("account_id", "week_ending_on", "churn_risk_band", "churn_risk_points")
        heard = Heard(rows.drop("churn_risk_band", "churn_risk_points"), churn, pl.DataFrame(self.flags, schema=flags))
        policy = shipped_policy()
        book = Book.from_frames(self.until, SETTINGS, frames)
        return alerts(book, heard, policy.alerts, policy.churn_risk, SETTINGS)

    def rules(self) -> list[tuple[str, int]]:
        """Rule and how many weeks ago, oldest first."""
        told = self.told().select("rule", ago=(pl.lit(self.until) - pl.col("raised_on")).dt.total_days() // 7)
        return [(rule, int(ago)) for rule, ago in told.iter_rows()]


def band(name: str, **more: Any) -> dict[str, Any]:
    return {"health_band": name, "last_known_band": name} | more


OK: dict[str, Any] = {}


def test_an_alert_is_raised_when_a_band_is_entered_and_not_while_it_lasts():
    weeks = Weeks().account("a", OK, band("at_risk"), band("at_risk"), band("critical"), band("critical"))
    assert weeks.rules() == [("enters_at_risk", 3), ("enters_critical", 1)]


def test_getting_better_is_no_alert_and_falling_again_is_a_new_one():
    weeks = Weeks().account("a", OK, band("critical"), band("at_risk"), OK, band("at_risk"))
    assert weeks.rules() == [("enters_critical", 3), ("enters_at_risk", 0)]


def test_a_state_that_stood_in_the_first_week_known_is_not_an_alert():
    assert Weeks().account("a", band("critical"), band("critical")).rules() == []


def test_a_new_customer_who_starts_at_risk_is_an_alert():
    weeks = Weeks().account("old", OK, OK, OK).account("new", band("at_risk"))
    assert weeks.rules() == [("enters_at_risk", 0)]


def test_insufficient_data_goes_by_the_last_known_band():
    unknown = {"health_band": "insufficient_data", "last_known_band": "at_risk"}
    assert Weeks().account("a", OK, band("at_risk"), unknown, band("at_risk")).rules() == [("enters_at_risk", 2)]


def test_a_score_that_falls_over_15_points_in_7_days():
    peers = Weeks()
    for number in range(9):
        peers.account(f"peer{number}", OK, OK)
    fallen = peers.account("a", OK, {"health_score": 75.0}).account("b", OK, {"health_score": 74.9})
    assert fallen.told()["rule"].to_list() == ["fleet_shift"]
    for number in range(9, 12):
        peers.account(f"peer{number}", OK, OK)
    assert [(row["rule"], row["account_id"]) for row in fallen.told().to_dicts()] == [("score_fell", "b")]


def test_churn_risk_that_worsens_tells_more_people_the_worse_it_is():
    def risk(name: str) -> dict[str, Any]:
        return {"churn_risk_band": name, "churn_risk_points": 50}

    told = Weeks().account("a", OK, risk("yellow"), risk("orange"), risk("red"), risk("yellow")).told()
    assert told.select("rule", "recipients").rows() == [
        ("churn_risk_yellow", "Cem"),
        ("churn_risk_orange", "Cem; Vera"),
        ("churn_risk_red", "Cem; Vera; Cleo"),
    ]


def test_each_red_flag_speaks_once_while_it_is_up():
    weeks = Weeks().account("a", OK, OK, OK, OK)
    weeks.flags = [
        {"account_id": "a", "week_ending_on": AS_OF - timedelta(weeks=ago), "factor": "dau_under_10"} for ago in (2, 1)
    ]
    weeks.flags.append({"account_id": "a", "week_ending_on": AS_OF, "factor": "downtime_over_5_hours"})
    assert weeks.rules() == [("red_flag", 2), ("red_flag", 0)]


def test_a_fleet_shift_holds_score_alerts_back_and_what_stays_is_told_when_it_is_over():
    fallen = band("critical", health_score=30.0)
    weeks = Weeks().account("real", OK, fallen, fallen, fallen)
    for number in range(5):
        weeks.account(f"a{number}", OK, fallen, OK, OK)
    assert weeks.told().select("rule", "account_id").rows() == [("fleet_shift", None), ("enters_critical", "real")]
    assert weeks.rules() == [("fleet_shift", 2), ("enters_critical", 0)]


def test_score_alerts_wait_while_an_expected_feed_is_lost_and_the_analyst_is_told_once():
    weeks = Weeks().account("a", OK, band("critical"), band("critical"), band("critical"))
    for ago in (2, 1):
        weeks.feeds.append({"feed": "usage", "week_ending_on": AS_OF - timedelta(weeks=ago), "state": "stale"})
    told = weeks.told()
    assert told.select("rule", "recipients").rows() == [("feed_lost", "Olga"), ("enters_critical", "Cem; Mara; Vera")]
    assert weeks.rules() == [("feed_lost", 2), ("enters_critical", 0)]


def test_incomplete_weeks_raise_nothing_and_are_no_week_to_compare_with():
    weeks = Weeks().account("a", band("critical", is_complete=False), band("critical"), band("critical"))
    assert weeks.rules() == []


def test_an_event_is_told_on_its_day_to_the_people_of_its_rule():
    weeks = Weeks().account("a", OK, OK)
    weeks.events = [
        {"account_id": "a", "rule": "security_incident", "subject_id": "T1", "happened_on": AS_OF, "detail": "keys"},
        {"account_id": "a", "rule": "milestone_overdue", "subject_id": "M1", "happened_on": AS_OF, "owner": "Otto"},
        {"account_id": "a", "rule": "milestone_overdue", "subject_id": "M2", "happened_on": AS_OF},
    ]
    told = weeks.told()
    assert told.select("rule", "recipients").sort("recipients").rows() == [
        ("milestone_overdue", "Cem"),
        ("milestone_overdue", "Otto"),
        ("security_incident", "Tom; Cem"),
    ]


def test_a_run_on_another_weekday_gives_the_same_id_within_the_calendar_week():
    friday = Weeks().account("a", OK, band("critical")).told()["alert_id"].to_list()
    wednesday = Weeks(until=AS_OF - timedelta(days=2)).account("a", OK, band("critical")).told()["alert_id"].to_list()
    week_before = Weeks(until=AS_OF - timedelta(days=7)).account("a", OK, band("critical")).told()["alert_id"].to_list()
    assert friday == wednesday
    assert friday != week_before


STATES = st.sampled_from([OK, band("at_risk"), band("critical"), {"churn_risk_band": "red", "churn_risk_points": 70}])


@settings(max_examples=15, deadline=None)
@given(st.lists(STATES, min_size=3, max_size=7))
def test_replayed_week_by_week_the_alerts_are_those_of_one_run(states: list[dict[str, Any]]):
    whole = Weeks().account("a", *states).told()
    replayed = []
    for upto in range(2, len(states) + 1):
        until = AS_OF - timedelta(weeks=len(states) - upto)
        replayed.append(Weeks(until=until).account("a", *states[:upto]).told().filter(pl.col("raised_on") == until))
    assert pl.concat(replayed).equals(whole)
    assert all(
        one["rule"] != other["rule"] or one["raised_on"] != other["raised_on"]
        for one, other in pairwise(whole.to_dicts())
    )
