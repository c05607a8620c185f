"""QBR packs as presentations that can be edited: native tables and charts, the look of the printed pack.

The same pack gives the same bytes: properties and every time inside the archive are fixed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pipeline.book import Book
from pipeline.reports.deck import Cover, Deck, Part, Slide, deck
from pipeline.reports.document import Document
from pipeline.stages.press.filters import printable
from pipeline.stages.press.slides_archive import settled
from pipeline.stages.press.slides_parts import draw
from pipeline.stages.press.slides_shapes import (
    ACCENT,
    EDGE,
    GAP,
    GREY,
    HEIGHT,
    INK,
    INNER,
    PAPER,
    SOFT,
    WIDTH,
    Look,
    fill,
    titled,
    write,
)

BODY = (11, False, INK)
TOP, BOTTOM = 34.0, 154.0


def write_decks(documents: Iterable[Document], book: Book, folder: Path) -> None:
    """Write each pack as `<path>.pptx` below a folder."""
    for document in documents:
        if document.template == "qbr.html.j2":
            path = folder / f"{document.path}.pptx"
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(presentation(deck(document, book.company.name, book.as_of), book.as_of))


def presentation(content: Deck, as_of: date) -> bytes:
    """A deck as the bytes of a .pptx file."""
    from pptx import Presentation
    from pptx.util import Mm

    show = Presentation()
    _fitted(show, Mm(WIDTH), Mm(HEIGHT))
    _described(show, content, as_of)
    _cover(_added(show, "", content.cover.notes), content.cover)
    for number, slide in enumerate(content.slides, start=2):
        _slide(_added(show, slide.kicker, slide.notes), slide)
        _foot(show.slides[-1], content.foot, number, len(content.slides) + 1)
    return settled(show, as_of)


def _fitted(show: Any, width: int, height: int) -> None:
    """Bring the shipped master and its layouts to our size, so that slides added later fit as well."""
    across, down = width / show.slide_width, height / show.slide_height
    show.slide_width, show.slide_height = width, height
    for sheet in (show.slide_master, *show.slide_layouts):
        for shape in sheet.shapes:
            shape.left, shape.width = int(shape.left * across), int(shape.width * across)
            shape.top, shape.height = int(shape.top * down), int(shape.height * down)


def _described(show: Any, content: Deck, as_of: date) -> None:
    about, then = show.core_properties, datetime.combine(as_of, time())
    about.title, about.subject = printable(content.title)[:250], "Quarterly business review"
    about.author = about.last_modified_by = printable(content.cover.company)[:250]
    about.created = about.modified = then
    about.language, about.revision = "en", 1


def _added(show: Any, kicker: str, notes: str) -> Any:
    """A new slide with its kicker and what the speaker reads."""
    slide = show.slides.add_slide(show.slide_layouts[5])
    if kicker:
        write(slide, (EDGE, 10, INNER, 6), [(kicker.upper(), (8.4, True, ACCENT))])
    if notes:
        slide.notes_slide.notes_text_frame.text = printable(notes)
    return slide


def _cover(slide: Any, cover: Cover) -> None:
    fill(slide, (0, 0, WIDTH, HEIGHT), ACCENT)
    fill(slide, (WIDTH - 96, 0, 96, HEIGHT), PAPER)
    titled(slide, (20, 44, 170, 36), cover.customer, 33, "FFFFFF")
    write(slide, (20, 34, 165, 7), [("QUARTERLY BUSINESS REVIEW", (8.5, True, SOFT))])
    lines = [
        (cover.quarter, (19, True, "FFFFFF")),
        (cover.months, (11, False, SOFT)),
        (cover.when, (11, False, "FFFFFF")),
        (cover.by, (8.8, False, SOFT)),
    ]
    write(slide, (20, 84, 165, 40), lines, after=4)
    groups = ((cover.customer, cover.people), (cover.company, cover.team))
    told = [line for who, people in groups if people for line in _people(who, people)]
    write(slide, (WIDTH - 84, 26, 72, 130), told)


def _people(who: str, people: Sequence[tuple[str, str]]) -> list[tuple[str, Look]]:
    named = [line for name, role in people for line in ((name, (10, True, INK)), (role, (9.2, False, GREY)))]
    return [(who, (11.6, True, ACCENT)), *named, ("", BODY)]


def _slide(sheet: Any, slide: Slide) -> None:
    """The title, parts across, two columns, parts across below: each where the one before ends."""
    titled(sheet, (EDGE, 14.5, INNER, 16), slide.title, 22 if len(slide.title) < 56 else 16.5, INK)
    at = _stacked(sheet, slide.top, EDGE, TOP, INNER)
    left = (INNER - GAP) * slide.left_share
    ends = (
        _stacked(sheet, slide.left, EDGE, at, left),
        _stacked(sheet, slide.right, EDGE + left + GAP, at, INNER - GAP - left),
    )
    _stacked(sheet, slide.bottom, EDGE, max(ends), INNER)


def _stacked(sheet: Any, parts: Sequence[Part], left: float, top: float, width: float) -> float:
    for part in parts:
        top = draw(sheet, part, left, top, width) + 4
    return top


def _foot(sheet: Any, foot: str, number: int, count: int) -> None:
    write(sheet, (EDGE, HEIGHT - 9, INNER * 0.85, 5), [(foot, (7, False, GREY))])
    write(sheet, (WIDTH - EDGE - 16, HEIGHT - 9, 16, 5), [(f"{number} / {count}", (7, False, GREY))])
