"""Which spacing the printer takes: none while all pages are filled, else the first that leaves no page nearly empty."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.stages.press.fit import ENOUGH, filled, fitted, scarce


def box(*children: Any, top: float = 0.0, height: float = 0.0, text: str = "") -> Any:
    return SimpleNamespace(children=children, position_y=top, height=height, text=text)


def page(*shares: float) -> Any:
    """A page of height 100 whose texts end at these shares of it; what stands in its margins does not count."""
    content = box(box(*(box(top=0, height=100 * share, text="so far") for share in shares), box(top=99)))
    return SimpleNamespace(_page_box=box(content, box(top=95, height=3, text="page 1")), height=100.0)


class Printer:
    """Lays out in a spacing: how far each page is filled."""

    def __init__(self, **shares: tuple[float, ...]) -> None:
        self.shares = shares
        self.asked: list[str] = []

    def __call__(self, spacing: str) -> Any:
        self.asked.append(spacing.replace(" ", "_") or "plain")
        return SimpleNamespace(pages=[page(share) for share in self.shares.get(self.asked[-1], (0.9, 0.1))])


def test_a_page_is_filled_as_far_as_its_lowest_text() -> None:
    assert filled(page(0.2, 0.7, 0.5)) == pytest.approx(0.7)
    assert filled(page()) == 0.0


def test_a_document_whose_pages_are_filled_is_laid_out_once() -> None:
    printer = Printer(plain=(0.9, 0.6))
    assert scarce(fitted(printer, slides=False)) == 0
    assert printer.asked == ["plain"]


def test_a_few_lines_on_a_last_page_find_room_on_the_pages_before() -> None:
    printer = Printer(plain=(0.9, 0.9, 0.1), snug=(0.95, 0.95))
    assert [filled(one) for one in fitted(printer, slides=False).pages] == pytest.approx([0.95, 0.95])
    assert printer.asked == ["plain", "snug"]


def test_of_two_pages_the_second_is_filled_before_the_first_is_crowded() -> None:
    printer = Printer(plain=(0.9, 0.3), airy=(0.9, 0.5))
    fitted(printer, slides=False)
    assert printer.asked == ["plain", "airy"]


def test_short_tables_are_cut_only_when_nothing_else_fills_the_pages() -> None:
    printer = Printer(plain=(0.9, 0.9, 0.1), snug_parted_split=(0.9, 0.8))
    assert scarce(fitted(printer, slides=False)) == 0
    assert printer.asked[-1] == "snug_parted_split"
    assert not any("split" in name for name in printer.asked[:5])


def test_where_no_spacing_fills_every_page_the_one_that_lacks_least_is_taken() -> None:
    printer = Printer(plain=(0.9, 0.9, 0.1), airy=(0.9, 0.9, ENOUGH - 0.01))
    assert filled(fitted(printer, slides=False).pages[-1]) == pytest.approx(ENOUGH - 0.01)


def test_slides_keep_their_size_and_get_only_more_air() -> None:
    printer = Printer(plain=(0.9, 0.3), roomy=(0.9, 0.5))
    assert scarce(fitted(printer, slides=True)) == 0
    assert printer.asked == ["plain", "roomy"]
