"""Missing is never zero and never a gift; a lag is not a zero; a feed that is lost counts against nobody's favour."""

from datetime import timedelta

import pytest

from tests.rules.books import AS_OF, FEEDS, NOTHING, Panel

USAGE = {"login_days", "feature_adoption_pct", "usage_depth", "usage_trend"}
COMPONENTS_OF = {
    "accounts": {"strategic_alignment"},
    "contracts": {"contract_status"},
    "contacts": {"stakeholder_changes"},
    "usage": USAGE,
    "features": {"feature_adoption_pct"},
    "tickets": {"tickets", "csat"},
    "trainings": {"training_pct"},
    "activities": {"meeting_attendance_pct", "event_attendance", "tone"},
    "invoices": {"late_payments"},
    "survey_responses": {"nps_group"},
}


def in_state(rows, state):
    return {name for name, row in rows.items() if row["state"] == state}


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_that_is_not_expected_switches_its_components_off_and_the_weights_renormalise(feed):
    result = Panel(weeks=1).peers().account("a").feed(feed, "fresh", expected=False).scored()
    rows = result.components()
    assert in_state(rows, "off") == COMPONENTS_OF[feed]
    assert all(
        rows[name][column] is None
        for name in COMPONENTS_OF[feed]
        for column in ("value", "score", "weight_pct", "points")
    )
    assert sum(row["weight_pct"] or 0 for row in rows.values()) == pytest.approx(100, abs=1e-4)
    assert result.week()["health_coverage_pct"] == 100


@pytest.mark.parametrize("state", ["missing", "stale"])
@pytest.mark.parametrize("feed", FEEDS)
def test_an_expected_feed_that_is_missing_or_stale_scores_0_and_counts_as_without_a_value(feed, state):
    whole = Panel(weeks=1).peers().account("a").scored()
    result = Panel(weeks=1).peers().account("a").feed(feed, state).scored()
    rows = result.components()
    assert in_state(rows, "missing") == COMPONENTS_OF[feed]
    assert all(rows[name]["score"] == 0 and rows[name]["points"] == 0 for name in COMPONENTS_OF[feed])
    assert all(rows[name]["value"] is None and rows[name]["measured_on"] is None for name in COMPONENTS_OF[feed])
    assert all(rows[name]["weight_pct"] == whole.component(name)["weight_pct"] for name in rows)
    lost = sum(whole.component(name)["weight_pct"] for name in COMPONENTS_OF[feed])
    assert result.week()["health_coverage_pct"] == pytest.approx(100 - lost)
    assert result.week()["health_score"] < whole.week()["health_score"]


def test_before_a_feeds_first_row_its_components_are_off_and_the_week_is_not_complete():
    result = Panel(weeks=6).peers().account("a").feed("usage", "before", ago=range(3, 6)).scored()
    assert in_state(result.components(ago=4), "off") == USAGE
    assert [result.week(ago=ago)["is_complete"] for ago in range(6)] == [True, True, True, False, False, False]
    assert result.week(ago=4)["health_coverage_pct"] == 100


def test_a_feed_without_a_single_row_makes_no_week_incomplete():
    result = Panel(weeks=6).account("a").feed("trainings", "missing").scored()
    assert all(result.week(ago=ago)["is_complete"] for ago in range(6))


def test_a_feed_that_nobody_expects_makes_no_week_incomplete():
    result = Panel(weeks=2).account("a").feed("trainings", "before", expected=False).scored()
    assert result.week()["is_complete"]


def test_a_late_feed_freezes_value_score_state_and_day_of_the_last_week_at_which_it_was_not_late():
    panel = Panel(weeks=6).peers().account("a", ago=[0, 1], login_day_count_30d=0)
    panel.account("a", ago=[2], login_day_count_30d=20).account("a", ago=[3, 4, 5], login_day_count_30d=30)
    row = panel.feed("usage", "late", ago=[0, 1]).scored().component("login_days")
    assert (row["state"], row["value"], row["score"]) == ("frozen", 20, 70)
    assert row["measured_on"] == AS_OF - timedelta(weeks=2, days=1)


def test_a_frozen_component_keeps_its_weight_and_counts_as_covered():
    result = Panel(weeks=3).peers().account("a").feed("usage", "late", ago=[0]).scored()
    assert in_state(result.components(), "frozen") == USAGE
    assert result.week()["health_coverage_pct"] == 100
    assert result.week()["health_score"] == result.week(ago=1)["health_score"]


def test_what_was_na_in_the_last_fresh_week_stays_na_while_the_feed_is_late():
    panel = (
        Panel(weeks=3)
        .account("a", ago=[1, 2], training_assigned_count=0, training_completed_count=0)
        .account("a", ago=[0])
    )
    row = panel.feed("trainings", "late", ago=[0]).scored().component("training_pct")
    assert (row["state"], row["score"]) == ("na", None)


def test_usage_depth_is_frozen_against_the_median_of_its_last_fresh_week():
    panel = Panel(weeks=3).peers(event_count_30d=500).account("a").feed("usage", "late", ago=[0])
    row = panel.scored().component("usage_depth")
    assert (row["state"], row["value"], row["score"]) == ("frozen", 200, 100)


def test_feature_adoption_is_frozen_while_either_of_its_feeds_is_late():
    panel = Panel(weeks=3).peers().account("a").feed("features", "late", ago=[0]).scored()
    assert in_state(panel.components(), "frozen") == {"feature_adoption_pct"}


def test_while_one_feed_is_late_and_the_other_missing_the_component_is_missing():
    panel = Panel(weeks=3).peers().account("a").feed("features", "missing").feed("usage", "late", ago=[0])
    assert panel.scored().component("feature_adoption_pct")["state"] == "missing"


def test_an_account_without_a_scored_week_while_the_feed_was_fresh_is_missing():
    panel = Panel(weeks=3).peers().account("new", ago=[0]).feed("usage", "late", ago=[0])
    assert in_state(panel.scored().components("new"), "missing") == USAGE


def test_a_feed_that_was_late_from_the_first_week_on_is_missing():
    panel = Panel(weeks=3).peers().account("a").feed("usage", "late")
    assert in_state(panel.scored().components(), "missing") == USAGE


def test_a_frozen_component_cannot_lift_a_band_above_that_of_its_last_fresh_week():
    poor = {
        "contract_in_force_count": 0,
        "ticket_created_count_90d": 20,
        "invoice_late_count_12m": 5,
        "training_completed_count": 0,
    }
    panel = Panel(weeks=3).peers().account("a", ago=[1, 2], **poor).account("a", ago=[0]).feed("usage", "late", ago=[0])
    week = panel.scored().week()
    assert (week["own_band"], week["frozen_cap"], week["health_band"]) == ("healthy", "watch", "watch")


def test_a_frozen_week_of_insufficient_data_sets_no_cap():
    unknown = {
        "training_assigned_count": 0,
        "meeting_held_count_90d": 0,
        "webinar_count": 0,
        "invoice_due_count_12m": 0,
        "contact_count": 0,
        "contract_in_force_count": 0,
    }
    panel = (
        Panel(weeks=3).peers().account("a", ago=[1, 2], **unknown).account("a", ago=[0]).feed("usage", "late", ago=[0])
    )
    result = panel.scored()
    assert result.week(ago=1)["health_band"] == "insufficient_data"
    assert result.week()["frozen_cap"] is None
    assert result.week()["health_band"] == "healthy"


def test_the_cap_goes_by_the_scores_own_band_of_that_week_not_by_its_floors():
    panel = Panel(weeks=3).peers().account("a", ago=[1, 2], contract_notice_count=1).account("a", ago=[0])
    result = panel.feed("usage", "late", ago=[0]).scored()
    assert result.week(ago=1)["health_band"] == "critical"
    assert (result.week()["frozen_cap"], result.week()["health_band"]) == ("healthy", "healthy")


SILENT = {"login_day_count_30d": 0, "ticket_created_count_90d": 0}


def test_silence_where_usage_is_off_is_a_real_zero():
    panel = Panel(weeks=1).account("a", **SILENT).feed("usage", "fresh", expected=False)
    assert panel.scored().component("tickets")["score"] == 100


@pytest.mark.parametrize("state", ["missing", "stale"])
def test_silence_where_usage_is_missing_or_stale_is_na(state):
    panel = Panel(weeks=1).account("a", ticket_created_count_90d=0).feed("usage", state)
    assert panel.scored().component("tickets")["state"] == "na"


@pytest.mark.parametrize(("logins", "state"), [(0, "na"), (1, "present")])
def test_silence_while_usage_is_late_goes_by_the_frozen_login_days(logins, state):
    panel = Panel(weeks=2).account("a", ago=[0], **SILENT).account("a", ago=[1], login_day_count_30d=logins)
    assert panel.feed("usage", "late", ago=[0]).scored().component("tickets")["state"] == state


def test_silence_goes_by_the_calendar_also_where_logins_are_counted_on_business_days():
    panel = Panel(weeks=1).account(
        "a", ticket_created_count_90d=0, login_business_day_count_30d=0, login_day_count_30d=1
    )
    assert panel.scored(basis="business").component("tickets")["state"] == "present"


def test_null_is_never_zero():
    """An account about which nothing is known has only what is really zero, and no band."""
    result = Panel(weeks=1).peers(5).account("a", **NOTHING).scored()
    present = in_state(result.components(), "present")
    assert present == {"login_days", "usage_depth", "contract_status"}
    assert result.week()["health_band"] == "insufficient_data"


def test_an_account_without_any_component_has_no_score_at_all():
    panel = Panel(weeks=1).account("a")
    for feed in FEEDS:
        panel.feed(feed, "fresh", expected=False)
    week = panel.scored().week()
    assert (week["health_score"], week["health_coverage_pct"], week["health_band"]) == (None, 0, "insufficient_data")
