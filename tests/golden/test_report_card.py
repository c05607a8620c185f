"""The report card: what it says when the score works, when it does not, and when it is too early to say."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from pipeline.proof import proof_tables
from pipeline.proof.backtest import backtest, bands, missing, reliability, seed_of, warnings
from pipeline.proof.card import summary
from pipeline.proof.dated import LEFT_OUT
from pipeline.proof.rolling import judged, with_rule_risks
from pipeline.proof.standing import accounts, drift, final_model, weights
from pipeline.reports.contents import REPORTS
from pipeline.reports.facts import View
from pipeline.reports.report_card import report_card, report_card_json_data
from pipeline.scores import Proof
from pipeline.stages.press.pages import make_press, page_html
from pipeline.workspace import Workspace
from tests.golden.company import POLICY, SETTINGS, company
from tests.golden.factory import AS_OF
from tests.golden.test_documents import text_of
from tests.proof.histories import few_draws, history

RULES = few_draws()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    found = company(count=8)
    place = Workspace(tmp_path_factory.mktemp("press"), found.settings)
    found.press = make_press(place, AS_OF, found.policy, lambda line: None)
    return found


def proof_of(made: SimpleNamespace, rows: pl.DataFrame) -> Proof:
    """The proof of a history, with the golden company's own leavers."""
    seed = seed_of(rows)
    seen = with_rule_risks(rows, seed)
    tested = judged(seen, RULES, seed)
    needed = missing(seen, tested, RULES)
    model = None if needed else final_model(seen, RULES, seed)
    measured = backtest(seen, tested, RULES, 0.1, seed)
    left_out = pl.DataFrame(schema=LEFT_OUT)
    now = standing_of(made, seen)
    own = proof_tables(made.book, made.scores, POLICY, SETTINGS)
    return Proof(
        backtest=measured,
        backtest_bands=bands(seen, RULES, seed),
        backtest_reliability=reliability(tested, needed, RULES, seed),
        backtest_left_out=left_out,
        backtest_warnings=warnings(seen, measured, left_out, RULES),
        backtest_summary=summary(seen, tested, measured, model, 0.1, RULES),
        model_accounts=accounts(now, made.book.accounts.select("account_id", "arr"), model, RULES),
        model_weights=weights(seen, POLICY, model, RULES, seed),
        model_drift=drift(seen, seen, RULES),
        churn_reasons=own["churn_reasons"],
        win_backs=own["win_backs"],
    )


def standing_of(made: SimpleNamespace, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the history under the names of the company's accounts."""
    ids = made.book.accounts["account_id"]
    return rows.head(len(ids)).drop("account_id", "arr").with_columns(account_id=ids)


def said_of(made: SimpleNamespace, proof: Proof) -> str:
    document = report_card(made.book, replace(made.scores, proof=proof), made.context)[0]
    return text_of(page_html(made.press, document, "screen"))


def thin_history() -> pl.DataFrame:
    """Twenty churns, and many who stayed."""
    rows = history(400)
    left = rows.filter(pl.col("outcome") == "churned").select("account_id").unique().sort("account_id")
    dropped = left.tail(left.height - 20)
    kept = rows.join(dropped, on="account_id", how="anti")
    assert kept.filter(pl.col("outcome") == "churned")["account_id"].n_unique() == 20
    return kept.sort("account_id", "decision_on", "lead_days")


@pytest.fixture(scope="module")
def rich(made: SimpleNamespace) -> Proof:
    return proof_of(made, history(500).rename({"metric.logins": "metric.login_days"}))


@pytest.fixture(scope="module")
def thin(made: SimpleNamespace) -> Proof:
    return proof_of(made, thin_history())


def test_a_score_that_works_is_said_to_with_its_interval_and_n(made: SimpleNamespace, rich: Proof) -> None:
    said = said_of(made, rich)
    assert re.search(r"The health score tells who will leave: it ranks \d\d of 100 pairs right\.", said)
    assert re.search(r"with 95% confidence in \d\d to \d\d", said)
    for question in ("Does it work?", "How early?", "How sure are we?", "What do we do?"):
        assert question in said
    for method in ("Health score", "Churn points", "Fitted model", "Best single metric", "Coin"):
        assert method in said
    assert "Login days" in said


def test_a_score_that_a_coin_equals_is_said_not_to_work(made: SimpleNamespace) -> None:
    blind = history(300).with_columns(health_score=pl.col("metric.noise"))
    said = said_of(made, proof_of(made, blind))
    assert "does not tell who will leave" in said
    assert "Do not steer by this score yet" in said


def test_with_twenty_churns_the_card_has_no_percentage_and_says_how_many_are_missing(
    made: SimpleNamespace, thin: Proof
) -> None:
    said = said_of(made, thin)
    assert "%" not in said
    assert "20 of 50 churns are on file" in said
    assert "30 more churns are needed" in said
    assert "There is no model yet." in said


def test_with_twenty_churns_every_percentage_that_goes_by_a_chance_is_called_assumed(
    made: SimpleNamespace, thin: Proof
) -> None:
    """Whatever the chances are, the percentages of all documents are the same but for those that are called assumed."""
    one, other = (every_document(made, thin, chance) for chance in (61.37, 33.21))
    assert percentages(one) == percentages(other)
    assert "assumed 61%" in one
    assert "assumed 33%" in other
    assert "% detected" not in one
    assert "% saved" not in one


def test_with_enough_churns_chances_are_no_longer_called_assumed(made: SimpleNamespace, rich: Proof) -> None:
    said = every_document(made, rich, 61.37)
    assert "61%" in said
    assert "assumed" not in said


def percentages(said: str) -> list[str]:
    """Every percentage that is not called assumed."""
    return re.findall(r"[\d.,]+\u202f?%", re.sub(r"assumed [\d.]+%", "", said))


def every_document(made: SimpleNamespace, proof: Proof, chance: float) -> str:
    """The words of every document of the company, all of whose open renewals have the same chance."""
    said = {f"probability{end}_pct": pl.lit(chance + off) for end, off in (("", 0), ("_low", -9), ("_high", 9))}
    due = made.scores.money.renewals.with_columns(**said)
    chances = made.scores.money.renewal_chances.with_columns(**said)
    money = replace(made.scores.money, renewals=due, renewal_chances=chances)
    scores = replace(made.scores, proof=proof, money=money)
    documents = [one for report in REPORTS.values() for one in report(made.book, scores, made.context)]
    return "\n".join(text_of(page_html(made.press, document, "screen")) for document in documents)


def test_the_json_holds_every_measure_and_the_model_with_what_it_was_fitted_on(
    made: SimpleNamespace, rich: Proof, thin: Proof
) -> None:
    told: dict[str, Any] = report_card_json_data(View(made.book, replace(made.scores, proof=rich), made.context))
    assert told["summary"]["verdict"] == "works"
    assert {row["method"] for row in told["backtest"]} == {
        *("health_score", "churn_points", "model", "best_metric", "coin")
    }
    assert set(told["model"]) >= {"metrics", "calibration", "rows", "data_hash", "period", "events"}
    few = report_card_json_data(View(made.book, replace(made.scores, proof=thin), made.context))
    assert few["model"] is None
    assert all(row["value"] is None for row in few["backtest"])
    assert few["summary"]["events_needed"] == 30
