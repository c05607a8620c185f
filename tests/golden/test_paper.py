"""Printed pages of every kind of document: well filled, no heading alone at the foot, no row cut in two."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.reports.document import Document
from pipeline.stages.press import prints
from pipeline.stages.press.pages import page_html
from tests.browser.company import Published, publish
from tests.golden import paper


def kinds(published: Published) -> list[Document]:
    """One document of every kind that is printed: the first of each template and folder."""
    firsts: dict[tuple[str, str], Document] = {}
    for document in published.documents:
        if document.wants_pdf:
            firsts.setdefault((document.template, document.path.split("/")[0]), document)
    return list(firsts.values())


def drawn(published: Published, document: Document) -> tuple[bytes, list[Any]]:
    """A document as a PDF, and its pages as the printer laid them out."""
    best = prints.lay_out(page_html(published.press, document, "print"))
    return best.write_pdf(), best.pages


@pytest.mark.nightly
def test_pages_are_well_filled_and_nothing_is_cut(tmp_path: Path) -> None:
    if not paper.can_draw():
        pytest.skip(f"no {paper.DRAWER} on this machine: `sudo apt-get install -y poppler-utils`")
    published = publish(tmp_path, most=1)
    fonts = published.press.fonts
    prints.start_press(published.press.paper_css, {name: (body, "font/ttf") for name, body in fonts.files.items()})
    found: dict[str, list[str]] = {}
    for document in kinds(published):
        body, pages = drawn(published, document)
        pdf = tmp_path / "page.pdf"
        pdf.write_bytes(body)
        shares = paper.fills(pdf, tmp_path)
        thin = [
            f"page {number}: {share:.0%} filled" for number, share in enumerate(shares, 1) if share < paper.LEAST_FILLED
        ]
        if complaints := thin + paper.faults(pages):
            found[document.path] = complaints
    prints.PRESS.clear()
    assert found == {}
