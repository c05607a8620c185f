"""Accounts: who they are in other tools, what was merged, who owns what is said, and since when."""

from collections.abc import Callable

import polars as pl

from pipeline.metrics.customers import is_customer, was_customer
from tests.sql.company import AS_OF, Company


def test_other_tools_reach_the_account_by_key_alias_domain_and_name(a_company: Callable[..., Company]) -> None:
    company = a_company(sources={"accounts": ["crm"]})
    company.workspace.sources.mkdir()
    (company.workspace.sources / "aliases.csv").write_text(
        "system,external_id,account_id\nzendesk,900,a2\nname,The  Initech ,a4\n", encoding="utf-8"
    )
    company.given(
        "accounts",
        """
        account_id | account_name | domain      | _system
        a1         | Acme  Inc    | acme.com    | crm
        a2         | Beta         | shared.com  | crm
        a3         | Gamma        | shared.com  | crm
        a4         | Initech      | initech.com | crm
        z-1        | Somebody     | ACME.com    | zendesk
        z-2        | gamma        | shared.com  | zendesk
        z-3        | Nobody       |             | zendesk
        """,
    )
    company.given("account_keys", "system | external_id | account_id\nstripe | cus_1 | a1\nstripe | cus_2 | gone")
    company.given("contracts", "contract_id | account_id | starts_on | arr\n1 | a1 | 2025-01-01 | 1")
    company.given(
        "tickets",
        """
        ticket_id | account_id      | _account_namespace | created_at
        1         | a1              | crm                | 2026-06-01 12:00:00Z
        2         | cus_1           | stripe             | 2026-06-01 12:00:00Z
        3         | 900             | zendesk            | 2026-06-01 12:00:00Z
        4         | z-1             | zendesk            | 2026-06-01 12:00:00Z
        5         | z-2             | zendesk            | 2026-06-01 12:00:00Z
        6         | z-3             | zendesk            | 2026-06-01 12:00:00Z
        7         | acme.com        | domain             | 2026-06-01 12:00:00Z
        8         | shared.com      | domain             | 2026-06-01 12:00:00Z
        9         | ACME inc        | name               | 2026-06-01 12:00:00Z
        10        | the initech     | name               | 2026-06-01 12:00:00Z
        11        | a3              | canonical          | 2026-06-01 12:00:00Z
        12        | a1              | zendesk            | 2026-06-01 12:00:00Z
        13        | cus_2           | stripe             | 2026-06-01 12:00:00Z
        """,
    )
    company.built()
    company.shows(
        "select ticket_id, account_id from staging.stg_tickets order by ticket_id::int",
        """
        ticket_id | account_id
        1         | a1
        2         | a1
        3         | a2
        4         | a1
        5         | a3
        7         | a1
        9         | a1
        10        | a4
        11        | a3
        """,
    )
    company.shows(
        "select namespace, external_id, row_count from checks.orphans order by all",
        """
        namespace | external_id | row_count
        domain    | shared.com  | 1
        stripe    | cus_2       | 1
        zendesk   | a1          | 1
        zendesk   | z-3         | 1
        """,
    )
    company.shows(
        "select namespace, external_id, how from staging.stg_account_refs where namespace in ('stripe', 'zendesk') order by all",
        """
        namespace | external_id | how
        stripe    | cus_1       | key
        zendesk   | 900         | alias
        zendesk   | z-1         | domain
        zendesk   | z-2         | name
        """,
    )


def test_a_merged_accounts_rows_count_for_the_survivor_in_all_weeks(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given(
        "accounts",
        """
        account_id | account_name | merged_into_account_id | parent_account_id | _is_deleted
        winner     | Winner       |                        | lost              | false
        lost       | Lost         | middle                 |                   | true
        middle     | Middle       | winner                 |                   | false
        circle-1   | Circle 1     | circle-2               |                   | false
        circle-2   | Circle 2     | circle-1               |                   | false
        deleted    | Deleted      |                        |                   | true
        """,
    )
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr    | signed_on
        1           | winner     | 2025-01-01 | 100.00 | 2024-12-01
        2           | lost       | 2025-01-01 | 10.00  | 2024-12-01
        3           | middle     | 2025-01-01 | 1.00   | 2024-12-01
        4           | deleted    | 2025-01-01 | 7.00   | 2024-12-01
        """,
    )
    company.given(
        "usage_daily",
        """
        account_id | used_on    | active_users | event_count
        winner     | 2026-06-26 | 1            | 10
        lost       | 2026-06-26 | 2            | 20
        """,
    )
    company.built()
    company.shows(
        """
        select account_id, arr, login_day_count_30d, user_day_count_30d, event_count_30d from marts.account_weeks
        where week_ending_on = '2026-06-26' order by account_id
        """,
        """
        account_id | arr    | login_day_count_30d | user_day_count_30d | event_count_30d
        circle-1   | 0.00   | 0                   | 0                  | 0
        circle-2   | 0.00   | 0                   | 0                  | 0
        winner     | 111.00 | 1                   | 3                  | 30
        """,
    )
    company.shows(
        "select table_name, external_id, row_count from checks.orphans",
        "table_name | external_id | row_count\ncontracts | deleted | 1",
    )


def test_two_owners_never_double_what_the_first_already_says(a_company: Callable[..., Company]) -> None:
    company = a_company(sources={"accounts": ["crm", "billing"], "contracts": ["crm", "billing"]})
    company.given(
        "accounts",
        """
        account_id | account_name | domain   | industry | region | employees | _system
        a          | Acme         | acme.com | software |        | 10        | crm
        b          | Beta         |          |          |        |           | crm
        cus_a      | ACME LLC     | acme.com | retail   | emea   | 99        | billing
        cus_c      | Only Billing |          | retail   | emea   |           | billing
        """,
    )
    company.given("account_keys", "system | external_id | account_id | _system\nbilling | cus_b | b | crm")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr    | signed_on  | _system
        1           | a          | 2025-01-01 | 100.00 | 2024-12-01 | crm
        sub_1       | cus_a      | 2025-01-01 | 101.00 | 2024-12-01 | billing
        sub_2       | cus_b      | 2025-01-01 | 20.00  | 2024-12-01 | billing
        sub_3       | cus_c      | 2025-01-01 | 30.00  | 2024-12-01 | billing
        other       | a          | 2025-01-01 | 900.00 | 2024-12-01 | spreadsheet
        """,
    )
    company.built()
    company.shows(
        "select account_id, account_name, industry, region, employees, arr from marts.accounts order by account_id",
        """
        account_id | account_name | industry | region | employees | arr
        a          | Acme         | software | emea   | 10        | 100.00
        b          | Beta         |          |        |           | 20.00
        cus_c      | Only Billing | retail   | emea   |           | 30.00
        """,
    )


def test_what_is_used_of_each_owner_is_counted(a_company: Callable[..., Company]) -> None:
    company = a_company(sources={"contracts": ["crm", "billing"]})
    company.given("accounts", "account_id | account_name\na | a\nb | b")
    company.given("account_keys", "system | external_id | account_id\nbilling | cus_a | a\nbilling | cus_b | b")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr  | _system
        1           | a          | 2025-01-01 | 1.00 | crm
        sub_1       | cus_a      | 2025-01-01 | 2.00 | billing
        sub_2       | cus_b      | 2025-01-01 | 3.00 | billing
        """,
    )
    company.built()
    company.shows(
        "select system, owner_rank, row_count, used_count from staging.stg_owner_rows where table_name = 'contracts' order by 1",
        """
        system  | owner_rank | row_count | used_count
        billing | 2          | 2         | 1
        crm     | 1          | 1         | 1
        """,
    )
    company.shows(
        "select system, namespace, name_count, matched_name_count, row_count from marts.account_matches order by 1",
        """
        system  | namespace | name_count | matched_name_count | row_count
        billing | billing   | 2          | 2                  | 2
        crm     | crm       | 1          | 1                  | 1
        """,
    )


def test_attributes_are_those_of_the_version_valid_then_else_the_earliest(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given(
        "accounts",
        """
        account_id | account_name | csm   | segment    | _extracted_at
        a          | Old name     | Ann   |            | 2026-06-05 12:00:00
        a          | New name     | Bea   | enterprise | 2026-06-19 12:00:00
        a          | Next name    | Chris | enterprise | 2026-06-28 12:00:00
        """,
    )
    company.given(
        "contracts", "contract_id | account_id | starts_on | arr | signed_on\n1 | a | 2025-01-01 | 25000 | 2024-12-01"
    )
    company.built()
    company.shows(
        """
        select week_ending_on, csm, tier, segment, is_backfilled from marts.account_weeks
        where week_ending_on >= '2026-05-29' order by week_ending_on
        """,
        """
        week_ending_on | csm | tier       | segment    | is_backfilled
        2026-05-29     | Ann | mid_market | mid_market | yes
        2026-06-05     | Ann | mid_market | mid_market | no
        2026-06-12     | Ann | mid_market | mid_market | no
        2026-06-19     | Bea | mid_market | enterprise | no
        2026-06-26     | Bea | mid_market | enterprise | no
        """,
    )
    company.shows("select account_name, csm from marts.accounts", "account_name | csm\nNew name | Bea")


def test_tiers_are_cut_as_the_policy_says(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", "account_id | account_name\na | a\nb | b\nc | c\nd | d")
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | arr       | signed_on
        1           | a          | 2025-01-01 | 100000.01 | 2024-12-01
        2           | b          | 2025-01-01 | 100000.00 | 2024-12-01
        3           | c          | 2025-01-01 | 24999.99  | 2024-12-01
        """,
    )
    company.built()
    company.shows(
        "select account_id, tier, segment from marts.accounts order by account_id",
        """
        account_id | tier       | segment
        a          | enterprise | enterprise
        b          | mid_market | mid_market
        c          | starter    | smb
        d          | starter    | smb
        """,
    )


def test_an_account_goes_through_the_stages_of_its_life(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given(
        "accounts",
        """
        account_id | account_name | status     | customer_since_on
        adopting   | adopting     | active     | 2026-03-01
        churned    | churned      | active     |
        growing    | growing      | active     | 2024-01-01
        live       | live         | active     | 2026-06-01
        new        | new          | onboarding | 2026-03-29
        prospect   | prospect     | prospect   |
        renewing   | renewing     | active     | 2024-01-01
        """,
    )
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr  | signed_on
        1           | adopting   | 2026-03-01 | 2027-02-28 | 1.00 | 2026-02-01
        2           | churned    | 2025-03-01 | 2026-02-28 | 1.00 | 2025-02-01
        3           | growing    | 2026-01-01 | 2026-12-31 | 1.00 | 2025-12-01
        4           | live       | 2026-06-01 | 2027-05-31 | 1.00 | 2026-05-01
        5           | new        | 2026-03-29 | 2027-02-28 | 1.00 | 2026-02-01
        6           | renewing   | 2025-07-01 | 2026-09-23 | 1.00 | 2025-06-01
        """,
    )
    company.given(
        "implementations",
        "plan_id | account_id | started_on | original_go_live_on | went_live_on\n1 | live | 2026-06-01 | 2026-06-20 | 2026-06-20",
    )
    company.built()
    company.shows(
        "select account_id, lifecycle_stage, churned_on from marts.accounts order by account_id",
        """
        account_id | lifecycle_stage | churned_on
        adopting   | adoption        |
        churned    | churned         | 2026-03-01
        growing    | growth          |
        live       | adoption        |
        new        | onboarding      |
        prospect   |                 |
        renewing   | renewal         |
        """,
    )
    company.shows("select account_id from checks.churned_by_contract_active_in_crm", "account_id\nchurned")


def test_who_is_a_customer_today_is_who_was_one_at_the_end_of_this_week(a_company: Callable[..., Company]) -> None:
    company = a_company()
    names = ("in-force", "free", "carried", "cancelled", "ended", "unrated", "ahead")
    company.given("accounts", "account_id | account_name | status\n" + "\n".join(f"{n} | {n} | active" for n in names))
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr    | currency | signed_on  | cancelled_on
        1           | in-force   | 2026-01-01 | 2026-12-31 | 100.00 | USD      | 2025-12-01 |
        2           | free       | 2026-01-01 | 2026-12-31 | 0.00   | USD      | 2025-12-01 |
        3           | carried    | 2025-06-15 | 2026-06-14 | 100.00 | USD      | 2025-06-01 |
        4           | cancelled  | 2025-06-15 | 2026-06-14 | 100.00 | USD      | 2025-06-01 | 2026-05-01
        5           | ended      | 2025-01-01 | 2025-12-31 | 100.00 | USD      | 2024-12-01 |
        6           | unrated    | 2026-01-01 | 2026-12-31 | 100.00 | XXX      | 2025-12-01 |
        7           | ahead      | 2026-08-01 | 2027-07-31 | 100.00 | USD      | 2026-06-01 |
        """,
    )
    company.built()
    accounts = company.warehouse.frame("select * from marts.accounts").filter(is_customer())
    weeks = company.warehouse.frame("select * from marts.account_weeks").filter(was_customer())
    now = weeks.filter(pl.col("week_ending_on") == AS_OF)
    assert set(accounts["account_id"]) == set(now["account_id"]) == {"in-force", "free", "carried", "unrated"}
    scored = company.warehouse.frame("select account_id from marts.accounts where is_scored")
    assert "cancelled" in set(scored["account_id"])
