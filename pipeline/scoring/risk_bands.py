"""The points of an account and week, the band they fall into, and what a lost feed may not forgive."""

import polars as pl

from pipeline.policy import RISK_BANDS, RiskBands
from pipeline.scoring.risk_factors import UNKNOWN, RiskPart

HORIZONS = {"1w": 1, "4w": 4}


def with_points(panel: pl.DataFrame, parts: tuple[RiskPart, ...], bands: RiskBands) -> pl.DataFrame:
    """`points_sum` of all factors, `churn_risk_points` (never under 0), `own_rank` of the band, `unknown_count`."""
    summed = pl.sum_horizontal(part.col("points") for part in parts)
    unknown = pl.sum_horizontal((part.col("state") == UNKNOWN).cast(pl.Int64) for part in parts)
    panel = panel.with_columns(points_sum=summed, unknown_count=unknown)
    points = pl.col("points_sum").clip(lower_bound=0)
    return panel.with_columns(churn_risk_points=points, own_rank=_rank(points, bands))


def _rank(points: pl.Expr, bands: RiskBands) -> pl.Expr:
    reached = (points >= bands.yellow, points >= bands.orange, points >= bands.red)
    return pl.sum_horizontal(test.cast(pl.Int8) for test in reached).cast(pl.Int8)


def with_band(panel: pl.DataFrame, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """`rank` of the band: never better than in the last week in which a factor was known that now is not."""
    panel = panel.with_columns(_known_on(part).alias(part.named("known_on")) for part in parts)
    weeks = [part.named("known_on") for part in parts]
    reach = (
        panel.select("account", "week_ending_on", pl.concat_list(weeks).alias("known_on"))
        .explode("known_on")
        .drop_nulls("known_on")
        .unique()
    )
    ranks = panel.select("account", "week_ending_on", rank="own_rank")
    while reach.height:
        worst = (
            reach.join(ranks.rename({"week_ending_on": "known_on"}), on=["account", "known_on"], how="inner")
            .group_by("account", "week_ending_on")
            .agg(pl.col("rank").max().alias("remembered"))
        )
        held = ranks.join(worst, on=["account", "week_ending_on"], how="left", maintain_order="left").select(
            "account", "week_ending_on", rank=pl.max_horizontal("rank", "remembered")
        )
        if held.equals(ranks):
            break
        ranks = held
    return panel.drop(weeks).with_columns(ranks["rank"])


def _known_on(part: RiskPart) -> pl.Expr:
    """While the factor is unknown, the last week in which it was known; else null."""
    is_unknown = part.col("state") == UNKNOWN
    last_known = pl.when(~is_unknown).then("week_ending_on").forward_fill().over("account")
    return pl.when(is_unknown).then(last_known)


def named_risk(rank: pl.Expr) -> pl.Expr:
    """The name of a band's rank."""
    return rank.replace_strict(dict(enumerate(RISK_BANDS)), return_dtype=pl.String)
