"""NPS by wave and dimension: counts, rates, intervals, changes, who moved, who may be seen."""

from datetime import date

import polars as pl
import pytest

from pipeline.voice.interval import Nps, is_distinguishable
from tests.rules.voice_books import Asked


def cell(asked, dimension="all", value="all", wave="2026-Q2"):
    rows = asked.heard().nps.filter(wave=wave, dimension=dimension, value=value)
    return rows.row(0, named=True) if rows.height else None


def answers(asked, scores, account="a", wave="2026-Q2", **values):
    for score in scores:
        asked.answer(account, score, wave, **values)
    return asked


@pytest.mark.parametrize(
    ("scores", "nps"),
    [
        ([9, 10], 100),
        ([7, 8], 0),
        ([0, 6], -100),
        ([10, 9, 9, 8, 7, 6], 100 * 2 / 6),
        ([9, 6], 0),
        ([10] * 6 + [7] * 3 + [0], 50),
    ],
)
def test_nps_is_the_share_of_nines_and_tens_less_that_of_zero_to_six(scores, nps):
    assert cell(answers(Asked(), scores))["nps"] == pytest.approx(nps)


@pytest.mark.parametrize(("n", "half"), [(10, 42), (30, 27), (100, 15), (400, 8)])
def test_the_half_widths_are_those_of_the_source_at_fifty_percent_promoters_and_twenty_detractors(n, half):
    it = Nps(n // 2, n - n // 2 - n // 5, n // 5)
    assert round((it.high - it.low) / 2) == half


def test_the_interval_is_worked_out_by_hand_for_a_wave_of_ten():
    # n + 3 = 13; centre 3 / 13 = .23077; (5 + 2 + 1.5) / 13 = .65385; variance (.65385 - .05325) / 13 = .046199
    row = cell(answers(Asked(), [9] * 5 + [7] * 3 + [3] * 2))
    assert (round(row["low"], 2), round(row["high"], 2)) == (-19.05, 65.20)
    assert (row["answers"], row["promoters"], row["passives"], row["detractors"]) == (10, 5, 3, 2)


def test_the_interval_ends_at_a_hundred():
    row = cell(answers(Asked(), [10, 10, 10]))
    assert row["high"] == 100
    assert row["low"] < 100


def test_twenty_nine_answers_are_few_and_thirty_are_not():
    assert cell(answers(Asked(), [9] * 29))["is_small"] is True
    assert cell(answers(Asked(), [9] * 30))["is_small"] is False


def test_a_wave_without_an_answer_has_no_nps_and_a_response_rate_of_zero():
    row = cell(Asked().ask("a", 4))
    assert (row["nps"], row["low"], row["response_rate_pct"]) == (None, None, 0)


def test_without_invitations_the_response_rate_is_not_known():
    assert cell(answers(Asked(), [9]))["response_rate_pct"] is None


def test_coverage_is_the_arr_of_customers_whose_account_answered():
    asked = Asked().account("a", arr=300).account("b", arr=100).account("gone", arr=900, churned_on=date(2026, 5, 1))
    answers(asked, [9]), answers(asked, [3], "gone")
    asked.ask("b", 2)
    assert cell(asked)["arr_coverage_pct"] == pytest.approx(75)
    assert cell(asked, "tier", "enterprise")["arr_coverage_pct"] == pytest.approx(75)


def test_every_account_weighs_the_same_in_the_account_weighted_nps():
    asked = answers(answers(Asked(), [10] * 8), [0, 8], "b")
    row = cell(asked)
    assert row["nps"] == pytest.approx(70)
    assert row["nps_account_weighted"] == pytest.approx((100 - 50) / 2)
    assert row["accounts_answered"] == 2


def test_the_answers_of_a_dimension_add_up_to_all():
    asked = Asked().account("a", tier="starter", csm=None).account("b", industry=None)
    answers(answers(asked, [9, 2, 7]), [10, 8], "b")
    rows = asked.ask("a", 9).heard().nps.group_by("dimension").agg(pl.col("answers", "invited", "promoters").sum())
    assert rows.select("answers", "invited", "promoters").unique().rows() == [(5, 9, 2)]


@pytest.mark.parametrize(
    ("live_on", "span"),
    [
        (date(2026, 4, 30), "0_3_months"),
        (date(2026, 2, 1), "0_3_months"),
        (date(2026, 1, 30), "3_6_months"),
        (date(2025, 10, 30), "6_12_months"),
        (date(2025, 4, 30), "12_plus_months"),
        (date(2026, 5, 1), "not_live"),
        (None, "not_live"),
    ],
)
def test_time_live_is_counted_from_go_live_to_the_day_the_wave_began(live_on, span):
    asked = answers(Asked(), [9]).give("implementations", account_id="a", went_live_on=live_on)
    assert cell(asked, "time_live", span) is not None


def test_without_a_plan_time_live_counts_from_the_first_day_as_a_customer():
    asked = answers(Asked().account("a", customer_since_on=date(2026, 3, 1)), [9])
    assert cell(asked, "time_live", "0_3_months") is not None
    assert cell(answers(Asked().account("a", customer_since_on=None), [9]), "time_live", "unknown") is not None


def test_the_change_is_compared_with_the_wave_before_and_with_that_of_a_year_before():
    asked = Asked()
    for wave, scores in (("2025-Q2", [9] * 40), ("2026-Q1", [9] * 20 + [8] * 20), ("2026-Q2", [9] * 22 + [8] * 18)):
        answers(asked, scores, wave=wave)
    row = cell(asked)
    assert (row["change_wave"], row["year_change_wave"]) == ("2026-Q1", "2025-Q2")
    assert (row["change"], row["year_change"]) == (pytest.approx(5), pytest.approx(-45))
    assert row["change_verdict"] == "not distinguishable from no change"
    assert row["year_change_verdict"] == "distinguishable"
    assert row["change_low"] < 0 < row["change_high"]
    assert row["year_change_high"] < 0


def test_the_change_of_two_waves_is_distinguishable_when_its_interval_leaves_out_nothing():
    # 10 of 30 against 20 of 30 promoters, no detractors: centres .3030 and .6061, variances .007782 and .008612
    before, now = Nps(10, 20, 0), Nps(20, 10, 0)
    assert now.centre - before.centre == pytest.approx(10 / 33)
    assert before.variance == pytest.approx((11.5 / 33 - (10 / 33) ** 2) / 33)
    assert is_distinguishable(now, before)
    assert not is_distinguishable(Nps(14, 16, 0), before)


def test_a_first_wave_has_nothing_to_compare_with():
    row = cell(answers(Asked(), [9]))
    assert (row["change"], row["change_verdict"], row["change_wave"]) == (None, None, None)


@pytest.mark.parametrize(("hidden", "told"), [(2, 1), (3, 4)])
def test_anonymous_answers_count_in_all_and_elsewhere_in_counts_of_three_and_more(hidden, told):
    asked = answers(answers(Asked(), [9]), [2] * hidden, is_anonymous=True)
    assert cell(asked)["answers"] == 1 + hidden
    assert cell(asked, "tier", "enterprise")["answers"] == told


def test_an_anonymous_answer_stands_without_account_person_day_and_words():
    asked = answers(Asked(), [2] * 3, is_anonymous=True, comment="Too slow", follow_up_consent=True, reasons="Price")
    rows = asked.heard().nps_responses
    assert rows.height == 3
    row = rows.row(0, named=True)
    assert {name for name, value in row.items() if value is not None} == {"wave", "score", "nps_group", "is_anonymous"}
    assert answers(Asked(), [2] * 2, is_anonymous=True).heard().nps_responses.height == 0


def test_words_and_names_need_consent():
    rows = answers(Asked(), [2], comment="Too slow").answer("a", 3, comment="Too dear", follow_up_consent=True)
    seen = rows.heard().nps_responses.select("respondent_id", "comment").rows()
    assert seen == [(None, None), ("p00001", "Too dear")]


@pytest.mark.parametrize(
    ("intent", "band", "kind"),
    [
        ("decided_to_leave", "green", "planning_to_leave"),
        ("unlikely", None, "planning_to_leave"),
        ("likely", "red", "planning_to_leave"),
        ("uncertain", "green", "redeemable"),
        (None, "orange", "redeemable"),
        ("very_likely", "green", "passively_unhappy"),
        (None, None, "passively_unhappy"),
    ],
)
def test_detractors_are_told_apart_by_what_they_intend_and_by_risk(intent, band, kind):
    asked = Asked().answer("a", 4, renewal_intent=intent)
    asked.scored["churn_weeks"] = [
        {"account_id": "a", "week_ending_on": date(2026, 6, 26), "churn_risk_band": band or "none"}
    ]
    assert asked.heard().nps_responses.get_column("detractor_kind").to_list() == [kind]


def test_migration_counts_who_answered_both_waves_and_shows_all_nine_pairs():
    asked = Asked()
    for person, before, now in (("x", 3, 8), ("y", 3, 9), ("z", 9, 9)):
        asked.answer("a", before, "2026-Q1", respondent_id=person).answer("a", now, "2026-Q2", respondent_id=person)
    asked.answer("a", 9, "2026-Q2", respondent_id="new")
    rows = asked.heard().nps_migration
    assert rows.height == 9
    seen = {(a, b): n for _, _, a, b, n in rows.iter_rows() if n}
    assert seen == {
        ("detractor", "passive"): 1,
        ("detractor", "promoter"): 1,
        ("promoter", "promoter"): 1,
    }


def test_follow_up_has_each_action_of_the_play_with_owner_due_date_and_whether_it_was_done():
    asked = Asked().answer("a", 2)
    asked.scored["actions"] = [
        {
            "action_id": "x1",
            "account_id": "a",
            "play": "nps_detractor",
            "title": "Call",
            "owner_role": "csm",
            "owner": "Cem",
            "due_on": date(2026, 5, 1),
            "status": "done",
            "started_on": date(2026, 4, 30),
            "completed_on": date(2026, 5, 1),
        }
    ]
    row = asked.heard().nps_follow_up.row(0, named=True)
    assert (row["nps_group"], row["title"], row["owner"], row["status"]) == ("detractor", "Call", "Cem", "done")
    assert (row["due_on"], row["completed_on"]) == (date(2026, 5, 1), date(2026, 5, 1))


def test_a_promoter_can_be_asked_for_what_their_account_allows():
    asked = (
        Asked()
        .account("big", arr=50001)
        .account("small", arr=50000)
        .account("new", arr=90000, customer_since_on=date(2025, 10, 30))
    )
    asked.answer("big", 9, follow_up_consent=True, comment="Good").answer("small", 9, renewal_intent="likely")
    asked.answer("new", 9)
    rows = asked.heard().nps_candidates.select("kind", "account_id").rows()
    assert rows == [("testimonial", "big"), ("advisory_board", "big")]


def test_six_months_to_the_day_are_not_over_six_months():
    for since, found in ((date(2025, 10, 30), False), (date(2025, 10, 29), True)):
        asked = Asked().account("a", arr=90000, customer_since_on=since).answer("a", 9)
        assert bool(asked.heard().nps_candidates.filter(kind="advisory_board").height) is found


def test_a_book_in_which_nobody_was_asked_has_empty_tables():
    heard = Asked().account("a").heard()
    assert {frame.height for frame in (heard.nps, heard.nps_responses, heard.feedback_themes, heard.feedback)} == {0}
