"""The tables that no tool exports: goals, reviews, incidents, signals, trainings, invitations, limits, feedback."""

import polars as pl

from pipeline.demo import heard
from pipeline.demo.company import FEATURES
from pipeline.demo.days import NEVER, add_months, next_business_day, to_date
from pipeline.demo.ids import account_id
from pipeline.demo.meetings import reviews
from pipeline.demo.rows import Rows, frame, iso, no_rows
from pipeline.demo.story import Stay
from pipeline.demo.view import View
from pipeline.demo.voice import Invitation

COURSES = ("Getting started", "Counting well", "Reports for managers")
GOALS = (
    ("Cut counting time", "hours per count", "hours", 40, 22),
    ("Raise stock accuracy", "accuracy", "percent", 91, 98),
    ("Fewer stock-outs", "stock-outs a month", "count", 30, 12),
    ("Faster receiving", "minutes per delivery", "minutes", 55, 30),
)


def canonical_tables(view: View, asked: list[Invitation]) -> dict[str, pl.DataFrame]:
    """All canonical files but finance's, by table name."""
    return {
        "features": features(),
        "goals": goals(view),
        "qbrs": qbrs(view),
        "incidents": incidents(view),
        "signals": heard.signals(view),
        "trainings": trainings(view),
        "survey_invitations": survey_invitations(view, asked),
        "limits": limits(view),
        "feedback_items": heard.feedback_items(view),
    }


def features() -> pl.DataFrame:
    """One row per feature; an empty plan means that every plan has it."""
    released = {"audit_trail": "2026-03-16", "demand_forecast": "2025-02-03"}
    rows: Rows = [(key, name, plan, area, released.get(key, "2021-05-03")) for key, name, plan, area in FEATURES]
    return frame("feature,feature_name,plan,area,released_on", rows)


def _live(view: View, day: int) -> list[Stay]:
    return [stay for stay in view.story.stays if stay.starts <= day <= stay.ends]


def goals(view: View) -> pl.DataFrame:
    """Two goals for each live account above the smallest; progress follows the account's mood."""
    story, rows = view.story, no_rows()
    for stay in _live(view, view.cut):
        account = story.accounts[stay.account]
        if account.segment == "smb" or view.cut < stay.starts + 30:
            continue
        for number in range(2):
            name, metric, unit, baseline, target = GOALS[(account.index + number) % len(GOALS)]
            pace = 0.55 + 0.3 * story.life.mean(story.life.vigor, account.index, view.cut) + 0.15 * number
            part = max(0.0, min(1.15, pace))
            due = stay.starts + 365 * (1 + (view.cut - stay.starts) // 365)
            state = "achieved" if part >= 1 else "on_track" if part > 0.5 else "at_risk"
            rows.append(
                (f"G-{account.index + 1}-{number + 1}", account_id(account.index), name, metric, unit, str(baseline),
                 str(target), f"{baseline + (target - baseline) * part:.1f}", iso(due),
                 f"{account.arr_size // 10}.00", account.currency, state)
            )  # fmt: skip
    header = "goal_id,account_id,goal,metric,unit,baseline,target,actual,due_on,value_amount,currency,status"
    return frame(header, rows)


def qbrs(view: View) -> pl.DataFrame:
    """Business reviews planned up to six weeks ahead, and what became of them."""
    rows = no_rows()
    for review in reviews(view.story):
        if review.scheduled > view.cut + 45:
            continue
        held = review.held <= view.cut
        notes = (
            "" if not held else "Agreed on two goals" if review.satisfaction >= 4 else "They want to see fewer errors"
        )
        rows.append(
            (f"Q-{review.account + 1}-{review.number + 1}", account_id(review.account), iso(review.scheduled),
             iso(review.held, view.cut), str(review.satisfaction) if held else "",
             str(review.attendees) if held else "",
             str(review.has_executive).lower() if held else "", notes)
        )  # fmt: skip
    return frame("qbr_id,account_id,scheduled_on,held_on,satisfaction,attendee_count,has_executive,notes", rows)


def incidents(view: View) -> pl.DataFrame:
    """Outages of the whole platform every other month or so, and a few of single accounts."""
    story, rows = view.story, no_rows()
    for number in range((story.last_day - story.first_day) // 30):
        if story.dice.roll("incident", number) < 0.45:
            continue
        day = story.first_day + 30 * number + story.dice.between(0, 29, "incident day", number)
        length = int(15 + 200 * story.dice.roll("incident length", number) ** 3)
        own = story.dice.roll("incident own", number) < 0.35
        served = sorted({s.account for s in story.stays if s.starts <= day <= s.ends})
        who = account_id(story.dice.pick(served, "incident account", number)) if own and served else ""
        if day <= view.cut:
            begin = 8 * 60 + story.dice.between(0, 600, "incident minute", number)
            length = length + 240 if own else length
            summary = "Sync of one tenant stopped" if own else "Slow responses in all regions"
            rows.append((f"INC-{number + 1:03d}", who, _stamp(day, begin), _stamp(day, begin + length),
                         "major" if length > 120 else "minor", summary))  # fmt: skip
    return frame("incident_id,account_id,started_at,ended_at,severity,summary", rows)


def _stamp(day: int, minute: int) -> str:
    day, minute = day + minute // 1440, minute % 1440
    return f"{to_date(day).isoformat()}T{minute // 60:02d}:{minute % 60:02d}:00Z"


def trainings(view: View) -> pl.DataFrame:
    """Courses assigned to pseudonymous users at the start, and to newcomers every half year or so."""
    rows = no_rows()
    for stay in view.story.stays:
        account = view.story.accounts[stay.account]
        users = {"enterprise": 4, "mid_market": 3, "smb": 2}[account.segment]
        first = max(stay.starts + 7, view.story.first_day + 7)
        step = 160 + account.index % 60
        for number, day in enumerate(range(first, min(stay.ends, view.cut) + 1, step)):
            for user in range(users if number == 0 else 1):
                rows.extend(_courses(view, stay, 20 * stay.turn + number, user, next_business_day(day)))
    header = "account_id,user_id,course,assigned_on,completed_on"
    return frame(header, [row for row in rows if row[3] <= iso(view.cut)])


def _courses(view: View, stay: Stay, number: int, user: int, day: int) -> Rows:
    story, i = view.story, stay.account
    vigor = story.life.mean(story.life.vigor, i, day + 20)
    careful = story.dice.roll("careful", i) < 0.66 + 0.14 * max(-1.0, min(1.0, vigor))
    chance = 0.996 if careful else 0.9 if vigor > 0 else 0.62
    made = no_rows()
    for course in range(2 if number % 20 == 0 else 1):
        key = (i, number, user, course)
        done = day + story.dice.between(2, 24, "course days", *key)
        done = done if story.dice.roll("course", *key) < chance else NEVER
        made.append(
            (
                account_id(i),
                f"u-{i + 1}-{number}-{user + 1}",
                COURSES[(course + number) % 3],
                iso(day),
                iso(done, view.cut),
            )
        )
    return made


def survey_invitations(view: View, asked: list[Invitation]) -> pl.DataFrame:
    """Everyone who was asked, answered or not."""
    merger = view.story.merger
    rows: Rows = []
    for invitation in asked:
        if invitation.sent > view.cut:
            continue
        person = invitation.contact
        moved = person.account == merger.merged and invitation.sent >= merger.day
        owner = merger.survivor if moved else person.account
        rows.append((f"INV-{person.key + 1}-{invitation.wave}", account_id(owner), person.email,
                     _stamp(invitation.sent, 14 * 60), "nps", invitation.wave))  # fmt: skip
    return frame("invitation_id,account_id,contact_email,sent_at,survey,wave", rows)


def limits(view: View) -> pl.DataFrame:
    """Seats, warehouses and API calls in use at each month end of the last year of the story."""
    story, rows = view.story, no_rows()
    for month in range(24):
        day = add_months(story.first_day, 25 + month) - 1
        if day > view.cut:
            break
        for stay in (s for s in _live(view, day) if day >= s.starts + 25):
            account = story.accounts[stay.account]
            vigor = story.life.mean(story.life.vigor, account.index, day)
            drawn = 0.68 + 0.13 * vigor + 0.05 * story.dice.gauss("limit", account.index, month)
            part = max(0.05, min(1.0, drawn))
            calls = {"enterprise": 2_000_000, "mid_market": 400_000, "smb": 50_000}[account.segment]
            for name, allowed in (("seats", account.seats), ("api_calls", calls)):
                used = int(allowed * (part if name == "seats" else 0.8 * part))
                rows.append((account_id(account.index), name, iso(day), str(allowed), str(used)))
    return frame("account_id,limit,measured_on,allowed,used", rows)
