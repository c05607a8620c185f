"""Parts that both feedback documents tell: shares, themes, requests, speed, unsettled negatives, who must be told."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View

OUTCOMES = {
    "shipped": "Shipped: say so and thank them",
    "declined": "Declined: say why, and what to do instead",
    "deferred": "Deferred: say when it will be looked at again",
    "accepted": "Planned: say by when",
}
TOLD_MOST = 20


def shares(rows: pl.DataFrame, before: pl.DataFrame, column: str, labels: Mapping[str, str]) -> list[Row]:
    """One row per value in the labels' order: count, share of all, and count of the period before."""
    return [
        {
            "label": label,
            "count": count,
            "pct": wording.ratio(count, rows.height),
            "before": _count(before, column, name),
        }
        for name, label in [*labels.items(), ("", "Not known")]
        if (count := _count(rows, column, name)) or name
    ]


def _count(rows: pl.DataFrame, column: str, value: str) -> int:
    if not rows.height:
        return 0
    wanted = pl.col(column) == value if value else pl.col(column).is_null()
    return rows.filter(wanted).height


def topics(view: View, period: str, most: int) -> Row:
    """The most frequent themes of a period with the accounts and ARR behind them."""
    return _ranked(view, period, most, is_request=False)


def requests(view: View, period: str, most: int) -> Row:
    """The feature requests of a period by accounts and the ARR behind them."""
    return _ranked(view, period, most, is_request=True)


def _ranked(view: View, period: str, most: int, *, is_request: bool) -> Row:
    rows = view.scores.voice.feedback_topics
    if not rows.height:
        return {"rows": [], "count": 0}
    mine = rows.filter((pl.col("period") == period) & (pl.col("is_request") == is_request)).sort("rank")
    return {"rows": mine.head(most).to_dicts(), "count": mine.height}


def speed(view: View, month: date) -> Row:
    """Of items received in the twelve months: median days to a decision, accepted and shipped, and how many wait."""
    rows = view.scores.voice.feedback
    empty = {"days": None, "decided": 0, "undecided": 0, "accepted": 0, "shipped": 0}
    if not rows.height:
        return empty
    first, last = periods.month_of(month, -11), periods.month_of(month, 1)
    items = rows.filter((pl.col("origin") == "item") & pl.col("received_on").is_between(first, last, closed="left"))
    decided = items["days_to_decision"].drop_nulls()
    accepted = items.filter(pl.col("answer") == "accepted")
    return {
        "days": decided.median(),
        "decided": decided.len(),
        "undecided": items.filter(pl.col("answer").is_null() & pl.col("shipped_on").is_null()).height,
        "accepted": accepted.height,
        "shipped": accepted.filter(pl.col("shipped_on").is_not_null()).height,
    }


def negatives(view: View) -> Row:
    """Negative feedback that is not settled, of customers in renewal: the soonest renewal first."""
    rows = view.scores.voice.feedback
    if not rows.height:
        return {"rows": [], "count": 0, "accounts": 0, "arr": 0}
    mine = rows.filter(pl.col("is_open") & pl.col("is_in_renewal") & (pl.col("sentiment") == "negative"))
    ranked = mine.sort("days_to_renewal", "account_id", "received_on", "entry_id", nulls_last=True)
    arr = ranked.unique("account_id", maintain_order=True)["arr"].sum()
    return {
        "rows": ranked.head(14).to_dicts(),
        "count": ranked.height,
        "accounts": ranked["account_id"].n_unique(),
        "arr": arr,
    }


def tellings(view: View) -> Row:
    """Who must be told what, and who was: open ones by outcome and due date."""
    rows = view.scores.voice.feedback_tellings
    waiting = rows.filter(pl.col("told_on").is_null()).to_dicts() if rows.height else []
    told = [{**row, "to_say": OUTCOMES[row["outcome"]], "is_late": row["tell_by_on"] < view.as_of} for row in waiting]
    late_first = sorted(told, key=lambda row: (row["outcome"] != "shipped", row["tell_by_on"], row["entry_id"]))
    return {"rows": late_first, "shown": late_first[:TOLD_MOST], "count": len(told), "done": rows.height - len(told)}


def ratings(view: View, month: date) -> list[Row]:
    """Each rating over the quarter up to the month and the one before: share of satisfied, mean and n."""
    rows = view.scores.voice.ratings
    if not rows.height:
        return []
    whole = rows.filter(pl.col("dimension") == "all")
    labels = {name: rating.label for name, rating in view.context.policy.voice.ratings.items()}
    found = []
    for survey, source in whole.select("survey", "source").unique().sort("survey", "source").iter_rows():
        mine = whole.filter((pl.col("survey") == survey) & (pl.col("source") == source))
        now, before = (_summed(mine, periods.month_of(month, shift)) for shift in (-2, -5))
        if now["answers"] or before["answers"]:
            words = "of tickets" if source == "tickets" else "asked in surveys"
            found.append({"label": f"{labels[survey]}, {words}", "now": now, "before": before})
    return found


def _summed(rows: pl.DataFrame, first: date) -> Row:
    mine = rows.filter(pl.col("month_on").is_between(first, periods.month_of(first, 3), closed="left"))
    answers = int(mine["answers"].sum())
    score = float((mine["mean"] * mine["answers"]).sum())
    return {
        "answers": answers,
        "satisfied_pct": wording.ratio(mine["satisfied"].sum(), answers),
        "mean": score / answers if answers else None,
        "is_two_valued": bool(mine["is_two_valued"].all()) if mine.height else False,
    }


def competitors(view: View, month: date) -> list[Row]:
    """Customers that were seen to look at or to be bought by a competitor in the quarter, and what moves markets."""
    kinds = ["competitor_evaluation", "competitor_acquisition", "market_downturn", "merger"]
    rows = view.book.signals
    if not rows.height:
        return []
    first = periods.month_of(month, -2)
    mine = rows.filter(pl.col("kind").is_in(kinds) & (pl.col("occurred_on") >= first))
    ranked = mine.sort("occurred_on", "signal_id", descending=[True, False]).head(10).to_dicts()
    return [{**row, "account_name": view.names.get(row["account_id"], row["account_id"])} for row in ranked]


def decided(view: View, month: date) -> list[Row]:
    """What was shipped, declined or deferred in the quarter, by theme, with the customers who had asked."""
    rows = view.scores.voice.feedback
    if not rows.height:
        return []
    happened = pl.coalesce("shipped_on", "decided_on")
    outcome = pl.when(pl.col("shipped_on").is_not_null()).then(pl.lit("shipped")).otherwise("answer")
    items = rows.filter(pl.col("origin") == "item").with_columns(happened_on=happened, outcome=outcome)
    mine = items.filter(pl.col("outcome").is_not_null() & (pl.col("happened_on") >= periods.month_of(month, -2)))
    counts = mine.group_by("outcome", "theme").agg(
        items=pl.len(), accounts=pl.col("account_id").drop_nulls().n_unique(), last_on=pl.col("happened_on").max()
    )
    order = pl.col("outcome").replace_strict({name: at for at, name in enumerate(OUTCOMES)}, return_dtype=pl.Int8)
    return counts.sort(order, "items", "theme", descending=[False, True, False], nulls_last=True).head(20).to_dicts()
