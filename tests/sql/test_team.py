"""Owners that a tool names by id get their names from that tool's own people."""

from collections.abc import Callable

from tests.sql.company import Company

TEAM = """
_system | person_id | full_name   | email           | manager
crm     | 005A      | Ada Quill   | ada@ours.test   | 005B
crm     | 005B      | Bo Tarn     | bo@ours.test    | The board
desk    | 005A      | Cy Unrelated|                 |
"""


CONTRACT = "contract_id | account_id | starts_on | arr | signed_on\n1 | a | 2024-01-01 | 1.00 | 2023-12-01"


def test_an_id_becomes_the_name_that_the_same_tool_gives_it(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("team", TEAM)
    company.given("contracts", CONTRACT)
    company.given(
        "accounts",
        """
        account_id | account_name | csm      | csm_email     | csm_manager | account_executive
        a          | a            | 005A     |               |             | 005B
        b          | b            | 005A     | own@ours.test | Dee Hand    | 005X
        c          | c            | Eve Name |               |             |
        """,
    )
    company.given("tasks", "task_id | account_id | title | owner\n1 | a | t | 005A\n2 | a | t | Someone else")
    company.given("opportunities", "opportunity_id | account_id | owner | created_on\n1 | a | 005B | 2026-01-01")
    company.given("activities", "activity_id | account_id | owner | occurred_at\n1 | a | 005A | 2026-01-01 12:00:00Z")
    company.given("account_keys", "system | external_id | account_id\ndesk | a | a")
    company.given(
        "tickets",
        """
        ticket_id | account_id | assignee | created_at           | _system
        1         | a          | 005A     | 2026-01-01 12:00:00Z | desk
        """,
    )
    company.built()
    company.shows(
        "select account_id, csm, csm_email, csm_manager, account_executive from staging.stg_accounts order by account_id",
        """
        account_id | csm       | csm_email     | csm_manager | account_executive
        a          | Ada Quill | ada@ours.test | Bo Tarn     | Bo Tarn
        b          | Ada Quill | own@ours.test | Dee Hand    | 005X
        c          | Eve Name  |               |             |
        """,
    )
    company.shows("select owner from staging.stg_tasks order by task_id", "owner\nAda Quill\nSomeone else")
    company.shows("select owner from staging.stg_opportunities", "owner\nBo Tarn")
    company.shows("select owner from staging.stg_activities", "owner\nAda Quill")
    company.shows("select assignee from staging.stg_tickets", "assignee\nCy Unrelated")


def test_the_newest_name_of_a_person_counts_also_after_they_left(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("contracts", CONTRACT)
    company.given("accounts", "account_id | account_name | csm\na | a | 005A\nb | b | 005B")
    company.given(
        "team",
        """
        person_id | full_name | _extracted_at       | _is_deleted
        005A      | Ada Quill | 2026-06-01 12:00:00 | false
        005A      | Ada Marsh | 2026-06-20 12:00:00 | false
        005B      | Bo Tarn   | 2026-06-01 12:00:00 | false
        005B      | Bo Tarn   | 2026-06-20 12:00:00 | true
        """,
    )
    company.built()
    company.shows("select csm from staging.stg_accounts order by account_id", "csm\nAda Marsh\nBo Tarn")
    company.shows(
        "select system, person_id, full_name, manager from staging.stg_team",
        "system | person_id | full_name | manager\ncrm | 005A | Ada Marsh |",
    )
