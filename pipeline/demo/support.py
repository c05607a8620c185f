"""Support tickets: how many, what about, how fast they were answered and solved, and how the customer liked it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.company import AGENTS
from pipeline.demo.days import utc_minutes
from pipeline.demo.dice import Floats, sigmoid
from pipeline.demo.story import Story

PRIORITIES = ("Urgent", "High", "Normal", "Low")
CATEGORIES = ("Technical", "Implementation", "Billing", "How-To", "Other")
SUBJECTS = {
    "Technical": ("API sync stopped after update", "Stock levels do not match", "Report export fails", "Login loops"),
    "Implementation": ("Item import rejected", "Question on go-live checklist", "Warehouse mapping"),
    "Billing": ("Question about our invoice", "Seat count on invoice is wrong", "Change of billing address"),
    "How-To": ("How do we set reorder rules?", "How to count by zone", "Share a report with a supplier", "Add a user"),
    "Other": ("Feature wish: dark mode", "Contact for security review", "Feedback on new receiving screen"),
}
WEEKLY = {"enterprise": 0.21, "mid_market": 0.13, "smb": 0.065}
RESPONSE_MINUTES = np.array([14.0, 42.0, 110.0, 190.0])
SOLVE_HOURS = np.array([3.0, 13.0, 26.0, 45.0])


def tickets(story: Story) -> pl.DataFrame:
    """One row per ticket of the story, in order of creation; times in UTC minutes."""
    who, week, turn = _created(story)
    day, minute = _moment(story, who, week, turn)
    is_known = story.served(who, day) & (day >= story.first_day)
    who, week, turn, day, minute = (column[is_known] for column in (who, week, turn, day, minute))
    frame = _described(story, who, week, turn, day)
    frame = _answered(story, frame, who, week, turn, day, minute)
    rank = pl.struct("created", "account", "turn").rank("ordinal").cast(pl.Int64)
    return pl.concat([frame, _open_outage(story, frame)]).sort("created", "account", "turn").with_columns(rank=rank)


def _created(story: Story) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Account, week and number in the week of each ticket; trouble and a rollout under way bring more of them."""
    life = story.life
    who = np.arange(len(story.accounts))[:, None]
    week = np.arange(life.vigor.shape[1])[None, :]
    base = np.array([WEEKLY[account.segment] for account in story.accounts])[:, None]
    days = life.first_day + 7 * week
    in_rollout = (days >= story.first_stay()[:, None]) & (days < story.live_days()[:, None] + 30)
    mood = 0.8 + 0.5 * sigmoid(-1.5 * life.vigor)
    rate = base * mood * (1 + 1.7 * life.trouble) * np.where(in_rollout & (who >= 0), 1.9, 1.0)
    draw = story.dice.uniform("tickets", who, week)
    chance = np.exp(-rate)
    count, below = np.zeros(draw.shape, dtype=np.int64), chance.copy()
    for number in range(1, 7):
        count += draw >= below
        chance = chance * rate / number
        below += chance
    rows, weeks = np.nonzero(count)
    repeats = count[rows, weeks]
    turn = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return np.repeat(rows, repeats), np.repeat(weeks, repeats), turn


def _moment(
    story: Story, who: NDArray[np.int64], week: NDArray[np.int64], turn: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    dice = story.dice
    weekday = dice.choice("ticket day", [0.21, 0.21, 0.2, 0.18, 0.15, 0.03, 0.02], who, week, turn)
    monday = story.life.first_day + 7 * week - (story.life.first_day + 7 * week + 3) % 7
    office = 510 + 540 * dice.uniform("ticket minute", who, week, turn)
    anytime = 1439 * dice.uniform("ticket minute", who, week, turn)
    is_late = dice.uniform("ticket late", who, week, turn) < 0.1
    return monday + weekday, np.where(is_late, anytime, office).astype(np.int64)


def _described(
    story: Story, who: NDArray[np.int64], week: NDArray[np.int64], turn: NDArray[np.int64], day: NDArray[np.int64]
) -> pl.DataFrame:
    dice, life = story.dice, story.life
    price = life.at(life.price, who, day) > 0
    is_new = day < story.live_days()[who] + 20
    draw = dice.uniform("ticket category", who, week, turn)
    usual = dice.choice("ticket usual", [0.42, 0.02, 0.09, 0.34, 0.13], who, week, turn)
    category = np.where(is_new & (draw < 0.45), 1, np.where(price & (draw > 0.72), 2, usual))
    trouble = life.at(life.trouble, who, day)
    urgency = dice.uniform("ticket priority", who, week, turn) / (1 + 0.5 * trouble)
    priority = np.searchsorted([0.025, 0.14, 0.74], urgency, side="right")
    priority = np.where(np.isin(category, (2, 3, 4)), np.maximum(priority, 1), priority)
    is_security = (dice.uniform("ticket security", who, week, turn) < 0.008) & (category == 0)
    subject_draw = dice.uniform("ticket subject", who, week, turn)
    subjects = [
        SUBJECTS[CATEGORIES[c]][int(u * len(SUBJECTS[CATEGORIES[c]]))]
        for c, u in zip(category, subject_draw, strict=True)
    ]
    return pl.DataFrame(
        {
            "account": who,
            "week": week,
            "turn": turn,
            "category": pl.Series(CATEGORIES).gather(category),
            "priority_rank": priority,
            "priority": pl.Series(PRIORITIES).gather(priority),
            "subject": subjects,
            "is_security": is_security,
            "affects_go_live": is_new & (category == 1) & (priority <= 1),
            "is_sla_excluded": dice.uniform("ticket excluded", who, week, turn) < 0.015,
        }
    )


def _answered(
    story: Story,
    frame: pl.DataFrame,
    who: NDArray[np.int64],
    week: NDArray[np.int64],
    turn: NDArray[np.int64],
    day: NDArray[np.int64],
    minute: NDArray[np.int64],
) -> pl.DataFrame:
    dice, life = story.dice, story.life
    priority = frame["priority_rank"].to_numpy()
    trouble = life.at(life.trouble, who, day)
    slow = np.exp(0.7 * dice.normal("ticket response", who, week, turn) + 0.12 * trouble)
    created = utc_minutes(day, minute)
    answered = _at_work(created, day, minute, (RESPONSE_MINUTES[priority] * slow).astype(np.int64) + 2, priority)
    effort = np.exp(0.75 * dice.normal("ticket solve", who, week, turn) + 0.25 * trouble)
    hours = np.where(dice.uniform("ticket stuck", who, week, turn) < 0.03, 12.0, 1.0) * SOLVE_HOURS[priority] * effort
    solved = answered + (60 * hours).astype(np.int64) + 4
    is_breach = hours > 3 * SOLVE_HOURS[priority]
    satisfied = _satisfaction(story, who, week, turn, day, trouble, is_breach)
    agent = (dice.uniform("ticket agent", who, week, turn) * len(AGENTS)).astype(np.int64)
    level = (hours > 40).astype(np.int64) + ((priority == 0) & (hours > 4)) + ((priority == 0) & (hours > 12))
    return frame.with_columns(
        created=pl.Series(created),
        answered=pl.Series(answered),
        solved=pl.Series(solved),
        csat=pl.Series(satisfied),
        reopens=pl.Series((dice.uniform("ticket reopen", who, week, turn) < 0.06 + 0.05 * np.minimum(trouble, 2)) * 1),
        replies=pl.Series(1 + (5 * dice.uniform("ticket replies", who, week, turn) ** 2).astype(np.int64)),
        agent=pl.Series(agent),
        level=pl.Series(np.where(priority <= 1, level, 0)),
        requester=pl.Series((4096 * dice.uniform("ticket requester", who, week, turn)).astype(np.int64)),
        pending=pl.Series(dice.uniform("ticket pending", who, week, turn)),
    )


def _at_work(
    created: NDArray[np.int64],
    day: NDArray[np.int64],
    minute: NDArray[np.int64],
    wait: NDArray[np.int64],
    priority: NDArray[np.int64],
) -> NDArray[np.int64]:
    """When the answer went out: urgent ones at any hour, the others in office hours, from nine to six."""
    starts_late = minute >= 1080
    is_weekend = (day + 3) % 7 >= 5
    begin_day = day + (starts_late & ~is_weekend)
    begin_day = begin_day + np.where((begin_day + 3) % 7 >= 5, 7 - (begin_day + 3) % 7, 0)
    begin = np.where(begin_day > day, 540, np.maximum(minute, 540))
    finish = begin + wait
    overnight = finish > 1080
    end_day = begin_day + overnight
    end_day = end_day + np.where((end_day + 3) % 7 >= 5, 7 - (end_day + 3) % 7, 0)
    end_minute = np.where(overnight, np.minimum(540 + finish - 1080, 1080), finish)
    in_office = utc_minutes(end_day, end_minute)
    return np.where(priority == 0, created + wait, np.maximum(in_office, created + 2))


def _satisfaction(
    story: Story,
    who: NDArray[np.int64],
    week: NDArray[np.int64],
    turn: NDArray[np.int64],
    day: NDArray[np.int64],
    trouble: Floats,
    is_breach: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """1 to 5 where the customer rated, 0 where the offer was not taken, -1 where none was made."""
    dice, life = story.dice, story.life
    vigor = life.at(life.vigor, who, day)
    feeling = 4.62 + 0.42 * np.minimum(vigor, 1.4) - 0.65 * trouble - 0.6 * is_breach
    score = np.clip(np.rint(feeling + 0.6 * dice.normal("ticket csat", who, week, turn)), 1, 5)
    draw = dice.uniform("ticket rated", who, week, turn)
    return np.where(draw < 0.5, score, np.where(draw < 0.85, 0, -1)).astype(np.int64)


def _open_outage(story: Story, frame: pl.DataFrame) -> pl.DataFrame:
    """The set piece of the last week: one urgent ticket of a live enterprise customer, open for days."""
    day = story.anchor - 3
    live = [
        account.index for account in story.accounts
        if account.segment == "enterprise" and account.region == "NA" and _is_served(story, account.index, day)
    ]  # fmt: skip
    if not live:
        return frame.head(0)
    account = min(live, key=lambda i: story.dice.roll("outage", i))
    created = int(utc_minutes(np.array([day]), np.array([622]))[0])
    row = frame.head(1).with_columns(
        account=pl.lit(account, pl.Int64), week=pl.lit(0, pl.Int64), turn=pl.lit(99, pl.Int64),
        category=pl.lit("Technical"), priority_rank=pl.lit(0, pl.Int64), priority=pl.lit("Urgent"),
        subject=pl.lit("Order sync is down in all warehouses"), is_security=pl.lit(False),
        affects_go_live=pl.lit(False), is_sla_excluded=pl.lit(False), created=pl.lit(created, pl.Int64),
        answered=pl.lit(created + 21, pl.Int64),
        solved=pl.lit(created + 6 * 1440, pl.Int64), csat=pl.lit(-1, pl.Int64), level=pl.lit(3, pl.Int64),
        pending=pl.lit(0.9),
    )  # fmt: skip
    return row.select(frame.columns)


def _is_served(story: Story, account: int, day: int) -> bool:
    return any(stay.starts <= day <= stay.ends for stay in story.stays_of.get(account, []))
