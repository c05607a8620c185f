"""What follows an answer: the actions of its play with owner, due date and whether they were done, and whom to ask."""

import polars as pl

from pipeline.policy.voice import Candidate, VoicePolicy
from pipeline.scores import Scores
from pipeline.voice.columns import ACTIONS, fitted

FOLLOW_UP = [
    "wave",
    "nps_group",
    "account_id",
    "account_name",
    "csm",
    "arr",
    "answers",
    "mean_score",
    "detractor_kind",
    "action_id",
    "title",
    "owner_role",
    "owner",
    "due_on",
    "status",
    "completed_on",
]
CANDIDATES = ["wave", "kind", "account_id", "account_name", "csm", "arr", "industry", "promoters", "respondent_id"]


def follow_up(rows: pl.DataFrame, scores: Scores, policy: VoicePolicy) -> pl.DataFrame:
    """One row per wave, group, account and action that is owed to who answered so; anonymous answers ask for none.

    The worst kind of its detractors stands for the account. An account whose play has run out has one row without an
    action. (infra 14.3)
    """
    kinds = {name: at for at, name in enumerate(policy.detractors)}
    named = rows.filter(~pl.col("is_anonymous"))
    kind = pl.col("detractor_kind").sort_by(pl.col("detractor_kind").replace_strict(kinds, default=None)).first()
    groups = named.group_by("wave", "wave_on", "nps_group", "account_id").agg(
        pl.col("account_name", "csm", "arr").first(),
        answers=pl.len().cast(pl.Int64),
        mean_score=pl.col("score").mean(),
        detractor_kind=kind,
        started_on=pl.col("responded_on").max(),
    )
    plays = policy.follow_up.model_dump(include={"detractor", "passive", "promoter"})
    asked = groups.with_columns(play=pl.col("nps_group").replace_strict(plays, return_dtype=pl.String))
    joined = asked.join(fitted(scores.actions, ACTIONS), on=["account_id", "play", "started_on"], how="left")
    order = pl.col("nps_group").replace_strict({"detractor": 0, "passive": 1, "promoter": 2}, return_dtype=pl.Int8)
    return joined.sort("wave_on", "wave", order, "account_id", "due_on", "action_id", nulls_last=True).select(FOLLOW_UP)


def candidates(rows: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """One row per wave, kind and customer with a promoter who could be asked. (infra 14.3, 11.1)

    `respondent_id` names one who agreed to be followed up; null where none did.
    """
    promoters = rows.filter((pl.col("nps_group") == "promoter") & ~pl.col("is_anonymous") & pl.col("is_customer"))
    found = [_of_kind(promoters, name, rule) for name, rule in policy.candidates.items()]
    order = pl.col("kind").replace_strict({name: at for at, name in enumerate(policy.candidates)}, return_dtype=pl.Int8)
    rows = pl.concat(found)
    return rows.sort(
        "wave_on", "wave", order, "arr", "account_id", descending=[False, False, False, True, False], nulls_last=True
    ).select(CANDIDATES)


def _of_kind(promoters: pl.DataFrame, name: str, rule: Candidate) -> pl.DataFrame:
    holds = [pl.lit(True)]
    if rule.over_arr is not None:
        holds.append(pl.col("arr") > rule.over_arr)
    if rule.over_months is not None:
        holds.append(pl.col("live_on").dt.offset_by(f"{rule.over_months}mo") < pl.col("wave_on"))
    if rule.needs_consent:
        holds.append(pl.col("has_consent"))
    if rule.needs_comment:
        holds.append(pl.col("comment").is_not_null())
    for column, wanted in (
        ("status", rule.statuses),
        ("health_band", rule.health_bands),
        ("renewal_intent", rule.renewal_intents),
    ):
        if wanted:
            holds.append(pl.col(column).is_in(wanted))
    mine = promoters.filter(pl.all_horizontal(holds).fill_null(False))
    willing = pl.col("respondent_id").filter(pl.col("has_consent")).sort().first()
    return mine.group_by("wave", "wave_on", "account_id").agg(
        pl.col("account_name", "csm", "arr", "industry").first(),
        kind=pl.lit(name).first(),
        promoters=pl.len().cast(pl.Int64),
        respondent_id=willing,
    )
