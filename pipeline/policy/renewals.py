"""policy/renewals.toml: chances, categories and forecast of renewals, their milestones, risk form and pricing."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Keys, Number, Rules

BANDS = ("healthy", "watch", "at_risk", "critical")
Evidence = Literal[
    "health_check",
    "qbr",
    "meeting",
    "call",
    "opportunity",
    "task",
    "stage",
    "successor_signed",
    "successor_in_force",
]


class Chances(Rules):
    """The Beta prior of each health band, its weight in renewals, the distances from which own ones are seen, and
    whether the model of the report card speaks instead where there is one.
    """

    weight: float = Field(gt=0)
    distances: tuple[int, ...] = Field(min_length=1)
    interval_pct: float = Field(gt=0, lt=100)
    from_model: bool = False
    priors: dict[str, float]
    source: str

    @model_validator(mode="after")
    def every_band_has_a_chance(self) -> Self:
        """Each of the four bands has a prior between 0 and 1; distances fall."""
        if set(self.priors) != set(BANDS) or not all(0 < prior < 1 for prior in self.priors.values()):
            raise ValueError(f"priors needs a chance between 0 and 1 for each of {', '.join(BANDS)}")
        if list(self.distances) != sorted(set(self.distances), reverse=True):
            raise ValueError("distances must fall, each one once")
        return self

    @property
    def overall(self) -> float:
        """The prior of an account without a band: the plain mean of the four."""
        return sum(self.priors.values()) / len(self.priors)


class Categories(Rules):
    """From which chance a renewal is committed, from which it is a best case."""

    commit_at_least: float
    best_case_at_least: float
    source: str


class Simulation(Rules):
    """How often the total is drawn, and with which seed."""

    draws: int = Field(gt=0)
    seed: int = Field(ge=0)
    source: str


class Accuracy(Rules):
    """How long before its end a lost renewal had to be in one of which categories to count as flagged."""

    flagged_days_before: int
    flagged: Keys
    source: str


class Disagreements(Rules):
    """How far two views of one renewal may differ, and the chance that each call of the CRM stands for."""

    points: float
    call_chances: dict[str, Number]
    source: str


class Milestone(Rules):
    """One step towards a renewal: when it is due, who does it, and what on file shows that it was done."""

    label: str
    offset_days: int
    owner: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    segments: Keys = ()
    subjects: Keys = ()
    stages: Keys = ()
    from_days: int | None = None
    until_days: int | None = None
    implied_by: Keys = ()
    source: str


class Timing(Rules):
    """How many days before its date a milestone is said to be due."""

    due_within_days: int
    source: str


class Risk(Rules):
    """One line of the risk form, the feed that can answer it, and what is done about a yes."""

    label: str
    feed: str
    under: Number | None = None
    over: Number | None = None
    days: int = 0
    action: str
    owner: str
    source: str


class Pricing(Rules):
    """One pricing scenario."""

    label: str
    price_pct: Number
    at_least_months: int | None = None
    source: str


class RenewalsPolicy(Rules):
    """policy/renewals.toml, whole."""

    horizon_months: int = Field(gt=0)
    next_days: int = Field(gt=0)
    source: str
    chances: Chances
    categories: Categories
    simulation: Simulation
    accuracy: Accuracy
    disagreements: Disagreements
    milestones: dict[str, Milestone]
    timing: Timing
    risks: dict[str, Risk]
    pricing: dict[str, Pricing]

    @model_validator(mode="after")
    def implied_steps_exist(self) -> Self:
        """A milestone can only be implied by another."""
        for name, milestone in self.milestones.items():
            unknown = set(milestone.implied_by) - set(self.milestones)
            if unknown:
                raise ValueError(f"milestone {name} is implied by {', '.join(sorted(unknown))}, which is not there")
        return self
