"""Calendar arithmetic: days are whole numbers since 1970, minutes are UTC minutes since 1970, NEVER is after all."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.words import words

ZONE = "America/New_York"
NEVER = 200_000
NEVER_MINUTE = NEVER * 1440
EPOCH = date(1970, 1, 1)
HOLIDAYS = tuple(
    date.fromisoformat(text)
    for text in words(
        "2023-11-23 2023-11-24 2023-12-25 2024-01-01 2024-05-27 2024-07-04 2024-09-02 2024-11-28 2024-11-29 2024-12-25 "
        "2025-01-01 2025-05-26 2025-07-04 2025-09-01 2025-11-27 2025-11-28 2025-12-25 2026-01-01 2026-05-25 2026-07-03 "
        "2026-09-07 2026-11-26 2026-11-27 2026-12-25"
    )
)


def to_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def to_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(day))


def add_months(day: int, months: int) -> int:
    """The same day of the month, `months` later; the last one where the month is shorter."""
    start = to_date(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return to_day(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))


def month_start(day: int) -> int:
    """The first day of the month."""
    return to_day(to_date(day).replace(day=1))


def month_starts(first: int, last: int) -> list[int]:
    """First days of all months from the month of `first` to the month of `last`."""
    starts = [month_start(first)]
    while add_months(starts[-1], 1) <= last:
        starts.append(add_months(starts[-1], 1))
    return starts


def next_business_day(day: int) -> int:
    """The day itself, or the Monday after a weekend."""
    weekday = (day + 3) % 7
    return day + max(0, 7 - weekday) if weekday >= 5 else day


def is_business_day(days: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Monday to Friday without holidays."""
    holidays = np.array([to_day(day) for day in HOLIDAYS])
    return ((days + 3) % 7 < 5) & ~np.isin(days, holidays)


def end_of_day_minute(day: int) -> int:
    """The UTC minute at which the local day ends."""
    local = datetime.combine(to_date(day + 1), datetime.min.time(), tzinfo=ZoneInfo(ZONE))
    return int(local.astimezone(UTC).timestamp() // 60)


def utc_minutes(days: NDArray[np.int64], local_minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """UTC minutes of a local wall-clock time."""
    local = pl.Series(days * 1440 + local_minutes) * 60_000_000
    zoned = local.cast(pl.Datetime("us")).dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    utc = zoned.dt.convert_time_zone("UTC").dt.epoch("s").fill_null(0)
    return (utc // 60).cast(pl.Int64).to_numpy()


def day_text(column: str | pl.Expr, style: str = "%Y-%m-%d", until: int = NEVER - 1) -> pl.Expr:
    """A day as text; empty for null, NEVER and days after `until`."""
    day = pl.col(column) if isinstance(column, str) else column
    known = pl.when(day <= until).then(day).cast(pl.Int32).cast(pl.Date)
    return known.dt.strftime(style).fill_null("")


def minute_text(column: str, style: str, zone: str = "UTC", until: int = NEVER_MINUTE - 1) -> pl.Expr:
    """A UTC minute as text in a zone; empty for null, NEVER and minutes after `until`."""
    minute = pl.when(pl.col(column) <= until).then(pl.col(column)).cast(pl.Int64)
    zoned = (minute * 60_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return zoned.dt.strftime(style).fill_null("")


def local_day(column: str) -> pl.Expr:
    """The local day number of a UTC minute."""
    zoned = (pl.col(column) * 60_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    return zoned.dt.date().cast(pl.Int32).cast(pl.Int64)
