"""Events that somebody is told of once: tickets, answers and milestones, and the day each called for it."""

from collections.abc import Callable

from tests.sql.company import Company
from tests.sql.test_risk_weeks import customers

FOUND = "select subject_id, happened_on from marts.alert_events where rule = '{}' order by subject_id"


def test_tickets_call_for_it_on_the_day_they_become_what_they_are(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "tickets",
        """
        ticket_id | account_id | category       | priority | status | is_security | created_at           | solved_at            | rca_on
        01        | a          | other          | p3       | open   | true        | 2026-06-27 03:00:00Z |                      |
        02        | a          | other          | p3       | open   | true        | 2026-06-27 05:00:00Z |                      |
        03        | a          | other          | p3       | open   | true        | 2024-06-28 15:00:00Z |                      |
        04        | a          | other          | p3       | open   | true        | 2024-06-29 15:00:00Z |                      |
        05        | a          | technical      | p0       | open   | false       | 2026-06-10 15:00:00Z |                      |
        06        | a          | technical      | p0       | open   | false       | 2026-06-10 15:00:00Z |                      |
        07        | a          | technical      | p1       | open   | false       | 2026-06-10 15:00:00Z |                      |
        08        | a          | billing        | p1       | open   | false       | 2026-06-11 15:00:00Z |                      |
        09        | a          | billing        | p2       | open   | false       | 2026-06-11 15:00:00Z |                      |
        10        | a          | implementation | p3       | open   | false       | 2026-06-23 15:00:00Z |                      |
        11        | a          | implementation | p3       | open   | false       | 2026-06-24 15:00:00Z |                      |
        12        | a          | implementation | p3       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-04 15:00:00Z |
        13        | a          | implementation | p3       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-05 15:00:00Z |
        14        | a          | other          | p0       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-03 15:00:00Z |
        15        | a          | other          | p0       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-03 15:00:00Z | 2026-06-04
        16        | a          | other          | p0       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-03 15:00:00Z | 2026-06-05
        17        | a          | other          | p0       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-26 15:00:00Z |
        18        | a          | other          | p1       | solved | false       | 2026-06-01 15:00:00Z | 2026-06-03 15:00:00Z |
        19        | a          | other          | p0       | open   | false       | 2026-06-01 15:00:00Z |                      |
        """,
    )
    company.given(
        "ticket_changes",
        """
        ticket_id | changed_at           | field    | old_value | new_value
        06        | 2026-06-12 15:00:00Z | priority | p2        | p0
        """,
    )
    company.built()
    company.shows(FOUND.format("security_incident"), "subject_id | happened_on\n01 | 2026-06-26\n04 | 2024-06-29")
    company.shows(
        FOUND.format("critical_technical_ticket"), "subject_id | happened_on\n05 | 2026-06-10\n06 | 2026-06-12"
    )
    company.shows(FOUND.format("billing_ticket_of_high_priority"), "subject_id | happened_on\n08 | 2026-06-11")
    company.shows(
        FOUND.format("implementation_ticket_open_3_days"), "subject_id | happened_on\n10 | 2026-06-26\n13 | 2026-06-04"
    )
    company.shows(
        FOUND.format("root_cause_analysis_overdue"), "subject_id | happened_on\n14 | 2026-06-04\n16 | 2026-06-04"
    )


def test_an_answer_calls_for_it_when_its_author_means_to_leave_and_gives_a_name(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | renewal_intent  | is_anonymous
        1           | a          | x             | nps    | 2     | 2026-06-10 15:00:00Z | unlikely        |
        2           | a          | y             | pulse  | 2     | 2026-06-11 15:00:00Z | decided_to_leave | false
        3           | a          | z             | nps    | 2     | 2026-06-10 15:00:00Z | unlikely        | true
        4           | a          | x             | nps    | 2     | 2026-06-10 15:00:00Z | uncertain       |
        5           | a          | x             | nps    | 2     | 2026-06-27 15:00:00Z | unlikely        |
        """,
    )
    company.built()
    company.shows(
        "select subject_id, happened_on, detail from marts.alert_events order by subject_id",
        """
        subject_id | happened_on | detail
        1          | 2026-06-10  | unlikely
        2          | 2026-06-11  | decided_to_leave
        """,
    )


def test_a_milestone_is_due_seven_days_ahead_overdue_the_day_after_and_escalated_a_week_on(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "milestones",
        """
        milestone_id   | account_id | title | planned_on | actual_on  | status      | is_critical_path | owner
        01-due-today   | a          | t     | 2026-07-03 |            | scheduled   | false            | Kim
        02-tomorrow    | a          | t     | 2026-07-04 |            | scheduled   | false            | Kim
        03-on-the-day  | a          | t     | 2026-06-26 |            | in_progress | false            | Kim
        04-overdue     | a          | t     | 2026-06-25 |            | in_progress |                  | Kim
        05-critical    | a          | t     | 2026-06-25 |            | in_progress | true             | Kim
        06-a-week      | a          | t     | 2026-06-18 |            | at_risk     | false            | Kim
        07-kept        | a          | t     | 2026-06-10 | 2026-06-10 | completed   | true             | Kim
        08-a-day-late  | a          | t     | 2026-06-10 | 2026-06-11 | completed   | true             | Kim
        09-early       | a          | t     | 2026-06-20 | 2026-06-13 | completed   | true             | Kim
        10-no-date     | a          | t     | 2026-06-15 |            | completed   | true             | Kim
        11-very-late   | a          | t     | 2026-06-01 | 2026-06-09 | completed   | false            | Kim
        """,
    )
    company.built()
    company.shows(
        FOUND.format("milestone_due_in_7_days"),
        """
        subject_id    | happened_on
        01-due-today  | 2026-06-26
        03-on-the-day | 2026-06-19
        04-overdue    | 2026-06-18
        05-critical   | 2026-06-18
        06-a-week     | 2026-06-11
        07-kept       | 2026-06-03
        08-a-day-late | 2026-06-03
        10-no-date    | 2026-06-08
        11-very-late  | 2026-05-25
        """,
    )
    company.shows(
        FOUND.format("milestone_overdue"),
        """
        subject_id    | happened_on
        04-overdue    | 2026-06-26
        05-critical   | 2026-06-26
        06-a-week     | 2026-06-19
        08-a-day-late | 2026-06-11
        11-very-late  | 2026-06-02
        """,
    )
    company.shows(
        FOUND.format("milestone_overdue_escalated"),
        """
        subject_id    | happened_on
        05-critical   | 2026-06-26
        06-a-week     | 2026-06-26
        08-a-day-late | 2026-06-11
        11-very-late  | 2026-06-09
        """,
    )
    company.shows("select distinct owner from marts.alert_events", "owner\nKim")
