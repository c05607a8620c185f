"""policy/proof.toml: when the scores are looked at, how they are held against what happened, what may be printed."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Keys, Rules


class Splits(Rules):
    """Rolling origins: how often, how many, the least gap between the sides, and how many parts the accounts make."""

    every_days: int = Field(gt=0)
    most_cuts: int = Field(gt=0)
    gap_days: int = Field(ge=0)
    folds: int = Field(ge=2)
    source: str


class Bootstrap(Rules):
    """How often accounts are drawn, which interval is read off, and in how many bins reliability is looked at."""

    draws: int = Field(gt=1)
    interval_pct: float = Field(gt=0, lt=100)
    bins: int = Field(gt=1)
    source: str


class Fit(Rules):
    """The logistic regression: its penalty, its calibration, and what is told of each account."""

    strength: float = Field(gt=0)
    isotonic_from_rows: int
    drivers: int
    weight_draws: int
    disagree_from_rank_pct: float
    source: str


class Drift(Rules):
    """The population stability index from which to look, and to act."""

    look: float
    act: float
    bins: int = Field(gt=1)
    source: str


class Feature(Rules):
    """A metric of the panel: a column, or its ratio to another; which end of it is good, the attributes of the account
    that it rests on, and the health component that looks at the same.
    """

    label: str
    of: str
    per: str | None = None
    good: Literal["high", "low"]
    attributes: Keys = ()
    component: str | None = None


class ProofPolicy(Rules):
    """All rules of the report card."""

    lead_days: tuple[int, ...]
    churn_events_needed: int
    cell_events_needed: int
    capacity_pct: float = Field(gt=0, le=100)
    high_auc: float
    backfilled_over_pct: float
    red_times_base: float
    healthy_share_over_pct: float
    splits: Splits
    bootstrap: Bootstrap
    fit: Fit
    drift: Drift
    metrics: dict[str, Feature]
    source: str

    @model_validator(mode="after")
    def has_leads_and_metrics(self) -> Self:
        """Without a lead or a metric nothing can be measured."""
        if not self.lead_days or not self.metrics:
            raise ValueError("needs at least one lead and one metric")
        return self
