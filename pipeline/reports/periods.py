"""Calendar arithmetic that reports share: months, fiscal quarters, and words for spans of days."""

from datetime import date, timedelta

from pipeline.reports.document import Quarter


def month_of(day: date, shift: int = 0) -> date:
    """The first day of the day's month, moved by whole months."""
    index = day.year * 12 + day.month - 1 + shift
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return month_of(day, 1) - timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, at most the month's last."""
    first = month_of(day, months)
    return first.replace(day=min(day.day, month_end(first).day))


def quarter_of(day: date, starts_month: int) -> Quarter:
    """The fiscal quarter that holds a day; a year is named after the calendar year in which it ends."""
    offset = (day.month - starts_month) % 12
    starts_on = month_of(day, -(offset % 3))
    ends_on = month_end(month_of(starts_on, 2))
    year_ends_on = month_end(month_of(day, 11 - offset))
    return Quarter(year_ends_on.year, offset // 3 + 1, starts_on, ends_on, starts_month == 1)


def quarter_after(quarter: Quarter, starts_month: int) -> Quarter:
    """The quarter that follows."""
    return quarter_of(quarter.ends_on + timedelta(days=1), starts_month)


def quarter_before(quarter: Quarter, starts_month: int) -> Quarter:
    """The quarter before."""
    return quarter_of(quarter.starts_on - timedelta(days=1), starts_month)


def reviewed_quarter(as_of: date, starts_month: int) -> Quarter:
    """The quarter a review at `as_of` looks back on: the running one once two thirds of it are over, else the last."""
    running = quarter_of(as_of, starts_month)
    is_late = (as_of - running.starts_on).days * 3 >= (running.ends_on - running.starts_on).days * 2
    return running if is_late else quarter_before(running, starts_month)
