"""Bad contracts from the CSV to the figures: a finding with the row and what was done about it, never a silent zero."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.stages.build import build
from pipeline.stages.ingest import ingest
from pipeline.stages.press.quality import quality_json
from pipeline.stages.press.tables import data_tables
from pipeline.stages.score import score
from pipeline.stages.shelf import read_book, read_ledger, read_scores
from pipeline.warehouse import open_warehouse
from pipeline.workspace import read_workspace
from tests.commanding import Commands

AS_OF = date(2026, 6, 26)
SETTINGS = """
[company]
name = "Acme"
time_zone = "America/New_York"
[run]
panel_weeks = 104
[feeds]
expected = ["accounts", "contracts"]
[quality]
max_reject_pct = 50
"""
NAMES = ("good", "twice", "backwards", "negative", "half-bad", "nowhere", "late-rate", "gap", "three")
CONTRACTS = """contract_id,account_id,product,starts_on,ends_on,arr,currency,signed_on
g1,good,core,2025-07-01,2026-12-31,1000.00,USD,2025-06-01
t1,twice,core,2026-01-01,2026-12-31,500.00,USD,2025-12-01
t2,twice,core,2026-02-01,2026-12-31,500.00,USD,2026-01-20
b1,backwards,core,2026-05-01,2026-04-30,700.00,USD,2026-04-01
n1,negative,core,2026-01-01,2026-12-31,-300.00,USD,2025-12-01
h1,half-bad,core,2026-01-01,2026-12-31,80.00,USD,2025-12-01
h2,half-bad,extra,2026-01-01,2026-12-31,-80.00,USD,2025-12-01
x1,nowhere,core,2026-01-01,2026-12-31,900.00,XXX,2025-12-01
l1,late-rate,core,2026-03-01,2026-12-31,100.00,JPY,2026-02-01
e1,gap,core,2026-03-01,2026-12-31,100.00,EUR,2026-02-01
m1,three,core,2026-01-01,2026-12-31,100.00,USD,2025-12-01
m2,three,core,2026-01-01,2026-12-31,100.00,EUR,2025-12-01
m3,three,core,2026-04-01,2026-12-31,100.00,GBP,2026-03-01
"""
RATES = """currency,month_on,rate_to_reporting
EUR,2026-01-01,1.10
EUR,2026-05-01,1.30
EUR,2026-06-01,1.30
GBP,2026-01-01,1.25
JPY,2026-05-01,0.01
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: its folder, quality.json and the data tables."""

    root: Path
    quality: dict[str, Any]
    tables: dict[str, pl.DataFrame]

    def arr(self, account: str) -> Decimal | None:
        return self.tables["accounts"].filter(pl.col("account_id") == account)["arr"].item()

    def findings(self, check: str) -> list[tuple[str, str | None, int]]:
        """Account, contract and rows of a check's findings."""
        found = (row for row in self.quality["findings"] if row["check"] == check)
        return [(row["account_id"], row["contract_id"], row["row_count"]) for row in found]

    def rejected(self) -> list[tuple[int, str | None, str]]:
        """Line, column and rule of the contracts that were set aside."""
        rows = (row for row in self.quality["rejected"] if row["table"] == "contracts")
        return [(row["line"], row["column"], row["rule"]) for row in rows]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    root = tmp_path_factory.mktemp("bad-money")
    folder = root / "exports" / "2026-06-26"
    folder.mkdir(parents=True)
    (root / "bellwether.toml").write_text(SETTINGS)
    accounts = "\n".join(f"{name},{name},smb,active" for name in NAMES)
    (folder / "accounts.csv").write_text(f"account_id,account_name,segment,status\n{accounts}\n")
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "exchange_rates.csv").write_text(RATES)
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        for stage in (ingest, build, score):
            stage(workspace, warehouse, AS_OF, lambda line: None)
        ledger = read_ledger(workspace, warehouse, AS_OF)
        tables = data_tables(read_book(workspace, warehouse, AS_OF), read_scores(warehouse))
        return Outcome(root, json.loads(quality_json(ledger, warehouse)), tables)


def test_an_impossible_contract_is_set_aside_with_its_line_and_rule(run: Outcome) -> None:
    assert run.rejected() == [
        (5, None, "ends_on is before starts_on"),
        (6, "arr", "out_of_range"),
        (8, "arr", "out_of_range"),
    ]


def test_what_was_set_aside_can_be_corrected(run: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    out = run.root / "aside.csv"
    assert Commands(run.root, capsys)("quarantine", "export", "--file", "contracts", "-o", out).code == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["_line"], row["contract_id"]) for row in rows] == [("5", "b1"), ("6", "n1"), ("8", "h2")]


@pytest.mark.parametrize("account", ["backwards", "negative"])
def test_an_account_whose_only_contract_was_set_aside_is_a_finding(run: Outcome, account: str) -> None:
    assert (account, None, 1) in run.findings("active_without_contract")


def test_a_negative_contract_takes_nothing_from_the_good_one_beside_it(run: Outcome) -> None:
    assert run.arr("half-bad") == Decimal("80.00")


def test_overlapping_duplicates_both_count_and_the_later_is_named(run: Outcome) -> None:
    assert run.arr("twice") == Decimal("1000.00")
    assert run.findings("contracts_entered_twice") == [("twice", "t2", 1)]


def test_an_unknown_currency_leaves_arr_empty_and_says_so(run: Outcome) -> None:
    assert run.arr("nowhere") is None
    assert run.findings("contracts_without_rate") == [("nowhere", "x1", 1)]
    assert ("nowhere", "x1", 1) in run.findings("contract_months_without_rate")


def test_months_before_the_first_rate_are_left_out_and_named(run: Outcome) -> None:
    assert run.arr("late-rate") == Decimal("1.00")
    assert ("late-rate", "l1", 1) in run.findings("contract_months_without_rate")


def test_a_month_without_its_rate_goes_by_the_one_before_and_is_named(run: Outcome) -> None:
    assert run.arr("gap") == Decimal("130.00")
    lines = run.findings("contract_months_with_older_rate")
    assert [line for line in lines if line[0] == "gap"] == [("gap", "e1", 2)]


def test_an_account_in_three_currencies_counts_each_at_its_own_rate(run: Outcome) -> None:
    assert run.arr("three") == Decimal("355.00")
    assert run.findings("accounts_in_three_currencies") == [("three", None, 1)]


def test_every_finding_says_what_was_done_and_what_to_do(run: Outcome) -> None:
    told = {row["check"]: row for row in run.quality["findings"] if row["account_id"] in NAMES}
    assert len(told) >= 6
    assert all(row["says"] and row["remedy"] for row in told.values())
    assert told["contracts_without_rate"]["says"].startswith("nowhere whose ARR is unknown")


def test_the_bridge_holds_what_is_known_and_closes(run: Outcome) -> None:
    bridge = run.tables["arr_bridge"].filter(pl.col("segment") == "all")
    known = sum(run.arr(name) or 0 for name in NAMES)
    assert bridge["closing"].to_list()[-1] == known == Decimal("2566.00")
    moved = pl.col("opening") + pl.col("new") + pl.col("expansion") + pl.col("reactivation") + pl.col("fx")
    left = moved - pl.col("contraction") - pl.col("churn") - pl.col("closing")
    assert bridge.select(left.abs().max()).item() == 0
