"""The evidence of the report card: bands, lead times, methods side by side, segments, the capacity line."""

from typing import Any

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import ACCENT, BAND_COLOURS, QUIET
from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.report_card.facts import (
    COIN,
    METHODS,
    Card,
    between,
    filtered,
    missing_words,
    plain,
    point,
)

BANDS_AT = 90
EARLY = (90, 60)
RED = {"health": ("critical", "at_risk"), "churn_risk": ("red",)}
CALM = {"health": "healthy", "churn_risk": "green"}
ORDER = {
    "health": ("critical", "at_risk", "watch", "healthy", "insufficient_data"),
    "churn_risk": ("red", "orange", "yellow", "green"),
}
FEW = 10
COLUMNS = (
    ("auc", "Pairs ranked right", 100.0, 0, " of 100"),
    ("pr_auc", "Precision, mean", 100.0, 0, "%"),
    ("lift_10", "Worst tenth, lift", 1.0, 1, "\u00d7"),
    ("arr_captured_10", "ARR lost in worst 10%", 100.0, 0, "%"),
    ("arr_captured_20", "in worst 20%", 100.0, 0, "%"),
    ("capacity_precision", "Precision at capacity", 100.0, 0, "%"),
    ("capacity_recall", "Recall at capacity", 100.0, 0, "%"),
)


def band_tables(card: Card) -> list[Row]:
    """The bands of both scores at the lead nearest to 90 days: churn rate with interval where it may be stated."""
    return [_band_table(card, score, title) for score, title in (("health", "Health"), ("churn_risk", "Churn risk"))]


def _band_table(card: Card, score: str, title: str) -> Row:
    lead = bands_lead(card)
    found = {
        row["band"]: row
        for row in filtered(card.view.scores.proof.backtest_bands, score=score, lead_days=lead)
        if row["band"] is not None
    }
    rows = [_band_row(score, found[band]) for band in ORDER[score] if band in found]
    return {"title": title, "score": score, "rows": rows, "lead": lead, "verdicts": verdicts(card, score, found)}


def _band_row(score: str, row: Row) -> Row:
    look = row["band"] if score == "health" else wording.risk_look(row["band"])
    name = wording.band_word(row["band"]) if score == "health" else wording.risk_word(row["band"])
    stated = row["rate"] is not None
    return {
        **row,
        "look": look,
        "name": name,
        "rate_words": wording.percent(100 * row["rate"]) if stated else None,
        "interval": f"{100 * row['low']:.0f} to {100 * row['high']:.0f}%" if stated else None,
        "times": f"{row['times_base']:.1f}\u00d7" if stated else None,
        "share": wording.percent(100 * row["share_of_book"]) if stated else None,
    }


def bands_lead(card: Card) -> int:
    """The lead at which bands are shown: 90 days, else the nearest that was looked at."""
    leads = card.rules.lead_days
    return int(min(leads, key=lambda lead: (abs(lead - BANDS_AT), lead)))


def verdicts(card: Card, score: str, found: dict[str, Row]) -> list[str]:
    """What the bands allow one to say: is red red enough, is too much of the book calm. (proof: Bands)"""
    if not found or any(row["rate"] is None for row in found.values()):
        return []
    count, churns = (sum(row[name] for row in found.values()) for name in ("n", "churned"))
    return [_red_verdict(card, score, found, churns / count), _calm_verdict(card, score, found, count)]


def _red_verdict(card: Card, score: str, found: dict[str, Row], base: float) -> str:
    red = [found[band] for band in RED[score] if band in found]
    n, left = sum(row["n"] for row in red), sum(row["churned"] for row in red)
    name = "at risk or critical" if score == "health" else "red"
    if not n or not base:
        return f"Nobody was {name} at that time, so that band says nothing yet."
    times, wanted = left / n / base, card.rules.red_times_base
    said = f"Of {n} seen {name}, {left} left: {times:.1f} times the base rate"
    if n < FEW:
        return f"{said}, but {'that is' if n == 1 else 'those are'} too few to judge by."
    return f"{said}. {'Red means red' if times >= wanted else f'Red should be at least {wanted:g} times'}."


def _calm_verdict(card: Card, score: str, found: dict[str, Row], count: int) -> str:
    calm = found.get(CALM[score], {"n": 0, "churned": 0})
    share, limit = 100 * calm["n"] / count, card.rules.healthy_share_over_pct
    name = "healthy" if score == "health" else "green"
    said = f"{share:.0f}% of the snapshots were {name}, and {calm['churned']} of those {calm['n']} left"
    return f"{said}: over {limit:g}% is no signal." if share > limit else f"{said}."


def forewarned(card: Card) -> list[str]:
    """Of those who left, how many were below healthy 90 and 60 days before: counts, so they may always be said."""
    told = []
    for lead in EARLY:
        rows = filtered(card.view.scores.proof.backtest_bands, score="health", lead_days=lead)
        left = sum(row["churned"] for row in rows)
        below = sum(row["churned"] for row in rows if row["band"] in ("critical", "at_risk", "watch"))
        if left:
            told.append(f"{lead} days before, {below} of {left} who left were below healthy.")
    return told


def band_chart(card: Card) -> Chart:
    """The churn rate of each band with its interval, against the base rate."""
    lead = bands_lead(card)
    rows, base = [], None
    for score in ORDER:
        found = filtered(card.view.scores.proof.backtest_bands, score=score, lead_days=lead)
        stated = {row["band"]: _band_row(score, row) for row in found if row["band"] and row["rate"] is not None}
        count = sum(row["n"] for row in stated.values())
        base = 100 * sum(row["churned"] for row in stated.values()) / count if count else base
        rows += [_band_point(score, stated[band]) for band in ORDER[score][:4] if band in stated]
    title = f"The worse the band {lead} days before, the more left"
    spec = CHARTS["estimates_by_name"](rows, "% left", (base or 0.0, "base rate"), 470, 215) if rows else {}
    head = ("Band", "Left", "95% interval", "Snapshots")
    table = tuple((row["name"], row["said"], row["interval"], f"{row['n']}") for row in rows)
    return Chart("proof-bands", title, f"{title}. Dots with intervals by band.", spec, head, table)


def _band_point(score: str, row: Row) -> Row:
    name = f"{'Health' if score == 'health' else 'Churn risk'}: {row['name'].lower()}"
    return point(name, {**row, "value": row["rate"]}, row["rate_words"], 100, 0, BAND_COLOURS[row["look"]])


def lead_chart(card: Card) -> Chart:
    """How early the health score tells leavers: pairs ranked right by the days before the decision."""
    rows = []
    for lead in card.leads:
        row = card.told("auc", lead=lead)
        if row is not None:
            rows.append(point(f"{lead} days", row, f"{100 * row['value']:.0f}", 100, 0, ACCENT))
    title = _lead_title(card)
    spec = (
        CHARTS["estimates_by_lead"](rows, "pairs of 100 ranked right", (100 * COIN, "a coin"), 470, 200) if rows else {}
    )
    head = ("Days before", "Ranked right, of 100", "95% interval", "Snapshots")
    table = tuple((row["name"], row["said"], row["interval"], f"{row['n']}") for row in rows)
    return Chart("proof-leads", title, f"{title}. Dots with intervals by days before the decision.", spec, head, table)


def _lead_title(card: Card) -> str:
    early = earliest(card)
    return f"The score tells leavers as early as {early} days before" if early else "How early the score tells leavers"


def earliest(card: Card) -> int | None:
    """The longest lead at which the health score's interval lies above a coin; None where there is none."""
    for lead in card.leads:
        row = card.told("auc", lead=lead)
        if row is not None and row["low"] > COIN:
            return lead
    return None


def method_table(card: Card) -> Row:
    """Every method on the same rows; where those hold too few churns, what learns nothing, on all of them."""
    is_same = card.told("auc", basis="same") is not None
    basis = "same" if is_same else "all"
    rows = [_method_row(card, basis, method) for method in METHODS]
    known = [row for row in rows if row["auc"] is not None]
    first = card.rows(basis=basis, method="health_score", lead_days=0, segment="all", measure="auc")
    return {
        "basis": basis,
        "rows": rows if known else [],
        "head": [title for _, title, *_ in COLUMNS],
        "n": first[0]["n"] if first else 0,
        "events": first[0]["events"] if first else 0,
        "needed": card.summary["model_events_needed"],
        "chart": _method_chart(card, basis),
    }


def _method_row(card: Card, basis: str, method: str) -> Row:
    cells = [_cell(card.told(measure, method, basis), *form) for measure, _, *form in COLUMNS]
    return {"name": METHODS[method], "cells": cells, "auc": card.told("auc", method, basis)}


def _cell(row: Row | None, scale: Any, digits: Any, unit: Any) -> Row:
    short = "" if unit == " of 100" else unit
    return {"value": plain(row, scale, digits, short), "interval": between(row, scale, digits)}


def _method_chart(card: Card, basis: str) -> Chart:
    rows = []
    for method, name in METHODS.items():
        row = card.told("auc", method, basis)
        if row is not None:
            colour = ACCENT if method in ("health_score", "churn_points") else QUIET
            rows.append(point(name, row, f"{100 * row['value']:.0f}", 100, 0, colour))
    title = "How many pairs of a leaver and a stayer each method ranks right, of 100"
    spec = (
        CHARTS["estimates_by_name"](rows, "pairs of 100 ranked right", (100 * COIN, "a coin"), 620, 128) if rows else {}
    )
    table = tuple((row["name"], row["said"], row["interval"], f"{row['n']}") for row in rows)
    head = ("Method", "Ranked right, of 100", "95% interval", "Snapshots")
    return Chart("proof-methods", title, f"{title}. Dots with intervals by method.", spec, head, table)


def segment_rows(card: Card) -> list[Row]:
    """The health score by segment, all leads together; a segment with too few churns says how many are missing."""
    found = card.rows(basis="all", method="health_score", lead_days=0, measure="auc")
    parts = [row for row in found if row["segment"] != "all"]
    return [_part_row(card, wording.word(row["segment"]), row, 0, row["segment"]) for row in parts]


def lead_rows(card: Card) -> list[Row]:
    """The health score by lead, all segments together."""
    rows = card.rows(basis="all", method="health_score", segment="all", measure="auc")
    by_lead = {row["lead_days"]: row for row in rows}
    return [_part_row(card, f"{lead} days", by_lead[lead], lead, "all") for lead in card.leads if lead in by_lead]


def _part_row(card: Card, name: str, row: Row, lead: int, segment: str) -> Row:
    measures = {
        measure: card.told(measure, lead=lead, segment=segment) for measure in ("auc", "lift_10", "capacity_recall")
    }
    return {
        "name": name,
        "n": row["n"],
        "accounts": row["accounts"],
        "events": row["events"],
        "auc": _cell(measures["auc"], 100, 0, " of 100"),
        "lift": _cell(measures["lift_10"], 1, 1, "\u00d7"),
        "recall": _cell(measures["capacity_recall"], 100, 0, "%"),
        "missing": missing_words(row["events_needed"]) if row["events_needed"] else None,
    }
