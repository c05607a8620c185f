"""Expansion: each trigger at its edge, the gate, what it could be worth, cross-sell, rescue, record."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.rules.books import AS_OF
from tests.rules.renewal_books import Renewing, day, one


def triggers(book: Renewing) -> list[str]:
    return book.tables()["expansion_triggers"]["trigger"].to_list()


@pytest.mark.parametrize(
    ("mart", "row", "expected"),
    [
        ("limits", {"limit": "seats", "measured_on": day(-5), "allowed": 100.0, "used": 91.0}, ["seats_over_90"]),
        ("limits", {"limit": "seats", "measured_on": day(-5), "allowed": 100.0, "used": 90.0}, []),
        ("limits", {"limit": "seats", "measured_on": day(-120), "allowed": 100.0, "used": 99.0}, []),
        ("limits", {"limit": "api_calls", "measured_on": day(-5), "allowed": 100.0, "used": 91.0}, ["limit_over_90"]),
        ("limits", {"limit": "api_calls", "measured_on": day(-5), "allowed": 0.0, "used": 91.0}, []),
        ("account_weeks", {"feature_used_count_30d": 9, "feature_available_count": 10}, ["breadth_over_80"]),
        ("account_weeks", {"feature_used_count_30d": 8, "feature_available_count": 10}, []),
        ("account_weeks", {"nps_respondent_count_180d": 2, "nps_score_sum_180d": 18.0}, ["promoter"]),
        ("account_weeks", {"nps_respondent_count_180d": 2, "nps_score_sum_180d": 17.0}, []),
        ("signals", {"kind": "hiring", "occurred_on": day(-89)}, ["growth_signal"]),
        ("signals", {"kind": "hiring", "occurred_on": day(-90)}, []),
        ("signals", {"kind": "merger", "occurred_on": day(-9)}, []),
        ("qbrs", {"held_on": day(-9), "satisfaction": 4.5}, ["positive_review"]),
        ("qbrs", {"held_on": day(-9), "satisfaction": 4.4}, []),
        ("qbrs", {"held_on": None, "satisfaction": 5.0}, []),
        ("opportunities", {"opportunity_id": "o", "type": "expansion", "is_closed": False}, ["open_opportunity"]),
        ("opportunities", {"opportunity_id": "o", "type": "expansion", "is_closed": True}, []),
        ("opportunities", {"opportunity_id": "o", "type": "renewal", "is_closed": False}, []),
    ],
)
def test_each_trigger_holds_from_its_edge(mart: str, row: dict[str, Any], expected: list[str]) -> None:
    extra = {"week_ending_on": AS_OF} if mart == "account_weeks" else {}
    assert triggers(Renewing().account("a").add(mart, account_id="a", **extra, **row)) == expected


def test_only_the_last_review_speaks() -> None:
    book = Renewing().account("a")
    book.add("qbrs", account_id="a", held_on=day(-50), satisfaction=5.0)
    book.add("qbrs", account_id="a", held_on=day(-5), satisfaction=3.0)
    assert triggers(book) == []


@pytest.mark.parametrize(
    ("band", "urgent", "gate"),
    [
        ("healthy", 0, "open"),
        ("watch", 0, "open"),
        ("at_risk", 0, "health"),
        ("critical", 0, "health"),
        ("insufficient_data", 0, "unknown"),
        ("healthy", 1, "urgent_ticket"),
        ("critical", 1, "urgent_ticket"),
    ],
)
def test_the_gate_wants_health_watch_or_better_and_no_urgent_ticket(band: str, urgent: int, gate: str) -> None:
    book = Renewing().account("a", open_p0_p1=urgent).band("a", band)
    book.add("opportunities", opportunity_id="o", account_id="a", type="expansion", amount=Decimal("10.00"))
    assert one(book.tables()["expansion"], account_id="a")["gate"] == gate


def test_an_estimate_is_the_deal_else_seats_at_the_contracts_price_else_the_largest_cross_sell() -> None:
    book = Renewing()
    for name in ("deal", "seats"):
        book.contract(name, 200, "1000.00", seats=10).band(name, "healthy")
        book.add("limits", account_id=name, limit="seats", measured_on=day(-1), allowed=10.0, used=10.0)
    book.add("opportunities", opportunity_id="o", account_id="deal", type="expansion", amount=Decimal("77.00"))
    rows = book.tables()["expansion"]
    deal, seats = one(rows, account_id="deal"), one(rows, account_id="seats")
    assert (deal["estimate_basis"], str(deal["estimated_arr"])) == ("deal", "77.00")
    assert (seats["estimate_basis"], seats["seats_short"], str(seats["estimated_arr"])) == ("seats", 2, "200.00")


def healthy_holders(holders: int, others: int) -> Renewing:
    book = Renewing()
    for number in range(holders + others):
        name = f"a{number:02}"
        book.band(name, "healthy").contract(f"{name}-core", 200, "10.00", account=name, product="core")
        if number < holders:
            book.contract(f"{name}-extra", 200, f"{number + 1}.00", account=name, product="extra")
    return book


@pytest.mark.parametrize(
    ("holders", "others", "is_offered"), [(5, 5, True), (4, 4, False), (5, 11, True), (5, 12, False), (6, 14, True)]
)
def test_a_product_is_offered_when_30_percent_and_five_healthy_peers_hold_it(
    holders: int, others: int, is_offered: bool
) -> None:
    offers = healthy_holders(holders, others).tables()["cross_sell"]
    assert offers.height == (others if is_offered else 0)
    if is_offered:
        assert set(offers["product"]) == {"extra"}
        assert {str(value) for value in offers["median_arr"]} == {f"{(holders + 1) / 2:.2f}"}


def test_a_customer_whose_health_is_poor_counts_for_no_product_but_is_told_of_it() -> None:
    book = healthy_holders(5, 5).contract("bad", 200, product="core").band("bad", "critical")
    tables = book.tables()
    assert one(tables["cross_sell"], account_id="bad")["holder_pct"] == 50.0
    assert one(tables["expansion"], account_id="bad")["gate"] == "health"


@pytest.mark.parametrize(
    ("risk", "potential", "expected"),
    [
        ("red", "25000.00", True),
        ("orange", "25000.00", True),
        ("yellow", "90000.00", False),
        ("red", "24999.99", False),
    ],
)
def test_a_rescue_is_high_risk_with_high_potential(risk: str, potential: str, expected: bool) -> None:
    book = Renewing().account("a", risk=risk, expansion_potential=Decimal(potential)).band("a", "critical")
    book.add("opportunities", opportunity_id="o", account_id="a", type="expansion", amount=Decimal("1.00"))
    assert one(book.tables()["expansion"], account_id="a")["is_rescue"] is expected


def test_the_record_counts_twelve_months_of_decided_deals_and_what_is_open() -> None:
    book = Renewing().account("a", arr=Decimal("1000.00"))
    deals = [
        ("won", -10, True, "60.00"),
        ("won", -364, True, "40.00"),
        ("lost", -5, False, "50.00"),
        ("old", -366, True, "9.00"),
    ]
    for number, (_, closed, won, amount) in enumerate(deals):
        book.add(
            "opportunities",
            opportunity_id=f"o{number}",
            account_id="a",
            type="expansion",
            is_closed=True,
            is_won=won,
            close_on=day(closed),
            amount=Decimal(amount),
        )
    book.add(
        "opportunities",
        opportunity_id="open",
        account_id="a",
        type="expansion",
        is_closed=False,
        amount=Decimal("5.00"),
    )
    row = book.tables()["expansion_record"].row(0, named=True)
    assert [row[name] for name in ("won_count", "lost_count", "open_count")] == [2, 1, 1]
    assert (row["win_rate_pct"], row["share_of_arr_pct"]) == (pytest.approx(200 / 3), 10.0)
    assert str(row["pipeline_arr"]) == "5.00"


def test_without_a_decided_deal_there_is_no_win_rate() -> None:
    row = Renewing().account("a").tables()["expansion_record"].row(0, named=True)
    assert (row["win_rate_pct"], row["won_count"]) == (None, 0)
    assert isinstance(row["pipeline_arr"], Decimal)
    assert pl.DataFrame([row]).height == 1
