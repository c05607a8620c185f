"""The figures the team is measured by: value, target, whether it is met, and what it was before.

It comes last in the room, since it reads what the other tables say; the measures themselves are in the modules beside.
"""

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy import Kpi, Policy
from pipeline.revenue.kpi_facts import Facts, Measured
from pipeline.revenue.kpis_customers import CUSTOMERS
from pipeline.revenue.kpis_delivery import DELIVERY
from pipeline.revenue.kpis_money import MONEY
from pipeline.revenue.kpis_reviews import REVIEWED
from pipeline.revenue.plans import running_periods
from pipeline.scores import Scores

MEASURES: dict[str, Callable[[Facts, Kpi, date], Measured]] = {**MONEY, **CUSTOMERS, **REVIEWED, **DELIVERY}
TARGETS = {"period": pl.String, "measure": pl.String, "dimension": pl.String, "value": pl.Float64}
KPIS = {
    "kpi": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "target": pl.Float64,
    "is_met": pl.Boolean,
    "previous": pl.Float64,
    "label": pl.String,
    "comparison": pl.String,
    "trend": pl.String,
    "n": pl.Int64,
    "stated_on": pl.Date,
    "previous_on": pl.Date,
    "target_source": pl.String,
    "note": pl.String,
}


def kpis(book: Book, scores: Scores, tables: Mapping[str, pl.DataFrame], policy: Policy) -> pl.DataFrame:
    """One row per figure of policy/kpis.toml, in its order; a value nobody can measure is empty, never 0.

    `previous` is the same figure a quarter before (a wave, a quarter, a period before, as it is counted), empty where
    the past cannot be told. A plan in `targets` for the running period stands before the policy's target.
    """
    facts = Facts(book, scores, tables)
    plans = _plans(book)
    rows = [
        _row(name, kpi, MEASURES[name](facts, kpi, book.as_of), plans)
        for name, kpi in policy.kpis.items()
        if name in MEASURES
    ]
    return pl.DataFrame(rows, schema=KPIS, orient="row")


def running_plan(targets: pl.DataFrame, measure: str, day: date, year_starts: int = 1) -> tuple[float, str] | None:
    """The plan for a measure in the shortest period that holds a day, and that period; None without one.

    Years and quarters are fiscal, they begin with the month `year_starts`.
    """
    known = shaped(targets, TARGETS).filter((pl.col("measure") == measure) & (pl.col("dimension") == "all"))
    plans = dict(known.select("period", "value").iter_rows())
    named = running_periods(day, year_starts)
    return next(((plans[period], period) for period in named if period in plans), None)


def _plans(book: Book) -> Callable[[str], tuple[float, str] | None]:
    return lambda measure: running_plan(book.targets, measure, book.as_of, book.company.fiscal_year_starts_month)


def _row(
    name: str, kpi: Kpi, found: Measured, plan_for: Callable[[str], tuple[float, str] | None]
) -> tuple[object, ...]:
    plan = plan_for(name)
    target, source = (
        (plan[0], f"plan {plan[1]}") if plan else (kpi.target, "policy" if kpi.target is not None else None)
    )
    value, before = _rounded(found.value), _rounded(found.previous)
    word = next(iter(kpi.comparison), "at_least" if target is not None else None)
    return (
        name,
        value,
        kpi.unit,
        target,
        kpi.is_met(value, target),
        before,
        kpi.label,
        word,
        _trend(value, before, kpi),
        found.n,
        found.stated_on,
        found.previous_on,
        source,
        found.note or None,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _trend(value: float | None, before: float | None, kpi: Kpi) -> str | None:
    """better, worse or same than before; None when either is not known."""
    if value is None or before is None:
        return None
    if value == before:
        return "same"
    return "better" if (value < before) == kpi.is_better_below else "worse"
