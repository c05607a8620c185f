"""The scores of a snapshot from what was known then alone: inputs that only today's attributes could fill are left out.

Between the snapshots and the back-test. A component, factor or metric that rests on an attribute whose version of that
week is not known is switched off at that snapshot, for every method alike, and listed with its weight.
"""

from dataclasses import replace

import polars as pl

from pipeline.book import Book
from pipeline.policy import Policy, RiskBands, Scorecard
from pipeline.scoring.bands import with_caps, with_computed_band, with_floors, with_overrides, with_own_band
from pipeline.scoring.churn_risk import risk_feeds, risk_rows
from pipeline.scoring.components import with_components
from pipeline.scoring.health import book_medians, scored_rows, weeks_standing
from pipeline.scoring.parts import STATE, Part, in_points, parts_of
from pipeline.scoring.risk_bands import named_risk, rank_of
from pipeline.scoring.risk_factors import RiskPart, risk_parts, with_factors
from pipeline.scoring.weights import with_score
from pipeline.workspace import Settings

KEY = ["account_id", "week_ending_on"]
SEEN = ["account_id", "seen_on"]
LEFT_OUT = {
    "method": pl.String,
    "input": pl.String,
    "weight_pct": pl.Float64,
    "snapshots": pl.Int64,
    "of_snapshots": pl.Int64,
}
BY_SEATS = "dau_pct"


def dated(rows: pl.DataFrame, book: Book, policy: Policy, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The snapshots with scores, bands and metrics that rest on nothing backfilled, and what was left out.

    The second has a row per method (health, churn_risk, model) and input: its mean weight where it was left out (null
    where a method has no weights), at how many snapshots, and of how many. (proof: Snapshots)
    """
    marked = pl.col("is_backfilled").fill_null(value=False)
    backfilled = rows.filter(marked).select(*SEEN, "churn_risk_band").unique(SEEN).sort(SEEN)
    if not backfilled.height:
        return rows, pl.DataFrame(schema=LEFT_OUT)
    narrow = _narrow(book, backfilled)
    health, weights = _health(narrow, book, backfilled, policy, settings)
    risk, factors = _risk(narrow, backfilled, policy)
    told = rows.pipe(_replaced, health, "health_score", "health_band")
    told = told.pipe(_replaced, risk, "churn_risk_points", "churn_risk_band")
    metrics = [f"metric.{name}" for name, feature in policy.proof.metrics.items() if feature.attributes]
    masked = told.with_columns(pl.when(~marked).then(name).alias(name) for name in metrics if name in told.columns)
    left_out = [*_listed(rows, weights), *_uses(rows, "churn_risk", factors), *_uses(rows, "model", metrics)]
    listed = pl.DataFrame(left_out, schema=LEFT_OUT, orient="row").filter(pl.col("snapshots") > 0)
    return masked, listed.sort("method", "input")


def backfilled_weight(left_out: pl.DataFrame) -> float:
    """The mean share of the health score's weight, 0 to 1, that was left out over all snapshots."""
    parts = left_out.filter(pl.col("method") == "health")
    return float((parts["weight_pct"] * parts["snapshots"] / parts["of_snapshots"]).sum()) / 100


def _narrow(book: Book, pairs: pl.DataFrame) -> Book:
    """The book with these accounts' weeks alone, and those that a late feed of theirs may be frozen at."""
    accounts = pairs.select("account_id").unique()
    remembered = accounts.join(_last_fresh(book.feed_weeks), how="cross")
    wanted = pl.concat([pairs.select("account_id", week_ending_on="seen_on"), remembered.select(KEY)]).unique()
    weeks = book.account_weeks.join(wanted, on=KEY, how="semi")
    risks = book.risk_weeks.join(wanted, on=KEY, how="semi") if book.risk_weeks.width else book.risk_weeks
    return replace(book, account_weeks=weeks.sort(KEY), risk_weeks=risks)


def _last_fresh(feed_weeks: pl.DataFrame) -> pl.DataFrame:
    """The weeks after which a feed was late."""
    ordered = feed_weeks.sort("feed", "week_ending_on")
    is_last = (pl.col("state") == "fresh") & (pl.col("state").shift(-1).over("feed") == "late")
    return ordered.filter(is_last).select("week_ending_on").unique()


def _health(
    narrow: Book, book: Book, pairs: pl.DataFrame, policy: Policy, settings: Settings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score and band of each pair without backfilled components; and the weight that each of those had."""
    scorecard = policy.health.scorecard
    parts = parts_of(scorecard, settings.health.login_days_basis)
    weeks = weeks_standing(book, parts, scorecard)
    rows = scored_rows(narrow, weeks, parts, scorecard)
    panel = with_components(rows, parts, book_medians(book, weeks, parts, scorecard)).filter("is_scored")
    touched = [part for part in parts if part.component.attributes]
    weighed = with_score(panel, parts, scorecard)
    weights = weighed.select(*KEY, *(_lost_weight(part) for part in touched)).rename({"week_ending_on": "seen_on"})
    off = panel.with_columns(_switched_off(part) for part in touched)
    judged = off.pipe(with_score, parts, scorecard).pipe(_with_bands, parts, scorecard, book)
    stated = judged.select(
        "account_id",
        pl.col("week_ending_on").alias("seen_on"),
        health_score=in_points(pl.col("score_micro")),
        health_band="health_band",
    )
    return stated.join(pairs, on=SEEN, how="semi"), weights.join(pairs, on=SEEN, how="semi")


def _with_bands(panel: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard, book: Book) -> pl.DataFrame:
    return (
        panel.pipe(with_own_band, scorecard)
        .pipe(with_caps, parts, scorecard)
        .pipe(with_floors, scorecard)
        .pipe(with_computed_band, scorecard)
        .pipe(with_overrides, book.overrides)
    )


def _switched_off(part: Part) -> pl.Expr:
    state = part.col("state")
    is_known = part.col("is_backfilled").fill_null(value=False) & part.has_value
    return pl.when(is_known).then(pl.lit("off", STATE)).otherwise(state).alias(part.named("state"))


def _lost_weight(part: Part) -> pl.Expr:
    """What the component weighed where it is left out, in per cent; null where it is not."""
    is_lost = part.col("is_backfilled").fill_null(value=False) & part.has_value
    return pl.when(is_lost).then(100 * part.col("weight")).alias(part.name)


def _risk(narrow: Book, pairs: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, list[str]]:
    """Points and band of each pair without the factors that rest on licensed seats; and the names of those."""
    parts = risk_parts(policy.churn_risk)
    by_seats = [part for part in parts if part.factor.measure == BY_SEATS]
    if not by_seats or not narrow.risk_weeks.width:
        return pl.DataFrame(), []
    panel = with_factors(risk_rows(narrow, risk_feeds(policy.churn_risk)), parts).filter("is_scored")
    rest = [part for part in parts if part not in by_seats]
    rows = panel.rename({"week_ending_on": "seen_on"}).join(pairs, on=SEEN, how="inner")
    # A band that a lost feed held where it was stays: it says what was unknown then.
    is_own = pl.col("churn_risk_band") == _band(list(parts), policy.churn_risk.bands)
    stated = rows.select(
        *SEEN,
        churn_risk_points=_points(rest),
        churn_risk_band=pl.when(is_own).then(_band(rest, policy.churn_risk.bands)).otherwise("churn_risk_band"),
    )
    return stated, [part.name for part in by_seats]


def _points(parts: list[RiskPart]) -> pl.Expr:
    return pl.sum_horizontal(part.col("points") for part in parts).clip(lower_bound=0).cast(pl.Float64)


def _band(parts: list[RiskPart], bands: RiskBands) -> pl.Expr:
    return named_risk(rank_of(_points(parts), bands))


def _replaced(rows: pl.DataFrame, told: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The rows with these columns as `told` has them, where it has their account and week."""
    if not told.width:
        return rows
    other = told.rename({name: f"_{name}" for name in names}).with_columns(_is_told=True)
    joined = rows.join(other, on=SEEN, how="left", maintain_order="left")
    both = {name: pl.when(pl.col("_is_told")).then(f"_{name}").otherwise(name) for name in names}
    return joined.with_columns(**both).drop("_is_told", *(f"_{name}" for name in names))


def _listed(rows: pl.DataFrame, weights: pl.DataFrame) -> list[tuple[str, str, float | None, int, int]]:
    joined = rows.select(SEEN).join(weights, on=SEEN, how="left")
    names = [name for name in weights.columns if name not in SEEN]
    return [
        ("health", name, _mean(joined[name]), joined.height - joined[name].null_count(), rows.height) for name in names
    ]


def _uses(rows: pl.DataFrame, method: str, names: list[str]) -> list[tuple[str, str, float | None, int, int]]:
    count = int(rows["is_backfilled"].fill_null(value=False).sum())
    return [(method, name.removeprefix("metric."), None, count, rows.height) for name in names]


def _mean(values: pl.Series) -> float | None:
    known = values.drop_nulls()
    return round(float(known.sum()) / known.len(), 6) if known.len() else None
