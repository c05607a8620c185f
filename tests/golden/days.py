"""The day the golden company is stated for, and days and amounts counted from it."""

from datetime import date, timedelta
from decimal import Decimal

AS_OF = date(2026, 6, 26)


def back(days: int) -> date:
    """A day so many days before the book's date."""
    return AS_OF - timedelta(days=days)


def cents(value: float) -> Decimal:
    """Money."""
    return Decimal(f"{value:.2f}")
