"""The same measures on any labelled table."""

import numpy as np
import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.proof import labelled
from pipeline.proof.labelled import columns_of
from pipeline.proof.measures import Sample, all_measures
from tests.proof.histories import few_draws

RULES = few_draws()


def public_table(rows: int = 1500, seed: int = 2) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    tenure, plan = random.integers(0, 72, rows), random.choice(["monthly", "yearly"], rows)
    chance = 1 / (1 + np.exp(0.3 + tenure / 20 - 1.5 * (plan == "monthly")))
    return pl.DataFrame(
        {
            "id": [f"c{number}" for number in range(rows)],
            "tenure": tenure,
            "plan": plan,
            "charges": [None if number % 9 == 0 else f"{number % 80}.5" for number in range(rows)],
            "left": np.where(random.random(rows) < chance, "Yes", "No"),
        }
    )


def test_a_table_with_a_law_is_told_apart_and_calibrated() -> None:
    told = labelled(public_table(), "id", "left", RULES)["measures"]
    assert told["auc"]["low"] > 0.7
    assert told["brier"]["value"] < told["brier_constant"]["value"]
    assert told["calibration_error"]["value"] < 0.06


def test_a_table_with_shuffled_outcomes_gives_one_half() -> None:
    table = public_table().with_columns(pl.col("left").shuffle(seed=4))
    auc = labelled(table, "id", "left", RULES)["measures"]["auc"]
    assert auc["low"] < 0.5 < auc["high"] or auc["value"] == pytest.approx(0.5, abs=0.04)


def test_a_repeated_row_cannot_help_because_its_id_stays_in_one_fold() -> None:
    table = public_table(600).with_columns(pl.col("left").shuffle(seed=5))
    repeated = labelled(pl.concat([table] * 4), "id", "left", RULES)["measures"]["auc"]
    assert repeated["value"] < 0.6


def test_only_the_values_that_the_inside_of_a_fold_knows_become_columns() -> None:
    table = pl.DataFrame({"plan": ["a", "a", "b", "z"]})
    assert columns_of(table.head(3), table)[0] == ("plan=a", "plan=b")


def test_under_fifty_churns_nothing_is_measured_and_the_missing_are_counted() -> None:
    table = public_table(400)
    churned = table.filter(left="Yes").head(20)
    told = labelled(pl.concat([churned, table.filter(left="No")]), "id", "left", RULES)
    assert (told["events"], told["events_needed"], told["measures"]) == (20, 30, {})


@pytest.mark.parametrize(("id_column", "outcome", "says"), [("nobody", "left", "nobody"), ("id", "plan", "plan holds")])
def test_a_column_that_cannot_serve_is_named(id_column: str, outcome: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        labelled(public_table(200), id_column, outcome, RULES)


def test_a_table_that_ships_with_scikit_learn_is_measured_as_scikit_learn_measures_it() -> None:
    """Ten-fold or five, the ranking of this table by a plain logistic regression is known: an AUC of 0.99 and more."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer()
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    said = cross_val_predict(plain, data.data, data.target, cv=5, method="predict_proba")[:, 1]
    table = pl.DataFrame(data.data, schema=[f"x{number}" for number in range(data.data.shape[1])]).with_columns(
        id=pl.int_range(pl.len()).cast(pl.String), left=pl.Series(data.target).replace_strict({0: "no", 1: "yes"})
    )
    found = labelled(table, "id", "left", RULES)
    assert found["measures"]["auc"]["value"] == pytest.approx(roc_auc_score(data.target, said), abs=0.01)
    assert found["measures"]["brier"]["value"] == pytest.approx(brier_score_loss(data.target, said), abs=0.01)
    assert found["leakage"]


def test_a_table_of_seven_thousand_with_a_known_law_gives_the_laws_own_figures() -> None:
    """A table of the shape of the public telecom one: a quarter leaves, and the law's own AUC is what can be reached."""
    random = np.random.default_rng(12)
    rows = 7000
    tenure, charges = random.integers(0, 72, rows), random.uniform(20, 120, rows)
    contract = random.choice(["month", "year", "two years"], rows, p=[0.55, 0.21, 0.24])
    odds = (
        -0.9
        - 0.035 * tenure
        + 0.012 * charges
        + np.select([contract == "month", contract == "year"], [1.0, -0.4], -1.6)
    )
    chance = 1 / (1 + np.exp(-odds))
    left = random.random(rows) < chance
    table = pl.DataFrame(
        {
            "id": [f"c{number}" for number in range(rows)],
            "tenure": tenure,
            "charges": np.where(random.random(rows) < 0.002, " ", charges.round(2).astype(str)),
            "contract": contract,
            "left": np.where(left, "Yes", "No"),
        }
    )
    law = Sample(chance, left.astype(float), np.ones(rows), np.arange(rows), is_probability=True)
    best = {name: float(value[0]) for name, value in all_measures(law, np.ones((1, rows)), 0.1, 10).items()}
    found = labelled(table, "id", "left", RULES)["measures"]
    assert found["auc"]["value"] == pytest.approx(best["auc"], abs=0.01)
    assert found["lift_10"]["value"] == pytest.approx(best["lift_10"], abs=0.15)
    assert found["brier"]["value"] == pytest.approx(best["brier"], abs=0.003)
    assert found["calibration_error"]["value"] < 0.03


def test_rows_without_an_id_are_refused_and_counted() -> None:
    nameless = pl.when(pl.col("tenure") > 60).then(None).otherwise(pl.col("id"))
    table = public_table().with_columns(id=nameless)
    with pytest.raises(UsageError, match=f"{table['id'].null_count()} rows have no id"):
        labelled(table, "id", "left", RULES)
