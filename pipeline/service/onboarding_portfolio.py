"""Onboarding of the whole book: the funnel of phases, and by segment how much was complete in time."""

from datetime import date

import polars as pl

PHASES = ("planning", "setup", "configuration", "migration", "testing", "go_live", "optimization")


def onboarding_funnel(judged: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per phase: plans in it now, and of those begun in twelve months how many came so far.

    A live plan has come through every phase before optimization; a plan without a phase is in none.
    """
    place = pl.col("phase").replace_strict(dict(zip(PHASES, range(7), strict=True)), default=-1, return_dtype=pl.Int64)
    live = pl.when(pl.col("state") == "live").then(PHASES.index("go_live")).otherwise(-1)
    rows = judged.with_columns(pl.max_horizontal(place, live).alias("place"))
    recent = pl.col("started_on") > pl.lit(as_of).dt.offset_by("-12mo")
    return pl.concat(
        rows.select(
            pl.lit(number).alias("number"),
            pl.lit(phase).alias("phase"),
            (pl.col("is_running") & (pl.col("phase") == phase)).sum().cast(pl.Int64).alias("running_count"),
            (recent & (pl.col("place") >= number)).sum().cast(pl.Int64).alias("reached_count"),
            recent.sum().cast(pl.Int64).alias("begun_count"),
        )
        for number, phase in enumerate(PHASES)
    ).sort("number")


def onboarding_segments(judged: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per segment (and `all`) of the plans begun in twelve months: onboarding complete in time of those whose
    time is up or who made it, milestones on time of those due, and what it cost.
    """
    recent = judged.filter(pl.col("started_on") > pl.lit(as_of).dt.offset_by("-12mo"))
    known = recent.filter(pl.col("segment").is_not_null())
    both = pl.concat([known, recent.with_columns(pl.lit("all").alias("segment"))])
    sums = both.group_by("segment").agg(
        pl.len().cast(pl.Int64).alias("plan_count"),
        (pl.col("state") == "live").sum().cast(pl.Int64).alias("live_count"),
        pl.col("is_complete_in_time").count().cast(pl.Int64).alias("decided_count"),
        pl.col("is_complete_in_time").sum().cast(pl.Int64).alias("in_time_count"),
        pl.col("milestones_due", "milestones_reached", "milestones_on_time").sum(),
        pl.col("onboarding_days").median().alias("median_onboarding_days"),
        pl.col("cost").filter(pl.col("state") == "live").mean().alias("cost_per_onboarding"),
        pl.col("cost").filter(pl.col("state") == "live").count().cast(pl.Int64).alias("costed_count"),
    )
    return sums.with_columns(
        _share("in_time_count", "decided_count").alias("in_time_pct"),
        _share("milestones_on_time", "milestones_due").alias("milestones_on_time_pct"),
    ).sort(pl.col("segment") == "all", "segment")


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) * 100 / pl.col(whole))
