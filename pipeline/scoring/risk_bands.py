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
    return panel.with_columns(churn_risk_points=points, own_rank=rank_of(points, bands))


def rank_of(points: pl.Expr, bands: RiskBands) -> pl.Expr:
    """The rank of the band that points fall into."""
    reached = (points >= bands.yellow, points >= bands.orange, points >= bands.red)
    return pl.sum_horizontal(test.cast(pl.Int8) for test in reached).cast(pl.Int8)


def with_band(panel: pl.DataFrame, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """`rank` of the band: never better than in the last week in which a factor was known that now is not.

    Expects rows in the order of account and week.
    """
    found = panel.with_row_index("row").select(_known_row(part).alias(part.name) for part in parts)
    known_rows = [column for column in found.get_columns() if column.null_count() < column.len()]
    ranks = panel["own_rank"]
    # What a week remembers may itself be remembered: once more, until nothing gets worse.
    while True:
        held = pl.DataFrame([ranks, *(ranks.gather(rows).alias(rows.name) for rows in known_rows)]).max_horizontal()
        if held is None or held.equals(ranks):
            break
        ranks = held
    return panel.with_columns(ranks.alias("rank"))


def _known_row(part: RiskPart) -> pl.Expr:
    """While the factor is unknown, the row of the account's last week in which it was known; else null."""
    is_unknown = part.col("state") == UNKNOWN
    last_known = pl.when(~is_unknown).then("row").forward_fill()
    begins = pl.when((pl.col("account") != pl.col("account").shift(1)).fill_null(True)).then("row").forward_fill()
    return pl.when(is_unknown & (last_known >= begins)).then(last_known)


def named_risk(rank: pl.Expr) -> pl.Expr:
    """The name of a band's rank."""
    return rank.replace_strict(dict(enumerate(RISK_BANDS)), return_dtype=pl.String)
