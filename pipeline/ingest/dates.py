"""What only the whole column says: whether 03/04 is a day in March or April, whether a number counts seconds or
milliseconds, whether a comma is a decimal mark. Decided once per table of a file, before its cells are typed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.ingest.cells import clean
from pipeline.ingest.moments import NUMERIC, Epoch, Mark, Order, Style, is_epoch
from pipeline.ingest.plan import Leaf, planned
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.sql_text import quoted
from pipeline.warehouse import Warehouse
from schemas.sources import Column, Source, TableMap

NUMBERS = ("whole", "number", "money", "duration")
_NUMBER_RUN = r"([0-9][0-9.,]*)"
_DAY_FIRST = re.compile(r"^%-?d[./-]%-?m\b")
_MONTH_FIRST = re.compile(r"^%-?m[./-]%-?d\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many texts of a column there are of each kind that bears on how it is read.

    day, month: numeric dates that are only possible with the day, or the month, first; either: possible both ways and
    not the same; points: written as 3.4.2026. seconds, milliseconds: plausible counts since 1970. comma, point: numbers
    whose decimal mark is certain; thousand: those such as 1,234 that could be 1234 or 1.234.
    """

    texts: int = 0
    day: int = 0
    month: int = 0
    either: int = 0
    points: int = 0
    seconds: int = 0
    milliseconds: int = 0
    comma: int = 0
    point: int = 0
    thousand: int = 0

    @property
    def numeric(self) -> int:
        """Numeric dates whose order matters."""
        return self.day + self.month + self.either

    def and_(self, other: "Evidence") -> "Evidence":
        """The evidence of both columns."""
        return Evidence(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Decided:
    """The evidence for the leaves of one table, by their number; without any, everything is open."""

    evidence: Mapping[int, Evidence] = field(default_factory=dict)

    def style(self, leaf: Leaf, source: Source) -> Style:
        """How the leaf's texts are to be read."""
        found = self.evidence.get(leaf.number, Evidence())
        if leaf.is_moment:
            return Style(order_of(found, leaf.spec, source), _epoch(found))
        return Style(decimal=decimal_of(found, leaf.spec)) if leaf.kind in NUMBERS else Style()


def format_order(column: Column) -> Order:
    """The order of the column's numeric formats; `undecided` where it declares none, or both."""
    orders: set[Order] = {"day" for one in column.formats if _DAY_FIRST.match(one)}
    orders |= {"month" for one in column.formats if _MONTH_FIRST.match(one)}
    return orders.pop() if len(orders) == 1 else "undecided"


def _declared_order(column: Column, source: Source) -> Order:
    day_first = source.day_first if column.day_first is None else column.day_first
    return "undecided" if day_first is None else "day" if day_first else "month"


def order_of(found: Evidence, column: Column, source: Source) -> Order:
    """The order of a column's numeric dates: a declared format, else what its texts prove, else what is declared.

    Dates written with points are day first in every country that writes them so.
    """
    by_format = format_order(column)
    if by_format != "undecided":
        return by_format
    if found.day and found.month:
        return "contradictory"
    if found.day or found.month:
        return "day" if found.day else "month"
    declared = _declared_order(column, source)
    return "day" if declared == "undecided" and found.points and found.points == found.numeric else declared


def _epoch(found: Evidence) -> Epoch:
    """`s` or `ms` where every text of the column is such a count."""
    counts: dict[Epoch, int] = {"s": found.seconds, "ms": found.milliseconds}
    return next((name for name, count in counts.items() if count and count == found.texts), "")


def decimal_of(found: Evidence, column: Column) -> Mark:
    """The decimal mark: the declared one, else a comma where some text proves it and none speaks for a point."""
    if "decimal" in column.model_fields_set:
        return column.decimal
    return "," if found.comma and not found.point and not found.thousand else "."


def decided(warehouse: Warehouse, view: str, file: Recognised, table_map: TableMap) -> Decided:
    """Looks at the whole columns of the landed `view` that hold days, times and numbers.

    One pass tells the columns that leave nothing open; a second counts the evidence in the others.
    """
    plan = planned(file, table_map)
    pairs = [(leaf, place) for leaf in plan.leaves for place in leaf.places if _may_be_open(leaf)]
    if not pairs:
        return Decided()
    flags = warehouse.frame(f"select {', '.join(_is_open(leaf, place) for leaf, place in pairs)} from {view}").row(0)
    open_pairs = [pair for pair, is_open in zip(pairs, flags, strict=True) if is_open]
    return Decided(_evidence(warehouse, view, open_pairs, file.source.nulls)) if open_pairs else Decided()


def _may_be_open(leaf: Leaf) -> bool:
    return leaf.is_moment or (leaf.kind in NUMBERS and "decimal" not in leaf.spec.model_fields_set)


def _is_open(leaf: Leaf, place: int) -> str:
    test = f"c{place} not like '____-__-__%'" if leaf.is_moment else f"contains(c{place}, ',')"
    return f"coalesce(bool_or({test}), false)"


def _evidence(
    warehouse: Warehouse, view: str, pairs: Iterable[tuple[Leaf, int]], nulls: tuple[str, ...]
) -> dict[int, Evidence]:
    pairs = list(pairs)
    texts = ", ".join(f"{leaf.text([clean(f'c{place}', nulls)])} as x{at}" for at, (leaf, place) in enumerate(pairs))
    parts = ", ".join(f"{_part(leaf, f'x{at}')} as g{at}" for at, (leaf, _) in enumerate(pairs))
    counts = ", ".join(count for at, (leaf, _) in enumerate(pairs) for count in _counts(leaf, f"x{at}", f"g{at}"))
    row = iter(warehouse.frame(f"select {counts} from (select *, {parts} from (select {texts} from {view}))").row(0))
    found: dict[int, Evidence] = {}
    for leaf, _ in pairs:
        names = MOMENT_COUNTS if leaf.is_moment else NUMBER_COUNTS
        one = replace(Evidence(), **{name: next(row) for name in names})
        found[leaf.number] = found.get(leaf.number, Evidence()).and_(one)
    return found


MOMENT_COUNTS = ("texts", "day", "month", "either", "points", "seconds", "milliseconds")
NUMBER_COUNTS = ("texts", "comma", "point", "thousand")


def _part(leaf: Leaf, text: str) -> str:
    """The two numbers that begin a numeric date, or the digits and marks of a number."""
    if not leaf.is_moment:
        return f"regexp_extract({text}, '{_NUMBER_RUN}', 1)"
    numbers = f"regexp_extract({text}, {quoted(f'^{NUMERIC}$')}, ['a', 'b'])"
    return f"list_transform([{numbers}], lambda g: [try_cast(g.a as integer), try_cast(g.b as integer)])[1]"


def _counts(leaf: Leaf, text: str, part: str) -> Iterator[str]:
    yield f"count({text})"
    for test in _moment_tests(text, part) if leaf.is_moment else _number_tests(part):
        yield f"count(*) filter ({test})"


def _moment_tests(text: str, part: str) -> tuple[str, ...]:
    first, second = f"{part}[1]", f"{part}[2]"
    both = f"{first} <= 12 and {second} <= 12 and {first} <> {second}"
    either_way = f"({first} <= 12 or {second} <= 12) and {first} <> {second}"
    return (
        f"{first} between 13 and 31 and {second} <= 12",
        f"{second} between 13 and 31 and {first} <= 12",
        both,
        f"{either_way} and regexp_matches({text}, '^[0-9]+[.]')",
        is_epoch(text, "s"),
        is_epoch(text, "ms"),
    )


def _number_tests(part: str) -> tuple[str, ...]:
    comma = r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d+,(\d{1,2}|\d{4,})|\d{4,},\d+|0,\d+"
    point = r"\d{1,3}(,\d{3})+\.\d*|\d{1,3}(,\d{3}){2,}|\d+\.(\d{1,2}|\d{4,})|\d{4,}\.\d+|0\.\d+"
    return tuple(f"regexp_full_match({part}, '{pattern}')" for pattern in (comma, point, r"[1-9]\d{0,2},\d{3}"))
