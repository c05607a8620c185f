"""The weekly customer-ops review: one meeting of 40 minutes, from what changed to who does what by when."""

from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.escalations import escalated
from pipeline.reports.facts import TROUBLED, Row, View, named, total
from pipeline.reports.narrative import narrative
from pipeline.reports.narrowed import book_of, csms, narrowed
from pipeline.reports.places import place_of
from pipeline.reports.promises import promised
from pipeline.reports.renewals import renewal_list
from pipeline.reports.reports_due import reports_due
from pipeline.reports.reviews import reviews_due
from pipeline.reports.risk import Risk, red_list
from pipeline.reports.sections.portfolio.health import migration
from pipeline.reports.sections.portfolio.onboarding import offboarding_list, onboarding_overview
from pipeline.reports.sections.portfolio.overview import headline_figures, renewal_rows, renewals_due
from pipeline.reports.sections.portfolio.service import urgent_tickets
from pipeline.reports.sections.portfolio.team import feed_alarms, freshness, implementations, model_gaps
from pipeline.reports.since_last_run import since_last_run
from pipeline.reports.since_monday import monday, since_monday
from pipeline.reports.work import alerts_of_week, duties, plays_record
from pipeline.scores import Scores

AGENDA = (
    ("The week in numbers", 5),
    ("Top risks", 8),
    ("What changed and why", 5),
    ("Red list, alerts and plays", 6),
    ("Renewals", 6),
    ("Onboarding and escalations", 4),
    ("Actions and reviews due", 3),
    ("Decisions", 3),
)


READY = ("chance", "readiness_pct", "milestones_overdue", "next_milestone_on", "category_word")


def weekly(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One document for the whole team, and one for each CSM's book of business."""
    view = View(book, scores, context)
    subtitle = f"Week ending {wording.day(book.as_of)}"
    whole = Document("weekly/review", "weekly.html.j2", "Weekly customer-ops review", review(view), subtitle)
    return [whole, *(_of_csm(view, csm, subtitle) for csm in csms(view))]


def review(view: View) -> Row:
    """What the review of a book says, of all customers or of a part of them."""
    risk, context = Risk(view), view.context
    return {
        "agenda": AGENDA,
        "minutes": sum(minutes for _, minutes in AGENDA),
        "figures": headline_figures(view),
        "numbers": numbers(view),
        "week": migration(view, 7),
        "risks": top_risks(view),
        "movers": movers(view),
        "red": red_list(risk),
        "others": others_in_trouble(risk),
        "alerts": alerts_of_week(view),
        "duties": duties(risk),
        "plays": plays_record(risk),
        "renewals": renewal_cohort(view),
        "implementations": implementations(view),
        "onboarding": onboarding_overview(view),
        "offboarding": offboarding_list(view, 5),
        "escalations": escalations(view),
        "actions": actions_due(view),
        "reviews": reviews_due(view),
        "reports": reports_due(context.policy, view.as_of),
        "decisions": decisions(view),
        "feeds": freshness(view),
        "alarms": feed_alarms(view),
        "gaps": model_gaps(view),
        "files": context.files.to_dicts(),
        "findings": context.findings.to_dicts(),
        "csm": None,
        "last_run": since_last_run(view),
        "narrative": narrative(view),
    }


def _of_csm(view: View, csm: str, subtitle: str) -> Document:
    """The same review of one CSM's book, with what happened there since Monday."""
    mine = narrowed(view, book_of(view, csm))
    own = {"csm": csm, "since": since_monday(mine), "monday": monday(view.as_of)}
    data = {**review(mine), **own, "last_run": {"rows": []}, "narrative": []}
    path = f"weekly/csm/{place_of(csm, csms(view))}"
    return Document(path, "weekly.html.j2", f"Weekly review: {csm}", data, subtitle, csm=csm)


def numbers(view: View) -> list[Row]:
    """The counts of the week beside those of the week before."""
    weeks = view.served_weeks
    now, before = (
        weeks.filter(pl.col("week_ending_on") == view.as_of),
        weeks.filter(pl.col("week_ending_on") == view.back(7)),
    )
    made = [
        ("Customers", now.height, before.height, "count"),
        ("ARR", total(now, "arr"), total(before, "arr"), "money"),
        ("ARR at risk or critical", _troubled_arr(view, 0), _troubled_arr(view, 7), "money"),
        ("Open tickets", total(now, "open_ticket_count"), total(before, "open_ticket_count"), "count"),
        ("Open P0 and P1", total(now, "open_p0_p1_count"), total(before, "open_p0_p1_count"), "count"),
        ("Touches in 30 days", total(now, "touch_count_30d"), total(before, "touch_count_30d"), "count"),
    ]
    return [{"label": label, "now": a, "before": b, "kind": kind} for label, a, b, kind in made]


def top_risks(view: View, count: int = 9) -> list[Row]:
    """The accounts with most at stake soonest: driver, owner, what is agreed and by when."""
    return [
        {
            **row,
            "driver": view.driver(row["account_id"], 2),
            "owner": row["next_action_owner"] or row["csm"],
            "is_overdue": bool(row["next_action_on"] and row["next_action_on"] < view.as_of),
        }
        for row in view.troubled.head(count).to_dicts()
    ]


def movers(view: View) -> Row:
    """The scores that moved most since last week, each with its parts in words; they add up to the change."""
    moved = view.standing.filter(pl.col("health_change_1w").is_not_null() & (pl.col("health_change_1w").abs() >= 0.05))
    down = moved.filter(pl.col("health_change_1w") < 0).sort("health_change_1w", "account_id")
    up = moved.filter(pl.col("health_change_1w") > 0).sort("health_change_1w", "account_id", descending=[True, False])
    return {
        "down": [_mover(view, row) for row in down.head(7).to_dicts()],
        "up": [_mover(view, row) for row in up.head(4).to_dicts()],
        "down_count": down.height,
        "up_count": up.height,
        "unmoved": view.standing.height - down.height - up.height,
    }


def others_in_trouble(risk: Risk, count: int = 10) -> Row:
    """Who is at risk or critical in health but has no place on the red list, by money and urgency."""
    listed = risk.view.scores.red_list.filter(pl.col("week_ending_on") == risk.view.as_of)["account_id"]
    others = risk.view.troubled.filter(~pl.col("account_id").is_in(listed.implode()))
    weeks = _bands_by_account(risk.view)
    rows = [
        {**row, "weeks": _weeks_in_trouble(weeks.get(row["account_id"], []))} for row in others.head(count).to_dicts()
    ]
    return {"rows": rows, "count": others.height, "arr": total(others, "arr")}


def renewal_cohort(view: View) -> Row:
    """Contracts that renew in 90 days with the day the customer must decide by."""
    due = renewals_due(view, 90)
    judged = {row["contract_id"]: row for row in renewal_list(view)}
    rows = [
        {
            **row,
            **{name: judged.get(row["contract_id"], {}).get(name) for name in READY},
            "decision_days": (row["decision_on"] - view.as_of).days if row["decision_on"] else None,
            "is_cancelled": row["cancelled_on"] is not None,
        }
        for row in renewal_rows(view, due)
    ]
    troubled = [row for row in rows if row["alarm"] in TROUBLED]
    return {
        "rows": rows[:24],
        "row_count": len(rows),
        "count": due.height,
        "arr": sum(row["arr"] for row in rows),
        "troubled": len(troubled),
        "troubled_arr": sum(row["arr"] for row in troubled),
        "deciding": sum(row["decision_days"] is not None and 0 <= row["decision_days"] <= 30 for row in rows),
    }


def escalations(view: View) -> Row:
    """Open tickets that are urgent or escalated, the oldest first, and blockers of the risk register."""
    tickets = urgent_tickets(view)
    risks = view.book.risks.filter((pl.col("status") != "resolved").fill_null(True) & pl.col("resolved_on").is_null())
    level = pl.col("impact").replace_strict({"high": 0, "medium": 1, "low": 2}, default=3, return_dtype=pl.Int64)
    ranked = risks.sort(
        ~pl.col("is_blocker").fill_null(False), level, pl.col("target_on"), pl.col("risk_id"), nulls_last=True
    )
    return {
        "sla": promised(view),
        "climbs": [row for row in escalated(view) if row["must_climb"]][:6],
        "tickets": tickets[:10],
        "ticket_count": len(tickets),
        "risks": [named(view, row) for row in ranked.head(6).to_dicts()],
        "risk_count": risks.height,
    }


def actions_due(view: View) -> Row:
    """Open tasks of ours that are overdue or due within a week, the earliest first."""
    open_tasks = view.book.tasks.filter(
        (pl.col("status") != "completed").fill_null(True) & pl.col("completed_on").is_null()
    )
    ours = open_tasks.filter((pl.col("side") != "customer").fill_null(True) & pl.col("due_on").is_not_null())
    due = ours.filter(pl.col("due_on") <= view.as_of + timedelta(days=7)).sort("due_on", "task_id")
    rows = [{**named(view, row), "days": (row["due_on"] - view.as_of).days} for row in due.head(20).to_dicts()]
    overdue = due.filter(pl.col("due_on") < view.as_of)
    owners = overdue.group_by("owner").agg(pl.len().alias("count")).sort("count", "owner", descending=[True, False])
    return {"rows": rows, "count": due.height, "overdue": overdue.height, "owners": owners.head(6).to_dicts()}


def decisions(view: View) -> list[Row]:
    """What the meeting has to decide: asked for in status notes, and forced by dates in the data."""
    asked = [
        {
            "question": note["decision_needed"],
            "account": view.names.get(note["account_id"], note["account_id"]),
            "why": f"Status of {wording.day(note['week_ending_on'])}"
            + (f": {note['blockers']}" if note["blockers"] else ""),
            "owner": note["owner"],
            "by": None,
        }
        for note in _open_questions(view)
    ]
    return (asked + _renewal_decisions(view) + _unowned(view))[:14]


def _open_questions(view: View) -> list[Row]:
    notes = view.book.status_notes.filter(
        (pl.col("week_ending_on") > view.back(14)) & (pl.col("week_ending_on") <= view.as_of)
    )
    newest = notes.sort("account_id", "week_ending_on").unique("account_id", keep="last", maintain_order=True)
    return newest.filter(pl.col("decision_needed").fill_null("").str.strip_chars() != "").to_dicts()


def _renewal_decisions(view: View) -> list[Row]:
    due = renewals_due(view, 180).filter(
        pl.col("alarm").is_in(TROUBLED) & pl.col("decision_on").is_between(view.as_of, view.as_of + timedelta(days=30))
    )
    return [
        {
            "question": "Which save play, and who leads it?",
            "account": row["account_name"],
            "why": f"{wording.band_word(row['alarm'])}; {view.money(row['arr'])}; "
            f"the customer may give notice until {wording.day(row['decision_on'])}",
            "owner": row["csm"],
            "by": row["decision_on"],
        }
        for row in due.sort("decision_on", "contract_id").to_dicts()
    ]


def _unowned(view: View) -> list[Row]:
    bare = view.troubled.filter(pl.col("next_action").is_null())
    return [
        {
            "question": "What do we do next, and by when?",
            "account": row["account_name"],
            "why": f"{wording.band_word(row['alarm'])} with {view.money(row['arr'])} and no open action on our side",
            "owner": row["csm"],
            "by": None,
        }
        for row in bare.head(6).to_dicts()
    ]


def _mover(view: View, row: Row) -> Row:
    score, change = row["health_score"], row["health_change_1w"]
    return {**row, "was": score - change, "parts": _parts_in_words(view, row["account_id"])}


def _parts_in_words(view: View, account_id: str, shown: int = 3) -> str:
    parts = [part for part in view.changes.get((account_id, "1w"), []) if abs(part["change"]) >= 0.05]
    was = {part["component"]: part for part in view.components_last_week.get(account_id, [])}
    now = {part["component"]: part for part in view.components.get(account_id, [])}
    phrases = [
        _part_in_words(view, part, was.get(part["component"]), now.get(part["component"])) for part in parts[:shown]
    ]
    rest = sum(part["change"] for part in parts[shown:])
    if len(parts) > shown:
        phrases.append(f"{len(parts) - shown} smaller {wording.change(rest, 1)}")
    return "; ".join(phrases) or "no part moved by a tenth of a point"


def _part_in_words(view: View, part: Row, was: Row | None, now: Row | None) -> str:
    text = f"{view.part_word(part['component'])} {wording.change(part['change'], 1)}"
    if not (was and now):
        return text
    before, after = view.value_words(was), view.value_words(now)
    return f"{text} ({before} \u2192 {after})" if before != after else text


def _weeks_in_trouble(bands: list[Any]) -> int:
    """How many weeks in a row, back from now, an account stood at risk or critical, or without enough data."""
    return next((at for at, band in enumerate(bands) if band not in (*TROUBLED, "insufficient_data")), len(bands))


def _bands_by_account(view: View) -> dict[str, list[Any]]:
    troubled = view.troubled.get_column("account_id").implode()
    recent = view.scores.health_weeks.filter(
        pl.col("account_id").is_in(troubled) & (pl.col("week_ending_on") <= view.as_of)
    )
    ordered = recent.sort("account_id", "week_ending_on", descending=[False, True])
    return {
        row[0]: row[1] for row in ordered.group_by("account_id", maintain_order=True).agg("health_band").iter_rows()
    }


def _troubled_arr(view: View, days: int) -> Any:
    rows = view.panel.filter((pl.col("week_ending_on") == view.back(days)) & pl.col("health_band").is_in(TROUBLED))
    return total(rows, "arr")
