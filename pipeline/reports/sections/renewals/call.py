"""The forecast call of the renewals review: the headline, the categories, the months and their chart.

The renewals review and the portfolio dashboard draw on it; figures come from the forecast, words are made here.
"""

from decimal import Decimal

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import BAND_COLOURS, STEPS
from pipeline.reports import wording
from pipeline.reports.facts import Row, View

CATEGORIES = {
    "closed_won": "Won",
    "commit": "Commit",
    "best_case": "Best case",
    "at_risk": "At risk",
    "lost": "Lost",
}
PALETTE = {
    "closed_won": STEPS[0],
    "commit": STEPS[1],
    "best_case": STEPS[2],
    "at_risk": BAND_COLOURS["at_risk"],
    "lost": BAND_COLOURS["critical"],
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def forecast_call(view: View) -> Row:
    """The headline of the next days and of the year, each total with its interval; empty without a renewal."""
    frame = view.scores.money.renewal_summary
    spans = {row["period"]: row for row in frame.to_dicts()} if frame.height else {}
    soon, year = (next((row for name, row in spans.items() if name.endswith(end)), {}) for end in ("days", "months"))
    if not soon.get("due_count"):
        return {
            "soon": soon,
            "year": year,
            "headline": "Nothing renews in the next 90 days",
            "lead": None,
            "tiles": _tiles(view, year),
        }
    share = view.chance(wording.ratio(soon["expected_arr"], soon["due_arr"]))
    due = f"{view.money(soon['expected_arr'])} of {view.money(soon['due_arr'])} due in 90 days"
    return {
        "soon": soon,
        "year": year,
        "headline": f"We expect to renew {due} ({share})",
        "lead": _span(view, soon),
        "tiles": _tiles(view, soon),
    }


def _span(view: View, row: Row) -> str:
    between = f"between {view.money(row['low_arr'])} and {view.money(row['high_arr'])}"
    return f"Four times in five it will be {between}; the largest customer is {row['top1_pct']:.0f}% of what is due."


def _tiles(view: View, row: Row) -> list[Row]:
    if not row.get("due_count"):
        return []
    given = given_up(row)
    return [
        {
            "label": "Won already",
            "value": view.money(row["closed_won_arr"]),
            "note": f"signed, {view.money(given)} given up" if given else "a successor is signed",
        },
        {"label": "Commit", "value": view.money(row["commit_arr"]), "note": "90% and more, no red flag"},
        {"label": "Best case", "value": view.money(row["best_case_arr"]), "note": "60% and more"},
        {
            "label": "At risk",
            "value": view.money(row["at_risk_arr"]),
            "note": wording.counted(row["at_risk_count"], "renewal") + " under 60%",
            "tone": "bad" if row["at_risk_count"] else "",
        },
        {"label": "Lost", "value": view.money(row["lost_arr"]), "note": "notice is on file"},
    ]


def given_up(row: Row) -> Decimal:
    """What signed renewals were won for less than was due: with it the categories add up to what is due."""
    there = sum((row[f"{name}_arr"] for name in CATEGORIES), start=Decimal(0))
    given: Decimal = row["due_arr"] - there
    return max(Decimal(0), given)


def months(view: View) -> list[Row]:
    """The forecast of every month, and of the next days at the end."""
    frame = view.scores.money.renewal_forecast
    return [row | {"name": _period(row["period"])} for row in frame.to_dicts()] if frame.height else []


def _period(name: str) -> str:
    if name.startswith("next_"):
        return name.replace("_", " ").capitalize()
    year, month = name.split("-")
    return f"{MONTHS[int(month) - 1]} {year[2:]}"


def forecast_chart(view: View) -> Chart:
    """What is due in each month by category of the forecast."""
    rows = [row for row in months(view) if not row["period"].startswith("next_")]
    present = [name for name in CATEGORIES if any(row[f"{name}_arr"] for row in rows)]
    drawn = [
        {
            "when": row["name"],
            "group": CATEGORIES[name],
            "value": float(row[f"{name}_arr"]),
            "said": view.money(row[f"{name}_arr"]),
            "total": float(row["due_arr"]),
            "total_said": view.money(row["due_arr"]) if row["due_arr"] else "",
        }
        for row in rows
        for name in present
    ]
    names = [CATEGORIES[name] for name in present]
    palette = [PALETTE[name] for name in present]
    spec = CHARTS["renewals_by_month"](drawn, names, palette, view.symbol, 900, 200) if drawn else {}
    open_arr, at_risk = (sum((row[name] for row in rows), start=0) for name in ("due_arr", "at_risk_arr"))
    title = f"{view.money(open_arr)} renews in twelve months, {view.money(at_risk)} of it at risk"
    table = tuple(
        (row["name"], *(view.money(row[f"{name}_arr"]) for name in present), view.money(row["due_arr"])) for row in rows
    )
    alt = f"Stacked bar chart of ARR due by month and forecast category. {title}."
    return Chart(
        "renewal-forecast", title if drawn else "No renewal is due", alt, spec, ("Month", *names, "Due"), table
    )
