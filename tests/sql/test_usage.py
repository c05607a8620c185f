"""Usage in the panel: windows that end at the feed's newest day, totals of a day, features of the plan."""

from collections.abc import Callable

from tests.sql.company import Company

LATEST = "from marts.account_weeks where week_ending_on = '2026-06-26' order by account_id"


def customers(company: Company, *names: str, plan: str = "pro") -> None:
    rows = "\n".join(f"{name} | {name} | active | {plan}" for name in names)
    company.given("accounts", f"account_id | account_name | status | plan\n{rows}")
    terms = "\n".join(f"{name} | {name} | 2024-01-01 | 1.00 | 2023-12-01" for name in names)
    company.given("contracts", f"contract_id | account_id | starts_on | arr | signed_on\n{terms}")


def test_windows_end_at_the_newest_day_of_the_feed(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a", "b")
    company.given(
        "usage_daily",
        """
        account_id | used_on    | feature | active_users | event_count
        a          | 2026-04-25 | x       | 9            | 1000
        a          | 2026-04-26 | x       | 1            | 10
        a          | 2026-05-25 | x       | 2            | 20
        a          | 2026-05-26 | x       | 3            | 30
        b          | 2026-06-24 | x       | 4            | 40
        b          | 2026-06-23 | x       | 0            | 0
        """,
    )
    company.built()
    company.shows(
        f"select account_id, login_day_count_30d, user_day_count_30d, event_count_30d, event_count_prior_30d {LATEST}",
        """
        account_id | login_day_count_30d | user_day_count_30d | event_count_30d | event_count_prior_30d
        a          | 1                   | 3                  | 30              | 30
        b          | 1                   | 4                  | 40              | 0
        """,
    )
    company.shows(
        """
        select week_ending_on, state, age_days, window_ends_on from marts.feed_weeks
        where feed = 'usage' and week_ending_on >= '2026-06-12' order by week_ending_on
        """,
        """
        week_ending_on | state | age_days | window_ends_on
        2026-06-12     | late  | 17       |
        2026-06-19     | late  | 24       |
        2026-06-26     | fresh | 2        | 2026-06-24
        """,
    )
    company.shows(
        """
        select week_ending_on, event_count_30d from marts.account_weeks
        where account_id = 'a' and week_ending_on in ('2026-05-29', '2026-06-19') order by week_ending_on
        """,
        """
        week_ending_on | event_count_30d
        2026-05-29     | 50
        2026-06-19     | 0
        """,
    )


def test_a_row_without_a_feature_is_the_days_total(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "features", "total", "unknown-users")
    company.given(
        "usage_daily",
        """
        account_id    | used_on    | feature | active_users | event_count
        features      | 2026-06-26 | x       | 4            | 40
        features      | 2026-06-26 | y       | 7            | 20
        total         | 2026-06-26 |         | 9            | 50
        total         | 2026-06-26 | x       | 4            | 40
        total         | 2026-06-26 | y       | 7            | 20
        unknown-users | 2026-06-26 | x       |              | 5
        """,
    )
    company.built()
    company.shows(
        f"select account_id, login_day_count_30d, user_day_count_30d, event_count_30d {LATEST}",
        """
        account_id    | login_day_count_30d | user_day_count_30d | event_count_30d
        features      | 1                   | 7                  | 60
        total         | 1                   | 9                  | 50
        unknown-users | 1                   | 0                  | 5
        """,
    )


def test_business_days_leave_out_weekends_and_holidays(a_company: Callable[..., Company]) -> None:
    company = a_company(support={"holidays": ["2026-06-25", "US"]})
    customers(company, "a")
    company.given(
        "usage_daily",
        """
        account_id | used_on    | active_users | event_count
        a          | 2026-06-26 | 1            | 1
        a          | 2026-06-25 | 1            | 1
        a          | 2026-06-21 | 1            | 1
        a          | 2026-06-20 | 1            | 1
        a          | 2026-06-19 | 1            | 1
        a          | 2026-06-18 | 1            | 1
        """,
    )
    company.built()
    company.shows(
        f"select login_day_count_30d, login_business_day_count_30d {LATEST}",
        "login_day_count_30d | login_business_day_count_30d\n6 | 2",
    )
    # 22 weekdays in the 30 days to 26 June, less the 25th and Juneteenth.
    company.shows("select business_day_count_30d from marts.weeks where is_latest", "business_day_count_30d\n20")


def test_features_count_when_the_plan_has_them_and_they_were_released(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "pro-1")
    customers(company, "basic-1", plan="Basic")
    customers(company, "no-plan", plan="")
    company.given(
        "features",
        """
        feature  | plan  | released_on
        everyone |       |
        pro-only | pro   | 2026-01-01
        basic    | basic | 2026-06-22
        unused   | pro   |
        """,
    )
    company.given(
        "usage_daily",
        """
        account_id | used_on    | feature  | active_users | event_count
        pro-1      | 2026-06-26 | everyone | 1            | 1
        pro-1      | 2026-06-25 | everyone | 1            | 1
        pro-1      | 2026-06-26 | pro-only | 1            | 1
        pro-1      | 2026-06-26 | basic    | 1            | 1
        pro-1      | 2026-06-26 | strange  | 1            | 1
        pro-1      | 2026-06-26 | unused   | 0            | 0
        pro-1      | 2026-06-19 | unused   | 1            | 1
        basic-1    | 2026-06-26 | pro-only | 1            | 1
        no-plan    | 2026-06-26 | everyone | 1            | 1
        no-plan    | 2026-05-20 | everyone | 1            | 1
        """,
    )
    company.built()
    company.shows(
        """
        select account_id, week_ending_on, feature_used_count_30d, feature_available_count from marts.account_weeks
        where week_ending_on >= '2026-06-19' order by account_id, week_ending_on
        """,
        """
        account_id | week_ending_on | feature_used_count_30d | feature_available_count
        basic-1    | 2026-06-19     | 0                      | 1
        basic-1    | 2026-06-26     | 0                      | 2
        no-plan    | 2026-06-19     | 0                      |
        no-plan    | 2026-06-26     | 1                      |
        pro-1      | 2026-06-19     | 1                      | 3
        pro-1      | 2026-06-26     | 3                      | 3
        """,
    )
    company.shows(
        """
        select feature, is_in_plan, used_day_count_90d, last_used_on from marts.account_features
        where account_id = 'pro-1' order by feature
        """,
        """
        feature  | is_in_plan | used_day_count_90d | last_used_on
        basic    | no         | 1                  | 2026-06-26
        everyone | yes        | 2                  | 2026-06-26
        pro-only | yes        | 1                  | 2026-06-26
        strange  | no         | 1                  | 2026-06-26
        unused   | yes        | 1                  | 2026-06-19
        """,
    )


def test_the_newest_file_decides_what_a_day_was(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "usage_daily",
        """
        account_id | used_on    | feature | active_users | event_count | _extracted_at       | _is_deleted
        a          | 2026-06-18 | x       | 1            | 10          | 2026-06-19 12:00:00 | false
        a          | 2026-06-19 | x       | 1            | 10          | 2026-06-19 12:00:00 | false
        a          | 2026-06-19 | x       | 2            | 11          | 2026-06-26 12:00:00 | false
        a          | 2026-06-17 | x       | 2            | 99          | 2026-06-19 12:00:00 | false
        a          | 2026-06-17 | x       | 2            | 99          | 2026-06-26 12:00:00 | true
        a          | 2026-06-26 | x       | 5            | 12          | 2026-06-26 12:00:00 | false
        a          | 2026-06-27 | x       | 5            | 500         | 2026-06-28 12:00:00 | false
        """,
    )
    company.built()
    company.shows(
        f"select login_day_count_30d, user_day_count_30d, event_count_30d {LATEST}",
        "login_day_count_30d | user_day_count_30d | event_count_30d\n3 | 8 | 33",
    )
    company.shows(
        "select week_ending_on, active_user_peak, user_day_count, event_count from marts.usage_weeks order by week_ending_on",
        """
        week_ending_on | active_user_peak | user_day_count | event_count
        2026-06-19     | 2                | 3              | 21
        2026-06-26     | 5                | 5              | 12
        """,
    )


def test_sums_of_events_are_days_whose_users_count_once(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company, "a")
    company.given(
        "usage_user_days",
        """
        account_id | user_id | used_on    | event_count | _file_id
        a          | u1      | 2026-06-26 | 2           | f1
        a          | u2      | 2026-06-26 | 2           | f1
        a          | u1      | 2026-06-26 | 1           | f2
        a          |         | 2026-06-26 | 1           | f2
        """,
    )
    company.given(
        "usage_feature_days",
        """
        account_id | feature | used_on    | event_count | active_users | _file_id
        a          | x       | 2026-06-26 | 3           | 2            | f1
        a          | y       | 2026-06-26 | 1           | 1            | f1
        a          | x       | 2026-06-26 | 2           | 0            | f2
        """,
    )
    company.built()
    company.shows(
        """
        select feature, active_users, event_count from staging.stg_usage_daily order by feature nulls first
        """,
        """
        feature | active_users | event_count
                | 2            | 6
        x       | 2            | 5
        y       | 1            | 1
        """,
    )
    company.shows(
        f"select account_id, login_day_count_30d, user_day_count_30d, event_count_30d {LATEST}",
        """
        account_id | login_day_count_30d | user_day_count_30d | event_count_30d
        a          | 1                   | 2                  | 6
        """,
    )


def test_days_of_a_system_that_does_not_own_usage_events_are_not_used(a_company: Callable[..., Company]) -> None:
    company = a_company(sources={"usage_events": ["tracker"]})
    customers(company, "a")
    company.given("account_keys", "system | external_id | account_id\ntracker | a | a\nother | a | a")
    company.given(
        "usage_user_days",
        """
        account_id | user_id | used_on    | event_count | _system
        a          | u1      | 2026-06-26 | 2           | tracker
        a          | u2      | 2026-06-26 | 7           | other
        """,
    )
    company.built()
    company.shows(
        "select told_as, active_users, event_count from staging.stg_usage_daily",
        "told_as | active_users | event_count\ntracker:a | 1 | 2",
    )
