"""Onboarding of the whole book for leadership and the weekly review: plans, funnel, segments, and who is leaving."""

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View, named
from pipeline.service.onboarding_portfolio import PHASES

STATES = {"on_track": "On track", "at_risk": "At risk", "delayed": "Delayed", "live": "Live"}
BANDS = {"on_track": "healthy", "at_risk": "watch", "delayed": "critical", "live": "healthy"}
WORST = {"red": 0, "yellow": 1, "green": 2}


def onboarding_overview(view: View) -> Row:
    """The plans under way, the worst first, the funnel of phases, completion by segment, hypercare, first value."""
    plans = view.scores.service.onboarding
    if "is_running" not in plans.columns:
        return {"rows": [], "funnel": [], "segments": [], "count": 0, "headline": "No implementation plan is on file"}
    under_way = plans.filter("is_running")
    rows = sorted(
        (_plan(view, row) for row in under_way.to_dicts()),
        key=lambda row: (WORST[row["health"]], -row["days_late"], row["plan_id"]),
    )
    count = {state: sum(row["state"] == state for row in rows) for state in STATES}
    return {
        "rows": rows,
        "count": len(rows),
        "states": count,
        "funnel": _funnel(view),
        "segments": view.scores.service.onboarding_segments.to_dicts(),
        "hypercare": int(plans["is_hypercare"].sum()),
        "red_risks": int(under_way["red_risks"].sum()),
        "decisions": [row for row in rows if row["decision"]],
        "first_value": first_values(plans),
        "headline": f"{wording.counted(len(rows), 'implementation')} under way: {count['on_track']} on track, "
        f"{count['at_risk']} at risk, {count['delayed']} delayed",
    }


def offboarding_list(view: View, count: int = 8) -> Row:
    """Who is leaving: overdue steps first, then by the day that is due next."""
    cases = view.scores.service.offboarding
    if cases.is_empty():
        return {"rows": [], "count": 0, "overdue": 0}
    labels = {name: rule.label for name, rule in view.context.policy.onboarding.offboarding.triggers.items()}
    ranked = cases.sort("due_on", "account_id")
    recent = pl.concat([ranked.filter("is_overdue").reverse(), ranked.filter(~pl.col("is_overdue"))])
    rows = [{**named(view, row), "label": labels[row["trigger"]]} for row in recent.head(count).to_dicts()]
    return {"rows": rows, "count": cases.height, "overdue": int(cases["is_overdue"].sum())}


def first_values(plans: pl.DataFrame) -> list[Row]:
    """Days to first value, twice, over the plans that got there; who has not yet is counted beside."""
    waiting = plans.filter(pl.col("first_value_on").is_null() & ~pl.col("has_left")).height
    return [
        {
            "label": label,
            "median": plans[column].median(),
            "count": plans[column].drop_nulls().len(),
            "waiting": waiting,
        }
        for label, column in (
            ("From contract start", "first_value_days"),
            ("From go-live", "first_value_days_from_live"),
        )
    ]


def _plan(view: View, row: Row) -> Row:
    known = named(view, row)
    return {**known, "band": BANDS[row["state"]], "state_word": STATES[row["state"]]}


def _funnel(view: View) -> list[Row]:
    rows = view.scores.service.onboarding_funnel.to_dicts()
    return [
        {**row, "label": wording.word(row["phase"]), "pct": wording.ratio(row["reached_count"], row["begun_count"])}
        for row in rows
        if row["phase"] in PHASES
    ]
