"""Delivery work: rollouts with milestones, risks, weekly notes and talks, and the open points of live accounts."""

from dataclasses import dataclass

from pipeline.demo.company import CORE
from pipeline.demo.days import NEVER, next_business_day
from pipeline.demo.story import Rollout, Story

STEPS = (
    ("Kickoff", "kickoff", 0.0, True),
    ("Item master imported", "phase-complete", 0.35, True),
    ("Warehouses configured", "phase-complete", 0.55, False),
    ("Key users trained", "training", 0.75, False),
    ("Go-live", "go-live", 1.0, True),
    ("30-day review", "review", 1.4, False),
)
PHASES = ((8, "planning"), (25, "setup"), (50, "configuration"), (70, "migration"), (92, "testing"), (100, "go-live"))
RISK_KINDS = ("technical", "budget", "timeline", "organizational", "product fit")
RISK_TEXTS = {
    "technical": "ERP connector drops lines with long item names",
    "budget": "Extra integration days are not covered by the budget",
    "timeline": "Item master arrives late from the customer",
    "organizational": "Project lead at the customer changes",
    "product fit": "Consignment stock needs a workaround",
}
TASK_TITLES = (
    "Send item master template",
    "Map warehouse zones",
    "Agree on user list",
    "Connect test ERP",
    "Review stock report with finance",
    "Plan refresher training",
    "Check API limits, error log",
    "Prepare renewal numbers",
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a rollout; `actual` is when it was (or will turn out to be) reached."""

    account: int
    number: int
    title: str
    kind: str
    planned: int
    actual: int
    is_critical: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk of an account; probability and impact are 0 low, 1 medium, 2 high."""

    account: int
    number: int
    kind: str
    created: int
    resolved: int
    probability: int
    impact: int
    is_blocker: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One action item; `completed` is when it was (or will be) done."""

    account: int
    number: int
    title: str
    created: int
    due: int
    completed: int
    is_ours: bool
    priority: int


@dataclass(frozen=True, slots=True)
class Talk:
    """One entry of the communication log of a rollout."""

    account: int
    number: int
    day: int
    kind: str
    topic: str
    sentiment: str
    minute: int


def milestones(story: Story) -> list[Milestone]:
    """The steps of all rollouts."""
    return [step for rollout in story.rollouts.values() for step in _steps(rollout)]


def _steps(rollout: Rollout) -> list[Milestone]:
    length, delay = rollout.original - rollout.started, rollout.live - rollout.original
    return [
        Milestone(
            account=rollout.account,
            number=number,
            title=title,
            kind=kind,
            planned=next_business_day(rollout.started + round(length * part)),
            actual=next_business_day(rollout.started + round(length * part) + round(delay * min(part, 1.0))),
            is_critical=is_critical,
        )
        for number, (title, kind, part, is_critical) in enumerate(STEPS)
    ]


def risks(story: Story) -> list[Risk]:
    """Risks seen in rollouts, and those the team writes down for accounts under strain."""
    seen = [
        _risk(story, rollout.account, number, rollout.started + 5 + 9 * number)
        for rollout in story.rollouts.values()
        for number in range(4)
        if story.dice.roll("risk", rollout.account, number) < (0.4 if rollout.live <= rollout.original + 10 else 0.75)
    ]
    for stay in story.stays:
        for day in range(max(stay.starts + 120, story.first_day + 200), min(stay.ends, story.last_day), 91):
            number = 10 + 25 * stay.turn + (day - stay.starts) // 91
            if story.dice.roll("risk", stay.account, number) < 0.12 * story.life.strain(stay.account, day):
                seen.append(_risk(story, stay.account, number, day))
    return seen


def _risk(story: Story, account: int, number: int, day: int) -> Risk:
    dice = story.dice
    created = next_business_day(day)
    takes = dice.between(9, 60, "risk length", account, number)
    return Risk(
        account=account,
        number=number,
        kind=dice.pick(RISK_KINDS, "risk kind", account, number),
        created=created,
        resolved=created + takes if dice.roll("risk solved", account, number) < 0.9 else NEVER,
        probability=dice.weighted([0.45, 0.4, 0.15], "risk probability", account, number),
        impact=dice.weighted([0.35, 0.42, 0.23], "risk impact", account, number),
        is_blocker=dice.roll("risk blocks", account, number) < 0.12,
    )


def tasks(story: Story) -> list[Task]:
    """Action items of rollouts and of live accounts, some a quarter."""
    listed = [
        _task(story, rollout.account, number, rollout.started + 6 * number)
        for rollout in story.rollouts.values()
        for number in range(5 + rollout.account % 3)
    ]
    for stay in story.stays:
        for day in range(max(stay.starts + 100, story.first_day + 180), min(stay.ends, story.last_day), 45):
            number = 20 + 50 * stay.turn + (day - stay.starts) // 45
            if story.dice.roll("task", stay.account, number) < 0.22:
                listed.append(_task(story, stay.account, number, day))
    return listed


def _task(story: Story, account: int, number: int, day: int) -> Task:
    dice = story.dice
    created = next_business_day(day)
    due = next_business_day(created + dice.between(5, 20, "task due", account, number))
    late = dice.between(1, 12, "task late", account, number) if dice.roll("task slips", account, number) < 0.22 else -2
    return Task(
        account=account,
        number=number,
        title=dice.pick(TASK_TITLES, "task title", account, number),
        created=created,
        due=due,
        completed=max(created, due + late),
        is_ours=dice.roll("task side", account, number) < 0.6,
        priority=dice.weighted([0.04, 0.26, 0.5, 0.2], "task priority", account, number),
    )


def talks(story: Story) -> list[Talk]:
    """Calls, meetings and mails of rollouts: about one in five days; these stand in no other system."""
    said: list[Talk] = []
    for rollout in story.rollouts.values():
        for number, day in enumerate(range(rollout.started + 1, rollout.live, 5)):
            said.append(_talk(story, rollout.account, number, next_business_day(day)))
    return said


def _talk(story: Story, account: int, number: int, day: int) -> Talk:
    dice = story.dice
    mood = 0.5 + 0.6 * story.life.mean(story.life.vigor, account, day) + 0.8 * dice.gauss("talk mood", account, number)
    return Talk(
        account=account,
        number=number,
        day=day,
        kind=("meeting", "call", "email", "message", "training")[
            dice.weighted([0.35, 0.2, 0.25, 0.1, 0.1], "talk kind", account, number)
        ],
        topic=dice.pick(
            ("Weekly rollout sync", "Import of the item master", "User roles, access", CORE), "talk", account, number
        ),
        sentiment="positive" if mood > 0.5 else "negative" if mood < -0.7 else "neutral",
        minute=540 + 15 * dice.between(0, 27, "talk minute", account, number),
    )


def note_days(rollout: Rollout, until: int) -> list[int]:
    """The Fridays of a rollout up to a day."""
    first = rollout.started + (4 - (rollout.started + 3) % 7) % 7
    return list(range(first, min(rollout.live + 7, until + 1), 7))


def completion(story: Story, rollout: Rollout, day: int) -> int:
    """Percent complete on a day."""
    if day >= rollout.live:
        return 100
    part = (day - rollout.started) / (rollout.live - rollout.started)
    wobble = 0.05 * story.dice.gauss("completion", rollout.account, day)
    percent: float = max(1.0, min(97.0, 100 * (part**0.95 + wobble)))
    return round(percent)


def planned(rollout: Rollout, day: int) -> int:
    """Percent that the first plan foresaw for a day."""
    return round(max(0.0, min(100.0, 100 * (day - rollout.started) / (rollout.original - rollout.started))))


def phase(percent: int, days_live: int) -> str:
    """Name of the phase in Notion's spelling."""
    if percent >= 100:
        return "go-live" if days_live < 14 else "optimization"
    return next(name for limit, name in PHASES if percent <= limit)
