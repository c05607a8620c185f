"""The feedback loop in two documents: the monthly dashboard and the quarterly report. (infra 12.3)"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View, total
from pipeline.reports.sections.feedback.parts import (
    competitors,
    decided,
    negatives,
    ratings,
    requests,
    shares,
    speed,
    tellings,
    topics,
)
from pipeline.reports.voice import said, waves
from pipeline.scores import Scores

MONTHS = 13
SENTIMENTS = ("negative", "neutral", "positive")


def feedback(book: Book, scores: Scores, context: Context) -> list[Document]:
    """The dashboard of the newest closed month, and the report of the three months up to it."""
    view = View(book, scores, context)
    month = closed_month(view)
    quarter = f"{wording.month(periods.month_of(month, -2))} to {wording.month(month)}"
    return [
        Document("feedback/feedback", "feedback.html.j2", "Feedback dashboard", _month(view, month), f"{month:%B %Y}"),
        Document("feedback/quarterly", "feedback_quarter.html.j2", "Feedback report", _quarter(view, month), quarter),
    ]


def closed_month(view: View) -> date:
    """The first day of the newest month that is over, or as good as over."""
    near = view.context.policy.voice.feedback.month_closes_days + 1
    return periods.month_of(periods.month_of(view.back(-near)), -1)


def _month(view: View, month: date) -> Row:
    rows = _between(view, month, 1)
    before = _between(view, periods.month_of(month, -1), 1)
    rules = view.context.policy.voice.feedback
    groups = {name: group.label for name, group in rules.groups.items()}
    return {
        "month": month,
        "count": rows.height,
        "before": before.height,
        "headline": _headline(view, rows, before, month),
        "alarms": _alarms(view),
        "tiles": _tiles(view, rows, before, month),
        "sources": shares(rows, before, "source_group", groups),
        "sentiments": shares(rows, before, "sentiment", {name: name.capitalize() for name in SENTIMENTS}),
        "categories": shares(rows, before, "category", {name: wording.word(name) for name in CATEGORIES}),
        "topics": topics(view, "month", rules.top_themes),
        "speed": speed(view, month),
        "negatives": negatives(view),
        "tellings": tellings(view),
        "chart": trend_chart(view, month),
        "rules": rules,
    }


CATEGORIES = ("product", "support", "implementation", "training", "billing", "other")


def _quarter(view: View, month: date) -> Row:
    rows = _between(view, periods.month_of(month, -2), 3)
    before = _between(view, periods.month_of(month, -5), 3)
    rules = view.context.policy.voice.feedback
    listed = waves(view)
    return {
        "month": month,
        "count": rows.height,
        "headline": _negative_words(rows, before, "the quarter before"),
        "chart": trend_chart(view, month),
        "requests": requests(view, "quarter", rules.top_requests),
        "year_requests": requests(view, "year", rules.top_requests),
        "burden": _burden(view, rows),
        "nps": [{"wave": row["wave"], "said": said(row), "is_small": row["is_small"]} for row in listed[-4:]],
        "ratings": ratings(view, month),
        "competitors": competitors(view, month),
        "decided": decided(view, month),
        "speed": speed(view, month),
        "sentiments": shares(rows, before, "sentiment", {name: name.capitalize() for name in SENTIMENTS}),
        "tellings": tellings(view),
    }


def _between(view: View, first: date, months: int) -> pl.DataFrame:
    rows = view.scores.voice.feedback
    if not rows.height:
        return rows
    received = pl.col("received_on")
    return rows.filter((received >= first) & (received < periods.month_of(first, months)))


def _headline(view: View, rows: pl.DataFrame, before: pl.DataFrame, month: date) -> str:
    if not rows.height:
        return f"No feedback was received in {month:%B %Y}"
    return (
        f"{wording.counted(rows.height, 'piece')} of feedback in {month:%B}, {before.height} the month before; "
        f"{_negative_words(rows, before, 'the month before').lower()}"
    )


def _negative_words(rows: pl.DataFrame, before: pl.DataFrame, name: str) -> str:
    """How much of it is negative, against the period before; counts, since few items make no percentage."""
    now, then = (_negative(frame) for frame in (rows, before))
    if not now[1]:
        return "Nothing with a known sentiment"
    told = f"{now[0]} of {now[1]} {'is' if now[0] == 1 else 'are'} negative ({wording.share(*now)})"
    return f"{told}, {wording.share(*then)} {name}" if then[1] else told


def _negative(rows: pl.DataFrame) -> tuple[int, int]:
    if not rows.height:
        return 0, 0
    known = rows.filter(pl.col("sentiment").is_not_null())
    return known.filter(pl.col("sentiment") == "negative").height, known.height


def _alarms(view: View) -> list[str]:
    waiting = [row for row in tellings(view)["rows"] if row["is_late"]]
    open_ones = negatives(view)
    lines = []
    if open_ones["count"]:
        have = "has" if open_ones["accounts"] == 1 else "have"
        lines.append(
            f"{wording.counted(open_ones['accounts'], 'customer')} in renewal with {view.money(open_ones['arr'])} "
            f"of ARR {have} negative feedback that is not settled."
        )
    if waiting:
        lines.append(f"{wording.counted(len(waiting), 'customer answer')} past due: what was asked for has an outcome.")
    return lines


def _tiles(view: View, rows: pl.DataFrame, before: pl.DataFrame, month: date) -> list[Row]:
    fast = speed(view, month)
    negative, known = _negative(rows)
    customers = rows["account_id"].drop_nulls().n_unique() if rows.height else 0
    return [
        {
            "label": "Collected",
            "value": wording.number(rows.height),
            "note": f"{before.height} the month before, from {customers} customers",
        },
        {
            "label": "Negative",
            "value": wording.share(negative, known),
            "note": f"{negative} of {known} with a sentiment",
        },
        {
            "label": "Days to a decision",
            "value": wording.number(fast["days"], 0),
            "note": f"median of {fast['decided']} decided in 12 months; {fast['undecided']} wait",
        },
        {
            "label": "Shipped of accepted",
            "value": wording.share(fast["shipped"], fast["accepted"]),
            "note": f"{fast['shipped']} of {fast['accepted']} accepted in 12 months",
        },
    ]


def trend_chart(view: View, month: date) -> Chart:
    """Entries of 13 months, with how many were negative in the table."""
    rows = view.scores.voice.feedback_months
    points, table = [], []
    for shift in range(1 - MONTHS, 1):
        first = periods.month_of(month, shift)
        mine = rows.filter(pl.col("month_on") == first) if rows.height else rows
        bad = total(mine.filter(pl.col("sentiment") == "negative"), "entries") if rows.height else 0
        count = total(mine, "entries")
        points.append({"when": f"{first:%b %y}", "value": count, "said": wording.number(count)})
        table.append((f"{first:%b %y}", wording.number(count), f"{bad} ({wording.share(bad, count)})"))
    is_empty = not any(point["value"] for point in points)
    title = "No feedback is on file yet" if is_empty else _trend_title(points)
    spec = {} if is_empty else CHARTS["bars_by_month"](points, None, 470, 160, False)
    head = ("Month", "Entries", "Negative")
    return Chart("feedback", title, f"Bar chart of feedback by month. {title}.", spec, head, tuple(table))


def _trend_title(points: Sequence[Row]) -> str:
    usual = sum(point["value"] for point in points[:-1]) / max(1, len(points) - 1)
    last = points[-1]
    count = wording.counted(last["value"], "entry", "entries")
    return f"{count} in {last['when']}, {wording.number(usual)} in a usual month"


def _burden(view: View, rows: pl.DataFrame) -> list[Row]:
    """What burdens support: themes of tickets and support feedback of the quarter, the most frequent first."""
    if not rows.height:
        return []
    mine = rows.filter(
        pl.col("theme").is_not_null() & ((pl.col("source") == "ticket") | (pl.col("category") == "support"))
    )
    counts = mine.group_by("theme").agg(
        entries=pl.len(),
        negative=(pl.col("sentiment") == "negative").sum(),
        accounts=pl.col("account_id").drop_nulls().n_unique(),
    )
    return counts.sort("entries", "theme", descending=[True, False]).head(8).to_dicts()
