"""The retention pages of the dashboard: bridge, tiles against targets, segments, cohorts, survival, who left unseen."""

from decimal import Decimal

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View

LINES = ("new", "expansion", "reactivation", "contraction", "churn", "fx")
RATIOS = ("nrr_pct", "grr_pct", "logo_retention_pct", "renewal_rate_pct")
YEAR = 12
AGES = range(0, 25, 3)
TENURES = (3, 6, 12, 18, 24, 36, 48)
DAYS_A_MONTH = 365.25 / 12
DIMENSIONS = ("segment", "csm")
QUARTERS = 9


def retention(view: View) -> Row:
    """What page "Retention" shows; `is_known` says whether any year is complete."""
    money = view.scores.money
    whole = _of(money.retention, "all")
    return {
        "is_known": bool(whole),
        "headline": _headline(view, whole),
        "tiles": [_tile(view, name, whole) for name in RATIOS] + _landing_tile(view),
        "bridge": bridge_chart(view) if view.scores.money.arr_bridge.height else None,
        "months": _bridge_rows(view),
        "trend": trend_chart(whole) if whole else None,
        "groups": [(name, _groups(money.retention, name)) for name in DIMENSIONS],
        "reconciled": _reconciled(view),
        "ends_on": whole[-1]["period_ends_on"] if whole else None,
        "restated": money.restatements.height,
        "tied": _tied(view),
    }


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


def bridge_chart(view: View) -> Chart:
    """The last twelve months as steps from opening to closing."""
    rows = _bridge(view, YEAR)
    if not rows:
        return Chart("arr-bridge", "The ARR bridge", "The ARR bridge.", {}, ("Line", "Amount"), ())
    sums = {kind: sum((row[kind] for row in rows), Decimal(0)) for kind in LINES}
    steps, level = [_step(view, "Opening", Decimal(0), rows[0]["opening"], "balance")], rows[0]["opening"]
    for kind in LINES:
        signed = -sums[kind] if kind in ("contraction", "churn") else sums[kind]
        steps.append(
            _step(
                view,
                "FX" if kind == "fx" else wording.word(kind),
                level,
                level + signed,
                "gain" if signed >= 0 else "loss",
                signed,
            )
        )
        level += signed
    steps.append(_step(view, "Closing", Decimal(0), rows[-1]["closing"], "balance"))
    gained = rows[-1]["closing"] - rows[0]["opening"]
    since = wording.month(rows[0]["month_on"])
    title = f"ARR moved by {wording.money_change(gained, view.currency)} since {since} opened"
    table = tuple((step["name"], step["said"]) for step in steps)
    spec = CHARTS["bridge_of_arr"](steps, view.symbol, height=180)
    return Chart("arr-bridge", title, f"Bridge of ARR over twelve months. {title}.", spec, ("Line", "Amount"), table)


def trend_chart(whole: list[Row]) -> Chart:
    """Net retention at every month's end."""
    rows = [
        {
            "on": row["period_ends_on"].isoformat(),
            "when": wording.month(row["period_ends_on"]),
            "value": row["nrr_pct"],
            "said": wording.percent(row["nrr_pct"], 1),
        }
        for row in whole[-24:]
    ]
    title = f"NRR stands at {rows[-1]['said']}" if rows else "No year of retention is complete yet"
    low = min((row["value"] for row in rows), default=0)
    high = max((row["value"] for row in rows), default=100)
    spec = CHARTS["line_by_month"](rows, "%", (low - 4, high + 4), height=130, step=6) if rows else {}
    table = tuple((row["when"], row["said"]) for row in rows)
    return Chart("nrr", title, f"Line of net revenue retention. {title}.", spec, ("Year to", "NRR"), table)


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


def _of(frame: pl.DataFrame, dimension: str) -> list[Row]:
    if not frame.height:
        return []
    return frame.filter(pl.col("dimension") == dimension).sort("period_ends_on", "value").to_dicts()


def _headline(view: View, whole: list[Row]) -> str:
    if not whole:
        return "No year of contracts is complete yet"
    now = whole[-1]
    return (
        f"Customers of a year ago pay {wording.percent(now['nrr_pct'], 1)} of what they paid; "
        f"{wording.percent(now['grr_pct'], 1)} before expansion"
    )


def _tile(view: View, name: str, whole: list[Row]) -> Row:
    kpi = view.context.policy.kpis.get(name)
    value = whole[-1][name] if whole else None
    before = whole[-1 - YEAR][name] if len(whole) > YEAR else None
    stated = _stated(view, name)
    met = stated.get("is_met")
    aim = f"target over {wording.number(stated['target'])}%" if stated.get("target") is not None else "no target"
    moved = (
        f", {wording.change(value - before, 1)} points in a year" if value is not None and before is not None else ""
    )
    label = {"logo_retention_pct": "Logo retention"}.get(name) or (kpi.label if kpi else wording.word(name))
    return {
        "label": label,
        "value": wording.percent(value, 1) if value is not None else "–",
        "note": f"{aim}{moved}",
        "tone": "bad" if met is False else "",
    }


def _stated(view: View, name: str) -> Row:
    """The figure as the table of KPIs has it, with the target of the company's plan where there is one."""
    rows = view.scores.money.kpis
    mine = rows.filter(pl.col("kpi") == name).to_dicts() if rows.height else []
    return mine[0] if mine else {}


def _landing_tile(view: View) -> list[Row]:
    rows = view.scores.money.landing
    period = str(view.as_of.year)
    mine = rows.filter((pl.col("measure") == "arr") & (pl.col("period") == period)).to_dicts() if rows.height else []
    if not mine or mine[0]["landing"] is None:
        return []
    row = mine[0]
    band = f"{view.money(Decimal(row['low']))} to {view.money(Decimal(row['high']))}"
    plan = f", plan {view.money(Decimal(row['target']))}" if row["target"] is not None else ", no plan on file"
    tone = "bad" if row["is_met"] is False else ""
    return [
        {
            "label": f"ARR, end of {period}",
            "value": view.money(Decimal(row["landing"])),
            "note": band + plan,
            "tone": tone,
        }
    ]


def _bridge(view: View, months: int) -> list[Row]:
    frame = view.scores.money.arr_bridge
    if not frame.height:
        return []
    first = periods.month_of(view.as_of, 1 - months)
    return frame.filter((pl.col("segment") == "all") & (pl.col("month_on") >= first)).sort("month_on").to_dicts()


def _bridge_rows(view: View) -> list[Row]:
    return _bridge(view, 6)


def _step(view: View, name: str, before: Decimal, after: Decimal, kind: str, amount: Decimal | None = None) -> Row:
    said = view.money(after) if amount is None else wording.money_change(amount, view.currency)
    return {
        "name": name,
        "low": float(min(before, after)),
        "high": float(max(before, after)),
        "kind": kind,
        "said": said,
    }


def _groups(frame: pl.DataFrame, dimension: str) -> list[Row]:
    rows = _of(frame, dimension)
    last = rows[-1]["period_ends_on"] if rows else None
    mine = [row for row in rows if row["period_ends_on"] == last]
    return sorted(mine, key=lambda row: (-row["opening_arr"], row["value"]))[:5]


def _reconciled(view: View) -> Row | None:
    frame = view.scores.money.retention_reconciled
    rows = frame.filter(pl.col("segment") == "all").sort("period_ends_on").to_dicts() if frame.height else []
    return rows[-1] if rows else None


def _tied(view: View) -> Row:
    check = view.scores.money.controls_check
    off = check.filter(~pl.col("is_tied").fill_null(False)).height if check.height else 0
    return {"count": check.height, "off": off}


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
