"""policy/churn_risk.toml: the factors of churn risk with their points, and the bands that the points fall into."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Comparison, Keys, Rules

RISK_BANDS = ("green", "yellow", "orange", "red")
RiskBand = Literal["green", "yellow", "orange", "red"]
Flag = Literal["red", "yellow"]


class RiskBands(Rules):
    """The fewest points of each band above green."""

    yellow: int
    orange: int
    red: int
    source: str

    @model_validator(mode="after")
    def ordered(self) -> Self:
        """A worse band starts higher."""
        if not 0 < self.yellow < self.orange < self.red:
            raise ValueError("needs 0 < yellow < orange < red")
        return self


class Family(Rules):
    """A family of factors."""

    label: str
    source: str


class Worse(Comparison):
    """Other points where more than the factor itself holds."""

    counts: Keys = Field(min_length=1)
    points: int
    text: str


class Sign(Comparison):
    """Something that holds where its measure compares so: the sum of the columns in `counts`, or the named measure.

    The first of `feeds` decides whether it is known; with several, each column of `counts` comes from the feed in its
    place, and any of them may show it.
    """

    label: str
    counts: Keys = ()
    measure: str | None = None
    window_days: int | None = None
    window_days_by_tier: dict[str, int] = Field(default_factory=dict)
    after_months: int | None = None
    feeds: Keys = Field(min_length=1)
    source: str

    @model_validator(mode="after")
    def measured_once(self) -> Self:
        """Either columns are counted or a measure is named, and it is compared with something."""
        if bool(self.counts) == bool(self.measure):
            raise ValueError("needs either counts or measure")
        if not self.comparison:
            raise ValueError("needs one of over, at_least, under, at_most")
        if len(self.feeds) > 1 and len(self.feeds) != len(self.counts):
            raise ValueError("with several feeds, counts names one column for each of them")
        return self


class Factor(Sign):
    """One factor of churn risk. Of the factors of one `group` only the first that holds counts. `evidence` is a
    sentence about the numbers, with `{value}` for the measure.
    """

    family: str
    points: int
    group: str | None = None
    worse: Worse | None = None
    flag: Flag | None = None
    evidence: str

    @property
    def is_positive(self) -> bool:
        """Whether it takes points off."""
        return self.points < 0


class Clock(Rules):
    """Within how many hours a flag of a colour wants an action."""

    red_hours: int = Field(gt=0)
    yellow_hours: int = Field(gt=0)
    source: str


class RedList(Rules):
    """Who is on the red list, and what a loss weighs: fully until `near_days` before the decision, then ever less."""

    risk_bands: Keys
    health_bands: Keys
    loss_probability: dict[str, float]
    near_days: int = Field(ge=0)
    far_days: int = Field(gt=0)
    far_weight: float = Field(gt=0, le=1)
    detection_days: int = Field(gt=0)
    source: str


class ChurnRiskPolicy(Rules):
    """policy/churn_risk.toml."""

    bands: RiskBands
    clock: Clock
    red_list: RedList
    families: dict[str, Family]
    factors: dict[str, Factor]
    green_flags: dict[str, Sign]

    @model_validator(mode="after")
    def families_exist(self) -> Self:
        """Every factor belongs to a family."""
        for name, factor in self.factors.items():
            if factor.family not in self.families:
                raise ValueError(f"factor {name} names the family {factor.family!r}, which is not there")
        return self
