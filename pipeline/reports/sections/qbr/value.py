"""What the customer set out to reach and got: goals, their value, and what was finished in the quarter."""

from decimal import Decimal

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View

STATUS = {
    "achieved": ("\u2713", "Achieved"),
    "on_track": ("\u25cf", "On track"),
    "at_risk": ("\u25c6", "Needs attention"),
    "missed": ("\u25cb", "Not reached"),
}


def value(view: View, row: Row) -> Row:
    """Goals with their progress, what achieved ones are worth against a year's fees, and milestones reached."""
    goals = [_goal(goal) for goal in _mine(view.book.goals, row).sort("due_on", "goal_id", nulls_last=True).to_dicts()]
    return {
        "goals": goals[:8],
        "more": max(0, len(goals) - 8),
        "achieved": sum(goal["status"] == "achieved" for goal in goals),
        "on_track": sum(goal["status"] == "on_track" for goal in goals),
        "worth": _worth(view, row, goals),
        "milestones": milestones_reached(view, row),
        "training": training(view, row),
        "year": year_in_figures(view, row),
    }


def year_in_figures(view: View, row: Row) -> list[Row]:
    """What the last twelve months add up to: days in use, user-days, events, tickets solved; zeros are left out."""
    first = periods.month_of(view.as_of, -11)
    months = _mine(view.book.account_months, row).filter(pl.col("month_on") >= first)
    told = (
        ("login_day_count", "Days in use", "with at least one person at work"),
        ("user_day_count", "User-days", "people at work, day by day"),
        ("event_count", "Events", "things done in the product"),
        ("ticket_solved_count", "Tickets solved", "questions and issues closed"),
    )
    sums = [(label, months.get_column(column).sum() or 0, note) for column, label, note in told]
    return [{"label": label, "value": wording.number(count), "note": note} for label, count, note in sums if count]


def milestones_reached(view: View, row: Row) -> list[Row]:
    """Milestones completed in the last 120 days, the newest first."""
    mine = _mine(view.book.milestones, row)
    done = mine.filter(pl.col("actual_on").is_between(view.back(119), view.as_of) & pl.col("title").is_not_null())
    return done.sort("actual_on", "milestone_id", descending=[True, False]).head(5).to_dicts()


def training(view: View, row: Row) -> Row:
    """Courses assigned and completed to date."""
    now = view.book.account_weeks.filter(
        (pl.col("account_id") == row["account_id"]) & (pl.col("week_ending_on") == view.as_of)
    )
    counts = now.select("training_assigned_count", "training_completed_count").to_dicts()
    assigned, completed = (
        (counts[0]["training_assigned_count"], counts[0]["training_completed_count"]) if counts else (0, 0)
    )
    return {"assigned": assigned or 0, "completed": completed or 0, "pct": wording.ratio(completed, assigned)}


def amount(number: float | None, unit: str | None) -> str:
    """A goal's figure with its unit: 4.5 days, 92.5%, 12."""
    if number is None:
        return wording.UNKNOWN
    text = wording.number(number, 0 if float(number).is_integer() else 1)
    if not unit:
        return text
    if unit in ("percent", "pct"):
        return text + "%"
    return text + ("" if unit.startswith("%") else " ") + unit


def _goal(goal: Row) -> Row:
    mark, words = STATUS.get(goal["status"] or "", ("\u25cb", "Not rated yet"))
    return {**goal, "mark": mark, "status_words": words, "progress": _progress(goal)}


def _progress(goal: Row) -> float | None:
    """How much of the way from baseline to target is done, 0 to 100."""
    start, end, now = goal["baseline"], goal["target"], goal["actual"]
    if start is None or end is None or now is None or start == end:
        return None
    return max(0.0, min(100.0, float(now - start) / float(end - start) * 100))


def _worth(view: View, row: Row, goals: list[Row]) -> Row | None:
    """What achieved goals are worth, in one currency only, and against the year's fees where those are in it too."""
    valued = [goal for goal in goals if goal["status"] == "achieved" and goal["value_amount"]]
    currencies = {goal["currency"] or row["currency"] or view.currency for goal in valued}
    if len(currencies) != 1:
        return None
    currency = currencies.pop()
    amount_sum = sum((goal["value_amount"] for goal in valued), Decimal(0))
    contracts = _mine(view.book.contracts, row).filter(pl.col("is_in_force"))
    same = contracts.height > 0 and set(contracts.get_column("currency").to_list()) == {currency}
    fees = contracts.get_column("arr_local").sum() if same else None
    return {
        "amount": amount_sum,
        "currency": currency,
        "goals": len(valued),
        "fees": fees,
        "per_fee": float(amount_sum) / float(fees) if fees else None,
    }


def _mine(frame: pl.DataFrame, row: Row) -> pl.DataFrame:
    return frame.filter(pl.col("account_id") == row["account_id"])
