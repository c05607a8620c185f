"""The rules of `policy/*.toml` as frozen, typed values: a workspace lays its own over the shipped ones by key."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import UsageError
from pipeline.overlays import Layer, merged, read_layers, where_set

BANDS = ("critical", "at_risk", "watch", "healthy")
Band = Literal["critical", "at_risk", "watch", "healthy"]
Number = Annotated[float, BeforeValidator(lambda value: float(Fraction(value)) if isinstance(value, str) else value)]
Keys = tuple[str, ...]


class Rules(BaseModel):
    """A table of a policy file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Comparison(Rules):
    """At most one of four comparisons with a value; none of them always holds."""

    over: Number | None = None
    at_least: Number | None = None
    under: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def one_at_most(self) -> Self:
        """Two comparisons in one row would hide which one counts."""
        if len(self.comparison) > 1:
            raise ValueError(f"compares twice: {', '.join(self.comparison)}")
        return self

    @property
    def comparison(self) -> dict[str, float]:
        """The comparison that is written, by its word; empty when there is none."""
        words = ("over", "at_least", "under", "at_most")
        return {word: getattr(self, word) for word in words if getattr(self, word) is not None}


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
    """One component of a scorecard. `empty` is what a fresh feed means that says nothing about an account."""

    category: str
    label: str
    feeds: Keys = Field(min_length=1)
    empty: Literal["zero", "na"]
    needs: Need | None = None
    na_when_silent: bool = False
    attributes: Keys = ()
    weight: float = Field(default=1, gt=0)
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
    """The lowest score of each band above critical."""

    healthy: float
    watch: float
    at_risk: float
    source: str = ""

    @model_validator(mode="after")
    def ordered(self) -> Self:
        """A better band starts higher."""
        if not 100 >= self.healthy > self.watch > self.at_risk > 0:
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
    """A health model: categories, components, bands, trend and floors."""

    label: str
    description: str
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


class HealthPolicy(Rules):
    """policy/health.toml: the scorecards and the one in force."""

    in_force: str
    scorecards: dict[str, Scorecard]

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


class Tier(Comparison):
    """A tier of customers by ARR, how often its accounts are reviewed, and when their renewal window opens."""

    label: str
    segment: str
    monthly_review_every_months: int | None = None
    qbr_every_months: int
    renewal_window_days: int
    source: str


class Lifecycle(Rules):
    """Until when an account is in onboarding, then in adoption."""

    onboarding_until_day: int
    adoption_until_month: int
    source: str


class Reviews(Rules):
    """How many days ahead of a review its pack is made."""

    pack_days_ahead: int
    source: str


class Renewals(Rules):
    """How long a gap in service counts as a late renewal."""

    grace_days: int
    source: str


class SegmentsPolicy(Rules):
    """policy/segments.toml: tiers from the largest down, lifecycle, reviews and the grace."""

    tiers: dict[str, Tier]
    lifecycle: Lifecycle
    reviews: Reviews
    renewals: Renewals


class Kpi(Comparison):
    """A figure with its target; without a comparison it has none."""

    label: str
    metric: str
    unit: str
    source: str

    @property
    def target(self) -> float | None:
        """The value to reach, or None."""
        return next(iter(self.comparison.values()), None)

    def is_met(self, value: float | None) -> bool | None:
        """Whether the target is met; None when either is not known."""
        if value is None or self.target is None:
            return None
        compare = {"over": value > self.target, "at_least": value >= self.target, "under": value < self.target}
        return compare.get(next(iter(self.comparison)), value <= self.target)


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in force. `origin` says which file and line set each dotted key; `hash` covers the values alone."""

    health: HealthPolicy
    segments: SegmentsPolicy
    kpis: dict[str, Kpi]
    hash: str
    origin: Mapping[str, str]


class _Kpis(Rules):
    rows: dict[str, Kpi]


FILES: dict[str, type[Rules]] = {"health": HealthPolicy, "segments": SegmentsPolicy, "kpis": _Kpis}


def read_policy(shipped: Path, overrides: Path) -> Policy:
    """The shipped rules with those in `overrides` (a folder that may be absent) laid over them by key.

    Raises UsageError naming file, line and key for anything that is not a known rule.
    """
    _require_known_files(overrides)
    values: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, model in FILES.items():
        layers = read_layers(shipped, overrides, name)
        values[name] = merged([layer.values for layer in layers])
        origin |= {key: where for layer in layers for key, where in layer.origin(name).items()}
        rules[name] = _validated(model, {"rows": values[name]} if model is _Kpis else values[name], layers)
    digest = hashlib.sha256(json.dumps(values, sort_keys=True, default=str, separators=(",", ":")).encode()).hexdigest()
    return Policy(rules["health"], rules["segments"], rules["kpis"].rows, digest, origin)


def _require_known_files(overrides: Path) -> None:
    for path in sorted(overrides.glob("*.toml")):
        if path.stem not in FILES:
            known = ", ".join(f"{name}.toml" for name in FILES)
            raise UsageError(f"{path}: there is no such policy file", f"Policy files are {known}.")


def _validated(model: type[Rules], values: dict[str, Any], layers: list[Layer]) -> Rules:
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise UsageError(_problem(invalid, layers), "Correct or remove the key; lists are replaced whole.") from invalid


def _problem(invalid: ValidationError, layers: list[Layer]) -> str:
    """The first problem, with the file and line that set it."""
    first = invalid.errors()[0]
    keys = tuple(str(part) for part in first["loc"] if part != "rows")
    message = {"extra_forbidden": "unknown key", "missing": "missing key"}.get(first["type"], first["msg"])
    return f"{where_set(layers, keys)}: {'.'.join(keys)}: {message.removeprefix('Value error, ')}"
