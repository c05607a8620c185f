"""The pieces every slide is drawn with: text, plain areas, their place in millimetres, and what is said of them."""

from collections.abc import Sequence
from typing import Any

from pipeline.reports.deck import FIGURE, QUIET, STRONG
from pipeline.stages.press.filters import printable

WIDTH, HEIGHT, EDGE, GAP = 297.0, 167.0625, 16.0, 11.0
INNER = WIDTH - 2 * EDGE
FONT, DISPLAY = "Inter", "Inter Display"
ACCENT, SOFT, PALE, INK, GREY, HAIR, PAPER = "2E2C6E", "C9C8E6", "EFEFF8", "1C1B2E", "5E5D6E", "DDDAD2", "F7F5F0"
LOOKS = {STRONG: (11, True, INK), QUIET: (9.2, False, GREY), FIGURE: (26, True, ACCENT)}
Box = tuple[float, float, float, float]
Look = tuple[float, bool, str]


def titled(sheet: Any, box: Box, text: str, size: float, colour: str) -> None:
    """The slide's own title, which outlines and screen readers go by."""
    from pptx.enum.text import MSO_ANCHOR

    title = sheet.shapes.title
    place(title, box)
    set_lines(title.text_frame, [(text, (size, True, colour))], font=DISPLAY)
    title.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    sheet.shapes._spTree.append(title._element)


def write(
    sheet: Any,
    box: Box,
    lines: Sequence[tuple[str, Look]],
    after: float = 1.0,
) -> None:
    """A box of lines, each in its look: size in points, bold, colour."""
    from pptx.util import Mm

    shape = sheet.shapes.add_textbox(*(Mm(value) for value in box))
    set_lines(shape.text_frame, lines, after)


def set_lines(frame: Any, lines: Sequence[tuple[str, Look]], after: float = 1.0, font: str = FONT) -> None:
    """Fill a text frame with lines."""
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
        run.font.color.rgb = rgb(colour)


def fill(sheet: Any, box: Box, colour: str) -> None:
    """A plain coloured area, which a screen reader passes over."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Mm

    shape = sheet.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Mm(value) for value in box))
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(colour)
    shape.line.fill.background()
    shape._element.remove(shape._element.find("{*}style"))
    describe(shape._element.nvSpPr.cNvPr, "Background", "")


def place(shape: Any, box: Box) -> None:
    """Put a shape where it belongs, in millimetres."""
    from pptx.util import Mm

    shape.left, shape.top, shape.width, shape.height = (Mm(value) for value in box)


def rgb(colour: str) -> Any:
    """A colour as the library takes it."""
    from pptx.dml.color import RGBColor

    made: Any = RGBColor
    return made.from_string(colour)


def describe(properties: Any, name: str, alt: str) -> None:
    """What an object is called, and what stands for it where it cannot be seen."""
    properties.set("name", printable(name)[:120])
    properties.set("descr", printable(alt)[:250])
