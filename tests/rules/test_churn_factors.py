"""Every factor of churn risk at its threshold, just under and just over it, and the examples of the source."""

from datetime import date

import pytest

from tests.rules.risk_books import RiskPanel, gives

SINGLE = [
    ("contract_ending_90d_count", 1, "renewal_within_90_days +10"),
    ("contract_past_due_count", 1, "renewal_past_due +25"),
    ("contract_disputed_count", 1, "contract_disputed +30"),
    ("negative_social_count_90d", 1, "negative_social +10"),
    ("billing_ticket_count_60d", 2, "billing_questions +10"),
    ("budget_cut_count_180d", 1, "budget_cut +15"),
    ("market_downturn_count_180d", 1, "market_downturn +10"),
    ("competitor_acquisition_count_180d", 1, "competitor_acquisition +20"),
    ("merger_count_180d", 1, "merger +10"),
    ("competitor_evaluation_count_180d", 1, "competitor_evaluation +5"),
    ("implementation_delayed_count", 1, "implementation_delayed_2_weeks +20"),
    ("data_quality_issue_count", 1, "data_quality_issue +15"),
    ("integration_failure_count", 1, "integration_failure +20"),
    ("contract_multi_year_count", 1, "multi_year -15"),
    ("expansion_open_count", 1, "expansion_discussion -10"),
    ("expansion_signal_count_90d", 1, "expansion_discussion -10"),
    ("executive_meeting_count_30d", 1, "executive_engaged -5"),
    ("executive_signal_count_30d", 1, "executive_engaged -5"),
    ("executive_review_count_30d", 1, "executive_engaged -5"),
    ("expansion_won_count_90d", 1, "expansion_milestone -10"),
    ("milestone_signal_count_90d", 1, "expansion_milestone -10"),
    ("feedback_signal_count_90d", 1, "proactive_feedback -5"),
    ("feedback_item_count_90d", 1, "proactive_feedback -5"),
]


@pytest.mark.parametrize(("column", "threshold", "factor"), SINGLE)
def test_a_factor_that_counts_rows_holds_from_its_threshold_on(column: str, threshold: int, factor: str):
    gives(
        f"""
        {column} | factors
        {threshold - 1} | none
        {threshold} | {factor}
        {threshold + 1} | {factor}
        """
    )


def test_a_price_increase_counts_over_25_percent():
    gives(
        """
        price_increase_pct | factors
        -                  | none
        25                 | none
        25.01              | price_increase_over_25 +15
        """
    )


def test_daily_users_of_the_seats_count_under_10_under_30_and_under_half():
    gives(
        """
        business_user_day_count_30d | factors
        100                         | none
        99                          | dau_30_to_50 +5
        60                          | dau_30_to_50 +5
        59                          | dau_10_to_30 +10
        20                          | dau_10_to_30 +10
        19                          | dau_under_10 +20
        0                           | dau_under_10 +20
        """
    )


def test_no_usage_brings_both_the_lowest_share_of_seats_and_no_usage():
    gives(
        """
        event_count_30d | user_day_count_30d | business_user_day_count_30d | factors
        0               | 0                  | 0                           | dau_under_10 +20, no_usage_30_days +20
        1               | 0                  | 0                           | dau_under_10 +20
        0               | 1                  | 0                           | dau_under_10 +20
        """
    )


def test_training_counts_under_30_percent_and_only_where_any_was_assigned():
    gives(
        """
        training_assigned_count | training_completed_count | factors
        0                       | 0                        | none
        10                      | 3                        | none
        100                     | 29                       | training_under_30 +15
        10                      | 0                        | training_under_30 +15
        """
    )


def test_tickets_and_escalations_count_together_over_5():
    gives(
        """
        ticket_created_count_30d | escalation_count_30d | factors
        5                        | 0                    | none
        6                        | 0                    | tickets_over_5 +10
        3                        | 2                    | none
        3                        | 3                    | tickets_over_5 +10
        """
    )


def test_nps_is_the_mean_of_the_latest_scores_never_a_percentage():
    gives(
        """
        nps_respondent_count_180d | nps_score_sum_180d | factors
        0                         | 0                  | none
        1                         | 9                  | none
        3                         | 26                 | nps_passive +10
        1                         | 7                  | nps_passive +10
        3                         | 20                 | nps_detractor +20
        1                         | 0                  | nps_detractor +20
        """
    )


def test_nps_fell_over_20_points_with_three_respondents_in_both_waves():
    gives(
        """
        wave_answer_count | wave_prior_answer_count | wave_promoter_surplus_count | wave_prior_promoter_surplus_count | wave_score_sum | wave_prior_score_sum | factors
        5                 | 5                       | 1                           | 2                                 | 30             | 50                   | none
        5                 | 4                       | 1                           | 2                                 | 30             | 40                   | nps_drop_over_20 +15
        3                 | 3                       | 3                           | 3                                 | 0              | 30                   | none
        3                 | 3                       | 2                           | 3                                 | 27             | 30                   | nps_drop_over_20 +15
        """
    )


def test_nps_of_fewer_respondents_fell_when_their_mean_fell_by_2():
    gives(
        """
        wave_answer_count | wave_prior_answer_count | wave_promoter_surplus_count | wave_prior_promoter_surplus_count | wave_score_sum | wave_prior_score_sum | factors
        2                 | 3                       | 2                           | 3                                 | 16             | 30                   | nps_drop_over_20 +15
        2                 | 3                       | 2                           | 3                                 | 17             | 30                   | none
        1                 | 1                       | -1                          | 1                                 | 7              | 9                    | nps_drop_over_20 +15
        1                 | 1                       | 1                           | 1                                 | 8              | 9                    | none
        0                 | 3                       | -                           | 3                                 | -              | 30                   | none
        """
    )


def test_of_two_csat_factors_only_the_mean_counts():
    gives(
        """
        csat_answer_count_90d | csat_score_sum_90d | csat_under_2_count_90d | factors
        0                     | 0                  | 0                      | none
        1                     | 3                  | 0                      | none
        100                   | 299                | 0                      | support_csat_under_3 +15
        10                    | 38                 | 2                      | none
        10                    | 38                 | 3                      | csat_under_2_three_times +15
        4                     | 8                  | 3                      | support_csat_under_3 +15
        """
    )


def test_no_business_review_counts_for_customers_of_longer_than_the_window():
    gives(
        """
        customer_since_on | review_last_held_on | tier       | factors
        180d              | -                   | enterprise | none
        181d              | -                   | enterprise | no_business_review +5
        181d              | 179d                | enterprise | none
        181d              | 180d                | enterprise | no_business_review +5
        400d              | -                   | starter    | none
        401d              | -                   | starter    | no_business_review +5
        401d              | 399d                | starter    | none
        401d              | 400d                | starter    | no_business_review +5
        """,
        expansion_won_count_180d=1,
    )


def test_a_departed_stakeholder_counts_more_when_it_is_the_executive_sponsor():
    gives(
        """
        stakeholder_departed_count_90d | executive_sponsor_departed_count_90d | departure_signal_count_90d | factors
        0                              | 0                                    | 0                          | none
        1                              | 0                                    | 0                          | key_stakeholder_departed +25
        1                              | 1                                    | 0                          | key_stakeholder_departed +30
        0                              | 0                                    | 1                          | key_stakeholder_departed +25
        """
    )


def test_downtime_counts_over_300_minutes():
    gives(
        """
        downtime_seconds_30d | factors
        18000                | none
        18001                | downtime_over_5_hours +25
        """
    )


def test_no_expansion_counts_after_six_calendar_months():
    gives(
        """
        customer_since_on | expansion_open_count | expansion_won_count_180d | review_last_held_on | factors
        181d              | 0                    | 0                        | 1d                  | none
        183d              | 0                    | 0                        | 1d                  | no_expansion_identified +5
        183d              | 1                    | 0                        | 1d                  | expansion_discussion -10
        183d              | 0                    | 1                        | 1d                  | none
        """
    )


EXAMPLES = [
    (
        "billing_questions, executive_engaged",
        5,
        "green",
        {"billing_ticket_count_60d": 2, "executive_signal_count_30d": 1},
    ),
    (
        "dau_10_to_30, training, no expansion, no business review",
        35,
        "yellow",
        {
            "business_user_day_count_30d": 40,
            "training_completed_count": 1,
            "customer_since_on": date(2025, 6, 1),
        },
    ),
    (
        "renewal within 90 days, CSAT, billing, budget cut",
        50,
        "orange",
        {
            "contract_ending_90d_count": 1,
            "csat_answer_count_90d": 2,
            "csat_score_sum_90d": 5,
            "billing_ticket_count_60d": 2,
            "budget_cut_count_180d": 1,
        },
    ),
    (
        "renewal past due, stakeholder, downtime",
        75,
        "red",
        {"contract_past_due_count": 1, "stakeholder_departed_count_90d": 1, "downtime_seconds_30d": 20_000},
    ),
]


@pytest.mark.parametrize(("name", "points", "band", "values"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_the_worked_examples_of_the_source(name: str, points: int, band: str, values: dict[str, object]):
    week = RiskPanel().account(**values).risk().week()
    assert (week["churn_risk_points"], week["churn_risk_band"]) == (points, band)
