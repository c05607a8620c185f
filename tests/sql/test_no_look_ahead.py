"""Nothing dated after a week may enter it: the panel's past weeks are what a run at that day gives without later rows."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from tests.sql.company import AS_OF, Company

THEN = AS_OF - timedelta(days=56)
ACCOUNTS = [f"a{number}" for number in range(8)]
LATER_ROWS = {
    "contracts": "coalesce(signed_on, starts_on)",
    "contacts": "joined_on",
    "activities": "timezone('America/New_York', occurred_at)::date",
    "invoices": "coalesce(issued_on, due_on)",
    "usage_daily": "used_on",
    "features": "released_on",
    "tickets": "timezone('America/New_York', created_at)::date",
    "ticket_changes": "timezone('America/New_York', changed_at)::date",
    "survey_responses": "timezone('America/New_York', responded_at)::date",
    "trainings": "assigned_on",
    "exchange_rates": "month_on",
}


def a_random_book(company: Company, seed: int) -> None:
    """Accept rows of every kind around the two days, in the same order for the same seed."""
    dice = random.Random(seed)

    def day(first: int = 500, last: int = -60) -> date:
        return AS_OF - timedelta(days=dice.randint(last, first))

    def instant(on: date) -> str:
        return f"{on} {dice.randint(0, 23):02d}:{dice.randint(0, 59):02d}:00Z"

    def maybe(value: object, share: float = 0.7) -> object:
        return value if dice.random() < share else ""

    def table(name: str, header: str, rows: Iterator[tuple[object, ...]]) -> None:
        lines = [" | ".join(str(value) for value in row) for row in rows]
        company.given(name, "\n".join([header, *lines]))

    def account() -> str:
        return dice.choice(ACCOUNTS)

    def contracts() -> Iterator[tuple[object, ...]]:
        for number in range(30):
            starts_on = day(900)
            ends_on = starts_on + timedelta(days=dice.choice([90, 200, 364]))
            signed_on = maybe(starts_on - timedelta(days=dice.randint(-20, 60)))
            money = dice.choice(["100.10", "33.33", "60000", "0"]), dice.choice(["EUR", "USD", ""])
            yield (
                f"c{number}",
                account(),
                dice.choice(["x", "y", ""]),
                starts_on,
                ends_on,
                *money,
                signed_on,
                maybe(day(), 0.2),
            )

    def tickets() -> Iterator[tuple[object, ...]]:
        for number in range(150):
            created_on = day()
            solved_at = maybe(instant(created_on + timedelta(days=dice.randint(1, 40))), 0.8)
            status = "solved" if solved_at else "open"
            priority = dice.choice(["p0", "p1", "p2"])
            yield f"t{number}", account(), status, priority, instant(created_on), solved_at, maybe(dice.randint(1, 5))

    def changes() -> Iterator[tuple[object, ...]]:
        for number in range(0, 150, 3):
            yield f"t{number}", instant(THEN - timedelta(days=dice.randint(1, 90))), "priority", "p0", "p1"

    def usage() -> Iterator[tuple[object, ...]]:
        seen = {(account(), day(200, -10), dice.choice(["f1", "f2", "f3", ""])) for _ in range(1500)}
        for name, used_on, feature in sorted(seen):
            yield name, used_on, feature, dice.randint(0, 9), dice.randint(0, 90)

    def activities() -> Iterator[tuple[object, ...]]:
        for number in range(200):
            kind = dice.choice(["meeting", "call", "email", "webinar", "escalation"])
            tone = maybe(dice.choice(["positive", "negative", "neutral"]))
            yield (
                f"x{number}",
                account(),
                kind,
                instant(day()),
                "proactive",
                maybe(dice.choice(["true", "false"])),
                tone,
            )

    def invoices() -> Iterator[tuple[object, ...]]:
        for number in range(80):
            due_on = day()
            paid_on = maybe(due_on + timedelta(days=dice.randint(-10, 60)))
            yield (
                f"i{number}",
                account(),
                maybe(due_on - timedelta(days=30)),
                due_on,
                paid_on,
                "paid" if paid_on else "open",
            )

    people = ("champion", "executive_sponsor", "user")
    statuses = ("active", "churned", "onboarding")
    table(
        "accounts",
        "account_id | account_name | status | plan",
        ((a, a, dice.choice(statuses), "pro") for a in ACCOUNTS),
    )
    table(
        "contracts",
        "contract_id | account_id | product | starts_on | ends_on | arr | currency | signed_on | cancelled_on",
        contracts(),
    )
    table(
        "exchange_rates",
        "currency | month_on | rate_to_reporting",
        (("EUR", f"2026-0{m}-01", 1 + m / 7) for m in range(1, 8)),
    )
    table("tickets", "ticket_id | account_id | status | priority | created_at | solved_at | csat", tickets())
    table("ticket_changes", "ticket_id | changed_at | field | old_value | new_value", changes())
    table("usage_daily", "account_id | used_on | feature | active_users | event_count", usage())
    table("features", "feature | plan | released_on", iter([("f1", "", ""), ("f2", "pro", THEN), ("f3", "", AS_OF)]))
    table(
        "activities",
        "activity_id | account_id | type | occurred_at | direction | was_attended | sentiment",
        activities(),
    )
    table("invoices", "invoice_id | account_id | issued_on | due_on | paid_on | status", invoices())
    table(
        "contacts",
        "contact_id | account_id | role | joined_on | departed_on",
        ((f"p{n}", account(), dice.choice(people), maybe(day()), maybe(day(), 0.4)) for n in range(60)),
    )
    table(
        "trainings",
        "account_id | user_id | course | assigned_on | completed_on",
        ((account(), f"u{n}", "x", day(), maybe(day())) for n in range(80)),
    )
    table(
        "survey_responses",
        "response_id | account_id | respondent_id | survey | score | responded_at",
        ((f"r{n}", account(), f"u{n % 20}", "nps", dice.randint(0, 10), instant(day())) for n in range(120)),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_panels_past_is_what_a_run_at_that_day_gives_without_later_rows(
    a_company: Callable[..., Company], seed: int
) -> None:
    now, then = a_company(), a_company()
    a_random_book(now, seed)
    a_random_book(then, seed)
    for table, dated in LATER_ROWS.items():
        then.warehouse.execute(f"delete from accepted.{table} where {dated} > ?", [THEN])
    now.built(AS_OF)
    then.built(THEN)
    for mart, keys in {"account_weeks": "account_id, week_ending_on", "feed_weeks": "feed, week_ending_on"}.items():
        query = f"""
            select * from marts.{mart}
            where week_ending_on between '{THEN - timedelta(weeks=90)}' and '{THEN}' order by {keys}
        """
        panel, run = now.warehouse.frame(query), then.warehouse.frame(query)
        assert panel.height > 700
        different = [column for column in panel.columns if not panel[column].equals(run[column], null_equal=True)]
        assert different == []


def test_rows_in_another_order_give_the_same_marts(a_company: Callable[..., Company]) -> None:
    straight, shuffled = a_company(), a_company()
    a_random_book(straight, 4)
    a_random_book(shuffled, 4)
    for table in (*LATER_ROWS, "accounts"):
        shuffled.warehouse.execute(
            f"create or replace table accepted.{table} as select * from accepted.{table} order by md5(_key || '7')"
        )
    straight.built()
    shuffled.built()
    for mart in ("account_weeks", "accounts", "account_months", "contracts", "nps_answers", "account_features"):
        query = f"select * from marts.{mart} order by all"
        assert straight.warehouse.frame(query).equals(shuffled.warehouse.frame(query))
