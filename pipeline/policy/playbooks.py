"""policy/playbooks.toml: the plays, their actions, and the first action that each driver of risk asks for."""

from typing import Literal

from pydantic import Field

from pipeline.policy.rules import Keys, Rules

Trigger = Literal[
    "churn_risk", "health", "nps", "strategic", "product_led", "global", "merger", "competitor_evaluation", "renewal"
]


class Driver(Rules):
    """The first action against one factor of churn risk."""

    title: str
    owner: str
    done: str


class PlayAction(Rules):
    """One action of a play: `owner` is a role, `done` says when it counts as done.

    It is due so many hours after the play began (those of the play unless it has its own), or days before the renewal.
    """

    key: str
    title: str
    owner: str
    done: str
    due_hours: int | None = None
    days_before: int | None = None
    segments: Keys = ()


class Play(Rules):
    """What is done when its trigger comes true, and by when it should have worked.

    An action that nobody took up lapses so many days after it was due, where the play says so.
    """

    label: str
    trigger: Trigger
    bands: Keys = ()
    due_hours: int = Field(ge=0)
    target_days: int = Field(ge=0)
    lapse_days: int | None = None
    target: str
    source: str
    actions: tuple[PlayAction, ...] = Field(min_length=1)


class PlaybooksPolicy(Rules):
    """policy/playbooks.toml."""

    rescue_watch_days: int = Field(ge=0)
    drivers: dict[str, Driver]
    plays: dict[str, Play]
