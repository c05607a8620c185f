"""SQL for one cell: from the text in the file to the text that is meant, and from that to a typed value.

Every expression gives null where it cannot read its text; the caller compares the two and calls that unreadable.
"""

from collections.abc import Sequence
from typing import Final

from pipeline.ingest.durations import duration, fast_duration
from pipeline.ingest.moments import Style
from pipeline.ingest.money import EXACT, currency, fast_money, money
from pipeline.ingest.numbers import fast_number, fast_whole, number, whole
from pipeline.ingest.sql_text import is_one_of, let, quoted, trimmed
from schemas.sources import Column

__all__ = ["clean", "fast", "is_broken", "known", "meant", "one_of", "quoted", "trimmed", "typed"]

TRUE: Final = ("1", "true", "t", "yes", "y", "on", "checked", "x", "✓", "✔")
FALSE: Final = ("0", "false", "f", "no", "n", "off", "unchecked")
_AS_WRITTEN: Final = {"true": "1 true True TRUE yes Yes YES checked", "false": "0 false False FALSE no No NO"}
# What nothing is spelled like in any tool. In capitals or lower case only: Null is a name.
NOTHING: Final = ("-", "n/a", "#n/a")
NOTHING_EXACTLY: Final = ("null", "NULL")
# What is nothing where a number, a day or a yes is expected; as a text it may mean something.
NOTHING_TYPED: Final = ("na", "nan", "nil", "none", "null", "(null)", "undefined", "--", "–", "—")
# A spreadsheet writes 13 digits as 1.03006E+13, and in some languages with a comma.
DESTROYED_ID: Final = r"\d+([.,]\d+)?[eE]\+\d+"
_RELATION: Final = (
    r"(.*?) \((?:https://(?:www\.)?notion\.(?:so|site)/)?[^,]*?([0-9a-f]{32})(?:\.md|\.csv)?(?:\?[^,)]*)?\)(?:, |$)"
)
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
TYPED: Final = ("whole", "number", "money", "boolean", "duration", "date", "instant")


def known(cell: str, nulls: Sequence[str] = ()) -> str:
    """The cell, or null where it is one of the spellings of nothing: those of every tool and `nulls`, in any case."""
    spellings = list(dict.fromkeys([*NOTHING, *(null.lower() for null in nulls)]))
    exactly = " or ".join(f"{cell} = '{null}'" for null in NOTHING_EXACTLY)
    cases = " ".join(f"when {quoted(null)} then null" for null in spellings)
    longest = max(len(null.encode()) for null in [*spellings, *NOTHING_EXACTLY])
    return (
        f"case when strlen({cell}) > {longest} then {cell} when {exactly} then null "
        f"else case lower({cell}) {cases} else {cell} end end"
    )


def clean(cell: str, nulls: Sequence[str] = ()) -> str:
    """A cell of the file without blanks around it and without spellings of nothing."""
    return let("bare", trimmed(cell), known("bare", nulls))


def meant(cell: str, column: Column, kind: str = "text") -> str:
    """The part of the cell's text that is meant, with the tool's spellings replaced by ours."""
    nulls = [*column.nulls, *(NOTHING_TYPED if kind in TYPED else ())]
    if column.json_path:
        cell = f"nullif({_in_json(cell, column.json_path)}, '')"
    if nulls:
        cases = " ".join(f"when {quoted(null.lower())} then null" for null in nulls)
        cell = let("found", cell, let("low", "lower(found)", f"case low {cases} else found end"))
    if column.pattern:
        cell = f"nullif(regexp_extract({cell}, {quoted(column.pattern)}, 1), '')"
    if column.range:
        cell = f"nullif(trim(split_part({cell}, '→', {1 if column.range == 'start' else 2})), '')"
    if column.relation:
        cell = _related(cell, column)
    if column.values:
        cell = _replaced(cell, column.values)
    return f"coalesce({cell}, {quoted(column.default)})" if column.default is not None else cell


def is_broken(cell: str, column: Column) -> str | None:
    """Whether a cell should hold JSON and does not; None for columns that are not read from JSON."""
    return f"({cell} is not null and not json_valid({cell}))" if column.json_path else None


def _in_json(cell: str, path: str) -> str:
    """The text at a path; a key may hold points itself. What is no JSON stays as it is and is a problem later."""
    steps = ".".join(f'"{key}"' for key in path.split("."))
    exact, nested = quoted(f'$."{path}"'), quoted(f"$.{steps}")
    found = f"coalesce(json_extract_string(doc, {exact}), json_extract_string(doc, {nested}))"
    return let("doc", cell, f"case when json_valid(doc) then {found} else doc end")


def _related(cell: str, column: Column) -> str:
    found = f"regexp_extract_all(link, {quoted(_RELATION)}, {1 if column.relation == 'name' else 2})"
    kept = f"nullif(array_to_string({found}, '; '), '')" if column.type == "list" else f"{found}[1]"
    return let("link", cell, f"coalesce({kept}, link)")


def _replaced(cell: str, values: dict[str, str]) -> str:
    """The value of the tool's spelling, whatever its case and spaces; other texts stay."""
    cases = " ".join(f"when {quoted(theirs.lower())} then {_or_null(ours)}" for theirs, ours in values.items())
    dense = {"".join(theirs.lower().split()): ours for theirs, ours in reversed(values.items())}
    others = " ".join(f"when {quoted(theirs)} then {_or_null(ours)}" for theirs, ours in dense.items())
    spaceless = let("dense", "regexp_replace(low, '[\\s\\x{00a0}]+', '', 'g')", f"case dense {others} else theirs end")
    return let("theirs", cell, let("low", "lower(theirs)", f"case low {cases} else {spaceless} end"))


def _or_null(ours: str) -> str:
    return quoted(ours) if ours else "null"


def fast(cell: str, kind: str, column: Column, style: Style, exact: str = EXACT) -> str | None:
    """The value of a cell that is written in the plainest way, straight from the file; null for any other cell.

    None for kinds and columns where there is no such short cut.
    """
    if style.decimal == "," and kind != "boolean":
        return None
    match kind:
        case "whole" if not column.times:
            return fast_whole(cell)
        case "number":
            return fast_number(cell, column.times)
        case "money" if not column.times:
            return fast_money(cell, exact)
        case "duration":
            return fast_duration(cell, column.unit)
        case "boolean":
            cases = (f"when '{text}' then {value}" for value, texts in _AS_WRITTEN.items() for text in texts.split())
            return f"case {cell} {' '.join(cases)} end"
    return None


def typed(text: str, kind: str, column: Column, style: Style, exact: str = EXACT) -> str:
    """The value of a text of this kind; null where it cannot be read. Days and times are read by `moments`."""
    match kind:
        case "text":
            return text
        case "currency":
            return currency(text)
        case "id":
            return f"case when not ({is_destroyed(text)}) then {text} end"
        case "salesforce_id":
            return _salesforce_id(text)
        case "whole":
            value = whole(text, style.decimal)
            return f"try({value} * {column.times})" if column.times else value
        case "number":
            return number(text, style.decimal, column.times)
        case "money":
            return money(text, style.decimal, exact, column.times)
        case "duration":
            return duration(text, column.unit, style.decimal)
        case "boolean":
            return let("low", f"lower({text})", f"case low {_cases('true', TRUE)} {_cases('false', FALSE)} end")
        case "list":
            return _list(text, column.separator or ";")
    raise ValueError(f"unknown kind of cell {kind}")


def is_destroyed(text: str) -> str:
    """Whether a spreadsheet wrote an id as a rounded number, such as 1.03E+13."""
    return f"contains({text}, '+') and regexp_full_match({text}, '{DESTROYED_ID}')"


def _cases(value: str, texts: Sequence[str]) -> str:
    return " ".join(f"when {quoted(text)} then {value}" for text in texts)


def one_of(text: str, allowed: Sequence[str]) -> str:
    """The text as one of the allowed values, whatever its case, spaces and hyphens; null when it is none."""
    snake = f"trim(regexp_replace(lower({text}), '[^a-z0-9]+', '_', 'g'), '_')"
    bare = " ".join(f"when '{value.replace('_', '')}' then '{value}'" for value in allowed)
    other = let("low", f"replace({snake}, '_', '')", f"case low {bare} end")
    return f"case when {is_one_of(text, allowed)} then {text} else {other} end"


def _list(text: str, separator: str) -> str:
    found = f"json_extract_string({text}, '$[*]')"
    is_json = f"starts_with({text}, '[') and json_valid({text})"
    parts = f"case when {is_json} then {found} else string_split({text}, {quoted(separator)}) end"
    trimmed_parts = f"list_filter(list_transform({parts}, lambda part: trim(part)), lambda part: part <> '')"
    return f"nullif(array_to_string({trimmed_parts}, '; '), '')"


def _salesforce_id(text: str) -> str:
    """A 15-character id with the three characters that make it safe without regard to case; 18 stay as they are."""

    def check(first: int) -> str:
        bits = " + ".join(
            f"{1 << bit} * (substr({text}, {first + bit}, 1) between 'A' and 'Z')::integer" for bit in range(5)
        )
        return f"substr('{_ALPHABET}', 1 + {bits}, 1)"

    whole_id = f"concat({text}, {check(1)}, {check(6)}, {check(11)})"
    shape = f"regexp_full_match({text}, '[A-Za-z0-9]{{15}}([A-Z0-5]{{3}})?')"
    return f"case when {shape} then case length({text}) when 15 then {whole_id} else {text} end end"
