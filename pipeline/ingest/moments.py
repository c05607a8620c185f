"""SQL for a text that is a day or a time: what was written, and which instant or day that is.

A text becomes a struct of `m`, the time as it is written, and `o`, the minutes that its own zone is ahead of UTC, null
where it names none. Which number of 03/04/2026 is the month is not in the text: the style of the column says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.ingest.sql_text import quoted
from pipeline.ingest.zones import fold_minutes, jump_hours

Order = Literal["day", "month", "undecided", "contradictory"]
Epoch = Literal["", "s", "ms"]
Mark = Literal[".", ","]


@dataclass(frozen=True, slots=True)
class Style:
    """How the texts of one column are to be read where a single one leaves it open."""

    order: Order = "undecided"
    epoch: Epoch = ""
    decimal: Mark = "."


ISO_DAY: Final = "____-__-__"
ISO_TIME: Final = "____-__-_____:__:__"
SERIAL: Final = r"[2-7]\d{4}([.,]\d+)?"
_TWELVE: Final = "(?:0?[1-9]|1[0-2])"
_THIRTY_ONE: Final = r"(?:0?[1-9]|[12]\d|3[01])"
POSSIBLE: Final = (
    rf"(?:{_TWELVE}[./-] ?{_THIRTY_ONE}|{_THIRTY_ONE}[./-] ?{_TWELVE})[./-] ?(?:\d{{4}}|\d{{2}})(?:[^\d].*)?"
)
NUMERIC: Final = r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(?:\d{4}|\d{2})(?:[^\d].*)?"
_EPOCHS: Final = {"s": (r"\d{9,10}([.]\d+)?", 946_684_800, 1), "ms": (r"\d{12,13}", 946_684_800_000, 1000)}
_CENTURY: Final = 3_155_760_000
_PIVOT: Final = 69
_MONTHS: Final = (
    "jan january januar janvier janv enero ene janeiro gennaio gen januari",
    "feb february februar février févr fév fevrier febrero fevereiro fev febbraio februari",
    "mar march märz mär mrz mars marzo março marco maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maio mag maggio mei maj",
    "jun june juni juin junio junho giugno giu",
    "jul july juli juillet juil julio julho luglio lug",
    "aug august août aout agosto ago augustus augusti",
    "sep sept september septembre septiembre setembro set settembre",
    "oct october oktober okt octobre octubre outubro out ottobre ott",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc decembre diciembre dic dezembro dicembre",
)
# Abbreviations that stand for one offset only; IST, BST and the like do not. The American ones are those of RFC 5322.
_OFFSETS: Final = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "JST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "COORDINATED UNIVERSAL TIME": 0, "GREENWICH MEAN TIME": 0,
    "EASTERN STANDARD TIME": -300, "EASTERN DAYLIGHT TIME": -240, "CENTRAL STANDARD TIME": -360,
    "CENTRAL DAYLIGHT TIME": -300, "MOUNTAIN STANDARD TIME": -420, "MOUNTAIN DAYLIGHT TIME": -360,
    "PACIFIC STANDARD TIME": -480, "PACIFIC DAYLIGHT TIME": -420, "CENTRAL EUROPEAN STANDARD TIME": 60,
    "CENTRAL EUROPEAN SUMMER TIME": 120, "CENTRAL EUROPEAN TIME": 60, "INDIA STANDARD TIME": 330,
    "JAPAN STANDARD TIME": 540, "CHINA STANDARD TIME": 480,
}  # fmt: skip

_BLANK: Final = r"[ \t\x{00a0}\x{202f}]"
_WORD: Final = "[^ 0-9.,/:()-]+"
_DAYS: Final = (
    r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})",
    r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4}|\d{2})",
    r"(?:W[.,]{0,2} +)?(\d{1,2})(?:st|nd|rd|th|[.])?[ /.-]*(?:de )?(W)[.]?[ ,/.-]*(?:de )?(\d{4}|\d{2})",
    r"(?:W[.,]{0,2} +)?(W)[.]?[ ./-]*(\d{1,2})(?:st|nd|rd|th)?(?:,| |-|/)+(\d{4})",
)
_CLOCK: Final = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:B*([ap])[.]?m[.]?)?".replace("B", _BLANK)
_OWN_ZONE: Final = r"(Z|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|[a-z][a-z ]{1,28}[a-z])"
_WRITTEN: Final = (
    f"(?i)^(?:{'|'.join(_DAYS).replace('W', _WORD)})"
    f"(?:(?:T|,?{_BLANK}+(?:at +|- )?){_CLOCK}(?:{_BLANK}*[(]?{_OWN_ZONE}[)]?)?(?:{_BLANK}*[(][^()]*[)])?)?$"
)
_GROUPS: Final = ("y1", "m1", "d1", "a", "b", "y2", "d3", "m3", "y3", "m4", "d4", "y4", "h", "mi", "s", "f", "ap", "z")


def written(text: str, formats: Sequence[str], style: Style) -> str:
    """A struct of `m` and `o`; both null where the text is no time in any form that is allowed here."""
    found = [_by_epoch(text, name) for name in dict.fromkeys([*_declared_epochs(formats), style.epoch]) if name]
    strptime = [name for name in formats if not name.startswith("epoch_")]
    if strptime:
        parsed = f"try_strptime({text}, [{', '.join(map(quoted, strptime))}])::timestamp"
        has_zone = any("%z" in name for name in strptime)
        found.append(f"case when {parsed} is not null then {_struct(parsed, '0' if has_zone else 'null')} end")
    found.append(_by_shape(text, style.order))
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def _declared_epochs(formats: Sequence[str]) -> list[str]:
    return [name.removeprefix("epoch_") for name in formats if name.startswith("epoch_")]


def _struct(moment: str, offset: str) -> str:
    return f"{{'m': ({moment})::timestamp, 'o': ({offset})::integer}}"


def is_epoch(text: str, name: str) -> str:
    """Whether a text counts seconds or milliseconds since 1970 and falls between 2000 and 2100."""
    pattern, first, each = _EPOCHS[name]
    number = f"try_cast({text} as double)"
    return f"(regexp_full_match({text}, {quoted(pattern)}) and {number} between {first} and {first + _CENTURY * each})"


def _by_epoch(text: str, name: str) -> str:
    each = 1_000_000 // _EPOCHS[name][2]
    micros = f"(try_cast({text} as decimal(30, 6)) * {each})::bigint"
    return f"case when {is_epoch(text, name)} then {_struct(f'make_timestamp({micros})', '0')} end"


def _by_shape(text: str, order: Order) -> str:
    """The struct from the parts that the text is made of; of the ways to write a day at most one gives parts."""
    groups = ", ".join(map(quoted, _GROUPS))
    found = f"regexp_extract({text}, {quoted(_WRITTEN)}, [{groups}])"
    parts = f"{{'day': {_day(order)}, 'clock': {_clock()}, 'zone': g.z, 'ahead': {_offset('g.z')}}}"
    moment = "case when p.zone = '' or p.ahead is not null then p.day::timestamp + p.clock end"
    known = f"list_transform([{found}], lambda g: {parts})"
    return f"list_transform({known}, lambda p: {_struct(moment, 'p.ahead')})[1]"


def _day(order: Order) -> str:
    """The day: year first, numeric in the column's order, or with a named month in the middle or in front."""
    month, day = ("g.b", "g.a") if order == "day" else ("g.a", "g.b")
    year = "concat(g.y1, g.y2, g.y3, g.y4)"
    century = f"case when length({year}) > 2 then '' when {year} < '{_PIVOT}' then '20' else '19' end"
    named = f"{_month('concat(g.m3, g.m4)')}::varchar"
    month, day = f"coalesce({named}, concat(g.m1, {month}))", f"concat(g.d1, {day}, g.d3, g.d4)"
    whole = f"concat({century}, {year}, '-', {month}, '-', {day})"
    is_open = "g.y2 <> '' and lpad(g.a, 2, '0') <> lpad(g.b, 2, '0')" if order not in ("day", "month") else "false"
    return f"case when g.y1 <> '' or not ({is_open}) then try_cast({whole} as date) end"


def _month(name: str) -> str:
    numbers = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
    keys, values = ", ".join(map(quoted, numbers)), ", ".join(map(str, numbers.values()))
    return f"map([{keys}], [{values}])[lower({name})]"


def _clock() -> str:
    """The interval since midnight from the parts `g`; null where there is no such time of day."""
    hours, minutes, seconds = (f"coalesce(try_cast({part} as integer), 0)" for part in ("g.h", "g.mi", "g.s"))
    half = f"case when {hours} between 1 and 12 then {hours} % 12 + case lower(g.ap) when 'p' then 12 else 0 end end"
    hour = f"case when g.ap = '' then {hours} else {half} end"
    is_sound = (
        f"({hours} < 24 or ({hours} = 24 and {minutes} = 0 and {seconds} = 0)) and {minutes} < 60 and {seconds} < 60"
    )
    micros = f"(({hour}) * 3600 + {minutes} * 60 + {seconds}) * 1000000::bigint + left(rpad(g.f, 6, '0'), 6)::integer"
    return f"case when {is_sound} then to_microseconds({micros}) end"


def _offset(zone: str) -> str:
    """Minutes ahead of UTC that a zone inside the cell means; null for none and for one that is not known."""
    digits = f"regexp_replace({zone}, '[^0-9]', '', 'g')"
    hours = f"try_cast(case when length({digits}) < 3 then {digits} else left({digits}, -2) end as integer)"
    minutes = f"case when length({digits}) < 3 then 0 else right({digits}, 2)::integer end"
    sign = f"case when contains({zone}, '-') then -1 else 1 end"
    keys, values = ", ".join(map(quoted, _OFFSETS)), ", ".join(map(str, _OFFSETS.values()))
    named = f"map([{keys}], [{values}])[upper({zone})]"
    counted = f"case when {hours} <= 14 and {minutes} < 60 then {sign} * ({hours} * 60 + {minutes}) end"
    return f"case when {digits} <> '' then {counted} else {named} end"


def utc(moment: str) -> str:
    """The instant of a time that is written in UTC; many times faster than `timezone('UTC', ...)`."""
    return f"make_timestamptz(epoch_us({moment}))"


def localized(moment: str, zone: str) -> str:
    """The instant of a local time. One that the clocks skip has none: null. One that they repeat is the first.

    A midnight that they skip is the first moment of its day.
    """
    hours = jump_hours(zone)
    if zone == "UTC":
        return utc(moment)
    plain = f"timezone({quoted(zone)}, {moment})"
    if not hours:
        return plain
    around = " or ".join(f"hour({moment}) = {hour}" for hour in hours)
    return f"case when {around} then {_careful(moment, plain, zone)} else {plain} end"


def _careful(moment: str, plain: str, zone: str) -> str:
    def shown(instant: str) -> str:
        return f"timezone({quoted(zone)}, {instant})"

    firsts = [f"{plain} - to_minutes({minutes})" for minutes in fold_minutes(zone)]
    repeated = " ".join(f"when {shown(first)} = {moment} then {first}" for first in firsts)
    is_there = f"{shown(plain)} = {moment} or {moment}::time = time '00:00:00'"
    return f"case {repeated} when {is_there} then {plain} end"


def instant(moment: str, offset: str, zone: str) -> str:
    """The instant of a time as written and the minutes it is ahead; `zone` is that of times without one."""
    ahead = f"case when {offset} = 0 then {moment} else {moment} - to_minutes({offset}) end"
    return f"case when {offset} is not null then {utc(ahead)} else {localized(moment, zone)} end"


def local_day(moment: str, offset: str | None, zone: str, company_zone: str) -> str:
    """The company's day of an instant; what was written as midnight is a day already and stays."""
    company = f"timezone({quoted(company_zone)}, "
    own = f"{moment}::date" if zone == company_zone else f"{company}{localized(moment, zone)})::date"
    if offset:
        own = f"case when {offset} is null then {own} else {company}{instant(moment, offset, zone)})::date end"
    return f"case when {moment}::time = time '00:00:00' then {moment}::date else {own} end"


def plain_time(cell: str) -> str:
    """The time of a cell that is written as 2026-03-31 or 2026-03-31 09:00:00, with a T or a space; else null."""
    is_plain = f"{cell} >= '0' and ({cell} like '{ISO_TIME}' or {cell} like '{ISO_DAY}')"
    return f"case when {is_plain} then try_cast({cell} as timestamp) end"


def plain_instant(cell: str) -> str:
    """The instant of a cell that is written as 2026-03-31T09:00:00Z, with or without fractions; else null."""
    is_plain = f"ends_with({cell}, 'Z') and {cell} >= '0' and {cell} like '{ISO_TIME}%'"
    return f"case when {is_plain} then try_cast({cell} as timestamptz) end"


def plain_day(cell: str) -> str:
    """The day of a cell that is written as 2026-03-31; else null."""
    return f"case when {cell} >= '0' and {cell} like '{ISO_DAY}' then try_cast({cell} as date) end"


def trouble(text: str, parts: str, order: Order) -> str:
    """The rule that a text breaks which is no day or time here."""
    numeric = {"contradictory": "contradictory_dates", "undecided": "ambiguous_date"}.get(order, "unreadable")
    return (
        f"case when {parts}.m is not null then 'nonexistent_time' "
        f"when regexp_full_match({text}, {quoted(POSSIBLE)}) then '{numeric}' "
        f"when regexp_full_match({text}, {quoted(SERIAL)}) then 'spreadsheet_serial' else 'unreadable' end"
    )
