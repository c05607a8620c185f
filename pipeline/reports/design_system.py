"""The page that shows every piece of the look: made from the same stylesheets, macros, filters and charts as reports.

It stands beside the reports and rests on no book. Sizes and colours are read out of the stylesheets, so that the page
cannot say anything else than they do.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pipeline.charts.theme import BAND_COLOURS, STEPS
from pipeline.reports import wording
from pipeline.reports.document import Document
from pipeline.reports.facts import Row
from pipeline.reports.sections.design.charts import specimens

SHOWN_ON = date(2026, 6, 26)
TYPE = {
    "h1": "Headline of a document",
    "h2": "Headline of a page",
    "h3": "Heading of a block",
    ".lead": "What follows from the headline",
    "html": "Running text",
    ".tile-value": "Figure of a tile",
    ".tile-label": "Label of a tile",
    "table": "Cells of a table",
    "th": "Heads of a table",
    ".note": "Notes under a block",
    ".kicker": "What kind of page this is",
}
SPACE = {
    ".page": ("margin-bottom", "Between pages"),
    ".pagehead": ("margin-bottom", "Under the head of a page"),
    ".block": ("margin-bottom", "Between blocks"),
    ".tiles": ("margin", "Around tiles"),
    ".cols": ("gap", "Between columns"),
    "th, td": ("padding", "In a cell"),
    ".panel": ("padding", "In a panel"),
    ".empty": ("padding", "In an empty state"),
}
COLOURS = {
    "ink": "Text and rules under heads",
    "quiet": "Labels, notes, axes",
    "rule": "Rules",
    "hair": "Rules between rows, ground of bars",
    "paper": "Panels, empty states",
    "accent": "The one accent: tiles, links, lines of charts",
    "accent-soft": "Areas of charts",
    "accent-pale": "Ground of what is asked",
    "healthy": "Healthy, met",
    "watch": "Watch",
    "at-risk": "At risk",
    "critical": "Critical, missed",
    "unknown": "Not enough data",
}
EMPTY = "\u2013"


def design_system(base: str, screen: str, paper: str) -> Document:
    """The page, from the texts of the three stylesheets."""
    data: Row = {
        "type": [_size(name, words, screen, paper) for name, words in TYPE.items()],
        "space": [
            (words, name, _said(screen, name, part), _said(paper, name, part)) for name, (part, words) in SPACE.items()
        ],
        "colours": [(name, _variable(base, name), words) for name, words in COLOURS.items()],
        "band_colours": [(band, BAND_COLOURS[band], _variable(base, _css(band) + "-ink")) for band in wording.BANDS],
        "steps": STEPS,
        "risks": list(wording.RISK_WORDS),
        "formats": _formats(),
        "charts": specimens(),
        "tiles": TILES,
        "rows": ROWS,
    }
    return Document("design-system", "design_system.html.j2", "Design system", data, "How the reports look", False)


def _css(band: str) -> str:
    return {"insufficient_data": "unknown", "at_risk": "at-risk"}.get(band, band)


def _variable(css: str, name: str) -> str:
    found = re.search(rf"--{re.escape(name)}:\s*(#[0-9a-f]+)", css)
    return found.group(1) if found else ""


def _said(css: str, selector: str, part: str) -> str:
    """What a stylesheet says of a selector: its first declaration of a property; a dash where it says nothing."""
    for rule in re.finditer(r"(?:^|[}\n])\s*([^{}@/]+?)\s*\{([^{}]*)\}", css):
        names = {name.strip() for name in rule.group(1).split(",")}
        if selector != rule.group(1).strip() and selector not in names:
            continue
        stated = re.search(rf"(?:^|[;\s]){part}:\s*([^;]+)", rule.group(2))
        if stated:
            return stated.group(1).strip()
    return EMPTY


def _size(name: str, words: str, screen: str, paper: str) -> Row:
    return {
        "name": name,
        "words": words,
        "screen": _said(screen, name, "font-size"),
        "paper": _said(paper, name, "font-size"),
    }


def _formats() -> list[tuple[str, str, str]]:
    """What is printed for a value, with the rule behind it."""
    called: list[tuple[str, Callable[..., str], tuple[Any, ...], str]] = [
        ("Count", wording.number, (12345,), "Thousands with a comma"),
        ("Number", wording.number, (7.25, 1), "As many digits as can be trusted"),
        ("Not known", wording.number, (None,), "A dash, never a zero"),
        ("Change", wording.change, (-4,), "Always with its sign; a true minus"),
        ("No change", wording.change, (0,), "Said, not left out"),
        ("Percentage", wording.percent, (72.4,), "Whole, unless a target has decimals"),
        ("Money", wording.money, (18_214_560,), "Three digits and its size"),
        ("Money, exact", wording.exact_money, (18_214_560,), "In letters to one customer"),
        ("Money, change", wording.money_change, (311_352,), "With its sign"),
        ("Day", wording.day, (SHOWN_ON,), "Day, month, year"),
        ("Day of this half-year", wording.short_day, (SHOWN_ON,), "Without its year where that is clear"),
        ("Month", wording.month, (SHOWN_ON,), "Month, year"),
        ("Duration", wording.duration, (210,), "In the unit a person would use"),
        ("Count of things", wording.counted, (1, "customer"), "One is singular"),
    ]
    return [(what, function(*values), rule) for what, function, values, rule in called]


TILES: list[Mapping[str, str]] = [
    {"label": "Customers", "value": "172", "note": "+6 since 31 Jul", "tone": ""},
    {"label": "ARR at risk or critical", "value": "$2.44M", "note": "11% of ARR, +$311K since 31 Jul", "tone": "bad"},
    {"label": "NPS", "value": "+38", "note": "n = 12: read the counts first", "tone": "few"},
    {"label": "Median first response", "value": EMPTY, "note": "fills with tickets", "tone": ""},
]
ROWS = [
    {
        "name": "Alder Logistics",
        "arr": 886_000,
        "renews": date(2026, 7, 12),
        "band": "healthy",
        "pct": 92.0,
        "days": 16,
    },
    {"name": "Birch Foods", "arr": 326_400, "renews": date(2026, 6, 20), "band": "at_risk", "pct": 48.0, "days": -6},
    {"name": "Cedar Trading", "arr": 64_900, "renews": date(2027, 4, 4), "band": "critical", "pct": 31.0, "days": 282},
    {"name": "Dune Optics", "arr": None, "renews": None, "band": "insufficient_data", "pct": None, "days": None},
]
