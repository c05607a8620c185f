"""The periods of the company's plan: which of them holds a day, and when each ends.

Years and quarters are those of the company's fiscal year, months those of the calendar. A fiscal year is named after
the calendar year in which it ends. (docs/decisions/24)
"""

from datetime import date, timedelta

from pipeline.revenue.served import month_of

YEAR, QUARTER = 12, 3


def fiscal_year(day: date, starts_month: int) -> int:
    """The fiscal year that holds a day."""
    return month_of(day, YEAR - 1 - (day.month - starts_month) % YEAR).year


def running_periods(day: date, starts_month: int) -> tuple[str, str, str]:
    """The month, quarter and year that hold a day, as targets are named: 2026-07, 2027-Q2, 2027."""
    year, quarter = fiscal_year(day, starts_month), (day.month - starts_month) % YEAR // QUARTER + 1
    return f"{day:%Y-%m}", f"{year}-Q{quarter}", f"{year}"


def period_end(period: str, starts_month: int) -> date:
    """The last day of a fiscal year or quarter, or of a calendar month."""
    year, _, part = period.partition("-")
    if part and not part.startswith("Q"):
        return month_of(date(int(year), int(part), 1), 1) - timedelta(days=1)
    quarters_left = 4 - int(part[1:]) if part else 0
    last_month = date(int(year), (starts_month - 2) % YEAR + 1, 1)
    return month_of(last_month, 1 - QUARTER * quarters_left) - timedelta(days=1)
