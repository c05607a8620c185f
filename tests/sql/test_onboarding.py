"""What onboarding and offboarding are worked out from: measured weeks, hours, users, costs, and why service ends."""

from collections.abc import Callable

from tests.sql.company import Company
from tests.sql.test_risk_weeks import customers

PLANS = """
plan_id | account_id | started_on | original_go_live_on | went_live_on | spent  | budget | currency
P1      | a          | 2026-05-01 | 2026-06-10          | 2026-06-12   | 100.00 | 200.00 | EUR
P2      | b          | 2026-06-01 | 2026-07-10          |              | 10.00  |        |
"""


def test_weeks_are_seven_days_and_the_baseline_follows_go_live(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a", "b")
    company.given("implementations", PLANS)
    company.given(
        "usage_daily",
        """
        account_id | used_on    | feature | active_users | event_count
        a          | 2026-06-12 |         | 50           | 50
        a          | 2026-06-13 |         | 3            | 30
        a          | 2026-06-15 |         | 4            | 40
        a          | 2026-06-19 |         | 5            | 50
        a          | 2026-06-20 |         | 7            | 70
        a          | 2026-06-26 |         | 6            | 60
        """,
    )
    company.built()
    company.shows(
        """
        select plan_id, measured, ends_on, business_day_count as days, user_day_count as used,
            business_user_day_count as business, event_count as events
        from marts.onboarding_weeks order by plan_id, measured
        """,
        """
        plan_id | measured  | ends_on    | days | used | business | events
        P1      | baseline  | 2026-06-19 | 5    | 12   | 9        | 120
        P1      | last_week | 2026-06-19 | 5    | 12   | 9        | 120
        P1      | this_week | 2026-06-26 | 5    | 13   | 6        | 130
        P2      | last_week | 2026-06-19 | 5    | 0    | 0        | 0
        P2      | this_week | 2026-06-26 | 5    | 0    | 0        | 0
        """,
    )


def test_without_a_usage_feed_the_weeks_know_nothing_of_use(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a", "b")
    company.given("implementations", PLANS)
    company.built()
    company.shows(
        "select measured, user_day_count, business_day_count from marts.onboarding_weeks where plan_id = 'P2' order by 1",
        "measured | user_day_count | business_day_count\nlast_week | |\nthis_week | |",
    )


def test_tickets_trainings_and_pulse_count_in_the_week_they_happen(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "b")
    company.given("implementations", "\n".join([PLANS.splitlines()[1], PLANS.splitlines()[3]]))
    company.given(
        "tickets",
        """
        ticket_id | account_id | status | created_at           | solved_at            | csat | agent_reply_count | reopen_count
        1         | b          | solved | 2026-06-10 15:00:00Z | 2026-06-19 15:00:00Z | 3    | 1                 | 0
        2         | b          | solved | 2026-06-20 15:00:00Z | 2026-06-20 17:00:00Z | 5    | 1                 |
        3         | b          | open   | 2026-06-26 15:00:00Z |                      |      |                   |
        4         | b          | solved | 2026-06-19 15:00:00Z | 2026-06-26 15:00:00Z |      | 4                 | 0
        """,
    )
    company.given(
        "trainings",
        """
        account_id | user_id | course | assigned_on | completed_on
        b          | u       | x      | 2026-06-02  | 2026-06-19
        b          | u       | y      | 2026-06-02  | 2026-06-20
        b          | u       | z      | 2026-06-21  |
        """,
    )
    company.given(
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at
        1           | b          | r             | pulse  | 4     | 2026-06-19 15:00:00Z
        2           | b          | r             | pulse  | 5     | 2026-06-26 15:00:00Z
        3           | b          | r             | csat   | 1     | 2026-06-26 15:00:00Z
        """,
    )
    company.built()
    company.shows(
        """
        select measured, ticket_created_count as created, ticket_solved_count as solved,
            resolution_minute_sum as minutes, first_contact_count as first, csat_score_sum as csat,
            training_assigned_count as assigned, training_completed_count as completed, pulse_score_sum as pulse
        from marts.onboarding_weeks order by measured
        """,
        """
        measured  | created | solved | minutes | first | csat | assigned | completed | pulse
        last_week | 1       | 1      | 12960   | 1     | 3    | 2        | 1         | 4.0
        this_week | 2       | 2      | 10200   | 1     | 5    | 3        | 2         | 5.0
        """,
    )


def test_downtime_counts_each_second_of_the_week_once(a_company: Callable[..., Company]) -> None:
    company = a_company(company={"name": "Acme", "time_zone": "UTC"})
    customers(company, "a", "b")
    company.given("implementations", PLANS)
    company.given(
        "incidents",
        """
        incident_id | account_id | started_at           | ended_at
        1           |            | 2026-06-19 23:50:00Z | 2026-06-20 00:10:00Z
        2           | b          | 2026-06-20 00:05:00Z | 2026-06-20 00:20:00Z
        3           | a          | 2026-06-22 00:00:00Z | 2026-06-22 01:00:00Z
        """,
    )
    company.built()
    company.shows(
        "select plan_id, measured, downtime_seconds as s from marts.onboarding_weeks order by plan_id, measured",
        """
        plan_id | measured  | s
        P1      | baseline  | 600
        P1      | last_week | 600
        P1      | this_week | 4200
        P2      | last_week | 600
        P2      | this_week | 1200
        """,
    )


def test_hours_without_a_plan_belong_to_the_newest_and_costs_are_converted(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a", "b")
    company.given("implementations", PLANS)
    company.given("exchange_rates", "currency | month_on | rate_to_reporting\nEUR | 2026-06-01 | 1.10000000")
    company.given(
        "effort",
        """
        effort_id | account_id | plan_id | phase | side     | week_ending_on | planned_hours | actual_hours
        1         | a          |         | setup | ours     | 2026-06-19     | 10            | 8
        2         | a          | P1      | setup | ours     | 2026-06-20     | 10            | 12
        3         | a          | P1      | setup | customer | 2026-06-26     |               | 4
        """,
    )
    company.built()
    company.shows(
        """
        select side, planned_hours, actual_hours, planned_hours_7d, actual_hours_7d
        from marts.onboarding_hours order by side
        """,
        """
        side     | planned_hours | actual_hours | planned_hours_7d | actual_hours_7d
        customer |               | 4.0          |                  | 4.0
        ours     | 20.0          | 20.0         | 10.0             | 12.0
        """,
    )
    company.shows(
        "select plan_id, spent_amount, budget_amount, contract_started_on from marts.implementations order by 1",
        """
        plan_id | spent_amount | budget_amount | contract_started_on
        P1      | 110.00       | 220.00        | 2024-01-01
        P2      | 10.00        |               | 2024-01-01
        """,
    )


def test_groups_count_users_and_their_activity_where_the_tool_names_them(a_company: Callable[..., Company]) -> None:
    users = """
    user_id | account_id | department | role  | is_admin | activated_on | deactivated_on
    1       | a          | IT         | Admin | true     | 2026-06-01   |
    2       | a          | Ops        | Buyer | false    | 2026-06-01   |
    3       | a          | Ops        | Buyer | false    |              |
    4       | a          | Ops        | Buyer | false    | 2026-05-01   | 2026-06-01
    """
    query = """
    select department, user_count as n, activated_count as on, admin_count as admins, active_count_30d as active
    from marts.user_groups order by department
    """
    unnamed = a_company()
    customers(unnamed, "a")
    unnamed.given("users", users)
    unnamed.built()
    unnamed.shows(query, "department | n | on | admins | active\nIT | 1 | 1 | 1 |\nOps | 2 | 1 | 0 |")
    named = a_company()
    customers(named, "a")
    named.given("users", users)
    named.given(
        "usage_user_days",
        """
        account_id | user_id | used_on    | event_count
        a          | 2       | 2026-06-25 | 5
        a          | 2       | 2026-05-27 | 5
        a          | 1       | 2026-05-26 | 5
        """,
    )
    named.built()
    named.shows(query, "department | n | on | admins | active\nIT | 1 | 1 | 1 | 0\nOps | 2 | 1 | 0 | 1")


def test_service_ends_for_four_reasons_each_on_its_day(a_company: Callable[..., Company]) -> None:
    company = a_company()
    names = ("gone", "notice", "follows", "renewed", "owes", "asks", "breaks", "stays")
    company.given("accounts", "account_id | account_name | status\n" + "\n".join(f"{n} | {n} | active" for n in names))
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr  | signed_on  | cancelled_on
        1           | gone       | 2025-04-01 | 2026-03-31 | 1.00 | 2025-03-01 | 2026-03-01
        2           | notice     | 2025-08-01 | 2026-07-31 | 1.00 | 2025-03-01 | 2026-06-01
        3           | follows    | 2025-08-01 | 2026-07-31 | 1.00 | 2025-03-01 | 2026-06-01
        4           | follows    | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-20 |
        5           | renewed    | 2025-08-01 | 2026-07-31 | 1.00 | 2025-03-01 |
        6           | owes       | 2026-01-01 | 2026-12-31 | 1.00 | 2025-03-01 |
        7           | asks       | 2026-01-01 | 2026-12-31 | 1.00 | 2025-03-01 |
        8           | breaks     | 2026-01-01 | 2026-12-31 | 1.00 | 2025-03-01 |
        9           | stays      | 2026-01-01 | 2026-12-31 | 1.00 | 2025-03-01 |
        """,
    )
    company.given(
        "invoices",
        """
        invoice_id | account_id | due_on     | paid_on    | status
        1          | owes       | 2026-05-01 |            | open
        2          | owes       | 2026-04-01 | 2026-06-20 | paid
        3          | stays      | 2026-05-01 |            | void
        4          | stays      | 2026-06-26 |            | open
        """,
    )
    company.given(
        "signals",
        """
        signal_id | account_id | kind                  | occurred_on | resolved_on
        1         | asks       | offboarding_requested | 2026-06-10  |
        2         | asks       | offboarding_requested | 2026-06-05  | 2026-06-06
        3         | breaks     | terms_violation       | 2026-06-11  |
        4         | stays      | terms_violation       | 2026-06-27  |
        """,
    )
    company.built()
    company.shows(
        "select account_id, trigger, triggered_on from marts.offboarding_triggers order by account_id",
        """
        account_id | trigger          | triggered_on
        asks       | customer_request | 2026-06-10
        breaks     | terms_violation  | 2026-06-11
        gone       | non_renewal      | 2026-04-01
        notice     | non_renewal      | 2026-08-01
        owes       | non_payment      | 2026-05-02
        """,
    )
