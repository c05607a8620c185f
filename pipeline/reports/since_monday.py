"""What happened at the accounts of a book since Monday, account by account, in lines that can be mailed."""

from collections.abc import Callable, Iterator
from datetime import date

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.work import weeks_alerts

URGENT = ("p0", "p1")
LINES = 6


def monday(as_of: date) -> date:
    """The Monday of the week that ends with the day; on a Monday, the one before."""
    return as_of.fromordinal(as_of.toordinal() - (as_of.weekday() or 7))


def since_monday(view: View) -> list[Row]:
    """One entry per account with something to tell, most money first: what happened, the newest first.

    Each line carries its day; a ticket is told once, anonymous answers are not told.
    """
    since = monday(view.as_of)
    told: dict[str, list[tuple[date, str]]] = {}
    for find in SOURCES:
        for account, on, text in find(view, since):
            told.setdefault(account, []).append((on, text))
    return [
        {
            **{name: row[name] for name in ("account_id", "account_name", "arr", "health_band", "health_change_1w")},
            "lines": [{"on": on, "text": text} for on, text in _newest(told[row["account_id"]])],
            "more": max(0, len(set(told[row["account_id"]])) - LINES),
        }
        for row in view.standing.to_dicts()
        if row["account_id"] in told
    ]


def _newest(lines: list[tuple[date, str]]) -> list[tuple[date, str]]:
    return sorted(set(lines), key=lambda line: (-line[0].toordinal(), line[1]))[:LINES]


Told = Iterator[tuple[str, date, str]]


def _bands(view: View, since: date) -> Told:
    weeks = view.panel.filter(pl.col("week_ending_on").is_in([view.as_of, view.back(7)]))
    now = weeks.filter(pl.col("week_ending_on") == view.as_of)
    then = weeks.filter(pl.col("week_ending_on") == view.back(7)).select("account_id", was="health_band")
    moved = now.join(then, on="account_id").filter(pl.col("health_band") != pl.col("was")).sort("account_id")
    for row in moved.to_dicts():
        was, now_word = wording.band_word(row["was"]), wording.band_word(row["health_band"])
        yield row["account_id"], view.as_of, f"Health: {was} to {now_word}. {view.driver(row['account_id'], 1)}"


def _alerts(view: View, since: date) -> Told:
    rules = view.context.policy.alerts.rules
    for row in weeks_alerts(view).filter((pl.col("raised_on") >= since) & (pl.col("severity") != "info")).to_dicts():
        label = rules[row["rule"]].label if row["rule"] in rules else wording.word(row["rule"])
        yield row["account_id"], row["raised_on"], f"Alert, {row['severity']}: {label}. {row['message']}"


def _tickets(view: View, since: date) -> Told:
    rows = view.book.recent_tickets
    if not rows.width:
        return
    for row in rows.filter(pl.col("created_on") >= since).sort("ticket_id").to_dicts():
        solved = f", solved {wording.short_day(row['solved_on'])}" if row["solved_on"] else ""
        level = f" {wording.word(row['priority'])}" if row["priority"] in URGENT else ""
        yield row["account_id"], row["created_on"], f"New{level} ticket: {row['subject'] or 'no subject'}{solved}"
    earlier = (pl.col("created_on") < since) & (pl.col("solved_on") >= since)
    for row in rows.filter(earlier).sort("ticket_id").to_dicts():
        yield row["account_id"], row["solved_on"], f"Ticket solved: {row['subject'] or 'no subject'}"


def _answers(view: View, since: date) -> Told:
    rows = view.book.nps_answers
    if not rows.width:
        return
    named = rows.filter((pl.col("responded_on") >= since) & ~pl.col("is_anonymous").fill_null(False))
    for row in named.sort("response_id").to_dicts():
        said = f": {wording.short(row['comment'], 120)}" if row["comment"] and row["follow_up_consent"] else ""
        yield row["account_id"], row["responded_on"], f"NPS answer {wording.number(row['score'])}{said}"


def _contracts(view: View, since: date) -> Told:
    for row in view.book.contracts.sort("contract_id").to_dicts():
        if row["signed_on"] and since <= row["signed_on"] <= view.as_of:
            yield row["account_id"], row["signed_on"], f"Contract signed: {view.money(row['arr'])} of ARR"
        if row["cancelled_on"] and since <= row["cancelled_on"] <= view.as_of:
            yield row["account_id"], row["cancelled_on"], f"Notice received: {view.money(row['arr'])} of ARR"


def _steps(view: View, since: date) -> Told:
    """Milestones reached, tasks of ours done, people gone, what was noticed."""
    for frame, day, key, say in (
        (
            view.book.milestones,
            "actual_on",
            "milestone_id",
            lambda row: f"Milestone reached: {row['title'] or 'a step'}",
        ),
        (view.book.tasks, "completed_on", "task_id", lambda row: f"Done: {row['title'] or 'a task'}"),
        (view.book.contacts, "departed_on", "contact_id", _departed),
        (view.book.signals, "occurred_on", "signal_id", _noticed),
        (view.book.qbrs, "held_on", "qbr_id", lambda row: "Business review held"),
    ):
        yield from _dated(view, frame, day, key, say, since)


def _dated(view: View, frame: pl.DataFrame, day: str, key: str, say: Callable[[Row], str], since: date) -> Told:
    if day in frame.columns:
        for row in frame.filter(pl.col(day).is_between(since, view.as_of)).sort(key).to_dicts():
            yield row["account_id"], row[day], say(row)


def _departed(row: Row) -> str:
    role = f", {wording.word(row['role']).lower()}" if row["role"] else ""
    return f"Left the customer: {row['full_name'] or 'a contact'}{role}"


def _noticed(row: Row) -> str:
    return f"{wording.word(row['kind'])}{': ' + row['note'] if row['note'] else ''}"


SOURCES = (_bands, _alerts, _tickets, _answers, _contracts, _steps)
