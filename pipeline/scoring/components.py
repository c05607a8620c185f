"""What each component says about each account and week: its value, its score, its state and the day it was measured."""

import polars as pl

from pipeline.scoring.feeds import SILENCE
from pipeline.scoring.parts import NOISE_DIGITS, STATE, Part, feed_set, stepped


def with_components(panel: pl.DataFrame, parts: tuple[Part, ...], medians: pl.DataFrame) -> pl.DataFrame:
    """The panel with value, score, state, measured_on and is_backfilled of each component.

    Expects rows in the order of account and week, with the standings of the feeds.
    """
    panel = with_logins_known(panel)
    panel = panel.join(medians, on=["week_ending_on", "segment"], how="left", maintain_order="left")
    panel = panel.with_columns(
        expression
        for part in parts
        for expression in (_compared(part).alias(part.named("compared")), _shown(part).alias(part.named("value")))
    )
    panel = panel.with_columns(expression for part in parts for expression in _measured(part))
    for name in dict.fromkeys(part.feed_set for part in parts):
        panel = _with_frozen(panel, name, tuple(part for part in parts if part.feed_set == name))
    return panel.drop(part.named("compared") for part in parts)


def with_logins_known(panel: pl.DataFrame) -> pl.DataFrame:
    """`logins_known`: login days of 30 by the calendar, those of the last fresh week while usage is late, else null."""
    usage = feed_set(SILENCE)
    panel = _with_then(panel, usage, {"login_day_count_30d": "logins_then"})
    standing = pl.col(f"{usage}.standing")
    known = pl.when(standing == "fresh").then("login_day_count_30d").when(standing == "late").then("logins_then")
    return panel.with_columns(logins_known=known).drop("logins_then")


def segment_medians(rows: pl.DataFrame, parts: tuple[Part, ...], peers_minimum: int) -> pl.DataFrame:
    """One row per week and segment: `<component>.median` over the scored accounts with a value; null under the minimum.

    Expects the rows of the whole book, with the standings of the feeds.
    """
    against = [part for part in parts if part.measure.against == "segment_median"]
    values = {
        part: pl.when(pl.col(f"{part.feed_set}.standing") == "fresh").then(part.metric.at_row()) for part in against
    }
    return (
        rows.lazy()
        .filter("is_scored")
        .select("week_ending_on", "segment", *(value.alias(part.name) for part, value in values.items()))
        .group_by("week_ending_on", "segment")
        .agg(
            pl.when(pl.col(part.name).count() >= peers_minimum)
            .then(pl.col(part.name).median())
            .alias(part.named("median"))
            for part in against
        )
        .collect()
    )


def _value(part: Part) -> pl.Expr:
    """The metric where the component has what it needs; a real zero where the policy says that empty is one."""
    value = part.metric.at_row().cast(pl.Float64)
    if part.component.empty == "zero":
        value = value.fill_null(0.0)
    if part.component.na_when_silent:
        value = pl.when(~_is_silent(value)).then(value)
    if need := part.component.needs:
        value = pl.when(pl.col(need.column) >= need.at_least).then(value)
    return value


def _is_silent(value: pl.Expr) -> pl.Expr:
    """Nothing was counted and nobody is known to have logged in; where usage is off, nothing counted is a real zero."""
    usage_is_on = pl.col(f"{feed_set(SILENCE)}.standing") != "off"
    return (value == 0) & usage_is_on & (pl.col("logins_known").fill_null(0) == 0)


def _share(part: Part) -> pl.Expr:
    """The value, in percent of what it is held against where the policy says so; null without that."""
    if part.measure.against is None:
        return _value(part)
    against = part.col("median") if part.measure.against == "segment_median" else pl.col("business_day_count_30d")
    return pl.when(against > 0).then(100.0 * _value(part) / against)


def _compared(part: Part) -> pl.Expr:
    share = _share(part).round(NOISE_DIGITS)
    return (share + 0.5).floor() if part.measure.rounding == "half_up" else share


def _shown(part: Part) -> pl.Expr:
    return _share(part) if part.measure.shows == "share" else pl.when(_share(part).is_not_null()).then(_value(part))


def _measured(part: Part) -> list[pl.Expr]:
    """Score, state and dates as the standing of the feeds has it; while late, what follows replaces them."""
    standing, compared = pl.col(f"{part.feed_set}.standing"), part.col("compared")
    is_fresh = standing == "fresh"
    state = (
        pl.when(is_fresh & compared.is_not_null())
        .then(pl.lit("present", STATE))
        .when(is_fresh)
        .then(pl.lit("na", STATE))
        .when(standing == "off")
        .then(pl.lit("off", STATE))
        .otherwise(pl.lit("missing", STATE))
    )
    score = pl.when(is_fresh).then(stepped(compared, part.measure.steps)).when(standing != "off").then(0.0)
    return [
        pl.when(is_fresh).then(part.col("value")).alias(part.named("value")),
        score.alias(part.named("score")),
        state.alias(part.named("state")),
        pl.when(is_fresh).then(f"{part.feed_set}.measured_on").alias(part.named("measured_on")),
        _is_backfilled(part).alias(part.named("is_backfilled")),
    ]


def _is_backfilled(part: Part) -> pl.Expr:
    return pl.col("is_backfilled") if part.component.attributes else pl.lit(False)


FROZEN = ("value", "score", "state", "measured_on", "is_backfilled")


def _with_frozen(panel: pl.DataFrame, name: str, parts: tuple[Part, ...]) -> pl.DataFrame:
    """While the feeds are late: all as in their last fresh week; missing where the panel has no such week."""
    if not (panel[f"{name}.standing"] == "late").any():
        return panel
    columns = {part.named(what): part.named(f"{what}.then") for part in parts for what in FROZEN}
    panel = _with_then(panel, name, columns)
    is_frozen = (pl.col(f"{name}.standing") == "late") & pl.col(parts[0].named("state.then")).is_not_null()
    return panel.with_columns(
        pl.when(is_frozen).then(_then(part, what)).otherwise(part.col(what)).alias(part.named(what))
        for part in parts
        for what in FROZEN
    ).drop(columns.values())


def _then(part: Part, what: str) -> pl.Expr:
    then = part.col(f"{what}.then")
    was_present = (then == "present") if what == "state" else None
    return then if was_present is None else pl.when(was_present).then(pl.lit("frozen", STATE)).otherwise(then)


def _with_then(panel: pl.DataFrame, name: str, columns: dict[str, str]) -> pl.DataFrame:
    """Columns of the account's row of the last fresh week of these feeds, under new names; null while not late."""
    fresh_on = f"{name}.fresh_on"
    then = panel.select(
        "account", pl.col("week_ending_on").alias(fresh_on), *(pl.col(a).alias(b) for a, b in columns.items())
    )
    return panel.join(then, on=["account", fresh_on], how="left", maintain_order="left")
