"""What components weigh, how points and changes add up, which way a score is heading."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from pipeline.scoring.parts import MICRO
from tests.rules.books import AS_OF, Panel, shipped_policy


def micro(value):
    return round(value * MICRO)


def changes(result, horizon, account_id="a"):
    frame = result.scores.health_changes.filter(pl.col("account_id") == account_id, pl.col("horizon") == horizon)
    return dict(frame.select("component", "change").iter_rows())


def test_categories_weigh_35_25_25_15_and_components_alike_inside_them():
    rows = Panel(weeks=1).peers().account("a").scored().components()
    weights = {name: row["weight_pct"] for name, row in rows.items()}
    assert weights["login_days"] == weights["usage_trend"] == 8.75
    assert weights["tickets"] == weights["strategic_alignment"] == 6.25
    assert weights["csat"] == weights["tone"] == 5


def test_na_renormalises_inside_the_category_then_across_categories():
    values = {
        "training_assigned_count": 0,
        "csat_answer_count_90d": 0,
        "nps_respondent_count_180d": 0,
        "sentiment_count_90d": 0,
    }
    rows = Panel(weeks=1).peers().account("a", **values).scored().components()
    weights = {name: row["weight_pct"] for name, row in rows.items()}
    assert weights["tickets"] == pytest.approx(100 * 25 / 85 / 3, abs=1e-6)
    assert weights["login_days"] == pytest.approx(100 * 35 / 85 / 4, abs=1e-6)
    assert weights["csat"] is weights["training_pct"] is None


def test_a_component_may_weigh_more_inside_its_category():
    policy = shipped_policy()
    scorecard = policy.health.scorecard
    heavy = scorecard.components["csat"].model_copy(update={"weight": 2})
    scorecard = scorecard.model_copy(update={"components": scorecard.components | {"csat": heavy}})
    health = policy.health.model_copy(update={"scorecards": {"default": scorecard}})
    rows = Panel(weeks=1).peers().account("a").scored(replace(policy, health=health)).components()
    assert [rows[name]["weight_pct"] for name in ("csat", "nps_group", "tone")] == [7.5, 3.75, 3.75]


def test_a_usage_trend_of_110_counts_as_110_inside_its_category():
    result = Panel(weeks=1).peers().account("a", event_count_prior_30d=500).scored()
    assert result.component("usage_trend")["points"] == 8.75 * 1.1


def test_when_the_clamp_to_100_bites_points_are_scaled_and_still_sum_to_the_score():
    panel = Panel(weeks=1).peers(event_count_30d=500).account("a", event_count_prior_30d=500, webinar_count=0)
    result = panel.scored()
    assert result.week()["health_score"] == 100
    points = [row["points"] for row in result.components().values() if row["points"] is not None]
    assert sum(map(micro, points)) == 100 * MICRO
    assert result.component("usage_trend")["points"] < 8.75 * 1.1


def test_points_sum_to_the_score_exactly_also_where_weights_do_not_divide():
    values = {
        "training_assigned_count": 0,
        "webinar_count": 0,
        "invoice_due_count_12m": 0,
        "nps_respondent_count_180d": 0,
    }
    result = Panel(weeks=1).peers(6).account("a", **values, csat_score_sum_90d=4, ticket_created_count_90d=7).scored()
    points = [row["points"] for row in result.components().values() if row["points"] is not None]
    assert sum(map(micro, points)) == micro(result.week()["health_score"])


@pytest.mark.parametrize(
    ("then", "trend", "change"),
    [
        # 6.25 x (100 - 20) = 5 points exactly; with tone from 100 to 60 two more.
        ({"stakeholder_departed_count_180d": 2}, "stable", 5.0),
        ({"stakeholder_departed_count_180d": 2, "sentiment_sum_90d": 0}, "improving", 7.0),
        ({}, "stable", 0.0),
    ],
)
def test_trend_over_four_weeks_is_improving_above_5_points_and_exactly_5_is_stable(then, trend, change):
    up = Panel(weeks=6).peers().account("a", ago=[4, 5], **then).account("a", ago=[0, 1, 2, 3]).scored().week()
    down = Panel(weeks=6).peers().account("a", ago=[4, 5]).account("a", ago=[0, 1, 2, 3], **then).scored().week()
    assert (up["health_trend"], up["health_change_4w"]) == (trend, change)
    assert (down["health_trend"], down["health_change_4w"]) == (trend.replace("improving", "declining"), -change)


def test_against_an_incomplete_week_the_trend_is_empty_and_the_changes_are_shown():
    week = Panel(weeks=6).peers().account("a").feed("invoices", "before", ago=[3, 4, 5]).scored().week()
    assert week["health_trend"] is None
    assert week["health_change_4w"] is not None


def test_a_change_against_a_week_without_a_score_is_empty_not_stable():
    week = Panel(weeks=6).peers().account("a", ago=[0, 1]).scored().week()
    assert (week["health_change_1w"], week["health_change_4w"], week["health_trend"]) == (0, None, None)


def test_a_week_that_is_missing_in_between_does_not_shift_the_others():
    week = (
        Panel(weeks=6)
        .peers()
        .account("a", ago=[0, 2, 4], ticket_created_count_90d=20)
        .account("a", ago=[5])
        .scored()
        .week()
    )
    assert (week["health_change_1w"], week["health_change_4w"]) == (None, 0)


def test_the_change_is_the_effect_of_each_components_score_at_its_weight_of_then():
    panel = (
        Panel(weeks=6)
        .peers()
        .account("a", ago=range(1, 6), csat_score_sum_90d=3)
        .account("a", ago=[0], ticket_created_count_90d=3)
    )
    moved = {name: change for name, change in changes(panel.scored(), "1w").items() if change}
    assert moved == {"csat": 3.0, "tickets": -1.875}


def test_what_could_be_measured_is_one_line_of_its_own():
    panel = Panel(weeks=6).peers().account("a", ago=range(1, 6)).account("a", ago=[0], nps_respondent_count_180d=0)
    result = panel.scored()
    moved = {name: change for name, change in changes(result, "1w").items() if change}
    assert set(moved) <= {"weights"}
    assert sum(map(micro, moved.values())) == micro(result.week()["health_change_1w"])


def test_all_panel_weeks_are_explained_for_today_last_week_and_four_weeks_ago():
    days = Panel(weeks=6).account("a").scored().scores.health_components["week_ending_on"].unique().sort().to_list()
    assert days == [AS_OF - timedelta(weeks=weeks) for weeks in (4, 1, 0)]
