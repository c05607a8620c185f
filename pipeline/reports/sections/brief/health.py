"""Why an account has its colour and which number would turn it, what counts for its churn, and who is like it."""

from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import RANK, Row, View, lost
from pipeline.reports.risk import Risk

ALIKE, ALIKE_MINIMUM = 4, 6
RISKS, FLAGS = 9, 5


def health(view: View, row: Row) -> Row:
    """The components with their points, what holds the score down, what moved it, and what would turn the colour."""
    account = row["account_id"]
    parts = view.components.get(account, [])
    counted = [part for part in parts if part["points"] is not None and part["state"] not in ("na", "off")]
    ranked = sorted(counted, key=lambda part: (-lost(part), view.place(part["component"])))
    moved = [part for part in view.changes.get((account, "4w"), []) if abs(part["change"]) >= 0.05][:4]
    return {
        "why": why(view, row),
        "turn": turning(view, row),
        "parts": [
            {
                **part,
                "label": view.part_word(part["component"]),
                "said": view.value_words(part),
                "share": wording.ratio(part["points"], part["weight_pct"]),
            }
            for part in ranked
        ],
        "silent": [view.part_word(part["component"]) for part in parts if part["state"] == "na"],
        "moved": [f"{view.part_word(part['component'])} {wording.change(part['change'], 1)}" for part in moved],
    }


def why(view: View, row: Row) -> list[str]:
    """What decided the band in force, in the order in which it decides: by hand, by a floor, by coverage, by points."""
    said = []
    score = wording.number(row["health_score"], 1)
    if row.get("overridden_by"):
        until = wording.day(row.get("override_expires_on"))
        said.append(
            f"Set by hand by {row['overridden_by']} until {until}: {row['override_reason'] or 'no reason given'}."
        )
    if row.get("floor"):
        said.append(f"Held down by a floor: {row['floor']}.")
    if row.get("frozen_cap"):
        said.append(f"Held at {wording.band_word(row['frozen_cap'])}: a late feed cannot improve the colour.")
    if row["health_band"] == "insufficient_data":
        known = wording.band_word(row.get("last_known_band"))
        said.append(
            f"Too little is known ({wording.percent(row['health_coverage_pct'])} of the weight); last known: {known}."
        )
    else:
        said.append(f"{score} of 100 points: {wording.band_word(row['own_band'])}{_spare(view, row)}.")
    drivers = view.drivers(row["account_id"], 3)
    return said + ([f"What costs most: {wording.listed(drivers)}."] if drivers else [])


def margin(view: View, row: Row) -> float | None:
    """How far the score is above the next colour down; None without bands of points, or at the bottom."""
    floor = _bands(view, row).get(row.get("own_band") or "")
    if floor is None or row["health_score"] is None or view.context.policy.health.scorecard.decided_by != "weights":
        return None
    return float(row["health_score"]) - floor


def _spare(view: View, row: Row) -> str:
    spare = margin(view, row)
    return "" if spare is None else f", {wording.number(spare, 1)} above {below(view, row)}"


def below(view: View, row: Row) -> str:
    """The next colour down from the one that the points alone give."""
    bands = _bands(view, row)
    under = sorted((at, name) for name, at in bands.items() if at < bands.get(row.get("own_band") or "", 0.0))
    return wording.band_word(under[-1][1] if under else "critical")


def turning(view: View, row: Row) -> list[str]:
    """Which number would turn the colour: what holds it, single steps that lift it, or what it can still lose."""
    if row.get("floor") and row["health_band"] != row.get("own_band"):
        without = wording.band_word(row.get("own_band"))
        return [f"No step of a component, while the floor stands: {row['floor']}. Without it: {without}."]
    lifts = view.lifts.get(row["account_id"], [])
    place = RANK.get(row["health_band"] or "", 0)
    enough = [one for one in lifts if one["to_band"] and RANK.get(one["to_band"], 9) < place]
    if enough:
        return [_step(view, lift) for lift in enough[:3]]
    return _falls(view, row) if place == 0 else [_step(view, lift) for lift in lifts[:3]]


def _falls(view: View, row: Row) -> list[str]:
    """What a healthy account can lose before it turns, and which components carry most of it."""
    spare = margin(view, row)
    if spare is None:
        return []
    parts = [part for part in view.components.get(row["account_id"], []) if part["points"]]
    heavy = sorted(parts, key=lambda part: (-part["points"], view.place(part["component"])))[:3]
    carried = [f"{view.part_word(part['component'])} {wording.number(part['points'], 1)}" for part in heavy]
    return [
        f"A loss of more than {wording.number(spare, 1)} points turns it to {below(view, row)}.",
        f"Most of its points come from {wording.listed(carried)}.",
    ]


def _step(view: View, lift: Row) -> str:
    value = lift["from_value"]
    now = f", now {wording.number(value, 0 if float(value).is_integer() else 1)}" if value is not None else ""
    turns = f" and makes it {wording.band_word(lift['to_band'])}" if lift["to_band"] else ""
    label = view.part_word(lift["component"])
    return f"{label}: {lift['to_value_text']}{now}. Brings {wording.change(lift['gain_points'], 1)} points{turns}."


def _bands(view: View, row: Row) -> dict[str, float]:
    card = view.context.policy.health.scorecard
    bands = card.segment_bands.get(row["segment"] or "", card.bands)
    return {str(band): float(at) for band, at in bands.lowest.items()}


def risk_told(risk: Risk, row: Row) -> Row:
    """The factors of churn risk with points and evidence, flags up, and what is unknown."""
    account = row["account_id"]
    standing = risk.standing.get(account, {})
    factors = [{**one, "label": risk.factor_word(one["factor"])} for one in risk.factors.get(account, [])]
    flags = [
        {**one, "label": risk.flag_word(one["flag"])}
        for one in risk.flags.get(account, [])
        if one["colour"] in ("red", "yellow")
    ]
    return {
        "band": standing.get("churn_risk_band"),
        "points": risk.points_word(standing),
        "change": standing.get("churn_risk_change_4w"),
        "since": standing.get("churn_risk_entered_on"),
        "factors": [one for one in factors if one["state"] != "unknown"][:RISKS],
        "unknown": [one["label"] for one in factors if one["state"] == "unknown"],
        "flags": flags[:FLAGS],
    }


def alike(view: View, row: Row) -> Row:
    """The customers of the segment whose components are nearest, how they stand, and the segment's median score.

    Nearness is the mean distance over the components both have; empty under six customers with a score.
    """
    scored = view.standing.filter((pl.col("segment") == row["segment"]) & pl.col("health_score").is_not_null())
    mates = scored.filter(pl.col("account_id") != row["account_id"])
    if mates.height < ALIKE_MINIMUM:
        return {"rows": [], "median": None, "count": mates.height}
    nearest = _distances(view, row["account_id"], mates).head(ALIKE).to_dicts()
    known = {one["account_id"]: one for one in mates.to_dicts()}
    rows = [{**known[one["account_id"]], "driver": view.driver(one["account_id"], 1)} for one in nearest]
    return {"rows": rows, "median": _median(mates), "count": mates.height}


def _distances(view: View, account: str, mates: pl.DataFrame) -> pl.DataFrame:
    now = view.scores.health_components.filter(
        (pl.col("week_ending_on") == view.as_of) & pl.col("score").is_not_null()
    ).select("account_id", "component", "score")
    own = now.filter(pl.col("account_id") == account).select("component", own="score")
    beside = now.join(own, on="component").join(mates.select("account_id"), on="account_id")
    counted = beside.group_by("account_id").agg(
        (pl.col("score") - pl.col("own")).abs().mean().alias("apart"), pl.len().alias("n")
    )
    return counted.filter(pl.col("n") * 2 >= own.height).sort("apart", "account_id")


def _median(mates: pl.DataFrame) -> Any:
    return mates.get_column("health_score").median()
