"""The same measures on any labelled table."""

import numpy as np
import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.proof import labelled
from pipeline.proof.labelled import columns_of
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
