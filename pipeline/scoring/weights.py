"""What each component weighs, how much of the model is covered, and the score that follows, in millionths."""

from collections.abc import Sequence

import polars as pl

from pipeline.policy import Scorecard
from pipeline.scoring.parts import MICRO, NOISE_DIGITS, Part


def with_score(panel: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """The panel with `<component>.weight` (shares of 1), `coverage_pct`, `raw_score` (before the clamp) and
    `score_micro` (clamped to 0-100, in millionths); score and weights are null where no component takes part.
    """
    if scorecard.decided_by == "second_worst":
        panel = _with_decider(panel, parts)
    else:
        panel = _with_shares(panel, parts, scorecard, {part.name: part.takes_part for part in parts}, "weight")
    panel = with_coverage(panel, parts, scorecard)
    takes_part = pl.any_horizontal(part.col("weight").is_not_null() for part in parts)
    raw = pl.sum_horizontal(part.col("weight") * part.col("score") for part in parts).round(NOISE_DIGITS)
    panel = panel.with_columns(raw_score=pl.when(takes_part).then(raw))
    return panel.with_columns(score_micro=(pl.col("raw_score").clip(0, 100) * MICRO).round(0).cast(pl.Int64))


def _with_decider(panel: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """All weight on the first component with the second-worst score of those that take part; the others weigh 0."""
    scores = [pl.when(part.takes_part).then(part.col("score")) for part in parts]
    panel = panel.with_columns(decides=second_worst(scores))
    is_it = [part.takes_part & (part.col("score") == pl.col("decides")) for part in parts]
    before = [pl.any_horizontal(False, *is_it[:number]) for number in range(len(parts))]
    return panel.with_columns(
        pl.when(part.takes_part).then((is_it[number] & ~before[number]).cast(pl.Float64)).alias(part.named("weight"))
        for number, part in enumerate(parts)
    ).drop("decides")


def second_worst(scores: Sequence[pl.Expr]) -> pl.Expr:
    """The second-lowest of some scores, the lowest where only one is known; null without any."""
    ordered = pl.concat_list(scores).list.drop_nulls().list.sort()
    return ordered.list.get(pl.min_horizontal(ordered.list.len(), 2).cast(pl.Int64) - 1, null_on_oob=True)


def with_coverage(panel: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """`coverage_pct`: the share of the weights of the components that are on whose component has a value."""
    switched_on = {part.name: part.col("state") != "off" for part in parts}
    panel = _with_shares(panel, parts, scorecard, switched_on, "share")
    covered = pl.sum_horizontal(pl.when(part.has_value).then(part.col("share")).otherwise(0.0) for part in parts)
    return panel.with_columns(coverage_pct=(100.0 * covered).round(NOISE_DIGITS)).drop(
        part.named("share") for part in parts
    )


def _with_shares(
    panel: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard, counts: dict[str, pl.Expr], name: str
) -> pl.DataFrame:
    """Each component's weight among those that count, renormalised inside its category, then across categories."""
    weighed = {part.name: pl.when(counts[part.name]).then(part.component.weight).otherwise(0.0) for part in parts}
    within = {
        category: pl.sum_horizontal(weighed[part.name] for part in parts if part.component.category == category)
        for category in dict.fromkeys(part.component.category for part in parts)
    }
    panel = panel.with_columns(total.alias(f"{category}.within") for category, total in within.items())
    panel = panel.with_columns(
        across=pl.sum_horizontal(
            pl.when(pl.col(f"{category}.within") > 0).then(scorecard.categories[category].weight).otherwise(0.0)
            for category in within
        )
    )
    return panel.with_columns(
        pl.when(counts[part.name] & (pl.col("across") > 0)).then(_share(part, scorecard)).alias(part.named(name))
        for part in parts
    ).drop("across", *(f"{category}.within" for category in within))


def _share(part: Part, scorecard: Scorecard) -> pl.Expr:
    category = part.component.category
    own = scorecard.categories[category].weight * part.component.weight
    return own / (pl.col(f"{category}.within") * pl.col("across"))


def with_points(panel: pl.DataFrame, parts: tuple[Part, ...]) -> pl.DataFrame:
    """The panel with `<component>.points` in millionths, which sum to the score exactly.

    Where the clamp to 100 bites, all are scaled; what rounding leaves goes to the first component with points.
    """
    scale = pl.when(pl.col("raw_score") > 100).then(100 / pl.col("raw_score")).otherwise(1.0)
    panel = panel.with_columns(
        (part.col("weight") * part.col("score") * scale * MICRO).round(0).cast(pl.Int64).alias(part.named("points"))
        for part in parts
    )
    left_over = pl.col("score_micro") - pl.sum_horizontal(part.col("points") for part in parts)
    panel = panel.with_columns(left_over=left_over)
    for part in parts:
        takes_it = (part.col("points") > 0) & (pl.col("left_over") != 0)
        panel = panel.with_columns(
            pl.when(takes_it)
            .then(part.col("points") + pl.col("left_over"))
            .otherwise(part.col("points"))
            .alias(part.named("points")),
            pl.when(takes_it).then(0).otherwise("left_over").alias("left_over"),
        )
    return panel.drop("left_over")
