"""Generated books of contracts: many small companies in one warehouse, each a segment of its own."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline.book import MARTS, Book
from pipeline.revenue.arr import arr_tables
from pipeline.scores import Scores
from tests.rules.books import shipped_policy
from tests.sql.company import AS_OF, Company, company

FIRST = date(2023, 1, 1)
CURRENCIES = ("USD", "EUR", "GBP", "XXX")
PRODUCTS = ("core", "extra", None)
LATE_RATE = {"GBP": date(2024, 3, 1)}


@dataclass(frozen=True)
class Contract:
    """One contract as its export writes it."""

    contract_id: str
    account_id: str
    product: str | None
    starts_on: date
    ends_on: date | None
    arr: Decimal
    currency: str
    signed_on: date
    cancelled_on: date | None = None


@dataclass(frozen=True)
class Customer:
    """One account: its segment is the book that it belongs to."""

    account_id: str
    segment: str
    status: str = "active"


@dataclass(frozen=True)
class Written:
    """The rows of exports: accounts, contracts and rates."""

    customers: list[Customer]
    contracts: list[Contract]
    rates: dict[tuple[str, date], Decimal]


def written(books: int, seed: int) -> Written:
    """So many books of one to four accounts; starts, gaps, prices and currencies are drawn to meet every edge."""
    dice = random.Random(seed)
    customers = [
        Customer(f"b{book:05}-{number}", f"b{book:05}", dice.choice(["active"] * 7 + ["churned"]))
        for book in range(books)
        for number in range(dice.randint(1, 4))
    ]
    contracts = [contract for customer in customers for contract in _chain(dice, customer.account_id)]
    return Written(customers, contracts, rates(dice))


def rates(dice: random.Random) -> dict[tuple[str, date], Decimal]:
    """A rate for most months; the pound has none before its first, one currency never has any."""
    months = [date(2022 + index // 12, index % 12 + 1, 1) for index in range(11, 56)]
    return {
        (currency, month): Decimal(dice.randint(8_000, 14_000)) / 10_000
        for currency in ("EUR", "GBP")
        for month in months
        if month >= LATE_RATE.get(currency, month) and dice.random() > 0.1
    }


def _chain(dice: random.Random, account: str) -> Iterator[Contract]:
    """An account's contracts: terms one after another with gaps around the grace, overlaps, and a return or two."""
    currency = dice.choices(CURRENCIES, [6, 4, 3, 1])[0]
    day = FIRST + timedelta(days=dice.randint(0, 900))
    for number in range(dice.randint(1, 6)):
        length = dice.choice([20, 31, 59, 90, 180, 364, 365, 730])
        is_open = dice.random() < 0.1
        ends_on = None if is_open else day + timedelta(days=length - 1)
        last = day + timedelta(days=length - 1)
        notice = last - timedelta(days=dice.randint(0, 60))
        yield Contract(
            f"{account}-{number}",
            account,
            dice.choices(PRODUCTS, [6, 3, 1])[0],
            day,
            ends_on,
            Decimal(dice.choice([0, 1, 99_99, 1000_00, dice.randint(1, 5_000_000)])) / 100,
            currency if dice.random() < 0.9 else dice.choice(CURRENCIES[:3]),
            day + timedelta(days=dice.choice([-30, -30, -1, 0, 14, 45])),
            max(day, notice) if dice.random() < 0.2 else None,
        )
        gap = dice.choice([0, 0, 0, 1, 15, 29, 30, 31, 32, 60, 200, 364, 365, 366, 400, -30, -100])
        day = max(FIRST, last + timedelta(days=1 + gap))


def text(rows: Sequence[Customer | Contract]) -> str:
    """Rows as the text table that tests accept."""
    columns = list(rows[0].__dataclass_fields__)
    cells = [
        " | ".join("" if getattr(row, name) is None else str(getattr(row, name)) for name in columns) for row in rows
    ]
    return "\n".join([" | ".join(columns), *cells])


def accept(founded: Company, books: Written) -> None:
    """Give the rows to a company."""
    names = [f"{one.account_id} | {one.account_id} | {one.segment} | {one.status}" for one in books.customers]
    founded.given("accounts", "\n".join(["account_id | account_name | segment | status", *names]))
    founded.given("contracts", text(books.contracts))
    worth = [f"{currency} | {month} | {rate}" for (currency, month), rate in sorted(books.rates.items())]
    founded.given("exchange_rates", "\n".join(["currency | month_on | rate_to_reporting", *worth]))


def tables(founded: Company, as_of: date = AS_OF) -> dict[str, pl.DataFrame]:
    """The company's tables of ARR, built for a day."""
    founded.built(as_of)
    return arr_tables(book_of(founded, as_of), Scores.from_frames({}), shipped_policy())


def book_of(founded: Company, as_of: date = AS_OF) -> Book:
    """The marts as a book."""
    frames = {
        mart: founded.warehouse.frame(f"select * from marts.{mart}")
        for mart in MARTS
        if founded.warehouse.has(f"marts.{mart}")
    }
    return Book.from_frames(as_of, founded.workspace.settings, frames)


@contextmanager
def reckoned(folder: Path, books: Written, as_of: date = AS_OF) -> Iterator[dict[str, pl.DataFrame]]:
    """The tables of generated books, from accepted rows through the SQL to the frames."""
    folder.mkdir(parents=True, exist_ok=True)
    with company(folder) as founded:
        accept(founded, books)
        yield tables(founded, as_of)


def with_rate_changed(books: Written, currency: str, month: date) -> Written:
    """The same books with one rate a tenth higher."""
    changed = {**books.rates, (currency, month): books.rates[currency, month] * Decimal("1.1")}
    return replace(books, rates=changed)
