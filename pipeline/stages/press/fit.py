"""How full the pages of a laid out document are, and which spacing to try so that none stays nearly empty.

It stands between layout and drawing in `prints.py`: a document that ends, or spills, a few lines onto a page of its
own is laid out again with less or more space between its lines, then with columns, at last with short tables that may
go on overleaf. The spacings are classes of `print.css`.
"""

from collections.abc import Callable, Iterator
from typing import Any

ENOUGH = 0.405
BROKEN = ("parted", "snug parted", "snug tighter", "parted split", "snug parted split")
CLOSER_FIRST = ("snug", "airy", "ended", *BROKEN)
WIDER_FIRST = ("airy", "ended", "snug", *BROKEN)
SLIDES = ("roomy",)
LONG = ("snug", "airy", "parted")
FEW_PAGES, MANY_PAGES = 2, 14


def fitted(laid_out: Callable[[str], Any], *, slides: bool) -> Any:
    """The first layout whose pages are all filled enough, else the one that lacks least; `laid_out` takes a spacing.

    Long documents, which take seconds to lay out, get fewer tries.
    """
    best = laid_out("")
    lacking = scarce(best)
    for spacing in SLIDES if slides else _spacings(len(best.pages)):
        if not lacking:
            break
        other = laid_out(spacing)
        if (less := scarce(other)) < lacking:
            best, lacking = other, less
    return best


def _spacings(pages: int) -> tuple[str, ...]:
    if pages > MANY_PAGES:
        return LONG
    return WIDER_FIRST if pages <= FEW_PAGES else CLOSER_FIRST


def scarce(document: Any) -> float:
    """What the pages of a layout lack to be filled to `ENOUGH` of their height, in pages; 0 where none lacks."""
    return sum(max(ENOUGH - filled(page), 0.0) for page in document.pages)


def filled(page: Any) -> float:
    """How far down a page its lowest text or picture reaches, as a share of the page's height."""
    content = page._page_box.children[0]
    return float(max(_bottoms(content), default=0.0) / page.height)


def _bottoms(box: Any) -> Iterator[float]:
    """The lower edges of every text and picture in a box; an empty cell or list fills nothing."""
    if getattr(box, "text", "").strip() or hasattr(box, "replacement"):
        yield box.position_y + box.height
    for child in getattr(box, "children", ()):
        yield from _bottoms(child)
