"""Whom the rows of a tool name: how each was matched, what is only proposed, and what a customer lacks."""

from collections.abc import Callable

from tests.sql.company import Company


def customers(company: Company) -> None:
    company.given(
        "accounts",
        """
        account_id | account_name       | domain
        a          | Jorden Robotics    | jorden.example
        b          | Tarnsund Foods Ltd | tarnsund.example
        """,
    )
    company.given(
        "contracts", "contract_id | account_id | starts_on | ends_on | arr\n1 | a | 2026-01-01 | 2026-12-31 | 10.00"
    )


def test_every_way_of_matching_is_counted(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    folder = company.workspace.sources
    folder.mkdir()
    (folder / "aliases.csv").write_text("system,external_id,account_id\ndesk,The Robots,a\n")
    company.given("account_keys", "system | external_id | account_id\ndesk | Tarnsund NL | b")
    company.given(
        "tickets",
        """
        ticket_id | account_id         | created_at           | _system | _account_namespace
        1         | the  robots        | 2026-06-01 12:00:00Z | desk    | name
        2         | Tarnsund NL        | 2026-06-01 12:00:00Z | desk    | name
        3         | jorden robotics    | 2026-06-01 12:00:00Z | desk    | name
        4         | a walk-in          | 2026-06-01 12:00:00Z | desk    | name
        5         | a walk-in          | 2026-06-02 12:00:00Z | desk    | name
        """,
    )
    company.given(
        "survey_responses",
        """
        response_id | account_id       | respondent_id | score | responded_at         | _account_namespace
        1           | TARNSUND.example | x             | 9     | 2026-06-01 12:00:00Z | domain
        """,
    )
    company.built()
    company.shows(
        """
        select table_name, name_count, by_id_count, by_key_count, by_alias_count, by_domain_count, by_name_count,
            row_count, matched_row_count
        from marts.account_matches order by table_name
        """,
        """
        table_name       | name_count | by_id_count | by_key_count | by_alias_count | by_domain_count | by_name_count | row_count | matched_row_count
        contracts        | 1          | 1           | 0            | 0              | 0               | 0             | 1         | 1
        survey_responses | 1          | 0           | 0            | 0              | 1               | 0             | 1         | 1
        tickets          | 4          | 0           | 1            | 1              | 0               | 1             | 5         | 3
        """,
    )


def test_a_near_match_is_proposed_and_never_applied(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given(
        "tickets",
        """
        ticket_id | account_id            | created_at           | _system | _account_namespace
        1         | Jorden Robotic GmbH   | 2026-06-01 12:00:00Z | desk    | name
        2         | Foods, Tarnsund       | 2026-06-01 12:00:00Z | desk    | name
        3         | Someone Else Entirely | 2026-06-01 12:00:00Z | desk    | name
        """,
    )
    company.built()
    company.shows(
        "select external_id, alias_system, row_count, proposed_account_id from marts.unmatched_accounts order by 1",
        """
        external_id           | alias_system | row_count | proposed_account_id
        foods, tarnsund       | desk         | 1         | b
        jorden robotic gmbh   | desk         | 1         | a
        someone else entirely | desk         | 1         |
        """,
    )
    company.shows("select count(*) as tickets from staging.stg_tickets", "tickets\n0")


def test_an_alias_line_settles_a_proposal(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    folder = company.workspace.sources
    folder.mkdir()
    (folder / "aliases.csv").write_text("system,external_id,account_id\ndesk,jorden robotic gmbh,a\n")
    company.given(
        "tickets",
        """
        ticket_id | account_id          | created_at           | _system | _account_namespace
        1         | Jorden Robotic GmbH | 2026-06-01 12:00:00Z | desk    | name
        """,
    )
    company.built()
    company.shows("select account_id from staging.stg_tickets", "account_id\na")
    company.shows("select count(*) as names from marts.unmatched_accounts", "names\n0")


def test_the_arr_behind_a_name_that_nobody_knows_is_stated(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr   | signed_on
        2           | ghost      | 2026-01-01 | 2026-12-31 | 70.00 | 2025-12-01
        3           | ghost      | 2024-01-01 | 2024-12-31 | 60.00 | 2023-12-01
        """,
    )
    company.built()
    company.shows(
        "select namespace, external_id, row_count, contract_count, arr from marts.unmatched_accounts",
        "namespace | external_id | row_count | contract_count | arr\ncrm | ghost | 2 | 1 | 70.00",
    )


def test_a_deleted_account_is_told_apart_from_one_that_never_was(a_company: Callable[..., Company]) -> None:
    company = a_company()
    customers(company)
    company.given("accounts", "account_id | account_name | _is_deleted\ngone | Gone | true")
    company.given("tickets", "ticket_id | account_id | created_at\n1 | gone | 2026-06-01 12:00:00Z")
    company.built()
    company.shows(
        "select external_id, is_deleted from marts.unmatched_accounts", "external_id | is_deleted\ngone | yes"
    )


def test_what_a_customer_lacks_is_counted_by_field(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given(
        "accounts",
        "account_id | account_name | csm | segment | strategic_alignment\na | a | Ana | smb | aligned\nb | b | | |",
    )
    company.given(
        "contracts",
        """
        contract_id | account_id | starts_on  | ends_on    | arr   | seats | auto_renew | notice_days | billing_period
        1           | a          | 2026-01-01 | 2026-12-31 | 10.00 | 5     | true       | 30          | annual
        2           | b          | 2026-01-01 | 2026-12-31 | 10.00 |       | true       |             | annual
        3           | b          | 2026-01-01 |            | 10.00 |       | false      |             | annual
        4           | b          | 2026-01-01 |            | 10.00 |       | true       |             | monthly
        """,
    )
    company.given(
        "contacts",
        "contact_id | account_id | email | role\n1 | a | ana@a.example | executive_sponsor\n2 | b | | user",
    )
    company.built()
    company.shows(
        "select account_id, field, record_count from marts.account_gaps order by field",
        """
        account_id | field               | record_count
        b          | contact_email       | 1
        b          | csm                 | 1
        b          | end_date            | 1
        b          | executive_sponsor   | 1
        b          | notice_days         | 1
        b          | seats               | 1
        b          | segment             | 1
        b          | strategic_alignment | 1
        """,
    )
