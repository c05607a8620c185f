"""SQL for a text that is a length of time, in minutes: a number of the column's unit, a clock, or words."""

from typing import Final

from pipeline.ingest.numbers import fast_whole, number
from pipeline.ingest.sql_text import quoted

MINUTES: Final = {"seconds": "/ 60.0", "minutes": "* 1.0", "hours": "* 60.0", "days": "* 1440.0"}
_AMOUNT: Final = r"(\d+(?:[.,]\d+)?)"
_CLOCK: Final = r"^(?:(\d+) ?(?:d|days?),? )?(\d+):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?$"
_WORDS: Final = (
    rf"^(?i)(?:{_AMOUNT} ?(?:w|wks?|weeks?)[ ,]*(?:and )?)?(?:{_AMOUNT} ?(?:d|days?)[ ,]*(?:and )?)?"
    rf"(?:{_AMOUNT} ?(?:h|hrs?|hours?)[ ,]*(?:and )?)?(?:{_AMOUNT} ?(?:m|mins?|minutes?)[ ,]*(?:and )?)?"
    rf"(?:{_AMOUNT} ?(?:s|secs?|seconds?))?[ ,]*$"
)
_ISO: Final = rf"^(?i)P(?:{_AMOUNT}W)?(?:{_AMOUNT}D)?(?:T(?:{_AMOUNT}H)?(?:{_AMOUNT}M)?(?:{_AMOUNT}S)?)?$"
_NAMES: Final = ("w", "d", "h", "m", "s")
_EACH: Final = {"w": "10080", "d": "1440", "h": "60", "m": "1", "s": "1 / 60.0"}


def duration(text: str, unit: str, decimal: str = ".") -> str:
    """The minutes; null for what is no length of time. Two parts of a clock are hours and minutes."""
    plain = f"{number(text, decimal)} {MINUTES[unit]}"
    read = f"coalesce({plain}, {_parts(text, _CLOCK, _NAMES[1:])}, {_parts(text, _WORDS)}, {_parts(text, _ISO)})"
    return f"list_transform([{read}], lambda minutes: case when minutes >= 0 then minutes end)[1]"


def fast_duration(cell: str, unit: str) -> str:
    """The minutes of a cell that is a plain whole number, else null."""
    return f"case when {cell} between '0' and ':' then {fast_whole(cell)} {MINUTES[unit]} end"


def _parts(text: str, pattern: str, names: tuple[str, ...] = _NAMES) -> str:
    found = f"regexp_extract({text}, {quoted(pattern)}, [{', '.join(map(quoted, names))}])"
    part = "try_cast(replace(nullif(g.{0}, ''), ',', '.') as double)"
    has_any = " or ".join(f"g.{name} <> ''" for name in names)
    total = " + ".join(f"coalesce({part.format(name)}, 0) * {_EACH[name]}" for name in names)
    return f"list_transform([{found}], lambda g: case when {has_any} then {total} end)[1]"
