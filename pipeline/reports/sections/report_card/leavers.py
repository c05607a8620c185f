"""Who left and why, by quarter, segment, product and cohort; whom to win back, and how often that worked. (ops 5)"""

from math import sqrt

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.charts.theme import QUIET, STEPS
from pipeline.reports import wording
from pipeline.reports.facts import Row, named
from pipeline.reports.sections.report_card.facts import Card
from pipeline.voice.interval import Z

QUARTERS = 8
REASONS_MOST = 5
GROUPS = {"segment": "Segment", "product": "Product", "cohort": "Customer since"}
GROUP_MOST = 5
CANDIDATES_MOST = 8
STATES = {
    "won": "won back",
    "in_progress": "being talked to",
    "tried": "tried, not won",
    "candidate": "nobody has asked",
}
NOT_RECORDED = "not_recorded"


def reasons(card: Card) -> Row:
    """Reasons of the last two years: the chart by quarter, and the counts by group."""
    frame = card.view.scores.proof.churn_reasons
    kept = _recent(frame)
    if kept.is_empty():
        return {
            "chart": _chart(card, [], []),
            "groups": [],
            "key": [],
            "lost": 0,
            "unrecorded": 0,
            "top": None,
            "quarters": 0,
        }
    ranked = kept.group_by("reason").agg(pl.col("lost_contracts").sum(), pl.col("lost_arr").sum())
    order = ranked.sort("lost_arr", "reason", descending=[True, False])["reason"].to_list()
    named_ones = [reason for reason in order if reason != NOT_RECORDED]
    shown = [*named_ones[: REASONS_MOST - 1], *([NOT_RECORDED] if NOT_RECORDED in order else [])]
    grouped = kept.with_columns(
        group=pl.when(pl.col("reason").is_in(shown)).then("reason").otherwise(pl.lit("other reasons"))
    )
    names = [*shown, *(["other reasons"] if len(order) > len(shown) else [])]
    return {
        "chart": _chart(card, _quarters(card, grouped), names),
        "key": [wording.word(name) for name in names],
        "groups": [_group(kept, column, title, named_ones[:3]) for column, title in GROUPS.items()],
        "heads": [wording.word(reason) for reason in named_ones[:3]],
        "lost": int(kept["lost_contracts"].sum()),
        "unrecorded": int(kept.filter(pl.col("reason") == NOT_RECORDED)["lost_contracts"].sum()),
        "top": wording.word(named_ones[0]).lower() if named_ones else None,
        "quarters": kept["quarter"].n_unique(),
    }


def _recent(frame: pl.DataFrame) -> pl.DataFrame:
    if not frame.height:
        return frame
    quarters = frame["quarter"].unique().sort().tail(QUARTERS)
    return frame.filter(pl.col("quarter").is_in(quarters.implode()))


def _quarters(card: Card, rows: pl.DataFrame) -> list[Row]:
    summed = rows.group_by("quarter", "group").agg(
        pl.col("lost_arr").cast(pl.Float64).sum(), pl.col("lost_contracts").sum()
    )
    totals = {
        row["quarter"]: row["total"]
        for row in rows.group_by("quarter").agg(total=pl.col("lost_arr").cast(pl.Float64).sum()).to_dicts()
    }
    return [
        {
            "when": row["quarter"],
            "group": wording.word(row["group"]),
            "value": row["lost_arr"],
            "said": f"{card.view.money(row['lost_arr'])}, {wording.counted(row['lost_contracts'], 'contract')}",
            "total": totals[row["quarter"]],
            "total_said": card.view.money(totals[row["quarter"]]),
        }
        for row in summed.sort("quarter", "group").to_dicts()
    ]


def _chart(card: Card, rows: list[Row], names: list[str]) -> Chart:
    words = [wording.word(name) for name in names]
    colours = dict(zip([name for name in names if name != NOT_RECORDED], STEPS, strict=False))
    palette = [colours.get(name, "#C4BFB1" if name == NOT_RECORDED else QUIET) for name in names]
    title = "ARR of contracts that were lost, by quarter and reason"
    spec = CHARTS["renewals_by_month"](rows, words, palette, card.view.symbol, 560, 215) if rows else {}
    table = tuple((f"{row['when']}, {row['group'].lower()}", row["said"]) for row in rows)
    return Chart("proof-reasons", title, f"{title}. Stacked bars.", spec, ("Quarter and reason", "Lost"), table)


def _group(rows: pl.DataFrame, column: str, title: str, reasons: list[str]) -> Row:
    counts = [
        pl.col("lost_contracts").filter(pl.col("reason") == reason).sum().alias(f"r{place}")
        for place, reason in enumerate(reasons)
    ]
    found = rows.group_by(column).agg(pl.col("lost_contracts").sum(), pl.col("lost_arr").sum(), *counts)
    ordered = found.sort("lost_arr", column, descending=[True, False], nulls_last=True)
    told = [
        {
            "name": wording.word(row[column]),
            "contracts": row["lost_contracts"],
            "arr": row["lost_arr"],
            "counts": [row[f"r{place}"] for place in range(len(reasons))],
        }
        for row in ordered.head(GROUP_MOST).to_dicts()
    ]
    return {"title": title, "rows": told, "more": max(0, ordered.height - GROUP_MOST)}


def win_back(card: Card) -> Row:
    """Counts of every state, how often an attempt that ended was won, and whom to ask, the largest first."""
    frame = card.view.scores.proof.win_backs
    counts = dict.fromkeys(STATES, 0)
    if frame.height:
        counts |= dict(frame.group_by("state").agg(pl.len()).iter_rows())
    asked = frame.filter(pl.col("state").is_in(["candidate", "in_progress"])).to_dicts() if frame.height else []
    rows = [named(card.view, row) | {"says": STATES[row["state"]], "why": wording.word(row["reason"])} for row in asked]
    return {
        "counts": counts,
        "left": frame.height,
        "rate": _rate(card, counts["won"], frame.height),
        "rows": rows[:CANDIDATES_MOST],
        "count": len(rows),
        "arr": sum(row["lost_arr"] or 0 for row in rows),
    }


def _rate(card: Card, won: int, left: int) -> str:
    """`8 of 71 who left came back`, with the share and its interval where the history allows shares."""
    said = f"{won} of {left} who left came back"
    if card.is_thin or not left:
        return said
    low, high = share_interval(won, left)
    return f"{said} ({wording.share(won, left)}; {100 * low:.0f} to {100 * high:.0f}%)"


def share_interval(hits: int, tries: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share, 0 to 1."""
    rate, weight = hits / tries, Z * Z / tries
    middle = (rate + weight / 2) / (1 + weight)
    half = sqrt(rate * (1 - rate) * weight + weight * weight / 4) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)
