"""What churn risk counts, week by week: windows, signals, reviews, deals, waves, delays and downtime."""

from collections.abc import Callable, Iterable

from tests.sql.company import Company, parsed

TODAY = "where week_ending_on = '2026-06-26' order by account_id"


def customers(company: Company, *names: str, since: str = "") -> None:
    rows = "\n".join(f"{name} | {name} | active | {since}" for name in names)
    company.given("accounts", f"account_id | account_name | status | customer_since_on\n{rows}")
    terms = "\n".join(f"{name} | {name} | 2024-01-01 | 1.00 | 2023-12-01" for name in names)
    company.given("contracts", f"contract_id | account_id | starts_on | arr | signed_on\n{terms}")


def names_in(text: str) -> Iterable[str]:
    """The accounts that a text table names, each once."""
    return dict.fromkeys(str(row["account_id"]) for row in parsed(text))


def found_with(company: Company, table: str, text: str) -> None:
    """A company of customers with these rows, built."""
    customers(company, *names_in(text))
    company.given(table, text)
    company.built()


WINDOWS = {30: ("2026-05-28", "2026-05-27"), 90: ("2026-03-29", "2026-03-28"), 180: ("2025-12-29", "2025-12-28")}
KINDS = {
    "negative_social_count_90d": ("negative_social", 90, False),
    "budget_cut_count_180d": ("budget_cut", 180, True),
    "market_downturn_count_180d": ("market_downturn", 180, True),
    "competitor_acquisition_count_180d": ("competitor_acquisition", 180, True),
    "merger_count_180d": ("merger", 180, True),
    "competitor_evaluation_count_180d": ("competitor_evaluation", 180, False),
    "departure_signal_count_90d": ("stakeholder_departed", 90, False),
    "executive_signal_count_30d": ("executive_engaged", 30, False),
    "expansion_signal_count_90d": ("expansion_discussion", 90, False),
    "milestone_signal_count_90d": ("expansion_milestone", 90, False),
    "feedback_signal_count_90d": ("proactive_feedback", 90, False),
    "reference_signal_count_90d": ("reference", 90, False),
}


def test_signals_count_in_their_window_and_some_only_until_they_are_resolved(a_company: Callable[..., Company]) -> None:
    company = a_company()
    lines = ["signal_id | account_id | kind | occurred_on | resolved_on"]
    for kind, days, _ in KINDS.values():
        first, before = WINDOWS[days]
        cases = {
            "1-first-day": (first, ""),
            "2-day-before": (before, ""),
            "3-today": ("2026-06-26", ""),
            "4-tomorrow": ("2026-06-27", ""),
            "5-resolved-today": (first, "2026-06-26"),
            "6-resolved-tomorrow": (first, "2026-06-27"),
        }
        lines += [f"{kind}-{case} | {case} | {kind} | {on} | {until}" for case, (on, until) in cases.items()]
    found_with(company, "signals", "\n".join(lines))
    for column, (_, _, must_be_unresolved) in KINDS.items():
        company.shows(
            f"select account_id, {column} from marts.risk_weeks {TODAY}",
            f"""
            account_id          | {column}
            1-first-day         | 1
            2-day-before        | 0
            3-today             | 1
            4-tomorrow          | 0
            5-resolved-today    | {0 if must_be_unresolved else 1}
            6-resolved-tomorrow | 1
            """,
        )


def test_departures_and_references_have_two_kinds_of_signal_each(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "signals",
        """
        signal_id | account_id | kind              | occurred_on
        1         | a          | champion_departed | 2026-06-01
        2         | a          | referral          | 2026-06-01
        3         | a          | hiring            | 2026-06-01
        """,
    )
    company.shows(
        f"select departure_signal_count_90d, reference_signal_count_90d, negative_social_count_90d from marts.risk_weeks {TODAY}",
        "departure_signal_count_90d | reference_signal_count_90d | negative_social_count_90d\n1 | 1 | 0",
    )


def test_data_and_integration_trouble_counts_from_its_day_until_it_is_resolved(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    found_with(
        company,
        "signals",
        """
        signal_id | account_id | kind                | occurred_on | resolved_on
        1         | a          | data_quality_issue  | 2020-01-01  | 2026-06-12
        2         | a          | data_quality_issue  | 2026-06-13  | 2026-06-27
        3         | a          | integration_failure | 2026-06-06  | 2026-06-13
        4         | a          | integration_failure | 2026-06-19  |
        5         | a          | integration_failure | 2026-06-08  | 2026-06-11
        """,
    )
    company.shows(
        """
        select week_ending_on, data_quality_issue_count, integration_failure_count
        from marts.risk_weeks where week_ending_on >= '2026-06-05' order by week_ending_on
        """,
        """
        week_ending_on | data_quality_issue_count | integration_failure_count
        2026-06-05     | 1                        | 0
        2026-06-12     | 0                        | 1
        2026-06-19     | 1                        | 1
        2026-06-26     | 1                        | 1
        """,
    )
    company.shows(
        "select min(week_ending_on) = min(week_ending_on) filter (where data_quality_issue_count = 1) as all_along from marts.risk_weeks",
        "all_along\nyes",
    )


def test_business_days_of_use_leave_out_weekends_and_holidays_and_end_at_the_feeds_newest_day(
    a_company: Callable[..., Company],
) -> None:
    company = a_company(support={"holidays": ["2026-06-19"]})
    customers(company, "a")
    company.given(
        "usage_daily",
        """
        account_id | used_on    | feature | active_users | event_count
        a          | 2026-05-25 | x       | 1            | 1
        a          | 2026-05-26 | x       | 2            | 1
        a          | 2026-06-19 | x       | 4            | 1
        a          | 2026-06-20 | x       | 8            | 1
        a          | 2026-06-21 | x       | 16           | 1
        a          | 2026-06-24 | x       | 32           | 1
        """,
    )
    company.built()
    company.shows(
        f"select business_user_day_count_30d from marts.risk_weeks {TODAY}", "business_user_day_count_30d\n34"
    )


def test_billing_tickets_count_60_days_and_answers_under_2_count_90_days(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "tickets",
        """
        ticket_id | account_id | category | status | created_at           | solved_at            | csat
        1         | a          | billing  | open   | 2026-04-28 05:00:00Z |                      |
        2         | a          | billing  | open   | 2026-04-28 03:00:00Z |                      |
        3         | a          | how_to   | open   | 2026-06-01 15:00:00Z |                      |
        4         | a          | billing  | open   | 2026-06-27 03:00:00Z |                      |
        5         | a          | billing  | open   | 2026-06-27 05:00:00Z |                      |
        6         | a          | other    | solved | 2026-01-01 15:00:00Z | 2026-03-29 15:00:00Z | 1
        7         | a          | other    | solved | 2026-01-01 15:00:00Z | 2026-03-28 15:00:00Z | 1
        8         | a          | other    | solved | 2026-06-01 15:00:00Z | 2026-06-26 15:00:00Z | 1
        9         | a          | other    | solved | 2026-06-01 15:00:00Z | 2026-06-27 15:00:00Z | 1
        10        | a          | other    | solved | 2026-06-01 15:00:00Z | 2026-06-20 15:00:00Z | 2
        """,
    )
    company.shows(
        f"select billing_ticket_count_60d, csat_under_2_count_90d from marts.risk_weeks {TODAY}",
        "billing_ticket_count_60d | csat_under_2_count_90d\n2 | 2",
    )


def test_escalations_and_meetings_with_the_executive_sponsor_count_30_days(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "contacts",
        """
        contact_id | account_id | role              | joined_on
        boss       | a          | executive_sponsor |
        newer      | a          | executive_sponsor | 2026-06-20
        user       | a          | user              |
        """,
    )
    company.given(
        "activities",
        """
        activity_id | account_id | type       | occurred_at          | was_attended | contact_id
        1           | a          | meeting    | 2026-05-28 15:00:00Z | true         | boss
        2           | a          | meeting    | 2026-05-27 15:00:00Z | true         | boss
        3           | a          | call       | 2026-06-26 15:00:00Z | true         | boss
        4           | a          | call       | 2026-06-10 15:00:00Z | false        | boss
        5           | a          | meeting    | 2026-06-10 15:00:00Z |              | boss
        6           | a          | meeting    | 2026-06-10 15:00:00Z | true         | user
        7           | a          | email      | 2026-06-10 15:00:00Z | true         | boss
        8           | a          | escalation | 2026-05-28 15:00:00Z |              |
        9           | a          | escalation | 2026-05-27 15:00:00Z |              |
        10          | a          | escalation | 2026-06-27 15:00:00Z |              |
        11          | a          | call       | 2026-06-11 15:00:00Z | true         | newer
        """,
    )
    company.built()
    company.shows(
        """
        select week_ending_on, escalation_count_30d, executive_meeting_count_30d
        from marts.risk_weeks where week_ending_on >= '2026-06-19' order by week_ending_on
        """,
        """
        week_ending_on | escalation_count_30d | executive_meeting_count_30d
        2026-06-19     | 2                    | 2
        2026-06-26     | 1                    | 3
        """,
    )


def test_the_executive_sponsors_departure_counts_90_days(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "contacts",
        """
        contact_id | account_id   | role              | departed_on
        1          | 1-first-day  | executive_sponsor | 2026-03-29
        2          | 2-day-before | executive_sponsor | 2026-03-28
        3          | 3-today      | executive_sponsor | 2026-06-26
        4          | 4-tomorrow   | executive_sponsor | 2026-06-27
        5          | 5-champion   | champion          | 2026-06-01
        """,
    )
    company.shows(
        f"select account_id, executive_sponsor_departed_count_90d from marts.risk_weeks {TODAY}",
        """
        account_id   | executive_sponsor_departed_count_90d
        1-first-day  | 1
        2-day-before | 0
        3-today      | 1
        4-tomorrow   | 0
        5-champion   | 0
        """,
    )


def test_the_newest_wave_with_any_answer_is_compared_with_the_one_before(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | wave
        1           | both       | x             | nps    | 9     | 2026-03-01 15:00:00Z | spring
        2           | both       | y             | nps    | 10    | 2026-03-01 15:00:00Z | spring
        3           | both       | x             | nps    | 3     | 2026-06-17 15:00:00Z | summer
        4           | both       | x             | nps    | 6     | 2026-06-18 15:00:00Z | summer
        5           | both       | z             |        | 8     | 2026-06-22 15:00:00Z | summer
        6           | both       | x             | csat   | 1     | 2026-06-19 15:00:00Z | summer
        7           | both       | x             | nps    | 0     | 2026-06-27 15:00:00Z | summer
        8           | before     | x             | nps    | 9     | 2026-03-01 15:00:00Z | spring
        9           | now        | x             | nps    | 9     | 2026-06-19 15:00:00Z | summer
        10          | older      | x             | nps    | 9     | 2025-12-01 15:00:00Z |
        11          | older      | x             | nps    | 5     | 2026-06-19 15:00:00Z | summer
        12          | older      | y             | nps    | 2     | 2026-03-02 15:00:00Z | spring
        """,
    )
    columns = """
        wave_answer_count, wave_prior_answer_count, wave_score_sum, wave_prior_score_sum,
        wave_promoter_surplus_count, wave_prior_promoter_surplus_count
    """
    heading = (
        "wave_answer_count | wave_prior_answer_count | wave_score_sum | wave_prior_score_sum"
        " | wave_promoter_surplus_count | wave_prior_promoter_surplus_count"
    )
    company.shows(
        f"select account_id, {columns} from marts.risk_weeks {TODAY}",
        f"""
        account_id | {heading}
        before     | 0 | 0 |    |    |    |
        both       | 2 | 2 | 14 | 19 | -1 | 2
        now        | 0 | 0 |    |    |    |
        older      | 1 | 1 | 5  | 2  | -1 | -1
        """,
    )
    company.shows(
        f"""
        select week_ending_on, {columns} from marts.risk_weeks
        where account_id = 'both' and week_ending_on in ('2026-03-06', '2026-06-12', '2026-06-19')
        order by week_ending_on
        """,
        f"""
        week_ending_on | {heading}
        2026-03-06     | 0 | 0 |   |    |    |
        2026-06-12     | 0 | 0 |   |    |    |
        2026-06-19     | 1 | 2 | 6 | 19 | -1 | 2
        """,
    )


def test_a_wave_without_a_name_is_the_calendar_quarter_of_the_local_day(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "survey_responses",
        """
        response_id | account_id | respondent_id | survey | score | responded_at         | wave
        1           | a          | x             | nps    | 9     | 2026-04-01 03:00:00Z |
        2           | a          | x             | nps    | 4     | 2026-04-01 05:00:00Z |
        """,
    )
    company.shows(
        f"select wave_score_sum, wave_prior_score_sum from marts.risk_weeks {TODAY}",
        "wave_score_sum | wave_prior_score_sum\n4 | 9",
    )


def test_the_newest_review_held_by_then_is_known_and_those_with_an_executive_count_30_days(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    found_with(
        company,
        "qbrs",
        """
        qbr_id | account_id | scheduled_on | held_on    | has_executive
        1      | a          | 2020-12-01   | 2020-12-03 | true
        2      | a          | 2026-05-27   | 2026-05-27 | true
        3      | a          | 2026-06-12   | 2026-06-13 | false
        4      | a          | 2026-06-20   | 2026-06-27 | true
        5      | a          | 2026-06-20   |            | true
        6      | b          | 2026-05-28   | 2026-05-28 | true
        """,
    )
    company.shows(
        "select account_id, week_ending_on, review_last_held_on, executive_review_count_30d from marts.risk_weeks "
        "where week_ending_on >= '2026-05-22' and week_ending_on <> '2026-06-05' order by account_id, week_ending_on",
        """
        account_id | week_ending_on | review_last_held_on | executive_review_count_30d
        a          | 2026-05-22     | 2020-12-03          | 0
        a          | 2026-05-29     | 2026-05-27          | 1
        a          | 2026-06-12     | 2026-05-27          | 1
        a          | 2026-06-19     | 2026-06-13          | 1
        a          | 2026-06-26     | 2026-06-13          | 0
        b          | 2026-05-22     |                     | 0
        b          | 2026-05-29     | 2026-05-28          | 1
        b          | 2026-06-12     | 2026-05-28          | 1
        b          | 2026-06-19     | 2026-05-28          | 1
        b          | 2026-06-26     | 2026-05-28          | 1
        """,
    )


def test_a_review_from_before_the_panel_is_known_in_its_first_week(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(company, "qbrs", "qbr_id | account_id | scheduled_on | held_on\n1 | a | 2024-01-15 | 2024-01-15")
    company.shows(
        "select week_ending_on, review_last_held_on from marts.risk_weeks order by week_ending_on limit 1",
        "week_ending_on | review_last_held_on\n2024-07-05 | 2024-01-15",
    )


def test_customer_since_is_the_accounts_day_else_its_first_contracts(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    customers(company, "b", since="2022-05-05")
    company.built()
    company.shows(
        f"select account_id, customer_since_on from marts.risk_weeks {TODAY}",
        "account_id | customer_since_on\na | 2024-01-01\nb | 2022-05-05",
    )


def test_a_contract_makes_nobody_a_customer_before_it_is_known(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", "account_id | account_name\na | a")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr  | signed_on
        1           | a          | 2025-06-01 | 1.00 | 2025-05-20
        2           | a          | 2023-01-01 | 1.00 | 2026-06-20
        """,
    )
    company.built()
    company.shows(
        "select week_ending_on, customer_since_on from marts.risk_weeks where week_ending_on >= '2026-06-19' order by 1",
        "week_ending_on | customer_since_on\n2026-06-19 | 2025-06-01\n2026-06-26 | 2023-01-01",
    )


def test_feedback_counts_90_days_for_the_account_it_names(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a", "b")
    company.given(
        "feedback_items",
        """
        feedback_id | account_id | received_on
        1           | a          | 2026-03-29
        2           | a          | 2026-03-28
        3           | a          | 2026-06-26
        4           | a          | 2026-06-27
        5           |            | 2026-06-01
        """,
    )
    company.built()
    company.shows(
        f"select account_id, feedback_item_count_90d from marts.risk_weeks {TODAY}",
        "account_id | feedback_item_count_90d\na | 2\nb | 0",
    )


def test_an_expansion_deal_is_open_until_it_closes_and_won_in_the_days_after(a_company: Callable[..., Company]) -> None:
    company = a_company()
    found_with(
        company,
        "opportunities",
        """
        opportunity_id | account_id     | type      | created_on | close_on   | is_closed | is_won
        1              | 01-open        | expansion | 2026-06-26 | 2026-09-30 | false     |
        2              | 02-no-date     | expansion |            |            | false     |
        3              | 03-tomorrow    | expansion | 2026-06-27 |            | false     |
        4              | 04-renewal     | renewal   | 2026-01-01 | 2026-06-01 | true      | true
        5              | 05-won-today   | expansion | 2026-01-01 | 2026-06-26 | true      | true
        6              | 06-won-later   | expansion | 2026-01-01 | 2026-06-27 | true      | true
        7              | 07-lost        | expansion | 2026-01-01 | 2026-06-20 | true      | false
        8              | 08-won-90      | expansion | 2025-01-01 | 2026-03-29 | true      | true
        9              | 09-won-91      | expansion | 2025-01-01 | 2026-03-28 | true      | true
        10             | 10-won-180     | expansion | 2025-01-01 | 2025-12-29 | true      | true
        11             | 11-won-181     | expansion | 2025-01-01 | 2025-12-28 | true      | true
        12             | 12-closed-once | expansion | 2026-01-01 |            | true      | true
        13             | 13-overdue     | expansion | 2025-01-01 | 2026-01-31 | false     |
        """,
    )
    columns = "expansion_open_count, expansion_won_count_90d, expansion_won_count_180d"
    heading = "expansion_open_count | expansion_won_count_90d | expansion_won_count_180d"
    company.shows(
        f"select account_id, {columns} from marts.risk_weeks {TODAY}",
        f"""
        account_id     | {heading}
        01-open        | 1 | 0 | 0
        02-no-date     | 1 | 0 | 0
        03-tomorrow    | 0 | 0 | 0
        04-renewal     | 0 | 0 | 0
        05-won-today   | 0 | 1 | 1
        06-won-later   | 1 | 0 | 0
        07-lost        | 0 | 0 | 0
        08-won-90      | 0 | 1 | 1
        09-won-91      | 0 | 0 | 1
        10-won-180     | 0 | 0 | 1
        11-won-181     | 0 | 0 | 0
        12-closed-once | 0 | 0 | 0
        13-overdue     | 1 | 0 | 0
        """,
    )
    company.shows(
        f"""
        select account_id, {columns} from marts.risk_weeks
        where week_ending_on = '2026-06-19' and account_id in ('01-open', '05-won-today', '07-lost') order by account_id
        """,
        f"""
        account_id   | {heading}
        01-open      | 0 | 0 | 0
        05-won-today | 1 | 0 | 0
        07-lost      | 1 | 0 | 0
        """,
    )


def test_an_implementation_is_late_from_two_weeks_past_its_original_day_until_90_days_live(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    found_with(
        company,
        "implementations",
        """
        plan_id | account_id       | started_on | original_go_live_on | target_go_live_on | went_live_on
        1       | 01-target-14     | 2026-01-01 | 2026-07-01          | 2026-07-15        |
        2       | 02-target-15     | 2026-01-01 | 2026-07-01          | 2026-07-16        |
        3       | 03-not-live-14   | 2026-01-01 | 2026-06-12          |                   |
        4       | 04-not-live-15   | 2026-01-01 | 2026-06-11          |                   |
        5       | 05-target-kept   | 2026-01-01 | 2026-06-11          | 2026-06-11        |
        6       | 06-live-14       | 2026-01-01 | 2026-06-01          | 2026-08-01        | 2026-06-15
        7       | 07-live-15       | 2026-01-01 | 2026-06-01          |                   | 2026-06-16
        8       | 08-live-89-days  | 2026-01-01 | 2026-03-01          |                   | 2026-03-29
        9       | 09-live-90-days  | 2026-01-01 | 2026-03-01          |                   | 2026-03-28
        10      | 10-live-tomorrow | 2026-01-01 | 2026-06-01          |                   | 2026-06-27
        11      | 11-starts-later  | 2026-06-27 | 2026-07-01          | 2026-09-01        |
        12      | 12-live-in-time  | 2026-01-01 | 2026-06-01          | 2026-08-01        | 2026-05-20
        """,
    )
    company.shows(
        f"select account_id, implementation_delayed_count from marts.risk_weeks {TODAY}",
        """
        account_id       | implementation_delayed_count
        01-target-14     | 0
        02-target-15     | 1
        03-not-live-14   | 0
        04-not-live-15   | 1
        05-target-kept   | 1
        06-live-14       | 0
        07-live-15       | 1
        08-live-89-days  | 1
        09-live-90-days  | 0
        10-live-tomorrow | 1
        11-starts-later  | 0
        12-live-in-time  | 0
        """,
    )
    company.shows(
        """
        select account_id, min(week_ending_on) as from_on, max(week_ending_on) as until_on, count(*) as weeks
        from marts.risk_weeks where implementation_delayed_count > 0
        and account_id in ('02-target-15', '07-live-15', '09-live-90-days', '06-live-14') group by all order by account_id
        """,
        """
        account_id      | from_on    | until_on   | weeks
        02-target-15    | 2026-01-02 | 2026-06-26 | 26
        06-live-14      | 2026-01-02 | 2026-06-12 | 24
        07-live-15      | 2026-06-19 | 2026-06-26 | 2
        09-live-90-days | 2026-03-20 | 2026-06-19 | 14
        """,
    )


def test_downtime_is_the_union_of_own_and_everyones_incidents_inside_the_last_30_days(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    customers(company, "a", "b", "c", "d")
    company.given(
        "incidents",
        """
        incident_id | account_id | started_at           | ended_at
        1           |            | 2026-06-10 10:00:00Z | 2026-06-10 12:00:00Z
        2           | a          | 2026-06-10 11:00:00Z | 2026-06-10 13:30:00Z
        3           | a          | 2026-06-10 11:30:00Z | 2026-06-10 11:45:00Z
        4           | b          | 2026-06-11 10:00:00Z | 2026-06-11 10:00:01Z
        5           | d          | 2026-05-28 00:00:00Z | 2026-05-28 05:00:00Z
        6           | d          | 2026-06-27 00:00:00Z |
        7           | c          | 2026-06-27 04:00:00Z |
        8           | b          | 2026-06-01 10:00:00Z | 2026-06-01 10:00:00Z
        """,
    )
    company.built()
    company.shows(
        f"select account_id, downtime_seconds_30d from marts.risk_weeks {TODAY}",
        # d: an hour of the window's first morning, everyone's two, and four hours of the running one.
        f"""
        account_id | downtime_seconds_30d
        a          | {3600 * 3 + 1800}
        b          | {3600 * 2 + 1}
        c          | {3600 * 2}
        d          | {3600 * (1 + 2 + 4)}
        """,
    )


def test_a_running_incident_counts_until_each_weeks_end_and_no_further_than_30_days_back(
    a_company: Callable[..., Company],
) -> None:
    company = a_company()
    found_with(
        company,
        "incidents",
        """
        incident_id | account_id | started_at           | ended_at
        1           | a          | 2026-05-12 04:00:00Z |
        2           | b          | 2026-06-12 04:00:00Z | 2026-06-20 04:00:00Z
        """,
    )
    company.shows(
        """
        select account_id, week_ending_on, downtime_seconds_30d // 86400 as days from marts.risk_weeks
        where week_ending_on in ('2026-05-08', '2026-05-15', '2026-06-12', '2026-06-19', '2026-06-26')
        order by account_id, week_ending_on
        """,
        """
        account_id | week_ending_on | days
        a          | 2026-05-08     | 0
        a          | 2026-05-15     | 4
        a          | 2026-06-12     | 30
        a          | 2026-06-19     | 30
        a          | 2026-06-26     | 30
        b          | 2026-05-08     | 0
        b          | 2026-05-15     | 0
        b          | 2026-06-12     | 1
        b          | 2026-06-19     | 8
        b          | 2026-06-26     | 8
        """,
    )
