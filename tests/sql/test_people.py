"""Engagement and sentiment in the panel: touches, meetings, trainings, people who left, invoices, NPS."""

from collections.abc import Callable

from tests.sql.company import Company


def a_customer(company: Company) -> None:
    company.given("accounts", "account_id | account_name | status\na | a | active")
    company.given(
        "contracts", "contract_id | account_id | starts_on | arr | signed_on\n1 | a | 2024-01-01 | 1.00 | 2023-12-01"
    )


def test_meetings_and_calls_count_when_it_is_known_whether_they_were_attended(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    a_customer(company)
    company.given("contacts", "contact_id | account_id | role\nboss | a | executive_sponsor\nuser | a | user")
    company.given(
        "activities",
        """
        activity_id | account_id | type       | occurred_at          | direction | was_attended | sentiment | contact_id
        1           | a          | meeting    | 2026-06-01 15:00:00Z | proactive | true         | positive  | boss
        2           | a          | call       | 2026-06-02 15:00:00Z | proactive | false        | negative  | boss
        3           | a          | call       | 2026-06-03 15:00:00Z | reactive  |              | negative  | boss
        4           | a          | webinar    | 2026-06-04 15:00:00Z |           | true         |           |
        5           | a          | webinar    | 2025-06-04 15:00:00Z |           | false        |           |
        6           | a          | escalation | 2026-06-05 15:00:00Z | reactive  |              | negative  |
        7           | a          | email      | 2026-03-28 15:00:00Z | proactive |              | neutral   |
        8           | a          | meeting    | 2026-03-29 15:00:00Z | proactive | true         | neutral   | user
        9           | a          | meeting    | 2026-06-29 15:00:00Z | proactive | true         | neutral   | boss
        """,
    )
    company.given(
        "qbrs", "qbr_id | account_id | scheduled_on | held_on | has_executive\n1 | a | 2026-05-01 | 2026-05-02 | true"
    )
    company.built()
    company.shows(
        """
        select meeting_held_count_90d, meeting_attended_count_90d, webinar_count, webinar_attended_count_90d,
            sentiment_sum_90d, sentiment_count_90d, touch_count_30d, proactive_touch_count_30d
        from marts.account_weeks where week_ending_on = '2026-06-26'
        """,
        """
        meeting_held_count_90d | meeting_attended_count_90d | webinar_count | webinar_attended_count_90d | sentiment_sum_90d | sentiment_count_90d | touch_count_30d | proactive_touch_count_30d
        3                      | 2                          | 2             | 1                          | -2                | 5                   | 3               | 1
        """,
    )
    company.shows(
        "select last_touch_on, last_executive_touch_on, last_qbr_on from marts.accounts",
        "last_touch_on | last_executive_touch_on | last_qbr_on\n2026-06-04 | 2026-06-01 | 2026-05-02",
    )


def test_trainings_and_contacts_count_to_date_and_departures_in_their_window(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "trainings",
        """
        account_id | user_id | course | assigned_on | completed_on
        a          | 1       | x      | 2020-01-01  | 2020-02-01
        a          | 2       | x      | 2026-06-10  | 2026-06-20
        a          | 3       | x      | 2026-06-20  | 2026-06-30
        a          | 4       | x      | 2026-06-27  |
        """,
    )
    company.given(
        "contacts",
        """
        contact_id | account_id | role              | joined_on  | departed_on
        1          | a          | champion          |            | 2025-12-28
        2          | a          | executive_sponsor |            | 2025-12-29
        3          | a          | technical_lead    | 2026-06-15 | 2026-06-20
        4          | a          | user              |            | 2026-06-20
        5          | a          | champion          | 2026-06-01 | 2026-06-27
        6          | a          | champion          | 2026-06-27 |
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, training_assigned_count, training_completed_count, contact_count,
            stakeholder_departed_count_180d, stakeholder_departed_count_90d
        from marts.account_weeks where week_ending_on >= '2026-06-12' order by week_ending_on
        """,
        """
        week_ending_on | training_assigned_count | training_completed_count | contact_count | stakeholder_departed_count_180d | stakeholder_departed_count_90d
        2026-06-12     | 2                       | 1                        | 4             | 2                               | 0
        2026-06-19     | 2                       | 1                        | 5             | 2                               | 0
        2026-06-26     | 3                       | 2                        | 5             | 2                               | 1
        """,
    )


def test_an_invoice_is_late_when_paid_after_or_unpaid_past_its_due_date(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "invoices",
        """
        invoice_id     | account_id | issued_on  | due_on     | paid_on    | status
        on-time        | a          | 2026-05-01 | 2026-06-12 | 2026-06-12 | paid
        a-day-late     | a          | 2026-05-01 | 2026-06-12 | 2026-06-13 | paid
        due-today      | a          | 2026-06-01 | 2026-06-26 |            | open
        overdue        | a          | 2026-06-01 | 2026-06-25 |            | open
        draft          | a          | 2026-06-01 | 2026-06-25 |            | draft
        void           | a          | 2026-06-01 | 2026-06-25 |            | void
        paid-some-day  | a          | 2026-06-01 | 2026-06-25 |            | paid
        12-months-ago  | a          | 2025-06-01 | 2025-06-27 | 2025-07-30 | paid
        before-that    | a          | 2025-06-01 | 2025-06-26 | 2025-07-30 | paid
        not-issued     | a          | 2026-06-27 | 2026-06-20 |            | open
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, invoice_due_count_12m, invoice_late_count_12m from marts.account_weeks
        where week_ending_on in ('2026-06-12', '2026-06-19', '2026-06-26') order by week_ending_on
        """,
        """
        week_ending_on | invoice_due_count_12m | invoice_late_count_12m
        2026-06-12     | 4                     | 2
        2026-06-19     | 4                     | 3
        2026-06-26     | 6                     | 3
        """,
    )


def test_nps_takes_the_latest_score_of_each_respondent(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | wave
        1           | a          | ann           | nps    | 2     | 2026-01-15 15:00:00Z |
        2           | a          | ann           |        | 9     | 2026-06-20 15:00:00Z |
        3           | a          | ann           | nps    | 10    | 2026-06-20 15:00:00Z |
        4           | a          | bob           | nps    | 7     | 2025-12-29 05:00:00Z |
        5           | a          | cat           | nps    | 7     | 2025-12-28 15:00:00Z |
        6           | a          | dan           | csat   | 1     | 2026-06-20 15:00:00Z |
        7           | a          | eve           | nps    | 6     | 2026-06-27 03:59:00Z | spring
        8           | a          | fay           | nps    | 0     | 2026-06-27 04:00:00Z |
        """,
    )
    company.given(
        "survey_invitations",
        """
        invitation_id | account_id | contact_email | sent_at              | survey | wave
        1             | a          | ann@a.com     | 2026-06-01 15:00:00Z |        |
        2             | a          | ANN@a.com     | 2026-06-08 15:00:00Z | nps    |
        3             | a          | bob@a.com     | 2026-06-08 15:00:00Z | nps    |
        4             | a          | eve@a.com     | 2026-06-08 15:00:00Z | nps    | spring
        5             | a          | gil@a.com     | 2026-06-08 15:00:00Z | csat   |
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, nps_respondent_count_180d, nps_score_sum_180d from marts.account_weeks
        where week_ending_on in ('2026-01-16', '2026-06-19', '2026-06-26') order by week_ending_on
        """,
        """
        week_ending_on | nps_respondent_count_180d | nps_score_sum_180d
        2026-01-16     | 3                         | 16
        2026-06-19     | 3                         | 16
        2026-06-26     | 3                         | 23
        """,
    )
    company.shows(
        """
        select wave, invited_count, answered_count, promoter_count, passive_count, detractor_count
        from marts.nps_waves order by wave
        """,
        """
        wave    | invited_count | answered_count | promoter_count | passive_count | detractor_count
        2025-Q4 | 0             | 2              | 0              | 2             | 0
        2026-Q1 | 0             | 1              | 0              | 0             | 1
        2026-Q2 | 2             | 1              | 1              | 0             | 0
        spring  | 1             | 1              | 0              | 0             | 1
        """,
    )
    company.shows("select response_id from marts.nps_answers where wave = '2026-Q2'", "response_id\n3")
