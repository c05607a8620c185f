"""What promoters, passives and detractors say: themes and ticked reasons with their weight and quotes, what follows."""

import polars as pl

from pipeline.reports.facts import Row, View

GROUPS = ("promoter", "passive", "detractor")
MOST = 4


def themes(view: View, wave: str) -> Row:
    """By group: its themes and reasons, the most frequent first, and how many comments are in other languages."""
    rows = view.scores.voice.feedback_themes.filter(pl.col("wave") == wave)
    return {group: _of_group(rows.filter(pl.col("nps_group") == group)) for group in GROUPS}


def _of_group(rows: pl.DataFrame) -> Row:
    kinds = {kind: rows.filter(pl.col("kind") == kind).sort("rank").to_dicts() for kind in ("theme", "reason")}
    others: dict[str, int] = {
        kind: int(rows.filter(pl.col("kind") == kind)["answers"].sum()) for kind in ("other_language", "no_theme")
    }
    spoken = kinds["theme"] or rows.filter(pl.col("kind") != "reason").to_dicts()
    return {
        "themes": kinds["theme"][:MOST],
        "more": len(kinds["theme"][MOST:]),
        "reasons": kinds["reason"][:MOST],
        "of_reasons": kinds["reason"][0]["of_answers"] if kinds["reason"] else 0,
        "comments": spoken[0]["of_answers"] if spoken else 0,
        **others,
        "method": spoken[0]["method"] if spoken else None,
    }


def recommendations(view: View, heard: Row) -> list[str]:
    """Address the pains, use what promoters like, look into what no family names. (infra 14.4)"""
    families = view.context.policy.voice.families
    pains, likes = heard["detractor"]["themes"], heard["promoter"]["themes"]
    known = [one for one in pains if one["family"] in families]
    first = [one for at, one in enumerate(known) if one["family"] not in {other["family"] for other in known[:at]}]
    address = [f"Address {one['theme'].lower()}: {families[one['family']].action.lower()}" for one in first]
    leverage = [f"Use what promoters praise most, {likes[0]['theme'].lower()}, in references"] if likes else []
    unknown: list[Row] = [one for group in GROUPS for one in heard[group]["themes"] if one["family"] not in families]
    look = [f"Look into \u201c{unknown[0]['theme']}\u201d, which no known theme covers"] if unknown else []
    return [*address[:2], *leverage, *look]
