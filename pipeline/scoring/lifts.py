"""What would lift an account: the next better step of each component, its gain, and the band it would give."""

import polars as pl

from pipeline.policy import Scorecard, Step
from pipeline.scoring.bands import computed_band, own_rank
from pipeline.scoring.parts import MICRO, Part, in_points
from pipeline.scoring.weights import second_worst

LIFTS = {
    "account_id": pl.String,
    "rank": pl.Int64,
    "component": pl.String,
    "from_value": pl.Float64,
    "to_value_text": pl.String,
    "gain_points": pl.Float64,
    "to_band": pl.String,
}


def health_lifts(latest: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """One row per account and component that has a better step, the largest gain first.

    `to_band` is the band after that one step, under the floors and caps in force. Only what was measured this week can
    be lifted: a frozen or missing component waits for its feed.
    """
    lifts = [_of_part(latest, part, order, parts, scorecard) for order, part in enumerate(parts)]
    ranked = pl.concat(lifts).sort("account_id", "gain", "order", descending=[False, True, False])
    return ranked.select(
        "account_id",
        pl.int_range(1, pl.len() + 1).over("account_id").alias("rank"),
        "component",
        "from_value",
        "to_value_text",
        in_points(pl.col("gain")).alias("gain_points"),
        "to_band",
    ).cast(dict(LIFTS))  # type: ignore[arg-type]


def _of_part(
    latest: pl.DataFrame, part: Part, order: int, parts: tuple[Part, ...], scorecard: Scorecard
) -> pl.DataFrame:
    better = pl.DataFrame(
        [
            {"score": below.score, "better": above.score, "to_value_text": step_text(part, above)}
            for above, below in zip(part.measure.steps, part.measure.steps[1:], strict=False)
        ],
        schema={"score": pl.Float64, "better": pl.Float64, "to_value_text": pl.String},
    )
    rows = latest.filter(part.col("state") == "present").with_columns(part.col("score").alias("score"))
    rows = rows.join(better, on="score", maintain_order="left")
    lifted = _lifted(part, parts, scorecard)
    gain = (lifted * MICRO).round(0).cast(pl.Int64) - pl.col("score_micro")
    return rows.select(
        "account_id",
        pl.lit(part.name).alias("component"),
        pl.lit(order).alias("order"),
        part.col("value").round(6).alias("from_value"),
        "to_value_text",
        gain.alias("gain"),
        computed_band(own_rank(lifted, scorecard), scorecard).alias("to_band"),
    )


def _lifted(part: Part, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.Expr:
    """The score of the account if this one component had its better score."""
    if scorecard.decided_by == "weights":
        return (pl.col("raw_score") + part.col("weight") * (pl.col("better") - pl.col("score"))).clip(0, 100)
    others = [pl.when(other.takes_part).then(other.col("score")) for other in parts if other is not part]
    return second_worst([*others, pl.col("better")])


def step_text(part: Part, step: Step) -> str:
    """What a value must be for a step, in words: "at least 25 days"."""
    if step.text:
        return step.text
    if step.at_most == 0:
        return f"no {part.metric.unit}"
    words = {"over": "over", "at_least": "at least", "under": "under", "at_most": "at most"}
    return "; ".join(f"{words[word]} {_amount(part, bound)}" for word, bound in step.comparison.items())


def _amount(part: Part, bound: float) -> str:
    number = f"{bound:.2f}".rstrip("0").rstrip(".")
    against = {"segment_median": "% of the segment's median", "business_days": "% of the business days"}
    unit = against.get(part.measure.against or "", part.metric.unit)
    return f"{number}{unit}" if unit.startswith("%") else f"{number} {unit}"
