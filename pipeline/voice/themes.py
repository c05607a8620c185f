"""Themes of NPS comments and ticked reasons, per group and wave: share, the ARR behind each, and up to two quotes."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.policy.voice import VoicePolicy
from pipeline.voice.clusters import Topic, by_keywords, modelled
from pipeline.voice.nps import GROUPS
from pipeline.voice.redaction import Known, redacted

THEME, REASON, OTHER_LANGUAGE, NO_THEME = "theme", "reason", "other_language", "no_theme"
MODEL, KEYWORDS = "model", "keywords"
ORDER = (THEME, REASON, NO_THEME, OTHER_LANGUAGE)
LABELS = {OTHER_LANGUAGE: "Other languages than English", NO_THEME: "No common theme"}
COLUMNS: dict[str, Any] = {
    "wave": pl.String,
    "nps_group": pl.String,
    "kind": pl.String,
    "rank": pl.Int64,
    "theme": pl.String,
    "family": pl.String,
    "method": pl.String,
    "terms": pl.String,
    "answers": pl.Int64,
    "of_answers": pl.Int64,
    "share_pct": pl.Float64,
    "accounts": pl.Int64,
    "arr": pl.Decimal(18, 2),
    "quote_1": pl.String,
    "quote_2": pl.String,
}
ASSIGNED = {
    "response_id": pl.String,
    "kind": pl.String,
    "theme": pl.String,
    "family": pl.String,
    "method": pl.String,
    "terms": pl.String,
    "fit": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """The themes, and which answer belongs to which: `assigned` has one row per answer with a comment."""

    themes: pl.DataFrame
    assigned: pl.DataFrame


def heard(rows: pl.DataFrame, policy: VoicePolicy, names: Known) -> Heard:
    """Themes of the newest waves; the comments of all of them are read together, so that shares can be compared.

    `rows` are the answers with `is_english`. Quotes are of people who agreed, and say nobody's name. (infra 14.4)
    """
    newest = rows.select("wave", "wave_on").unique().sort("wave_on", "wave").tail(policy.themes.waves)
    mine = rows.join(newest.select("wave"), on="wave").sort("wave_on", "wave", "response_id")
    assigned = pl.concat([_assigned(mine.filter(nps_group=group), policy) for group in GROUPS])
    spoken = mine.join(assigned, on="response_id")
    themes = pl.concat([_table(spoken, policy, names), _reasons(mine)])
    order = pl.col("kind").replace_strict({name: at for at, name in enumerate(ORDER)}, return_dtype=pl.Int8)
    group = pl.col("nps_group").replace_strict({name: at for at, name in enumerate(GROUPS)}, return_dtype=pl.Int8)
    dated = themes.join(newest, on="wave", how="left")
    return Heard(dated.sort("wave_on", "wave", group, order, "rank", "theme").select(list(COLUMNS)), assigned)


def _assigned(rows: pl.DataFrame, policy: VoicePolicy) -> pl.DataFrame:
    """One row per comment of a group with its theme."""
    spoken = rows.filter(pl.col("comment").is_not_null())
    english = spoken.filter(pl.col("is_english"))
    comments = english.get_column("comment").to_list()
    is_many = len(comments) > policy.themes.model_over_comments
    topics = modelled(comments, policy.themes, policy.families) if is_many else by_keywords(comments, policy.families)
    method = MODEL if is_many else KEYWORDS
    ids = english.get_column("response_id").to_list()
    found = pl.concat([pl.DataFrame(schema=ASSIGNED), *(_members(topic, ids, method) for topic in topics)])
    rest = spoken.join(found, on="response_id", how="anti").select(
        "response_id",
        kind=pl.when("is_english").then(pl.lit(NO_THEME)).otherwise(pl.lit(OTHER_LANGUAGE)),
        method=pl.lit(method),
    )
    named = rest.with_columns(theme=pl.col("kind").replace_strict(LABELS, return_dtype=pl.String))
    return pl.concat([found, named], how="diagonal").select(list(ASSIGNED))


def _members(topic: Topic, ids: list[str], method: str) -> pl.DataFrame:
    own = {
        "response_id": [ids[at] for at in topic.members],
        "kind": THEME,
        "theme": topic.label,
        "family": topic.family,
        "method": method,
        "terms": ", ".join(topic.terms),
        "fit": list(topic.fits),
    }
    return pl.DataFrame(own, schema=ASSIGNED)


def _table(spoken: pl.DataFrame, policy: VoicePolicy, names: Known) -> pl.DataFrame:
    cells = ["wave", "nps_group"]
    of_answers = spoken.group_by(cells).agg(of_answers=pl.len().cast(pl.Int64))
    keys = [*cells, "kind", "theme"]
    counted = spoken.group_by(keys).agg(pl.col("family", "method", "terms").first(), answers=pl.len().cast(pl.Int64))
    joined = counted.join(of_answers, on=cells).join(_behind(spoken, keys), on=keys, how="left")
    joined = joined.join(_quotes(spoken, keys, policy.themes.quotes, names), on=keys, how="left")
    return _ranked(joined, [*cells, "kind"])


def _reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Ticked reasons, each as often as it was ticked; the share is of the answers that ticked any."""
    ticked = rows.filter(pl.col("reasons").is_not_null()).with_columns(
        kind=pl.lit(REASON),
        theme=pl.col("reasons").str.split(";").list.eval(pl.element().str.strip_chars()).list.unique(),
    )
    each = ticked.explode("theme").filter(pl.col("theme") != "")
    cells = ["wave", "nps_group"]
    keys = [*cells, "kind", "theme"]
    counted = each.group_by(keys).agg(answers=pl.len().cast(pl.Int64))
    of_answers = ticked.group_by(cells).agg(of_answers=pl.len().cast(pl.Int64))
    joined = counted.join(of_answers, on=cells).join(_behind(each, keys), on=keys, how="left")
    nothing = [pl.lit(None, COLUMNS[name]).alias(name) for name in ("family", "method", "terms", "quote_1", "quote_2")]
    return _ranked(joined.with_columns(nothing), [*cells, "kind"])


def _behind(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Accounts and ARR behind each theme; anonymous answers bring neither."""
    named = rows.filter(~pl.col("is_anonymous")).unique([*keys, "account_id"])
    return named.group_by(keys).agg(accounts=pl.len().cast(pl.Int64), arr=pl.col("arr").sum())


def _ranked(rows: pl.DataFrame, cells: list[str]) -> pl.DataFrame:
    share = (100.0 * pl.col("answers") / pl.col("of_answers")).alias("share_pct")
    filled = rows.with_columns(
        share, pl.col("accounts").fill_null(0), pl.col("arr").fill_null(0).cast(COLUMNS["arr"])
    ).sort(*cells, "answers", "arr", "theme", descending=[*(False for _ in cells), True, True, False])
    rank = pl.int_range(1, pl.len() + 1).over(cells).cast(pl.Int64).alias("rank")
    return filled.with_columns(rank).select(list(COLUMNS))


def _quotes(spoken: pl.DataFrame, keys: list[str], most: int, names: Known) -> pl.DataFrame:
    """`quote_1` and `quote_2` of each theme: the comments that fit best, of different accounts and words, redacted."""
    willing = spoken.filter(pl.col("has_consent") & ~pl.col("is_anonymous") & (pl.col("kind") == THEME))
    ranked = willing.sort(pl.col("fit").round(6), "arr", "response_id", descending=[True, True, False], nulls_last=True)
    each = ranked.unique([*keys, "comment"], keep="first", maintain_order=True)
    each = each.unique([*keys, "account_id"], keep="first", maintain_order=True)
    first = each.group_by(keys, maintain_order=True).head(min(most, 2))
    texts = first.get_column("comment").unique().sort().to_list()
    safe = pl.col("comment").replace_strict({text: redacted(text, names) for text in texts}, return_dtype=pl.String)
    quotes = (first.with_columns(safe) if texts else first).group_by(keys, maintain_order=True).agg("comment")
    return quotes.select(
        *keys, *(pl.col("comment").list.get(at, null_on_oob=True).alias(f"quote_{at + 1}") for at in range(2))
    )
