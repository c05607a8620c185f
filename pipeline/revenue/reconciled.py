"""The lines under NRR: from the opening of a year to the closing that the bridge has, with nothing left over."""

import polars as pl

from pipeline.revenue.bridge import WHOLE
from pipeline.revenue.served import MONEY, NOTHING, rated

LINES = ("opening", "expansion", "contraction", "churn", "arrived", "fx", "closing")


def reconciled(
    served: pl.DataFrame,
    rates: pl.DataFrame,
    segments: pl.DataFrame,
    bridge: pl.DataFrame,
    retention: pl.DataFrame,
    months: int,
) -> pl.DataFrame:
    """One row per period end of `retention` and segment, `all` among them, in the reporting currency.

    Opening, movements at the opening month's rate, fx = what the contracts of the closing are worth more or less at its
    own rate, and the bridge's closing; `residual` is closing - opening - movements - fx and must be 0.00. `arrived` are
    accounts without ARR at the opening, new or returned.
    """
    ends = retention.select(pl.col("period_ends_on").dt.month_start().alias("month_on")).unique()
    by_account = _by_account(served, rates, ends, months).join(segments, on="account_id", how="left")
    both = pl.concat([by_account, by_account.with_columns(segment=pl.lit(WHOLE))])
    then, now = pl.col("opening"), pl.col("now")
    stayed, came = (then > 0) & (now > 0), (then == 0) & (now > 0)
    sums = both.group_by("month_on", "segment").agg(
        then.sum().cast(MONEY),
        (now - then).filter(stayed & (now > then)).sum().cast(MONEY).alias("expansion"),
        (then - now).filter(stayed & (now < then)).sum().cast(MONEY).alias("contraction"),
        then.filter(now == 0).sum().cast(MONEY).alias("churn"),
        now.filter(came).sum().cast(MONEY).alias("arrived"),
        pl.col("fx").sum().cast(MONEY),
    )
    closings = bridge.select("month_on", "segment", "closing").join(ends, on="month_on", how="semi")
    lines = closings.join(sums, on=["month_on", "segment"], how="left").with_columns(pl.col(*LINES).fill_null(NOTHING))
    moved = pl.col("expansion") + pl.col("arrived") - pl.col("contraction") - pl.col("churn")
    residual = (pl.col("closing") - pl.col("opening") - moved - pl.col("fx")).cast(MONEY)
    dated = lines.with_columns(residual=residual, period_ends_on=pl.col("month_on").dt.month_end())
    return dated.select("period_ends_on", "segment", *LINES, "residual").sort("period_ends_on", "segment")


def _by_account(served: pl.DataFrame, rates: pl.DataFrame, ends: pl.DataFrame, months: int) -> pl.DataFrame:
    """One row per account and period: opening, `now` at the opening's rate, and the fx between the two rates."""
    opened = ends.lazy().with_columns(opened_on=pl.col("month_on").dt.offset_by(f"-{months}mo"))
    closing = served.lazy().join(opened, on="month_on", how="inner")
    known = rated(closing, pl.col("opened_on"), rates, "arr_then").with_columns(
        pl.col("arr", "arr_then").fill_null(NOTHING)
    )
    now = known.group_by("account_id", "month_on").agg(
        pl.col("arr_then").sum().cast(MONEY).alias("now"),
        (pl.col("arr") - pl.col("arr_then")).sum().cast(MONEY).alias("fx"),
    )
    begun = served.lazy().rename({"month_on": "opened_on"}).join(opened, on="opened_on", how="inner")
    then = begun.group_by("account_id", "month_on").agg(pl.col("arr").sum().cast(MONEY).alias("opening"))
    both = then.join(now, on=["account_id", "month_on"], how="full", coalesce=True)
    return both.with_columns(pl.col("opening", "now", "fx").fill_null(NOTHING)).collect()
