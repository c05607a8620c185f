"""The documents of the invented company, word for word and page for page.

`GOLDEN=write pytest tests/golden` writes the expected texts anew; the diff is what a reviewer reads.
"""

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest

from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Document
from pipeline.reports.index import index
from pipeline.stages.press import prints
from pipeline.stages.press.filters import printable, safe_url
from pipeline.stages.press.pages import make_press, page_html
from pipeline.workspace import Workspace
from tests.golden.company import company
from tests.golden.factory import AS_OF

EXPECTED = Path(__file__).parent / "expected"
HOSTILE = "<script>alert(1)</script>\"'{{ 7*7 }}\u202e\x00 =cmd|' /C calc'!A0 &amp; ../../" + "long " * 60
INTERNAL = (
    "health score",
    "churn",
    "at risk",
    "critical",
    "red list",
    "probability",
    "internal words",
    "\u25b2",
    "insufficient",
)
NAMES = (
    "portfolio",
    "review",
    "qbr",
    "health-signals",
    "risk-register",
    "nps",
    "feedback",
    "quarterly",
    "sla",
    "escalations",
    "status",
    "quality",
)
PAGES = {"portfolio/portfolio": 16, "weekly/review": 10, "quality/quality": 4}


class Text(HTMLParser):
    """The words of a page, without scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.words.append(" ".join(data.split()))


def text_of(html: str) -> str:
    parser = Text()
    parser.feed(html)
    return "\n".join(parser.words) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    return with_press(company(), tmp_path_factory.mktemp("press"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    return with_press(
        company(count=8, names={"A002": HOSTILE}, asked=frozenset({"A002"})), tmp_path_factory.mktemp("hostile")
    )


def with_press(made: SimpleNamespace, root: Path) -> SimpleNamespace:
    made.press = make_press(Workspace(root, made.settings), AS_OF, made.policy, lambda line: None)
    made.documents = [
        document for report in REPORTS.values() for document in report(made.book, made.scores, made.context)
    ]
    made.index = index(made.book, made.scores, made.context, made.documents, ["accounts"])
    return made


@pytest.fixture(scope="module")
def printer(made: SimpleNamespace) -> Iterator[None]:
    prints.start_press(
        made.press.paper_css, {name: (body, "font/ttf") for name, body in made.press.fonts.files.items()}
    )
    yield
    prints.PRESS.clear()


def golden(made: SimpleNamespace) -> list[Document]:
    return [*(named(made, name) for name in NAMES), made.index]


def named(made: SimpleNamespace, name: str) -> Document:
    """The first document of that name."""
    return next(document for document in made.documents if document.path.split("/")[-1] == name)


def test_the_words_of_the_documents_are_as_reviewed(made: SimpleNamespace) -> None:
    changed = []
    for document in golden(made):
        said = re.sub("Policy [0-9a-f]{10}", "Policy (hash)", text_of(page_html(made.press, document, "screen")))
        expected = EXPECTED / f"{document.path.split('/')[-1]}.txt"
        if os.environ.get("GOLDEN") == "write":
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(said, encoding="utf-8")
        if expected.read_text(encoding="utf-8") != said:
            changed.append(document.path)
    assert changed == []


@pytest.mark.parametrize("name", NAMES)
def test_documents_print_as_tagged_pages_that_do_not_spill(made: SimpleNamespace, printer: None, name: str) -> None:
    document = named(made, name)
    body, pages = prints.print_page(page_html(made.press, document, "print"))
    pdf = pypdf.PdfReader(BytesIO(body))
    catalogue = pdf.trailer["/Root"]
    assert catalogue["/Lang"] == "en"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert pdf.metadata is not None
    assert document.title in str(pdf.metadata.title)
    assert pages == len(pdf.pages) == PAGES.get(document.path, pages)
    if document.template == "qbr.html.j2":
        assert 8 <= pages <= 12
        kickers = re.compile("EXECUTIVE|TODAY|VALUE|ADOPTION|SERVICE|YOUR VOICE|LOOKING|PLAN FOR|ACTIONS|APPENDIX")
        assert all(kickers.search(page.extract_text()) for page in pdf.pages[1:])


def test_printing_twice_gives_the_same_bytes(made: SimpleNamespace, printer: None) -> None:
    html = page_html(made.press, made.documents[2], "print")
    assert prints.print_page(html) == prints.print_page(html)


def test_the_customer_edition_holds_no_internal_word(made: SimpleNamespace) -> None:
    packs = [document for document in made.documents if document.template == "qbr.html.j2"]
    found = [
        (pack.path, word)
        for pack in packs
        for word in INTERNAL
        if word in text_of(page_html(made.press, pack, "print")).lower()
    ]
    assert (len(packs) > 5, found) == (True, [])


def test_a_hostile_name_is_text_everywhere(hostile: SimpleNamespace) -> None:
    for document in [*hostile.documents, hostile.index]:
        for edition in ("screen", "print"):
            html = page_html(hostile.press, document, edition)
            assert "<script>alert" not in html
            assert not re.search(
                "[\u202a-\u202e\u2066-\u2069\x00]", re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
            )
    pack = next(document for document in hostile.documents if document.account_id == "A002")
    assert re.fullmatch(r"customer/[a-z0-9-]+/[a-z0-9-]{1,57}/qbr", pack.path)
    assert "{{ 7*7 }}" in text_of(page_html(hostile.press, pack, "screen"))


def test_pages_load_nothing_and_allow_only_their_own_scripts(made: SimpleNamespace) -> None:
    for document in golden(made):
        html = page_html(made.press, document, "screen")
        assert "default-src &#39;none&#39;" in html
        markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", markup)
        assert not re.search(r"\sstyle=|\son[a-z]+=", markup)


def test_a_chart_is_followed_by_its_figures(made: SimpleNamespace) -> None:
    html = page_html(made.press, made.documents[0], "screen")
    charts = re.findall(r'<div class="plot" id="(chart-[a-z-]+)"', html)
    assert len(charts) >= 7
    assert html.count("The figures of this chart as a table") == len(charts)
    assert all(f'data-chart="{chart}"' in html for chart in charts)


@pytest.mark.parametrize(
    ("url", "safe"), [("javascript:alert(1)", "#"), ("https://crm.example/1", "https://crm.example/1"), (None, "#")]
)
def test_only_links_that_may_be_followed_survive(url: str | None, safe: str) -> None:
    assert safe_url(url) == safe


def test_control_and_direction_characters_are_shown_as_unknown() -> None:
    assert printable("a\u202eb\x00c\nd") == "a\ufffdb\ufffdc\nd"
