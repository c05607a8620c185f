"""NPS by wave and dimension: counts, response rate, ARR coverage, interval, and the change to earlier waves."""

import polars as pl

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.accounts import Standing, wave_accounts
from pipeline.voice.columns import ANSWERS, WAVES, fitted
from pipeline.voice.interval import Z, nps_columns

DIMENSIONS = ("all", "tier", "industry", "region", "csm", "time_live")
GROUPS = ("promoter", "passive", "detractor")
COUNTS = ("promoters", "passives", "detractors")
NAMED = ("named_promoters", "named_passives", "named_detractors")
HIDDEN = ("hidden_promoters", "hidden_passives", "hidden_detractors")
COMPARISONS = {"change": "previous_wave", "year_change": "year_before_wave"}
DISTINGUISHABLE, NOT_DISTINGUISHABLE = "distinguishable", "not distinguishable from no change"
COLUMNS = [
    "wave",
    "dimension",
    "value",
    "invited",
    "answers",
    "promoters",
    "passives",
    "detractors",
    "nps",
    "low",
    "high",
    "response_rate_pct",
    "arr_coverage_pct",
    "wave_on",
    "closed_on",
    "is_small",
    "accounts_invited",
    "accounts_answered",
    "nps_account_weighted",
    *(f"{name}{part}" for name in COMPARISONS for part in ("_wave", "", "_low", "_high", "_verdict")),
]


def group_of(policy: VoicePolicy) -> pl.Expr:
    """promoter, passive or detractor, recomputed from `score`. (infra 14.1)"""
    return (
        pl.when(pl.col("score") >= policy.nps.promoter_from)
        .then(pl.lit("promoter"))
        .when(pl.col("score") > policy.nps.detractor_to)
        .then(pl.lit("passive"))
        .otherwise(pl.lit("detractor"))
    )


def nps(book: Book, of: Standing, policy: VoicePolicy) -> pl.DataFrame:
    """One row per wave, dimension and value in which somebody was invited or answered, all waves.

    `nps`, `low` and `high` run from -100 to 100 and are null without an answer; the response rate is null where nobody
    was invited, coverage where the accounts of the value carry no ARR. Anonymous answers are in `all`, and elsewhere
    only where there are three and more. (infra 14.1, 14.4)
    """
    rows = _by_dimension(_account_rows(book, of, policy))
    keys = ["wave", "dimension", "value"]
    is_shown = pl.sum_horizontal(pl.col(name).sum().over(keys) for name in HIDDEN) >= policy.nps.anonymous_from
    is_told = (pl.col("dimension") == "all") | is_shown
    counted = rows.with_columns(
        (pl.col(named) + pl.when(is_told).then(hidden).otherwise(0)).alias(name)
        for name, named, hidden in zip(COUNTS, NAMED, HIDDEN, strict=True)
    ).with_columns(answers=pl.sum_horizontal(COUNTS))
    cells = counted.group_by(keys).agg(*_sums()).filter((pl.col("invited") > 0) | (pl.col("answers") > 0))
    cells = cells.with_columns(*nps_columns(), *_rates(), is_small=pl.col("answers") < policy.nps.small_n)
    dated = cells.join(of.waves, on="wave", how="left")
    for name, earlier in COMPARISONS.items():
        dated = _compared(dated, cells, name, earlier)
    order = pl.col("dimension").replace_strict({name: at for at, name in enumerate(DIMENSIONS)}, return_dtype=pl.Int8)
    return dated.sort("wave_on", "wave", order, "value").select(COLUMNS)


def _account_rows(book: Book, of: Standing, policy: VoicePolicy) -> pl.DataFrame:
    """One row per wave and account: invited, answers by group and whether they are anonymous, dimensions, ARR."""
    waves = fitted(book.nps_waves, WAVES).select("wave", "account_id", invited="invited_count")
    is_hidden = pl.col("is_anonymous").fill_null(False)
    answers = fitted(book.nps_answers, ANSWERS).with_columns(group=group_of(policy))
    counts = answers.group_by("wave", "account_id").agg(
        ((pl.col("group") == group) & (is_hidden if column in HIDDEN else ~is_hidden))
        .sum()
        .cast(pl.Int64)
        .alias(column)
        for columns in (NAMED, HIDDEN)
        for group, column in zip(GROUPS, columns, strict=True)
    )
    joined = wave_accounts(of, policy).join(waves, on=["wave", "account_id"], how="left")
    joined = joined.join(counts, on=["wave", "account_id"], how="left")
    return joined.with_columns(pl.col("invited", *NAMED, *HIDDEN).fill_null(0), pl.lit("all").alias("all"))


def _by_dimension(rows: pl.DataFrame) -> pl.DataFrame:
    kept = ["wave", "account_id", "arr", "is_customer", "invited", *NAMED, *HIDDEN]
    return rows.unpivot(on=list(DIMENSIONS), index=kept, variable_name="dimension", value_name="value")


def _sums() -> list[pl.Expr]:
    has_answered = pl.col("answers") > 0
    own = (pl.col("promoters") - pl.col("detractors")) / pl.col("answers") * 100
    arr = pl.when("is_customer").then("arr")
    return [
        pl.col("invited", "answers", *COUNTS).sum(),
        (pl.col("invited") > 0).sum().cast(pl.Int64).alias("accounts_invited"),
        has_answered.sum().cast(pl.Int64).alias("accounts_answered"),
        own.filter(has_answered).mean().round(9).alias("nps_account_weighted"),
        arr.sum().cast(pl.Float64).alias("arr"),
        arr.filter(has_answered).sum().cast(pl.Float64).alias("answered_arr"),
    ]


def _rates() -> list[pl.Expr]:
    return [
        pl.when(pl.col("invited") > 0).then(100.0 * pl.col("answers") / pl.col("invited")).alias("response_rate_pct"),
        pl.when(pl.col("arr") > 0).then(100.0 * pl.col("answered_arr") / pl.col("arr")).alias("arr_coverage_pct"),
    ]


def _compared(cells: pl.DataFrame, earlier: pl.DataFrame, name: str, column: str) -> pl.DataFrame:
    """The cells with their change to another wave, its interval and whether it can be told from no change.

    The change is that of the printed NPS; the interval is that of the adjusted differences, so it need not be
    centred on the change. Null where either wave has no answer.
    """
    then = earlier.select(
        "dimension",
        "value",
        pl.col("wave").alias(column),
        nps_then="nps",
        centre_then="centre",
        variance_then="variance",
    )
    joined = cells.join(then, on=["dimension", "value", column], how="left")
    moved = pl.col("centre") - pl.col("centre_then")
    half = Z * (pl.col("variance") + pl.col("variance_then")).sqrt()
    verdict = pl.when(moved.abs() > half).then(pl.lit(DISTINGUISHABLE)).otherwise(pl.lit(NOT_DISTINGUISHABLE))
    return joined.with_columns(
        pl.col(column).alias(f"{name}_wave"),
        (pl.col("nps") - pl.col("nps_then")).alias(name),
        ((moved - half) * 100).clip(-200, 200).alias(f"{name}_low"),
        ((moved + half) * 100).clip(-200, 200).alias(f"{name}_high"),
        pl.when(moved.is_not_null()).then(verdict).alias(f"{name}_verdict"),
    ).drop("nps_then", "centre_then", "variance_then")
