"""Contracts in the panel and in the list: ending, followed, cancelled, past due."""

from collections.abc import Callable

from tests.sql.company import Company


def of_accounts(company: Company, text: str) -> None:
    """Accept the contracts, and an active account for every name they use."""
    company.given("contracts", text)
    company.warehouse.execute(
        "create temp table names as select distinct account_id from accepted.contracts order by all"
    )
    names = company.warehouse.frame("select * from names order by all")["account_id"].to_list()
    company.given("accounts", "account_id | account_name | status\n" + "\n".join(f"{n} | {n} | active" for n in names))


def test_a_contract_ends_within_90_days_unless_a_successor_is_signed(a_company: Callable[..., Company]) -> None:
    company = a_company()
    of_accounts(
        company,
        """
        contract_id | account_id     | product | starts_on  | ends_on    | arr  | signed_on
        1           | in-90          |         | 2025-06-01 | 2026-09-24 | 1.00 | 2025-05-01
        2           | in-91          |         | 2025-06-01 | 2026-09-25 | 1.00 | 2025-05-01
        3           | followed       | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01
        4           | followed       | core    | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-01
        5           | not-yet-signed | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01
        6           | not-yet-signed | core    | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-27
        7           | other-product  | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01
        8           | other-product  | extra   | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-01
        9           | too-late       | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01
        10          | too-late       | core    | 2026-09-01 | 2027-07-31 | 1.00 | 2026-06-01
        11          | just-in-time   | core    | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01
        12          | just-in-time   |         | 2026-08-31 | 2027-07-31 | 1.00 | 2026-06-01
        """,
    )
    company.built()
    company.shows(
        """
        select account_id, contract_in_force_count, contract_ending_90d_count
        from marts.account_weeks where week_ending_on = '2026-06-26' order by account_id
        """,
        """
        account_id     | contract_in_force_count | contract_ending_90d_count
        followed       | 1                       | 0
        in-90          | 1                       | 1
        in-91          | 1                       | 0
        just-in-time   | 1                       | 0
        not-yet-signed | 1                       | 1
        other-product  | 1                       | 1
        too-late       | 1                       | 1
        """,
    )
    company.shows(
        """
        select contract_id, has_signed_successor, successor_contract_id, renewal_on
        from marts.contracts where account_id in ('followed', 'not-yet-signed') order by contract_id
        """,
        """
        contract_id | has_signed_successor | successor_contract_id | renewal_on
        3           | yes                  | 4                     | 2026-08-01
        4           | no                   |                       | 2027-08-01
        5           | no                   |                       | 2026-08-01
        """,
    )


def test_notice_counts_while_in_force_and_through_the_grace(a_company: Callable[..., Company]) -> None:
    company = a_company()
    of_accounts(
        company,
        """
        contract_id | account_id   | starts_on  | ends_on    | arr  | signed_on  | cancelled_on
        1           | in-force     | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | 2026-06-26
        2           | tomorrow     | 2025-06-01 | 2026-12-31 | 1.00 | 2025-05-01 | 2026-06-27
        3           | ended-30     | 2025-06-01 | 2026-05-27 | 1.00 | 2025-05-01 | 2026-03-01
        4           | ended-31     | 2025-06-01 | 2026-05-26 | 1.00 | 2025-05-01 | 2026-03-01
        5           | changed-mind | 2025-06-01 | 2026-07-31 | 1.00 | 2025-05-01 | 2026-03-01
        6           | changed-mind | 2026-08-01 | 2027-07-31 | 1.00 | 2026-06-01 |
        """,
    )
    company.built()
    company.shows(
        """
        select account_id, contract_notice_count
        from marts.account_weeks where week_ending_on = '2026-06-26' order by account_id
        """,
        """
        account_id   | contract_notice_count
        changed-mind | 0
        ended-30     | 1
        ended-31     | 0
        in-force     | 1
        tomorrow     | 0
        """,
    )


def test_a_contract_is_past_due_from_its_renewal_until_the_grace_has_run_out(a_company: Callable[..., Company]) -> None:
    company = a_company()
    of_accounts(
        company,
        """
        contract_id | account_id | starts_on  | ends_on    | arr  | signed_on  | cancelled_on | auto_renew | notice_days
        1           | a          | 2025-06-01 | 2026-06-25 | 1.00 | 2025-05-01 |              | true       | 30
        2           | b          | 2025-06-01 | 2026-06-26 | 1.00 | 2025-05-01 |              | true       |
        3           | c          | 2025-06-01 | 2026-06-25 | 1.00 | 2025-05-01 | 2026-06-01   | false      | 30
        4           | d          | 2025-06-01 | 2026-05-26 | 1.00 | 2025-05-01 |              | true       | 60
        """,
    )
    company.built()
    company.shows(
        "select contract_id, is_in_force, is_past_due, decision_on from marts.contracts order by contract_id",
        """
        contract_id | is_in_force | is_past_due | decision_on
        1           | no          | yes         | 2026-05-27
        2           | yes         | no          | 2026-06-27
        3           | no          | no          | 2026-06-26
        4           | no          | no          | 2026-03-28
        """,
    )
    company.shows(
        "select account_id, renewal_on, days_to_renewal from marts.accounts order by account_id",
        """
        account_id | renewal_on | days_to_renewal
        a          | 2026-06-26 | 0
        b          | 2026-06-27 | 1
        c          |            |
        d          |            |
        """,
    )
