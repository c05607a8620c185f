"""How a source fills a column, in words for the person who exports the file; `pages` puts them on the source's page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.sources.vocabulary import Column, Condition, Source, TableMap
from schemas.tables import Table

KINDS = {
    "text": "text",
    "id": "an id, as text",
    "salesforce_id": "a Salesforce id of 15 or 18 characters",
    "currency": "a currency code such as USD",
    "whole": "a whole number",
    "number": "a number",
    "money": "an amount",
    "boolean": "yes or no",
    "date": "a day",
    "instant": "a time",
    "list": "several values",
    "duration": "a length of time",
}
COMPUTED = {
    "last_day_of_term": "the last day of a term that begins on {} and runs for the months in {}",
    "day_before": "the day before {}",
    "minutes_after": "{} plus the time in {}",
    "yearly": "{} times {}, made yearly by {}",
    "joined": "{}, one after the other",
    "fingerprint": "a short code made from {}",
}
EPOCHS = {"epoch_s": "seconds since 1970", "epoch_ms": "milliseconds since 1970"}
ZONES = {
    "company": "in your company's time zone",
    "header": "in the time zone that the header names",
    "questions": "in the time zone of the third header row, else your company's",
}
ACCOUNTS = {
    "name": "by its name",
    "domain": "by its web domain",
    "salesforce": "by its Salesforce id",
    "canonical": "by your own account id",
}
PATTERNS = {
    r"^(?:https?://)?(?:www\.)?([^/:?#\s]+)": "the web domain in it",
    r"@([^@\s>]+)": "what stands after the @",
    r"^(\S+@\S+)$": "where it is an e-mail address",
    r"^([^@]+)$": "where it is no e-mail address",
    r'^\[?"?([^"\]]+)': "the first, where it is a list",
    r'^"?([^",]+)': "the first of several",
    r"^[^\d(+.-]*(.+)$": "without a currency sign before it",
}
SHAPES = {
    "^001[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$": "is a Salesforce account id",
    "^.{0,14}$|^.{16,17}$|^.{19,}$|[^A-Za-z0-9]|^([^0]|0[^0]|00[^1])": "is no Salesforce account id",
    r"^0?\.\d+$": "is a fraction such as 0.25",
    "%$": "ends with %",
}
FEW = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """One way a column is filled: in which rows, from which headers, and how the cell is read."""

    when: str
    headers: tuple[str, ...]
    how: str


def readings(column: Column, name: str, table: Table, source: Source, when: str = "") -> Iterator[Reading]:
    """The ways a column is filled, the first that gives something stands."""
    test = " and ".join([part for part in (when, all_of(column.when)) if part])
    if column.constant is not None:
        yield Reading(test, (), f"always `{column.constant}`")
    elif column.compute:
        yield Reading(test, (), _computed(column))
    elif column.from_ or column.named_by or column.default is not None:
        yield Reading(test, (*column.named_by, *column.from_), _read(column, name, table, source))
    if column.otherwise:
        yield from readings(
            column.otherwise, name, table, source, "otherwise" if column.when else "where that is empty"
        )


def account_words(table_map: TableMap, source: Source) -> str:
    """How the rows of a table name their account."""
    named = table_map.account or source.system
    return ACCOUNTS.get(named, f"by the id it has in {source.title if named == source.system else named}")


def all_of(conditions: Iterable[Condition]) -> str:
    """Conditions that all hold, as a phrase."""
    return " and ".join(condition_words(one) for one in conditions)


def condition_words(condition: Condition) -> str:
    """One condition as a phrase."""
    cell = " or ".join(code(name) for name in condition.column)
    if condition.one_of is not None:
        return f"{cell} is {either(condition.one_of)}"
    if condition.none_of is not None:
        return f"{cell} is not {either(condition.none_of)}"
    if condition.unlike is not None:
        return f"{cell} differs from {either(condition.unlike)}"
    if condition.empty is not None:
        return f"{cell} is empty" if condition.empty else f"{cell} is filled"
    shape = condition.matches or ""
    return f"{cell} {SHAPES.get(shape, f'looks like {code(shape)}')}"


def either(names: Sequence[str]) -> str:
    """Names as code, joined by `or`."""
    return " or ".join(code(name) if name else "empty" for name in names)


def code(text: str) -> str:
    """Text as it stands, marked as code; one that begins or ends with a space or quote mark stays readable."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def kind_of(name: str, table: Table) -> str:
    """How the cells of a canonical column are read unless the source says otherwise."""
    dtype = table.columns[name]
    kinds = {pl.Int64: "whole", pl.Float64: "number", pl.Boolean: "boolean", pl.Date: "date", pl.Datetime: "instant"}
    if isinstance(dtype, pl.Decimal):
        return "money"
    if name == "currency":
        return "currency"
    return kinds.get(dtype.base_type(), "id" if name in table.keys or name.endswith("_id") else "text")


def allowed(name: str, table: Table) -> tuple[str, ...]:
    """The values a canonical column may have, or nothing where any will do."""
    checks = table.schema.columns[name].checks
    return next((tuple(check.statistics["allowed_values"]) for check in checks if check.name == "isin"), ())


def _computed(column: Column) -> str:
    arguments = [either(names) for names in column.of]
    words = COMPUTED.get(column.compute or "", "worked out from {}")
    filled = words.format(*arguments) if words.count("{}") == len(arguments) else words.format(_and(arguments))
    return f"{filled}{_formats(column)}"


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _read(column: Column, name: str, table: Table, source: Source) -> str:
    values = allowed(name, table)
    kind = column.type or kind_of(name, table)
    words = f"one of {', '.join(values)}" if values and not column.type else KINDS[kind]
    parts = [words + _zone(column, kind, source) + _formats(column), *_part_of_cell(column), *_changed(column)]
    return "; ".join(part for part in parts if part)


def _zone(column: Column, kind: str, source: Source) -> str:
    if kind != "instant":
        return ""
    zone = column.zone or source.zone
    return f" {ZONES.get(zone, f'in {zone}')}, unless the cell names another zone"


def _formats(column: Column) -> str:
    epochs = [words for name, words in EPOCHS.items() if name in column.formats]
    return f" ({' or '.join(epochs)})" if epochs else ""


def _part_of_cell(column: Column) -> Iterator[str]:
    if column.named_by:
        yield "the column that its group column is named after"
    if column.relation:
        yield "the name of the linked page" if column.relation == "name" else "the id of the linked page"
    if column.range:
        yield f"the {column.range} of a range"
    if column.json_path:
        yield f"the key {code(column.json_path)} of the JSON in the cell"
    if column.pattern:
        yield PATTERNS.get(column.pattern, f"the part that fits {code(column.pattern)}")
    if column.separator:
        yield f"separated by {code(column.separator)}"
    if column.type == "duration":
        yield f"a bare number means {column.unit}"


def _changed(column: Column) -> Iterator[str]:
    if column.values:
        yield _spellings(column.values)
    if column.times:
        yield f"times {column.times}"
    if column.decimal == ",":
        yield "with a decimal comma"
    if column.local_day:
        yield "the day it was in your company's time zone"
    if column.nulls:
        yield f"{either(column.nulls)} means empty"
    if column.default is not None:
        yield f"{code(column.default)} where it is empty"
    if column.day_first is not None:
        yield "03/04 is the third of April" if column.day_first else "03/04 is the fourth of March"


def _spellings(values: dict[str, str]) -> str:
    pairs = [f"{theirs} → {ours or 'empty'}" for theirs, ours in values.items()]
    more = f" and {len(pairs) - FEW} more" if len(pairs) > FEW else ""
    return ", ".join(pairs[:FEW]) + more
