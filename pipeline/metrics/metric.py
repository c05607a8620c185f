"""What a metric is: one formula over additive columns, for an account, a CSM, a segment, a month and the whole book."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["count", "sum", "ratio", "mean", "nps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that can be stated: what it says and how it is formed from the columns of a mart.

    `count` and `sum` add up `numerator`; `ratio`, `mean` and `nps` are scale x (numerator - less) / denominator, each
    summed first. A metric that is not poolable holds something that cannot be added up over accounts, such as distinct
    days: it is stated for one account only.
    """

    name: str
    label: str
    description: str
    unit: str
    kind: Kind
    numerator: str
    less: str | None = None
    denominator: str | None = None
    scale: float = 1.0
    direction: Literal["up", "down", "none"] = "up"
    mart: str = "account_weeks"
    poolable: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the mart that the metric reads."""
        return tuple(column for column in (self.numerator, self.less, self.denominator) if column)

    def at_row(self) -> pl.Expr:
        """The metric of a single row; null where a column is null or there is nothing to divide by."""
        if self.denominator is None:
            return self._scaled(pl.col(self.numerator)).alias(self.name)
        return self._divided(self._difference(), pl.col(self.denominator))

    def pooled(self) -> pl.Expr:
        """The metric of a group of rows, as an aggregate; rows with a null column stay out of it.

        A sum is null where rows exist but none is known, and 0 where there are no rows. Raises ValueError for a metric
        that is not poolable.
        """
        if not self.poolable:
            raise ValueError(f"{self.name} cannot be pooled: {self.description}")
        known = pl.all_horizontal(pl.col(column).is_not_null() for column in self.columns)
        if self.denominator is None:
            total = self._scaled(pl.col(self.numerator).filter(known).sum())
            return pl.when((pl.len() == 0) | known.any()).then(total).alias(self.name)
        return self._divided(
            self._difference().filter(known).sum(),
            pl.col(self.denominator).filter(known).sum(),
        )

    def _difference(self) -> pl.Expr:
        return pl.col(self.numerator) - pl.col(self.less) if self.less else pl.col(self.numerator)

    def _divided(self, above: pl.Expr, below: pl.Expr) -> pl.Expr:
        quotient = self.scale * above.cast(pl.Float64) / below.cast(pl.Float64)
        return pl.when(below > 0).then(quotient).alias(self.name)

    def _scaled(self, value: pl.Expr) -> pl.Expr:
        return value if self.scale == 1.0 else self.scale * value
