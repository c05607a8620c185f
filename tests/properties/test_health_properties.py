"""What holds for every book: bounds, exact sums, no order, no gift from a lost feed, and agreement with a plain retelling."""

import copy
import random
from dataclasses import fields

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.policy import BANDS
from pipeline.scoring.health import health_scores
from pipeline.scoring.parts import MICRO
from tests.properties.plain import Plain
from tests.properties.strategies import OTHERS, days, panels
from tests.rules import books
from tests.rules.books import Panel, shipped_policy

few = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def scores_of(panel, basis="calendar"):
    return health_scores(panel.book(), shipped_policy(), books.settings(basis))


def plain_of(panel, basis):
    feeds = {
        (feed, day): (stands["state"], stands["is_expected"])
        for feed in books.FEEDS
        for week, day in enumerate(days(panel))
        for stands in [panel.feeds.get((feed, week), {"state": "fresh", "is_expected": True})]
    }
    return Plain(panel.rows, feeds, panel.overrides, days(panel), business=basis == "business")


@settings(few, max_examples=20)
@given(panels(), st.sampled_from(["calendar", "business"]))
def test_a_plain_retelling_agrees_on_every_account_and_week(panel, basis):
    agrees_with_a_plain_retelling(panel, basis)


@pytest.mark.nightly
@settings(few, max_examples=1000, derandomize=False)
@given(panels(), st.sampled_from(["calendar", "business"]))
def test_a_plain_retelling_agrees_on_a_thousand_books(panel, basis):
    agrees_with_a_plain_retelling(panel, basis)


def agrees_with_a_plain_retelling(panel, basis):
    scores, plain = scores_of(panel, basis), plain_of(panel, basis)
    assert scores.health_weeks.height == len(plain.rows)
    for row in scores.health_weeks.to_dicts():
        account, day = row["account_id"], row["week_ending_on"]
        score, coverage, _ = plain.score(account, day)
        assert row["health_score"] == (None if score is None else pytest.approx(float(score), abs=1e-6))
        assert row["health_coverage_pct"] == pytest.approx(float(coverage), abs=1e-6)
        assert (row["health_band"], row["health_band_computed"]) == plain.bands(account, day)
        assert row["health_trend"] == plain.trend(account, day)
        assert row["is_complete"] == plain.is_complete(day)
    for row in scores.health_components.to_dicts():
        assert (row["state"], row["score"]) == plain.component(
            row["component"], row["account_id"], row["week_ending_on"]
        )


@few
@given(panels())
def test_scores_are_between_0_and_100_and_so_is_coverage(panel):
    weeks = scores_of(panel).health_weeks
    assert weeks["health_score"].drop_nulls().is_between(0, 100).all()
    assert weeks["health_coverage_pct"].is_between(0, 100).all()


@few
@given(panels())
def test_points_sum_to_the_score_and_changes_to_the_change_exactly(panel):
    scores = scores_of(panel)
    weeks = {(row["account_id"], row["week_ending_on"]): row for row in scores.health_weeks.to_dicts()}
    points = {}
    for row in scores.health_components.to_dicts():
        key = (row["account_id"], row["week_ending_on"])
        points[key] = points.get(key, 0) + round((row["points"] or 0) * MICRO)
        assert (row["points"] or 0) >= 0
    assert all(total == round((weeks[key]["health_score"] or 0) * MICRO) for key, total in points.items())
    changes = scores.health_changes.group_by("account_id", "horizon").agg(
        (pl.col("change") * MICRO).round(0).cast(pl.Int64).sum()
    )
    for account, horizon, total in changes.iter_rows():
        assert total == round(weeks[account, books.AS_OF][f"health_change_{horizon}"] * MICRO)
    told = {(account, horizon) for account, horizon, _ in changes.iter_rows()}
    assert told == {
        (account, horizon)
        for (account, day), row in weeks.items()
        for horizon in ("1w", "4w")
        if day == books.AS_OF and row[f"health_change_{horizon}"] is not None
    }


@few
@given(panels(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(panel, chance):
    shuffled = copy.deepcopy(panel)
    chance.shuffle(shuffled.rows)
    before, after = scores_of(panel), scores_of(shuffled)
    assert all(getattr(before, one.name).equals(getattr(after, one.name)) for one in fields(before))


@few
@given(panels(feeds=False, weeks=2), st.sampled_from(OTHERS))
def test_losing_a_feed_never_raises_a_score_and_never_improves_a_colour(panel, feed):
    whole = scores_of(panel).health_weeks
    lost = scores_of(without(panel, feed)).health_weeks
    both = whole.join(lost, on=["account_id", "week_ending_on"], suffix="_lost")
    for row in both.to_dicts():
        assert row["health_score_lost"] is not None
        assert row["health_score"] is None or row["health_score_lost"] <= row["health_score"]
        if {row["health_band"], row["health_band_lost"]} <= set(BANDS):
            assert BANDS.index(row["health_band_lost"]) <= BANDS.index(row["health_band"])


COLUMNS_OF = {
    "usage": ("login_day_count", "login_business", "user_day", "event_count", "feature_used"),
    "features": ("feature_",),
    "tickets": ("ticket_", "csat_", "open_p0"),
    "trainings": ("training_",),
    "activities": ("meeting_", "webinar_", "sentiment_"),
    "invoices": ("invoice_",),
    "contacts": ("contact_", "stakeholder_"),
    "survey_responses": ("nps_",),
}


def without(panel, feed):
    """The same panel as if the feed had never been loaded: missing, and with nothing counted from it."""
    lost = copy.deepcopy(panel)
    for row in lost.rows:
        row.update({name: 0 for name in row if name.startswith(COLUMNS_OF[feed])})
        if feed == "features":
            row["feature_available_count"] = None
    return lost.feed(feed, "missing")


@few
@given(panels())
def test_an_unrelated_account_changes_nobody_else_but_for_usage_depth(panel):
    mine = {row["account_id"] for row in panel.rows}
    more = copy.deepcopy(panel).account("unrelated", segment="mid_market")
    before, after = scores_of(panel), scores_of(more)
    assert before.health_weeks.equals(after.health_weeks.filter(pl.col("account_id").is_in(mine)))
    same = copy.deepcopy(panel).account("unrelated", segment="smb")
    others = scores_of(same).health_components.filter(
        pl.col("account_id").is_in(mine), pl.col("component") != "usage_depth"
    )
    mine_before = before.health_components.filter(pl.col("component") != "usage_depth")
    columns = ["account_id", "week_ending_on", "component", "value", "score", "state"]
    assert mine_before.select(columns).equals(others.select(columns))


BETTER = {
    "login_day_count_30d": 1,
    "feature_used_count_30d": 1,
    "event_count_30d": 30,
    "ticket_created_count_90d": -1,
    "training_completed_count": 1,
    "meeting_attended_count_90d": 1,
    "webinar_attended_count_90d": 1,
    "sentiment_sum_90d": 1,
    "invoice_late_count_12m": -1,
    "contract_ending_90d_count": -1,
    "stakeholder_departed_count_180d": -1,
    "csat_score_sum_90d": 1,
    "nps_score_sum_180d": 1,
    "open_p0_over_48h_count": -1,
    "contract_notice_count": -1,
}


@few
@given(st.sampled_from(sorted(BETTER)), st.integers(0, 2**32))
def test_more_usage_fewer_tickets_and_better_answers_never_worsen_a_score(column, seed):
    chance = random.Random(seed)
    values = {
        "login_day_count_30d": chance.randint(1, 29),
        "feature_used_count_30d": chance.randint(0, 9),
        "event_count_30d": chance.randint(0, 2000),
        "ticket_created_count_90d": chance.randint(1, 12),
        "training_completed_count": chance.randint(0, 3),
        "meeting_attended_count_90d": chance.randint(0, 2),
        "webinar_attended_count_90d": chance.randint(0, 1),
        "sentiment_sum_90d": chance.randint(-4, 3),
        "invoice_late_count_12m": chance.randint(1, 3),
        "contract_ending_90d_count": 1,
        "stakeholder_departed_count_180d": chance.randint(1, 3),
        "csat_score_sum_90d": chance.randint(1, 4),
        "nps_score_sum_180d": float(chance.randint(0, 19)),
        "open_p0_over_48h_count": 1,
        "contract_notice_count": 1,
    }
    panel = (
        Panel(weeks=1)
        .peers(8)
        .account("worse", **values)
        .account("better", **values | {column: values[column] + BETTER[column]})
    )
    weeks = {row["account_id"]: row for row in scores_of(panel).health_weeks.to_dicts()}
    assert weeks["better"]["health_score"] >= weeks["worse"]["health_score"]
    assert BANDS.index(weeks["better"]["health_band"]) >= BANDS.index(weeks["worse"]["health_band"])


@few
@given(panels())
def test_what_is_na_or_off_has_neither_value_nor_score_nor_weight(panel):
    rows = scores_of(panel).health_components
    nothing = rows.filter(pl.col("state").is_in(["na", "off"]))
    assert nothing.select(pl.col("value", "score", "weight_pct", "points").is_null().all()).row(0) == (True,) * 4
    measured = rows.filter(pl.col("state").is_in(["present", "frozen"]))
    assert (
        measured.select(pl.col("value", "score", "weight_pct", "points", "measured_on").is_not_null().all()).row(0)
        == (True,) * 5
    )
