"""Numbers and names in words: the one place that decides how a figure is printed.

Templates read these functions as filters, narratives call them, so a sentence and a table never disagree.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MINUS = "\u2212"
UNKNOWN = "\u2013"
SYMBOLS = {"USD": "$", "EUR": "\u20ac", "GBP": "\u00a3", "JPY": "\u00a5", "AUD": "A$", "CAD": "C$", "CHF": "CHF\u00a0"}
BANDS = ("healthy", "watch", "at_risk", "critical", "insufficient_data")
BAND_WORDS = {
    "healthy": "Healthy",
    "watch": "Watch",
    "at_risk": "At risk",
    "critical": "Critical",
    "insufficient_data": "Not enough data",
}
BAND_SHAPES = {
    "healthy": "\u25cf",
    "watch": "\u25c6",
    "at_risk": "\u25b2",
    "critical": "\u25a0",
    "insufficient_data": "\u25cb",
}
RISK_WORDS = {"green": "Green", "yellow": "Yellow", "orange": "Orange", "red": "Red"}
RISK_AS_HEALTH = {"green": "healthy", "yellow": "watch", "orange": "at_risk", "red": "critical"}
WORDS = {
    "smb": "SMB",
    "mid_market": "Mid-market",
    "p0": "P0",
    "p1": "P1",
    "p2": "P2",
    "p3": "P3",
    "how_to": "How-to",
    "go_live": "Go-live",
    "csat": "CSAT",
    "nps": "NPS",
    "qbr": "QBR",
    "qbrs": "Business reviews",
    "na": "n/a",
    "NA": "North America",
    "EU": "Europe",
    "UK": "United Kingdom",
    "APAC": "Asia-Pacific",
    "EMEA": "EMEA",
}


ONE_OF = {"misses": "miss", "opportunities": "opportunity", "entries": "entry", "countries": "country"}


def word(value: str | None) -> str:
    """A name out of data in print: `mid_market` is `Mid-market`; names of people and places stay as they are."""
    if value is None or value == "":
        return UNKNOWN
    if value in WORDS:
        return WORDS[value]
    if value.islower() and ("_" in value or value.isascii()):
        return value.replace("_", " ").capitalize()
    return value


def band_word(band: str | None) -> str:
    """A health band in print."""
    return BAND_WORDS.get(band or "", "No score")


def bands_of(lowest: Iterable[str]) -> list[str]:
    """The bands of a scorecard in the order of print, by those that have a lowest score; the last two always exist."""
    there = {*lowest, "critical", "insufficient_data"}
    return [band for band in BANDS if band in there]


def risk_word(band: str | None) -> str:
    """A band of churn risk in print."""
    return RISK_WORDS.get(band or "", "No score")


def risk_look(band: str | None) -> str:
    """The health band whose shape and colour a band of churn risk shares."""
    return RISK_AS_HEALTH.get(band or "", "none")


def number(value: Any, digits: int = 0) -> str:
    """1,234 or 1,234.5; a dash where the value is not known."""
    if value is None:
        return UNKNOWN
    return _signed(f"{float(value):,.{digits}f}")


def change(value: Any, digits: int = 0) -> str:
    """A signed number: +12, \u22124, or \u00b10 when nothing moved."""
    if value is None:
        return UNKNOWN
    text = f"{float(value):+,.{digits}f}"
    return "\u00b1" + text[1:] if not text.strip("+-0.,") else _signed(text)


def percent(value: Any, digits: int = 0) -> str:
    """A value that is already a percentage: 72%."""
    return UNKNOWN if value is None else number(value, digits) + "%"


def share(part: Any, whole: Any, digits: int = 0) -> str:
    """A part of a whole as a percentage; a dash when there is no whole."""
    return percent(ratio(part, whole), digits)


def ratio(part: Any, whole: Any) -> float | None:
    """A part of a whole, 0 to 100; None when either is unknown or the whole is nothing."""
    if part is None or not whole:
        return None
    return float(part) / float(whole) * 100


def growth(now: Any, before: Any) -> float | None:
    """The relative change in percent; None when there is nothing to compare with."""
    if now is None or not before:
        return None
    return (float(now) / float(before) - 1) * 100


def money(value: Any, currency: str = "USD") -> str:
    """Money to three digits: $18.2M, $640K, $310."""
    if value is None:
        return UNKNOWN
    amount = float(value)
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    return f"{sign}{SYMBOLS.get(currency, currency + chr(0xA0))}{_short(size)}"


def exact_money(value: Any, currency: str = "USD") -> str:
    """Money to the unit: $18,214,560."""
    if value is None:
        return UNKNOWN
    rounded = Decimal(value).quantize(Decimal(1), rounding="ROUND_HALF_UP")
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + chr(0xA0))}{abs(rounded):,}"


def money_change(value: Any, currency: str = "USD") -> str:
    """Money with its sign: +$1.2M."""
    if value is None:
        return UNKNOWN
    return ("+" if float(value) > 0 else "") + money(value, currency)


def day(value: date | datetime | None) -> str:
    """26 Jun 2026."""
    return UNKNOWN if value is None else f"{value.day} {value:%b %Y}"


def short_day(value: date | datetime | None) -> str:
    """26 Jun."""
    return UNKNOWN if value is None else f"{value.day} {value:%b}"


def near_day(value: date | None, today: date) -> str:
    """26 Jun where the day is within half a year, else 26 Jun 27."""
    if value is None:
        return UNKNOWN
    return short_day(value) if abs((value - today).days) < 183 else f"{short_day(value)} {value:%y}"


def month(value: date | None) -> str:
    """Jun 2026."""
    return UNKNOWN if value is None else f"{value:%b %Y}"


def duration(minutes: Any) -> str:
    """Minutes in the unit a person would use: 42 min, 3.5 h, 2.1 days."""
    if minutes is None:
        return UNKNOWN
    size = float(minutes)
    if size < 90:
        return f"{size:.0f} min"
    return f"{size / 60:.1f} h" if size < 48 * 60 else f"{size / 1440:.1f} days"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """`1 customer`, `14 customers`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def more_of(count: int, nouns: str) -> str:
    """`14 more customers at risk`, `1 more customer at risk`: the first plural of the words follows the count."""
    if count != 1:
        return f"{count:,} more {nouns}"
    told = nouns.split(" ")
    at = next((place for place, each in enumerate(told) if each.endswith("s")), None)
    if at is not None:
        told[at] = ONE_OF.get(told[at], told[at][:-1])
    return f"1 more {' '.join(told)}"


def listed(items: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def moved(value: float | None, digits: int = 0, unit: str = "%") -> str:
    """`up 14%`, `down 3%`, `unchanged`; nothing where there is nothing to compare with."""
    if value is None:
        return "without a comparison"
    if abs(value) < 0.5 * 10**-digits:
        return "unchanged"
    return f"{'up' if value > 0 else 'down'} {abs(value):.{digits}f}{unit}"


def short(text: object, most: int = 34) -> str:
    """A text cut to a cell's width, with an ellipsis where it was longer."""
    whole = str(text)
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "\u2026"


def days_away(days: int | None) -> str:
    """`in 12 days`, `today`, `9 days ago`."""
    if days is None:
        return "no date set"
    if days == 0:
        return "today"
    return f"in {counted(days, 'day')}" if days > 0 else f"{counted(-days, 'day')} ago"


def _short(size: float) -> str:
    for limit, divisor, suffix in ((999_500_000, 1e9, "B"), (999_500, 1e6, "M"), (999.5, 1e3, "K")):
        if size >= limit:
            scaled = size / divisor
            return f"{scaled:.{2 if scaled < 9.995 else 1 if scaled < 99.95 else 0}f}{suffix}"
    return f"{size:.0f}"


def _signed(text: str) -> str:
    return text.replace("-", MINUS) if text.strip("-0.,") else text.lstrip("-")
