"""How a score moved: against last week and four weeks ago, which way it is heading, and which component moved it."""

from datetime import date, timedelta

import polars as pl

from pipeline.policy import Scorecard
from pipeline.scoring.parts import MICRO, Part, in_points

HORIZONS = {"1w": 1, "4w": 4}


def with_changes(panel: pl.DataFrame) -> pl.DataFrame:
    """`change_1w_micro` and `change_4w_micro`; null where either week has no score."""
    for horizon, weeks in HORIZONS.items():
        panel = _with_then(panel, weeks)
        panel = panel.with_columns((pl.col("score_micro") - pl.col("score_then")).alias(f"change_{horizon}_micro"))
        panel = panel.drop("score_then", "is_complete_then")
    return panel


def with_trend(panel: pl.DataFrame, scorecard: Scorecard) -> pl.DataFrame:
    """`health_trend`: improving, declining or stable; null without a score or against an incomplete week."""
    trend, step = scorecard.trend, round(scorecard.trend.points * MICRO)
    panel = _with_then(panel, trend.weeks)
    moved = pl.col("score_micro") - pl.col("score_then")
    says = pl.when(moved > step).then(pl.lit("improving")).when(moved < -step).then(pl.lit("declining"))
    both_complete = pl.col("is_complete") & pl.col("is_complete_then")
    can_say = moved.is_not_null() & both_complete
    return panel.with_columns(health_trend=pl.when(can_say).then(says.otherwise(pl.lit("stable")))).drop(
        "score_then", "is_complete_then"
    )


def _with_then(panel: pl.DataFrame, weeks: int) -> pl.DataFrame:
    then = panel.select(
        "account",
        pl.col("week_ending_on") + timedelta(weeks=weeks),
        score_then="score_micro",
        is_complete_then="is_complete",
    )
    return panel.join(then, on=["account", "week_ending_on"], how="left", maintain_order="left")


def health_changes(panel: pl.DataFrame, parts: tuple[Part, ...], as_of: date) -> pl.DataFrame:
    """One row per account, horizon and component, and one for `weights`; they sum to the change of the score exactly.

    A component's line is the effect of its score at the weight it had then; `weights` is what the change of weights and
    the clamp did: what could be measured changed. Accounts without a change to explain have no rows.
    """
    changes = [_of_horizon(panel, parts, as_of, horizon) for horizon in HORIZONS]
    return pl.concat(changes).sort("account_id", "horizon", "component")


def _of_horizon(panel: pl.DataFrame, parts: tuple[Part, ...], as_of: date, horizon: str) -> pl.DataFrame:
    then_on = as_of - timedelta(weeks=HORIZONS[horizon])
    columns = [part.named(what) for part in parts for what in ("score", "weight")]
    now = panel.filter(pl.col("week_ending_on") == as_of).select("account_id", "score_micro", *columns)
    then = panel.filter(pl.col("week_ending_on") == then_on).select("account_id", "score_micro", *columns)
    both = now.join(then, on="account_id", suffix=".then", maintain_order="left")
    change = pl.col("score_micro") - pl.col("score_micro.then")
    both = both.filter(change.is_not_null()).with_columns(change=change)
    effects = [*(part.named("effect") for part in parts), "weights.effect"]
    both = _with_effects(both, parts)
    return (
        both.select("account_id", *effects)
        .unpivot(effects, index="account_id", variable_name="component", value_name="change")
        .with_columns(pl.col("component").str.strip_suffix(".effect"), change=in_points(pl.col("change")))
        .select("account_id", pl.lit(horizon).alias("horizon"), "component", "change")
    )


def _with_effects(both: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """The effects in millionths; a remainder too small to be anything but rounding goes to the first that moved."""
    both = both.with_columns(_effect(part).alias(part.named("effect")) for part in parts)
    rest = pl.col("change") - pl.sum_horizontal(part.col("effect") for part in parts)
    both = both.with_columns(rest=rest).with_columns(
        rounding=pl.when(pl.col("rest").abs() <= len(parts)).then("rest").otherwise(0)
    )
    both = both.with_columns(rest=pl.col("rest") - pl.col("rounding"))
    for part in parts:
        takes_it = (part.col("effect") != 0) & (pl.col("rounding") != 0)
        both = both.with_columns(
            pl.when(takes_it)
            .then(part.col("effect") + pl.col("rounding"))
            .otherwise(part.col("effect"))
            .alias(part.named("effect")),
            rounding=pl.when(takes_it).then(0).otherwise("rounding"),
        )
    return both.with_columns((pl.col("rest") + pl.col("rounding")).alias("weights.effect"))


def _effect(part: Part) -> pl.Expr:
    moved = part.col("weight.then") * (part.col("score") - part.col("score.then"))
    took_part = part.col("weight").is_not_null() & part.col("weight.then").is_not_null()
    return pl.when(took_part).then((moved * MICRO).round(0).cast(pl.Int64)).otherwise(0)
