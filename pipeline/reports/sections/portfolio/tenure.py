"""Page "Cohorts" of the dashboard: the triangle of start quarters, the survival curve, who left unseen, by product."""

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import wording
from pipeline.reports.facts import Row, View

YEAR = 12
AGES = range(0, 25, 3)
TENURES = (3, 6, 12, 18, 24, 36, 48)
DAYS_A_MONTH = 365.25 / 12
QUARTERS = 9


def tenure(view: View) -> Row:
    """What page "Cohorts" shows: the triangle of logos and ARR, and the survival curve with numbers at risk."""
    return {
        "ages": list(AGES),
        "cohorts": _triangle(view),
        "chart": survival_chart(view) if view.scores.money.survival.height else None,
        "points": _points(view),
        "surprises": _surprises(view),
        "products": _by_product(view),
    }


def survival_chart(view: View) -> Chart:
    """The share of customers left by tenure, with its band."""
    curve = view.scores.money.survival
    rows = curve.filter(pl.col("dimension") == "all").to_dicts() if curve.height else []
    points = [
        {
            "months": row["tenure_days"] / DAYS_A_MONTH,
            "when": wording.counted(row["tenure_days"], "day"),
            "value": row["survival_pct"],
            "low": row["low_pct"],
            "high": row["high_pct"],
            "said": wording.percent(row["survival_pct"], 1),
        }
        for row in rows
    ]
    year = _at(rows, YEAR)
    title = (
        f"{wording.percent(year['survival_pct'])} of customers stay longer than a year"
        if year
        else "How long they stay"
    )
    table = tuple((point["name"], point["share"], point["band"], point["at_risk"]) for point in _points(view))
    head = ("After", "Still here", "95% band", "At risk")
    spec = CHARTS["survival_by_tenure"](points) if len(points) > 1 else {}
    return Chart("survival", title, f"Survival curve of customers by tenure. {title}.", spec, head, table)


def _triangle(view: View) -> list[Row]:
    frame = view.scores.money.cohorts
    rows = frame.to_dicts() if frame.height else []
    quarters = sorted({row["start_quarter"] for row in rows})[-QUARTERS:]
    cells = {(row["start_quarter"], row["age_months"]): row for row in rows}
    return [
        {
            "quarter": quarter,
            "count": cells[quarter, 0]["cohort_accounts"],
            "is_small": cells[quarter, 0]["is_small"],
            "cells": [cells.get((quarter, age)) for age in AGES],
        }
        for quarter in quarters
        if (quarter, 0) in cells
    ]


def _at(rows: list[Row], months: int) -> Row | None:
    """The row once a tenure is over, with the day after, on which yearly contracts end; None where nobody has
    been here that long.
    """
    over = months * DAYS_A_MONTH + 1
    reached = [row for row in rows if row["tenure_days"] <= over]
    is_reached = bool(rows) and rows[-1]["tenure_days"] >= over
    return reached[-1] if reached and is_reached else None


def _points(view: View) -> list[Row]:
    curve = view.scores.money.survival
    rows = curve.filter(pl.col("dimension") == "all").to_dicts() if curve.height else []
    found = [(months, _at(rows, months), _at_risk(rows, months)) for months in TENURES]
    return [
        {
            "name": wording.counted(months, "month"),
            "share": wording.percent(row["survival_pct"], 1),
            "band": _band(row),
            "at_risk": wording.number(count),
        }
        for months, row, count in found
        if row
    ]


def _band(row: Row) -> str:
    if row["low_pct"] is None:
        return "–"
    return f"{wording.percent(row['low_pct'])} to {wording.percent(row['high_pct'])}"


def _at_risk(rows: list[Row], months: int) -> int:
    """How many accounts have been here that long or longer, of those the next row of the curve still counts."""
    later = [row["at_risk"] for row in rows if row["tenure_days"] > months * DAYS_A_MONTH + 1]
    return later[0] if later else 0


def _surprises(view: View) -> list[Row]:
    gone = view.scores.money.churned_accounts
    if not gone.height:
        return []
    rows = gone.filter(pl.col("is_surprise").fill_null(False))
    return rows.sort(pl.col("lost_arr").fill_null(0), "account_id", descending=[True, False]).head(2).to_dicts()


def _by_product(view: View) -> list[Row]:
    rows = view.scores.money.churn_analysis
    if not rows.height:
        return []
    mine = rows.filter(pl.col("dimension") == "product")
    return mine.sort("lost_arr", "value", descending=[True, False]).head(2).to_dicts()
