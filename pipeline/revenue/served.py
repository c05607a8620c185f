"""What service was paid, and from when to when: the contract-months and paid lives on which all of revenue stands.

First in the room: marts come in as a Book, movements, retention, cohorts and survival read what is made here.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped

MONEY = pl.Decimal(18, 2)
EXACT = pl.Decimal(38, 10)
CONTRACT_MONTHS = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "month_on": pl.Date,
    "stated_on": pl.Date,
    "currency": pl.String,
    "arr_local": MONEY,
    "rate_month_on": pl.Date,
    "arr": MONEY,
    "is_pending": pl.Boolean,
}
RATES = {"currency": pl.String, "month_on": pl.Date, "rate": pl.Decimal(18, 8)}
CONTRACTS = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "service_ends_on": pl.Date,
    "renewal_on": pl.Date,
    "decision_on": pl.Date,
    "arr_local": MONEY,
    "currency": pl.String,
    "cancelled_on": pl.Date,
    "churn_reason": pl.String,
    "successor_contract_id": pl.String,
}
ACCOUNTS = {
    "account_id": pl.String,
    "account_name": pl.String,
    "segment": pl.String,
    "industry": pl.String,
    "region": pl.String,
    "csm": pl.String,
}
NOTHING = pl.lit(0).cast(MONEY)
FOREVER = date(9999, 12, 31)
DAYS_APART = 10_000_000


def contract_months(book: Book) -> pl.DataFrame:
    """One row per contract and month at whose close it counts; arr in the reporting currency, null without a rate."""
    return shaped(book.contract_months, CONTRACT_MONTHS)


def contracts(book: Book) -> pl.DataFrame:
    """One row per contract known at the book's date."""
    return shaped(book.contracts, CONTRACTS)


def accounts(book: Book) -> pl.DataFrame:
    """One row per account with what it is grouped by, as at the book's date."""
    return shaped(book.accounts, ACCOUNTS)


def rates(book: Book) -> pl.DataFrame:
    """One row per currency and month up to the book's; the rate is null before the first one known."""
    return shaped(book.rates, RATES)


def first_start(held: pl.DataFrame) -> date | None:
    """The day the first contract starts; None without contracts."""
    day = held["starts_on"].min()
    return day if isinstance(day, date) else None


def month_of(day: date, shift: int = 0) -> date:
    """The first day of the day's month, moved by whole months."""
    index = day.year * 12 + day.month - 1 + shift
    return date(index // 12, index % 12 + 1, 1)


def completed_month(as_of: date) -> date:
    """The last month that is over at the end of the day."""
    is_last_day = month_of(as_of) != month_of(as_of + timedelta(days=1))
    return month_of(as_of) if is_last_day else month_of(as_of, -1)


def months_between(first: date, last: date) -> list[date]:
    """Every month from the first to the last, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [month_of(first, shift) for shift in range(count)]


def converted(rows: pl.DataFrame, month: pl.Expr, by_month: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows with `name`: arr_local at the rate of a month, half up to the cent per row; null without a rate."""
    return rated(rows.lazy(), month, by_month, name).collect()


def rated(rows: pl.LazyFrame, month: pl.Expr, by_month: pl.DataFrame, name: str) -> pl.LazyFrame:
    """The same for rows that are still to be reckoned."""
    known = by_month.lazy().select("currency", _rated_on="month_on", _rate=pl.col("rate").cast(EXACT))
    joined = rows.with_columns(_rated_on=month).join(known, on=["currency", "_rated_on"], how="left")
    product = pl.col("arr_local").cast(EXACT) * pl.col("_rate")
    exact = product.round(2, mode="half_away_from_zero").cast(MONEY).alias(name)
    return joined.with_columns(exact).drop("_rated_on", "_rate")


def paid_spans(held: pl.DataFrame, within_days: int, by: Sequence[str] = ("account_id",)) -> pl.DataFrame:
    """One row per account, or what `by` names, and stretch of paid service: starts_on and ends_on, null if it has none.

    Stretches with at most `within_days` days without paid service between them are one.
    """
    ends = pl.col("service_ends_on").fill_null(FOREVER)
    paid = held.lazy().filter((pl.col("arr_local") > 0) & (ends >= pl.col("starts_on")))
    ordered = paid.select(*by, "starts_on", ends.alias("ends_on")).sort(*by, "starts_on", "ends_on")
    # Days counted on from account to account, so that one running maximum serves all of them.
    shift = DAYS_APART * pl.struct(by).rle_id().cast(pl.Int64)
    until = (shift + pl.col("ends_on").cast(pl.Int32)).cum_max().shift(1)
    begins = (shift + pl.col("starts_on").cast(pl.Int32) > until + within_days + 1).fill_null(value=True)
    stretches = ordered.with_columns(span=begins.cum_sum()).group_by("span")
    spans = stretches.agg(pl.col(*by, "starts_on").first(), pl.col("ends_on").max())
    is_open = pl.col("ends_on") == FOREVER
    closed = spans.with_columns(ends_on=pl.when(is_open).then(None).otherwise(pl.col("ends_on")))
    return closed.select(*by, "starts_on", "ends_on").sort(*by, "starts_on").collect()
