"""From a score to the band in force: own band, cap of frozen components, floors, coverage, overrides.

Bands are ranks while they are compared: critical 0, at_risk 1, watch 2, healthy 3.
"""

import polars as pl

from pipeline.policy import BANDS, Bands, Floor, Scorecard
from pipeline.scoring.parts import NOISE_DIGITS, Part

BEST = len(BANDS) - 1
INSUFFICIENT = "insufficient_data"
RANK = {band: rank for rank, band in enumerate(BANDS)}


def with_own_band(panel: pl.DataFrame, scorecard: Scorecard) -> pl.DataFrame:
    """`own_rank`: the band of the score alone, by the bands of the account's segment; null without a score."""
    return panel.with_columns(own_rank=own_rank(pl.col("raw_score").clip(0, 100), scorecard))


def own_rank(score: pl.Expr, scorecard: Scorecard) -> pl.Expr:
    """The rank of a score's band; 79.99 is watch."""
    score = score.round(NOISE_DIGITS)
    rank = _cut(score, scorecard.bands)
    for segment, bands in scorecard.segment_bands.items():
        rank = pl.when(pl.col("segment") == segment).then(_cut(score, bands)).otherwise(rank)
    return pl.when(score.is_not_null()).then(rank)


def _cut(score: pl.Expr, bands: Bands) -> pl.Expr:
    reached = [pl.when(score >= lowest).then(pl.lit(RANK[band], pl.Int8)) for band, lowest in bands.lowest.items()]
    return pl.coalesce(*reached, pl.lit(RANK["critical"], pl.Int8))


def with_caps(panel: pl.DataFrame, parts: tuple[Part, ...], scorecard: Scorecard) -> pl.DataFrame:
    """`cap_rank`: the worst of the own bands of the weeks at which components are frozen; null when nothing caps.

    A week of insufficient data sets no cap.
    """
    is_covered = pl.col("coverage_pct") >= scorecard.insufficient_under_pct
    weeks = panel.select("account", "week_ending_on", then=pl.when(is_covered).then("own_rank"))
    panel = panel.with_columns(cap_rank=pl.lit(None, pl.Int8))
    for name in dict.fromkeys(part.feed_set for part in parts):
        if (panel[f"{name}.standing"] == "late").any():
            frozen = pl.any_horizontal(part.col("state") == "frozen" for part in parts if part.feed_set == name)
            panel = panel.join(
                weeks.rename({"week_ending_on": f"{name}.fresh_on"}),
                on=["account", f"{name}.fresh_on"],
                how="left",
                maintain_order="left",
            )
            panel = panel.with_columns(cap_rank=pl.min_horizontal("cap_rank", pl.when(frozen).then("then"))).drop(
                "then"
            )
    return panel


def with_floors(panel: pl.DataFrame, scorecard: Scorecard) -> pl.DataFrame:
    """`floor_rank`, the worst cap of the floors that hold, and `floor`, their reasons; null when none does."""
    holding = [hold for name, floor in scorecard.floors.items() for hold in _holds(name, floor)]
    holding.sort(key=lambda hold: hold[1])
    return panel.with_columns(
        floor_rank=pl.min_horizontal(pl.when(holds).then(pl.lit(rank, pl.Int8)) for holds, rank, _ in holding),
        floor=_empty_as_null(
            pl.concat_str(
                [pl.when(holds).then(pl.lit(text)) for holds, _, text in holding], separator="; ", ignore_nulls=True
            )
        ),
    )


def _holds(name: str, floor: Floor) -> list[tuple[pl.Expr, int, str]]:
    reached = (pl.col(floor.column) >= floor.at_least).fill_null(False)
    seen = [(reached, RANK[floor.band], floor.text)]
    if floor.band_when_missing is None:
        return seen
    return [*seen, (pl.col(f"{name}.is_blind"), RANK[floor.band_when_missing], floor.text_when_missing)]


def _empty_as_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def with_computed_band(panel: pl.DataFrame, scorecard: Scorecard) -> pl.DataFrame:
    """`health_band_computed`: floor before insufficient_data before the score's band."""
    return panel.with_columns(health_band_computed=computed_band(pl.col("own_rank"), scorecard))


def computed_band(rank: pl.Expr, scorecard: Scorecard) -> pl.Expr:
    """The band that follows from the rank of a score, under the caps, floors and coverage of its row."""
    capped = pl.min_horizontal(rank, "cap_rank")
    is_known = (pl.col("coverage_pct") >= scorecard.insufficient_under_pct) & rank.is_not_null()
    floored = _there(pl.min_horizontal(capped, "floor_rank"), scorecard.bands)
    return pl.when(is_known | pl.col("floor_rank").is_not_null()).then(named(floored)).otherwise(pl.lit(INSUFFICIENT))


def _there(rank: pl.Expr, bands: Bands) -> pl.Expr:
    """The rank itself, or the next worse one where the scorecard has no such band."""
    ranks = {RANK["critical"], *(RANK[band] for band in bands.lowest)}
    lower = {rank: max(other for other in ranks if other <= rank) for rank in RANK.values()}
    return rank.replace_strict(lower, return_dtype=pl.Int8) if len(ranks) < len(RANK) else rank


def named(rank: pl.Expr) -> pl.Expr:
    """The name of a band's rank."""
    return rank.replace_strict(dict(enumerate(BANDS)), return_dtype=pl.String)


def with_overrides(panel: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """`health_band`, the one in force: the newest override made by the week's end and not yet expired, else the
    computed one; with `overridden_by`, `override_reason` and `override_expires_on`.
    """
    week = pl.col("week_ending_on")
    made = overrides.rename(
        {"author": "overridden_by", "reason": "override_reason", "expires_on": "override_expires_on"}
    )
    in_force = (
        panel.select("account_id", "week_ending_on")
        .join(made, on="account_id")
        .filter(pl.col("made_on") <= week, pl.col("override_expires_on") >= week)
        .sort("account_id", "week_ending_on", "made_on")
        .unique(["account_id", "week_ending_on"], keep="last", maintain_order=True)
        .drop("made_on")
    )
    panel = panel.join(in_force, on=["account_id", "week_ending_on"], how="left", maintain_order="left")
    return panel.with_columns(health_band=pl.coalesce("band", "health_band_computed")).drop("band")


def with_last_known_band(panel: pl.DataFrame) -> pl.DataFrame:
    """`last_known_band` and its week: the newest computed band up to this week that was not insufficient_data.

    Overrides stay out of it, so that one which has expired does not live on.
    """
    is_known = pl.col("health_band_computed") != INSUFFICIENT
    return panel.with_columns(
        last_known_band=pl.when(is_known).then("health_band_computed").forward_fill().over("account"),
        last_known_band_on=pl.when(is_known).then("week_ending_on").forward_fill().over("account"),
    )
