"""Every component of the default scorecard at its thresholds, just under and just over, and what its nothing means."""

import pytest

from tests.rules.books import AS_OF, Panel, holds


def test_login_days_25_give_100_and_15_give_70_and_fewer_30():
    holds(
        "login_days",
        """
        login_day_count_30d | score
        30                  | 100
        25                  | 100
        24                  | 70
        15                  | 70
        14                  | 30
        1                   | 30
        """,
    )


def test_no_login_at_all_is_a_real_zero():
    holds(
        "login_days",
        """
        login_day_count_30d | user_day_count_30d | score
        0                   | 0                  | 30
        """,
    )


def test_on_the_business_basis_login_days_need_90_and_60_percent_of_the_business_days():
    holds(
        "login_days",
        """
        login_business_day_count_30d | score
        21                           | 100
        19                           | 100
        18                           | 70
        13                           | 70
        12                           | 30
        0                            | 30
        """,
        basis="business",
    )


def test_exactly_90_percent_of_20_business_days_is_enough():
    panel = Panel(weeks=1, business_days=20).peers()
    for days in (18, 17, 12, 11):
        panel.account(f"{days}", login_business_day_count_30d=days)
    result = panel.scored(basis="business")
    assert [result.component("login_days", f"{days}")["score"] for days in (18, 17, 12, 11)] == [100, 70, 70, 30]
    assert result.component("login_days", "18")["value"] == 18
    assert result.component("login_days", "18")["value_text"] == "18 of 20 business days"


def test_feature_adoption_80_percent_gives_100_and_50_gives_60_compared_unrounded():
    holds(
        "feature_adoption_pct",
        """
        feature_used_count_30d | feature_available_count | score
        4                      | 5                       | 100
        10                     | 10                      | 100
        7999                   | 10000                   | 60
        1                      | 2                       | 60
        4999                   | 10000                   | 20
        0                      | 10                      | 20
        """,
    )


def test_feature_adoption_is_na_where_the_plan_is_not_known_or_has_no_features():
    holds(
        "feature_adoption_pct",
        """
        feature_used_count_30d | feature_available_count | score
        0                      | none                    |
        3                      | none                    |
        0                      | 0                       |
        """,
    )


def test_usage_depth_over_110_percent_of_the_median_gives_100_and_from_90_on_70():
    holds(
        "usage_depth",
        """
        event_count_30d | user_day_count_30d | score
        1101            | 100                | 100
        1100            | 100                | 70
        900             | 100                | 70
        899             | 100                | 30
        20              | 1                  | 100
        5               | 1                  | 30
        1000            | 100                | 70
        """,
    )


def test_usage_depth_without_users_is_a_real_zero_while_the_segment_has_a_median():
    holds(
        "usage_depth",
        """
        event_count_30d | user_day_count_30d | score
        0               | 0                  | 30
        """,
    )


@pytest.mark.parametrize(("peers", "state"), [(3, "na"), (4, "present")])
def test_usage_depth_is_na_under_5_accounts_of_the_segment_with_users_itself_included(peers, state):
    panel = Panel(weeks=1).peers(peers).account("a").account("other", segment="smb")
    panel.account("unused", user_day_count_30d=0, event_count_30d=0)
    result = panel.scored()
    assert result.component("usage_depth")["state"] == state
    assert result.component("usage_depth", "unused")["state"] == state
    assert result.component("usage_depth", "other")["state"] == "na"


def test_the_median_counts_scored_accounts_only():
    panel = Panel(weeks=1).peers(4).account("a").account("gone", is_scored=False, event_count_30d=1_000_000)
    panel.account("gone2", is_scored=False, event_count_30d=1_000_000)
    assert panel.scored().component("usage_depth")["value"] == 100


def test_usage_trend_over_5_percent_gives_110_within_5_gives_80_and_below_40():
    holds(
        "usage_trend",
        """
        event_count_30d | event_count_prior_30d | score
        1051            | 1000                  | 110
        1050            | 1000                  | 80
        1000            | 1000                  | 80
        950             | 1000                  | 80
        949             | 1000                  | 40
        21              | 20                    | 80
        22              | 20                    | 110
        0               | 20                    | 40
        """,
    )


def test_usage_trend_is_na_under_20_events_before():
    holds(
        "usage_trend",
        """
        event_count_30d | event_count_prior_30d | score
        1000            | 19                    |
        1000            | 0                     |
        0               | 0                     |
        """,
    )


def test_tickets_under_2_give_100_to_5_give_70_to_10_give_40_and_more_10():
    holds(
        "tickets",
        """
        ticket_created_count_90d | score
        0                        | 100
        1                        | 100
        2                        | 70
        5                        | 70
        6                        | 40
        10                       | 40
        11                       | 10
        """,
    )


def test_tickets_are_na_without_a_login_in_30_days_and_without_a_ticket_in_90():
    holds(
        "tickets",
        """
        login_day_count_30d | ticket_created_count_90d | score
        0                   | 0                        |
        0                   | 1                        | 100
        1                   | 0                        | 100
        0                   | 11                       | 10
        """,
    )


def test_training_needs_all_for_100_and_75_percent_for_70_and_half_for_40():
    holds(
        "training_pct",
        """
        training_completed_count | training_assigned_count | score
        4                        | 4                       | 100
        999                      | 1000                    | 70
        3                        | 4                       | 70
        749                      | 1000                    | 40
        1                        | 2                       | 40
        499                      | 1000                    | 10
        0                        | 7                       | 10
        0                        | 0                       |
        """,
    )


def test_meetings_attended_all_give_100_and_75_percent_70_and_fewer_30_and_none_held_is_na():
    holds(
        "meeting_attendance_pct",
        """
        meeting_attended_count_90d | meeting_held_count_90d | score
        3                          | 3                      | 100
        3                          | 4                      | 70
        2                          | 3                      | 30
        0                          | 1                      | 30
        0                          | 0                      |
        """,
    )


def test_a_webinar_attended_gives_80_and_none_40_and_never_invited_is_na():
    holds(
        "event_attendance",
        """
        webinar_attended_count_90d | webinar_count | score
        1                          | 1             | 80
        2                          | 5             | 80
        0                          | 1             | 40
        0                          | 0             |
        """,
    )


def test_late_payments_none_give_100_one_60_and_two_20_and_none_due_is_na():
    holds(
        "late_payments",
        """
        invoice_late_count_12m | invoice_due_count_12m | score
        0                      | 12                    | 100
        1                      | 12                    | 60
        2                      | 12                    | 20
        9                      | 12                    | 20
        0                      | 0                     |
        """,
    )


def test_a_contract_in_force_gives_100_one_that_ends_within_90_days_70_and_none_0():
    holds(
        "contract_status",
        """
        contract_in_force_count | contract_ending_90d_count | score
        1                       | 0                         | 100
        2                       | 1                         | 70
        1                       | 1                         | 70
        0                       | 0                         | 0
        """,
    )


def test_stakeholder_departures_none_give_100_one_60_and_two_20_and_no_contacts_at_all_is_na():
    holds(
        "stakeholder_changes",
        """
        stakeholder_departed_count_180d | contact_count | score
        0                               | 1             | 100
        1                               | 1             | 60
        2                               | 5             | 20
        5                               | 5             | 20
        0                               | 0             |
        """,
    )


def test_strategic_alignment_aligned_gives_100_uncertain_50_misaligned_0_and_empty_is_na():
    holds(
        "strategic_alignment",
        """
        strategic_alignment | score
        aligned             | 100
        uncertain           | 50
        misaligned          | 0
        none                |
        """,
    )


def test_csat_is_the_mean_rounded_half_up():
    holds(
        "csat",
        """
        csat_score_sum_90d | csat_answer_count_90d | score
        5                  | 1                     | 100
        9                  | 2                     | 100
        4499               | 1000                  | 70
        7                  | 2                     | 70
        3499               | 1000                  | 40
        5                  | 2                     | 40
        2499               | 1000                  | 10
        1                  | 1                     | 10
        0                  | 0                     |
        """,
    )


def test_nps_answers_mean_9_give_100_and_7_give_50_and_lower_10():
    holds(
        "nps_group",
        """
        nps_score_sum_180d | nps_respondent_count_180d | score
        9                  | 1                         | 100
        10                 | 1                         | 100
        8999               | 1000                      | 50
        7                  | 1                         | 50
        6999               | 1000                      | 10
        0                  | 3                         | 10
        0                  | 0                         |
        """,
    )


def test_tone_over_a_third_gives_100_and_exactly_a_third_is_neutral():
    holds(
        "tone",
        """
        sentiment_sum_90d | sentiment_count_90d | score
        334               | 1000                | 100
        1                 | 3                   | 60
        2                 | 6                   | 60
        7                 | 21                  | 60
        0                 | 4                   | 60
        -1                | 3                   | 60
        -7                | 21                  | 60
        -334              | 1000                | 20
        -3                | 3                   | 20
        0                 | 0                   |
        """,
    )


@pytest.mark.parametrize(
    ("component", "values", "value", "text"),
    [
        ("contract_status", {}, 2, "in force"),
        ("contract_status", {"contract_ending_90d_count": 1}, 1, "ends within 90 days"),
        ("contract_status", {"contract_in_force_count": 0}, 0, "none in force"),
        ("strategic_alignment", {"strategic_alignment": "uncertain"}, 1, "uncertain"),
        ("event_attendance", {"webinar_attended_count_90d": 0}, 0, "not attended"),
        ("usage_trend", {"event_count_30d": 1100}, 10, None),
        ("csat", {"csat_score_sum_90d": 9, "csat_answer_count_90d": 2}, 4.5, None),
    ],
)
def test_a_value_is_shown_as_a_number_and_a_code_also_in_words(component, values, value, text):
    row = Panel(weeks=1).peers().account("a", **values).scored().component(component)
    assert (row["value"], row["value_text"]) == (value, text)


def test_usage_is_measured_on_the_newest_day_of_usage_and_the_rest_at_the_weeks_end():
    rows = Panel(weeks=1).peers().account("a").scored().components()
    usage = {"login_days", "feature_adoption_pct", "usage_depth", "usage_trend"}
    assert {name for name, row in rows.items() if row["measured_on"] < AS_OF} == usage


def test_a_backfilled_row_marks_the_components_that_read_account_attributes():
    rows = Panel(weeks=1).peers().account("a", is_backfilled=True).scored().components()
    marked = {name for name, row in rows.items() if row["is_backfilled"]}
    assert marked == {"strategic_alignment", "feature_adoption_pct", "usage_depth"}
