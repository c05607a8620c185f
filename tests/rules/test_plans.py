"""Targets name fiscal years and quarters, and calendar months."""

from datetime import date

import pytest

from pipeline.revenue.plans import fiscal_year, period_end, running_periods


@pytest.mark.parametrize(
    ("starts", "day", "periods"),
    [
        (1, date(2026, 1, 1), ("2026-01", "2026-Q1", "2026")),
        (1, date(2026, 12, 31), ("2026-12", "2026-Q4", "2026")),
        (2, date(2026, 1, 31), ("2026-01", "2026-Q4", "2026")),
        (2, date(2026, 2, 1), ("2026-02", "2027-Q1", "2027")),
        (2, date(2026, 10, 30), ("2026-10", "2027-Q3", "2027")),
        (7, date(2026, 6, 30), ("2026-06", "2026-Q4", "2026")),
        (7, date(2026, 7, 1), ("2026-07", "2027-Q1", "2027")),
        (12, date(2026, 11, 30), ("2026-11", "2026-Q4", "2026")),
        (12, date(2026, 12, 1), ("2026-12", "2027-Q1", "2027")),
    ],
)
def test_a_day_lies_in_a_calendar_month_and_in_the_fiscal_quarter_and_year_named_after_its_end(
    starts: int, day: date, periods: tuple[str, str, str]
) -> None:
    assert running_periods(day, starts) == periods


@pytest.mark.parametrize(
    ("period", "starts", "ends_on"),
    [
        ("2026", 1, date(2026, 12, 31)),
        ("2026-Q1", 1, date(2026, 3, 31)),
        ("2026-Q4", 1, date(2026, 12, 31)),
        ("2027", 2, date(2027, 1, 31)),
        ("2027-Q1", 2, date(2026, 4, 30)),
        ("2027-Q4", 2, date(2027, 1, 31)),
        ("2026", 7, date(2026, 6, 30)),
        ("2028", 3, date(2028, 2, 29)),
        ("2026-02", 7, date(2026, 2, 28)),
    ],
)
def test_a_period_ends_with_its_last_day(period: str, starts: int, ends_on: date) -> None:
    assert period_end(period, starts) == ends_on


@pytest.mark.parametrize("starts", range(1, 13))
def test_a_day_never_lies_after_the_end_of_the_periods_that_hold_it(starts: int) -> None:
    for day in (date(2025 + month // 12, month % 12 + 1, 15) for month in range(24)):
        ends = [period_end(period, starts) for period in running_periods(day, starts)]
        assert day <= ends[0] <= ends[1] <= ends[2] < date(day.year + 1, day.month, 28)
        assert ends[2].year == fiscal_year(day, starts)
