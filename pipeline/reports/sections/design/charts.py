"""One chart of each kind in the catalogue, on invented figures, for the page of the design system."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import BAND_COLOURS
from pipeline.reports import wording

Rows = list[dict[str, Any]]
SHARES: Mapping[str, float] = {"healthy": 0.62, "watch": 0.24, "at_risk": 0.14}
TITLES = {
    "trend_of_total": "One amount over time: its first and last value stand on it",
    "stacked_by_time": "Parts of an amount over time: each name stands beside its end",
    "renewals_by_month": "What comes up in each month, its total on top",
    "bars_by_month": "A count by month: the running month is light",
    "line_by_month": "A measure over time with its last value",
    "nps_by_wave": "A share with its 95% interval; few answers are grey",
    "bridge_of_arr": "From an opening to a closing, gain by gain and loss by loss",
    "survival_by_tenure": "How many are left by tenure, with a 95% band",
}


def specimens() -> list[Chart]:
    """A chart of every kind; each title says what the kind is for."""
    drawn, table = _specs(), (("Example", "1"),)
    return [
        Chart(f"specimen-{name.replace('_', '-')}", title, f"{title}.", drawn[name], ("What", "Value"), table)
        for name, title in TITLES.items()
    ]


def _specs() -> dict[str, dict[str, Any]]:
    rows = _months()
    parts, names = _parted(rows), [wording.band_word(band) for band in SHARES]
    palette = [BAND_COLOURS[band] for band in SHARES]
    return {
        "trend_of_total": CHARTS["trend_of_total"](rows, "$"),
        "stacked_by_time": CHARTS["stacked_by_time"](parts, names, palette, "$", 470, 190, 3),
        "renewals_by_month": CHARTS["renewals_by_month"](_due(rows, parts), names, palette, "$", 470, 180),
        "bars_by_month": CHARTS["bars_by_month"](_counted(rows), None),
        "line_by_month": CHARTS["line_by_month"](_rated(rows), None, (1, 5)),
        "nps_by_wave": CHARTS["nps_by_wave"](_waves(), 40),
        "bridge_of_arr": CHARTS["bridge_of_arr"](_steps(), "$", 470),
        "survival_by_tenure": CHARTS["survival_by_tenure"](_left()),
    }


def _months() -> Rows:
    days = [date(2025 + (5 + at) // 12, (5 + at) % 12 + 1, 1) for at in range(13)]
    levels = [1e6 + 5e4 * at + 1.2e5 * (at % 3) for at in range(13)]
    return [
        {"on": day.isoformat(), "when": wording.month(day), "value": level, "said": wording.money(level)}
        for day, level in zip(days, levels, strict=True)
    ]


def _parted(rows: Rows) -> Rows:
    return [
        {**row, "group": wording.band_word(band), "value": part, "said": wording.money(part)}
        for row in rows
        for band, share in SHARES.items()
        for part in (row["value"] * share,)
    ]


def _due(rows: Rows, parts: Rows) -> Rows:
    totals = {row["when"]: row for row in rows}
    shown = parts[: 6 * len(SHARES)]
    return [{**row, "total": totals[row["when"]]["value"], "total_said": totals[row["when"]]["said"]} for row in shown]


def _counted(rows: Rows) -> Rows:
    counts = [20 + 3 * (at % 5) for at in range(len(rows))]
    short = [f"{row['when'][:3]} {row['when'][-2:]}" for row in rows]
    return [{"when": when, "value": count, "said": str(count)} for when, count in zip(short, counts, strict=True)]


def _rated(rows: Rows) -> Rows:
    ratings = [4.1 + 0.04 * (at % 6) for at in range(len(rows))]
    return [{**row, "value": rated, "said": f"{rated:.2f}"} for row, rated in zip(rows, ratings, strict=True)]


def _waves() -> Rows:
    return [
        {
            "when": f"2026-Q{quarter}",
            "value": level,
            "said": wording.change(level),
            "low": level - 14,
            "high": level + 14,
            "interval": f"{wording.change(level - 14)} to {wording.change(level + 14)}",
            "answers": 20 * quarter,
        }
        for quarter, level in ((1, 22), (2, 31), (3, 38))
    ]


def _steps() -> Rows:
    steps = (("Opening", 0, 17.6, "balance"), ("New", 17.6, 20.6, "gain"), ("Churn", 18.5, 20.6, "loss"))
    every = (*steps, ("Closing", 0, 18.5, "balance"))
    return [
        {"name": name, "low": low * 1e6, "high": high * 1e6, "kind": kind, "said": wording.money((high - low) * 1e6)}
        for name, low, high, kind in every
    ]


def _left() -> Rows:
    return [
        {
            "months": 6 * at,
            "when": f"{6 * at} months",
            "value": 100 - 9 * at,
            "low": 94 - 10 * at,
            "high": min(100, 104 - 8 * at),
            "said": f"{100 - 9 * at}%",
        }
        for at in range(7)
    ]
