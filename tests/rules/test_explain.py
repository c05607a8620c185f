"""An account explained: what it is made of, what moved it, what would lift it cheapest."""

import pytest

from pipeline.errors import UsageError
from pipeline.scoring.explain import explanation
from pipeline.scoring.parts import MICRO
from tests.rules.books import Panel, settings, shipped_policy

WEAK = {
    "login_day_count_30d": 20,
    "feature_used_count_30d": 6,
    "ticket_created_count_90d": 7,
    "invoice_late_count_12m": 1,
    "sentiment_sum_90d": 0,
}


def explained(panel, account_id="a"):
    return explanation(panel.book(), panel.scored().scores, shipped_policy(), settings(), account_id)


def test_an_explanation_sums_to_the_score_and_to_its_changes_exactly():
    panel = Panel(weeks=6).peers().account("a", ago=[1, 2, 3, 4, 5]).account("a", ago=[0], **WEAK)
    told = explained(panel)
    assert sum(round(line.points * MICRO) for line in told.lines) == round(told.health_score * MICRO)
    assert sum(round(each.change * MICRO) for each in told.changes_1w) == round(told.health_change_1w * MICRO)
    assert sum(round(each.change * MICRO) for each in told.changes_4w) == round(told.health_change_4w * MICRO)
    assert [line.component for line in told.lines] == list(shipped_policy().health.scorecard.components)


def test_the_largest_change_comes_first():
    panel = Panel(weeks=2).peers().account("a", ago=[1]).account("a", ago=[0], **WEAK)
    sizes = [abs(each.change) for each in explained(panel).changes_1w]
    assert sizes == sorted(sizes, reverse=True)


def test_the_next_step_of_each_component_is_listed_with_what_it_brings_the_largest_first():
    told = explained(Panel(weeks=1).peers().account("a", **WEAK))
    lifts = {lift.component: lift for lift in told.lifts}
    assert lifts["login_days"].to_value_text == "at least 25 days"
    assert lifts["login_days"].gain_points == 8.75 * 0.3
    assert lifts["tickets"].to_value_text == "at most 5 tickets"
    assert lifts["late_payments"].to_value_text == "no late invoices"
    assert lifts["tone"].to_value_text == "over 0.33 on a scale from -1 to 1"
    assert "csat" not in lifts
    gains = [lift.gain_points for lift in told.lifts]
    assert gains == sorted(gains, reverse=True)


def test_the_cheapest_lift_takes_the_fewest_steps():
    told = explained(Panel(weeks=1).peers().account("a", **WEAK | {"feature_used_count_30d": 3}))
    assert (told.health_band, told.next_band) == ("watch", "healthy")
    assert told.health_score < 80
    assert len(told.cheapest) == 1
    assert told.health_score + told.cheapest[0].gain_points >= 80


def test_one_component_may_take_several_steps_of_the_cheapest_lift():
    told = explained(
        Panel(weeks=1)
        .peers()
        .account(
            "a", **WEAK | {"ticket_created_count_90d": 20, "training_completed_count": 0, "login_day_count_30d": 1}
        )
    )
    assert told.health_score + sum(lift.gain_points for lift in told.cheapest) >= 80
    assert len({lift.component for lift in told.cheapest}) == len(told.cheapest)


def test_what_is_frozen_or_missing_cannot_be_lifted():
    panel = Panel(weeks=2).peers().account("a", **WEAK).feed("usage", "late", ago=[0]).feed("tickets", "missing")
    assert {lift.component for lift in explained(panel).lifts} <= {"late_payments", "tone", "event_attendance"}


def test_under_a_floor_a_lift_does_not_change_the_band():
    told = explained(Panel(weeks=1).peers().account("a", **WEAK, contract_notice_count=1))
    assert {lift.to_band for lift in told.lifts} == {"critical"}


def test_at_the_top_nothing_needs_lifting():
    told = explained(Panel(weeks=1).peers().account("a"))
    assert (told.next_band, told.cheapest) == (None, ())


def test_an_account_without_a_score_says_so():
    with pytest.raises(UsageError, match="has no health score"):
        explained(Panel(weeks=1).account("a"), "nobody")
