"""What comes next for the customer: recommendations, roadmap, the next quarter, who does what by when."""

from datetime import timedelta

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.document import Quarter
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.qbr.use import features
from pipeline.reports.sections.qbr.value import STATUS, training


def recommendations(view: View, row: Row, use: Row) -> Row:
    """What we recommend, each with the figure it rests on, and what is planned from the customer's own requests."""
    newest = _mine(view.book.feedback_items, row).sort("received_on", "feedback_id", descending=[True, False])
    items = [view.safe_item(item) for item in newest.to_dicts()]
    planned = [item for item in items if item["decision"] == "roadmap" and not item["shipped_on"]]
    shipped = [item for item in items if item["shipped_on"] and item["shipped_on"] > view.back(180)]
    return {
        "rows": (_feature_advice(view, row) + _training_advice(view, row) + _seat_advice(use))[:5],
        "planned": planned[:4],
        "shipped": shipped[:4],
        "others": _roadmap_of_segment(view, row),
    }


def next_quarter(view: View, row: Row, quarter: Quarter) -> Row:
    """Goals still to reach, milestones ahead and training to finish, up to the end of the next quarter."""
    ahead = periods.quarter_after(quarter, view.book.company.fiscal_year_starts_month)
    until = max(ahead.ends_on, view.as_of + timedelta(days=90))
    goals = _mine(view.book.goals, row).filter(~pl.col("status").is_in(["achieved", "missed"]).fill_null(False))
    steps = _mine(view.book.milestones, row).filter(
        pl.col("actual_on").is_null()
        & (pl.col("status") != "completed").fill_null(True)
        & pl.col("title").is_not_null()
    )
    near = steps.filter(pl.col("planned_on") <= until).sort("planned_on", "milestone_id")
    return {
        "goals": [
            {**goal, "mark": STATUS.get(goal["status"] or "", ("\u25cb", ""))[0]}
            for goal in goals.sort("due_on", "goal_id", nulls_last=True).head(5).to_dicts()
        ],
        "milestones": [{**step, "is_late": step["planned_on"] < view.as_of} for step in near.head(7).to_dicts()],
        "training": training(view, row),
        "months": _months(view, row, ahead, goals, steps),
    }


def actions(view: View, row: Row) -> Row:
    """Open tasks on both sides, the earliest first; what may be shown holds none of our own plays."""
    tasks = _mine(view.book.tasks, row).filter(
        (pl.col("status") != "completed").fill_null(True)
        & pl.col("completed_on").is_null()
        & pl.col("title").is_not_null()
    )
    rows = tasks.sort("due_on", "task_id", nulls_last=True).to_dicts()
    return {
        "rows": [{**task, "is_late": bool(task["due_on"] and task["due_on"] < view.as_of)} for task in rows[:10]],
        "count": len(rows),
        "unowned": sum(task["owner"] is None for task in rows),
        "theirs": [task for task in rows if task["side"] == "customer"],
    }


def _feature_advice(view: View, row: Row) -> list[Row]:
    found = features(view, row)
    advice = [
        {
            "title": f"Put {feature['feature_name'] or wording.word(feature['feature'])} to work",
            "why": f"In your plan and not used in 90 days; {wording.percent(feature['share_pct'])} of "
            f"{feature['have']} comparable customers use it.",
            "effort": "One working session with an administrator",
        }
        for feature in found["helped"][:2]
        if feature["share_pct"] > 0
    ]
    if advice or not found["unused"]:
        return advice
    names = [feature["feature_name"] or wording.word(feature["feature"]) for feature in found["unused"][:3]]
    why = f"{wording.listed(names)} {'is' if len(names) == 1 else 'are'} in your plan and not used in 90 days."
    return [{"title": "Review what your plan already holds", "why": why, "effort": "A 30-minute walk-through"}]


def _training_advice(view: View, row: Row) -> list[Row]:
    done = training(view, row)
    left = done["assigned"] - done["completed"]
    if left <= 0:
        return []
    why = f"{done['completed']} of {wording.counted(done['assigned'], 'assigned course')} completed."
    title = f"Finish the {wording.counted(left, 'open course')}"
    return [{"title": title, "why": why, "effort": "Time for the people who are enrolled"}]


def _seat_advice(use: Row) -> list[Row]:
    if not use["seats"] or use["active"] is None:
        return []
    said = (
        f"{wording.number(use['active'])} of {wording.counted(use['seats'], 'seat')} are active "
        "on the busiest day of a typical week "
        f"({wording.percent(use['seats_pct'])})."
    )
    if use["has_spare_seats"]:
        said += " Most comparable customers use a larger share." if use["peers"] else ""
        return [
            {
                "title": "Bring the remaining seats on board",
                "why": said,
                "effort": "A list of people per team, then short sessions",
            }
        ]
    if use["seats_pct"] > 90:
        return [
            {
                "title": "Plan ahead for more people",
                "why": said,
                "effort": "Your headcount plan for the next two quarters",
            }
        ]
    return []


def _roadmap_of_segment(view: View, row: Row) -> list[Row]:
    """Themes on the roadmap that at least five customers asked for, without names."""
    items = view.book.feedback_items.filter((pl.col("decision") == "roadmap") & pl.col("shipped_on").is_null())
    themes = (
        items.filter(pl.col("theme").is_not_null())
        .group_by("theme")
        .agg(pl.col("account_id").n_unique().alias("accounts"))
    )
    own = set(_mine(items, row).get_column("theme").to_list())
    ranked = themes.filter(pl.col("accounts") >= 5).sort("accounts", "theme", descending=[True, False]).to_dicts()
    others = [theme for theme in ranked if theme["theme"] not in own][:4]
    return [{**theme, "theme": view.safe_theme(theme["theme"])} for theme in others]


def _months(view: View, row: Row, ahead: Quarter, goals: pl.DataFrame, steps: pl.DataFrame) -> list[Row]:
    """The three months of the next quarter with what falls due in each: milestones, goals, actions, the review."""
    due = [(step["planned_on"], "Milestone", step["title"]) for step in steps.to_dicts()]
    due += [(goal["due_on"], "Goal", goal["goal"] or goal["metric"]) for goal in goals.to_dicts() if goal["due_on"]]
    due += [(task["due_on"], "Action", task["title"]) for task in actions(view, row)["rows"] if task["due_on"]]
    if row["next_review_on"]:
        due.append((row["next_review_on"], "Review", "Business review"))
    months = [periods.month_of(ahead.starts_on, shift) for shift in range(3)]
    return [
        {
            "month_on": month,
            "entries": sorted(entry for entry in due if periods.month_of(entry[0]) == month and entry[2])[:6],
        }
        for month in months
    ]


def _mine(frame: pl.DataFrame, row: Row) -> pl.DataFrame:
    return frame.filter(pl.col("account_id") == row["account_id"])
