"""How likely a renewal is: a Beta per health band, updated with the company's own renewals seen from as far away.

Evidence is kept as a running count by day, so that the chance of any past week is the one that week could have known.
"""

from datetime import date

import polars as pl

from pipeline.policy.renewals import Chances
from pipeline.revenue.renewals_terms import is_open_on

OVERALL = "overall"
KEY = ["distance_days", "cell"]
COUNTS = {"renewed_count": pl.Int64, "lost_count": pl.Int64}


def distance_of(days: pl.Expr, chances: Chances) -> pl.Expr:
    """From how far a renewal so many days off is looked at: the nearest distance not below it, else the farthest."""
    steps = sorted(chances.distances)
    looked = pl.lit(steps[-1])
    for step in reversed(steps):
        looked = pl.when(days <= step).then(step).otherwise(looked)
    return looked.cast(pl.Int64)


def cell_of(band: pl.Expr, chances: Chances) -> pl.Expr:
    """The band whose chance holds; one without a chance of its own goes by the book's overall rate."""
    return pl.when(band.is_in(list(chances.priors))).then(band).otherwise(pl.lit(OVERALL))


def sightings(terms: pl.DataFrame, health_weeks: pl.DataFrame, as_of: date, chances: Chances) -> pl.DataFrame:
    """One row per term and distance at which it was seen still open: `seen_on` the last panel week by then, its band.

    Only weeks that are complete count; a term that was decided by then, or not yet known, was not seen.
    """
    distances = pl.DataFrame({"distance_days": list(chances.distances)}, schema={"distance_days": pl.Int64})
    looked = pl.col("renewal_on") - pl.duration(days=pl.col("distance_days"))
    weeks_ago = ((pl.lit(as_of) - looked).dt.total_days() + 6) // 7
    seen = pl.lit(as_of) - pl.duration(days=7 * weeks_ago)
    rows = terms.join(distances, how="cross").filter(looked <= as_of).with_columns(seen_on=seen.cast(pl.Date))
    was_there = (pl.col("known_on") <= pl.col("seen_on")) & (pl.col("starts_on") <= pl.col("seen_on"))
    bands = health_weeks.filter("is_complete").select(
        "account_id", pl.col("week_ending_on").alias("seen_on"), "health_band"
    )
    opened = rows.filter(was_there & is_open_on(pl.col("seen_on")))
    return opened.join(bands, on=["account_id", "seen_on"], how="inner").sort("contract_id", "distance_days")


def evidence(seen: pl.DataFrame, as_of: date, chances: Chances) -> pl.DataFrame:
    """Running counts of outcomes: one row per distance, cell and day on which one became known.

    A renewal counts from its date or the successor's signature, whichever is later; a loss from the day it counted as
    one, and no more from the day a late successor was signed. Cell `overall` counts every band.
    """
    renewed_on = pl.max_horizontal("renewal_on", "successor_known_on")
    is_followed = pl.col("successor_known_on").is_not_null()
    outcomes = [
        seen.filter(is_followed).with_columns(day=renewed_on, renewed_count=1, lost_count=0),
        seen.filter(pl.col("lost_on").is_not_null()).with_columns(day="lost_on", renewed_count=0, lost_count=1),
        seen.filter(is_followed & pl.col("lost_on").is_not_null()).with_columns(
            day=renewed_on, renewed_count=0, lost_count=-1
        ),
    ]
    told = pl.concat([rows.with_columns(pl.col("day").cast(pl.Date)) for rows in outcomes])
    known = told.filter(pl.col("day") <= as_of).cast(dict(COUNTS))  # type: ignore[arg-type]
    own = known.with_columns(cell=pl.col("health_band")).filter(pl.col("cell").is_in(list(chances.priors)))
    both = pl.concat([own, known.with_columns(cell=pl.lit(OVERALL))])
    daily = both.group_by(*KEY, "day").agg(pl.col(*COUNTS).sum()).sort(*KEY, "day")
    return daily.with_columns(pl.col(*COUNTS).cum_sum().over(KEY))


def with_chance(rows: pl.DataFrame, known: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """The rows (`distance_days`, `cell`, `seen_on`) with alpha, beta, probability, its interval and n own renewals."""
    priors = {**chances.priors, OVERALL: chances.overall}
    prior = pl.col("cell").replace_strict(priors, return_dtype=pl.Float64)
    facts = known.rename({"day": "seen_on"}).sort("seen_on")
    ordered = rows.with_row_index("_order").sort("seen_on")
    counted = ordered.join_asof(facts, on="seen_on", by=KEY, strategy="backward", check_sortedness=False)
    updated = counted.with_columns(pl.col(*COUNTS).fill_null(0)).with_columns(
        alpha=chances.weight * prior + pl.col("renewed_count"),
        beta=chances.weight * (1 - prior) + pl.col("lost_count"),
        n=pl.col("renewed_count") + pl.col("lost_count"),
    )
    probability = pl.col("alpha") / (pl.col("alpha") + pl.col("beta"))
    return (
        updated.with_columns(probability=probability)
        .pipe(_with_interval, chances.interval_pct / 100)
        .sort("_order")
        .drop("_order", *COUNTS)
    )


def from_model(rows: pl.DataFrame, leaves: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """The rows with the model's chance where it has one for their account (`leaves`: account_id, probability to leave).

    The Beta keeps the weight of its evidence and moves its mean, so that the interval is as wide as the band's was.
    `chance_from` says which spoke: model or band.
    """
    told = leaves.select("account_id", _leaves="probability")
    joined = rows.join(told, on="account_id", how="left", maintain_order="left")
    speaks, weight = pl.col("_leaves").is_not_null(), pl.col("alpha") + pl.col("beta")
    stays = 1 - pl.col("_leaves")
    moved = joined.with_columns(
        alpha=pl.when(speaks).then(stays * weight).otherwise("alpha"),
        beta=pl.when(speaks).then(weight - stays * weight).otherwise("beta"),
        probability=pl.when(speaks).then(stays).otherwise("probability"),
        chance_from=pl.when(speaks).then(pl.lit("model")).otherwise(pl.lit("band")),
    )
    return moved.drop("_leaves", "low", "high").pipe(_with_interval, chances.interval_pct / 100)


def chances_now(known: pl.DataFrame, as_of: date, chances: Chances) -> pl.DataFrame:
    """One row per distance and cell: prior, own renewals, chance and interval in per cent, as at the book's date."""
    cells = pl.DataFrame({"cell": [*chances.priors, OVERALL]})
    places = pl.DataFrame({"distance_days": list(chances.distances)}, schema={"distance_days": pl.Int64})
    rows = places.join(cells, how="cross").with_columns(seen_on=pl.lit(as_of))
    priors = {**chances.priors, OVERALL: chances.overall}
    return with_chance(rows, known, chances).select(
        "distance_days",
        "cell",
        prior_pct=100 * pl.col("cell").replace_strict(priors, return_dtype=pl.Float64),
        n="n",
        renewed_count=(pl.col("alpha") - chances.weight * pl.col("cell").replace_strict(priors))
        .round(0)
        .cast(pl.Int64),
        probability_pct=(100 * pl.col("probability")).round(6),
        probability_low_pct=(100 * pl.col("low")).round(6),
        probability_high_pct=(100 * pl.col("high")).round(6),
        alpha="alpha",
        beta="beta",
    )


def _with_interval(rows: pl.DataFrame, width: float) -> pl.DataFrame:
    """`low` and `high`: the middle `width` of each Beta; worked out once per distinct Beta."""
    from scipy.stats import beta as beta_distribution

    shapes = rows.select("alpha", "beta").unique().sort("alpha", "beta")
    alpha, beta = shapes["alpha"].to_numpy(), shapes["beta"].to_numpy()
    below = (1 - width) / 2
    bounds = shapes.with_columns(
        low=pl.Series(beta_distribution.ppf(below, alpha, beta), dtype=pl.Float64),
        high=pl.Series(beta_distribution.ppf(1 - below, alpha, beta), dtype=pl.Float64),
    )
    return rows.join(bounds, on=["alpha", "beta"], how="left", maintain_order="left")
