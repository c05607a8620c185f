"""What every report needs of voice: NPS by wave as it is printed, its target, verdicts in words, and safe words."""

from datetime import date

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View
from pipeline.voice.interval import Nps, is_distinguishable

AGAINST = {"change": "the wave before", "year_change": "the wave a year before"}

__all__ = ["Nps", "is_distinguishable", "said", "target", "verdicts", "waves"]


def waves(view: View) -> list[Row]:
    """One row per wave with answers in order of time: its NPS, invited, and the share of ARR whose account answered."""
    rows = view.scores.voice.nps
    if not rows.height:
        return []
    mine = rows.filter((pl.col("dimension") == "all") & (pl.col("answers") > 0))
    return [
        {
            **row,
            "nps": Nps(row["promoters"], row["passives"], row["detractors"]),
            "arr_pct": row["arr_coverage_pct"],
            "target": target(view, row["wave_on"]),
        }
        for row in mine.to_dicts()
    ]


def said(row: Row) -> str:
    """An NPS in print, always with its n; counts first where they are few."""
    nps = row["nps"] if isinstance(row["nps"], Nps) else Nps(row["promoters"], row["passives"], row["detractors"])
    if nps.score is None:
        return "no answers"
    score = f"{wording.change(nps.score)} (n = {wording.number(nps.answers)})"
    if not row["is_small"]:
        return score
    return f"{nps.promoters} promoters, {nps.passives} passives, {nps.detractors} detractors: {score}"


def verdicts(row: Row) -> list[str]:
    """What may be said about the change to the wave before and to that of a year before."""
    lines = []
    for name, against in AGAINST.items():
        if row[name] is not None:
            interval = f"{wording.change(row[f'{name}_low'])} to {wording.change(row[f'{name}_high'])}"
            lines.append(
                f"{wording.change(row[name])} points against {against}, {row[f'{name}_wave']} "
                f"(95% interval of the difference {interval}): {row[f'{name}_verdict']}."
            )
    return lines


def target(view: View, wave_on: date) -> float | None:
    """The company's plan for the wave's fiscal quarter or year, else the policy's target of its calendar quarter."""
    quarter = periods.quarter_of(wave_on, view.book.company.fiscal_year_starts_month)
    rows = view.book.targets
    if rows.height:
        for period in (f"{quarter.year}-Q{quarter.number}", str(quarter.year)):
            planned = rows.filter((pl.col("measure") == "nps") & (pl.col("period") == period))
            if planned.height:
                return float(planned.sort("dimension").get_column("value").item(0))
    return policy_target(view, wave_on)


def policy_target(view: View, wave_on: date) -> float:
    """The target of the calendar quarter in which a wave begins. (infra 14.1)"""
    return view.context.policy.voice.nps.targets[f"q{(wave_on.month - 1) // 3 + 1}"].value
