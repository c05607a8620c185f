"""The QBR pack as slides: what stands on each, of the same data and in the same words as the page; pure.

Where it stands and how it looks is decided by the press, which draws tables and charts that can be edited.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.reports import wording
from pipeline.reports.document import Document

Row = Mapping[str, Any]
Line = tuple[str, str]
PLAIN, STRONG, QUIET, FIGURE = "plain", "strong", "quiet", "figure"


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side: (label, value, note)."""

    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text, each with its look, under a heading; on paper, or on a coloured panel."""

    title: str
    lines: tuple[Line, ...]
    tone: str = "paper"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: widths in hundredths, the columns that hold figures, and those in bold."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    figures: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset({0})
    note: str = ""
    is_tall: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart that can be edited: one series over days, or over labels that are ours."""

    title: str
    kind: str
    series: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    alt: str
    days: tuple[date, ...] = ()


Part = Tiles | Words | Grid | Plot


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: parts across the whole width, then two columns, and what the speaker reads."""

    kicker: str
    title: str
    top: tuple[Part, ...] = ()
    left: tuple[Part, ...] = ()
    right: tuple[Part, ...] = ()
    bottom: tuple[Part, ...] = ()
    left_share: float = 0.5
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The first slide: whose review it is, when, and who takes part."""

    customer: str
    quarter: str
    months: str
    when: str
    by: str
    people: tuple[Line, ...]
    team: tuple[Line, ...]
    company: str
    notes: str


@dataclass(frozen=True, slots=True)
class Deck:
    """A presentation: its cover, its slides, and the line at the foot of each."""

    title: str
    cover: Cover
    slides: tuple[Slide, ...]
    foot: str


def deck(document: Document, company: str, as_of: date) -> Deck:
    """The slides of one pack; figures read as on its page."""
    from pipeline.reports.sections.deck.slides import slides

    data = document.data
    who, quarter = data["account"]["account_name"], data["quarter"]
    foot = f"{company} \u00b7 {who} \u00b7 Quarterly business review {quarter.label} \u00b7 Figures as of "
    return Deck(
        document.title,
        _cover(data, company, as_of),
        tuple(slides(data, company, as_of)),
        foot + wording.day(as_of),
    )


def tiles_of(items: Iterable[Row]) -> Tiles:
    """The figures of a pack in large type."""
    return Tiles(tuple((tile["label"], tile["value"], tile["note"]) for tile in items))


def spoken(agenda: Sequence[tuple[str, int, str]], at: int, more: str = "") -> str:
    """What the speaker reads: the part of the agenda, its minutes and when it begins."""
    name, minutes, about = agenda[at]
    starts = sum(each[1] for each in agenda[:at])
    said = (
        f"Part {at + 1} of {len(agenda)}: {name}. {wording.counted(minutes, 'minute')}, from 0:{starts:02d}. {about}."
    )
    return f"{said} {more}".strip()


def _cover(data: Row, company: str, as_of: date) -> Cover:
    account, quarter = data["account"], data["quarter"]
    when = f"Review on {wording.day(data['review_on'])}" if data["review_on"] else "Date to be agreed"
    by = f"Prepared by {company}" + (f", {account['csm']}" if account["csm"] else "")
    return Cover(
        account["account_name"],
        quarter.label,
        quarter.months,
        f"{when} \u00b7 {data['minutes']} minutes",
        f"{by} \u00b7 figures as of {wording.day(as_of)}",
        tuple((one["name"], _part_of(one)) for one in data["people"]),
        tuple((one["name"], one["role"]) for one in data["team"]),
        company,
        spoken(data["agenda"], 0),
    )


def _part_of(person: Row) -> str:
    return ", ".join(dict.fromkeys(filter(None, (person["title"], person["role"])))) or "Contact"
