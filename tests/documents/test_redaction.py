"""The edition to be shared: placeholders stand for everything that names a customer, a person, a record or an address."""

import json
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from pipeline.reports.contents import REPORTS
from pipeline.reports.sections.sharing.names import COMPANY, frames_of
from pipeline.reports.sharing import sharing
from pipeline.stages import render as stage
from pipeline.stages.press.asked import edition
from pipeline.stages.press.pages import make_press, page_html
from pipeline.stages.publish import publish
from pipeline.warehouse import open_warehouse
from pipeline.workspace import Workspace, named
from tests.documents.outputs import MARKUP, texts
from tests.golden.company import SETTINGS, company
from tests.golden.factory import AS_OF
from tests.stages.test_render import fill

COMMENT = (
    "Call Anna Okafor or me, Zacharias Quendel, at +49 30 9081726354, z.quendel@alder.example, https://alder.example/x"
)
NAMING = ("account_name", "full_name", "csm", "csm_manager", "account_executive", "executive_sponsor", "owner")
ADDRESSED = ("email", "csm_email", "domain", "record_url")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A whole run of two reports: pages, prints, presentations, tables, messages, published."""
    workspace = Workspace(tmp_path_factory.mktemp("shared"), SETTINGS)
    with pytest.MonkeyPatch.context() as patch, open_warehouse(workspace.warehouse, [workspace.var]) as warehouse:
        patch.setattr(stage, "REPORTS", {name: REPORTS[name] for name in ("qbr", "quality")})
        fill(warehouse, 3)
        for table in ("marts.nps_answers", "scores.nps_responses"):
            answers = warehouse.frame(f"select * from {table}")
            warehouse.replace(table, answers.with_columns(comment=pl.lit(COMMENT)))
        report = stage.render(workspace, warehouse, AS_OF, lambda line: None, ["A001"], ["A001"], redact=True)
        again = stage.render(workspace, warehouse, AS_OF, lambda line: None, redact=True)
    publish(workspace, AS_OF, lambda line: None, redact=True)
    return SimpleNamespace(workspace=workspace, report=report, again=again)


def named_in(made: SimpleNamespace) -> set[str]:
    """Every name, id, e-mail address and link of the book that is long enough to be told from a word."""
    frames = frames_of(made.book, made.scores, made.context).values()
    found: set[str] = set()
    for frame in frames:
        for column, dtype in frame.schema.items():
            if dtype == pl.String and (column in (*NAMING, *ADDRESSED) or column.endswith("_id")):
                found |= set(frame.get_column(column).drop_nulls().unique().to_list())
    return {text for text in found if len(text) > 3 and text != "Reporting" and not text.islower()}


def test_no_output_holds_a_name_an_id_an_address_or_a_number_of_the_book(shared: SimpleNamespace) -> None:
    out = shared.workspace.out / edition(AS_OF, redact=True)
    secret = named_in(company(count=3)) | {
        "Quendel",
        "Zacharias",
        "9081726354",
        "quendel",
        "alder.example",
        "Bright & Sons",
    }
    leaks = [(name, text) for name, content in texts(out) for text in secret if text in content]
    assert shared.report.failed == {}
    assert leaks == []


def test_no_page_of_any_report_does(tmp_path: Path) -> None:
    made = company(count=12)
    secret = named_in(made) | {"Bright & Sons", "Mara Voss"}
    parts = sharing(made.book, made.scores, made.context)
    press = make_press(
        Workspace(tmp_path, named(Workspace(tmp_path, SETTINGS), COMPANY).settings), AS_OF, made.policy, print
    )
    for report in REPORTS.values():
        for document in report(*parts):
            page = unescape(MARKUP.sub("", page_html(press, document, "screen"))) + document.path
            assert [text for text in secret if text in page] == [], document.path


def test_the_placeholders_of_the_operating_loops_stand_in_their_place(shared: SimpleNamespace) -> None:
    out = shared.workspace.out / edition(AS_OF, redact=True)
    accounts = pl.read_parquet(out / "data" / "accounts.parquet")
    assert set(accounts["account_name"].str.replace(r" \d+$", "")) == {"{{CUSTOMER_NAME}}"}
    assert set(accounts["account_id"].str.replace(r" \d+$", "")) == {"{{ACCOUNT_ID}}"}
    assert set(accounts["csm"].str.replace(r" \d+$", "")) == {"{{CSM_NAME}}"}
    assert "{{INTEGRATION}} 1" in (out / "quality" / "quality.html").read_text(encoding="utf-8")
    assert list(out.glob("customer/csm-name-*/customer-name-*/qbr.pptx"))


def test_figures_bands_and_dates_are_those_of_the_full_edition() -> None:
    made = company(count=6)
    book, scores, _ = sharing(made.book, made.scores, made.context)
    assert book.account_weeks.height == made.book.account_weeks.height
    for column in ("arr", "renewal_on", "segment"):
        assert sorted(map(str, book.accounts[column])) == sorted(map(str, made.book.accounts[column]))
    assert sorted(scores.health_weeks["health_score"].drop_nulls()) == sorted(
        made.scores.health_weeks["health_score"].drop_nulls()
    )
    joined = book.contracts.join(book.accounts, on="account_id")
    assert joined.height == made.book.contracts.join(made.book.accounts, on="account_id").height


def test_the_shared_edition_stands_beside_the_other_and_counts_as_nothing_sent(shared: SimpleNamespace) -> None:
    workspace = shared.workspace
    assert [path.name for path in workspace.out.iterdir()] == [f"{AS_OF}-redacted"]
    assert not (workspace.archive / "alerts").exists()
    assert shared.again.is_unchanged


def test_words_of_a_customer_lose_what_looks_like_a_name(shared: SimpleNamespace) -> None:
    out = shared.workspace.out / edition(AS_OF, redact=True)
    said = {text for text in pl.read_parquet(out / "data" / "nps_responses.parquet")["comment"] if text}
    assert len(said) == 1
    text = said.pop()
    assert "[phone]" in text
    assert "[e-mail]" in text
    assert "[link]" in text
    assert json.dumps(text).count("Anna") == 0


def test_a_shared_folder_tells_of_no_other(shared: SimpleNamespace) -> None:
    out: Path = shared.workspace.out / edition(AS_OF, redact=True)
    assert json.loads((out / "manifest.json").read_text())["inputs"][0]["path"] == "{{INTEGRATION}} file 1"
