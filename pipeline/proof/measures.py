"""How well a number ranks and foretells: each measure for many weightings of the same rows at once.

Below everything else in the room, pure numpy. A weighting is one row of a matrix (draws x rows): how often each row's
account was drawn. Higher risk means more likely to churn; rows of equal risk share what falls on them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.policy.proof import Bootstrap

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
CHUNK_CELLS = 4_000_000
MEASURES = (
    "auc",
    "pr_auc",
    "lift_10",
    "arr_captured_10",
    "arr_captured_20",
    "capacity_precision",
    "capacity_recall",
    "base_rate",
)
PROBABILITY_MEASURES = ("brier", "brier_constant", "calibration_error")


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to measure: risk, whether each churned (1 or 0), its ARR, its account as a code from 0; a risk that is a
    probability is also judged as one.
    """

    risk: Floats
    churned: Floats
    arr: Floats
    account: Counts
    is_probability: bool = False

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return int(np.unique(self.account).size)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its interval; NaN where it is not defined (no churn, or nothing but churn)."""

    value: float
    low: float
    high: float


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread: small matrices are quicker so, and sums are the same on every machine."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield


def measured(
    sample: Sample, capacity: float, rules: Bootstrap, seed: int, drawn_weights: list[Floats] | None = None
) -> dict[str, Estimate]:
    """Every measure with its bootstrap interval over accounts. `capacity` is a share of the rows from 0 to 1.

    Samples of the same rows may share the weights drawn for one of them (`account_draws`).
    """
    weightings = drawn_weights or account_draws(sample.account, rules.draws, seed)
    once = all_measures(sample, np.ones((1, sample.risk.size)), capacity, rules.bins)
    drawn = [all_measures(sample, weights, capacity, rules.bins) for weights in weightings]
    tails = (50 - rules.interval_pct / 2, 50 + rules.interval_pct / 2)
    return {
        name: _estimate(float(value[0]), np.concatenate([each[name] for each in drawn]), tails)
        for name, value in once.items()
    }


def account_draws(account: Counts, draws: int, seed: int) -> list[Floats]:
    """How often each row was drawn when accounts are drawn with replacement, in chunks of a bounded size."""
    codes, of_row = np.unique(account, return_inverse=True)
    random = np.random.default_rng(seed)
    step = max(1, CHUNK_CELLS // max(1, account.size))
    chunks = [min(step, draws - start) for start in range(0, draws, step)]
    chances = np.full(codes.size, 1 / codes.size)
    return [random.multinomial(codes.size, chances, size=size)[:, of_row].astype(np.float64) for size in chunks]


def all_measures(sample: Sample, weights: Floats, capacity: float, bins: int) -> dict[str, Floats]:
    """Every measure, one value per weighting."""
    ranked = Ranked.of(sample, weights)
    base = ranked.share(ranked.positive)
    tenth, at_capacity = ranked.taken(0.1), _inside(ranked.taken(capacity), ranked.positive)
    lost = ranked.lost_arr.sum(axis=1)
    found = {
        "auc": ranked.auc(),
        "pr_auc": ranked.average_precision(),
        "lift_10": _over(_inside(tenth, ranked.positive), 0.1 * ranked.positive.sum(axis=1)),
        "arr_captured_10": _over(_inside(tenth, ranked.lost_arr), lost),
        "arr_captured_20": _over(_inside(ranked.taken(0.2), ranked.lost_arr), lost),
        "capacity_precision": _over(at_capacity, capacity * ranked.everyone.sum(axis=1)),
        "capacity_recall": _over(at_capacity, ranked.positive.sum(axis=1)),
        "base_rate": base,
    }
    return {**found, **(_as_probability(sample, weights, base, bins) if sample.is_probability else {})}


@dataclass(frozen=True, slots=True)
class Ranked:
    """Weights summed over rows of equal risk, the riskiest first (draws x distinct risks)."""

    everyone: Floats
    positive: Floats
    lost_arr: Floats
    reached: Floats

    @classmethod
    def of(cls, sample: Sample, weights: Floats) -> "Ranked":
        """The rows of a sample, ranked, under each weighting."""
        order = np.argsort(-sample.risk, kind="stable")
        ordered = sample.risk[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

        weighed = weights[:, order]

        def summed(values: Floats) -> Floats:
            rows = weighed * values[order]
            return rows if starts.size == rows.shape[1] else np.asarray(np.add.reduceat(rows, starts, axis=1))

        everyone = summed(np.ones_like(sample.risk))
        reached = np.cumsum(everyone, axis=1)
        return cls(everyone, summed(sample.churned), summed(sample.churned * sample.arr), reached)

    def share(self, part: Floats) -> Floats:
        """A part's share of everyone."""
        return _over(part.sum(axis=1), self.everyone.sum(axis=1))

    def auc(self) -> Floats:
        """The chance that a churned row has the higher risk than another; ties count half."""
        negative = self.everyone - self.positive
        below = negative.sum(axis=1, keepdims=True) - np.cumsum(negative, axis=1)
        pairs = self.positive.sum(axis=1) * negative.sum(axis=1)
        return _over((self.positive * (below + negative / 2)).sum(axis=1), pairs)

    def average_precision(self) -> Floats:
        """The mean precision over the churned rows, cut below each distinct risk."""
        found = np.cumsum(self.positive, axis=1)
        precision = np.divide(found, self.reached, out=np.zeros_like(found), where=self.reached > 0)
        return _over((precision * self.positive).sum(axis=1), self.positive.sum(axis=1))

    def taken(self, share: float) -> Floats:
        """How much of each level of risk lies in the riskiest share of the rows; at the cut a level counts in part."""
        left = share * self.reached[:, -1:] - (self.reached - self.everyone)
        part = np.divide(left, self.everyone, out=np.zeros_like(left), where=self.everyone > 0)
        return np.asarray(np.clip(part, 0, 1, out=part))


def _inside(taken: Floats, part: Floats) -> Floats:
    """How much of a part lies in what was taken."""
    return np.asarray(np.einsum("ij,ij->i", taken, part))


def bin_of(probability: Floats, bins: int) -> Counts:
    """The bin of equal width, from 0, that a probability lies in."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def _as_probability(sample: Sample, weights: Floats, base: Floats, bins: int) -> dict[str, Floats]:
    total = weights.sum(axis=1)
    inside = np.eye(bins)[bin_of(sample.risk, bins)]
    gaps = np.abs((weights * (sample.risk - sample.churned)) @ inside)
    return {
        "brier": _over(weights @ (sample.risk - sample.churned) ** 2, total),
        "brier_constant": base * (1 - base),
        "calibration_error": _over(gaps.sum(axis=1), total),
    }


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def _estimate(value: float, drawn: Floats, tails: tuple[float, float]) -> Estimate:
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(known, tails)
    return Estimate(value, float(low), float(high))
