"""The blocks of the dashboard about what customers say, ask and use: NPS, tickets, CSAT, usage and features."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View, named
from pipeline.reports.promises import promised
from pipeline.reports.voice import Nps, verdicts, waves


def voice(view: View) -> Row:
    """NPS by wave with its interval, and what may be said about the newest change."""
    rows = waves(view)[-8:]
    return {
        "chart": nps_chart(view, rows),
        "waves": rows,
        "verdict": _verdict(rows),
        "few": view.context.policy.voice.nps.small_n,
        "target": rows[-1]["target"] if rows else None,
    }


def nps_chart(view: View, rows: list[Row]) -> Chart:
    """NPS of each wave with its 95% interval and the target."""
    points = [_wave_point(row) for row in rows]
    spec = CHARTS["nps_by_wave"](points, rows[-1]["target"], 470, 215) if points else {}
    table = tuple(
        (
            p["when"],
            f"{p['said']} (n = {p['answers']})",
            p["interval"],
            wording.share(p["answers"], row["invited"]),
            wording.number(row["target"]),
        )
        for p, row in zip(points, rows, strict=True)
    )
    title = _nps_title(rows)
    head = ("Wave", "NPS", "95% interval", "Response rate", "Target")
    return Chart("nps", title, f"Dot chart of NPS by wave with intervals. {title}.", spec, head, table)


def service(view: View) -> Row:
    """Tickets and CSAT by month, what is open, and how fast we were in the last 90 days."""
    months = _monthly(view)
    recent = view.book.recent_tickets.filter(pl.col("created_on") > view.back(90))
    open_tickets = view.book.open_tickets
    return {
        "tickets": ticket_chart(view, months),
        "csat": csat_chart(view, months),
        "sla": promised(view),
        "open": open_tickets.height,
        "open_urgent": open_tickets.filter(pl.col("priority").is_in(["p0", "p1"])).height,
        "open_escalated": open_tickets.filter(pl.col("is_escalated").fill_null(False)).height,
        "created_90d": recent.height,
        "response_minutes": recent.get_column("first_response_minutes").median() if recent.height else None,
        "resolution_minutes": recent.get_column("resolution_minutes").median() if recent.height else None,
    }


def urgent_tickets(view: View) -> list[Row]:
    """Open tickets that are P0, P1 or escalated: the most urgent first, then the oldest."""
    urgent = pl.col("priority").is_in(["p0", "p1"]).fill_null(False) | pl.col("is_escalated").fill_null(False)
    tickets = view.book.open_tickets.filter(urgent)
    ranked = tickets.sort("priority", "age_days", "ticket_id", descending=[False, True, False], nulls_last=True)
    return [named(view, row) for row in ranked.to_dicts()]


def ticket_chart(view: View, months: list[Row]) -> Chart:
    """Tickets created in each of the last 13 months."""
    rows = [
        {"when": f"{row['month_on']:%b %y}", "value": row["created"], "said": wording.number(row["created"])}
        for row in months
    ]
    title = _ticket_title(view, months)
    spec = CHARTS["bars_by_month"](rows, None, 470, 150) if rows else {}
    table = tuple((row["when"], row["said"]) for row in rows)
    return Chart(
        "tickets", title, f"Bar chart of tickets created by month. {title}.", spec, ("Month", "Tickets created"), table
    )


def csat_chart(view: View, months: list[Row]) -> Chart:
    """Mean ticket CSAT of each of the last 13 months."""
    rows = []
    for row in months:
        mean = row["score"] / row["answers"] if row["answers"] else None
        said = wording.number(mean, 2)
        rows.append(
            {
                "on": row["month_on"].isoformat(),
                "when": wording.month(row["month_on"]),
                "value": mean,
                "said": said,
                "n": row["answers"],
            }
        )
    known = [row for row in rows if row["value"] is not None]
    title = (
        f"Ticket CSAT is {known[-1]['said']} of 5 in {known[-1]['when']}, "
        f"from {wording.counted(known[-1]['n'], 'answer')}"
        if known
        else "No ticket was rated yet"
    )
    if len(known) > 1:
        title += f"; {known[0]['said']} in {known[0]['when']}"
    spec = CHARTS["line_by_month"](rows, None, (1, 5), 470, 150) if known else {}
    table = tuple((row["when"], row["said"], wording.number(row["n"])) for row in rows)
    return Chart(
        "csat", title, f"Line chart of mean ticket CSAT by month. {title}.", spec, ("Month", "CSAT", "Answers"), table
    )


def adoption(view: View) -> Row:
    """How much the book's people use the product, and which features they use."""
    return {"chart": usage_chart(view), "features": features(view), "window_ends_on": _usage_until(view)}


def usage_chart(view: View) -> Chart:
    """User-days of the whole book in each of the last 53 weeks."""
    sums = (
        view.book.usage_weeks.group_by("week_ending_on")
        .agg(pl.col("user_day_count", "event_count").sum())
        .sort("week_ending_on")
    )
    rows = [
        {
            "on": row["week_ending_on"].isoformat(),
            "when": wording.day(row["week_ending_on"]),
            "value": row["user_day_count"],
            "said": wording.number(row["user_day_count"]),
            "events": row["event_count"],
        }
        for row in sums.to_dicts()
    ]
    title = _usage_title(rows)
    spec = CHARTS["trend_of_total"](rows, "", 470, 190) if rows else {}
    table = tuple((row["when"], row["said"], wording.number(row["events"])) for row in rows[::-8][::-1])
    head = ("Week ending", "User-days", "Events")
    return Chart("usage", title, f"Area chart of user-days by week. {title}.", spec, head, table)


def features(view: View) -> list[Row]:
    """Each feature with the customers that have it and those that used it in 90 days, the most used first."""
    used = pl.col("used_day_count_90d") > 0
    scored = view.standing.get_column("account_id").implode()
    rows = (
        view.book.account_features.filter(pl.col("account_id").is_in(scored))
        .group_by("feature")
        .agg(
            pl.col("feature_name").first(),
            pl.col("area").first(),
            pl.col("is_in_plan").sum().alias("has"),
            (used & pl.col("is_in_plan")).sum().alias("uses"),
        )
    )
    ranked = rows.filter(pl.col("has") > 0).with_columns((pl.col("uses") / pl.col("has") * 100).alias("pct"))
    return ranked.sort("pct", "feature", descending=[True, False]).to_dicts()


def _monthly(view: View) -> list[Row]:
    first = periods.month_of(view.as_of, -12)
    months = view.book.account_months.filter(pl.col("month_on") >= first).group_by("month_on")
    sums = months.agg(
        pl.col("ticket_created_count").sum().alias("created"),
        pl.col("csat_score_sum").sum().alias("score"),
        pl.col("csat_answer_count").sum().alias("answers"),
    )
    return sums.sort("month_on").to_dicts()


def _wave_point(row: Row) -> Row:
    nps: Nps = row["nps"]
    return {
        "when": row["wave"],
        "value": nps.score,
        "said": wording.change(nps.score) if nps.score else "0",
        "low": nps.low,
        "high": nps.high,
        "interval": f"{wording.change(nps.low)} to {wording.change(nps.high)}",
        "answers": nps.answers,
    }


def _nps_title(rows: list[Row]) -> str:
    if not rows:
        return "No NPS answers are on file yet"
    newest: Nps = rows[-1]["nps"]
    interval = f"between {wording.change(newest.low)} and {wording.change(newest.high)} with 95% confidence"
    return f"NPS is {wording.change(newest.score)} (n = {newest.answers}) in {rows[-1]['wave']}, {interval}"


def _verdict(rows: list[Row]) -> list[str]:
    if not rows:
        return []
    newest: Nps = rows[-1]["nps"]
    lines = [
        f"{wording.counted(newest.answers, 'answer')} of {rows[-1]['invited']:,} invited "
        f"({wording.share(newest.answers, rows[-1]['invited'])}), "
        f"from accounts with {wording.percent(rows[-1]['arr_pct'])} of ARR: "
        f"{newest.promoters} promoters, {newest.passives} passives, {newest.detractors} detractors."
    ]
    return [*lines, *verdicts(rows[-1])]


def _ticket_title(view: View, months: list[Row]) -> str:
    closed = [row for row in months if periods.month_end(row["month_on"]) <= view.as_of]
    if len(closed) < 2:
        return "Tickets created by month"
    last, before = closed[-1], closed[:-1]
    usual = sum(row["created"] for row in before) / len(before)
    return (
        f"{wording.counted(last['created'], 'ticket')} in {wording.month(last['month_on'])}, "
        f"{wording.moved(wording.growth(last['created'], usual))} on the average of the {len(before)} months before"
    )


def _usage_title(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "No usage is on file yet"
    last = rows[-1]
    title = f"Customers logged {last['said']} user-days in the week to {last['when']}"
    if len(rows) > 13:
        title += f", {wording.moved(wording.growth(last['value'], rows[-14]['value']))} on 13 weeks before"
    return title


def _usage_until(view: View) -> date | None:
    return next((feed["window_ends_on"] for feed in view.feeds if feed["feed"] == "usage"), None)
