"""What a slide is made of: tiles, words, native tables and native charts, each drawn from the top down."""

from collections.abc import Sequence
from typing import Any

from pipeline.reports.deck import STRONG, Grid, Part, Plot, Tiles, Words
from pipeline.stages.press.slides_shapes import (
    ACCENT,
    FONT,
    GREY,
    HAIR,
    INK,
    LOOKS,
    PALE,
    PAPER,
    Look,
    describe,
    fill,
    rgb,
    set_lines,
    write,
)

NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
POINT = 0.3528
BODY = (11, False, INK)


def draw(sheet: Any, part: Part, left: float, top: float, width: float) -> float:
    """Draw one part; where it ends."""
    if isinstance(part, Tiles):
        return _tiles(sheet, part, left, top, width)
    if isinstance(part, Words):
        return _words(sheet, part, left, top, width)
    if part.title:
        write(sheet, (left, top, width, 6), [(part.title, (11.6, True, INK))])
        top += 7
    return _grid(sheet, part, left, top, width) if isinstance(part, Grid) else _plot(sheet, part, left, top, width)


def _tiles(sheet: Any, tiles: Tiles, left: float, top: float, width: float) -> float:
    each = width / max(4, len(tiles.items))
    for place, (label, value, note) in enumerate(tiles.items):
        x = left + place * each
        fill(sheet, (x, top, 0.7, 20), ACCENT)
        lines = [(label, (9.4, True, GREY)), (value, (24, True, INK)), (note, (9.4, False, GREY))]
        write(sheet, (x + 3, top, each - 4, 20), lines)
    return top + 22


def _words(sheet: Any, words: Words, left: float, top: float, width: float) -> float:
    lines = [(text, LOOKS.get(look, BODY)) for text, look in words.lines]
    if words.title:
        lines.insert(0, (words.title, (11.6, True, INK)))
    inset = 5.0 if words.tone != "paper" else 0.0
    height = sum(_tall(text, look, width - 2 * inset) for text, look in lines) + 1.6 * inset
    if inset:
        fill(sheet, (left, top, width, height), PALE if words.tone == "accent" else PAPER)
    write(sheet, (left + inset, top + inset * 0.8, width - 2 * inset, height - 1.6 * inset), lines)
    return top + height


def _tall(text: str, look: Look, width: float) -> float:
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
    describe(frame._element.nvGraphicFramePr.cNvPr, named, f"Table: {named}")
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
    write(sheet, (left, end + 1, width, 5), [(grid.note, (9.2, False, GREY))])
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
    set_lines(cell.text_frame, [(line, look) for line in text.split("\n")], after=0)
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
    describe(frame._element.nvGraphicFramePr.cNvPr, plot.title, plot.alt)
    _charted(frame.chart, plot)
    return top + height


def _charted(chart: Any, plot: Plot) -> None:
    from pptx.util import Pt

    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.name, chart.font.color.rgb = Pt(9), FONT, rgb(GREY)
    across, up = chart.category_axis, chart.value_axis
    across.format.line.color.rgb = rgb("B8B5AC")
    across.has_major_gridlines = False
    up.major_gridlines.format.line.color.rgb = rgb("E4E2DC")
    up.format.line.fill.background()
    up.minimum_scale = 0
    if plot.days:
        _by_month(across)
    series = chart.plots[0].series[0]
    if plot.kind == "line":
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = rgb(ACCENT), Pt(2.2)
        _unmarked(series)
    else:
        chart.plots[0].gap_width = 55
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(ACCENT)
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
