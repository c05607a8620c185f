"""Ratings from 1 to 5 by month: support satisfaction, effort, weekly pulse, implementation."""

import polars as pl

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.accounts import STANDING, UNKNOWN, Standing
from pipeline.voice.columns import RATINGS, fitted
from pipeline.voice.interval import Z, share_columns

DIMENSIONS = ("all", *STANDING)
COLUMNS = [
    "survey",
    "source",
    "month_on",
    "dimension",
    "value",
    "answers",
    "mean",
    "mean_low",
    "mean_high",
    "satisfied",
    "satisfied_pct",
    "satisfied_low",
    "satisfied_high",
    "is_two_valued",
    "is_small",
]


def ratings(book: Book, of: Standing, policy: VoicePolicy) -> pl.DataFrame:
    """One row per survey, source, month, dimension and value with answers.

    `mean` is of 1 to 5 with its 95% interval (null under two answers); satisfied are 4 and 5. `is_two_valued` marks a
    source that only ever says 1 or 5: good and bad, whose mean is no mean of five-point answers. (voice: CSAT)
    """
    rows = fitted(book.rating_months, RATINGS).filter(pl.col("survey").is_in(list(policy.ratings)))
    accounts = of.accounts.select("account_id", *(pl.col(name).fill_null(UNKNOWN) for name in STANDING))
    joined = rows.join(accounts, on="account_id", how="left").with_columns(
        pl.col(*STANDING).fill_null(UNKNOWN),
        all=pl.lit("all"),
        is_two_valued=(pl.col("answer_count") == pl.col("extreme_count")).all().over("survey", "source"),
    )
    counts = ["answer_count", "score_sum", "score_square_sum", "satisfied_count", "is_two_valued"]
    kept = ["survey", "source", "month_on", *counts]
    cells = joined.unpivot(on=list(DIMENSIONS), index=kept, variable_name="dimension", value_name="value")
    keys = ["survey", "source", "month_on", "dimension", "value"]
    summed = cells.group_by(keys).agg(
        answers=pl.col("answer_count").sum(),
        satisfied=pl.col("satisfied_count").sum(),
        total=pl.col("score_sum").sum(),
        squares=pl.col("score_square_sum").sum(),
        is_two_valued=pl.col("is_two_valued").first(),
    )
    stated = summed.with_columns(
        mean=pl.col("total") / pl.col("answers"), is_small=pl.col("answers") < policy.nps.small_n
    ).with_columns(_spread())
    order = pl.col("dimension").replace_strict({name: at for at, name in enumerate(DIMENSIONS)}, return_dtype=pl.Int8)
    return (
        stated.with_columns(
            *share_columns("satisfied", "answers", "satisfied"),
            mean_low=(pl.col("mean") - pl.col("half")).clip(1.0, 5.0),
            mean_high=(pl.col("mean") + pl.col("half")).clip(1.0, 5.0),
        )
        .sort("survey", "source", "month_on", order, "value")
        .select(COLUMNS)
    )


def _spread() -> pl.Expr:
    """Half the width of the mean's interval from the sample variance; null under two answers."""
    n = pl.col("answers")
    variance = ((pl.col("squares") - pl.col("total").pow(2) / n) / (n - 1)).clip(lower_bound=0.0)
    return pl.when(n > 1).then(Z * (variance / n).sqrt()).alias("half")
