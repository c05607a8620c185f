"""The health blocks of the dashboard: distribution, migration between bands, and ARR by band over time."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import BAND_COLOURS
from pipeline.reports import wording
from pipeline.reports.facts import RANK, Row, View, total

STACK = ("critical", "at_risk", "watch", "healthy", "insufficient_data")


def health(view: View) -> Row:
    """Where the book stands, where it came from, and how its money moved between bands."""
    return {
        "bands": distribution(view),
        "week": migration(view, 7),
        "quarter": migration(view, 91),
        "chart": band_chart(view),
    }


def distribution(view: View) -> list[Row]:
    """Each band with its customers and ARR, now and 7 and 91 days ago."""
    arr = total(view.standing, "arr")
    rows = []
    for band in view.bands:
        now = view.standing.filter(pl.col("health_band") == band)
        rows.append(
            {
                "band": band,
                "count": now.height,
                "count_pct": wording.ratio(now.height, view.standing.height),
                "arr": total(now, "arr"),
                "arr_pct": wording.ratio(total(now, "arr"), arr),
                "count_week": _difference(view, band, now.height, 7),
                "count_quarter": _difference(view, band, now.height, 91),
            }
        )
    return rows


def migration(view: View, days: int) -> Row:
    """Customers by their band then and now, with who came and went; worsened and improved in count and ARR."""
    then = view.panel.filter(pl.col("week_ending_on") == view.back(days)).select(
        "account_id", pl.col("health_band").alias("was"), pl.col("arr").alias("arr_then")
    )
    now = view.standing.select("account_id", "account_name", "csm", "arr", pl.col("health_band").alias("is"))
    both = now.join(then, on="account_id", how="full", coalesce=True)
    cells = {
        (row["was"], row["is"]): row["n"] for row in both.group_by("was", "is").agg(pl.len().alias("n")).to_dicts()
    }
    moves = [_move(row) for row in both.sort("account_id").to_dicts()]
    worse = sorted((move for move in moves if move["steps"] > 0), key=_by_weight)
    better = sorted((move for move in moves if move["steps"] < 0), key=_by_weight)
    return {
        "since": view.back(days),
        "has_history": then.height > 0,
        "grid": [
            {
                "was": was,
                "cells": [cells.get((was, now_band), 0) for now_band in view.bands],
                "left": cells.get((was, None), 0),
            }
            for was in view.bands
        ],
        "new": [cells.get((None, now_band), 0) for now_band in view.bands],
        "worse": worse,
        "better": better,
        "title": _migration_title(view, days, worse, better)
        if then.height
        else "No earlier week is on file to compare with",
    }


def band_chart(view: View) -> Chart:
    """ARR by health band in each of the last 53 weeks that were scored whole."""
    recent = view.panel.filter((pl.col("week_ending_on") >= view.back(364)) & pl.col("is_complete").fill_null(False))
    sums = recent.group_by("week_ending_on", "health_band").agg(pl.col("arr").sum()).drop_nulls()
    by_key = {(row["week_ending_on"], row["health_band"]): row["arr"] for row in sums.to_dicts()}
    weeks = sorted({week for week, _ in by_key})
    present = [band for band in STACK if any((week, band) in by_key for week in weeks)]
    rows = [_point(view, week, band, by_key.get((week, band), 0)) for week in weeks for band in present]
    names = [wording.band_word(band) for band in present]
    palette = [BAND_COLOURS[band] for band in present]
    spec = CHARTS["stacked_by_time"](rows, names, palette, view.symbol, 590, 235, 3) if weeks else {}
    shown = weeks[::-13][::-1]
    table = tuple((wording.day(week), *(view.money(by_key.get((week, band), 0)) for band in present)) for week in shown)
    title = _band_title(view, weeks, by_key)
    return Chart(
        "arr-by-band",
        title,
        f"Stacked area chart of ARR by health band by week. {title}.",
        spec,
        ("Week", *names),
        table,
    )


def _difference(view: View, band: str, now: int, days: int) -> int | None:
    then = view.panel.filter(pl.col("week_ending_on") == view.back(days))
    return now - then.filter(pl.col("health_band") == band).height if then.height else None


def _move(row: Row) -> Row:
    steps = RANK[row["is"]] - RANK[row["was"]] if row["is"] in RANK and row["was"] in RANK else 0
    return {**row, "steps": steps}


def _by_weight(move: Row) -> tuple[float, str]:
    return -float(move["arr"] or 0), move["account_id"]


def _migration_title(view: View, days: int, worse: list[Row], better: list[Row]) -> str:
    span = "last week" if days == 7 else f"{wording.short_day(view.back(days))}"
    if not worse and not better:
        return f"Since {span} no customer changed band"
    fell, rose = sum(move["arr"] or 0 for move in worse), sum(move["arr"] or 0 for move in better)
    return (
        f"Since {span}: {wording.counted(len(worse), 'customer')} fell a band ({view.money(fell)}), "
        f"{len(better)} rose ({view.money(rose)})"
    )


def _point(view: View, week: date, band: str, arr: Any) -> Row:
    return {
        "on": week.isoformat(),
        "when": wording.day(week),
        "group": wording.band_word(band),
        "value": float(arr),
        "said": view.money(arr),
    }


def _band_title(view: View, weeks: list[date], by_key: dict[tuple[date, str], Any]) -> str:
    if not weeks:
        return "No complete week is scored yet"
    shares = []
    for week in (weeks[0], weeks[-1]):
        whole = sum((by_key.get((week, band), 0) for band in STACK), Decimal(0))
        shares.append(wording.ratio(by_key.get((week, "healthy"), 0), whole))
    if None in shares:
        return "ARR by health band"
    return (
        f"Healthy customers hold {wording.percent(shares[1])} of ARR, against {wording.percent(shares[0])} "
        f"in {wording.month(weeks[0])}"
    )
