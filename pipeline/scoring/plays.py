"""When each play began for an account, how it ended, and what drove it."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy import BANDS, RISK_BANDS, PlaybooksPolicy
from pipeline.policy.playbooks import Play

STARTS = {
    "account_id": pl.String,
    "play": pl.String,
    "subject": pl.String,
    "started_on": pl.Date,
    "left_on": pl.Date,
    "ended": pl.String,
    "driver": pl.String,
    "driver_value": pl.Float64,
}
INSUFFICIENT = "insufficient_data"
SIGNAL_DAYS, ANSWER_DAYS = 180, 90
NPS_GROUPS = ("detractor", "passive", "promoter")


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drags an account most, week by week: `account_id`, `week_ending_on`, `driver`, `driver_value`."""

    risk: pl.DataFrame
    health: pl.DataFrame


def started(
    book: Book, health_weeks: pl.DataFrame, churn_weeks: pl.DataFrame, drivers: Drivers, policy: PlaybooksPolicy
) -> pl.DataFrame:
    """One row per account, play and round, with its end: better, worse, same, gone, resolved, or null while it runs.

    (infra 13.3, 14.3; ops 2.3 and Edge cases; playbook 8.1)
    """
    risk = _stays(churn_weeks, "churn_risk_band", RISK_BANDS, book)
    is_known = pl.col("health_band") != INSUFFICIENT
    known = health_weeks.with_columns(band=pl.when(is_known).then("health_band").otherwise("last_known_band"))
    health = _stays(known.drop_nulls("band"), "band", tuple(reversed(BANDS)), book)
    found = [
        _of_play(name, play, book, risk, health, drivers)
        for name, play in policy.plays.items()
        if play.trigger != "renewal"
    ]
    return pl.concat(found).sort("account_id", "play", "started_on", "subject")


def _of_play(
    name: str, play: Play, book: Book, risk: pl.DataFrame, health: pl.DataFrame, drivers: Drivers
) -> pl.DataFrame:
    bands = pl.col("band").is_in(play.bands)
    match play.trigger:
        case "churn_risk":
            rows = _driven(_rounds(risk.filter(bands), play, book), drivers.risk)
        case "health":
            rows = _driven(_rounds(health.filter(bands), play, book), drivers.health)
        case "strategic" | "product_led" | "global":
            special = risk.filter(bands).join(_special(book, play.trigger), on="account_id")
            rows = _driven(_rounds(special, play, book), drivers.risk)
        case "nps":
            rows = _answered(book, play.bands[0])
        case _:
            rows = _signalled(book, play.trigger)
    return _as_starts(rows, name)


def _as_starts(rows: pl.DataFrame, play: str) -> pl.DataFrame:
    given = rows.columns
    return rows.select(
        pl.lit(play).alias(name)
        if name == "play"
        else (pl.col(name) if name in given else pl.lit("" if name == "subject" else None)).cast(dtype).alias(name)
        for name, dtype in STARTS.items()
    )


def _stays(weeks: pl.DataFrame, column: str, names: tuple[str, ...], book: Book) -> pl.DataFrame:
    """One row per account and unbroken stay in a band; `names` run from the best band to the worst.

    A stay that stood in the first week of the panel began before it and is no start.
    """
    rank = pl.col(column).replace_strict({name: at for at, name in enumerate(names)}, return_dtype=pl.Int8)
    rows = weeks.sort("account_id", "week_ending_on").select("account_id", "week_ending_on", band=column, rank=rank)
    changed = (pl.col("band") != pl.col("band").shift(1).over("account_id")).fill_null(True)
    rows = rows.with_columns(stay=changed.cum_sum().over("account_id"))
    stays = (
        rows.group_by("account_id", "stay", maintain_order=True)
        .agg(
            pl.col("band").first(),
            pl.col("rank").first(),
            started_on=pl.col("week_ending_on").first(),
            last_on=pl.col("week_ending_on").last(),
        )
        .sort("account_id", "stay")
    )
    following = pl.col("rank").shift(-1).over("account_id")
    left_on = pl.col("started_on").shift(-1).over("account_id")
    is_gone = left_on.is_null() & (pl.col("last_on") < book.as_of)
    return stays.with_columns(
        left_on=pl.when(is_gone).then(pl.col("last_on") + timedelta(days=7)).otherwise(left_on),
        ended=pl.when(is_gone)
        .then(pl.lit("gone"))
        .when(following < pl.col("rank"))
        .then(pl.lit("better"))
        .when(following > pl.col("rank"))
        .then(pl.lit("worse")),
    ).filter(pl.col("started_on") > pl.lit(rows["week_ending_on"].min(), pl.Date))


def _rounds(stays: pl.DataFrame, play: Play, book: Book) -> pl.DataFrame:
    """The stays cut into rounds: where the target date has passed and nothing is better, the play begins again."""
    length = -(-play.target_days // 7) * 7
    lasted = (pl.coalesce("left_on", pl.lit(book.as_of + timedelta(days=1))) - pl.col("started_on")).dt.total_days()
    rounds = stays.with_columns(round=pl.int_ranges(0, (lasted - 1) // length + 1)).explode("round")
    is_last = pl.col("round") == pl.col("round").max().over("account_id", "stay")
    begins = pl.col("started_on") + pl.duration(days=pl.col("round") * length)
    return rounds.with_columns(
        started_on=begins,
        left_on=pl.when(is_last).then("left_on").otherwise(begins + timedelta(days=length)),
        ended=pl.when(is_last).then("ended").otherwise(pl.lit("same")),
    )


def _driven(stays: pl.DataFrame, drivers: pl.DataFrame) -> pl.DataFrame:
    """The stays with what dragged most in their first week, so that an action keeps its driver."""
    first = drivers.rename({"week_ending_on": "started_on"})
    return stays.join(first, on=["account_id", "started_on"], how="left", maintain_order="left")


def _special(book: Book, trigger: str) -> pl.DataFrame:
    """The accounts that a play for special customers means."""
    accounts = book.accounts
    if trigger == "strategic":
        return accounts.filter(pl.col("is_strategic").fill_null(False)).select("account_id")
    if trigger == "product_led":
        return accounts.filter(pl.col("tier") == "starter", pl.col("csm").is_null()).select("account_id")
    family = accounts.select(pl.coalesce("parent_account_id", "account_id").alias("account_id"), "region")
    regions = family.drop_nulls("region").group_by("account_id").agg(pl.col("region").n_unique().alias("regions"))
    return regions.filter(pl.col("regions") > 1).select("account_id")


def _group() -> pl.Expr:
    score = pl.col("score")
    return (
        pl.when(score >= 9)
        .then(pl.lit("promoter"))
        .when(score >= 7)
        .then(pl.lit("passive"))
        .otherwise(pl.lit("detractor"))
    )


def _answered(book: Book, group: str) -> pl.DataFrame:
    """One row per account and wave with answers of a group; their next answers end it, `better` when one of them is."""
    if not book.nps_answers.height:
        return pl.DataFrame(schema=STARTS)
    answers = (
        book.nps_answers.filter(~pl.col("is_anonymous"))
        .with_columns(group=_group())
        .with_columns(rank=pl.col("group").replace_strict({name: at for at, name in enumerate(NPS_GROUPS)}))
        .sort("account_id", "respondent_id", "responded_on", "response_id")
    )
    respondent = ("account_id", "respondent_id")
    answers = answers.with_columns(
        rank_after=pl.col("rank").shift(-1).over(respondent), left_on=pl.col("responded_on").shift(-1).over(respondent)
    )
    best = len(NPS_GROUPS) - 1
    better = (pl.col("rank_after") > pl.col("rank")) | (pl.col("rank_after") == best)
    return (
        answers.filter(pl.col("group") == group)
        .group_by("account_id", "wave", maintain_order=True)
        .agg(
            started_on=pl.col("responded_on").max(),
            left_on=pl.coalesce(pl.col("left_on").filter(better).min(), pl.col("left_on").min()),
            ended=pl.when(better.any())
            .then(pl.lit("better"))
            .when(pl.col("left_on").is_not_null().any())
            .then(pl.lit("worse")),
            driver=pl.lit("nps_mean_score").first(),
            driver_value=pl.col("score").mean(),
        )
        .rename({"wave": "subject"})
    )


def _signalled(book: Book, kind: str) -> pl.DataFrame:
    """One row per signal of the kind; resolving it ends the play."""
    if not book.signals.height:
        return pl.DataFrame(schema=STARTS)
    return book.signals.filter(pl.col("kind") == kind).select(
        "account_id",
        subject="signal_id",
        started_on="occurred_on",
        left_on="resolved_on",
        ended=pl.when(pl.col("resolved_on").is_not_null()).then(pl.lit("resolved")),
        driver=pl.lit(kind),
    )
