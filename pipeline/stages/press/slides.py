"""QBR packs as presentations that can be edited: native tables and charts, the look of the printed pack.

The same pack gives the same bytes: properties and every time inside the archive are fixed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pipeline.book import Book
from pipeline.reports.deck import FIGURE, QUIET, STRONG, Cover, Deck, Grid, Part, Plot, Slide, Tiles, Words, deck
from pipeline.reports.document import Document
from pipeline.stages.press.filters import printable
from pipeline.stages.press.slides_archive import settled

WIDTH, HEIGHT, EDGE, GAP = 297.0, 167.0625, 16.0, 11.0
INNER = WIDTH - 2 * EDGE
TOP, BOTTOM = 34.0, 154.0
FONT, DISPLAY = "Inter", "Inter Display"
ACCENT, SOFT, PALE, INK, GREY, HAIR, PAPER = "2E2C6E", "C9C8E6", "EFEFF8", "1C1B2E", "5E5D6E", "DDDAD2", "F7F5F0"
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
POINT = 0.3528
LOOKS = {STRONG: (11, True, INK), QUIET: (9.2, False, GREY), FIGURE: (26, True, ACCENT)}
BODY = (11, False, INK)


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
        _text(slide, (EDGE, 10, INNER, 6), [(kicker.upper(), (8.4, True, ACCENT))])
    if notes:
        slide.notes_slide.notes_text_frame.text = printable(notes)
    return slide


def _cover(slide: Any, cover: Cover) -> None:
    _filled(slide, (0, 0, WIDTH, HEIGHT), ACCENT)
    _filled(slide, (WIDTH - 96, 0, 96, HEIGHT), PAPER)
    _title(slide, (20, 44, 170, 36), cover.customer, 33, "FFFFFF")
    _text(slide, (20, 34, 165, 7), [("QUARTERLY BUSINESS REVIEW", (8.5, True, SOFT))])
    lines = [
        (cover.quarter, (19, True, "FFFFFF")),
        (cover.months, (11, False, SOFT)),
        (cover.when, (11, False, "FFFFFF")),
        (cover.by, (8.8, False, SOFT)),
    ]
    _text(slide, (20, 84, 165, 40), lines, after=4)
    groups = ((cover.customer, cover.people), (cover.company, cover.team))
    told = [line for who, people in groups if people for line in _people(who, people)]
    _text(slide, (WIDTH - 84, 26, 72, 130), told)


def _people(who: str, people: Sequence[tuple[str, str]]) -> list[tuple[str, tuple[float, bool, str]]]:
    named = [line for name, role in people for line in ((name, (10, True, INK)), (role, (9.2, False, GREY)))]
    return [(who, (11.6, True, ACCENT)), *named, ("", BODY)]


def _slide(sheet: Any, slide: Slide) -> None:
    """The title, parts across, two columns, parts across below: each where the one before ends."""
    _title(sheet, (EDGE, 14.5, INNER, 16), slide.title, 22 if len(slide.title) < 56 else 16.5, INK)
    at = _stacked(sheet, slide.top, EDGE, TOP, INNER)
    left = (INNER - GAP) * slide.left_share
    ends = (
        _stacked(sheet, slide.left, EDGE, at, left),
        _stacked(sheet, slide.right, EDGE + left + GAP, at, INNER - GAP - left),
    )
    _stacked(sheet, slide.bottom, EDGE, max(ends), INNER)


def _stacked(sheet: Any, parts: Sequence[Part], left: float, top: float, width: float) -> float:
    for part in parts:
        top = _part(sheet, part, left, top, width) + 4
    return top


def _part(sheet: Any, part: Part, left: float, top: float, width: float) -> float:
    """Draw one part; where it ends."""
    if isinstance(part, Tiles):
        return _tiles(sheet, part, left, top, width)
    if isinstance(part, Words):
        return _words(sheet, part, left, top, width)
    if part.title:
        _text(sheet, (left, top, width, 6), [(part.title, (11.6, True, INK))])
        top += 7
    return _grid(sheet, part, left, top, width) if isinstance(part, Grid) else _plot(sheet, part, left, top, width)


def _tiles(sheet: Any, tiles: Tiles, left: float, top: float, width: float) -> float:
    each = width / max(4, len(tiles.items))
    for place, (label, value, note) in enumerate(tiles.items):
        x = left + place * each
        _filled(sheet, (x, top, 0.7, 20), ACCENT)
        lines = [(label, (9.4, True, GREY)), (value, (24, True, INK)), (note, (9.4, False, GREY))]
        _text(sheet, (x + 3, top, each - 4, 20), lines)
    return top + 22


def _words(sheet: Any, words: Words, left: float, top: float, width: float) -> float:
    lines = [(text, LOOKS.get(look, BODY)) for text, look in words.lines]
    if words.title:
        lines.insert(0, (words.title, (11.6, True, INK)))
    inset = 5.0 if words.tone != "paper" else 0.0
    height = sum(_tall(text, look, width - 2 * inset) for text, look in lines) + 1.6 * inset
    if inset:
        _filled(sheet, (left, top, width, height), PALE if words.tone == "accent" else PAPER)
    _text(sheet, (left + inset, top + inset * 0.8, width - 2 * inset, height - 1.6 * inset), lines)
    return top + height


def _tall(text: str, look: tuple[float, bool, str], width: float) -> float:
    """About how tall a paragraph is: lines by the mean width of a letter."""
    size = look[0]
    across = max(8, int(width / (size * POINT * 0.54)))
    above = 2.2 if look == LOOKS[STRONG] else 0.0
    return -(-max(1, len(text)) // across) * size * POINT * 1.24 + 1.2 + above


def _grid(sheet: Any, grid: Grid, left: float, top: float, width: float) -> float:
    """A native table: no borders but a rule below each row."""
    from pptx.util import Mm

    rows = [*([grid.head] if grid.head else []), *grid.rows]
    heights = [_row_height(row, grid.widths, width) + (5.5 if grid.is_tall else 0.0) for row in rows]
    count = len(grid.widths)
    place = (Mm(left), Mm(top), Mm(width), Mm(sum(heights)))
    frame = sheet.shapes.add_table(len(rows), count, *place)
    named = grid.title or ", ".join(filter(None, grid.head)) or "Figures"
    _says(frame._element.nvGraphicFramePr.cNvPr, named, f"Table: {named}")
    table = frame.table
    table.first_row, table.horz_banding = bool(grid.head), False
    table._tbl.tblPr.find("{*}tableStyleId").text = NO_STYLE
    for column, share in enumerate(grid.widths):
        table.columns[column].width = Mm(width * share / sum(grid.widths))
    for at, row in enumerate(rows):
        table.rows[at].height = Mm(heights[at])
        for column, text in enumerate(row):
            _cell(table.cell(at, column), text, column, grid, is_head=bool(grid.head) and at == 0)
    end = top + sum(heights)
    if not grid.note:
        return end
    _text(sheet, (left, end + 1, width, 5), [(grid.note, (9.2, False, GREY))])
    return end + 1 + _tall(grid.note, (9.2, False, GREY), width)


def _row_height(row: Sequence[str], widths: Sequence[int], width: float) -> float:
    lines = [
        sum(-(-max(1, len(line)) // max(4, int(width * share / sum(widths) / 1.95))) for line in text.split("\n"))
        for text, share in zip(row, widths, strict=True)
    ]
    return 3.2 + 4.3 * max(lines)


def _cell(cell: Any, text: str, column: int, grid: Grid, *, is_head: bool) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Mm

    begins = column - 1 in grid.figures and column not in grid.figures
    cell.margin_left, cell.margin_right = Mm(0 if column == 0 else 4.5 if begins else 1.6), Mm(0.8)
    cell.margin_top = cell.margin_bottom = Mm(3.0 if grid.is_tall else 0.8)
    look = (9, True, GREY) if is_head else (12 if grid.is_tall else 10, column in grid.strong, INK)
    _lines(cell.text_frame, [(line, look) for line in text.split("\n")], after=0)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.RIGHT if column in grid.figures else PP_ALIGN.LEFT
    _ruled(cell, INK if is_head else HAIR)


def _ruled(cell: Any, colour: str) -> None:
    """A hairline below a cell, and no fill."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    border = (
        f'<a:lnB {nsdecls("a")} w="6350"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>',
        f"<a:noFill {nsdecls('a')}/>",
    )
    for xml in border:
        cell._tc.get_or_add_tcPr().append(parse_xml(xml))


def _plot(sheet: Any, plot: Plot, left: float, top: float, width: float) -> float:
    """A native chart of one series; its labels are ours, so that no cell of its data can be a formula."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Mm

    untyped: Any = CategoryChartData
    data = untyped(number_format="#,##0")
    data.categories = list(plot.days or plot.labels)
    data.add_series(plot.series, plot.values)
    kind = XL_CHART_TYPE.LINE if plot.kind == "line" else XL_CHART_TYPE.COLUMN_CLUSTERED
    height = 52.0 if plot.kind == "line" else 50.0
    frame = sheet.shapes.add_chart(kind, Mm(left), Mm(top), Mm(width), Mm(height), data)
    _says(frame._element.nvGraphicFramePr.cNvPr, plot.title, plot.alt)
    _charted(frame.chart, plot)
    return top + height


def _charted(chart: Any, plot: Plot) -> None:
    from pptx.util import Pt

    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.name, chart.font.color.rgb = Pt(9), FONT, _rgb(GREY)
    across, up = chart.category_axis, chart.value_axis
    across.format.line.color.rgb = _rgb("B8B5AC")
    across.has_major_gridlines = False
    up.major_gridlines.format.line.color.rgb = _rgb("E4E2DC")
    up.format.line.fill.background()
    up.minimum_scale = 0
    if plot.days:
        _by_month(across)
    series = chart.plots[0].series[0]
    if plot.kind == "line":
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = _rgb(ACCENT), Pt(2.2)
        _unmarked(series)
    else:
        chart.plots[0].gap_width = 55
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _rgb(ACCENT)
        chart.plots[0].has_data_labels = True
        chart.plots[0].data_labels.number_format, chart.plots[0].data_labels.number_format_is_linked = "#,##0;;", False


def _by_month(axis: Any) -> None:
    """A label at every second month."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "mmm yy", False
    for tag, value in (("majorUnit", "2"), ("majorTimeUnit", "months")):
        axis._element.append(parse_xml(f'<c:{tag} {nsdecls("c")} val="{value}"/>'))


def _unmarked(series: Any) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    series.marker.style = XL_MARKER_STYLE.NONE


def _title(sheet: Any, box: tuple[float, float, float, float], text: str, size: float, colour: str) -> None:
    """The slide's own title, which outlines and screen readers go by."""
    from pptx.enum.text import MSO_ANCHOR

    title = sheet.shapes.title
    _placed(title, box)
    _lines(title.text_frame, [(text, (size, True, colour))], font=DISPLAY)
    title.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    sheet.shapes._spTree.append(title._element)


def _text(
    sheet: Any,
    box: tuple[float, float, float, float],
    lines: Sequence[tuple[str, tuple[float, bool, str]]],
    after: float = 1.0,
) -> None:
    from pptx.util import Mm

    shape = sheet.shapes.add_textbox(*(Mm(value) for value in box))
    _lines(shape.text_frame, lines, after)


def _lines(
    frame: Any, lines: Sequence[tuple[str, tuple[float, bool, str]]], after: float = 1.0, font: str = FONT
) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Mm, Pt

    frame.word_wrap = True
    if hasattr(frame._element, "bodyPr"):
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Mm(0)
    for place, (text, (size, is_bold, colour)) in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after, paragraph.alignment = Pt(after * 2), PP_ALIGN.LEFT
        if place and (size, is_bold, colour) == LOOKS[STRONG]:
            paragraph.space_before = Pt(6)
        run = paragraph.add_run()
        run.text = " ".join(printable(text).split())
        run.font.name, run.font.size, run.font.bold = font, Pt(size), is_bold
        run.font.color.rgb = _rgb(colour)


def _filled(sheet: Any, box: tuple[float, float, float, float], colour: str) -> None:
    """A plain coloured area, which a screen reader passes over."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Mm

    shape = sheet.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Mm(value) for value in box))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape._element.remove(shape._element.find("{*}style"))
    _says(shape._element.nvSpPr.cNvPr, "Background", "")


def _foot(sheet: Any, foot: str, number: int, count: int) -> None:
    _text(sheet, (EDGE, HEIGHT - 9, INNER * 0.85, 5), [(foot, (7, False, GREY))])
    _text(sheet, (WIDTH - EDGE - 16, HEIGHT - 9, 16, 5), [(f"{number} / {count}", (7, False, GREY))])


def _placed(shape: Any, box: tuple[float, float, float, float]) -> None:
    from pptx.util import Mm

    shape.left, shape.top, shape.width, shape.height = (Mm(value) for value in box)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    made: Any = RGBColor
    return made.from_string(colour)


def _says(properties: Any, name: str, alt: str) -> None:
    """What an object is called, and what stands for it where it cannot be seen."""
    properties.set("name", printable(name)[:120])
    properties.set("descr", printable(alt)[:250])
