"""The model speaks of renewals only where the policy says so and the history allows a model."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.policy import Policy
from pipeline.revenue.due import due_tables
from pipeline.scores import Proof, Scores
from tests.rules.books import shipped_policy
from tests.rules.renewal_books import Renewing

BOOK = Renewing().contract("a", 50, "100.00").band("a", "watch").contract("b", 50, "100.00").band("b", "watch")
MODEL = pl.DataFrame({"account_id": ["a"], "probability": [0.4]})


def by_model(*, is_on: bool) -> Policy:
    policy = shipped_policy()
    chances = policy.renewals.chances.model_copy(update={"from_model": is_on})
    return replace(policy, renewals=policy.renewals.model_copy(update={"chances": chances}))


def chances_of(model: pl.DataFrame, *, is_on: bool) -> dict[str, tuple[float, str]]:
    scores: Scores = replace(BOOK.scores(), proof=Proof(model_accounts=model))
    rows = due_tables(BOOK.book(), scores, by_model(is_on=is_on))["renewals"]
    told = rows.select("account_id", "probability_pct", "chance_from").iter_rows()
    return {account: (chance, source) for account, chance, source in told}


def test_as_shipped_the_model_changes_no_chance() -> None:
    assert not shipped_policy().renewals.chances.from_model
    assert chances_of(MODEL, is_on=False) == {"a": (75.0, "band"), "b": (75.0, "band")}


def test_where_the_policy_says_so_an_account_that_the_model_knows_goes_by_it() -> None:
    assert chances_of(MODEL, is_on=True) == {"a": (pytest.approx(60.0), "model"), "b": (75.0, "band")}


def test_without_a_model_the_bands_speak_whatever_the_policy_says() -> None:
    assert chances_of(MODEL.clear(), is_on=True) == {"a": (75.0, "band"), "b": (75.0, "band")}
    assert chances_of(pl.DataFrame(), is_on=True) == {"a": (75.0, "band"), "b": (75.0, "band")}


def test_the_interval_holds_the_models_chance_and_is_as_wide_as_the_evidence() -> None:
    scores = replace(BOOK.scores(), proof=Proof(model_accounts=MODEL))
    row = due_tables(BOOK.book(), scores, by_model(is_on=True))["renewals"].row(
        by_predicate=pl.col("account_id") == "a", named=True
    )
    assert row["probability_low_pct"] < 60 < row["probability_high_pct"]
    assert row["expected_arr"] == 60
