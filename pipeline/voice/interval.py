"""How sure a share is: NPS with its adjusted-Wald interval, differences of two, and shares of satisfied answers.

The same formulas stand here twice: for a single group, as reports print it, and as expressions over a table.
"""

from dataclasses import dataclass
from math import sqrt

import polars as pl

Z = 1.959964
ADDED = 3.0
PART = 0.75


@dataclass(frozen=True, slots=True)
class Nps:
    """Answers of one group: %promoters - %detractors, and the adjusted-Wald 95% interval, both -100 to 100.

    Three answers are added, three quarters of one to promoters and to detractors each. (voice: NPS)
    """

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
        return (self.promoters - self.detractors) / (self.answers + ADDED)

    @property
    def variance(self) -> float:
        """Of the adjusted difference."""
        n = self.answers + ADDED
        touched = (self.promoters + self.detractors + 2 * PART) / n
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


def nps_columns() -> list[pl.Expr]:
    """`nps`, `low`, `high`, `centre` and `variance` from answers, promoters and detractors; null without answers."""
    is_answered = pl.col("answers") > 0
    surplus = (pl.col("promoters") - pl.col("detractors")).cast(pl.Float64)
    n = pl.col("answers") + ADDED
    centre = surplus / n
    variance = ((pl.col("promoters") + pl.col("detractors") + 2 * PART) / n - centre.pow(2)) / n
    half = Z * variance.sqrt()
    return [
        pl.when(is_answered).then(surplus / pl.col("answers") * 100).alias("nps"),
        pl.when(is_answered).then(((centre - half) * 100).clip(lower_bound=-100.0)).alias("low"),
        pl.when(is_answered).then(((centre + half) * 100).clip(upper_bound=100.0)).alias("high"),
        pl.when(is_answered).then(centre).alias("centre"),
        pl.when(is_answered).then(variance).alias("variance"),
    ]


def share_columns(part: str, whole: str, name: str) -> list[pl.Expr]:
    """A share in percent with its adjusted-Wald 95% interval, z squared answers added, half of them to the part.

    `<name>_pct`, `<name>_low` and `<name>_high`, 0 to 100; null where there is no answer.
    """
    is_known = pl.col(whole) > 0
    n = pl.col(whole) + Z**2
    middle = (pl.col(part) + Z**2 / 2) / n
    half = Z * (middle * (1 - middle) / n).sqrt()
    return [
        pl.when(is_known).then(100.0 * pl.col(part) / pl.col(whole)).alias(f"{name}_pct"),
        pl.when(is_known).then(((middle - half) * 100).clip(lower_bound=0.0)).alias(f"{name}_low"),
        pl.when(is_known).then(((middle + half) * 100).clip(upper_bound=100.0)).alias(f"{name}_high"),
    ]
