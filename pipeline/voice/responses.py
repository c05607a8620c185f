"""One row per NPS answer, and what became of respondents between waves.

Anonymous answers stand here without account, person, day or words, and only where a wave has three and more of them;
a person's name and words need their consent to be followed up.
"""

import polars as pl

from pipeline.book import Book
from pipeline.policy.voice import VoicePolicy
from pipeline.voice.accounts import Standing, wave_accounts
from pipeline.voice.columns import ANSWERS, fitted
from pipeline.voice.nps import GROUPS, group_of

COLUMNS = [
    "wave",
    "response_id",
    "account_id",
    "account_name",
    "csm",
    "tier",
    "industry",
    "region",
    "time_live",
    "arr",
    "respondent_id",
    "responded_on",
    "score",
    "nps_group",
    "detractor_kind",
    "renewal_intent",
    "risk_band",
    "reasons",
    "comment",
    "is_english",
    "theme",
    "has_consent",
    "is_anonymous",
    "previous_wave",
    "previous_score",
    "previous_group",
    "live_on",
]
OF_ACCOUNT = ("account_name", "csm", "tier", "industry", "region", "time_live", "arr", "risk_band", "live_on")
KEPT_IF_ANONYMOUS = ("wave", "score", "nps_group", "is_anonymous", "wave_on")


def answered(book: Book, of: Standing, policy: VoicePolicy) -> pl.DataFrame:
    """One row per answer with everything that is known about it, for the room alone: nothing is held back yet."""
    rows = fitted(book.nps_answers, ANSWERS).with_columns(
        pl.col("is_anonymous").fill_null(False),
        nps_group=group_of(policy),
        has_consent=pl.col("follow_up_consent").fill_null(False),
        comment=_blank_is_null("comment"),
        reasons=_blank_is_null("reasons"),
    )
    accounts = wave_accounts(of, policy).with_columns(risk_band="churn_risk_band")
    kept = ["wave", "account_id", "wave_on", "health_band", "status", "is_customer", *OF_ACCOUNT]
    joined = rows.join(accounts.select(kept), on=["wave", "account_id"], how="left")
    joined = joined.with_columns(_kind(policy)).sort("account_id", "respondent_id", "wave_on", "wave", "response_id")
    respondent = ["account_id", "respondent_id"]
    earlier = [
        pl.col(column).shift(1).over(respondent).alias(name)
        for name, column in (("previous_wave", "wave"), ("previous_score", "score"), ("previous_group", "nps_group"))
    ]
    return joined.with_columns(earlier).sort("wave_on", "wave", "account_id", "respondent_id", "response_id")


def told(rows: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """The answers as they may be kept: one row each; `rows` are those of `answered` with `theme` and `is_english`."""
    is_hidden = pl.col("is_anonymous")
    enough = is_hidden.sum().over("wave") >= policy.nps.anonymous_from
    words = ["respondent_id", "comment"]
    shown = rows.filter(~is_hidden | enough).with_columns(
        pl.when(pl.col("has_consent")).then(pl.col(name)).alias(name) for name in words
    )
    hidden = [name for name in [*COLUMNS, "wave_on"] if name not in KEPT_IF_ANONYMOUS]
    kept = shown.with_columns(pl.when(~is_hidden).then(pl.col(name)).alias(name) for name in hidden)
    return kept.sort("wave_on", "wave", "account_id", "response_id", "score", nulls_last=True).select(COLUMNS)


def migration(rows: pl.DataFrame, of: Standing) -> pl.DataFrame:
    """One row per wave and pair of groups: how many who answered both waves went from one to the other.

    All nine pairs of a wave stand there, 0 among them; a wave without anyone in both has none. (infra 14.3: re-survey)
    """
    before = of.waves.select("wave", pl.col("previous_wave").alias("wave_before"), "wave_on").drop_nulls("wave_before")
    then = rows.select("account_id", "respondent_id", wave_before="wave", from_group="nps_group")
    both = (
        rows.select("account_id", "respondent_id", "wave", to_group="nps_group")
        .join(before, on="wave")
        .join(then, on=["account_id", "respondent_id", "wave_before"])
    )
    counts = both.group_by("wave", "from_group", "to_group").agg(respondents=pl.len().cast(pl.Int64))
    pairs = pl.DataFrame({"from_group": GROUPS}).join(pl.DataFrame({"to_group": GROUPS}), how="cross")
    waves = before.join(both.select("wave").unique(), on="wave")
    every = waves.join(pairs, how="cross").join(counts, on=["wave", "from_group", "to_group"], how="left")
    order = [pl.col(name).replace_strict({g: n for n, g in enumerate(GROUPS)}) for name in ("from_group", "to_group")]
    return every.sort("wave_on", "wave", *order).select(
        "wave", "wave_before", "from_group", "to_group", pl.col("respondents").fill_null(0)
    )


def _blank_is_null(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def _kind(policy: VoicePolicy) -> pl.Expr:
    """planning_to_leave, redeemable or passively_unhappy: the first that holds; null for others than detractors."""
    kinds = list(policy.detractors.items())
    value = pl.lit(kinds[-1][0])
    for name, kind in reversed(kinds[:-1]):
        says = pl.col("renewal_intent").is_in(kind.renewal_intents).fill_null(False)
        looks = pl.col("risk_band").is_in(kind.risk_bands).fill_null(False)
        value = pl.when(says | looks).then(pl.lit(name)).otherwise(value)
    return pl.when(pl.col("nps_group") == "detractor").then(value).alias("detractor_kind")
