"""NPS by segment: every row with its n, interval, response rate and coverage, and what may be said of the extremes."""

from itertools import combinations

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.voice import Nps, is_distinguishable

TITLES = {
    "tier": "By customer tier",
    "industry": "By industry",
    "region": "By region",
    "csm": "By CSM",
    "time_live": "By time live",
}
WORDS = {"unknown": "Not on file", "not_live": "Not live yet"}


def segments(view: View, wave: str) -> list[Row]:
    """One table per dimension, in the order of the report; tiers and spans in their own order, the rest by answers."""
    rows = view.scores.voice.nps.filter(pl.col("wave") == wave)
    return [
        {"dimension": name, "title": title, "rows": _rows(view, rows.filter(pl.col("dimension") == name), name)}
        for name, title in TITLES.items()
    ]


def _rows(view: View, rows: pl.DataFrame, dimension: str) -> list[Row]:
    order = {name: at for at, name in enumerate(_order(view, dimension))}
    cells = [_cell(view, row) for row in rows.to_dicts()]
    return sorted(cells, key=lambda row: (order.get(row["value"], 99), -row["answers"], row["value"]))


def _order(view: View, dimension: str) -> list[str]:
    policy = view.context.policy
    known = {"tier": list(policy.segments.tiers), "time_live": ["not_live", *policy.voice.time_live]}
    return known.get(dimension, [])


def _cell(view: View, row: Row) -> Row:
    nps = Nps(row["promoters"], row["passives"], row["detractors"])
    spans = {name: span.label for name, span in view.context.policy.voice.time_live.items()}
    interval = f"{wording.change(nps.low)} to {wording.change(nps.high)}" if nps.answers else wording.UNKNOWN
    weighted = row["nps_account_weighted"]
    return {
        **row,
        "label": WORDS.get(row["value"]) or spans.get(row["value"]) or wording.word(row["value"]),
        "score": nps,
        "printed": f"{wording.change(nps.score)} (n = {nps.answers})" if nps.answers else "no answers",
        "counts": f"{nps.promoters} / {nps.passives} / {nps.detractors}",
        "interval": interval,
        "weighted": f"{wording.change(weighted)} (n = {row['accounts_answered']})" if weighted is not None else "",
    }


def insight(tables: list[Row]) -> Row:
    """The most and the least satisfied segment of 30 answers and more, and whether the two can be told apart.

    The pair that differs most for its uncertainty, over all dimensions; picked as the largest of several, so it is
    said as a lead to follow, not as a proof.
    """
    pairs = [
        (abs(one["score"].centre - two["score"].centre), table["title"].lower(), one, two)
        for table in tables
        for one, two in combinations([row for row in table["rows"] if not row["is_small"]], 2)
    ]
    if not pairs:
        text = "No two segments have answers enough to be compared."
        return {"is_distinguishable": False, "title": "Counts by segment", "text": text}
    _, title, one, two = max(pairs, key=lambda pair: (pair[0], pair[1], pair[2]["value"], pair[3]["value"]))
    high, low = (one, two) if one["score"].centre >= two["score"].centre else (two, one)
    apart = is_distinguishable(high["score"], low["score"])
    told = "the two are distinguishable" if apart else "the two are not distinguishable"
    return {
        "is_distinguishable": apart,
        "title": f"Widest gap: {high['label']} {high['printed']}, {low['label']} {low['printed']}",
        "text": (
            f"{title.capitalize()}, {high['label']} is the most satisfied at NPS {high['printed']} and {low['label']} "
            f"the least at NPS {low['printed']}; {told}. It is the widest gap of all segments: a lead, not a proof."
        ),
    }
