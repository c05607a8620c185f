"""policy/health.toml: the scorecards, their components, bands and floors."""

from itertools import pairwise
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Comparison, Keys, Rules

BANDS = ("critical", "at_risk", "watch", "healthy")
Band = Literal["critical", "at_risk", "watch", "healthy"]


class Step(Comparison):
    """One step of a component: the score of every value that the steps above did not take."""

    score: float = Field(ge=0, le=110)
    text: str | None = None


class Need(Rules):
    """What a component must know before it can say anything: else it is NA."""

    column: str
    at_least: int


class Measure(Rules):
    """How a component is measured and stepped: its metric, what it is held against, and its steps, best first."""

    metric: str
    against: Literal["segment_median", "business_days"] | None = None
    shows: Literal["metric", "share"] = "metric"
    rounding: Literal["half_up"] | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    source: str

    @model_validator(mode="after")
    def steps_fall(self) -> Self:
        """Best first, and the last takes what is left."""
        if self.steps[-1].comparison or not all(step.comparison for step in self.steps[:-1]):
            raise ValueError("every step but the last needs a comparison, and the last must have none")
        if any(above.score <= below.score for above, below in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError("scores must fall from step to step")
        return self


class Component(Measure):
    """One component of a scorecard. `empty` is what a fresh feed means that says nothing about an account.

    It needs all of its feeds; with `any_feed` those that are expected and have begun are enough.
    """

    category: str
    label: str
    feeds: Keys = Field(min_length=1)
    empty: Literal["zero", "na"]
    needs: Need | None = None
    na_when_silent: bool = False
    attributes: Keys = ()
    weight: float = Field(default=1, gt=0)
    any_feed: bool = False
    business: Measure | None = None

    def measured(self, login_days_basis: str) -> Measure:
        """The measure in force for this basis of login days."""
        return self.business if self.business and login_days_basis == "business" else self


class Category(Rules):
    """A category and its share of the model."""

    label: str
    weight: float = Field(ge=0)
    source: str


class Bands(Rules):
    """The lowest score of each band above critical; a scorecard of three colours leaves out watch or at_risk."""

    healthy: float
    watch: float | None = None
    at_risk: float | None = None
    source: str = ""

    @property
    def lowest(self) -> dict[Band, float]:
        """The lowest score of each band that there is, the best first; below the last it is critical."""
        named: tuple[tuple[Band, float | None], ...] = (
            ("healthy", self.healthy),
            ("watch", self.watch),
            ("at_risk", self.at_risk),
        )
        return {band: score for band, score in named if score is not None}

    @model_validator(mode="after")
    def ordered(self) -> Self:
        """A better band starts higher."""
        scores = [101.0, *self.lowest.values(), 0.0]
        if any(above <= below for above, below in pairwise(scores)) or self.healthy > 100:
            raise ValueError("needs 100 >= healthy > watch > at_risk > 0")
        return self


class Trend(Rules):
    """Over how many weeks, and from how many points on, a score moves."""

    weeks: int = Field(ge=1)
    points: float = Field(gt=0)
    source: str


class Floor(Rules):
    """The best band possible while a count of the panel is reached, or while a feed it needs is missing."""

    column: str
    at_least: int
    band: Band
    text: str
    feeds: Keys = ()
    band_when_missing: Band | None = None
    text_when_missing: str = ""
    source: str


class Scorecard(Rules):
    """A health model: categories, components, bands, trend and floors.

    `decided_by` weights adds up what every component contributes; second_worst takes the score of the second-worst
    component that is known, alone. `extends` names a scorecard whose tables serve where this one has none.
    """

    label: str
    description: str
    extends: str | None = None
    decided_by: Literal["weights", "second_worst"] = "weights"
    band_labels: dict[Band, str] = Field(default_factory=dict)
    insufficient_under_pct: float = Field(ge=0, le=100)
    peers_minimum: int = Field(ge=1)
    categories: dict[str, Category]
    bands: Bands
    segment_bands: dict[str, Bands] = Field(default_factory=dict)
    trend: Trend
    components: dict[str, Component]
    floors: dict[str, Floor]
    source: str

    @model_validator(mode="after")
    def categories_exist(self) -> Self:
        """Every component belongs to a category."""
        for name, component in self.components.items():
            if component.category not in self.categories:
                raise ValueError(f"component {name} names the category {component.category!r}, which is not there")
        return self

    @model_validator(mode="after")
    def segments_have_the_same_bands(self) -> Self:
        """A segment moves the borders between the bands; it has no bands of its own."""
        for segment, bands in self.segment_bands.items():
            if bands.lowest.keys() != self.bands.lowest.keys():
                raise ValueError(f"segment_bands.{segment} needs {', '.join(self.bands.lowest)}")
        return self


def _inherited(cards: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """What a scorecard takes from the one it extends; the bands of segments go with the bands."""
    base = cards.get(card.get("extends") or "", {})
    own = {"segment_bands", "band_labels"} if "bands" in card else set()
    return {key: value for key, value in base.items() if key not in own}


class HealthPolicy(Rules):
    """policy/health.toml: the scorecards and the one in force."""

    in_force: str
    scorecards: dict[str, Scorecard]

    @model_validator(mode="before")
    @classmethod
    def extended(cls, values: Any) -> Any:
        """Scorecards that extend another one take its tables where they have none of their own."""
        cards = values.get("scorecards", {}) if isinstance(values, dict) else {}
        for name, card in cards.items():
            if (base := card.get("extends")) is not None and base not in cards:
                raise ValueError(f"scorecard {name} extends {base!r}; there are: {', '.join(cards)}")
        whole = {name: {**_inherited(cards, card), **card} for name, card in cards.items()}
        return {**values, "scorecards": whole} if cards else values

    @model_validator(mode="after")
    def exists(self) -> Self:
        """The scorecard in force is one of them."""
        if self.in_force not in self.scorecards:
            raise ValueError(f"in_force names {self.in_force!r}; there are: {', '.join(self.scorecards)}")
        return self

    @property
    def scorecard(self) -> Scorecard:
        """The scorecard in force."""
        return self.scorecards[self.in_force]
