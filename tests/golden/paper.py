"""What a printed page must not look like: hardly filled, ending on a heading, or with a row of a table cut in two."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DRAWER = "pdftoppm"
DOTS_PER_INCH = 20
LEAST_FILLED = 0.4
WHITE = 250
TOP_MM, FOOT_MM = 12.0, 13.5
HEADINGS = ("h1", "h2", "h3", "h4", "figcaption")


def can_draw() -> bool:
    """Whether pages can be made pictures on this machine."""
    return shutil.which(DRAWER) is not None


def fills(pdf: Path, folder: Path) -> list[float]:
    """How far down each page reaches: the lowest ink above the foot, as a share of the height between the margins."""
    call = [DRAWER, "-r", str(DOTS_PER_INCH), "-gray", str(pdf), str(folder / pdf.stem)]
    subprocess.run(call, check=True, capture_output=True)
    pictures = sorted(folder.glob(f"{pdf.stem}-*.pgm"))
    found = [_fill(picture.read_bytes()) for picture in pictures]
    for picture in pictures:
        picture.unlink()
    return found


def _fill(picture: bytes) -> float:
    kind, width, height, _, pixels = _parts(picture)
    assert kind == b"P5"
    top, foot = (round(mm / 25.4 * DOTS_PER_INCH) for mm in (TOP_MM, FOOT_MM))
    rows = [at for at in range(top, height - foot) if min(pixels[at * width : (at + 1) * width]) < WHITE]
    return (rows[-1] - top + 1) / (height - foot - top) if rows else 0.0


def _parts(picture: bytes) -> tuple[bytes, int, int, int, bytes]:
    kind, size, depth, pixels = picture.split(b"\n", 3)
    width, height = (int(number) for number in size.split())
    return kind, width, height, int(depth), pixels


def faults(pages: list[Any]) -> list[str]:
    """Headings with nothing of theirs below them on the page, and rows of tables that stand on two pages."""
    found: list[str] = []
    seen: dict[Any, int] = {}
    for number, page in enumerate(pages, 1):
        boxes = [box for box in _boxes(page._page_box) if getattr(box, "element", None) is not None]
        heads = {row for box in boxes if box.element_tag == "thead" for row in box.element.iter("tr")}
        lowest = [box for box in boxes if _is_content(box)]
        for box in boxes:
            if box.element_tag in HEADINGS and not _is_inline(box) and not _has_below(box, lowest):
                found.append(f"page {number}: nothing below the heading {_text(box)!r}")
            if box.element_tag == "tr" and seen.setdefault(box.element, number) != number and box.element not in heads:
                found.append(f"page {number}: a row is cut: {_text(box)!r}")
    return found


def _boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()) or ():
        yield from _boxes(child)


def _is_content(box: Any) -> bool:
    return box.element_tag in ("td", "th", "p", "li", "img", "svg", "dd", "dt", "div", "blockquote") and box.height > 0


def _is_inline(box: Any) -> bool:
    return type(box).__name__ in ("TextBox", "LineBox", "InlineBox")


def _has_below(box: Any, others: list[Any]) -> bool:
    bottom, left = box.position_y + box.margin_height() - 1, box.position_x
    right = left + box.width
    return any(
        other.position_y >= bottom - 1 and other.position_x < right and other.position_x + other.width > left
        for other in others
    )


def _text(box: Any) -> str:
    return " ".join("".join(box.element.itertext()).split())[:60]
