"""Which factors of churn risk hold for each account and week, which are frozen, and which nobody can know."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline.policy import ChurnRiskPolicy, Factor
from pipeline.scoring.risk_measures import compares, measured, total

ABSENT, PRESENT, FROZEN, UNKNOWN = range(4)
STATES = {PRESENT: "present", FROZEN: "frozen", UNKNOWN: "unknown"}
STANDINGS = {"fresh": "fresh", "late": "late", "stale": "lost", "missing": "lost", "before": "lost"}


@dataclass(frozen=True, slots=True)
class RiskPart:
    """A factor as it is measured; its columns in the wide panel are `<name>.<what>`."""

    name: str
    factor: Factor
    leads_group: bool

    def named(self, what: str) -> str:
        """The name of one of its columns."""
        return f"{self.name}.{what}"

    def col(self, what: str) -> pl.Expr:
        """One of its columns: value, state, points."""
        return pl.col(self.named(what))

    @property
    def feed(self) -> str:
        """The feed without which it is unknown."""
        return self.factor.feeds[0]


def risk_parts(policy: ChurnRiskPolicy) -> tuple[RiskPart, ...]:
    """The factors in the order of the policy."""
    first_of: dict[str, str] = {}
    for name, factor in policy.factors.items():
        first_of.setdefault(factor.group or name, name)
    return tuple(
        RiskPart(name, factor, first_of[factor.group or name] == name) for name, factor in policy.factors.items()
    )


def feed_standings(weeks: pl.DataFrame, feed_weeks: pl.DataFrame, feeds: Iterable[str]) -> pl.DataFrame:
    """One row per panel week: per feed its standing (fresh, late or lost) and, while late, the last fresh week.

    Whether a feed is expected does not matter here; one that never delivered is lost.
    """
    standings = weeks.select("week_ending_on", "business_day_count_30d").sort("week_ending_on")
    for feed in feeds:
        told = feed_weeks.filter(pl.col("feed") == feed).select(
            "week_ending_on", pl.col("state").replace_strict(STANDINGS, return_dtype=pl.String).alias("standing")
        )
        standings = standings.join(told, on="week_ending_on", how="left", maintain_order="left")
        standing = pl.col("standing").fill_null("lost")
        last_fresh = pl.when(standing == "fresh").then("week_ending_on").forward_fill()
        standings = standings.with_columns(
            standing.alias(f"{feed}.standing"), pl.when(standing == "late").then(last_fresh).alias(f"{feed}.fresh_on")
        ).drop("standing")
    return standings


def with_factors(panel: pl.DataFrame, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """The panel with value, state and points of each factor. Expects rows in the order of account and week."""
    panel = panel.with_columns(measured(part.factor).alias(part.named("value")) for part in parts)
    panel = panel.with_columns(_holds(part, parts).alias(part.named("holds")) for part in parts)
    panel = panel.with_columns(
        expression
        for part in parts
        for expression in (
            pl.when(part.col("holds")).then(_points(part)).otherwise(0).cast(pl.Int64).alias(part.named("points")),
            _measured_state(part).alias(part.named("state")),
        )
    )
    for feed in dict.fromkeys(part.feed for part in parts):
        panel = _with_lateness(panel, feed, tuple(part for part in parts if part.feed == feed))
    return panel.drop(part.named("holds") for part in parts)


def _holds(part: RiskPart, parts: tuple[RiskPart, ...]) -> pl.Expr:
    """Whether the factor holds and none before it in its group does."""
    holds = compares(part.col("value"), part.factor)
    before = [
        other for other in parts[: parts.index(part)] if part.factor.group and other.factor.group == part.factor.group
    ]
    return holds & ~pl.any_horizontal(False, *(compares(other.col("value"), other.factor) for other in before))


def _points(part: RiskPart) -> pl.Expr:
    worse = part.factor.worse
    if worse is None:
        return pl.lit(part.factor.points)
    return pl.when(compares(total(worse.counts), worse)).then(worse.points).otherwise(part.factor.points)


def _with_lateness(panel: pl.DataFrame, feed: str, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """While the feed is late, all as in its last fresh week; once it is lost, unknown, unless another feed shows it."""
    standing = pl.col(f"{feed}.standing")
    columns = {part.named(what): part.named(f"{what}.then") for part in parts for what in ("value", "state", "points")}
    fresh_on = f"{feed}.fresh_on"
    then = panel.select(
        "account", pl.col("week_ending_on").alias(fresh_on), *(pl.col(a).alias(b) for a, b in columns.items())
    )
    key = ["account", fresh_on]
    panel = panel.hstack(panel.select(key).join(then, on=key, how="left", maintain_order="left").drop(key))
    panel = panel.with_columns(_state(part, standing).alias(part.named("state.now")) for part in parts)
    return panel.with_columns(
        expression
        for part in parts
        for expression in (
            pl.when(part.col("state.now") == FROZEN)
            .then(part.col("points.then"))
            .when(part.col("state.now") == PRESENT)
            .then(part.col("points"))
            .otherwise(0)
            .alias(part.named("points")),
            pl.when((standing == "fresh") | (part.col("state.now") == PRESENT))
            .then(part.col("value"))
            .when(standing == "late")
            .then(part.col("value.then"))
            .alias(part.named("value")),
            part.col("state.now").alias(part.named("state")),
        )
    ).drop(*columns.values(), *(part.named("state.now") for part in parts))


def _measured_state(part: RiskPart) -> pl.Expr:
    """The state that the numbers alone give, whatever became of their feed."""
    present, absent = pl.lit(PRESENT, pl.Int8), pl.lit(ABSENT, pl.Int8)
    return pl.when(part.col("holds")).then(present).when(_can_be_measured(part)).then(absent).otherwise(_unknown(part))


def _unknown(part: RiskPart) -> pl.Expr:
    """An exclusive group is unknown once, under its first name."""
    return pl.lit(UNKNOWN if part.leads_group else ABSENT, pl.Int8)


def _state(part: RiskPart, standing: pl.Expr) -> pl.Expr:
    unknown = _unknown(part)
    then = part.col("state.then").fill_null(unknown)
    frozen = pl.when(then == PRESENT).then(pl.lit(FROZEN, pl.Int8)).otherwise(then)
    late = unknown if part.factor.is_positive else frozen
    shown_elsewhere = _shown_by_others(part)
    return (
        pl.when(standing == "fresh")
        .then(part.col("state"))
        .when(shown_elsewhere)
        .then(pl.lit(PRESENT, pl.Int8))
        .when(standing == "late")
        .then(late)
        .otherwise(unknown)
    )


def _shown_by_others(part: RiskPart) -> pl.Expr:
    if len(part.factor.feeds) == 1:
        return pl.lit(False)
    return compares(total(part.factor.counts[1:]), part.factor)


def _can_be_measured(part: RiskPart) -> pl.Expr:
    """A share of seats that nobody knows cannot be; elsewhere nothing to measure means that the factor is absent."""
    return pl.col("seats").fill_null(0) > 0 if part.factor.measure == "dau_pct" else pl.lit(True)
