"""What milestones may rest on, when terms became known, and the newest measure of a limit."""

from collections.abc import Callable

from tests.sql.company import Company

ACCOUNTS = """
    account_id | account_name | status | last_health_check_on
    a          | A            | active | 2026-06-01
    b          | B            | active |
    """
TERMS = """
    contract_id | account_id | product | starts_on  | ends_on    | arr  | signed_on
    due         | a          | core    | 2025-08-01 | 2026-07-31 | 1.00 | 2025-07-01
    later       | a          | extra   | 2026-01-01 | 2027-12-31 | 1.00 | 2025-12-01
    next        | a          | core    | 2026-08-01 | 2027-07-31 | 2.00 | 2026-06-20
    unsigned    | b          | core    | 2025-07-01 | 2026-06-30 | 1.00 | 2025-06-01
    future      | b          | core    | 2026-07-01 | 2027-06-30 | 1.00 | 2026-06-28
    """


def test_a_contract_tells_when_it_and_its_successor_became_known(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", ACCOUNTS)
    company.given("contracts", TERMS)
    company.built()
    company.shows(
        "select contract_id, known_on, successor_contract_id, successor_known_on from marts.contracts order by 1",
        """
        contract_id | known_on   | successor_contract_id | successor_known_on
        due         | 2025-07-01 | next                  | 2026-06-20
        later       | 2025-12-01 |                       |
        next        | 2026-06-20 |                       |
        unsigned    | 2025-06-01 |                       |
        """,
    )


def test_what_was_done_about_a_contract_since_its_term_began_is_listed(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", ACCOUNTS)
    company.given("contracts", TERMS)
    company.given(
        "opportunities",
        """
        opportunity_id | account_id | type      | stage    | created_on | contract_id
        o1             | a          | renewal   | Proposal | 2026-05-01 | due
        o2             | a          | renewal   | Open     | 2026-05-02 | later
        o3             | b          | renewal   | Open     | 2026-05-03 |
        o4             | b          | renewal   | Open     | 2025-05-03 |
        o5             | b          | expansion | Open     | 2026-05-03 | unsigned
        o6             | b          | renewal   | Open     | 2026-06-27 | unsigned
        """,
    )
    company.given(
        "opportunity_changes",
        """
        opportunity_id | changed_at          | field  | old_value | new_value
        o1             | 2026-05-20 12:00:00 | stage  | Open      | Proposal
        o1             | 2026-05-21 12:00:00 | amount | 1         | 2
        o1             | 2026-06-28 12:00:00 | stage  | Proposal  | Won
        """,
    )
    company.given(
        "activities",
        """
        activity_id | account_id | type    | occurred_at         | subject | was_attended
        x1          | a          | meeting | 2026-05-05 12:00:00 | Review  | true
        x2          | a          | meeting | 2026-05-06 12:00:00 | Review  | false
        x3          | a          | email   | 2026-05-07 12:00:00 | Review  | true
        x4          | a          | call    | 2025-07-30 12:00:00 | Before  | true
        """,
    )
    company.given(
        "qbrs",
        """
        qbr_id | account_id | scheduled_on | held_on
        q1     | a          | 2026-05-10   | 2026-05-11
        q2     | a          | 2026-06-10   |
        """,
    )
    company.given(
        "tasks",
        """
        task_id | account_id | title           | renewal_step | created_on
        t1      | a          | Prepare Renewal |              | 2026-05-12
        t2      | a          | Send numbers    | proposal     | 2026-05-13
        t3      | a          | Say hello       |              | 2026-05-14
        """,
    )
    company.built()
    company.shows(
        """
        select contract_id, kind, detail, happened_on, reference from marts.renewal_events
        order by contract_id, kind, happened_on, reference
        """,
        """
        contract_id | kind         | detail          | happened_on | reference
        due         | health_check |                 | 2026-06-01  | a
        due         | meeting      | Review          | 2026-05-05  | x1
        due         | opportunity  | Proposal        | 2026-05-01  | o1
        due         | qbr          |                 | 2026-05-11  | q1
        due         | stage        | Proposal        | 2026-05-20  | o1
        due         | task         | Prepare Renewal | 2026-05-12  | t1
        due         | task         | proposal        | 2026-05-13  | t2
        unsigned    | opportunity  | Open            | 2026-05-03  | o3
        unsigned    | stage        | Open            |             | o3
        """,
    )


def test_the_newest_measure_of_each_limit_counts(a_company: Callable[..., Company]) -> None:
    company = a_company()
    company.given("accounts", ACCOUNTS)
    company.given("contracts", TERMS)
    company.given(
        "limits",
        """
        account_id | limit | measured_on | allowed | used
        a          | seats | 2026-05-31  | 10      | 9
        a          | seats | 2026-04-30  | 10      | 1
        a          | seats | 2026-06-30  | 10      | 10
        a          | calls | 2026-05-31  | 99      | 98
        """,
    )
    company.built()
    company.shows(
        'select account_id, "limit", measured_on, allowed, used from marts.limits order by 2',
        """
        account_id | limit | measured_on | allowed | used
        a          | calls | 2026-05-31  | 99.0    | 98.0
        a          | seats | 2026-05-31  | 10.0    | 9.0
        """,
    )
