"""The measures again, slowly and plainly: one row at a time, ties shared out by hand."""

from collections.abc import Sequence


def auc(risk: Sequence[float], churned: Sequence[int]) -> float:
    pairs = [
        (a, b) for a, x in zip(risk, churned, strict=True) if x for b, y in zip(risk, churned, strict=True) if not y
    ]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


def captured(share: float, risk: Sequence[float], part: Sequence[float]) -> float:
    """How much of a part is in the riskiest share of rows; the rows tied at the cut share what is left of it."""
    left, found = share * len(risk), 0.0
    for level in sorted(set(risk), reverse=True):
        tied = [value for score, value in zip(risk, part, strict=True) if score == level]
        taken = min(left, len(tied))
        found += sum(tied) * taken / len(tied)
        left -= taken
    return found


def calibration_error(said: Sequence[float], churned: Sequence[int], bins: int) -> float:
    error = 0.0
    for number in range(bins):
        inside = [(p, y) for p, y in zip(said, churned, strict=True) if min(int(p * bins), bins - 1) == number]
        error += abs(sum(p - y for p, y in inside))
    return error / len(said)
