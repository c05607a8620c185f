"""Measures against scikit-learn, against a slow plain version, and the canaries."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.proof.measures import Sample, all_measures, measured
from tests.proof import plain_measures as plain
from tests.proof.histories import RULES

DRAWS = RULES.bootstrap.model_copy(update={"draws": 100})

ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 50)), min_size=4, max_size=40)


def sample(rows: list[tuple[int, bool, int]], scale: float = 1.0, is_probability: bool = False) -> Sample:
    risk, churned, arr = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    return Sample(risk / scale, churned, arr, np.arange(len(rows)), is_probability)


def once(it: Sample, capacity: float = 0.1) -> dict[str, float]:
    return {name: float(value[0]) for name, value in all_measures(it, np.ones((1, it.risk.size)), capacity, 10).items()}


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_every_measure_is_what_a_slow_plain_reading_gives(rows: list[tuple[int, bool, int]]) -> None:
    risk, churned = [row[0] for row in rows], [int(row[1]) for row in rows]
    found = once(sample(rows), 0.15)
    events = sum(churned)
    if 0 < events < len(rows):
        assert found["auc"] == pytest.approx(plain.auc(risk, churned))
    if events:
        top = plain.captured(0.1, risk, churned)
        assert found["lift_10"] == pytest.approx(top / (0.1 * events))
        assert found["capacity_recall"] == pytest.approx(plain.captured(0.15, risk, churned) / events)
        assert found["capacity_precision"] == pytest.approx(plain.captured(0.15, risk, churned) / (0.15 * len(rows)))
    lost = [arr * out for (_, _, arr), out in zip(rows, churned, strict=True)]
    if sum(lost):
        assert found["arr_captured_20"] == pytest.approx(plain.captured(0.2, risk, lost) / sum(lost))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_scikit_learn_agrees_on_weighted_rows(rows: list[tuple[int, bool, int]]) -> None:
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    it = sample(rows, 6.0, is_probability=True)
    weights = np.array([1 + row[2] % 3 for row in rows], dtype=float)
    found = {name: float(value[0]) for name, value in all_measures(it, weights[None], 0.1, 10).items()}
    if len({row[1] for row in rows}) < 2:
        assert math.isnan(found["auc"])
        return
    assert found["auc"] == pytest.approx(roc_auc_score(it.churned, it.risk, sample_weight=weights))
    assert found["pr_auc"] == pytest.approx(average_precision_score(it.churned, it.risk, sample_weight=weights))
    assert found["brier"] == pytest.approx(brier_score_loss(it.churned, it.risk, sample_weight=weights))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_calibration_error_is_what_a_slow_plain_reading_gives(rows: list[tuple[int, bool, int]]) -> None:
    it = sample(rows, 6.0, is_probability=True)
    slow = plain.calibration_error(list(it.risk), [int(row[1]) for row in rows], 10)
    assert once(it)["calibration_error"] == pytest.approx(slow)


def test_a_random_score_has_auc_one_half_and_lift_one() -> None:
    random = np.random.default_rng(5)
    it = Sample(random.random(20000), (random.random(20000) < 0.2).astype(float), np.ones(20000), np.arange(20000))
    found = once(it)
    assert found["auc"] == pytest.approx(0.5, abs=0.01)
    assert found["lift_10"] == pytest.approx(1.0, abs=3 * (0.2 * 0.8 / 2000) ** 0.5 / 0.2)  # three standard errors


def test_a_score_that_is_the_same_for_all_has_auc_one_half_and_lift_one_exactly() -> None:
    it = Sample(np.zeros(50), np.r_[np.ones(7), np.zeros(43)], np.ones(50), np.arange(50))
    assert (once(it)["auc"], once(it)["lift_10"]) == (pytest.approx(0.5), pytest.approx(1.0))


def test_shuffled_labels_give_one_half() -> None:
    random = np.random.default_rng(6)
    risk = random.random(20000)
    labels = (random.random(20000) < risk).astype(float)
    it = Sample(risk, random.permutation(labels), np.ones(20000), np.arange(20000))
    assert once(it)["auc"] == pytest.approx(0.5, abs=0.01)


def test_accounts_are_drawn_and_not_rows() -> None:
    random = np.random.default_rng(7)
    risk = random.random(60)
    churned = (random.random(60) < risk).astype(float)
    alone = Sample(risk, churned, np.ones(60), np.arange(60))
    repeated = Sample(np.repeat(risk, 5), np.repeat(churned, 5), np.ones(300), np.repeat(np.arange(60), 5))
    assert measured(alone, 0.1, DRAWS, 1)["auc"] == measured(repeated, 0.1, DRAWS, 1)["auc"]


def test_the_same_inputs_give_the_same_interval() -> None:
    random = np.random.default_rng(8)
    it = Sample(random.random(90), (random.random(90) < 0.3).astype(float), np.ones(90), np.arange(90) // 3)
    assert measured(it, 0.1, DRAWS, 4) == measured(it, 0.1, DRAWS, 4)
