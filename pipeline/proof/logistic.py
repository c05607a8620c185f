"""The model: a logistic regression that sees standardised metrics and which of them are missing, then calibrated.

Between the measures and the back-test. Everything it learns (medians, spreads, coefficients, calibration) comes from
the rows it is fitted on, so a fold can never see the rows it is judged by. Accounts are kept together in every split.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.policy.proof import Fit
from pipeline.proof.measures import Counts, Floats

FLOOR = 1e-6
LEAST_EVENTS = 5
MOST_STEPS = 12
SETTLED = 1e-8
SOLVER = "newton-cholesky"  # many rows, few columns: a few exact steps


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: per metric its middle and spread, coefficients (metrics, then their missing marks), calibration
    as points (log-odds in, probability out) or as a slope and an intercept.
    """

    metrics: tuple[str, ...]
    middle: Floats
    spread: Floats
    coefficients: Floats
    intercept: float
    slope: float
    offset: float
    steps: tuple[tuple[float, float], ...]
    rows: int
    data_hash: str

    def inputs(self, values: Floats) -> Floats:
        """Standardised metrics, 0 where missing, followed by a mark per metric that is missing."""
        missing = np.isnan(values)
        standard = np.where(missing, 0.0, (values - self.middle) / self.spread)
        return np.asarray(np.hstack([standard, missing.astype(np.float64)]))

    def log_odds(self, values: Floats) -> Floats:
        """Before calibration."""
        return np.asarray(self.inputs(values) @ self.coefficients + self.intercept)

    def probability(self, values: Floats) -> Floats:
        """The calibrated probability of churn, from 0 to 1."""
        raw = self.log_odds(values)
        if self.steps:
            given, said = np.array(self.steps).T
            return np.asarray(np.clip(np.interp(raw, given, said), FLOOR, 1 - FLOOR))
        return sigmoid(self.slope * raw + self.offset)

    def contributions(self, values: Floats) -> Floats:
        """What each metric adds to the log-odds (rows x metrics), its missing mark included."""
        parts = self.inputs(values) * self.coefficients
        count = len(self.metrics)
        return np.asarray(parts[:, :count] + parts[:, count:])

    def stated(self) -> dict[str, Any]:
        """The model as plain values, for JSON."""
        count = len(self.metrics)
        return {
            "intercept": round(self.intercept, 9),
            "metrics": {
                name: {
                    "coefficient": round(float(self.coefficients[at]), 9),
                    "coefficient_missing": round(float(self.coefficients[count + at]), 9),
                    "middle": round(float(self.middle[at]), 9),
                    "spread": round(float(self.spread[at]), 9),
                }
                for at, name in enumerate(self.metrics)
            },
            "calibration": {"slope": round(self.slope, 9), "offset": round(self.offset, 9), "steps": self.steps},
            "rows": self.rows,
            "data_hash": self.data_hash,
        }

    def as_json(self) -> str:
        """The model as text that is the same for the same data."""
        return json.dumps(self.stated(), sort_keys=True)


def sigmoid(value: Floats) -> Floats:
    """A probability from log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -35, 35))))


def account_folds(account: Counts, folds: int, seed: int) -> Counts:
    """The part of 0 to folds - 1 that each row's account belongs to, drawn without regard to the outcome."""
    codes, of_row = np.unique(account, return_inverse=True)
    return np.asarray(np.random.default_rng(seed).permutation(codes.size)[of_row] % folds)


def can_fit(churned: Floats) -> bool:
    """Whether there is enough of both outcomes for a fit to mean anything."""
    events = churned.sum()
    return bool(min(events, churned.size - events) >= LEAST_EVENTS)


def fitted(
    metrics: tuple[str, ...], values: Floats, churned: Floats, account: Counts, rules: Fit, folds: int, seed: int
) -> Model:
    """The model of some rows (rows x metrics, NaN where missing), calibrated on predictions made out of fold."""
    plain = uncalibrated(metrics, values, churned, rules)
    raw = np.full(churned.size, np.nan)
    for inside, outside in _splits(account_folds(account, folds, seed), churned):
        raw[outside] = _beside(plain, values[inside], churned[inside], rules).log_odds(values[outside])
    known = np.isfinite(raw)
    # Snapshots of one account are no rows of their own: what they add to each other is little.
    is_large = np.unique(account).size >= rules.isotonic_from_rows
    return _calibrated(plain, raw[known], churned[known], is_large=is_large)


def uncalibrated(metrics: tuple[str, ...], values: Floats, churned: Floats, rules: Fit) -> Model:
    """The model of some rows with its probabilities as they come."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = _standard(values)
    empty = Model(
        metrics, middle, spread, np.zeros(2 * len(metrics)), 0.0, 1.0, 0.0, (), churned.size, _hash(values, churned)
    )
    found = LogisticRegression(C=rules.strength, solver=SOLVER, max_iter=100).fit(empty.inputs(values), churned)
    return _with(empty, coefficients=found.coef_[0], intercept=float(found.intercept_[0]))


def out_of_fold(
    metrics: tuple[str, ...], values: Floats, churned: Floats, account: Counts, rules: Fit, folds: int, seed: int
) -> Floats:
    """Calibrated probabilities, each from a model that saw neither the row nor its account; NaN where none could be."""
    found = np.full(churned.size, np.nan)
    for inside, outside in _splits(account_folds(account, folds, seed), churned):
        model = fitted(metrics, values[inside], churned[inside], account[inside], rules, folds, seed + 1)
        found[outside] = model.probability(values[outside])
    return found


def reweighted(model: Model, inputs: Floats, churned: Floats, weights: Floats, rules: Fit) -> Floats:
    """Coefficients and, last, the intercept of the same regression when its rows weigh otherwise: Newton steps from the
    model's own, which are few since they start near.
    """
    columns = np.hstack([inputs, np.ones((inputs.shape[0], 1))])
    penalty = np.r_[np.full(inputs.shape[1], 1 / rules.strength), 0.0]
    found = np.r_[model.coefficients, model.intercept]
    for _ in range(MOST_STEPS):
        said = sigmoid(columns @ found)
        slope = columns.T @ (weights * (said - churned)) + penalty * found
        curve = (columns * (weights * said * (1 - said))[:, None]).T @ columns
        step = np.linalg.solve(curve + np.diag(penalty + FLOOR), slope)
        found = found - step
        if np.abs(step).max() < SETTLED:
            break
    return np.asarray(found)


def _beside(model: Model, values: Floats, churned: Floats, rules: Fit) -> Model:
    """The model as it would be of some of its rows alone: standardised and fitted on these."""
    middle, spread = _standard(values)
    empty = _with(model, middle=middle, spread=spread)
    found = reweighted(model, empty.inputs(values), churned, np.ones(churned.size), rules)
    return _with(empty, coefficients=found[:-1], intercept=float(found[-1]))


def _splits(fold: Counts, churned: Floats) -> Iterator[tuple[Any, Any]]:
    for number in np.unique(fold):
        outside = fold == number
        if np.unique(churned[~outside]).size == 2:
            yield ~outside, outside


def _standard(values: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (values - middle) ** 2, 0.0).sum(axis=0) / count)
    return middle, np.where(spread > 0, spread, 1.0)


def _calibrated(model: Model, raw: Floats, churned: Floats, *, is_large: bool) -> Model:
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    if np.unique(churned).size < 2:
        return model
    if not is_large:
        found = LogisticRegression(C=1e6, solver=SOLVER, max_iter=100).fit(raw.reshape(-1, 1), churned)
        return _with(model, slope=float(found.coef_[0][0]), offset=float(found.intercept_[0]))
    steps = IsotonicRegression(out_of_bounds="clip").fit(raw, churned)
    said = _never_certain(steps.y_thresholds_, steps.predict(raw))
    return _with(model, steps=tuple(zip(steps.X_thresholds_.tolist(), said.tolist(), strict=True)))


def _never_certain(said: Floats, predicted: Floats) -> Floats:
    """Steps of 0 and of 1 drawn in as far as the number of rows that they rest on allows."""
    lowest = 1 / (2 + int((predicted <= said.min()).sum()))
    highest = 1 - 1 / (2 + int((predicted >= said.max()).sum()))
    return np.clip(said, lowest, highest) if lowest < highest else said


def _with(model: Model, **changes: Any) -> Model:
    return replace(model, **changes)


def _hash(values: Floats, churned: Floats) -> str:
    return hashlib.sha256(np.round(values, 9).tobytes() + churned.tobytes()).hexdigest()
