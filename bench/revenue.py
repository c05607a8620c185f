"""`python -m bench.revenue [--contracts N] [--months N]`: ARR, retention, cohorts and survival of an invented book.

From accepted contracts through the SQL that says which contract counts in which month, to every table of ARR.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.book import Book
from pipeline.policy import Policy, read_policy
from pipeline.revenue.arr import arr_tables
from pipeline.scores import Scores
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Settings, as_settings

AS_OF = date(2026, 6, 26)
REPOSITORY = Path(__file__).resolve().parent.parent
POLICY = REPOSITORY / "policy"
LIMIT_SECONDS = 20
TERMS = (180, 364, 365, 365, 365, 730)
CURRENCIES = ("USD", "EUR", "GBP", "AUD")
SELECTS = (
    "intermediate/int_contracts_followed",
    "intermediate/int_rates_filled",
    "intermediate/int_arr_points_listed",
    "intermediate/int_arr_stated",
    "intermediate/int_contracts_as_loaded",
    "intermediate/int_arr_points_told",
    "intermediate/int_arr_told",
    "marts/contracts",
    "marts/contract_months",
    "marts/rates",
    "marts/month_closings",
)
MARTS = ("contracts", "contract_months", "rates", "month_closings")


def accounts_of(count: int) -> pl.DataFrame:
    """Invented accounts with what they are grouped by."""
    ids = pl.DataFrame({"number": np.arange(count)})
    picked = {"segment": ("enterprise", "mid_market", "smb"), "industry": ("a", "b", "c", "d"), "region": ("NA", "EU")}
    lists = {
        name: pl.Series(values).gather(np.arange(count) * (place + 7) % len(values))
        for place, (name, values) in enumerate(picked.items())
    }
    return ids.select(
        account_id=pl.format("acct-{}", pl.col("number").cast(pl.String).str.zfill(6)),
        csm=pl.format("CSM {}", pl.col("number") // 40),
        currency=pl.lit(None, pl.String),
        status=pl.lit("active"),
    ).with_columns(account_name="account_id", **lists)


def contracts_of(accounts: pl.DataFrame, count: int, months: int, seed: int = 7) -> pl.DataFrame:
    """Chains of contracts, one after another with gaps and overlaps, over so many months."""
    random, held = np.random.default_rng(seed), accounts.height
    place = np.arange(count)
    term, gap = random.choice(TERMS, count), random.choice([0, 0, 0, 0, 0, 1, 20, 45, 200, -60], count)
    first = random.integers(0, months * 30, held)
    rows = pl.DataFrame(
        {"account": place % held, "place": place, "term": term, "step": term + gap, "first": first[place % held]}
    ).sort("account", "place")
    before = pl.col("step").cum_sum().over("account") - pl.col("step")
    wrapped = (pl.col("first") + before) % (months * 30)
    starts = pl.lit(AS_OF - timedelta(days=months * 30)) + pl.duration(days=wrapped)
    ids = accounts["account_id"]
    return rows.with_columns(starts_on=starts).select(
        contract_id=pl.format("c-{}", pl.col("place").cast(pl.String).str.zfill(7)),
        account_id=ids.gather(rows["account"]),
        product=pl.Series(("core", "extra", "more")).gather(random.integers(0, 3, count)),
        starts_on="starts_on",
        ends_on=pl.col("starts_on") + pl.duration(days=pl.col("term") - 1),
        arr=(pl.Series(random.integers(100_000, 9_000_000, count)).cast(pl.Decimal(38, 2)) / 100).cast(
            pl.Decimal(18, 2)
        ),
        currency=pl.Series(CURRENCIES).gather(random.integers(0, 4, held)[rows["account"].to_numpy()]),
        known_on=pl.col("starts_on") - pl.duration(days=20),
    )


def versions_of(contracts: pl.DataFrame) -> pl.DataFrame:
    """The contracts as loads brought them: one in a hundred was told with another amount until a year ago."""
    corrected_on, never = AS_OF - timedelta(days=365), pl.lit(None, pl.Date)
    told = contracts.with_columns(
        loaded_on="starts_on", known_until=pl.lit(date(9999, 12, 31)), changed_from_on=never, changed_on=never
    )
    wrong = pl.int_range(pl.len()) % 100 == 0
    until = {"known_until": pl.lit(corrected_on - timedelta(days=1)), "changed_on": pl.lit(corrected_on)}
    before = told.filter(wrong).with_columns((pl.col("arr") * 2).cast(told.schema["arr"]), **until)
    after = told.filter(wrong).with_columns(loaded_on=pl.lit(corrected_on), changed_from_on=pl.lit(corrected_on))
    return pl.concat([told.filter(~wrong), before, after])


def rates_of(months: int) -> pl.DataFrame:
    """A rate for every month."""
    days = pl.date_range(date(AS_OF.year - months // 12 - 1, 1, 1), AS_OF, "1mo", eager=True)
    both = pl.DataFrame({"currency": CURRENCIES[1:]}).join(pl.DataFrame({"month_on": days}), how="cross")
    worth = 1 + pl.col("month_on").dt.month() / 100 + pl.col("currency").str.len_chars() / 10
    return both.with_columns(rate_to_reporting=worth.cast(pl.Decimal(18, 8)))


def words() -> list[str]:
    """The macros that these selects use."""
    text = (REPOSITORY / "sql/macros.sql").read_text(encoding="utf-8")
    statements = [f"{statement};" for statement in text.split(";\n")]
    return [one for one in statements if any(f"macro {name}(" in one for name in ("month_of", "converted", "arr_of"))]


@contextmanager
def a_warehouse(folder: Path, contracts: int, months: int) -> Iterator[tuple[Warehouse, pl.DataFrame]]:
    """A warehouse with staged contracts, rates and accounts, and the accounts."""
    accounts = accounts_of(max(1, contracts // 4))
    held = contracts_of(accounts, contracts, months)
    blank = ("seats", "billing_period", "auto_renew", "notice_days", "status", "signed_on", "cancelled_on")
    nothing = {name: pl.lit(None, pl.String) for name in (*blank, "churn_reason", "price_increase_pct")}
    typed = held.with_columns(**nothing).with_columns(
        pl.col("auto_renew").cast(pl.Boolean),
        pl.col("cancelled_on", "signed_on").cast(pl.Date),
        pl.col("notice_days").cast(pl.Int64),
    )
    weeks = pl.DataFrame({"week_ending_on": [AS_OF - timedelta(weeks=ago) for ago in range(months * 30 // 7)]})
    with open_warehouse(folder / "warehouse.duckdb", [], memory="3GB") as warehouse:
        warehouse.execute("\n".join(words()))
        for name, value in {
            "as_of": AS_OF,
            "reporting_currency": "USD",
            "grace_days": 30,
            "panel_weeks": weeks.height,
        }.items():
            warehouse.set_variable(name, value)
        warehouse.replace("staging.stg_accounts", accounts)
        warehouse.replace("staging.stg_contracts", typed)
        warehouse.replace("staging.stg_contract_versions", versions_of(typed))
        warehouse.replace("staging.stg_exchange_rates", rates_of(months))
        warehouse.replace("staging.stg_opportunities", pl.DataFrame(schema={"currency": pl.String}))
        warehouse.replace("staging.stg_tickets", pl.DataFrame(schema={"account_id": pl.String, "created_on": pl.Date}))
        warehouse.replace("intermediate.int_weeks_listed", weeks)
        described = accounts.select("account_id", "status").join(weeks, how="cross")
        warehouse.replace("intermediate.int_account_weeks_described", described)
        yield warehouse, accounts


def built(warehouse: Warehouse) -> None:
    """Run the selects that ARR needs; the panel's weeks are asked for only where a month is first told."""
    for select in SELECTS:
        sql = (REPOSITORY / "sql" / f"{select}.sql").read_text(encoding="utf-8").rstrip()
        if select.endswith("int_arr_points_listed"):
            sql = f"select * from ({sql}) where stated_on <> known_on or known_on = getvariable('as_of')"
        warehouse.execute(f"create or replace table {select.replace('/', '.')} as\n{sql}")


def tables(warehouse: Warehouse, accounts: pl.DataFrame, settings: Settings, policy: Policy) -> dict[str, pl.DataFrame]:
    """Every table of ARR from the marts."""
    there = {mart: warehouse.frame(f"select * from marts.{mart}") for mart in MARTS}
    empty = {name: pl.DataFrame() for name in ("weeks", "feed_weeks", "account_weeks")}
    book = Book.from_frames(AS_OF, settings, {**there, **empty, "accounts": accounts})
    return arr_tables(book, Scores.from_frames({}), policy)


def main() -> None:
    """Print the seconds of the SQL and of the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contracts", type=int, default=100_000)
    options.add_argument("--months", type=int, default=60)
    chosen = options.parse_args()
    settings, policy = as_settings({"company": {"name": "Bench"}}), read_policy(POLICY, POLICY / "none")
    with tempfile.TemporaryDirectory() as name, a_warehouse(Path(name), chosen.contracts, chosen.months) as given:
        warehouse, accounts = given
        started, busy_before = time.perf_counter(), time.process_time()
        built(warehouse)
        built_at = time.perf_counter()
        found = tables(warehouse, accounts, settings, policy)
        done, busy = time.perf_counter(), time.process_time() - busy_before
        rows = warehouse.value("select count(*) from marts.contract_months")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"revenue, {chosen.contracts:,} contracts x {chosen.months} months: {done - started:.2f} s "
        f"(SQL {built_at - started:.2f}, tables {done - built_at:.2f}; {busy:.2f} s of processor), "
        f"{rows:,} contract-months, {found['arr_movements'].height:,} movements, peak {peak:,.0f} MB; "
        f"limit {LIMIT_SECONDS} s\n"
    )


if __name__ == "__main__":
    main()
