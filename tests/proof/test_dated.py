"""What only today's attributes could fill is left out of the past, for every method alike, and listed."""

import polars as pl
import pytest

from pipeline.proof.dated import backfilled_weight, dated
from tests.rules.books import Panel, settings, shipped_policy

ATTRIBUTES = {"feature_adoption_pct", "usage_depth", "strategic_alignment"}


def snapshots(panel: Panel) -> pl.DataFrame:
    """Every account-week of a panel as a snapshot."""
    weeks = panel.scored().scores.health_weeks
    marked = panel.book().account_weeks.select("account_id", "week_ending_on", "is_backfilled")
    return weeks.join(marked, on=["account_id", "week_ending_on"]).select(
        "account_id",
        "is_backfilled",
        "health_score",
        "health_band",
        seen_on="week_ending_on",
        churn_risk_points=pl.lit(20.0),
        churn_risk_band=pl.lit("green"),
        **{"metric.feature_adoption": pl.lit(0.5), "metric.tickets": pl.lit(1.0)},
    )


def told(panel: Panel) -> tuple[pl.DataFrame, pl.DataFrame]:
    return dated(snapshots(panel), panel.book(), shipped_policy(), settings())


def test_an_attribute_that_was_not_known_then_moves_no_score_of_then() -> None:
    aligned = Panel().account(ago=range(1, 6), is_backfilled=True).account(ago=[0]).peers()
    apart = Panel().account(ago=range(1, 6), is_backfilled=True, strategic_alignment="misaligned").account(ago=[0])
    past = pl.col("is_backfilled")
    one, other = (told(panel)[0].filter(past, account_id="a") for panel in (aligned, apart.peers()))
    assert one["health_score"].to_list() == other["health_score"].to_list()
    plain = snapshots(apart).filter(past, account_id="a")
    assert (plain["health_score"] < other["health_score"]).all()


def test_a_week_of_which_all_was_known_keeps_its_score_and_its_metrics() -> None:
    panel = Panel().account(ago=range(1, 6), is_backfilled=True).account(ago=[0]).peers()
    known = pl.col("is_backfilled").not_()
    assert told(panel)[0].filter(known).equals(snapshots(panel).filter(known))


def test_metrics_of_attributes_are_unknown_at_a_backfilled_week_and_others_are_not() -> None:
    rows = told(Panel().account(is_backfilled=True).peers())[0].filter(account_id="a")
    assert rows["metric.feature_adoption"].null_count() == rows.height
    assert rows["metric.tickets"].null_count() == 0


def test_what_was_left_out_is_listed_with_its_weight_and_adds_up() -> None:
    panel = Panel().account(is_backfilled=True).peers(is_backfilled=True)
    left_out = told(panel)[1]
    health = left_out.filter(method="health")
    assert set(health["input"]) == ATTRIBUTES
    assert (health["snapshots"] == health["of_snapshots"]).all()
    assert dict(health.select("input", "weight_pct").iter_rows()) == pytest.approx(
        {"feature_adoption_pct": 8.75, "usage_depth": 8.75, "strategic_alignment": 6.25}
    )
    assert backfilled_weight(left_out) == pytest.approx(0.2375)
    assert left_out.filter(method="model")["input"].to_list() == ["feature_adoption"]


def test_nothing_is_listed_where_everything_was_known() -> None:
    rows, left_out = told(Panel().account().peers())
    assert left_out.is_empty()
    assert rows.equals(snapshots(Panel().account().peers()))


def test_a_frozen_component_keeps_the_week_it_was_frozen_at() -> None:
    late = Panel().account(is_backfilled=True).peers(is_backfilled=True).feed("usage", "late", ago=[1, 2])
    rows = told(late)[0].filter(account_id="a").sort("seen_on")
    assert rows["health_score"].null_count() == 0
