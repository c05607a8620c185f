"""What one table takes from one file: the texts it reads, its leaves, and each column as an expression over them.

A plan follows from the header and the source alone. `dates.decided` looks at the whole columns with it,
`mapping.Select` turns it into SQL, `readings` into words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.cells import is_broken, meant
from pipeline.ingest.columns import source_places
from pipeline.ingest.computes import COMPUTES
from pipeline.ingest.contract import allowed_values, duckdb_type, kind_of
from pipeline.ingest.headers import Header
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.sql_text import is_one_of, quoted
from pipeline.ingest.zones import COMPANY, declared_zone, in_header
from schemas.sources import Column, Condition, TableMap
from schemas.tables import TABLES, Table

UPDATED = "_updated_at"
MOMENTS = ("date", "instant")
_NUMBER = re.compile(r"[-+.]?\d[\d.]*(e[+-]?\d+)?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}.*")
_BOOLEANS = ("0", "1", "true", "false", "yes", "no", "checked")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text that a column is read from. `zone` is that of times without one, `company` for the company's."""

    number: int
    column: str
    spec: Column
    kind: str
    places: tuple[int, ...]
    applies: str
    allowed: tuple[str, ...] = ()
    zone: str = COMPANY
    zone_from: str = ""

    @property
    def is_moment(self) -> bool:
        """Whether the text is a day or a time."""
        return self.kind in MOMENTS

    def is_straight(self, nulls: Sequence[str]) -> bool:
        """Whether a plainly written cell is the value: it comes from one cell, of which nothing is cut or replaced.

        `nulls` are the source's spellings of nothing; one that looks like a value, such as 000, forbids the short cut.
        """
        spec = self.spec
        changes = (spec.pattern, spec.range, spec.relation, spec.values, spec.json_path, spec.default is not None)
        is_alone = len(self.places) == 1 and not any(changes)
        return is_alone and not any(self._looks_plain(null) for null in (*spec.nulls, *nulls))

    def _looks_plain(self, text: str) -> bool:
        if self.kind == "boolean":
            return text.lower() in _BOOLEANS
        return bool((_DAY if self.is_moment else _NUMBER).fullmatch(text))

    def text(self, cells: Sequence[str]) -> str:
        """SQL of the text that is meant, over the cleaned cells."""
        return meant(_combined(cells, self.spec), self.spec, self.kind)

    def broken(self, cells: Sequence[str]) -> str | None:
        """SQL of whether the cells should hold JSON and do not."""
        return is_broken(_combined(cells, self.spec), self.spec)


@dataclass(slots=True)
class Plan:
    """The leaves of one table of one recognised file, its columns over their values `v0`, `v1`, ... and its tests.

    `cells` are the places whose cleaned texts `t0`, `t1`, ... the tests and columns need.
    """

    file: Recognised
    table_map: TableMap
    leaves: list[Leaf] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    computed: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    cells: set[int] = field(default_factory=set)

    @property
    def table(self) -> Table:
        """The contract."""
        return TABLES[self.table_map.table]

    @property
    def header(self) -> Header:
        """The header of the file."""
        return self.file.header

    def column(self, name: str, column: Column, kind: str, applies: str = "true") -> str:
        """SQL of a column's value over the leaves, which are added on the way."""
        if column.when:
            condition = self.all(column.when)
            applies, outside = f"{applies} and ({condition})", f"{applies} and not ({condition})"
        value = self._own_value(name, column, kind, applies)
        if column.when:
            other = self.column(name, column.otherwise, kind, outside) if column.otherwise else "null"
            return f"case when {condition} then {value} else {other} end"
        if column.otherwise:
            return f"coalesce({value}, {self.column(name, column.otherwise, kind, f'{applies} and ({value}) is null')})"
        return value

    def _own_value(self, name: str, column: Column, kind: str, applies: str) -> str:
        if column.constant is not None:
            return f"try_cast({quoted(column.constant)} as {duckdb_type(self.table.columns[name])})"
        if column.compute:
            return self._computed(name, column, applies)
        names = (*column.named_by, *column.from_)
        return self._leaf(name, column, source_places(column, self.header), names, column.type or kind, applies)

    def _computed(self, name: str, column: Column, applies: str) -> str:
        compute = COMPUTES[column.compute or ""]
        arguments = [
            self._leaf(name, column, self.header.places(names), names, compute.kind(at), applies)
            for at, names in enumerate(column.of)
        ]
        value = f"try({compute.sql(arguments)})"
        if compute.needs_all and "null" not in arguments:
            has_all = " and ".join(f"{argument} is not null" for argument in arguments)
            leaf = int(arguments[0].removeprefix("v"))
            self.computed.setdefault(name, []).append((leaf, f"{applies} and {has_all}", value))
        return value

    def _leaf(self, name: str, column: Column, places: list[int], names: Iterable[str], kind: str, applies: str) -> str:
        if not places and column.default is None:
            return "null"
        allowed = allowed_values(self.table, name) if kind == "enumeration" and not column.type else ()
        zone, zone_from = self._zone(column, places, names) if kind in MOMENTS else (COMPANY, "")
        leaf = Leaf(len(self.leaves), name, column, kind, tuple(places), applies, allowed, zone, zone_from)
        self.leaves.append(leaf)
        return f"v{leaf.number}"

    def _zone(self, column: Column, places: Sequence[int], names: Iterable[str]) -> tuple[str, str]:
        """The zone of times without one, and where it was found: what the column says, its header, its source."""
        if column.zone:
            found = declared_zone(column.zone, names, places, self.header)
            where = {"header": "the header", "questions": "the question row"}.get(column.zone, "the source")
            return (found, where) if found else (COMPANY, "the workspace")
        if shown := in_header(places, self.header):
            return shown, "the header"
        zone = self.file.source.zone
        found = declared_zone(zone, names, places, self.header)
        return (found, "the source") if found else (COMPANY, "the workspace")

    def all(self, conditions: Iterable[Condition]) -> str:
        """SQL of whether every condition holds, over the cleaned cells."""
        return " and ".join(self._condition(condition) for condition in conditions) or "true"

    def _condition(self, condition: Condition) -> str:
        cell = self._cell(condition.column)
        if condition.one_of is not None:
            return is_one_of(f"lower({cell})", [one.lower() for one in condition.one_of])
        if condition.none_of is not None:
            return "not " + is_one_of(f"lower({cell})", [one.lower() for one in condition.none_of])
        if condition.unlike is not None:
            return f"{cell} <> {self._cell(condition.unlike)}"
        if condition.empty is not None:
            return f"{cell} {'=' if condition.empty else '<>'} ''"
        return f"regexp_matches({cell}, {quoted(condition.matches or '')}, 'i')"

    def _cell(self, names: Iterable[str]) -> str:
        places = self.header.places(names)
        self.cells.update(places)
        return f"coalesce({', '.join(f't{place}' for place in places)}, '')" if places else "''"


def planned(file: Recognised, table_map: TableMap) -> Plan:
    """The plan of one table of a file."""
    plan = Plan(file, table_map)
    for name in plan.table.columns:
        column = table_map.columns.get(name)
        plan.values[name] = plan.column(name, column, kind_of(plan.table, name)) if column else "null"
    plan.values[UPDATED] = plan.column(UPDATED, table_map.updated_at, "instant") if table_map.updated_at else "null"
    return plan


def _combined(cells: Sequence[str], column: Column) -> str:
    """The first cell with text; of a list, every cell with text."""
    if len(cells) < 2:
        return next(iter(cells), "null::varchar")
    if column.type == "list":
        return f"nullif(concat_ws({quoted(column.separator or ';')}, {', '.join(cells)}), '')"
    return f"coalesce({', '.join(cells)})"
