"""What templates may call: figures in words, and text and links from outside made harmless."""

import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pipeline.reports import wording
from pipeline.reports.sections.qbr.value import amount

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNPRINTABLE = {"Cc", "Cn", "Cs"}
PLAIN = (
    wording.number,
    wording.change,
    wording.percent,
    wording.share,
    wording.counted,
    wording.more_of,
    wording.day,
    wording.short_day,
    wording.month,
    wording.short,
    wording.duration,
    wording.moved,
    wording.days_away,
    wording.word,
    wording.band_word,
    wording.risk_word,
    wording.risk_look,
)


def filters(currency: str, as_of: date) -> dict[str, Callable[..., Any]]:
    """The filters by name; money is in the book's currency unless a template names another."""
    return {
        **{function.__name__: function for function in PLAIN},
        "money": partial(wording.money, currency=currency),
        "money_change": partial(wording.money_change, currency=currency),
        "near_day": partial(wording.near_day, today=as_of),
        "exact_money_in": wording.exact_money,
        "band_shape": lambda band: wording.BAND_SHAPES.get(band or "", "\u25cb"),
        "amount": amount,
        "or_dash": lambda value: value or wording.UNKNOWN,
        "printable": printable,
        "safe_url": safe_url,
    }


def printable(text: object) -> str:
    """Text from outside without control and direction characters, which escaping does not touch."""
    whole = str(text)
    return whole if whole.isprintable() else "".join("\ufffd" if _is_unprintable(char) else char for char in whole)


def shown(value: object) -> object:
    """A value as a template writes it: every text printable, whether the template asked for that or not."""
    return printable(value) if type(value) is str else value


def safe_url(value: str | None) -> str:
    """A link that may be followed: https or mailto; anything else leads nowhere."""
    return value if value and urlsplit(value.strip()).scheme.lower() in {"https", "mailto"} else "#"


def _is_unprintable(char: str) -> bool:
    return char in BIDI or (unicodedata.category(char) in UNPRINTABLE and char not in "\n\t")
