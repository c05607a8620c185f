"""Tickets as known at a week's end: created, open, rated, and the priority they had then."""

from collections.abc import Callable

from tests.sql.company import Company

ONE_ACCOUNT = "account_id | account_name | status\na | a | active"
ONE_CONTRACT = "contract_id | account_id | starts_on | arr | signed_on\n1 | a | 2024-01-01 | 1.00 | 2023-12-01"


def a_customer(company: Company) -> None:
    company.given("accounts", ONE_ACCOUNT)
    company.given("contracts", ONE_CONTRACT)


def test_a_ticket_is_open_until_the_day_it_is_solved(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | status | priority | created_at           | solved_at            | csat
        1         | a          | closed | p1       | 2026-06-01 15:00:00Z | 2026-06-15 15:00:00Z | 5
        2         | a          | open   | p2       | 2026-06-08 15:00:00Z |                      |
        3         | a          | solved | p2       | 2026-06-08 15:00:00Z | 2026-06-29 15:00:00Z | 1
        4         | a          | closed | p0       | 2026-06-08 15:00:00Z |                      |
        5         | a          | new    | p3       | 2026-06-27 15:00:00Z |                      |
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, open_ticket_count, open_p0_p1_count, ticket_created_count_30d,
            csat_score_sum_90d, csat_answer_count_90d
        from marts.account_weeks where week_ending_on >= '2026-05-29' order by week_ending_on
        """,
        """
        week_ending_on | open_ticket_count | open_p0_p1_count | ticket_created_count_30d | csat_score_sum_90d | csat_answer_count_90d
        2026-05-29     | 0                 | 0                | 0                        | 0                  | 0
        2026-06-05     | 1                 | 1                | 1                        | 0                  | 0
        2026-06-12     | 3                 | 1                | 4                        | 0                  | 0
        2026-06-19     | 2                 | 0                | 4                        | 5                  | 1
        2026-06-26     | 2                 | 0                | 4                        | 5                  | 1
        """,
    )
    company.shows(
        "select ticket_id, status, age_days from marts.open_tickets order by ticket_id",
        """
        ticket_id | status | age_days
        2         | open   | 18
        3         | open   | 18
        """,
    )
    company.shows("select ticket_id from checks.solved_without_date", "ticket_id\n4")


def test_the_last_90_days_are_exactly_90_days(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | status | created_at           | solved_at            | csat
        1         | a          | solved | 2026-03-28 15:00:00Z | 2026-03-28 16:00:00Z | 2
        2         | a          | solved | 2026-03-29 15:00:00Z | 2026-03-29 16:00:00Z | 3
        3         | a          | solved | 2026-03-01 15:00:00Z | 2026-03-29 16:00:00Z | 4
        4         | a          | open   | 2026-05-27 15:00:00Z |                      | 5
        5         | a          | open   | 2026-05-28 15:00:00Z |                      |
        """,
    )
    company.built()
    company.shows(
        """
        select ticket_created_count_90d, ticket_created_count_30d, csat_score_sum_90d, csat_answer_count_90d
        from marts.account_weeks where week_ending_on = '2026-06-26'
        """,
        """
        ticket_created_count_90d | ticket_created_count_30d | csat_score_sum_90d | csat_answer_count_90d
        3                        | 1                        | 12                 | 3
        """,
    )


def test_a_day_is_the_local_day_also_across_the_change_of_clocks(a_company: Callable[..., Company]) -> None:
    company = a_company()
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id    | account_id | created_at
        winter-last  | a          | 2026-03-07 04:59:59Z
        winter-first | a          | 2026-03-07 05:00:00Z
        summer-last  | a          | 2026-03-09 03:59:59Z
        summer-first | a          | 2026-03-09 04:00:00Z
        autumn-last  | a          | 2025-11-02 03:59:59Z
        autumn-first | a          | 2025-11-02 04:00:00Z
        standard     | a          | 2025-11-03 05:00:00Z
        """,
    )
    company.built()
    company.shows(
        "select ticket_id, created_on from staging.stg_tickets order by created_at",
        """
        ticket_id    | created_on
        autumn-last  | 2025-11-01
        autumn-first | 2025-11-02
        standard     | 2025-11-03
        winter-last  | 2026-03-06
        winter-first | 2026-03-07
        summer-last  | 2026-03-08
        summer-first | 2026-03-09
        """,
    )


def test_a_p0_is_over_48_hours_by_the_clock_and_by_the_priority_it_has_then(a_company: Callable[..., Company]) -> None:
    company = a_company(company={"name": "Acme", "time_zone": "Europe/Berlin"})
    a_customer(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | priority | created_at
        exactly   | a          | p0       | 2026-06-24 22:00:00Z
        over      | a          | p0       | 2026-06-24 21:59:59Z
        calmed    | a          | p2       | 2026-06-01 10:00:00Z
        raised    | a          | p0       | 2026-06-01 10:00:00Z
        """,
    )
    company.given(
        "ticket_changes",
        """
        ticket_id | changed_at           | field    | old_value | new_value
        calmed    | 2026-06-10 10:00:00Z | priority | p0        | p2
        raised    | 2026-06-17 10:00:00Z | priority | p3        | p1
        raised    | 2026-06-24 10:00:00Z | priority | p1        | p0
        raised    | 2026-06-23 10:00:00Z | status   | new       | open
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, open_ticket_count, open_p0_p1_count, open_p0_over_48h_count
        from marts.account_weeks where week_ending_on >= '2026-06-05' order by week_ending_on
        """,
        """
        week_ending_on | open_ticket_count | open_p0_p1_count | open_p0_over_48h_count
        2026-06-05     | 2                 | 1                | 1
        2026-06-12     | 2                 | 0                | 0
        2026-06-19     | 2                 | 1                | 0
        2026-06-26     | 4                 | 3                | 2
        """,
    )
