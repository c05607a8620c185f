"""Ratings by month, comments of other surveys, and waves that nobody was invited to."""

from collections.abc import Callable

from tests.sql.company import Company


def a_customer(company: Company) -> None:
    company.given("accounts", "account_id | account_name | status\na | a | active")
    company.given(
        "contracts", "contract_id | account_id | starts_on | arr | signed_on\n1 | a | 2024-01-01 | 1.00 | 2023-12-01"
    )


def test_ratings_of_tickets_and_surveys_are_counted_by_month(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | created_at           | solved_at            | csat | status
        1         | a          | 2026-05-01 15:00:00Z | 2026-06-01 15:00:00Z | 5    | solved
        2         | a          | 2026-06-01 15:00:00Z | 2026-06-02 15:00:00Z | 4    | solved
        3         | a          | 2026-06-01 15:00:00Z | 2026-06-28 15:00:00Z | 1    | solved
        4         | a          | 2026-06-01 15:00:00Z |                      |      | open
        """,
    )
    company.given(
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | comment
        1           | a          | x             | csat   | 1     | 2026-06-02 15:00:00Z | Slow
        2           | a          | y             | ces    | 3     | 2026-05-02 15:00:00Z |
        3           | a          | z             | nps    | 9     | 2026-05-02 15:00:00Z | Good
        """,
    )
    company.built()
    company.shows(
        "select * from marts.rating_months order by survey, source, month_on",
        """
        account_id | survey | source  | month_on   | answer_count | score_sum | score_square_sum | satisfied_count | extreme_count
        a          | ces    | surveys | 2026-05-01 | 1            | 3.0       | 9.0              | 0               | 0
        a          | csat   | surveys | 2026-06-01 | 1            | 1.0       | 1.0              | 0               | 1
        a          | csat   | tickets | 2026-06-01 | 2            | 9.0       | 41.0             | 2               | 1
        """,
    )
    company.shows(
        "select response_id, survey, comment from marts.survey_comments",
        "response_id | survey | comment\n1 | csat | Slow",
    )


def test_a_wave_with_answers_and_no_invitation_is_a_finding(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | wave
        1           | a          | x             | nps    | 9     | 2026-06-02 15:00:00Z | summer
        2           | a          | y             | nps    | 3     | 2026-05-02 15:00:00Z | spring
        """,
    )
    company.given(
        "survey_invitations",
        "invitation_id | account_id | contact_email | sent_at | survey | wave\n1 | a | x@a.com | 2026-05-01 15:00:00Z | nps | spring",
    )
    assert company.built().findings["nps_waves_without_invitations"] == 1
    company.shows(
        "select wave, account_id, answer_count from checks.nps_waves_without_invitations",
        "wave | account_id | answer_count\nsummer | a | 1",
    )
