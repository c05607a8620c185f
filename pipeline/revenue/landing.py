"""Where ARR and retention land at the end of a planned period, against the plan, with an interval.

It carries the pace of the last completed months on; the plan comes from targets, actuals from bridge and cohorts.
"""

from datetime import date

import polars as pl

from pipeline.frames import shaped
from pipeline.metrics import METRICS
from pipeline.policy.revenue import Landing
from pipeline.revenue.plans import fiscal_year, period_end
from pipeline.revenue.retained import cohorts_of, periods_of
from pipeline.revenue.served import completed_month, month_of, months_between

TARGETS = {"period": pl.String, "measure": pl.String, "dimension": pl.String, "value": pl.Float64}
RETAINED = ("grr_pct", "nrr_pct")
MEASURES = ("arr", *RETAINED)
YEAR = 12
DAYS_A_MONTH = 365.25 / 12


def landing(
    targets: pl.DataFrame,
    bridge: pl.DataFrame,
    served: pl.DataFrame,
    rates: pl.DataFrame,
    segments: pl.DataFrame,
    rule: Landing,
    as_of: date,
    year_starts: int,
) -> pl.DataFrame:
    """One row per target for arr, grr_pct or nrr_pct, and for each of the running fiscal year even without one.

    `actual` is the figure at the period's end, or as it stands; `landing` adds the mean monthly pace of the trailing
    months for the time left, `low` and `high` their spread over as many months. State is closed, running or ahead;
    where a period's cohort has not opened yet, both are null. Retention is of the twelve months to the end.
    """
    wanted = _wanted(targets, as_of, year_starts)
    pace = _pace(bridge, rule.trailing_months, as_of)
    stands = pl.concat([_arr(wanted, bridge, as_of), _retained(wanted, served, rates, segments, as_of)])
    joined = wanted.join(stands, on=["ends_on", "measure", "dimension"], how="left").join(
        pace, on=["measure", "dimension"], how="left"
    )
    left = pl.max_horizontal(pl.lit(0.0), (pl.col("ends_on") - pl.col("stated_on")).dt.total_days() / DAYS_A_MONTH)
    spread = rule.interval_z * pl.col("deviation") * left.sqrt()
    moved = joined.with_columns(landing=pl.col("actual") + left * pl.col("mean"), spread=spread)
    ceiling = pl.when(pl.col("measure") == "grr_pct").then(pl.col("actual"))
    projected = moved.with_columns(
        pl.min_horizontal(pl.col("landing"), ceiling),
        low=pl.col("landing") - pl.col("spread"),
        high=pl.min_horizontal(pl.col("landing") + pl.col("spread"), ceiling),
    )
    reaches = pl.col("landing") >= pl.col("target")
    return projected.with_columns(gap=pl.col("landing") - pl.col("target"), is_met=reaches).select(
        *("period", "measure", "dimension", "ends_on", "state", "target", "actual"),
        *("landing", "low", "high", "gap", "is_met"),
    )


def _wanted(targets: pl.DataFrame, as_of: date, year_starts: int) -> pl.DataFrame:
    planned = shaped(targets, TARGETS).filter(pl.col("measure").is_in(MEASURES))
    year = str(fiscal_year(as_of, year_starts))
    running = pl.DataFrame([(year, measure, "all", None) for measure in MEASURES], schema=TARGETS, orient="row")
    key = ["period", "measure", "dimension"]
    every = pl.concat([planned, running.join(planned, on=key, how="anti")]).sort(key)
    ends = {period: period_end(period, year_starts) for period in every["period"].unique()}
    ends_on = pl.col("period").replace_strict(ends, return_dtype=pl.Date)
    state = (
        pl.when(ends_on <= as_of)
        .then(pl.lit("closed"))
        .when(ends_on <= ends[year])
        .then(pl.lit("running"))
        .otherwise(pl.lit("ahead"))
    )
    return every.rename({"value": "target"}).with_columns(ends_on=ends_on, state=state)


def _pace(bridge: pl.DataFrame, months: int, as_of: date) -> pl.DataFrame:
    """Mean and deviation a month, by measure and segment: ARR moved without fx, or its share of the opening."""
    last = completed_month(as_of)
    recent = bridge.filter((pl.col("month_on") <= last) & (pl.col("month_on") > month_of(last, -months)))
    lost = -(pl.col("contraction") + pl.col("churn"))
    kept = lost + pl.col("expansion") + pl.col("reactivation")
    share = 100 / pl.col("opening").cast(pl.Float64)
    moved = {
        "arr": (kept + pl.col("new")).cast(pl.Float64),
        "grr_pct": pl.when(pl.col("opening") > 0).then(lost.cast(pl.Float64) * share),
        "nrr_pct": pl.when(pl.col("opening") > 0).then(kept.cast(pl.Float64) * share),
    }
    return pl.concat(
        recent.sort("segment", "month_on")
        .group_by("segment", maintain_order=True)
        .agg(amount.mean().alias("mean"), amount.std().fill_null(0.0).alias("deviation"))
        .select(pl.lit(measure).alias("measure"), pl.col("segment").alias("dimension"), "mean", "deviation")
        for measure, amount in moved.items()
    )


def _arr(wanted: pl.DataFrame, bridge: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """ARR at the ends that have come, and as it stands for those to come."""
    ends = wanted.filter(pl.col("measure") == "arr").select("ends_on", "measure", "dimension").unique()
    stated = pl.min_horizontal(pl.col("ends_on"), pl.lit(as_of))
    closings = bridge.select("month_on", pl.col("segment").alias("dimension"), pl.col("closing").cast(pl.Float64))
    dated = ends.with_columns(stated_on=stated, month_on=stated.dt.month_start())
    found = dated.join(closings, on=["month_on", "dimension"], how="inner")
    return found.select("ends_on", "measure", "dimension", "stated_on", actual="closing")


def _retained(
    wanted: pl.DataFrame, served: pl.DataFrame, rates: pl.DataFrame, segments: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """GRR and NRR of the cohorts that opened a year before the ends, as far as months are completed."""
    last = completed_month(as_of)
    ends = wanted.filter(pl.col("measure").is_in(RETAINED))["ends_on"].unique().sort()
    parts = [_cohort(end, served, rates, segments, last) for end in ends if month_of(end, -YEAR) <= last]
    schema = {
        "ends_on": pl.Date,
        "measure": pl.String,
        "dimension": pl.String,
        "stated_on": pl.Date,
        "actual": pl.Float64,
    }
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def _cohort(end: date, served: pl.DataFrame, rates: pl.DataFrame, segments: pl.DataFrame, last: date) -> pl.DataFrame:
    closing = min(month_of(end), last)
    months = len(months_between(month_of(end, -YEAR), closing)) - 1
    rows = cohorts_of(periods_of(served, rates, months, [closing]).accounts).join(segments, on="account_id", how="left")
    both = pl.concat([rows, rows.with_columns(segment=pl.lit("all"))])
    stated = both.group_by("segment").agg(METRICS[name].pooled() for name in RETAINED)
    long = stated.unpivot(RETAINED, index="segment", variable_name="measure", value_name="actual")
    return long.select(
        pl.lit(end).alias("ends_on"),
        "measure",
        pl.col("segment").alias("dimension"),
        pl.lit(closing).dt.month_end().alias("stated_on"),
        "actual",
    )
