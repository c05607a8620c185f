"""Bands, coverage, floors, overrides: which of them is in force."""

import polars as pl
import pytest

from pipeline.policy import Bands
from pipeline.scoring.bands import named, own_rank
from tests.rules.books import Panel, shipped_policy

SCORECARD = shipped_policy().health.scorecard
CRITICAL = {
    "login_day_count_30d": 1,
    "feature_used_count_30d": 0,
    "event_count_30d": 100,
    "event_count_prior_30d": 1000,
    "ticket_created_count_90d": 20,
    "training_completed_count": 0,
    "meeting_attended_count_90d": 0,
    "webinar_attended_count_90d": 0,
    "invoice_late_count_12m": 5,
    "stakeholder_departed_count_180d": 4,
    "csat_score_sum_90d": 1,
    "nps_score_sum_180d": 0.0,
    "sentiment_sum_90d": -4,
}
# Five components NA whose weights are 4 x 6.25 + 5 = 30: coverage is exactly 70.
COVERED_70 = {
    "training_assigned_count": 0,
    "meeting_held_count_90d": 0,
    "webinar_count": 0,
    "invoice_due_count_12m": 0,
    "nps_respondent_count_180d": 0,
}
COVERED_UNDER_70 = COVERED_70 | {"contact_count": 0}


def bands_of(scores, scorecard=SCORECARD, segment="smb"):
    frame = pl.DataFrame(
        {"score": scores, "segment": [segment] * len(scores)}, schema={"score": pl.Float64, "segment": pl.String}
    )
    return frame.select(band=named(own_rank(pl.col("score"), scorecard)))["band"].to_list()


def test_healthy_from_80_watch_from_60_at_risk_from_40_critical_below():
    assert bands_of([100, 80, 79.99, 60, 59.99, 40, 39.99, 0]) == [
        "healthy",
        "healthy",
        "watch",
        "watch",
        "at_risk",
        "at_risk",
        "critical",
        "critical",
    ]


def test_79_999999_is_watch_but_the_noise_of_a_float_is_not():
    assert bands_of([79.999999, 80 - 1e-13, None]) == ["watch", "healthy", None]


def test_a_segment_may_have_its_own_bands():
    stricter = Bands(healthy=90, watch=70, at_risk=50)
    scorecard = SCORECARD.model_copy(update={"segment_bands": {"enterprise": stricter}})
    assert bands_of([89.0, 69.0, 49.0], scorecard, "enterprise") == ["watch", "at_risk", "critical"]
    assert bands_of([89.0, 69.0, 49.0], scorecard, "smb") == ["healthy", "watch", "at_risk"]


def test_coverage_of_exactly_70_is_enough():
    week = Panel(weeks=1).peers().account("a", **COVERED_70).scored().week()
    assert (week["health_coverage_pct"], week["health_band"]) == (70, "healthy")


def test_coverage_under_70_is_insufficient_data_with_the_score_still_shown():
    week = Panel(weeks=1).peers().account("a", **COVERED_UNDER_70).scored().week()
    assert (week["health_coverage_pct"], week["health_band"]) == (63.75, "insufficient_data")
    assert week["health_score"] > 80
    assert week["own_band"] == "healthy"


@pytest.mark.parametrize(
    ("values", "band"),
    [
        ({"contract_notice_count": 1}, "critical"),
        ({"stakeholder_departed_count_90d": 1}, "healthy"),
        ({"stakeholder_departed_count_90d": 2}, "at_risk"),
        ({"open_p0_over_48h_count": 1}, "at_risk"),
        ({"open_p0_over_48h_count": 1, "contract_notice_count": 1}, "critical"),
    ],
)
def test_notice_is_critical_and_two_stakeholders_gone_or_an_old_p0_are_at_risk_at_best(values, band):
    week = Panel(weeks=1).peers().account("a", **values).scored().week()
    assert week["health_band"] == band
    assert (week["floor"] is None) == (band == "healthy")


def test_a_floor_never_lifts():
    week = Panel(weeks=1).peers().account("a", **CRITICAL, open_p0_over_48h_count=1).scored().week()
    assert week["health_band"] == "critical"


def test_all_floors_that_hold_are_named_the_worst_first():
    week = Panel(weeks=1).peers().account("a", open_p0_over_48h_count=1, contract_notice_count=1).scored().week()
    assert week["floor"] == "contract cancelled or notice served; a P0 ticket open over 48 hours"


@pytest.mark.parametrize("state", ["missing", "stale"])
def test_while_tickets_or_contacts_are_missing_the_band_is_at_risk_at_best(state):
    for feed in ("tickets", "contacts"):
        week = Panel(weeks=1).peers().account("a").feed(feed, state).scored().week()
        assert (week["own_band"], week["health_band"]) == ("healthy", "at_risk")
        assert feed in week["floor"]


def test_a_feed_that_carries_a_floor_but_is_not_expected_sets_none():
    week = Panel(weeks=1).peers().account("a").feed("tickets", "missing", expected=False).scored().week()
    assert (week["floor"], week["health_band"]) == (None, "healthy")


def test_a_floor_on_insufficient_data_gives_the_worse_of_its_cap_and_the_scores_band():
    panel = Panel(weeks=1).peers().account("good", **COVERED_UNDER_70, open_p0_over_48h_count=1)
    bad = CRITICAL | COVERED_UNDER_70 | {"strategic_alignment": "misaligned", "contract_in_force_count": 0}
    result = panel.account("bad", **bad, open_p0_over_48h_count=1).scored()
    assert result.week("good")["health_coverage_pct"] < 70
    assert result.week("good")["health_band"] == "at_risk"
    assert result.week("bad")["health_band"] == "critical"


def test_an_override_is_in_force_from_the_day_it_was_made_until_it_expires():
    result = Panel(weeks=6).peers().account("a").override("watch", made=14, expires=7).scored()
    assert [result.week(ago=ago)["health_band"] for ago in range(4)] == ["healthy", "watch", "watch", "healthy"]


def test_an_override_stands_above_floors_and_the_computed_band_beside_it_with_author_and_reason():
    week = (
        Panel(weeks=1)
        .peers()
        .account("a", contract_notice_count=1)
        .override("healthy", made=0, expires=-30)
        .scored()
        .week()
    )
    assert (week["health_band"], week["health_band_computed"]) == ("healthy", "critical")
    assert (week["overridden_by"], week["override_reason"]) == ("Kim", "known")


def test_of_two_overrides_the_newest_counts():
    panel = (
        Panel(weeks=1)
        .peers()
        .account("a")
        .override("critical", made=9, expires=-9)
        .override("watch", made=3, expires=-1)
    )
    assert panel.scored().week()["health_band"] == "watch"


def test_an_override_on_insufficient_data_sets_the_band():
    week = (
        Panel(weeks=1).peers().account("a", **COVERED_UNDER_70).override("at_risk", made=0, expires=0).scored().week()
    )
    assert (week["health_band"], week["health_band_computed"]) == ("at_risk", "insufficient_data")


def test_insufficient_data_keeps_the_last_known_band_with_its_date():
    panel = Panel(weeks=4).peers().account("a", ago=[2, 3]).account("a", ago=[0, 1], **COVERED_UNDER_70)
    result = panel.scored()
    week = result.week()
    assert (week["health_band"], week["last_known_band"]) == ("insufficient_data", "healthy")
    assert week["last_known_band_on"] == result.week(ago=2)["week_ending_on"]


def test_an_override_that_has_expired_is_no_last_known_band():
    panel = Panel(weeks=4).peers().account("a", ago=[2, 3]).account("a", ago=[0, 1], **COVERED_UNDER_70)
    week = panel.override("critical", made=21, expires=7).scored().week()
    assert week["last_known_band"] == "healthy"


def test_accounts_that_are_not_scored_have_no_rows():
    result = Panel(weeks=1).account("a").account("gone", is_scored=False).scored()
    assert result.scores.health_weeks["account_id"].to_list() == ["a"]
    assert "gone" not in result.scores.health_components["account_id"]
