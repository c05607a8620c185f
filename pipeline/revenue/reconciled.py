"""The lines under NRR: from the opening of a year to the closing that the bridge has, with nothing left over."""

import polars as pl

from pipeline.revenue.bridge import WHOLE
from pipeline.revenue.served import MONEY, NOTHING

LINES = ("opening", "expansion", "contraction", "churn", "arrived", "fx", "closing")


def reconciled(
    ends: pl.DataFrame, segments: pl.DataFrame, bridge: pl.DataFrame, retention: pl.DataFrame
) -> pl.DataFrame:
    """One row per period end of `retention` and segment, `all` among them, in the reporting currency.

    `ends` are the accounts of `Periods`. Opening, movements at the opening month's rate, fx = what the contracts of the
    closing are worth more or less at its own rate, and the bridge's closing; `residual` is closing - opening -
    movements - fx and must be 0.00. `arrived` are accounts without ARR at the opening, new or returned.
    """
    periods = retention.select(pl.col("period_ends_on").dt.month_start().alias("month_on")).unique()
    placed = (
        ends.lazy().join(periods.lazy(), on="month_on", how="semi").join(segments.lazy(), on="account_id", how="left")
    )
    then, now = pl.col("opening_arr"), pl.col("closing_arr")
    stayed, came = (then > 0) & (now > 0), (then == 0) & (now > 0)
    parts = placed.group_by("month_on", "segment").agg(
        opening=then.sum(),
        expansion=(now - then).filter(stayed & (now > then)).sum(),
        contraction=(then - now).filter(stayed & (now < then)).sum(),
        churn=then.filter(now == 0).sum(),
        arrived=now.filter(came).sum(),
        fx=(pl.col("stands_arr") - now).sum(),
    )
    whole = parts.group_by("month_on").agg(pl.col(*LINES[:-1]).sum(), segment=pl.lit(WHOLE))
    columns = ["month_on", "segment", *(pl.col(name).cast(MONEY) for name in LINES[:-1])]
    sums = pl.concat([parts.select(columns), whole.select(columns)]).collect()
    closings = bridge.select("month_on", "segment", "closing").join(periods, on="month_on", how="semi")
    lines = closings.join(sums, on=["month_on", "segment"], how="left").with_columns(pl.col(*LINES).fill_null(NOTHING))
    moved = pl.col("expansion") + pl.col("arrived") - pl.col("contraction") - pl.col("churn")
    residual = (pl.col("closing") - pl.col("opening") - moved - pl.col("fx")).cast(MONEY)
    dated = lines.with_columns(residual=residual, period_ends_on=pl.col("month_on").dt.month_end())
    return dated.select("period_ends_on", "segment", *LINES, "residual").sort("period_ends_on", "segment")
