"""What SLA clocks run on: priority at each event, tier on the day of creation, waits, and times cut to the second."""

from collections.abc import Callable

from tests.sql.company import Company


def customers(company: Company) -> None:
    company.given("accounts", "account_id | account_name | status\na | a | active\nb | b | active")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr       | signed_on
        1           | a          | 2024-01-01 | 2026-05-31 | 120000.00 | 2023-12-01
        2           | a          | 2026-06-01 | 2027-05-31 | 30000.00  | 2026-05-01
        """,
    )


def test_the_tier_is_that_of_the_arr_on_the_day_of_creation_grace_included(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given("accounts", "account_id | account_name | status\nc | c | active")
    company.given(
        "contracts",
        "contract_id | account_id | starts_on | ends_on | arr | signed_on\n3 | c | 2025-06-01 | 2026-06-10 | 50000.00 | 2025-05-01",
    )
    company.given(
        "tickets",
        """
        ticket_id | account_id | priority | created_at
        1         | a          | p1       | 2026-06-01 03:59:59Z
        2         | a          | p1       | 2026-06-01 04:00:00Z
        3         | b          | p1       | 2026-06-01 04:00:00Z
        4         | c          | p1       | 2026-06-20 12:00:00Z
        5         | a          | p1       | 2026-06-27 12:00:00Z
        """,
    )
    company.built()
    company.shows(
        "select ticket_id, created_on, month_on, arr, tier from marts.ticket_clocks order by ticket_id",
        """
        ticket_id | created_on | month_on   | arr       | tier
        1         | 2026-05-31 | 2026-05-01 | 120000.00 | enterprise
        2         | 2026-06-01 | 2026-06-01 | 30000.00  | mid_market
        3         | 2026-06-01 | 2026-06-01 | 0.00      | starter
        4         | 2026-06-20 | 2026-06-01 | 50000.00  | mid_market
        """,
    )


def test_a_change_at_the_very_second_of_an_event_counts_as_before_it(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | priority | created_at           | first_response_at        | solved_at
        1         | a          | p0       | 2026-06-10 10:00:00Z | 2026-06-10 11:00:00Z     | 2026-06-10 12:00:00Z
        2         | a          | p0       | 2026-06-10 10:00:00Z | 2026-06-10 11:00:00.100Z | 2026-06-10 12:00:00Z
        3         | a          | p0       | 2026-06-10 10:00:00Z | 2026-06-10 11:00:00Z     |
        4         | a          | p2       | 2026-06-10 10:00:00Z |                          |
        """,
    )
    company.given(
        "ticket_changes",
        """
        ticket_id | changed_at               | field    | old_value | new_value
        1         | 2026-06-10 11:00:00Z     | priority | p3        | p1
        1         | 2026-06-10 12:00:01Z     | priority | p1        | p0
        2         | 2026-06-10 11:00:00.900Z | priority | p3        | p0
        3         | 2026-06-10 11:00:01Z     | priority | p3        | p0
        """,
    )
    company.built()
    company.shows(
        """
        select ticket_id, priority, response_priority, resolution_priority,
            strftime(critical_at at time zone 'UTC', '%H:%M:%S') as critical
        from marts.ticket_clocks order by ticket_id
        """,
        """
        ticket_id | priority | response_priority | resolution_priority | critical
        1         | p0       | p1                | p1                  | 12:00:01
        2         | p0       | p0                | p0                  | 11:00:00
        3         | p0       | p3                | p0                  | 11:00:01
        4         | p2       | p2                | p2                  |
        """,
    )


def test_the_solution_is_a_response_and_what_is_later_than_as_of_has_not_happened(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    customers(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | status | created_at           | first_response_at    | solved_at
        alone     | a          | solved | 2026-06-10 10:00:00Z |                      | 2026-06-10 12:00:00Z
        after     | a          | solved | 2026-06-10 10:00:00Z | 2026-06-10 13:00:00Z | 2026-06-10 12:00:00Z
        early     | a          | open   | 2026-06-10 10:00:00Z | 2026-06-10 09:00:00Z |
        future    | a          | solved | 2026-06-10 10:00:00Z | 2026-06-28 09:00:00Z | 2026-06-28 12:00:00Z
        undated   | a          | closed | 2026-06-10 10:00:00Z |                      |
        """,
    )
    company.built()
    company.shows(
        """
        select ticket_id, strftime(responded_at at time zone 'UTC', '%H:%M') as responded,
            strftime(resolved_at at time zone 'UTC', '%H:%M') as resolved, is_undated
        from marts.ticket_clocks order by ticket_id
        """,
        """
        ticket_id | responded | resolved | is_undated
        after     | 12:00     | 12:00    | no
        alone     | 12:00     | 12:00    | no
        early     | 10:00     |          | no
        future    |           |          | no
        undated   |           |          | yes
        """,
    )


def test_waits_lie_between_creation_and_solution_and_last_until_they_end(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id | status  | created_at           | solved_at
        1         | a          | solved  | 2026-06-10 10:00:00Z | 2026-06-10 15:00:00Z
        2         | a          | pending | 2026-06-10 10:00:00Z |
        3         | a          | pending | 2026-06-10 10:00:00Z |
        """,
    )
    company.given(
        "ticket_changes",
        """
        ticket_id | changed_at           | field  | old_value | new_value
        1         | 2026-06-10 11:00:00Z | status | pending   | open
        1         | 2026-06-10 12:00:00Z | status | open      | hold
        1         | 2026-06-10 13:00:00Z | status | hold      | Pending
        1         | 2026-06-10 16:00:00Z | status | pending   | solved
        2         | 2026-06-11 10:00:00Z | status | new       | pending
        2         | 2026-06-28 10:00:00Z | status | pending   | open
        """,
    )
    company.built()
    company.shows(
        """
        select ticket_id, status, strftime(from_at at time zone 'UTC', '%d %H:%M') as since,
            strftime(until_at at time zone 'UTC', '%d %H:%M') as until
        from marts.ticket_statuses order by ticket_id, from_at
        """,
        """
        ticket_id | status  | since    | until
        1         | pending | 10 10:00 | 10 11:00
        1         | hold    | 10 12:00 | 10 13:00
        1         | pending | 10 13:00 | 10 15:00
        2         | pending | 11 10:00 |
        """,
    )


def test_a_ticket_is_in_a_general_incident_when_it_was_created_while_it_lasted(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    customers(company)
    company.given(
        "incidents",
        """
        incident_id | account_id | started_at           | ended_at
        1           |            | 2026-06-10 10:00:00Z | 2026-06-10 12:00:00Z
        2           | a          | 2026-06-11 10:00:00Z | 2026-06-11 12:00:00Z
        3           |            | 2026-06-20 10:00:00Z |
        """,
    )
    company.given(
        "tickets",
        """
        ticket_id | account_id | created_at
        1         | a          | 2026-06-10 10:00:00Z
        2         | a          | 2026-06-10 12:00:01Z
        3         | a          | 2026-06-11 11:00:00Z
        4         | a          | 2026-06-21 11:00:00Z
        """,
    )
    company.built()
    company.shows(
        "select ticket_id, is_in_general_incident from marts.ticket_clocks order by ticket_id",
        "ticket_id | is_in_general_incident\n1 | yes\n2 | no\n3 | no\n4 | yes",
    )


def test_holidays_are_dates_and_the_calendars_of_countries(a_company: Callable[..., Company]) -> None:
    company = a_company(support={"holidays": ["2026-06-15", "US"]})
    customers(company)
    company.built()
    company.shows(
        "select holiday_on from marts.holidays where holiday_on between '2026-06-01' and '2026-07-31' order by all",
        "holiday_on\n2026-06-15\n2026-06-19\n2026-07-03\n2026-07-04",
    )
