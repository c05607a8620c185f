"""How good the forecasts were: those that runs kept, those the panel can make of past weeks, beside what came of them.

A kept forecast is never recomputed; where no run kept one, the panel gives what that week could have known.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.frames import shaped
from pipeline.policy.renewals import Accuracy
from pipeline.revenue.served import MONEY, NOTHING

KEPT = {
    "made_on": pl.Date,
    "contract_id": pl.String,
    "account_id": pl.String,
    "renewal_on": pl.Date,
    "arr": MONEY,
    "health_band": pl.String,
    "probability_pct": pl.Float64,
    "category": pl.String,
    "expected_arr": MONEY,
    "csm": pl.String,
}
WEEK = 7
ALL = "all"


def kept_forecast(renewals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What a run promises: one row per renewal as it forecast it."""
    rows = shaped(renewals, {name: kind for name, kind in KEPT.items() if name != "made_on"})
    return rows.with_columns(made_on=pl.lit(as_of)).select(list(KEPT)).sort("contract_id")


def from_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """Kept forecasts whose cells were written out, as they were."""
    days = [name for name, kind in KEPT.items() if kind == pl.Date]
    dated = texts.with_columns(pl.col(days).str.to_date("%Y-%m-%d"))
    return shaped(dated, KEPT).sort("made_on", "contract_id")


def vintages(seen: pl.DataFrame, kept: pl.DataFrame, csms: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per decided renewal and lead: what was forecast then, and `actual_arr`, what was renewed of it.

    `seen` are the judged sightings: terms as the panel saw them. Where a run of those seven days kept its forecast,
    that stands instead, with `is_kept`. A renewal counts once its date is past and its outcome known, at today's rate.
    """
    renewed = pl.col("successor_known_on").is_not_null()
    is_known = renewed | pl.col("lost_on").is_not_null()
    over = seen.filter((pl.col("renewal_on") <= as_of) & is_known).join(csms, on=["account_id", "seen_on"], how="left")
    outcome = pl.when(renewed).then("actual_won_arr").otherwise(NOTHING)
    recomputed = over.select(
        "contract_id",
        "account_id",
        "renewal_on",
        lead_days="distance_days",
        seen_on="seen_on",
        csm="csm",
        arr="arr",
        health_band="health_band",
        probability_pct=100 * pl.col("probability"),
        category="category",
        forecast_arr="expected_arr",
        actual_arr=pl.when(pl.col("arr").is_not_null()).then(outcome).cast(MONEY),
        is_lost=~renewed,
    )
    return _with_kept(recomputed, shaped(kept, KEPT)).sort("lead_days", "renewal_on", "contract_id")


def forecast_accuracy(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per lead, dimension (all, csm, category, health_band) and value: how far off, and which way.

    wape_pct is the absolute error of each renewal over what was renewed, wape_month_pct that of each month's total;
    bias_pct is signed, over is positive. Null where nothing was renewed, since there is nothing to divide by.
    """
    known = rows.filter(pl.col("actual_arr").is_not_null() & pl.col("forecast_arr").is_not_null()).with_columns(
        pl.col("forecast_arr", "actual_arr").cast(pl.Float64), month=pl.col("renewal_on").dt.truncate("1mo")
    )
    sides = {
        "all": pl.lit(ALL),
        "csm": pl.col("csm"),
        "category": pl.col("category"),
        "health_band": pl.col("health_band"),
    }
    stated = [_stated(known.with_columns(value=side.fill_null("not stated")), name) for name, side in sides.items()]
    return pl.concat(stated).sort("lead_days", "dimension", "value", descending=[True, False, False])


def loss_detection(rows: pl.DataFrame, policy: Accuracy) -> pl.DataFrame:
    """One row per lead: ARR that was lost, how much of it stood in a flagged category, and what share that is."""
    lost = rows.filter("is_lost")
    arr, flagged = pl.col("arr").cast(pl.Float64), pl.col("category").is_in(list(policy.flagged))
    counted = lost.group_by("lead_days").agg(
        lost_count=pl.len().cast(pl.Int64),
        lost_arr=pl.col("arr").sum().cast(MONEY),
        flagged_count=flagged.sum().cast(pl.Int64),
        flagged_arr=pl.col("arr").filter(flagged).sum().cast(MONEY),
        flagged_pct=pl.when(arr.sum() > 0).then((100 * arr.filter(flagged).sum() / arr.sum()).round(6)),
    )
    return counted.sort("lead_days", descending=True)


def _with_kept(rows: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """The forecast of the newest run in the seven days to the sighting, where one was kept."""
    told = kept.select(
        "contract_id",
        pl.col("made_on"),
        kept_pct="probability_pct",
        kept_category="category",
        kept_arr="expected_arr",
        kept_band="health_band",
        kept_csm="csm",
    ).sort("made_on", "contract_id")
    joined = rows.sort("seen_on", "contract_id").join_asof(
        told.with_columns(kept_on="made_on"),
        left_on="seen_on",
        right_on="made_on",
        by="contract_id",
        strategy="backward",
        tolerance=timedelta(days=WEEK - 1),
        check_sortedness=False,
    )
    is_kept = pl.col("kept_on").is_not_null()
    pairs = {
        "probability_pct": "kept_pct",
        "category": "kept_category",
        "forecast_arr": "kept_arr",
        "health_band": "kept_band",
        "csm": "kept_csm",
    }
    taken = [pl.when(is_kept).then(was).otherwise(name).alias(name) for name, was in pairs.items()]
    dropped = [*pairs.values(), "kept_on", "made_on"]
    return joined.with_columns(*taken, is_kept=is_kept).drop(dropped, strict=False)


def _stated(rows: pl.DataFrame, dimension: str) -> pl.DataFrame:
    forecast, actual = pl.col("forecast_arr"), pl.col("actual_arr")
    months = (
        rows.group_by("lead_days", "value", "month")
        .agg(gap=(forecast - actual).sum())
        .group_by("lead_days", "value")
        .agg(month_gap=pl.col("gap").abs().sum())
    )
    sums = rows.group_by("lead_days", "value").agg(
        n=pl.len().cast(pl.Int64),
        kept_n=pl.col("is_kept").sum().cast(pl.Int64),
        forecast_arr=forecast.sum(),
        actual_arr=actual.sum(),
        gap=(forecast - actual).abs().sum(),
    )
    share = {"wape_pct": pl.col("gap"), "bias_pct": forecast - actual, "wape_month_pct": pl.col("month_gap")}
    return sums.join(months, on=["lead_days", "value"]).select(
        "lead_days",
        pl.lit(dimension).alias("dimension"),
        "value",
        "n",
        *(pl.when(actual > 0).then((100 * part / actual).round(6)).alias(name) for name, part in share.items()),
        "kept_n",
        pl.col("forecast_arr", "actual_arr").round(2).cast(MONEY),
    )
