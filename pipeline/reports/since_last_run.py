"""What changed since the last run, figure by figure, split by cause: new data, restated past, policy, program.

A run keeps the figures it told. The next one states them for that day anew: what then differs was restated, by late
data, by other rules or by another program; what moved after that day is new data.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.reports.facts import TROUBLED, Row, View, total
from pipeline.scores import Scores

EXPOSED = ("orange", "red")
FIGURES = {
    "customers": ("Customers", "count"),
    "arr": ("ARR", "money"),
    "at_risk_count": ("Customers at risk or critical", "count"),
    "at_risk_arr": ("ARR at risk or critical", "money"),
    "exposed_arr": ("ARR with orange or red churn risk", "money"),
    "open_p0_p1": ("Open P0 and P1 tickets", "count"),
}
RULED = ("at_risk_count", "at_risk_arr", "exposed_arr")
CAUSES = {
    "new": "New data",
    "restated": "Restated past",
    "policy": "Policy",
    "program": "Program",
    "mixed": "Not told apart",
}


def headlines(view: View, on: date) -> dict[str, float] | None:
    """The figures of a week's end as today's data, rules and program state them; None where no week ends then."""
    weeks = view.panel.filter(pl.col("week_ending_on") == on)
    if weeks.is_empty():
        return None
    troubled = weeks.filter(pl.col("health_band").is_in(TROUBLED))
    risk = view.scores.churn_weeks.filter((pl.col("week_ending_on") == on) & pl.col("churn_risk_band").is_in(EXPOSED))
    exposed = weeks.join(risk.select("account_id"), on="account_id", how="semi")
    tickets = view.served_weeks.filter(pl.col("week_ending_on") == on)
    return {
        "customers": float(weeks.height),
        "arr": float(total(weeks, "arr")),
        "at_risk_count": float(troubled.height),
        "at_risk_arr": float(total(troubled, "arr")),
        "exposed_arr": float(total(exposed, "arr")),
        "open_p0_p1": float(total(tickets, "open_p0_p1_count")),
    }


def headlines_json(book: Book, scores: Scores, context: Context) -> dict[str, str]:
    """What this run tells, by path: kept when it is published, and compared with by the next."""
    told = headlines(View(book, scores, context), book.as_of)
    if told is None:
        return {}
    view = View(book, scores, context)
    kept = [
        {
            "as_of": book.as_of.isoformat(),
            "policy": context.policy.hash,
            "program": context.program,
            "facts": facts_hash(view, book.as_of),
            "figures": told,
        }
    ]
    return {"weekly/headlines.json": json.dumps(kept, indent=1, sort_keys=True) + "\n"}


def facts_hash(view: View, on: date) -> str:
    """A hash of the counts and amounts on file for a week's end, before any rule is applied to them."""
    sums = {}
    for name in ("account_weeks", "risk_weeks"):
        frame: pl.DataFrame = getattr(view.book, name)
        if not frame.width:
            continue
        week = frame.filter(pl.col("week_ending_on") == on)
        exact = [column for column, kind in week.schema.items() if kind.is_integer() or kind.is_decimal()]
        sums[name] = {column: str(week.get_column(column).sum()) for column in sorted(exact)} | {"rows": week.height}
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()[:16]


def since_last_run(view: View) -> Row:
    """One row per figure: what the last run told, what stands now, and the change by cause; empty before the first run.

    Where the last run's day is not the end of a week of this one, its figures cannot be stated anew and only the whole
    change is told. Causes that worked at once on the past are not told apart.
    """
    last = view.context.last_run
    now = headlines(view, view.as_of)
    if not last or now is None:
        return {"rows": [], "on": None, "causes": CAUSES, "is_split": False, "why": []}
    on = date.fromisoformat(last["as_of"])
    again = headlines(view, on)
    rows = [_row(view, name, last, again, now) for name in FIGURES if name in last["figures"]]
    return {
        "rows": rows,
        "on": on,
        "causes": CAUSES,
        "is_split": again is not None,
        "why": _why(view, last, is_moved=again is None or any(set(row["causes"]) - {"new"} for row in rows)),
    }


def _row(
    view: View, name: str, last: Mapping[str, Any], again: Mapping[str, float] | None, now: Mapping[str, float]
) -> Row:
    label, kind = FIGURES[name]
    told = last["figures"][name]
    causes = {} if again is None else split(name, told, again[name], now[name], touched(view, last))
    return {
        "name": name,
        "label": label,
        "kind": kind,
        "was": told,
        "now": now[name],
        "change": now[name] - told,
        "causes": causes,
    }


def split(name: str, told: float, again: float, now: float, causes: frozenset[str]) -> dict[str, float]:
    """The change of one figure by cause; the parts add up to it. `causes` are those that may have moved the past."""
    past, able = again - told, causes if name in RULED else causes - {"policy"}
    cause = next(iter(able)) if len(able) == 1 else "mixed" if able else "restated"
    return {"new": now - again, **({cause: past} if past else {})}


def touched(view: View, last: Mapping[str, Any]) -> frozenset[str]:
    """What else changed since the last run: what is on file for its day, its rules, its program."""
    on = date.fromisoformat(last["as_of"])
    changed = {
        "restated": last["facts"] != facts_hash(view, on),
        "policy": last["policy"] != view.context.policy.hash,
        "program": last["program"] != view.context.program,
    }
    return frozenset(name for name, is_other in changed.items() if is_other)


def _why(view: View, last: Mapping[str, Any], *, is_moved: bool) -> list[str]:
    said = {
        "restated": "what is on file for that day (late or corrected data)",
        "policy": "the business rules",
        "program": "the program",
    }
    found = touched(view, last)
    others = [words for name, words in said.items() if name in found]
    if not others:
        return ["Rules, program and what is on file for that day are the same: every change is new data."]
    return [f"Changed since: {wording.listed(others)}{'' if is_moved else '. None of these figures moved by it'}."]


def told_change(row: Row, view: View) -> str:
    """A figure's change in words, with its causes."""
    said = wording.money_change if row["kind"] == "money" else wording.change
    parts = [f"{CAUSES[cause].lower()} {_said(view, row, value)}" for cause, value in row["causes"].items() if value]
    return f"{row['label']} {said(row['change'])}" + (f": {wording.listed(parts)}" if parts else "")


def _said(view: View, row: Row, value: float) -> str:
    return wording.money_change(value, view.currency) if row["kind"] == "money" else wording.change(value)
