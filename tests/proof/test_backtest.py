"""The back-test on histories with a known law: canaries, cuts, what may be said, and what it is worth."""

import json

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from pipeline.policy.proof import ProofPolicy
from pipeline.proof.backtest import backtest, bands, missing, reliability, seed_of, warnings
from pipeline.proof.card import summary
from pipeline.proof.dated import LEFT_OUT
from pipeline.proof.logistic import fitted, reweighted, uncalibrated
from pipeline.proof.measures import Sample, all_measures, measured
from pipeline.proof.rolling import churned, codes, cuts, events, judged, matrix, metric_names, sides, with_rule_risks
from pipeline.proof.standing import accounts, drift, final_model, weights
from tests.proof.histories import few_draws, history
from tests.rules.books import shipped_policy

RULES = few_draws()
EIGHT_CUTS = RULES.model_copy(update={"splits": RULES.splits.model_copy(update={"most_cuts": 8})})
NOTHING_LEFT_OUT = pl.DataFrame(schema=LEFT_OUT)


def whole(rows: pl.DataFrame, rules: ProofPolicy = RULES) -> tuple[pl.DataFrame, pl.DataFrame]:
    seed = seed_of(rows)
    tested = judged(rows, rules, seed)
    return tested, backtest(with_rule_risks(rows, seed), tested, rules, 0.1, seed)


def auc_of(table: pl.DataFrame, method: str) -> float:
    found = table.filter(basis="same", method=method, lead_days=0, segment="all", measure="auc")
    return float(found["value"][0])


def test_an_account_is_never_on_both_sides_and_the_gap_is_kept() -> None:
    rows = history(120)
    fold = pl.Series(np.arange(rows.height) * 0 + codes(rows) % 5)
    numbered = rows.with_columns(_fold=fold)
    for cut in cuts(rows, RULES):
        for part in range(5):
            earlier, later = sides(numbered, cut, pl.col("_fold"), part, RULES)
            assert not set(earlier["account_id"]) & set(later["account_id"])
            assert all((cut - day).days >= RULES.splits.gap_days for day in earlier["seen_on"])
            assert all(day <= cut for day in earlier["known_on"])
            assert all(day > cut for day in later["seen_on"])


def test_scores_that_know_the_law_beat_the_coin_and_the_coin_is_one_half() -> None:
    _, table = whole(history(600), EIGHT_CUTS)
    assert auc_of(table, "model") > 0.7
    assert auc_of(table, "health_score") > 0.7
    assert auc_of(table, "coin") == pytest.approx(0.5, abs=0.08)


def test_shuffled_labels_give_one_half_to_the_score_and_to_the_model() -> None:
    rows = history(900, years=1)
    of_account = rows.group_by("account_id", maintain_order=True).agg(pl.col("outcome").first())
    shuffled = of_account.with_columns(pl.col("outcome").shuffle(seed=3))
    mixed = rows.drop("outcome").join(shuffled, on="account_id").sort("account_id", "decision_on", "lead_days")
    _, table = whole(mixed, EIGHT_CUTS)
    assert auc_of(table, "health_score") == pytest.approx(0.5, abs=0.1)
    assert auc_of(table, "model") == pytest.approx(0.5, abs=0.1)


def test_a_feature_that_knows_the_future_is_caught_and_named() -> None:
    rows = history(400)
    peeking = (pl.col("outcome") == "churned").cast(pl.Float64) + pl.col("metric.noise") / 20
    leaked = rows.with_columns(peeking.alias("metric.closed_cases"))
    found = warnings(leaked, whole(leaked)[1], NOTHING_LEFT_OUT, RULES).filter(kind="leakage")
    assert found["subject"].to_list() == ["closed_cases"]
    assert warnings(rows, whole(rows)[1], NOTHING_LEFT_OUT, RULES).filter(kind="leakage").is_empty()


def test_history_of_which_a_third_of_the_weight_is_backfilled_is_said_not_to_be_the_companys_own() -> None:
    rows = history(120)
    left_out = pl.DataFrame(
        {"method": "health", "input": ["alignment"], "weight_pct": [40.0], "snapshots": [90], "of_snapshots": [100]}
    )
    told = warnings(rows, whole(rows)[1], left_out, RULES).filter(kind="backfilled")
    assert told["value"].to_list() == [pytest.approx(0.36)]
    half = left_out.with_columns(snapshots=50)
    assert warnings(rows, whole(rows)[1], half, RULES).filter(kind="backfilled").is_empty()


def test_with_twenty_churns_nothing_but_counts_is_stated_and_how_many_are_missing() -> None:
    rows = history(400)
    few = rows.filter(pl.col("outcome") == "churned").select("account_id").unique().sort("account_id").head(20)
    kept = rows.filter(pl.col("outcome") != "churned").select("account_id").unique()
    one_year = rows.filter(pl.col("account_id").is_in(few["account_id"].implode()) & (pl.col("outcome") == "churned"))
    calm = rows.filter(pl.col("account_id").is_in(kept["account_id"].implode()) & (pl.col("outcome") != "churned"))
    thin = pl.concat([one_year, calm]).sort("account_id", "decision_on", "lead_days")
    assert events(thin) == 20
    tested, table = whole(thin)
    model = final_model(thin, RULES, 1)
    assert model is None
    assert table["value"].null_count() == table.height
    banded = bands(thin, RULES, 1)
    assert banded["rate"].null_count() == banded["low"].null_count() == banded.height
    assert reliability(tested, missing(thin, tested, RULES), RULES, 1).is_empty()
    assert accounts(thin, thin.select("account_id", "arr").unique(), model, RULES).is_empty()
    told = summary(thin, tested.clear(), table, model, 0.1, RULES).to_dicts()[0]
    assert (told["events"], told["events_needed"], told["verdict"]) == (20, 30, "too_few_events")
    assert "%" not in json.dumps([table.to_dicts(), told], default=str)


def test_a_cell_with_fewer_churns_than_needed_keeps_its_counts_and_says_so() -> None:
    _, table = whole(history(300))
    thin = table.filter(pl.col("events_needed") > 0)
    assert thin["value"].null_count() == thin.height
    assert (table["events"] + table["events_needed"] >= RULES.cell_events_needed).all()


def test_same_inputs_give_the_same_table_and_the_same_model() -> None:
    rows = history(150)
    assert whole(rows)[1].equals(whole(rows)[1])
    first, second = final_model(rows, RULES, 5), final_model(rows, RULES, 5)
    assert first is not None
    assert second is not None
    assert first.as_json() == second.as_json()
    assert json.loads(first.as_json())["rows"] == rows.height


def test_contributions_add_up_to_the_log_odds() -> None:
    rows = history(200)
    model = final_model(rows, RULES, 5)
    assert model is not None
    values = matrix(rows, metric_names(rows))
    np.testing.assert_allclose(model.contributions(values).sum(axis=1) + model.intercept, model.log_odds(values))


def test_drift_is_nothing_where_nothing_moved_and_asks_to_act_where_all_did() -> None:
    rows = history(300)
    assert drift(rows, rows, RULES)["state"].unique().to_list() == ["stable"]
    moved = drift(rows, rows.with_columns(pl.col("metric.logins") + 3), RULES)
    assert moved.filter(state="act")["metric"].to_list() == ["logins"]


DRAWS = RULES.bootstrap.model_copy(update={"draws": 200})


def covered(seed: int) -> bool:
    """Whether the interval of the AUC of a book holds the AUC that its law has."""
    rows = history(250, years=1, seed=seed).filter(lead_days=90)
    risk = -rows["health_score"].to_numpy()
    found = measured(Sample(risk, churned(rows), np.ones(rows.height), codes(rows)), 0.1, DRAWS, seed)["auc"]
    return found.low <= true_auc() <= found.high


def true_auc() -> float:
    """The AUC of the health score under the law, from one very large book."""
    if not TRUE:
        rows = history(20000, years=1, seed=99).filter(lead_days=90)
        sample = Sample(-rows["health_score"].to_numpy(), churned(rows), np.ones(rows.height), codes(rows))
        TRUE.append(float(all_measures(sample, np.ones((1, rows.height)), 0.1, 10)["auc"][0]))
    return TRUE[0]


TRUE: list[float] = []


def test_the_interval_holds_the_true_auc_in_most_of_a_few_books() -> None:
    assert sum(covered(seed) for seed in range(20)) >= 17


@pytest.mark.nightly
def test_the_interval_holds_the_true_auc_in_nine_of_ten_of_200_books() -> None:
    assert sum(covered(seed) for seed in range(200)) >= 180


def test_probabilities_are_calibrated_with_a_hundred_churns() -> None:
    rows, fresh = (
        history(700, years=1, seed=3).filter(lead_days=90),
        history(4000, years=1, seed=4).filter(lead_days=90),
    )
    names = metric_names(rows)
    assert events(rows) >= 100
    model = fitted(names, matrix(rows, names), churned(rows), codes(rows), RULES.fit, 5, 1)
    sample = Sample(model.probability(matrix(fresh, names)), churned(fresh), np.ones(fresh.height), codes(fresh), True)
    assert float(all_measures(sample, np.ones((1, fresh.height)), 0.1, 10)["calibration_error"][0]) < 0.05


def test_newton_steps_from_a_model_of_all_end_where_scikit_learn_ends_on_a_part() -> None:
    rows = history(200)
    names = metric_names(rows)
    values, outcome = matrix(rows, names), churned(rows)
    whole_model, part = uncalibrated(names, values, outcome, RULES.fit), codes(rows) % 3 > 0
    weights = part.astype(float)
    found = reweighted(whole_model, whole_model.inputs(values), outcome, weights, RULES.fit)
    plain = LogisticRegression(C=RULES.fit.strength, max_iter=1000, tol=1e-10)
    plain.fit(whole_model.inputs(values), outcome, sample_weight=weights)
    np.testing.assert_allclose(found[:-1], plain.coef_[0], atol=1e-4)
    np.testing.assert_allclose(found[-1], plain.intercept_[0], atol=1e-4)


def test_weights_are_signed_and_the_component_that_the_law_goes_by_gets_more() -> None:
    rows = history(500).rename({"metric.logins": "metric.login_days", "metric.noise": "metric.training"})
    table = weights(rows, shipped_policy(), final_model(rows, RULES, 3), RULES, 3)
    told = {row["component"]: row for row in table.to_dicts()}
    assert set(told) == {"login_days", "tickets", "training_pct"}
    assert told["login_days"]["effect_low"] > 0
    assert told["tickets"]["effect_low"] > 0
    assert told["login_days"]["suggestion"] == "more"
    assert told["training_pct"]["suggestion"] in ("less", "as_it_is")
    assert table["suggested_pct"].sum() == pytest.approx(100)


def test_a_component_that_history_turns_round_is_said_to_point_the_other_way() -> None:
    rows = history(500).with_columns(-pl.col("metric.logins")).rename({"metric.logins": "metric.login_days"})
    table = weights(rows, shipped_policy(), final_model(rows, RULES, 3), RULES, 3)
    turned = table.row(by_predicate=pl.col("component") == "login_days", named=True)
    assert (turned["suggestion"], turned["suggested_pct"]) == ("against", 0.0)


def test_a_probability_is_never_certain() -> None:
    rows = history(400, seed=5)
    peeking = (pl.col("outcome") == "churned").cast(pl.Float64).alias("metric.peek")
    rules = RULES.model_copy(update={"fit": RULES.fit.model_copy(update={"isotonic_from_rows": 10})})
    model = final_model(rows.with_columns(peeking), rules, 2)
    assert model is not None
    said = model.probability(matrix(rows.with_columns(peeking), model.metrics))
    assert 0 < said.min() < said.max() < 1


def test_a_scorecard_without_a_component_that_a_metric_stands_for_gets_no_suggestion() -> None:
    rows = history(200)
    policy = shipped_policy()
    none = RULES.model_copy(update={"metrics": {name: one for name, one in RULES.metrics.items() if not one.component}})
    assert weights(rows, policy, final_model(rows, none, 3), none, 3).is_empty()
