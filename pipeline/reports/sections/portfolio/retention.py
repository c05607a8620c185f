"""Page "Retention" of the dashboard: bridge, tiles against targets, segments and CSMs, reconciliation, tie-out."""

from decimal import Decimal

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View
from pipeline.revenue.plans import fiscal_year

LINES = ("new", "expansion", "reactivation", "contraction", "churn", "fx")
RATIOS = ("nrr_pct", "grr_pct", "logo_retention_pct", "renewal_rate_pct")
YEAR = 12
DIMENSIONS = ("segment", "csm")


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
        "live": name,
    }


def _stated(view: View, name: str) -> Row:
    """The figure as the table of KPIs has it, with the target of the company's plan where there is one."""
    rows = view.scores.money.kpis
    mine = rows.filter(pl.col("kpi") == name).to_dicts() if rows.height else []
    return mine[0] if mine else {}


def _landing_tile(view: View) -> list[Row]:
    rows = view.scores.money.landing
    period = str(fiscal_year(view.as_of, view.book.company.fiscal_year_starts_month))
    mine = rows.filter((pl.col("measure") == "arr") & (pl.col("period") == period)).to_dicts() if rows.height else []
    if not mine or mine[0]["landing"] is None:
        return []
    row = mine[0]
    band = f"{view.money(Decimal(row['low']))} to {view.money(Decimal(row['high']))}"
    plan = f", plan {view.money(Decimal(row['target']))}" if row["target"] is not None else ", no plan on file"
    tone = "bad" if row["is_met"] is False else ""
    return [
        {
            "label": f"ARR, end of {wording.month(row['ends_on'])}",
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
