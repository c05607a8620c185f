"""The figures with targets in print: now, target, met or not, before, and which way it goes."""

from typing import Any

from pipeline.reports import wording
from pipeline.reports.facts import Row, View

SIGNS = {"over": "over ", "at_least": "at least ", "under": "under ", "at_most": "at most "}
TRENDS = {"better": "\u2191", "worse": "\u2193", "same": "="}
MARKS = {True: "\u25cf", False: "\u25b2", None: ""}
WHOLE = ("customers", "deals", "days")
SAID_BY_LABEL = ("points", "customers", "deals", "touches")


def scorecard(view: View) -> Row:
    """Every figure of the policy with its target; those that are measured first in the headline."""
    frame = view.scores.money.kpis
    rows = [_said(view, row) for row in frame.to_dicts()] if frame.height else []
    judged = [row for row in rows if row["is_met"] is not None]
    met = sum(row["is_met"] for row in judged)
    unknown = sum(row["value"] is None for row in rows)
    middle = -(-len(rows) // 2)
    return {
        "rows": rows,
        "halves": [rows[:middle], rows[middle:]],
        "headline": f"{met} of {wording.counted(len(judged), 'target')} met"
        if judged
        else "No target can be judged yet",
        "lead": f"{wording.counted(unknown, 'figure')} cannot be measured from what is loaded." if unknown else "",
    }


def _said(view: View, row: Row) -> Row:
    wanted = f"{SIGNS.get(row['comparison'] or '', '')}{_figure(view, row['target'], row['unit'])}"
    return row | {
        "now": _figure(view, row["value"], row["unit"]),
        "wanted": wanted if row["target"] is not None else wording.UNKNOWN,
        "mark": MARKS[row["is_met"]],
        "before": _figure(view, row["previous"], row["unit"]),
        "arrow": TRENDS.get(row["trend"] or "", ""),
    }


def _figure(view: View, value: Any, unit: str) -> str:
    if value is None:
        return wording.UNKNOWN
    if unit == "money":
        return view.money(value)
    if unit == "%":
        return f"{wording.number(value, 1)}%"
    digits = 0 if unit in WHOLE and float(value).is_integer() else 1
    return f"{wording.number(value, digits)} {'' if unit in SAID_BY_LABEL else unit}".strip()
