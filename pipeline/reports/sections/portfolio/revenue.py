"""The money blocks of the dashboard: ARR, segments, top customers, renewals, churn, expansion."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import BAND_COLOURS, STEPS
from pipeline.reports import periods, wording
from pipeline.reports.facts import TROUBLED, Row, View, total
from pipeline.reports.sections.portfolio.health import STACK
from pipeline.reports.sections.portfolio.overview import churned, renewal_rows, renewals_due
from pipeline.reports.sections.renewals.call import forecast_call

NOTHING = Decimal(0)
SEGMENTS = ("enterprise", "mid_market", "smb")


def growth(view: View) -> Row:
    """ARR by segment over 36 months, the book by segment and region, and the ten largest customers."""
    return {
        "chart": segment_chart(view),
        "segments": breakdown(view, "segment"),
        "regions": breakdown(view, "region"),
        "top": [{**row, "driver": view.driver(row["account_id"], 1)} for row in view.standing.head(10).to_dicts()],
        "top_arr_pct": wording.ratio(total(view.standing.head(10), "arr"), total(view.standing, "arr")),
    }


def segment_chart(view: View) -> Chart:
    """ARR at each month's end of the last 36 months, stacked by segment."""
    first = periods.month_of(view.as_of, -35)
    segments = view.book.accounts.select("account_id", pl.col("segment").fill_null("other"))
    months = view.book.account_months.filter(pl.col("month_on") >= first).join(segments, on="account_id", how="inner")
    sums = months.group_by("month_on", "segment").agg(pl.col("arr").sum()).to_dicts()
    by_key = {(row["month_on"], row["segment"]): row["arr"] or 0 for row in sums}
    all_months = sorted({month for month, _ in by_key})
    present = [name for name in (*SEGMENTS, "other") if any((month, name) in by_key for month in all_months)]
    names = [wording.word(name) for name in present]
    rows = [
        {
            "on": month.isoformat(),
            "when": wording.month(month),
            "group": wording.word(name),
            "value": float(by_key.get((month, name), 0)),
            "said": view.money(by_key.get((month, name), 0)),
        }
        for month in all_months
        for name in present
    ]
    spec = CHARTS["stacked_by_time"](rows, names, STEPS, view.symbol, 590, 205, 6) if rows else {}
    shown = all_months[::-12][::-1]
    table = tuple((wording.month(m), *(view.money(by_key.get((m, name), 0)) for name in present)) for m in shown)
    title = _segment_title(view, all_months, by_key, present)
    return Chart(
        "arr-by-segment", title, f"Stacked area chart of ARR by segment. {title}.", spec, ("Month", *names), table
    )


def breakdown(view: View, column: str) -> list[Row]:
    """Customers, ARR and trouble by one attribute, largest first."""
    troubled = pl.col("health_band").is_in(TROUBLED)
    rows = view.standing.group_by(column).agg(
        pl.len().alias("count"),
        pl.col("arr").sum(),
        pl.col("arr").filter(troubled).sum().alias("at_risk_arr"),
        (pl.col("health_band") == "healthy").sum().alias("healthy"),
    )
    whole = total(view.standing, "arr")
    ranked = rows.sort(pl.col("arr"), pl.col(column), descending=[True, False]).to_dicts()
    return [{**row, "name": row[column] or "not stated", "arr_pct": wording.ratio(row["arr"], whole)} for row in ranked]


def renewals(view: View) -> Row:
    """What comes up for renewal in 90 days and, by month, in twelve; what is in the expansion pipeline."""
    due = renewals_due(view, 90)
    rows = renewal_rows(view, due)
    return {
        "rows": rows[:20],
        "row_count": len(rows),
        "count": due.height,
        "arr": total(due, "arr"),
        "by_band": _due_by_band(due),
        "chart": renewal_chart(view),
        "forecast": forecast_line(view),
        "expansion": expansion(view),
    }


def forecast_line(view: View) -> str:
    """What of the next days is expected, with its interval, in a sentence; empty without a renewal."""
    call = forecast_call(view)
    soon, year = call["soon"], call["year"]
    if not soon.get("due_count"):
        return ""
    between = f"{view.money(soon['low_arr'])} to {view.money(soon['high_arr'])}"
    whole = f"{view.money(year['low_arr'])} to {view.money(year['high_arr'])}"
    return (
        f"Forecast with what is signed: {view.money(soon['expected_arr'])} of {view.money(soon['due_arr'])} in 90 days "
        f"(80% interval {between}); {view.money(year['expected_arr'])} of {view.money(year['due_arr'])} in a year "
        f"({whole}). Commit {view.money(soon['commit_arr'])}, at risk {view.money(soon['at_risk_arr'])} in 90 days."
    )


def renewal_chart(view: View) -> Chart:
    """ARR up for renewal in each of the next twelve months, stacked by the band of its account."""
    due = renewals_due(view, 365).with_columns(pl.col("alarm").fill_null("insufficient_data"))
    months = [periods.month_of(view.as_of, shift) for shift in range(12)]
    sums: dict[tuple[date, str], Decimal] = {}
    for row in due.to_dicts():
        month = max(months[0], periods.month_of(row["renewal_on"]))
        if month in months:
            sums[(month, row["alarm"])] = sums.get((month, row["alarm"]), NOTHING) + row["arr"]
    present = [band for band in STACK if any((month, band) in sums for month in months)]
    totals = {month: sum((sums.get((month, band), NOTHING) for band in present), NOTHING) for month in months}
    rows = [
        {
            "when": f"{month:%b %y}",
            "group": wording.band_word(band),
            "value": float(sums.get((month, band), NOTHING)),
            "said": view.money(sums.get((month, band), 0)),
            "total": float(totals[month]),
            "total_said": view.money(totals[month]) if totals[month] else "",
        }
        for month in months
        for band in present
    ]
    names = [wording.band_word(band) for band in present]
    spec = (
        CHARTS["renewals_by_month"](rows, names, [BAND_COLOURS[b] for b in present], view.symbol, 620, 215)
        if rows
        else {}
    )
    heaviest = max(months, key=lambda month: (totals[month], -month.toordinal()))
    title = (
        f"{wording.month(heaviest)} is the heaviest renewal month of the next twelve: {view.money(totals[heaviest])}"
    )
    table = tuple(
        (f"{m:%b %y}", *(view.money(sums.get((m, b), 0)) for b in present), view.money(totals[m])) for m in months
    )
    head = ("Month", *names, "Total")
    return Chart("renewals", title, f"Stacked bar chart of ARR up for renewal by month. {title}.", spec, head, table)


def expansion(view: View) -> Row:
    """Open expansion opportunities, the largest first."""
    deals = view.book.opportunities.filter((pl.col("type") == "expansion") & ~pl.col("is_closed").fill_null(False))
    ranked = deals.sort(pl.col("amount").fill_null(0), pl.col("opportunity_id"), descending=[True, False])
    bands = dict(view.standing.select("account_id", "health_band").iter_rows())
    rows = [
        {
            **row,
            "account_name": view.names.get(row["account_id"], row["account_id"]),
            "band": bands.get(row["account_id"]),
        }
        for row in ranked.head(7).to_dicts()
    ]
    return {"rows": rows, "count": deals.height, "amount": total(deals, "amount")}


def churn(view: View) -> Row:
    """Who left in the last 90 days, why, what they paid, and whether the score saw it coming."""
    gone, whole = churned(view, 90), _analysed(view, "all")
    told = [row for row in gone.to_dicts() if row.get("is_surprise") is not None]
    year = churned(view, 365)
    return {
        "rows": [{**row, "band_before": row.get("health_band_before")} for row in gone.head(14).to_dicts()],
        "count": whole[0]["churned_accounts"] if whole else gone.height,
        "rate": whole[0]["churn_rate_pct"] if whole else None,
        "arr": whole[0]["lost_arr"] if whole else total(gone, "churned_arr"),
        "count_year": year.height,
        "arr_year": total(year, "churned_arr"),
        "reasons": _reasons(view),
        "surprises": sum(row["is_surprise"] for row in told),
        "known": len(told),
    }


def _reasons(view: View) -> list[Row]:
    """Why they left, the most frequent first, with the share of all who did."""
    rows = _analysed(view, "reason")
    whole = max(1, sum(row["churned_accounts"] for row in rows))
    ranked = sorted(rows, key=lambda row: (-row["churned_accounts"], -row["lost_arr"], row["value"]))
    return [
        {
            "churn_reason": row["value"],
            "count": row["churned_accounts"],
            "arr": row["lost_arr"],
            "pct": row["churned_accounts"] / whole * 100,
        }
        for row in ranked
    ]


def _analysed(view: View, dimension: str) -> list[Row]:
    frame = view.scores.money.churn_analysis
    return frame.filter(pl.col("dimension") == dimension).to_dicts() if frame.height else []


def _due_by_band(due: pl.DataFrame) -> list[Row]:
    filled = due.with_columns(pl.col("alarm").fill_null("insufficient_data"))
    sums = {
        row["alarm"]: row
        for row in filled.group_by("alarm").agg(pl.len().alias("count"), pl.col("arr").sum()).to_dicts()
    }
    return [sums[band] for band in wording.BANDS if band in sums]


def _segment_title(view: View, months: list[date], by_key: dict[tuple[date, str], Any], present: list[str]) -> str:
    if len(months) < 2:
        return "ARR by segment"
    now, then = months[-1], months[max(0, len(months) - 13)]
    gains = {name: by_key.get((now, name), 0) - by_key.get((then, name), 0) for name in present}
    best = max(present, key=lambda name: (gains[name], name))
    whole = sum(gains.values())
    if gains[best] <= 0 or whole <= 0:
        standing = sum(by_key.get((now, name), 0) for name in present)
        return f"ARR stands at {view.money(standing)}, {wording.money_change(whole, view.currency)} on a year ago"
    return f"{wording.word(best)} added {view.money(gains[best])} in twelve months, of {view.money(whole)} in all"
