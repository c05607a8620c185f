"""Bands, late and lost feeds, changes and flags of churn risk."""

from datetime import date, timedelta

import pytest

from tests.rules.books import AS_OF
from tests.rules.risk_books import RiskPanel

DISPUTED = {"contract_disputed_count": 1}
SILENT = {"event_count_30d": 0, "user_day_count_30d": 0, "business_user_day_count_30d": 0}


@pytest.mark.parametrize(
    ("values", "points", "band"),
    [
        ({}, 0, "green"),
        ({"integration_failure_count": 1}, 20, "green"),
        ({"stakeholder_departed_count_90d": 1}, 25, "yellow"),
        (SILENT, 40, "yellow"),
        (SILENT | {"competitor_evaluation_count_180d": 1}, 45, "orange"),
        (SILENT | {"data_quality_issue_count": 1, "competitor_evaluation_count_180d": 1}, 60, "orange"),
        (SILENT | {"contract_past_due_count": 1}, 65, "red"),
    ],
)
def test_points_fall_into_green_yellow_orange_and_red(values: dict[str, int], points: int, band: str):
    week = RiskPanel().account(**values).risk().week()
    assert (week["churn_risk_points"], week["own_band"], week["churn_risk_band"]) == (points, band, band)


def test_the_total_never_shows_under_0():
    week = RiskPanel().account(contract_multi_year_count=1).risk().week()
    assert (week["points_sum"], week["churn_risk_points"]) == (-15, 0)


def test_while_usage_is_late_its_factors_stay_as_they_were():
    panel = RiskPanel(weeks=3).account(**SILENT).account("busy").feed("usage", "late", ago=[0, 1])
    panel.account("busy", ago=[0, 1], **SILENT)
    risk = panel.risk()
    assert risk.states() == {"dau_under_10": "frozen", "no_usage_30_days": "frozen"}
    assert risk.states("busy") == {}
    assert risk.evidence("no_usage_30_days") == "not one event in 30 days (as of 2026-06-12, the feed is late)"
    assert [risk.week(ago=week)["churn_risk_points"] for week in (0, 1, 2)] == [40, 40, 40]
    assert risk.week()["dau_pct"] == 0
    assert risk.week("busy")["dau_pct"] == 75


@pytest.mark.parametrize("state", ["stale", "missing", "before"])
def test_a_group_whose_feed_is_lost_is_one_unknown_row_under_its_first_name(state: str):
    risk = RiskPanel().account(**SILENT).feed("usage", state).feed("survey_responses", state).risk()
    assert risk.states() == {
        "dau_under_10": "unknown",
        "no_usage_30_days": "unknown",
        "nps_detractor": "unknown",
        "nps_drop_over_20": "unknown",
    }
    assert (risk.week()["churn_risk_points"], risk.week()["churn_risk_unknown_count"]) == (0, 4)
    assert risk.week()["dau_pct"] is None
    assert risk.evidence("nps_detractor") == "not known: no current survey responses"


def test_seats_that_nobody_knows_make_the_share_of_seats_unknown():
    risk = RiskPanel().account(seats=None).risk()
    assert risk.states() == {"dau_under_10": "unknown"}


def test_a_positive_factor_is_unknown_as_soon_as_its_feed_is_late():
    risk = RiskPanel(weeks=2).account(executive_meeting_count_30d=1).feed("activities", "late", ago=[0]).risk()
    assert risk.states() == {"executive_engaged": "unknown"}


def test_another_table_may_show_what_the_first_named_cannot():
    panel = RiskPanel(weeks=2).account(executive_signal_count_30d=1, departure_signal_count_90d=1)
    risk = panel.feed("activities", "stale").feed("contacts", "missing").risk()
    assert risk.states() == {"key_stakeholder_departed": "present", "executive_engaged": "present"}


def test_a_lost_feed_never_makes_the_band_better_than_when_it_was_known():
    panel = RiskPanel(weeks=4).account(**SILENT | {"contract_past_due_count": 1})
    panel.account(ago=[0, 1]).feed("usage", "stale", ago=[0, 1])
    risk = panel.risk()
    assert [(week["own_band"], week["churn_risk_band"]) for week in map(risk.week, ["a"] * 2, [0, 2])] == [
        ("green", "red"),
        ("red", "red"),
    ]
    assert risk.week()["churn_risk_points"] == 0


def test_two_feeds_lost_one_after_the_other_forgive_nothing_either():
    panel = RiskPanel(weeks=5).account(**SILENT | {"contract_past_due_count": 1}).account(ago=[0, 1, 2])
    panel.feed("usage", "stale", ago=[1, 2]).feed("tickets", "stale", ago=[0, 1])
    assert RiskPanel.risk(panel).week()["churn_risk_band"] == "red"


def test_a_feed_that_never_delivered_holds_no_band():
    risk = RiskPanel(weeks=2).account(ago=[1], **DISPUTED).account(ago=[0]).feed("qbrs", "missing").risk()
    assert [risk.week(ago=1)["churn_risk_band"], risk.week()["churn_risk_band"]] == ["yellow", "green"]


def test_the_changes_of_the_factors_sum_to_the_change_of_the_points():
    panel = RiskPanel(weeks=5).account(contract_multi_year_count=1).account(ago=[0], **DISPUTED)
    risk = panel.risk()
    changes = risk.found.churn_changes.sort("horizon", "factor").rows()
    assert changes == [
        ("a", "1w", "contract_disputed", 30),
        ("a", "1w", "multi_year", 15),
        ("a", "1w", "never_under_0", -15),
        ("a", "4w", "contract_disputed", 30),
        ("a", "4w", "multi_year", 15),
        ("a", "4w", "never_under_0", -15),
    ]
    assert (risk.week()["churn_risk_change_1w"], risk.week()["churn_risk_change_4w"]) == (30, 30)


def test_a_stay_in_a_band_and_a_flag_begin_with_their_first_week():
    panel = RiskPanel(weeks=4).account(ago=[0, 1, 3], stakeholder_departed_count_90d=1).account(ago=[2])
    risk = panel.risk()
    since = AS_OF - timedelta(weeks=1)
    assert risk.week()["churn_risk_entered_on"] == since
    flags = risk.found.churn_flags.filter(colour="red").rows()
    assert flags == [("a", "red", "key_stakeholder_departed", since, since + timedelta(days=1))]


def test_a_yellow_flag_wants_an_action_within_a_week_and_green_flags_are_listed():
    risk = RiskPanel().account(billing_ticket_count_60d=2, strategic_alignment="aligned").risk()
    flags = {row["flag"]: (row["colour"], row["act_by_on"]) for row in risk.found.churn_flags.to_dicts()}
    assert flags == {
        "billing_questions": ("yellow", date(2026, 7, 3)),
        "aligned": ("green", None),
        "renewal_on_track": ("green", None),
    }
