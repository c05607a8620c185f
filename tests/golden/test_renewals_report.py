"""The renewals review and its sister documents: they hold without a renewal, and no customer reads a chance."""

from types import SimpleNamespace

import pytest

from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Context
from pipeline.reports.facts import View
from pipeline.reports.renewals import renewals_report, save_motions
from pipeline.reports.sections.portfolio.kpis import scorecard
from pipeline.reports.sections.renewals.account import risk_form, timeline
from pipeline.reports.sections.renewals.call import forecast_call, forecast_chart
from pipeline.revenue.due import due_tables
from pipeline.revenue.kpis import kpis
from pipeline.scores import Money, Scores
from tests.golden.company import POLICY, company
from tests.rules.renewal_books import Renewing


@pytest.fixture(scope="module")
def made() -> SimpleNamespace:
    return company()


def judged(book: Renewing) -> View:
    there, scores = book.book(), book.scores()
    tables = due_tables(there, scores, POLICY)
    money = Money(**tables, kpis=kpis(there, scores, tables, POLICY))
    return View(there, Scores.from_frames({**scores.frames(), **money_frames(money)}), Context(POLICY))


def money_frames(money: Money) -> dict[str, object]:
    return {name: getattr(money, name) for name in Money.__dataclass_fields__}


def test_without_a_renewal_the_review_says_so(made: SimpleNamespace) -> None:
    (document,) = renewals_report(made.book, Scores.from_frames({}), made.context)
    assert document.data["call"]["headline"] == "Nothing renews in the next 90 days"
    assert document.data["cohort"]["rows"] == []
    assert document.data["chart"].title == "No renewal is due"


def test_the_call_states_what_is_expected_of_what_is_due_and_how_sure_it_is() -> None:
    book = Renewing().contract("a", 50, "100000.00").band("a", "watch").account("a", account_name="Acorn")
    view = judged(book)
    assert forecast_call(view)["headline"] == "We expect to renew $75.0K of $100K due in 90 days (assumed 75%)"
    assert "Four times in five" in forecast_call(view)["lead"]
    assert forecast_chart(view).title == "$100K renews in twelve months, $0 of it at risk"


def test_contracts_of_one_customer_are_one_save_motion() -> None:
    book = Renewing().account("a", account_name="Acorn").band("a", "at_risk")
    book.contract("a1", 50, "10.00", account="a").contract("a2", 60, "30.00", account="a")
    found = save_motions(judged(book))
    assert (found["count"], str(found["arr"]), len(found["rows"])) == (1, "40.00", 1)


def test_figures_that_are_not_known_are_a_dash_in_print() -> None:
    rows = {row["kpi"]: row for row in scorecard(judged(Renewing().account("a", account_name="Acorn")))["rows"]}
    assert (rows["ces"]["now"], rows["ces"]["mark"]) == ("\u2013", "")
    assert rows["customers_per_csm"]["mark"] == "\u25cf"


def test_no_customer_document_names_a_chance_of_renewal(made: SimpleNamespace) -> None:
    documents = [one for report in REPORTS.values() for one in report(made.book, made.scores, made.context)]
    customers = [one for one in documents if one.path.startswith("customer/")]
    assert customers
    assert not any("probability_pct" in str(one.data) or "readiness_pct" in str(one.data) for one in customers)


def test_one_account_has_its_timeline_and_its_form_in_order() -> None:
    book = (
        Renewing()
        .contract("a", 50, "100000.00", contract_id="later")
        .contract("a", 20, "5000.00", contract_id="sooner")
        .contract("b", 10, "1000.00")
    )
    for name in ("a", "b"):
        book.band(name, "watch").account(name, account_name=name, segment="enterprise")
    view = judged(book)
    told, forms = timeline(view, "a"), risk_form(view, "a")
    assert [row["contract_id"] for row in told] == ["sooner", "later"] == [row["contract_id"] for row in forms]
    assert [step["order"] for step in told[0]["steps"]] == list(range(len(told[0]["steps"])))
    assert all({"mark", "owner_word", "state", "due_on"} <= step.keys() for step in told[0]["steps"])
    assert [len(form["lines"]) for form in forms] == [7, 7]
    assert forms[0]["yes_count"] + forms[0]["unknown_count"] <= 7
    assert timeline(view, "nobody") == [] == risk_form(view, "nobody")
