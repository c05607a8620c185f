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
PEOPLE = ("champion", "executive_sponsor", "user")
STATUSES = ("active", "churned", "onboarding")


class RandomBook:
    """Rows of every kind around the two days, the same for the same seed."""

    def __init__(self, company: Company, seed: int) -> None:
        self._company, self._dice = company, random.Random(seed)

    def accept(self) -> None:
        """Give them all, always in the same order."""
        self._accept_accounts()
        self._accept_use_and_tickets()
        self._accept_people()

    def _accept_accounts(self) -> None:
        self._table(
            "accounts",
            "account_id | account_name | status | plan",
            ((a, a, self._dice.choice(STATUSES), "pro") for a in ACCOUNTS),
        )
        self._table(
            "contracts",
            "contract_id | account_id | product | starts_on | ends_on | arr | currency | signed_on | cancelled_on",
            self._contracts(),
        )
        self._table(
            "exchange_rates",
            "currency | month_on | rate_to_reporting",
            (("EUR", f"2026-0{m}-01", 1 + m / 7) for m in range(1, 8)),
        )

    def _accept_use_and_tickets(self) -> None:
        self._table(
            "tickets", "ticket_id | account_id | status | priority | created_at | solved_at | csat", self._tickets()
        )
        self._table("ticket_changes", "ticket_id | changed_at | field | old_value | new_value", self._changes())
        self._table("usage_daily", "account_id | used_on | feature | active_users | event_count", self._usage())
        self._table(
            "features", "feature | plan | released_on", iter([("f1", "", ""), ("f2", "pro", THEN), ("f3", "", AS_OF)])
        )

    def _accept_people(self) -> None:
        self._table(
            "activities",
            "activity_id | account_id | type | occurred_at | direction | was_attended | sentiment",
            self._activities(),
        )
        self._table("invoices", "invoice_id | account_id | issued_on | due_on | paid_on | status", self._invoices())
        self._table(
            "contacts",
            "contact_id | account_id | role | joined_on | departed_on",
            (
                (
                    f"p{n}",
                    self._account(),
                    self._dice.choice(PEOPLE),
                    self._maybe(self._day()),
                    self._maybe(self._day(), 0.4),
                )
                for n in range(60)
            ),
        )
        self._table(
            "trainings",
            "account_id | user_id | course | assigned_on | completed_on",
            ((self._account(), f"u{n}", "x", self._day(), self._maybe(self._day())) for n in range(80)),
        )
        self._table(
            "survey_responses",
            "response_id | account_id | respondent_id | survey | score | responded_at",
            (
                (f"r{n}", self._account(), f"u{n % 20}", "nps", self._dice.randint(0, 10), self._instant(self._day()))
                for n in range(120)
            ),
        )

    def _table(self, name: str, header: str, rows: Iterator[tuple[object, ...]]) -> None:
        lines = [" | ".join(str(value) for value in row) for row in rows]
        self._company.given(name, "\n".join([header, *lines]))

    def _day(self, first: int = 500, last: int = -60) -> date:
        return AS_OF - timedelta(days=self._dice.randint(last, first))

    def _instant(self, on: date) -> str:
        return f"{on} {self._dice.randint(0, 23):02d}:{self._dice.randint(0, 59):02d}:00Z"

    def _maybe(self, value: object, share: float = 0.7) -> object:
        return value if self._dice.random() < share else ""

    def _account(self) -> str:
        return self._dice.choice(ACCOUNTS)

    def _contracts(self) -> Iterator[tuple[object, ...]]:
        for number in range(30):
            starts_on = self._day(900)
            ends_on = starts_on + timedelta(days=self._dice.choice([90, 200, 364]))
            signed_on = self._maybe(starts_on - timedelta(days=self._dice.randint(-20, 60)))
            money = self._dice.choice(["100.10", "33.33", "60000", "0"]), self._dice.choice(["EUR", "USD", ""])
            yield (
                f"c{number}",
                self._account(),
                self._dice.choice(["x", "y", ""]),
                starts_on,
                ends_on,
                *money,
                signed_on,
                self._maybe(self._day(), 0.2),
            )

    def _tickets(self) -> Iterator[tuple[object, ...]]:
        for number in range(150):
            created_on = self._day()
            solved_at = self._maybe(self._instant(created_on + timedelta(days=self._dice.randint(1, 40))), 0.8)
            status = "solved" if solved_at else "open"
            priority = self._dice.choice(["p0", "p1", "p2"])
            yield (
                f"t{number}",
                self._account(),
                status,
                priority,
                self._instant(created_on),
                solved_at,
                self._maybe(self._dice.randint(1, 5)),
            )

    def _changes(self) -> Iterator[tuple[object, ...]]:
        for number in range(0, 150, 3):
            yield f"t{number}", self._instant(THEN - timedelta(days=self._dice.randint(1, 90))), "priority", "p0", "p1"

    def _usage(self) -> Iterator[tuple[object, ...]]:
        seen = {(self._account(), self._day(200, -10), self._dice.choice(["f1", "f2", "f3", ""])) for _ in range(1500)}
        for name, used_on, feature in sorted(seen):
            yield name, used_on, feature, self._dice.randint(0, 9), self._dice.randint(0, 90)

    def _activities(self) -> Iterator[tuple[object, ...]]:
        for number in range(200):
            kind = self._dice.choice(["meeting", "call", "email", "webinar", "escalation"])
            tone = self._maybe(self._dice.choice(["positive", "negative", "neutral"]))
            yield (
                f"x{number}",
                self._account(),
                kind,
                self._instant(self._day()),
                "proactive",
                self._maybe(self._dice.choice(["true", "false"])),
                tone,
            )

    def _invoices(self) -> Iterator[tuple[object, ...]]:
        for number in range(80):
            due_on = self._day()
            paid_on = self._maybe(due_on + timedelta(days=self._dice.randint(-10, 60)))
            yield (
                f"i{number}",
                self._account(),
                self._maybe(due_on - timedelta(days=30)),
                due_on,
                paid_on,
                "paid" if paid_on else "open",
            )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_panels_past_is_what_a_run_at_that_day_gives_without_later_rows(
    a_company: Callable[..., Company], seed: int
) -> None:
    now, then = a_company(), a_company()
    RandomBook(now, seed).accept()
    RandomBook(then, seed).accept()
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
    RandomBook(straight, 4).accept()
    RandomBook(shuffled, 4).accept()
    for table in (*LATER_ROWS, "accounts"):
        shuffled.warehouse.execute(
            f"create or replace table accepted.{table} as select * from accepted.{table} order by md5(_key || '7')"
        )
    straight.built()
    shuffled.built()
    for mart in ("account_weeks", "accounts", "account_months", "contracts", "nps_answers", "account_features"):
        query = f"select * from marts.{mart} order by all"
        assert straight.warehouse.frame(query).equals(shuffled.warehouse.frame(query))
