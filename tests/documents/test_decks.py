"""The QBR pack as a presentation: the same figures as the page, native tables and charts, the same bytes every time."""

import io
import os
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest
from pptx import Presentation

from pipeline.reports.deck import deck
from pipeline.reports.qbr import qbr
from pipeline.stages.press.pages import make_press, page_html
from pipeline.stages.press.slides import presentation
from pipeline.workspace import Workspace
from tests.golden.company import SETTINGS, company
from tests.golden.factory import AS_OF
from tests.golden.test_documents import text_of

NUMBER = re.compile(r"\d[\d,.]*")
OURS = frozenset({"2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "1"})


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    asked = frozenset({"A000", "A002", "A007"})
    made = company(asked=asked)
    documents = [one for one in qbr(made.book, made.scores, made.context) if one.account_id in asked]
    press = make_press(Workspace(tmp_path_factory.mktemp("press"), SETTINGS), AS_OF, made.policy, lambda line: None)
    pages = [text_of(page_html(press, one, "print")) for one in documents]
    shows = [presentation(deck(one, SETTINGS.company.name, AS_OF), AS_OF) for one in documents]
    return SimpleNamespace(documents=documents, pages=pages, shows=shows)


def shapes(body: bytes) -> Iterator[object]:
    for slide in Presentation(io.BytesIO(body)).slides:
        yield from slide.shapes


def texts(body: bytes) -> Iterator[str]:
    for shape in shapes(body):
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_every_figure_of_the_slides_stands_on_the_page(packs: SimpleNamespace) -> None:
    for page, show in zip(packs.pages, packs.shows, strict=True):
        known = {found.rstrip(".,") for found in NUMBER.findall(page)}
        said = {found.rstrip(".,") for text in texts(show) for found in NUMBER.findall(text)}
        assert len(said) > 40
        assert said - known - OURS == set()


def test_tables_and_charts_can_be_edited_and_the_deck_is_16_to_9(packs: SimpleNamespace) -> None:
    show = Presentation(io.BytesIO(packs.shows[0]))
    every = list(shapes(packs.shows[0]))
    assert round(show.slide_width / show.slide_height, 3) == round(16 / 9, 3)
    assert 8 <= len(show.slides) <= 12
    assert sum(shape.has_chart for shape in every) == 2
    assert sum(shape.has_table for shape in every) >= 8
    assert not any(shape.shape_type == 13 for shape in every), "a picture cannot be edited"


def test_every_slide_has_a_title_alt_texts_and_the_timing_of_the_agenda(packs: SimpleNamespace) -> None:
    show = Presentation(io.BytesIO(packs.shows[0]))
    assert all(slide.shapes.title.text_frame.text for slide in show.slides)
    notes = [slide.notes_slide.notes_text_frame.text for slide in show.slides if slide.has_notes_slide]
    assert notes[0].startswith("Part 1 of 6: Opening and priorities. 5 minutes, from 0:00.")
    assert notes[-1].startswith("Part 6 of 6: Actions and close. 5 minutes, from 0:55.")
    framed = [shape for shape in shapes(packs.shows[0]) if shape.has_chart or shape.has_table]
    assert all(shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in framed)


def test_nothing_stands_beyond_the_edge_of_a_slide(packs: SimpleNamespace) -> None:
    for body in packs.shows:
        show = Presentation(io.BytesIO(body))
        for at, slide in enumerate(show.slides, start=1):
            for shape in slide.shapes:
                assert shape.left + shape.width <= show.slide_width + 10, (at, shape.name)
                assert shape.top + shape.height <= show.slide_height + 10, (at, shape.name)


def test_the_same_pack_gives_the_same_bytes_whatever_the_clock(
    packs: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    again = presentation(deck(packs.documents[0], SETTINGS.company.name, AS_OF), AS_OF)
    monkeypatch.delenv("TZ")
    time.tzset()
    assert again == packs.shows[0]
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count(f"{AS_OF}T00:00:00Z") == 2
    assert os.environ.get("TZ") is None


def test_words_of_ours_alone_reach_the_slides(packs: SimpleNamespace) -> None:
    said = "\n".join(text for show in packs.shows for text in texts(show)).lower()
    assert not [word for word in ("health score", "churn", "probability", "red list", "at risk") if word in said]


def test_a_pack_says_nothing_of_what_no_feed_ever_told() -> None:
    made = company(count=5, asked=frozenset({"A001"}))
    never = pl.when(pl.col("feed").is_in(["usage", "tickets"])).then(pl.lit("missing")).otherwise("state")
    book = replace(made.book, feed_weeks=made.book.feed_weeks.with_columns(never.alias("state")))
    document = next(one for one in qbr(book, made.scores, made.context) if one.account_id == "A001")
    said = "\n".join(texts(presentation(deck(document, SETTINGS.company.name, AS_OF), AS_OF)))
    assert "No ticket is on file" in said
    assert "features of your plan were used" not in said
    assert "Tickets in 90 days" not in said
