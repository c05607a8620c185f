"""One print of every kind, read back: tagged, with language, title, bookmarks and alternative texts, fonts inside."""

import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pypdf
import pytest

from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Document
from pipeline.stages.press.pages import Press, make_press, page_html
from pipeline.stages.press.prints import print_page, start_press
from pipeline.workspace import Workspace
from tests.golden.company import SETTINGS, company
from tests.golden.factory import AS_OF

ACCOUNTS = 12


def one_of_each(folder: Path) -> tuple[Press, dict[str, Document]]:
    """The first document of every template, and the press that prints it."""
    made = company(count=ACCOUNTS)
    press = make_press(Workspace(folder, SETTINGS), AS_OF, made.policy, lambda line: None)
    documents = [one for report in REPORTS.values() for one in report(made.book, made.scores, made.context)]
    return press, {one.template: one for one in reversed(documents) if one.wants_pdf}


def printed(folder: Path, only: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The prints by template."""
    press, documents = one_of_each(folder)
    start_press(press.paper_css, {name: (body, "font/ttf") for name, body in press.fonts.files.items()})
    wanted = {name: one for name, one in documents.items() if not only or name in only}
    return {name: print_page(page_html(press, one, "print"))[0] for name, one in wanted.items()}


def printed_elsewhere(folder: Path, only: tuple[str, ...]) -> dict[str, bytes]:
    """The same in a process of another time zone, language and order of hashes."""
    os.environ.update(TZ="Pacific/Kiritimati", LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8")
    time.tzset()
    return printed(folder, only)


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return printed(tmp_path_factory.mktemp("prints"))


def root_of(body: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(body)).trailer["/Root"]


def elements(node: Any) -> Iterator[Any]:
    """Every element of a structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from elements(node["/K"])


def test_every_kind_of_document_is_printed(prints: dict[str, bytes]) -> None:
    assert len(prints) >= 12
    assert all(body.startswith(b"%PDF-1.7") for body in prints.values())


def test_every_print_declares_pdf_ua_and_is_tagged_with_language_title_and_bookmarks(prints: dict[str, bytes]) -> None:
    for name, body in prints.items():
        reader = pypdf.PdfReader(io.BytesIO(body))
        root = reader.trailer["/Root"]
        described = root["/Metadata"].get_data().decode()
        assert 'pdfuaid:part="1"' in described or "<pdfuaid:part>1</pdfuaid:part>" in described, name
        assert root["/MarkInfo"]["/Marked"], name
        assert root["/Lang"] == "en", name
        assert root["/ViewerPreferences"]["/DisplayDocTitle"], name
        assert reader.metadata is not None
        assert reader.metadata.title, name
        assert reader.metadata.creation_date is None, name
        assert reader.outline, name


def test_every_figure_has_an_alternative_text_and_tables_have_headers(prints: dict[str, bytes]) -> None:
    headers = 0
    for name, body in prints.items():
        tree = list(elements(root_of(body)["/StructTreeRoot"]))
        kinds = [str(each.get("/S")) for each in tree]
        assert not [each for each in tree if each.get("/S") == "/Figure" and not each.get("/Alt")], name
        assert {"/Table", "/TD"} <= set(kinds), name
        headers += kinds.count("/TH")
    assert headers > 100


def test_every_typeface_is_embedded_and_ours(prints: dict[str, bytes]) -> None:
    for name, body in prints.items():
        for page in pypdf.PdfReader(io.BytesIO(body)).pages:
            for font in page["/Resources"]["/Font"].values():
                below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & set(below.get_object()), name
                assert "Inter" in str(font.get_object()["/BaseFont"]), name


def test_the_bytes_are_the_same_in_another_time_zone_and_language(prints: dict[str, bytes], tmp_path: Path) -> None:
    only = ("qbr.html.j2", "sla.html.j2")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        elsewhere = pool.submit(printed_elsewhere, tmp_path, only).result()
    assert elsewhere == {name: prints[name] for name in only}
