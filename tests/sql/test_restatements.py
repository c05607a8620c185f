"""A contract that a later load corrected restates the closed months that were told with its old terms."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.properties.contract_books import tables
from tests.sql.company import company

FIRST, SECOND, THIRD = "2026-02-06 06:00:00", "2026-04-10 06:00:00", "2026-06-19 06:00:00"
CONTRACTS = f"""
contract_id | account_id | starts_on  | ends_on    | arr    | signed_on  | cancelled_on | _extracted_at | _is_deleted
a1          | amount     | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
a1          | amount     | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {SECOND}      |
a1          | amount     | 2025-11-01 | 2026-10-31 | 250.00 | 2025-10-01 |              | {THIRD}       |
b1          | sooner     | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
b1          | sooner     | 2025-11-01 | 2026-03-15 | 100.00 | 2025-10-01 |              | {THIRD}       |
c1          | gone       | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
c2          | gone       | 2025-11-01 | 2026-10-31 | 40.00  | 2025-10-01 |              | {FIRST}       |
c2          | gone       | 2025-11-01 | 2026-10-31 | 40.00  | 2025-10-01 |              | {SECOND}      | true
d1          | later      | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
d1          | later      | 2026-03-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {SECOND}      |
e1          | twice      | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
e1          | twice      | 2025-11-01 | 2026-10-31 | 150.00 | 2025-10-01 |              | {SECOND}      |
e1          | twice      | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {THIRD}       |
f1          | same       | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
f1          | same       | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {SECOND}      |
g1          | moved      | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {FIRST}       |
g1          | taken-over | 2025-11-01 | 2026-10-31 | 100.00 | 2025-10-01 |              | {SECOND}      |
"""
NAMES = ("amount", "sooner", "gone", "later", "twice", "same", "moved", "taken-over")
ON = {FIRST: date(2026, 2, 6), SECOND: date(2026, 4, 10), THIRD: date(2026, 6, 19)}


def month(number: int) -> date:
    year, index = divmod(number - 1, 12)
    return date(2026 + year, index + 1, 1)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pl.DataFrame]]:
    with company(tmp_path_factory.mktemp("restated")) as founded:
        names = "\n".join(f"{name} | {name} | smb | active" for name in NAMES)
        founded.given("accounts", f"account_id | account_name | segment | status\n{names}")
        founded.given("contracts", CONTRACTS)
        yield tables(founded)


def told(found: dict[str, pl.DataFrame], account: str) -> list[tuple[date, str, str, str]]:
    """Month, was, is and reason of an account's restatements."""
    rows = found["restatements"].filter(pl.col("account_id") == account)
    return [
        (on, str(was), str(now), why) for on, was, now, why in rows.select("month_on", "was", "is", "reason").rows()
    ]


def test_an_amount_corrected_without_a_new_date_restates_every_closed_month(found: dict[str, pl.DataFrame]) -> None:
    months = [month(number) for number in range(-1, 6)]
    assert told(found, "amount") == [(on, "100.00", "250.00", "corrected") for on in months]


def test_a_restatement_says_when_the_month_was_told_and_when_it_was_corrected(found: dict[str, pl.DataFrame]) -> None:
    rows = found["restatements"].filter((pl.col("account_id") == "amount") & (pl.col("month_on") == date(2026, 4, 1)))
    assert rows.select("told_on", "late_known_on", "change").rows() == [
        (date(2026, 5, 1), ON[THIRD], Decimal("150.00"))
    ]


def test_an_end_that_was_moved_restates_the_months_after_it(found: dict[str, pl.DataFrame]) -> None:
    assert told(found, "sooner") == [(month(number), "100.00", "0.00", "corrected") for number in (3, 4, 5)]


def test_a_contract_that_was_deleted_restates_the_months_it_was_told_in(found: dict[str, pl.DataFrame]) -> None:
    assert told(found, "gone") == [(month(number), "140.00", "100.00", "corrected") for number in range(-1, 4)]


def test_a_start_that_was_moved_restates_the_months_before_it(found: dict[str, pl.DataFrame]) -> None:
    assert told(found, "later") == [(month(number), "100.00", "0.00", "corrected") for number in range(-1, 3)]


def test_a_correction_taken_back_restates_only_the_months_told_in_between(found: dict[str, pl.DataFrame]) -> None:
    assert told(found, "twice") == [(month(number), "150.00", "100.00", "corrected") for number in (4, 5)]


def test_the_same_terms_loaded_again_restate_nothing(found: dict[str, pl.DataFrame]) -> None:
    assert told(found, "same") == []


def test_a_contract_given_to_another_account_restates_both(found: dict[str, pl.DataFrame]) -> None:
    months = [month(number) for number in range(-1, 4)]
    assert told(found, "moved") == [(on, "100.00", "0.00", "corrected") for on in months]
    assert told(found, "taken-over") == [(on, "0.00", "100.00", "corrected") for on in months]


def test_the_bridge_stands_on_what_is_known_today(found: dict[str, pl.DataFrame]) -> None:
    closing = found["arr_bridge"].filter((pl.col("segment") == "all") & (pl.col("month_on") == date(2026, 5, 1)))
    assert closing["closing"].to_list() == [Decimal("750.00")]
