"""What the live charts add up: each account's course over months, weeks, waves and coming renewals, coded to be small.

Between the View and the page. A course is a list over the times, or `{"r": [value, count, ...]}` in runs where that is
shorter; money is in cents, so that any sum is exact.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.portfolio.overview import renewals_due

MONTHS, ACTIVE_MONTHS, WEEKS, RISK_WEEKS, AHEAD = 36, 13, 53, 14, 12
WAVE_COLUMNS = ("promoter_count", "passive_count", "detractor_count", "answered_count", "invited_count")
BAND_CODES = {"healthy": "h", "watch": "w", "at_risk": "a", "critical": "c", "insufficient_data": "i", "none": "n"}
WAVES = 8


def series(view: View, accounts: Sequence[str]) -> Row:
    """The courses by name, each with the times it runs over and a list per account in the order given."""
    return {
        "months": _months(view, accounts),
        "activity": _activity(view, accounts),
        "weeks": _weeks(view, accounts),
        "risk": _risk(view, accounts),
        "usage": _usage(view, accounts),
        "waves": _waves(view, accounts),
        "due": _due(view, accounts),
    }


def _months(view: View, accounts: Sequence[str]) -> Row:
    first = periods.month_of(view.as_of, 1 - MONTHS)
    rows = view.book.account_months.filter(pl.col("month_on") >= first)
    return _table(rows.with_columns(_cents("arr")), "month_on", ("arr",), accounts, _month_label)


def _activity(view: View, accounts: Sequence[str]) -> Row:
    first = periods.month_of(view.as_of, 1 - ACTIVE_MONTHS)
    rows = view.book.account_months.filter(pl.col("month_on") >= first)
    columns = ("ticket_created_count", "csat_score_sum", "csat_answer_count")
    return _table(rows, "month_on", columns, accounts, _month_label)


def _weeks(view: View, accounts: Sequence[str]) -> Row:
    """ARR in cents and the band in force as one letter, `.` where the account was no customer."""
    code = pl.col("health_band").fill_null("none").replace_strict(BAND_CODES, default="n")
    rows = view.panel.filter(pl.col("week_ending_on") >= view.back(7 * (WEEKS - 1)))
    table = _table(rows.with_columns(_cents("arr")), "week_ending_on", ("arr",), accounts, wording.day)
    bands = _wide(rows.with_columns(code=code), "week_ending_on", "code", accounts, table["on"])
    whole = view.panel.group_by("week_ending_on").agg(pl.col("is_complete").fill_null(False).any())
    complete = {day.isoformat() for day, is_whole in whole.iter_rows() if is_whole}
    return {
        **table,
        "band": ["".join(letter or "." for letter in course) for course in bands],
        "complete": [day in complete for day in table["on"]],
    }


def _risk(view: View, accounts: Sequence[str]) -> Row:
    served = view.served_weeks.select("account_id", "week_ending_on")
    weeks = view.scores.churn_weeks.filter(pl.col("week_ending_on") >= view.back(7 * (RISK_WEEKS - 1)))
    rows = weeks.join(served, on=["account_id", "week_ending_on"])
    return _table(rows, "week_ending_on", ("churn_risk_points",), accounts, wording.day)


def _usage(view: View, accounts: Sequence[str]) -> Row:
    return _table(view.book.usage_weeks, "week_ending_on", ("user_day_count",), accounts, wording.day)


def _waves(view: View, accounts: Sequence[str]) -> Row:
    """The newest waves by the day they began, each column by account."""
    rows = view.book.nps_waves.filter(pl.col("answered_count") > 0)
    order = rows.group_by("wave").agg(pl.col("first_on").min()).sort("first_on", "wave")["wave"].to_list()[-WAVES:]
    courses = {name: [_coded(c) for c in _wide(rows, "wave", name, accounts, order)] for name in WAVE_COLUMNS}
    return {"on": order, "when": order, **courses}


def _due(view: View, accounts: Sequence[str]) -> Row:
    """ARR in cents that comes up for renewal in each of the coming months; what is past due in the first."""
    first = periods.month_of(view.as_of)
    months = [periods.month_of(view.as_of, shift) for shift in range(AHEAD)]
    month = pl.max_horizontal(pl.col("renewal_on").dt.month_start(), pl.lit(first))
    rows = renewals_due(view, 365).with_columns(month_on=month)
    sums = rows.group_by("account_id", "month_on").agg(pl.col("arr").sum())
    times = [day.isoformat() for day in months]
    wide = _wide(sums.with_columns(_cents("arr")), "month_on", "arr", accounts, times)
    return {"on": times, "when": [f"{day:%b %y}" for day in months], "arr": [_coded(course) for course in wide]}


def _table(rows: pl.DataFrame, time: str, columns: Sequence[str], accounts: Sequence[str], label: Any) -> Row:
    days = rows[time].unique().sort().to_list()
    times = [day.isoformat() for day in days]
    courses = {name: [_coded(course) for course in _wide(rows, time, name, accounts, times)] for name in columns}
    return {"on": times, "when": [label(day) for day in days], **courses}


def _wide(
    rows: pl.DataFrame, time: str, column: str, accounts: Sequence[str], times: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Per account its value at every time, None where it has no row."""
    at = pl.col(time).dt.to_string("%Y-%m-%d") if rows.schema[time] == pl.Date else pl.col(time)
    known = rows.select("account_id", at.alias("at"), pl.col(column))
    wide = known.pivot("at", index="account_id", values=column, aggregate_function="first")
    missing = [pl.lit(None).alias(day) for day in times if day not in wide.columns]
    order = pl.DataFrame({"account_id": accounts}, schema={"account_id": pl.String})
    placed = order.join(wide.with_columns(missing), on="account_id", how="left", maintain_order="left")
    return placed.select(times).rows() if times else [() for _ in accounts]


def _coded(course: Sequence[Any]) -> Any:
    runs = [(value, len(list(group))) for value, group in groupby(course)]
    if len(runs) * 2 >= len(course):
        return list(course)
    return {"r": [part for run in runs for part in run]}


def _cents(column: str) -> pl.Expr:
    return (pl.col(column) * 100).cast(pl.Int64)


def _month_label(day: Any) -> str:
    return wording.month(day)
