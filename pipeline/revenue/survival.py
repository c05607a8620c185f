"""How long customers stay: Kaplan and Meier's curve by tenure, with those who are still here counted as such."""

from datetime import date

import polars as pl

from pipeline.revenue.served import paid_spans

GROUP = ["dimension", "value"]


def lives(held: pl.DataFrame, served: pl.DataFrame, grace_days: int, as_of: date) -> pl.DataFrame:
    """One row per account and uninterrupted life as a paying customer: starts_on, churned_on, returned_on.

    Gaps within the grace do not interrupt; a life that goes on at `as_of`, pending included, has no churned_on.
    `returned_on` is the first day of the next life, known at the book's date.
    """
    spans = paid_spans(held, grace_days).filter(pl.col("starts_on") <= as_of)
    standing = served.filter(pl.col("stated_on") == as_of).select("account_id").unique()
    here = spans.join(standing.with_columns(is_here=pl.lit(value=True)), on="account_id", how="left")
    ordered = here.sort("account_id", "starts_on")
    following = pl.col("starts_on").shift(-1).over("account_id")
    goes_on = following.is_null() & pl.col("is_here").fill_null(value=False)
    left_on = pl.col("ends_on") + pl.duration(days=1)
    is_over = ~goes_on & (pl.col("ends_on") < as_of)
    return ordered.with_columns(
        churned_on=pl.when(is_over).then(left_on),
        returned_on=following,
        is_first=pl.col("starts_on").shift(1).over("account_id").is_null(),
    ).select("account_id", "starts_on", "churned_on", "returned_on", "is_first")


def survival(found: pl.DataFrame, segments: pl.DataFrame, z: float, as_of: date) -> pl.DataFrame:
    """One row per dimension (all, segment), value and tenure in days at which someone left; also day 0 and the longest.

    The first life of every account: days of service until churn, or until the book's date for those still here.
    `at_risk` are the accounts whose tenure reached the day. The band is Greenwood's, cut to 0..100; empty once nobody
    is left to say how sure the curve is.
    """
    first = found.filter(pl.col("is_first")).join(segments, on="account_id", how="left")
    left = pl.col("churned_on").is_not_null()
    days = pl.when(left).then(pl.col("churned_on")).otherwise(pl.lit(as_of) + pl.duration(days=1)) - pl.col("starts_on")
    timed = first.with_columns(tenure_days=days.dt.total_days(), is_left=left)
    grouped = pl.concat(
        [
            timed.with_columns(dimension=pl.lit("all"), value=pl.lit("all")),
            timed.with_columns(dimension=pl.lit("segment"), value=pl.col("segment").fill_null("unknown")),
        ]
    )
    return curves(grouped, z)


def curves(timed: pl.DataFrame, z: float) -> pl.DataFrame:
    """The curve of each group from one row per account with tenure_days and is_left."""
    sums = timed.group_by(*GROUP, "tenure_days").agg(
        pl.col("is_left").sum().cast(pl.Int64).alias("churned"),
        (~pl.col("is_left")).sum().cast(pl.Int64).alias("censored"),
    )
    zero = (
        timed.select(GROUP)
        .unique()
        .with_columns(tenure_days=pl.lit(0, pl.Int64), churned=pl.lit(0, pl.Int64), censored=pl.lit(0, pl.Int64))
    )
    ordered = pl.concat([sums, zero]).group_by(*GROUP, "tenure_days").agg(pl.col("churned", "censored").sum())
    counted = ordered.sort(*GROUP, "tenure_days")
    gone = pl.col("churned") + pl.col("censored")
    at_risk = gone.sum().over(GROUP) - gone.cum_sum().over(GROUP) + gone
    reached = counted.with_columns(at_risk=at_risk)
    stays, risk = 1 - pl.col("churned") / pl.col("at_risk"), pl.col("at_risk").cast(pl.Float64)
    spread = pl.col("churned") / (risk * (risk - pl.col("churned")))
    curve = reached.with_columns(
        share=stays.cum_prod().over(GROUP), spread=spread.cum_sum().over(GROUP).sqrt()
    ).with_columns(error=pl.when(pl.col("share") > 0).then(pl.col("share") * pl.col("spread")))
    shown = (pl.col("churned") > 0) | (pl.col("tenure_days") == 0)
    is_last = pl.col("tenure_days") == pl.col("tenure_days").max().over(GROUP)
    return curve.filter(shown | is_last).select(
        *GROUP,
        "tenure_days",
        "at_risk",
        "churned",
        "censored",
        (100 * pl.col("share")).alias("survival_pct"),
        (100 * (pl.col("share") - z * pl.col("error"))).clip(0, 100).alias("low_pct"),
        (100 * (pl.col("share") + z * pl.col("error"))).clip(0, 100).alias("high_pct"),
        (100 * pl.col("error")).alias("error_pct"),
    )
