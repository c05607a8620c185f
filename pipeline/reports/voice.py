"""NPS of a group of answers with its interval: printed wherever an NPS is printed."""

from dataclasses import dataclass
from math import sqrt

import polars as pl

from pipeline.reports.facts import Row, View, total

Z = 1.959964
FEW = 30


@dataclass(frozen=True, slots=True)
class Nps:
    """Answers of one wave: %promoters - %detractors, and the adjusted-Wald 95% interval, both -100 to 100."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """Null when nobody answered."""
        return (self.promoters - self.detractors) / self.answers * 100 if self.answers else None

    @property
    def centre(self) -> float:
        """The adjusted proportion difference that the interval is built around, -1 to 1."""
        return (self.promoters - self.detractors) / (self.answers + 3)

    @property
    def variance(self) -> float:
        """Of the adjusted difference: three quarters of a promoter and of a detractor added, n + 3."""
        n = self.answers + 3
        touched = (self.promoters + self.detractors + 1.5) / n
        return (touched - self.centre**2) / n

    @property
    def low(self) -> float:
        return max(-100.0, (self.centre - Z * sqrt(self.variance)) * 100)

    @property
    def high(self) -> float:
        return min(100.0, (self.centre + Z * sqrt(self.variance)) * 100)


def is_distinguishable(now: Nps, before: Nps) -> bool:
    """Whether two waves differ by more than chance would at 95%."""
    return abs(now.centre - before.centre) > Z * sqrt(now.variance + before.variance)


def waves(view: View) -> list[Row]:
    """One row per wave in order of time: answers, invited, and the share of ARR whose account answered."""
    sums = view.book.nps_waves.group_by("wave").agg(
        pl.col("invited_count", "promoter_count", "passive_count", "detractor_count").sum(),
        pl.col("last_on").max().alias("newest_on"),
    )
    rows = []
    for row in sums.sort("newest_on", "wave").to_dicts():
        nps = Nps(row["promoter_count"], row["passive_count"], row["detractor_count"])
        if nps.answers:
            rows.append(
                {
                    "wave": row["wave"],
                    "nps": nps,
                    "invited": row["invited_count"],
                    "arr_pct": _coverage(view, row["wave"]),
                }
            )
    return rows


def _coverage(view: View, wave: str) -> float | None:
    answered = view.book.nps_waves.filter((pl.col("wave") == wave) & (pl.col("answered_count") > 0)).get_column(
        "account_id"
    )
    standing = view.standing
    heard = standing.filter(pl.col("account_id").is_in(answered.implode()))
    whole = total(standing, "arr")
    return float(total(heard, "arr")) / float(whole) * 100 if whole else None
