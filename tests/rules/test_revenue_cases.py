"""Every named case of ARR with its table, reckoned by hand: contracts in, movements out."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.properties.contract_books import tables
from tests.sql.company import Company, company, parsed

ACCOUNTS = """
mid-month | downgrade | seats | dropped | swapped | co-termed | overlap | one-day | slipped | slipped-open | win-back
late-return | month-later | fx | fx-two | discount | auto-renew | multi-year | blip | backdated | free-first
"""
CONTRACTS = """
contract_id | account_id   | product | starts_on  | ends_on    | arr      | currency | signed_on  | cancelled_on | auto_renew | notice_days | churn_reason
m1          | mid-month    | core    | 2024-01-01 | 2025-03-14 | 12000.00 |          | 2023-12-01 |              |            |             | pricing
d1          | downgrade    | core    | 2024-01-01 | 2024-12-31 | 6000.00  |          | 2023-12-01 |              |            |             |
d2          | downgrade    | free    | 2025-01-01 |            | 0.00     |          | 2024-12-15 |              |            |             |
s1          | seats        | core    | 2024-02-01 | 2025-01-31 | 10000.00 |          | 2024-01-01 |              |            |             |
s2          | seats        | core    | 2025-02-01 | 2026-01-31 | 7000.00  |          | 2025-01-20 |              |            |             |
s3          | seats        | core    | 2026-02-01 | 2027-01-31 | 7000.00  |          | 2026-01-20 |              |            |             |
p1          | dropped      | core    | 2024-01-01 | 2026-12-31 | 8000.00  |          | 2023-12-01 |              |            |             |
p2          | dropped      | extra   | 2024-01-01 | 2025-05-31 | 3000.00  |          | 2023-12-01 |              |            |             |
p3          | dropped      | core    | 2025-06-01 | 2026-12-31 | 5000.00  |          | 2025-05-20 |              |            |             |
w1          | swapped      | core    | 2024-01-01 | 2024-12-31 | 4000.00  |          | 2023-12-01 |              |            |             |
w2          | swapped      | extra   | 2025-01-01 | 2026-12-31 | 4000.00  |          | 2024-12-01 |              |            |             |
c1          | co-termed    | core    | 2025-01-01 | 2025-12-31 | 10000.00 |          | 2024-12-01 |              |            |             |
c2          | co-termed    | core    | 2025-07-15 | 2025-12-31 | 2500.00  |          | 2025-07-10 |              |            |             |
c3          | co-termed    | core    | 2026-01-01 | 2026-12-31 | 12500.00 |          | 2025-12-10 |              |            |             |
o1          | overlap      | core    | 2025-01-01 | 2025-12-31 | 1000.00  |          | 2024-12-01 |              |            |             |
o2          | overlap      | core    | 2025-12-15 | 2026-12-14 | 1200.00  |          | 2025-12-01 |              |            |             |
g1          | one-day      | core    | 2024-07-01 | 2025-06-29 | 5000.00  |          | 2024-06-01 |              |            |             |
g2          | one-day      | core    | 2025-07-01 | 2026-06-30 | 5000.00  |          | 2025-06-01 |              |            |             |
l1          | slipped      | core    | 2024-05-01 | 2025-04-20 | 9000.00  |          | 2024-04-01 |              |            |             |
l2          | slipped      | core    | 2025-05-21 | 2026-12-31 | 9900.00  |          | 2025-05-20 |              |            |             |
q1          | slipped-open | core    | 2025-06-01 | 2026-05-31 | 700.00   |          | 2025-05-01 |              |            |             |
b1          | win-back     | core    | 2024-01-01 | 2024-12-31 | 3000.00  |          | 2023-12-01 |              |            |             |
b2          | win-back     | core    | 2026-01-01 | 2026-12-31 | 3600.00  |          | 2025-12-20 |              |            |             |
r1          | late-return  | core    | 2024-01-01 | 2024-12-31 | 3000.00  |          | 2023-12-01 |              |            |             |
r2          | late-return  | core    | 2026-01-02 | 2026-12-31 | 3600.00  |          | 2025-12-20 |              |            |             |
h1          | month-later  | core    | 2024-05-01 | 2025-04-30 | 2000.00  |          | 2024-04-01 |              |            |             |
h2          | month-later  | core    | 2025-06-01 | 2026-12-31 | 2000.00  |          | 2025-04-01 |              |            |             |
x1          | fx           | core    | 2026-01-01 | 2026-12-31 | 1000.00  | EUR      | 2025-12-01 |              |            |             |
x2          | fx           | core    | 2026-03-01 | 2026-12-31 | 500.00   | EUR      | 2026-02-20 |              |            |             |
y1          | fx-two       | core    | 2026-01-01 | 2026-03-31 | 1000.00  | EUR      | 2025-12-01 |              |            |             |
y2          | fx-two       | core    | 2026-04-01 | 2026-12-31 | 1100.00  | USD      | 2026-03-01 |              |            |             |
t1          | discount     | core    | 2025-01-01 | 2025-12-31 | 20000.00 |          | 2024-12-01 |              |            |             |
t2          | discount     | core    | 2026-01-01 | 2026-12-31 | 17000.00 |          | 2025-12-01 |              |            |             |
a1          | auto-renew   | core    | 2024-09-01 | 2025-08-31 | 4000.00  |          | 2024-08-01 | 2025-08-10   | true       | 60          | service
u1          | multi-year   | core    | 2023-01-01 | 2026-12-31 | 30000.00 |          | 2022-12-01 |              |            |             |
z1          | blip         | core    | 2025-03-03 | 2025-03-05 | 100.00   |          | 2025-03-01 |              |            |             |
z2          | blip         | core    | 2025-03-20 | 2026-12-31 | 100.00   |          | 2025-03-10 |              |            |             |
k1          | backdated    | core    | 2026-01-01 | 2026-12-31 | 800.00   |          | 2026-03-10 |              |            |             |
f1          | free-first   | free    | 2024-01-01 | 2025-01-31 | 0.00     |          | 2023-12-01 |              |            |             |
f2          | free-first   | core    | 2025-02-01 | 2026-12-31 | 600.00   |          | 2025-01-10 |              |            |             |
"""
RATES = """
currency | month_on   | rate_to_reporting
EUR      | 2025-01-01 | 1.00
EUR      | 2026-01-01 | 1.10
EUR      | 2026-02-01 | 1.20
EUR      | 2026-03-01 | 1.25
EUR      | 2026-04-01 | 1.20
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pl.DataFrame]]:
    with company(tmp_path_factory.mktemp("cases")) as founded:
        yield given(founded)


def given(founded: Company) -> dict[str, pl.DataFrame]:
    names = [name.strip() for line in ACCOUNTS.strip().splitlines() for name in line.split("|")]
    rows = "\n".join(f"{name} | {name} | smb | active" for name in names)
    founded.given("accounts", f"account_id | account_name | segment | status\n{rows}")
    founded.given("contracts", CONTRACTS)
    founded.given("exchange_rates", RATES)
    return tables(founded)


def moved(found: dict[str, pl.DataFrame], account: str, text: str, table: str = "arr_movements") -> None:
    """Assert that the account's movements are those of a table."""
    rows = found[table].filter(pl.col("account_id") == account).drop("account_id").sort("month_on", "kind")
    expected = [tuple(row.values()) for row in parsed(text)]
    assert [tuple("" if cell is None else str(cell) for cell in row) for row in rows.iter_rows()] == expected


CASES = {
    "a churn in mid-month is churn of that month": ("mid-month", """
        month_on   | kind  | amount
        2024-01-01 | new   | 12000.00
        2025-03-01 | churn | 12000.00
    """),
    "a downgrade to the free plan is churn on the first free day": ("downgrade", """
        month_on   | kind  | amount
        2024-01-01 | new   | 6000.00
        2025-01-01 | churn | 6000.00
    """),
    "some seats given up is contraction, the same price renewed is nothing": ("seats", """
        month_on   | kind        | amount
        2024-02-01 | new         | 10000.00
        2025-02-01 | contraction | 3000.00
    """),
    "a product dropped while another grows is netted": ("dropped", """
        month_on   | kind      | amount
        2024-01-01 | new       | 11000.00
        2025-06-01 | expansion | 2000.00
    """),
    "a swap of products of one price is no movement": ("swapped", """
        month_on   | kind | amount
        2024-01-01 | new  | 4000.00
    """),
    "a co-termed upsell is expansion once, its renewal together is nothing": ("co-termed", """
        month_on   | kind      | amount
        2025-01-01 | new       | 10000.00
        2025-07-01 | expansion | 2500.00
    """),
    "overlapping contracts add up while they overlap": ("overlap", """
        month_on   | kind        | amount
        2025-01-01 | new         | 1000.00
        2025-12-01 | expansion   | 1200.00
        2026-01-01 | contraction | 1000.00
    """),
    "one day without service over a month's end is no churn": ("one-day", """
        month_on   | kind | amount
        2024-07-01 | new  | 5000.00
    """),
    "a renewal that slips 30 days is carried, its uplift counts when it starts": ("slipped", """
        month_on   | kind      | amount
        2024-05-01 | new       | 9000.00
        2025-05-01 | expansion | 900.00
    """),
    "an open gap within the grace is carried": ("slipped-open", """
        month_on   | kind | amount
        2025-06-01 | new  | 700.00
    """),
    "back on the last day of twelve months is reactivation": ("win-back", """
        month_on   | kind         | amount
        2024-01-01 | new          | 3000.00
        2025-01-01 | churn        | 3000.00
        2026-01-01 | reactivation | 3600.00
    """),
    "back a day later is new": ("late-return", """
        month_on   | kind  | amount
        2024-01-01 | new   | 3000.00
        2025-01-01 | churn | 3000.00
        2026-01-01 | new   | 3600.00
    """),
    "31 days without service are churn and reactivation": ("month-later", """
        month_on   | kind         | amount
        2024-05-01 | new          | 2000.00
        2025-05-01 | churn        | 2000.00
        2025-06-01 | reactivation | 2000.00
    """),
    "a rate that moves is fx, what is added is at the month's rate": ("fx", """
        month_on   | kind      | amount
        2026-01-01 | new       | 1100.00
        2026-02-01 | fx        | 100.00
        2026-03-01 | expansion | 625.00
        2026-03-01 | fx        | 50.00
        2026-04-01 | fx        | -75.00
    """),
    "a change of the contract's currency is netted at the month's rate": ("fx-two", """
        month_on   | kind        | amount
        2026-01-01 | new         | 1100.00
        2026-02-01 | fx          | 100.00
        2026-03-01 | fx          | 50.00
        2026-04-01 | contraction | 100.00
        2026-04-01 | fx          | -50.00
    """),
    "a discount that keeps a customer is contraction": ("discount", """
        month_on   | kind        | amount
        2025-01-01 | new         | 20000.00
        2026-01-01 | contraction | 3000.00
    """),
    "notice served past its deadline ends service on the contract's last day, without grace": ("auto-renew", """
        month_on   | kind  | amount
        2024-09-01 | new   | 4000.00
        2025-09-01 | churn | 4000.00
    """),
    "a contract of several years moves once": ("multi-year", """
        month_on   | kind | amount
        2023-01-01 | new  | 30000.00
    """),
    "two contracts in the first month are one new customer": ("blip", """
        month_on   | kind | amount
        2025-03-01 | new  | 100.00
    """),
    "the first paid contract after a free one is new": ("free-first", """
        month_on   | kind | amount
        2025-02-01 | new  | 600.00
    """),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_named_case_moves_as_reckoned_by_hand(case: str, found: dict[str, pl.DataFrame]) -> None:
    moved(found, *CASES[case])


def test_a_dropped_product_is_churn_of_that_product_and_netting_is_shown_as_moved(
    found: dict[str, pl.DataFrame],
) -> None:
    text = """
        product | month_on   | kind      | amount
        core    | 2024-01-01 | new       | 8000.00
        extra   | 2024-01-01 | new       | 3000.00
        extra   | 2025-06-01 | churn     | 3000.00
        core    | 2025-06-01 | expansion | 5000.00
        core    | 2025-06-01 | moved     | -3000.00
        extra   | 2025-06-01 | moved     | 3000.00
    """
    moved(found, "dropped", text, "arr_movements_by_product")


def test_a_swapped_product_shows_by_product_alone(found: dict[str, pl.DataFrame]) -> None:
    text = """
        product | month_on   | kind  | amount
        core    | 2024-01-01 | new   | 4000.00
        core    | 2025-01-01 | churn | 4000.00
        core    | 2025-01-01 | moved | 4000.00
        extra   | 2025-01-01 | moved | -4000.00
        extra   | 2025-01-01 | new   | 4000.00
    """
    moved(found, "swapped", text, "arr_movements_by_product")


def test_a_month_without_churn_prints_0_and_its_year_100(found: dict[str, pl.DataFrame]) -> None:
    whole = found["arr_bridge"].filter(pl.col("segment") == "all")
    quiet = whole.filter(pl.col("month_on") == date(2024, 3, 1)).to_dicts()[0]
    assert (quiet["churn"], quiet["contraction"], quiet["new"]) == (Decimal("0.00"),) * 3
    assert quiet["opening"] == quiet["closing"]
    year = found["retention"].filter((pl.col("dimension") == "all") & (pl.col("period_ends_on") == date(2024, 1, 31)))
    assert year.select("cohort_accounts", "grr_pct", "nrr_pct", "logo_retention_pct").rows() == [
        (1, 100.0, 100.0, 100.0)
    ]


def test_every_month_from_the_first_contracts_on_has_a_row(found: dict[str, pl.DataFrame]) -> None:
    months = found["arr_bridge"].filter(pl.col("segment") == "all")["month_on"].to_list()
    assert (months[0], months[-1], len(months)) == (date(2023, 1, 1), date(2026, 6, 1), 42)


def test_retention_is_in_constant_currency_and_its_year_reconciles_by_hand(found: dict[str, pl.DataFrame]) -> None:
    """At the end of May 2026, in segment smb: the opening is the end of May 2025, when the euro was worth 1.00."""
    row = (
        found["retention"]
        .filter((pl.col("dimension") == "segment") & (pl.col("period_ends_on") == date(2026, 5, 31)))
        .to_dicts()[0]
    )
    kept = {"seats": 7000, "dropped": 13000, "swapped": 4000, "co-termed": 10000, "overlap": 1000, "one-day": 5000,
            "slipped": 9900, "discount": 17000, "multi-year": 30000, "blip": 100, "free-first": 600}  # fmt: skip
    opening = sum(kept.values()) + 4000 + 3000  # auto-renew left, discount gave 3,000
    # May 2025's closing: month-later had left and dropped had not grown yet; both products of dropped made 11,000.
    opening, kept_arr = opening - 13000 + 11000, sum(kept.values()) - 13000 + 11000
    assert row["opening_arr"] == opening
    assert row["kept_arr"] == kept_arr
    assert row["contraction_arr"] == 3000
    assert row["churned_arr"] == 4000
    line = (
        found["retention_reconciled"]
        .filter((pl.col("segment") == "smb") & (pl.col("period_ends_on") == date(2026, 5, 31)))
        .to_dicts()[0]
    )
    assert line["residual"] == 0
    # fx: 1,500 EUR were worth 1.00 then and 1.20 now.
    assert line["fx"] == Decimal("300.00")


def test_a_contract_signed_after_it_began_restates_the_closed_months(found: dict[str, pl.DataFrame]) -> None:
    rows = found["restatements"].filter(pl.col("account_id") == "backdated")
    assert rows.select("month_on", "was", "is", "reason", "late_known_on").rows() == [
        (month, Decimal("0.00"), Decimal("800.00"), "contract_known_later", date(2026, 3, 10))
        for month in (date(2026, 1, 1), date(2026, 2, 1))
    ]


def test_grace_that_ran_out_restates_the_month_in_which_service_ended(found: dict[str, pl.DataFrame]) -> None:
    rows = found["restatements"].filter(pl.col("account_id") == "mid-month")
    assert rows.select("month_on", "was", "is", "reason").rows() == [
        (date(2025, 3, 1), Decimal("12000.00"), Decimal("0.00"), "grace_ran_out")
    ]


def test_a_late_decision_is_a_lost_renewal_and_mid_term_loss_is_the_rest(found: dict[str, pl.DataFrame]) -> None:
    row = (
        found["retention"]
        .filter((pl.col("dimension") == "all") & (pl.col("period_ends_on") == date(2026, 5, 31)))
        .to_dicts()[0]
    )
    assert row["mid_term_loss_arr"] == row["opening_arr"] - row["kept_arr"] - row["renewal_loss_arr"]
    assert row["renewal_loss_arr"] == row["due_arr"] - row["renewed_arr"]
    assert 0 < row["renewal_rate_pct"] < 100
