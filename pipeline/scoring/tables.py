"""The wide panel as the tables that others read: one row per account and week, one per account, week and component."""

from datetime import date, timedelta

import polars as pl

from pipeline.scoring.bands import named
from pipeline.scoring.parts import NOISE_DIGITS, Part, in_points
from pipeline.scoring.weights import with_points

EXPLAINED_WEEKS = (0, 1, 4)


def health_weeks(panel: pl.DataFrame) -> pl.DataFrame:
    """One row per scored account and week; scores, coverage and changes to six decimals."""
    return panel.select(
        "account_id",
        "week_ending_on",
        "is_complete",
        health_score=in_points(pl.col("score_micro")),
        health_coverage_pct=pl.col("coverage_pct").round(6),
        health_band="health_band",
        health_band_computed="health_band_computed",
        own_band=named(pl.col("own_rank")),
        frozen_cap=named(pl.col("cap_rank")),
        floor="floor",
        last_known_band="last_known_band",
        last_known_band_on="last_known_band_on",
        health_trend="health_trend",
        health_change_1w=in_points(pl.col("change_1w_micro")),
        health_change_4w=in_points(pl.col("change_4w_micro")),
        overridden_by="overridden_by",
        override_reason="override_reason",
        override_expires_on="override_expires_on",
    ).sort("account_id", "week_ending_on")


def health_components(panel: pl.DataFrame, parts: tuple[Part, ...], as_of: date) -> pl.DataFrame:
    """One row per account, component and explained week (as_of, one and four weeks before).

    Value, score, weight and points are null where the component is NA or off; a missing one scores 0.
    """
    days = [as_of - timedelta(weeks=weeks) for weeks in EXPLAINED_WEEKS]
    recent = with_points(panel.filter(pl.col("week_ending_on").is_in(days)), parts)
    rows = pl.concat([_of_part(recent, part, order) for order, part in enumerate(parts)])
    return rows.sort("account_id", "week_ending_on", "order").drop("order")


def _of_part(recent: pl.DataFrame, part: Part, order: int) -> pl.DataFrame:
    return recent.select(
        "account_id",
        "week_ending_on",
        category=pl.lit(part.component.category),
        component=pl.lit(part.name),
        value=part.col("value").round(6),
        value_text=_value_text(part),
        score=part.col("score"),
        weight_pct=(100 * part.col("weight")).round(6),
        points=in_points(part.col("points")),
        state=part.col("state").cast(pl.String),
        measured_on=part.col("measured_on"),
        is_backfilled=part.col("is_backfilled"),
        order=pl.lit(order),
    )


def _value_text(part: Part) -> pl.Expr:
    """The step's own word where it has one; "17 of 21 business days" where a count is held against the calendar."""
    value = part.col("value")
    if part.measure.against == "business_days":
        counted = pl.format("{} of {} business days", value.cast(pl.Int64), "business_day_count_30d")
        return pl.when(value.is_not_null() & (part.col("state") == "present")).then(counted)
    words = {step.score: step.text for step in part.measure.steps if step.text}
    if not words:
        return pl.lit(None, pl.String)
    word = part.col("score").replace_strict(words, default=None, return_dtype=pl.String)
    return pl.when(part.has_value).then(word)


def top_drags(panel: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """One row per account and week that has a component under 100: the one that costs most, of equals the first.

    The cost is the component's weight times what its score lacks; `driver_value` is its value.
    """
    columns = [part.named(what) for part in parts for what in ("weight", "score", "value")]
    rows = (
        panel.select("account_id", "week_ending_on", *columns)
        .with_columns(_cost(part).alias(part.named("cost")) for part in parts)
        .with_columns(most=pl.max_horizontal(part.named("cost") for part in parts))
        .filter(pl.col("most") > 0)
    )
    is_it = [part.col("cost") == pl.col("most") for part in parts]
    first = pl.coalesce(*(pl.when(test).then(pl.lit(number, pl.Int8)) for number, test in enumerate(is_it)))
    rows = rows.with_columns(first=first)
    values = (pl.when(pl.col("first") == number).then(part.col("value")) for number, part in enumerate(parts))
    names = {number: part.name for number, part in enumerate(parts)}
    return rows.select(
        "account_id",
        "week_ending_on",
        driver=pl.col("first").replace_strict(names, return_dtype=pl.String),
        driver_value=pl.coalesce(*values).round(6),
    )


def _cost(part: Part) -> pl.Expr:
    return (part.col("weight") * (100 - part.col("score"))).round(NOISE_DIGITS).fill_null(0.0)
