"""SQL for one cell: from the text in the file to the text that is meant, and from that to a typed value.

Every expression gives null where it cannot read its text; the caller compares the two and calls that unreadable.
"""

from collections.abc import Sequence
from typing import Final

from schemas.sources import Column

BLANKS: Final = "' \t\n\u00a0\u200b\ufeff'"
TRUE: Final = ("1", "true", "t", "yes", "y", "on", "checked", "x")
FALSE: Final = ("0", "false", "f", "no", "n", "off", "unchecked")
DESTROYED_ID: Final = r"\d(\.\d+)?[eE]\+?\d+"
_DIGITS: Final = r"(\d+|\d{1,3}(,\d{3})+)"
_ISO_TIME: Final = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET: Final = r" ?(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_RELATION: Final = r"(.*?) \([^,]*?([0-9a-f]{32})(?:\.md|\.csv)?\)(?:, |$)"
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def quoted(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def is_one_of(text: str, texts: Sequence[str]) -> str:
    """Whether a text is in a list; false for null. `in` would become a join for each cell, and planning slow."""
    return f"case {text} {' '.join(f'when {quoted(one)} then true' for one in texts)} else false end"


def trimmed(cell: str) -> str:
    """The cell without blanks around it, null where nothing is left. Most cells begin and end with a plain letter."""
    edges = f"left({cell}, 1) between '!' and '~' and right({cell}, 1) between '!' and '~'"
    return f"case when {edges} then {cell} else nullif(trim({cell}, {BLANKS}), '') end"


def known(cell: str, nulls: Sequence[str]) -> str:
    """The cell, or null where it is one of the spellings of nothing."""
    spellings = " ".join(f"when {quoted(null.lower())} then null" for null in nulls)
    return f"case lower({cell}) {spellings} else {cell} end" if nulls else cell


def meant(cell: str, column: Column) -> str:
    """The part of the cell's text that is meant, with the tool's spellings replaced by ours."""
    if column.nulls:
        cell = known(cell, column.nulls)
    if column.pattern:
        cell = f"nullif(regexp_extract({cell}, {quoted(column.pattern)}, 1), '')"
    if column.range == "start":
        cell = f"trim(split_part({cell}, '→', 1))"
    if column.range == "end":
        cell = f"nullif(trim(split_part({cell}, '→', 2)), '')"
    if column.relation:
        cell = _related(cell, column)
    if column.values:
        cell = _replaced(cell, column.values)
    return f"coalesce({cell}, {quoted(column.default)})" if column.default is not None else cell


def _related(cell: str, column: Column) -> str:
    found = f"regexp_extract_all({cell}, {quoted(_RELATION)}, {1 if column.relation == 'name' else 2})"
    kept = f"nullif(array_to_string({found}, '; '), '')" if column.type == "list" else f"{found}[1]"
    return f"coalesce({kept}, {cell})"


def _replaced(cell: str, values: dict[str, str]) -> str:
    cases = " ".join(f"when {quoted(theirs.lower())} then {_or_null(ours)}" for theirs, ours in values.items())
    return f"case lower({cell}) {cases} else {cell} end"


def _or_null(ours: str) -> str:
    return quoted(ours) if ours else "null"


def typed(text: str, kind: str, column: Column, zone: str, company_zone: str) -> str:
    """The value of a text of this kind; null where it cannot be read. `zone` is that of times without one."""
    match kind:
        case "text":
            return text
        case "currency":
            return f"upper({text})"
        case "id":
            return f"case when not regexp_full_match({text}, '{DESTROYED_ID}') then {text} end"
        case "salesforce_id":
            return _salesforce_id(text)
        case "whole":
            return _whole(_dotted(text, column))
        case "number":
            return _number(_dotted(text, column))
        case "money":
            return _money(_dotted(text, column))
        case "boolean":
            yes, no = is_one_of(f"lower({text})", TRUE), is_one_of(f"lower({text})", FALSE)
            return f"case when {yes} then true when {no} then false end"
        case "instant":
            return _instant(text, column.formats, zone)
        case "date" if column.local_day:
            return _local_day(_instant(text, column.formats, zone), zone, company_zone)
        case "date":
            return _date(text, column.formats)
        case "list":
            return _list(text, column.separator or ";")
    raise ValueError(f"unknown kind of cell {kind}")


def one_of(text: str, allowed: Sequence[str]) -> str:
    """The text in lower_snake where that is one of the allowed values."""
    snake = f"trim(regexp_replace(lower({text}), '[^a-z0-9]+', '_', 'g'), '_')"
    return f"case when {is_one_of(snake, allowed)} then {snake} end"


def _dotted(text: str, column: Column) -> str:
    return f"replace(replace({text}, '.', ''), ',', '.')" if column.decimal == "," else text


def _whole(text: str) -> str:
    digits = f"replace(regexp_replace({text}, '\\.0+$', ''), ',', '')"
    return f"case when regexp_full_match({text}, '[+-]?{_DIGITS}(\\.0+)?') then try_cast({digits} as bigint) end"


def _number(text: str) -> str:
    bare = f"trim(rtrim({text}, '%'))"
    pattern = rf"[+-]?({_DIGITS}(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
    return f"case when regexp_full_match({bare}, '{pattern}') then try_cast(replace({bare}, ',', '') as double) end"


def _money(text: str) -> str:
    bare = f"regexp_replace(upper({text}), '^[A-Z]{{3}} ?| ?[A-Z]{{3}}$|[€$£¥₹''\\s\\x{{00a0}}]', '', 'g')"
    pattern = rf"\(?[+-]?({_DIGITS}(\.\d*)?|\.\d+)(E[+-]?\d+)?[KMB]?\)?"
    amount = f"try_cast(regexp_replace({bare}, '[(),KMB]', '', 'g') as decimal(30, 10))"
    suffix = f"right(rtrim({bare}, ')'), 1)"
    times = f"case {suffix} when 'K' then 1000 when 'M' then 1000000 when 'B' then 1000000000 else 1 end"
    sign = f"case when starts_with({bare}, '(') then -1 else 1 end"
    return f"case when regexp_full_match({bare}, '{pattern}') then {amount} * {times} * {sign} end"


def _date(text: str, formats: Sequence[str]) -> str:
    iso = f"regexp_full_match({text}, '\\d{{4}}-\\d{{2}}-\\d{{2}}({_ISO_TIME}({_OFFSET})?)?')"
    return f"case when {iso} then try_cast(left({text}, 10) as date) else {_by_format(text, formats)}::date end"


def _instant(text: str, formats: Sequence[str], zone: str) -> str:
    day = r"\d{4}-\d{2}-\d{2}"
    offset = f"regexp_replace({text}, ' ?(UTC|Z)$', '+00:00')"
    offset = f"regexp_replace({offset}, ' ?([+-]\\d{{2}}):?(\\d{{2}})$', '\\1:\\2')"
    return (
        f"case when regexp_full_match({text}, '{day}({_ISO_TIME})?') "
        f"then timezone({quoted(zone)}, try_cast({text} as timestamp)) "
        f"when regexp_full_match({text}, '{day}{_ISO_TIME}{_OFFSET}') then try_cast({offset} as timestamptz) "
        f"else timezone({quoted(zone)}, {_by_format(text, formats)}) end"
    )


def _by_format(text: str, formats: Sequence[str]) -> str:
    epochs = {
        "epoch_s": "make_timestamp(try_cast({} as bigint) * 1000000)",
        "epoch_ms": "make_timestamp(try_cast({} as bigint) * 1000)",
    }
    found = [epochs[name].format(text) for name in formats if name in epochs]
    written = [name for name in formats if name not in epochs]
    if written:
        found.append(f"try_strptime({text}, [{', '.join(map(quoted, written))}])")
    return f"coalesce({', '.join(found)})" if found else "null::timestamp"


def _local_day(instant: str, zone: str, company_zone: str) -> str:
    as_written = f"timezone({quoted(zone)}, {instant})"
    local = f"timezone({quoted(company_zone)}, {instant})"
    return f"case when {as_written}::time = time '00:00:00' then {as_written}::date else {local}::date end"


def _list(text: str, separator: str) -> str:
    found = f'regexp_extract_all({text}, \'"((?:[^"\\\\]|\\\\.)*)"\', 1)'
    parts = f"case when starts_with({text}, '[') then {found} else string_split({text}, {quoted(separator)}) end"
    trimmed = f"list_filter(list_transform({parts}, lambda part: trim(part)), lambda part: part <> '')"
    return f"nullif(array_to_string({trimmed}, '; '), '')"


def _salesforce_id(text: str) -> str:
    """A 15-character id with the three characters that make it safe without regard to case; 18 stay as they are."""

    def check(first: int) -> str:
        bits = " + ".join(
            f"{1 << bit} * (substr({text}, {first + bit}, 1) between 'A' and 'Z')::integer" for bit in range(5)
        )
        return f"substr('{_ALPHABET}', 1 + {bits}, 1)"

    whole = f"concat({text}, {check(1)}, {check(6)}, {check(11)})"
    shape = f"regexp_full_match({text}, '[A-Za-z0-9]{{15}}([A-Z0-5]{{3}})?')"
    return f"case when {shape} then case length({text}) when 15 then {whole} else {text} end end"
