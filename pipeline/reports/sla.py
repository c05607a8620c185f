"""The monthly SLA report: what was promised and kept, by tier and priority, what was missed, what that may cost, and
how support works. Due on the 2nd for the month before. (infra 8.1)
"""

from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.reports import periods, promises, wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View, named, total
from pipeline.scores import Scores

LISTED = 40
AGES = ((1, "Up to a day"), (3, "2 to 3 days"), (7, "4 to 7 days"), (30, "8 to 30 days"), (10**6, "Over 30 days"))


def sla_report(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One internal document about the last month that is over."""
    view = View(book, scores, context)
    month = promises.reported_month(view)
    title = "Service levels"
    return [Document("sla/sla", "sla.html.j2", title, _data(view, month), f"{month:%B %Y}")]


def _data(view: View, month: date) -> Row:
    due_on = periods.month_of(month, 1).replace(day=view.context.policy.sla.report_due_day)
    shared: Row = {"month": month, "due_on": due_on, "set": view.context.policy.sla.promises.label}
    if not promises.has_clocks(view):
        return {**shared, "is_empty": True, "headline": "No ticket, so nothing was promised yet"}
    clocks = promises.of_month(view, month)
    tiers = promises.by_tier(view, month)
    whole = promises.attained(clocks)
    return {
        **shared,
        "is_empty": False,
        "headline": headline(month, whole, tiers),
        "whole": whole,
        "before": promises.attained(promises.of_month(view, periods.month_of(month, -1))),
        "tiers": tiers,
        "rows": (rows := promises.by_priority(view, month)),
        "worst": most_missed(rows),
        "chart": promises.months_chart(view, month),
        "breaches": promises.breaches(view, clocks),
        "near": promises.near_misses(view, clocks),
        "soon": promises.running_out(view),
        "credits": proposed(view, month),
        "support": support(view, month),
        "listed": LISTED,
    }


def headline(month: date, whole: Row, tiers: list[Row]) -> str:
    """The month in a sentence: the share kept, and which tier is furthest below its target."""
    if whole["pct"] is None:
        return f"No promise fell due in {month:%B}"
    kept = f"{promises.share(whole['pct'])} of the promises of {month:%B} were kept"
    behind = [row for row in tiers if row["target"] and row["pct"] is not None and row["pct"] < row["target"]]
    if not behind:
        return f"{kept}; every tier is at its target"
    worst = max(behind, key=lambda row: row["target"] - row["pct"])
    return f"{kept}; {wording.word(worst['tier'])} has {promises.share(worst['pct'])} against {worst['target']:g}%"


def most_missed(rows: list[Row]) -> str:
    """The tier, priority and clock with most misses, in a sentence."""
    most = max(rows, key=lambda row: row["breached"] or 0, default=None)
    if not most or not most["breached"]:
        return "No clock ran past its target"
    words = [wording.word(most[key]) for key in ("tier", "priority")] + [most["clock"]]
    return f"{' '.join(words)} missed most: {most['breached']} of {wording.counted(most['clocks'], 'clock')}"


def proposed(view: View, month: date) -> Row:
    """What the month's misses may cost, per account, the largest first: proposals, and reviews that are due."""
    rows = view.scores.service.sla_credits.filter(pl.col("month_on") == month)
    ranked = rows.sort("amount", "account_id", descending=[True, False], nulls_last=True)
    return {
        "rows": [named(view, row) for row in ranked.to_dicts()],
        "amount": total(rows, "amount"),
        "reviews": rows.filter(pl.col("review").is_not_null()).height,
    }


def support(view: View, month: date) -> Row:
    """Support apart from promises: volume by category, time to resolve by severity, backlog and its age, subjects."""
    months = view.scores.service.support_months
    now = months.filter(pl.col("month_on") == month)
    whole = now.filter(pl.col("dimension") == "all").to_dicts()
    seats = total(view.standing, "seats")
    created = whole[0]["created"] if whole else 0
    return {
        "all": _shares(whole[0]) if whole else None,
        "categories": [_shares(row) for row in now.filter(dimension="category").to_dicts() if _has(row)],
        "priorities": [_shares(row) for row in now.filter(dimension="priority").to_dicts() if _has(row)],
        "ages": ages(view),
        "open": view.book.open_tickets.height,
        "subjects": view.scores.service.support_subjects.head(10).to_dicts(),
        "seats": seats,
        "per_100": created / float(seats) * 100 if seats else None,
    }


def _has(row: Row) -> bool:
    return bool(row["created"] or row["solved"] or row["backlog"])


def _shares(row: Row) -> Row:
    return {
        **row,
        "first_contact_pct": wording.ratio(row["first_contact"], row["replies_known"]),
        "reopened_pct": wording.ratio(row["reopened"], row["reopens_known"]),
        "csat": row["csat_sum"] / row["csat_answers"] if row["csat_answers"] else None,
    }


def ages(view: View) -> list[Row]:
    """Open tickets by age, the youngest first."""
    days = view.book.open_tickets["age_days"].to_list() if view.book.open_tickets.height else []
    rows, floor = [], -1
    for upto, label in AGES:
        rows.append({"label": label, "count": sum(floor < age <= upto for age in days)})
        floor = upto
    return rows
