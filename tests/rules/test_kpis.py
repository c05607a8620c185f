"""Figures with targets: plans before policy, trends, medians with those still waiting, unknown never 0."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipeline.revenue.kpis import kpis, running_plan
from pipeline.revenue.kpis_delivery import median_days
from tests.rules.books import AS_OF, shipped_policy
from tests.rules.renewal_books import Renewing, day, one


def figures(book: Renewing, **tables: pl.DataFrame) -> pl.DataFrame:
    return kpis(book.book(), book.scores(), {**book.tables(), **tables}, shipped_policy())


def figure(book: Renewing, name: str, **tables: pl.DataFrame) -> dict[str, Any]:
    return one(figures(book, **tables), kpi=name)


def test_every_figure_of_the_policy_has_a_row_in_its_order() -> None:
    rows = figures(Renewing().account("a"))
    assert rows["kpi"].to_list() == list(shipped_policy().kpis)


def test_what_nobody_can_measure_is_empty_and_neither_met_nor_missed() -> None:
    rows = figures(Renewing().account("a"))
    unknown = rows.filter(pl.col("value").is_null())
    assert {"nps", "ces", "nrr_pct", "health_check_pct", "time_to_first_value_days"} <= set(unknown["kpi"])
    assert unknown["is_met"].to_list() == [None] * unknown.height


def timed(*rows: tuple[int, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"days": pl.Int64, "is_there": pl.Boolean}, orient="row")


@pytest.mark.parametrize(
    ("rows", "median"),
    [
        ([(3, True), (5, True), (9, True)], 5.0),
        ([(3, True), (5, True), (7, True), (9, True)], 5.0),
        ([(3, True), (4, False), (9, False)], None),
        ([(3, True), (4, False), (9, True)], 9.0),
        ([(2, False), (5, True)], 5.0),
        ([(5, True), (5, False)], 5.0),
        ([(1, False)], None),
        ([], None),
    ],
)
def test_the_median_counts_those_who_are_not_there_yet(rows: list[tuple[int, bool]], median: float | None) -> None:
    assert median_days(timed(*rows)) == median


@pytest.mark.parametrize("seed", range(20))
def test_the_median_is_that_of_the_plain_product_of_survivals(seed: int) -> None:
    dice = random.Random(seed)
    rows = [(dice.randint(0, 30), dice.random() < 0.7) for _ in range(dice.randint(1, 60))]
    left, expected = 1.0, None
    for when in sorted({days for days, _ in rows}):
        at_risk = sum(days >= when for days, _ in rows)
        left *= 1 - sum(there and days == when for days, there in rows) / at_risk
        if expected is None and left <= 0.5 + 1e-12:
            expected = float(when)
    assert median_days(timed(*rows)) == expected


def test_time_to_first_value_is_stated_from_contract_start_and_from_go_live() -> None:
    book = Renewing().account("a")
    for number, (start, live, value) in enumerate([(-100, -80, -75), (-90, -60, -58), (-20, None, None)]):
        book.add(
            "implementations",
            plan_id=f"p{number}",
            account_id="a",
            started_on=day(start),
            contract_started_on=day(start),
            original_go_live_on=day(start + 15),
            went_live_on=None if live is None else day(live),
            first_value_on=None if value is None else day(value),
            spent_amount=Decimal("10.00"),
        )
    assert figure(book, "time_to_first_value_days")["value"] == 25.0
    assert figure(book, "time_to_first_value_from_go_live_days")["value"] == 2.0
    assert figure(book, "cost_per_onboarding")["value"] == 10.0
    assert figure(book, "onboarding_on_time_pct")["value"] == 0.0
    assert figure(book, "onboarding_completion_pct")["value"] == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ({"2026": 1.0, "2026-Q2": 2.0, "2026-06": 3.0}, (3.0, "2026-06")),
        ({"2026": 1.0, "2026-Q2": 2.0, "2026-07": 3.0}, (2.0, "2026-Q2")),
        ({"2026": 1.0, "2026-Q3": 2.0}, (1.0, "2026")),
        ({"2025": 1.0}, None),
    ],
)
def test_the_shortest_period_that_holds_the_day_has_the_plan(
    periods: dict[str, float], expected: tuple[float, str] | None
) -> None:
    rows = [{"period": name, "measure": "arr", "dimension": "all", "value": value} for name, value in periods.items()]
    assert running_plan(pl.DataFrame(rows), "arr", date(2026, 6, 26)) == expected


def test_a_plan_stands_before_the_policys_target_and_keeps_its_comparison() -> None:
    retention = pl.DataFrame(
        {
            "period_ends_on": [date(2026, 5, 31), date(2026, 2, 28)],
            "dimension": ["all", "all"],
            "value": ["all", "all"],
            "cohort_accounts": [20, 20],
            "grr_pct": [91.0, 92.0],
        }
    )
    book = Renewing().account("a")
    plain = figure(book, "grr_pct", retention=retention)
    assert (plain["target"], plain["is_met"], plain["previous"], plain["trend"]) == (90.0, True, 92.0, "worse")
    book.add("targets", period="2026", measure="grr_pct", dimension="all", value=91.0)
    planned = figure(book, "grr_pct", retention=retention)
    assert (planned["target"], planned["target_source"], planned["is_met"]) == (91.0, "plan 2026", False)


def test_a_smaller_value_is_better_where_the_target_says_under() -> None:
    book = Renewing()
    for number in range(3):
        book.account(f"a{number}")
    assert figure(book, "customers_per_csm")["trend"] == "same"
    assert figure(book, "customers_per_csm")["value"] == 3.0


def test_health_change_after_a_review_needs_a_score_on_both_sides() -> None:
    book = Renewing().account("a").band("a", "watch")
    book.add("qbrs", qbr_id="q", account_id="a", held_on=day(-60), satisfaction=4.0)
    book.add("qbrs", qbr_id="r", account_id="a", held_on=day(-5), satisfaction=5.0)
    row = figure(book, "qbr_health_change")
    assert (row["value"], row["n"]) == (0.0, 1)
    assert figure(book, "qbr_satisfaction")["value"] == 4.5


def test_reviews_done_are_of_the_customers_that_are_due_one_each_quarter() -> None:
    book = Renewing()
    for name, tier in (("big", "enterprise"), ("mid", "mid_market"), ("small", "starter")):
        book.account(name)
        book.add("account_weeks", account_id=name, week_ending_on=AS_OF, tier=tier)
    book.add("qbrs", qbr_id="q", account_id="big", held_on=day(-20), satisfaction=4.0)
    book.add("qbrs", qbr_id="s", account_id="small", held_on=day(-20), satisfaction=4.0)
    assert figure(book, "qbr_completion_pct")["value"] == 50.0


def test_uptime_is_unknown_where_no_incident_feed_ever_came() -> None:
    book = Renewing().account("a")
    book.add("risk_weeks", account_id="a", week_ending_on=AS_OF, downtime_seconds_30d=2592)
    assert figure(book, "uptime_pct")["value"] == pytest.approx(99.9)
    book.add("feed_weeks", feed="incidents", week_ending_on=AS_OF, has_rows=False)
    assert figure(book, "uptime_pct")["value"] is None
