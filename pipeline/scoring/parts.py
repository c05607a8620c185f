"""The parts of a scorecard in force: each component with its measure, its metric and the names of its columns."""

from dataclasses import dataclass

import polars as pl

from pipeline.errors import UsageError
from pipeline.metrics import METRICS, Metric
from pipeline.policy import Component, Measure, Scorecard, Step

STATE = pl.Enum(["present", "na", "off", "frozen", "missing"])
MICRO = 1_000_000
NOISE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Part:
    """A component as it is measured in this workspace; its columns in the wide panel are `<name>.<what>`."""

    name: str
    component: Component
    measure: Measure
    metric: Metric

    def named(self, what: str) -> str:
        """The name of one of its columns."""
        return f"{self.name}.{what}"

    def col(self, what: str) -> pl.Expr:
        """One of its columns: value, score, state, weight, measured_on, standing."""
        return pl.col(self.named(what))

    @property
    def feed_set(self) -> str:
        """The name of the feeds it needs, together."""
        return feed_set(self.component.feeds, any_feed=self.component.any_feed)

    @property
    def takes_part(self) -> pl.Expr:
        """Whether it weighs in the score: it has a value, or its feed is missing."""
        return self.col("state").is_in(["present", "frozen", "missing"])

    @property
    def has_value(self) -> pl.Expr:
        """Whether it counts as covered."""
        return self.col("state").is_in(["present", "frozen"])


def in_points(micro: pl.Expr) -> pl.Expr:
    """Millionths as points. Rounded, since Polars divides a column by a number through its reciprocal."""
    return (micro / MICRO).round(6)


def feed_set(feeds: tuple[str, ...], *, any_feed: bool = False) -> str:
    """One name for feeds that are needed together, or any of them."""
    return ("|" if any_feed else "+").join(feeds)


def parts_of(scorecard: Scorecard, login_days_basis: str) -> tuple[Part, ...]:
    """The components in the order of the policy; raises UsageError for a metric that does not exist."""
    measures = {name: component.measured(login_days_basis) for name, component in scorecard.components.items()}
    for name, measure in measures.items():
        if measure.metric not in METRICS:
            raise UsageError(
                f"policy/health.toml: {name} is measured by {measure.metric!r}, which is not a metric",
                f"Metrics are: {', '.join(METRICS)}.",
            )
    return tuple(
        Part(name, component, measures[name], METRICS[measures[name].metric])
        for name, component in scorecard.components.items()
    )


def holds(compared: pl.Expr, step: Step) -> pl.Expr:
    """Whether a value falls on the step, those above apart."""
    tests = {"over": pl.Expr.gt, "at_least": pl.Expr.ge, "under": pl.Expr.lt, "at_most": pl.Expr.le}
    return pl.all_horizontal(
        True, *(tests[word](compared, round(bound, NOISE_DIGITS)) for word, bound in step.comparison.items())
    )


def stepped(compared: pl.Expr, steps: tuple[Step, ...]) -> pl.Expr:
    """The score of the first step that holds; null where there is no value."""
    score = pl.lit(steps[-1].score)
    for step in reversed(steps[:-1]):
        score = pl.when(holds(compared, step)).then(step.score).otherwise(score)
    return pl.when(compared.is_not_null()).then(score)
