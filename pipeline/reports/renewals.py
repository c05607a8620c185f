"""The renewals review: the forecast call, readiness of the cohort, save motions, and how good the forecasts were.

Internal throughout: chances and risk forms are never in a customer's document.
"""

from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View, named
from pipeline.reports.sections.renewals.call import CATEGORIES, forecast_call, forecast_chart, months
from pipeline.scores import Scores

STATES = {"done": "\u25cf", "due": "\u25c6", "overdue": "\u25b2", "ahead": "\u25cb"}
OPEN = ("commit", "best_case", "at_risk")
MOST = 40
CELLS = {"overall": "Whole book"}


def renewals_report(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One internal document for the weekly renewals review."""
    view = View(book, scores, context)
    data: Row = {
        "call": forecast_call(view),
        "chart": forecast_chart(view),
        "months": months(view),
        "cohort": cohort(view),
        "saves": save_motions(view),
        "views": views(view),
        "accuracy": accuracy(view),
        "chances": chances(view),
        "weight": context.policy.renewals.chances.weight,
        "is_assumed": view.chances_are_assumed,
        "states": [(STATES[name], wording.word(name)) for name in STATES],
    }
    subtitle = f"Week ending {wording.day(book.as_of)}"
    return [Document("renewals/renewals", "renewals.html.j2", "Renewals review", data, subtitle)]


def renewal_list(view: View) -> list[Row]:
    """Every renewal that is due, with its account's name, the days to go and its category in words."""
    frame = view.scores.money.renewals
    if frame.is_empty():
        return []
    rows = frame.sort("renewal_on", "contract_id").to_dicts()
    return [
        named(view, row)
        | {
            "days": (row["renewal_on"] - view.as_of).days,
            "category_word": CATEGORIES[row["category"]],
            "chance": view.chance(row["probability_pct"]),
            "disagreement": _as_assumed(view, row["disagreement"]),
        }
        for row in rows
    ]


def _as_assumed(view: View, said: str | None) -> str | None:
    return said.replace("the base rate ", "assumed ") if said and view.chances_are_assumed else said


def cohort(view: View, days: int = 90) -> Row:
    """The renewals that end in the next days and are open: readiness, milestones as marks, what comes next."""
    until = view.as_of + timedelta(days=days)
    rows = [row for row in renewal_list(view) if row["category"] in OPEN and row["ends_on"] <= until]
    steps = view.scores.money.renewal_milestones
    marks: dict[str, list[Row]] = {}
    for step in steps.sort("contract_id", "order").to_dicts() if steps.height else []:
        marks.setdefault(step["contract_id"], []).append(step | {"mark": STATES[step["state"]]})
    told = [row | {"steps": marks.get(row["contract_id"], []), "next_word": next_step(view, row)} for row in rows]
    ready = [row["readiness_pct"] for row in rows if row["readiness_pct"] is not None]
    return {
        "rows": told[:MOST],
        "count": len(rows),
        "days": days,
        "overdue": sum(bool(row["milestones_overdue"]) for row in rows),
        "readiness": sum(ready) / len(ready) if ready else None,
        "arr": sum((row["arr"] or 0 for row in rows), start=0),
    }


def next_step(view: View, row: Row) -> str:
    """The next milestone of a renewal and its owner, in words."""
    rules = view.context.policy.renewals.milestones
    step = rules.get(row["next_milestone"] or "")
    return f"{step.label}, {wording.word(step.owner)}" if step else "All done"


def save_motions(view: View) -> Row:
    """Customers with an open renewal under 60% or a red flag: what is wrong, what is done, at what price.

    One row per customer: its renewals of that kind together, at the date of the first.
    """
    yes = _yes(view)
    together: dict[str, Row] = {}
    for row in renewal_list(view):
        if row["category"] in OPEN and (row["category"] == "at_risk" or row["has_red_flag"]):
            told = row | {"reasons": yes.get(row["contract_id"], []), "price": _price(view, row), "arr": 0}
            kept = together.setdefault(row["account_id"], told)
            kept["arr"] += row["arr"] or 0
    rows = list(together.values())
    urgent = sorted(rows, key=lambda row: (row["days"] > 180, -(row["arr"] or 0), row["contract_id"]))
    return {"rows": urgent[:MOST], "count": len(rows), "arr": sum((row["arr"] or 0 for row in rows), start=0)}


def _yes(view: View) -> dict[str, list[Row]]:
    frame = view.scores.money.renewal_risks
    found: dict[str, list[Row]] = {}
    for row in frame.filter(pl.col("answer") == "yes").sort("contract_id", "order").to_dicts() if frame.height else []:
        found.setdefault(row["contract_id"], []).append(row)
    return found


def _price(view: View, row: Row) -> str:
    rule = view.context.policy.renewals.pricing.get(row["pricing_scenario"] or "")
    return f"{rule.label} ({row['price_change_pct']:+.0f}%)".replace("-", wording.MINUS) if rule else wording.UNKNOWN


def views(view: View) -> Row:
    """The three views by CSM, and the renewals they disagree about, the largest first."""
    frame = view.scores.money.renewal_views
    apart = [row for row in renewal_list(view) if row["disagreement"]]
    ranked = sorted(apart, key=lambda row: (-(row["arr"] or 0), row["contract_id"]))
    return {"rows": frame.to_dicts() if frame.height else [], "apart": ranked[:20], "apart_count": len(apart)}


def accuracy(view: View) -> Row:
    """How far off the forecasts were by lead, and of what was lost how much stood flagged."""
    frame, lost = view.scores.money.forecast_accuracy, view.scores.money.loss_detection
    if not frame.height or view.chances_are_assumed:
        return {
            "whole": [],
            "by": [],
            "lost": [],
            "flag_days": view.context.policy.renewals.accuracy.flagged_days_before,
        }
    split = frame.filter((pl.col("lead_days") == frame["lead_days"].max()) & (pl.col("dimension") != "all"))
    split = split.filter(pl.col("dimension").is_in(["category", "csm"]))
    return {
        "whole": frame.filter(pl.col("dimension") == "all").to_dicts(),
        "by": [row | {"name": _side(row)} for row in split.to_dicts()],
        "lead": frame["lead_days"].max(),
        "lost": lost.to_dicts(),
        "flag_days": view.context.policy.renewals.accuracy.flagged_days_before,
    }


def _side(row: Row) -> str:
    return str(CATEGORIES.get(row["value"], row["value"]))


def chances(view: View) -> list[Row]:
    """The chances in force by band and distance: what the prior said, what the own renewals say."""
    frame = view.scores.money.renewal_chances
    rows: list[dict[str, Any]] = frame.to_dicts() if frame.height else []
    return [
        row
        | {
            "name": CELLS.get(row["cell"]) or wording.band_word(row["cell"]),
            "prior": view.chance(row["prior_pct"]),
            "chance": view.chance(row["probability_pct"]),
        }
        for row in rows
    ]
