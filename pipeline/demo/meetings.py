"""What the CS team does with its customers: meetings, calls, reviews, webinars, trainings, emails and messages."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.days import add_months, next_business_day, utc_minutes
from pipeline.demo.dice import Floats, sigmoid
from pipeline.demo.story import Story

CADENCE = {"enterprise": 0.42, "mid_market": 0.2, "smb": 0.06}
LETTERS = {"enterprise": 0.3, "mid_market": 0.17, "smb": 0.06}
REVIEW_DAYS = {"enterprise": 91, "mid_market": 182, "smb": 364}
TOPICS = {
    "Meeting": ("Monthly check-in", "Roadmap conversation", "Adoption review", "Seasonal planning"),
    "Call": ("Quick call on open points", "Follow-up call", "Call about new warehouse"),
    "QBR": ("Business review",),
    "Webinar": (
        "Webinar: counting without stress",
        "Webinar: what is new in Tidewick",
        "Webinar: reorder rules that work",
    ),
    "Training": ("Training: receiving and counts", "Training: reports for managers"),
    "Email": (
        "Summary of our meeting",
        "Release notes and tips",
        "Answer to your question",
        "Usage report of the month",
    ),
    "Message": ("Chat about a workflow", "Note on the holiday schedule"),
    "Escalation": ("Escalation: repeated sync errors", "Escalation: delayed delivery"),
}
SENTIMENTS = ("", "Positive", "Neutral", "Negative")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Addresses of events: who, in which week of the story, and the stream they were drawn from."""

    stream: str
    who: NDArray[np.int64]
    week: NDArray[np.int64]
    day: NDArray[np.int64]


def activities(story: Story) -> pl.DataFrame:
    """One row per activity: account, type, day, UTC minute, subject, attendance, sentiment, direction; by time."""
    rate = {name: np.array([table[a.segment] for a in story.accounts]) for name, table in _RATES.items()}
    frames = [
        _activities(story, _weekly(story, "meeting", rate["cadence"]), ["Meeting", "Call"], [0.66, 0.34]),
        _activities(story, _weekly(story, "letter", rate["letters"]), ["Email", "Message"], [0.82, 0.18]),
        _activities(story, _weekly(story, "training", 0.08 * rate["cadence"]), ["Training"], [1.0]),
        _activities(story, _weekly(story, "escalation", 0.004 + 0 * rate["cadence"], 8.0), ["Escalation"], [1.0]),
        _activities(story, _webinars(story), ["Webinar"], [1.0]),
        _reviews_held(story),
    ]
    frame = pl.concat(frames).sort("minute", "account", "type", "number")
    return frame.with_columns(rank=pl.int_range(pl.len(), dtype=pl.Int64))


_RATES = {"cadence": CADENCE, "letters": LETTERS}


def _weekly(story: Story, stream: str, rate: Floats, by_trouble: float = 0.0) -> Drawn:
    """At most one event a week and account, on a working day; none while a rollout is logged elsewhere."""
    who = np.arange(len(story.accounts))[:, None]
    week = np.arange(story.life.vigor.shape[1])[None, :]
    monday = story.life.first_day + 7 * week - (story.life.first_day + 3) % 7
    day = monday + (5 * story.dice.uniform(f"{stream} day", who, week)).astype(np.int64)
    chance = rate[:, None] * (1 + by_trouble * story.life.trouble)
    in_rollout = np.zeros(day.shape, dtype=np.bool_)
    for rollout in story.rollouts.values():
        in_rollout[rollout.account] = (day[rollout.account] >= rollout.started) & (day[rollout.account] < rollout.live)
    happens = (story.dice.uniform(stream, who, week) < chance) & story.served(who, day) & ~in_rollout
    rows, weeks = np.nonzero(happens & (day >= story.first_day))
    return Drawn(stream, rows, weeks, day[rows, weeks])


def _webinars(story: Story) -> Drawn:
    """One webinar a month, to which most live accounts are invited."""
    who = np.arange(len(story.accounts))
    months = np.arange((story.last_day - story.first_day) // 31)
    days = np.array([next_business_day(add_months(story.first_day, int(month)) + 11) for month in months])
    invited = story.dice.uniform("webinar fan", who)[:, None] < 0.85
    chosen = story.dice.uniform("webinar invitation", who[:, None], months[None, :]) < 0.55
    rows, month = np.nonzero(invited & chosen & story.served(who[:, None], days[None, :]))
    return Drawn("webinar", rows, month, days[month])


def _activities(story: Story, drawn: Drawn, types: list[str], shares: list[float]) -> pl.DataFrame:
    dice, life, key = story.dice, story.life, (drawn.who, drawn.week)
    kind = dice.choice(f"{drawn.stream} type", shares, *key)
    vigor, trouble = life.at(life.vigor, drawn.who, drawn.day), life.at(life.trouble, drawn.who, drawn.day)
    comes = sigmoid(3.1 + 1.5 * vigor) if drawn.stream != "webinar" else 0.13 + 0.42 * sigmoid(1.5 * vigor)
    mood = 0.75 * vigor - 0.7 * trouble + 0.85 * dice.normal(f"{drawn.stream} mood", *key)
    mood = mood - 2.0 * (drawn.stream == "escalation")
    spoken = np.where(mood > 0.4, 1, np.where(mood < -0.8, 3, 2))
    silent = dice.uniform(f"{drawn.stream} silent", *key) < (0.9 if drawn.stream == "webinar" else 0.35)
    subject = dice.uniform(f"{drawn.stream} subject", *key)
    minute = 540 + 15 * (28 * dice.uniform(f"{drawn.stream} minute", *key)).astype(np.int64)
    names = [types[k] for k in kind]
    return pl.DataFrame(
        {
            "account": drawn.who,
            "number": drawn.week,
            "type": names,
            "day": drawn.day,
            "minute": utc_minutes(drawn.day, minute),
            "subject": [TOPICS[name][int(u * len(TOPICS[name]))] for name, u in zip(names, subject, strict=True)],
            "attended": (dice.uniform(f"{drawn.stream} attended", *key) < comes).astype(np.int64),
            "is_proactive": dice.uniform(f"{drawn.stream} direction", *key)
            < (0.05 if drawn.stream == "escalation" else 0.78),
            "sentiment": pl.Series(SENTIMENTS).gather(np.where(silent, 0, spoken)),
            "contact": (4096 * dice.uniform(f"{drawn.stream} contact", *key)).astype(np.int64),
            "follow_up": np.where(dice.uniform(f"{drawn.stream} follow", *key) < 0.2, drawn.day + 9, 0),
        }
    )


@dataclass(frozen=True, slots=True)
class Review:
    """A business review with a customer, planned and perhaps held."""

    account: int
    number: int
    scheduled: int
    held: int
    satisfaction: int
    attendees: int
    has_executive: bool


def reviews(story: Story) -> list[Review]:
    """All business reviews: quarterly for enterprise, twice a year for mid-market, yearly for the small ones."""
    live = story.live_days()
    planned: list[Review] = []
    for stay in story.stays:
        account = story.accounts[stay.account]
        if account.is_self_serve:
            continue
        step = REVIEW_DAYS[account.segment]
        first = max(int(live[account.index]), stay.starts) + step - story.dice.between(0, 30, "review", account.index)
        for number, day in enumerate(range(first, min(stay.ends, story.last_day), step)):
            if day >= story.first_day:
                planned.append(_review(story, account.index, 40 * stay.turn + number, next_business_day(day)))
    return planned


def _review(story: Story, account: int, number: int, day: int) -> Review:
    dice, life = story.dice, story.life
    vigor = life.mean(life.vigor, account, day)
    takes_place = dice.roll("review held", account, number) < float(sigmoid(2.6 + 1.1 * vigor))
    delay = dice.between(0, 9, "review late", account, number)
    mood = 4.1 + 0.5 * vigor - 0.4 * life.mean(life.trouble, account, day) + 0.5 * dice.gauss("review", account, number)
    return Review(
        account, number, day, next_business_day(day + delay) if takes_place else 10**6,
        max(1, min(5, round(mood))), dice.between(3, 8, "review guests", account, number),
        dice.roll("review executive", account, number) < float(sigmoid(0.3 + 0.9 * vigor)),
    )  # fmt: skip


def _reviews_held(story: Story) -> pl.DataFrame:
    """Held reviews as activities of their own type."""
    held = [review for review in reviews(story) if review.held <= story.last_day]
    who = np.array([review.account for review in held], dtype=np.int64)
    day = np.array([review.held for review in held], dtype=np.int64)
    number = np.array([review.number for review in held], dtype=np.int64)
    frame = _activities(story, Drawn("qbr", who, number, day), ["QBR"], [1.0])
    return frame.with_columns(attended=pl.lit(1, pl.Int64))
