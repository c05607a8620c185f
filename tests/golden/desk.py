"""The support desk of the invented company: four months of tickets, most promises kept, one P0 open today."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from tests.golden.factory import AS_OF, tier_of
from tests.rules.desk import Desk

SUBJECTS = {
    "technical": ("Export to the warehouse fails", "Dashboards load slowly", "API answers with an error"),
    "billing": ("Invoice shows the old address", "Question about the last invoice"),
    "implementation": ("Data load of the second site", "Single sign-on before go-live"),
}
HOURS = {"p0": (0.3, 3), "p1": (1.5, 18), "p2": (3, 40), "p3": (6, 60)}
TICKETS = 90


def with_desk(book: Book, seed: int = 11) -> Book:
    """The book with tickets of its own accounts."""
    dice, desk = random.Random(seed), Desk(as_of=AS_OF, zone="America/New_York")
    accounts = book.accounts.select("account_id", "arr").filter(pl.col("arr") > 0).sort("account_id").rows()
    for number in range(TICKETS):
        _ticket(desk, dice, number, *dice.choice(accounts))
    desk.ticket(
        "T-OPEN",
        created=f"{AS_OF} 06:00",
        subject="Nobody can log in",
        priority="p0",
        account_id=accounts[0][0],
        tier=tier_of(float(accounts[0][1])),
        arr=accounts[0][1],
    )
    mine = desk.book()
    return replace(book, ticket_clocks=mine.ticket_clocks, ticket_statuses=mine.ticket_statuses, holidays=mine.holidays)


def _ticket(desk: Desk, dice: random.Random, number: int, account_id: str, arr: float) -> None:
    created = desk.at(f"{_weekday(dice)} {dice.randint(9, 16):02d}:{dice.randint(0, 59):02d}")
    priority = dice.choices(list(HOURS), (1, 3, 6, 4))[0]
    response, resolution = HOURS[priority]
    slow = 5 if dice.random() < 0.1 else 1
    category = dice.choice(list(SUBJECTS))
    desk.ticket(
        f"T-{number:03d}",
        created=created,
        responded=created + timedelta(hours=response * dice.uniform(0.1, 0.9) * slow),
        solved=created + timedelta(hours=resolution * dice.uniform(0.2, 0.9) * slow),
        priority=priority,
        category=category,
        subject=dice.choice(SUBJECTS[category]),
        account_id=account_id,
        tier=tier_of(float(arr)),
        arr=arr,
    )


def _weekday(dice: random.Random) -> date:
    day = AS_OF - timedelta(days=dice.randint(15, 110))
    return day - timedelta(days=max(0, day.weekday() - 4))
