"""Who left in the last days, why, what they paid, whether a band had warned, and who is being won back."""

from datetime import date, timedelta

import polars as pl

from pipeline.policy.revenue import Churn
from pipeline.revenue.retained import UNKNOWN, with_bands
from pipeline.revenue.served import MONEY, converted

OPPORTUNITIES = {
    "opportunity_id": pl.String,
    "account_id": pl.String,
    "created_on": pl.Date,
    "is_closed": pl.Boolean,
}
KEY = ["account_id", "churned_on"]


def churned_accounts(
    lives: pl.DataFrame,
    held: pl.DataFrame,
    rates: pl.DataFrame,
    described: pl.DataFrame,
    bands: pl.DataFrame,
    opportunities: pl.DataFrame,
    rule: Churn,
    as_of: date,
) -> pl.DataFrame:
    """One row per account that left in the last days of the policy, and churn day.

    `lost_arr` is what it paid on its last day of service, at that month's rate, null without one; the reason is that of
    the largest contract that ended then. `is_surprise` says that a band was calm so many days before; null where the
    panel does not know. A win-back is in progress with an open opportunity since, and won on the day service returns.
    """
    since = as_of - timedelta(days=rule.days)
    gone = lives.filter((pl.col("churned_on") > since) & (pl.col("churned_on") <= as_of))
    tenure = (pl.col("churned_on") - pl.col("starts_on")).dt.total_days().alias("tenure_days")
    base = gone.select(*KEY, "returned_on", tenure).join(_lost(gone, held, rates), on=KEY, how="left")
    warned = with_bands(base, pl.col("churned_on") - pl.duration(days=rule.forewarned_days), bands)
    calm = pl.col("health_band").is_in(rule.surprise_bands) | pl.col("risk_band").is_in(rule.surprise_risk_bands)
    known = pl.any_horizontal(pl.col("health_band", "risk_band").is_not_null())
    named = warned.join(described, on="account_id", how="left").join(
        _win_backs(gone, opportunities), on=KEY, how="left"
    )
    state = (
        pl.when(pl.col("returned_on") <= as_of)
        .then(pl.lit("won"))
        .when(pl.col("win_back_opportunity_id").is_not_null())
        .then(pl.lit("in_progress"))
        .otherwise(pl.lit("none"))
    )
    return (
        named.with_columns(
            is_surprise=pl.when(known).then(calm.fill_null(value=False)),
            win_back=state,
            reason=pl.col("reason").fill_null("not_recorded"),
        )
        .rename({"health_band": "health_band_before", "risk_band": "risk_band_before"})
        .drop("returned_on")
        .sort("churned_on", "account_id")
    )


def churn_analysis(
    gone: pl.DataFrame, lives: pl.DataFrame, described: pl.DataFrame, by_product: pl.DataFrame, rule: Churn, as_of: date
) -> pl.DataFrame:
    """One row per dimension (all, segment, reason, product, start_quarter) and value of the last days' churn.

    Accounts that left, those there at the start of the span, the rate between them (0 when nobody left), and the ARR
    lost. Product and start quarter come from the movements before netting, of the months that closed in the span: an
    account that dropped one of its products counts there, and has no rate.
    """
    since = as_of - timedelta(days=rule.days)
    there = lives.filter(
        (pl.col("starts_on") <= since) & (pl.col("churned_on").is_null() | (pl.col("churned_on") > since))
    ).join(described, on="account_id", how="left")
    whole = _counted(gone, "all", pl.lit("all")).join(
        _base(there, pl.lit("all")), on="value", how="full", coalesce=True
    )
    segments = _counted(gone, "segment", pl.col("segment").fill_null(UNKNOWN)).join(
        _base(there, pl.col("segment").fill_null(UNKNOWN)), on="value", how="full", coalesce=True
    )
    reasons = _counted(gone, "reason", pl.col("reason"))
    dropped = _dropped(by_product, since, as_of).join(described, on="account_id", how="left")
    parts = [
        whole.with_columns(dimension=pl.lit("all")),
        segments.with_columns(dimension=pl.lit("segment")),
        reasons,
        _counted(dropped, "product", pl.col("product").cast(pl.String).fill_null(UNKNOWN)),
        _counted(dropped, "start_quarter", pl.col("start_quarter").fill_null(UNKNOWN)),
    ]
    rows = pl.concat(parts, how="diagonal").with_columns(
        pl.col("churned_accounts").fill_null(0), pl.col("lost_arr").fill_null(0)
    )
    rate = 100 * pl.col("churned_accounts").cast(pl.Float64) / pl.col("base_accounts")
    stated = rows.with_columns(churn_rate_pct=pl.when(pl.col("base_accounts") > 0).then(rate))
    return stated.select("dimension", "value", "churned_accounts", "base_accounts", "churn_rate_pct", "lost_arr").sort(
        "dimension", "value"
    )


def _lost(gone: pl.DataFrame, held: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """What each paid on its last day of service and why it ended."""
    last = gone.select(*KEY, served_on=pl.col("churned_on") - pl.duration(days=1))
    paid = held.filter(pl.col("arr_local") > 0).join(last, on="account_id", how="inner")
    on_day = paid.filter(
        (pl.col("starts_on") <= pl.col("served_on"))
        & (pl.col("service_ends_on").is_null() | (pl.col("service_ends_on") >= pl.col("served_on")))
    )
    rated = converted(on_day, pl.col("served_on").dt.month_start(), rates, "lost_arr")
    largest = rated.filter(pl.col("churn_reason").is_not_null()).sort("arr_local", "contract_id", descending=True)
    reasons = largest.group_by(KEY, maintain_order=True).agg(pl.col("churn_reason").first().alias("reason"))
    is_known = pl.col("lost_arr").is_not_null().all()
    sums = rated.group_by(KEY).agg(pl.when(is_known).then(pl.col("lost_arr").sum()).cast(MONEY).alias("lost_arr"))
    return sums.join(reasons, on=KEY, how="left")


def _win_backs(gone: pl.DataFrame, opportunities: pl.DataFrame) -> pl.DataFrame:
    """The first open opportunity with each account since it left."""
    deals = opportunities.filter(~pl.col("is_closed").fill_null(value=False))
    since = gone.select(KEY).join(deals, on="account_id", how="inner")
    ordered = since.filter(pl.col("created_on") >= pl.col("churned_on")).sort("created_on", "opportunity_id")
    return ordered.group_by(KEY, maintain_order=True).agg(
        pl.col("opportunity_id").first().alias("win_back_opportunity_id")
    )


def _dropped(by_product: pl.DataFrame, since: date, as_of: date) -> pl.DataFrame:
    """Churn before netting of the months that closed in the span; the running one closes at its end."""
    closed_on = pl.min_horizontal(pl.col("month_on").dt.month_end(), pl.lit(as_of))
    lost = by_product.filter((pl.col("kind") == "churn") & (closed_on > since))
    return lost.rename({"amount": "lost_arr"})


def _counted(rows: pl.DataFrame, dimension: str, value: pl.Expr) -> pl.DataFrame:
    sums = rows.group_by(value.alias("value")).agg(
        pl.col("account_id").n_unique().cast(pl.Int64).alias("churned_accounts"),
        pl.col("lost_arr").sum().cast(MONEY).alias("lost_arr"),
    )
    return sums.with_columns(dimension=pl.lit(dimension))


def _base(there: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    return there.group_by(value.alias("value")).agg(
        pl.col("account_id").n_unique().cast(pl.Int64).alias("base_accounts")
    )
