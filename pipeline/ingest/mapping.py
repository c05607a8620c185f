"""The select that makes typed canonical rows of a file's text, generated from one table of a source TOML.

Each canonical column grows from leaves: one leaf per text that is read. A leaf that had text and has no value is a
problem of the row; a row without problems goes on to validation.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.ingest.cells import BLANKS, is_one_of, known, meant, one_of, quoted, trimmed, typed
from pipeline.ingest.columns import source_places
from pipeline.ingest.computes import COMPUTES
from pipeline.ingest.contract import allowed_values, duckdb_type, kind_of, quoted_name
from pipeline.ingest.headers import plain
from pipeline.ingest.recognise import Recognised
from schemas.sources import Column, Condition, TableMap
from schemas.tables import TABLES


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text that a column is read from."""

    column: str
    text: str
    value: str
    kind: str
    rule: str
    applies: str


class Select:
    """Builds the SQL for one table of one recognised file."""

    def __init__(self, file: Recognised, table_map: TableMap, company_zone: str) -> None:
        self.table = TABLES[table_map.table]
        self._file, self._map, self._company_zone = file, table_map, company_zone
        self._leaves: list[Leaf] = []
        self._places: set[int] = set()

    def sql(self, landed: str) -> str:
        """One row per record that the table means: its line, what became of it, and its canonical columns."""
        values = {name: self._column(name) for name in self.table.columns}
        updated = self._value("_updated_at", self._map.updated_at, "instant") if self._map.updated_at else "null"
        aside, deleted = self._set_aside(), self._all(self._map.deleted) if self._map.deleted else "false"
        where = self._all(self._map.where) if self._map.where else "true"
        columns = ",\n  ".join(
            f"({values[name]})::{duckdb_type(dtype)} as {quoted_name(name)}"
            for name, dtype in self.table.columns.items()
        )
        return f"""
with trimmed as (
  select _record, _line, {self._is_blank()} as _is_blank, {self._is_header()} as _is_header{self._trimmed()}
  from {landed}
),
cells as (select _record, _line, _is_blank, _is_header{self._cells()} from trimmed),
texts as (
  select *, {aside} as _set_aside, {deleted} as _is_deleted{self._texts()}
  from cells where {where}
),
leaves as (select *{self._values()} from texts)
select _record, _line, _set_aside, _is_deleted,
  ({updated})::timestamp as _updated_at,
  {columns},
  {self._problems()} as _problems
from leaves"""

    def type_of(self, name: str) -> str:
        """The DuckDB type of a canonical column of this table."""
        return duckdb_type(self.table.columns[name])

    def _column(self, name: str) -> str:
        column = self._map.columns.get(name)
        return self._value(name, column, kind_of(self.table, name)) if column else "null"

    def _value(self, name: str, column: Column, kind: str, applies: str = "true") -> str:
        """SQL of the column's value over the leaves, which are added on the way."""
        if column.when:
            condition = self._all(column.when)
            applies, outside = f"{applies} and ({condition})", f"{applies} and not ({condition})"
        if column.constant is not None:
            value = quoted(column.constant)
        elif column.compute:
            value = self._computed(name, column, applies)
        else:
            value = self._leaf(name, column, source_places(column, self._file.header), column.type or kind, applies)
        if column.when:
            other = self._value(name, column.otherwise, kind, outside) if column.otherwise else "null"
            return f"case when {condition} then {value} else {other} end"
        if column.otherwise:
            return f"coalesce({value}, {self._value(name, column.otherwise, kind, f'{applies} and ({value}) is null')})"
        return value

    def _computed(self, name: str, column: Column, applies: str) -> str:
        compute = COMPUTES[column.compute or ""]
        leaves = []
        for at, names in enumerate(column.of):
            places = self._file.header.places(names)
            leaves.append(self._leaf(name, column, places, compute.kind(at), applies))
        return compute.sql(leaves)

    def _leaf(self, name: str, column: Column, places: list[int], kind: str, applies: str) -> str:
        if not places and column.default is None:
            return "null"
        self._places.update(places)
        text = meant(_combined(places, column), column)
        number = len(self._leaves)
        if kind == "enumeration" and not column.type:
            value, rule = one_of(f"r{number}", allowed_values(self.table, name)), "unknown_value"
        else:
            value = typed(f"r{number}", kind, column, self._zone(column, places), self._company_zone)
            rule = "destroyed_id" if kind in ("id", "salesforce_id") else "unreadable"
        self._leaves.append(Leaf(name, text, value, kind, rule, applies))
        return f"v{number}"

    def _zone(self, column: Column, places: list[int]) -> str:
        zone = column.zone or self._file.source.zone
        if zone == "header":
            zone = next((star for name in column.from_ if (star := self._file.header.star(name))), "company")
        if zone == "questions":
            zone = self._zone_in_labels(places) or "company"
        return self._company_zone if zone == "company" else "UTC" if zone in ("Z", "GMT") else zone

    def _zone_in_labels(self, places: list[int]) -> str | None:
        for row in self._file.header.labels:
            for place in places:
                if place < len(row) and row[place].startswith("{"):
                    return _json_value(row[place], "timeZone")
        return None

    def _all(self, conditions: Iterable[Condition]) -> str:
        return " and ".join(self._condition(condition) for condition in conditions)

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
        places = self._file.header.places(names)
        self._places.update(places)
        return f"coalesce({', '.join(f'c{place}' for place in places)}, '')" if places else "''"

    def _set_aside(self) -> str:
        rules = [("blank_row", "_is_blank"), ("repeated_header", "_is_header")]
        rules += [(rule.rule, self._all(rule.where)) for rule in self._map.set_aside]
        return "case " + " ".join(f"when {test} then {quoted(rule)}" for rule, test in rules) + " end"

    def _is_blank(self) -> str:
        cells = ", ".join(f"c{place}" for place in range(len(self._file.header.names)))
        return f"trim(concat_ws('', {cells}), {BLANKS}) = ''"

    def _is_header(self) -> str:
        names = [(place, name) for place, name in enumerate(self._file.header.names) if plain(name)]
        return " and ".join(f"coalesce(c{place}, '') = {quoted(name)}" for place, name in names[:4])

    def _trimmed(self) -> str:
        return "".join(f",\n  {trimmed(f'c{place}')} as c{place}" for place in sorted(self._places))

    def _cells(self) -> str:
        nulls = self._file.source.nulls
        return "".join(f",\n  {known(f'c{place}', nulls)} as c{place}" for place in sorted(self._places))

    def _texts(self) -> str:
        return "".join(f",\n  {leaf.text} as r{number}" for number, leaf in enumerate(self._leaves))

    def _values(self) -> str:
        return "".join(f",\n  {leaf.value} as v{number}" for number, leaf in enumerate(self._leaves))

    def _problems(self) -> str:
        found = [
            f"case when r{number} is not null and v{number} is null and {leaf.applies} "
            f"then {{'column': {quoted(leaf.column)}, 'rule': {quoted(leaf.rule)}, 'value': r{number}, "
            f"'kind': {quoted(leaf.kind)}}} end"
            for number, leaf in enumerate(self._leaves)
            if leaf.value != f"r{number}"
        ]
        listed_problems = f"list_filter([{', '.join(found)}], lambda p: p is not null)" if found else NO_PROBLEMS
        return f"case when _is_deleted or _set_aside is not null then {NO_PROBLEMS} else {listed_problems} end"


def _combined(places: list[int], column: Column) -> str:
    """The first cell with text; of a list, every cell with text."""
    cells = ", ".join(f"c{place}" for place in places)
    if len(places) < 2:
        return cells or "null::varchar"
    if column.type == "list":
        return f"nullif(concat_ws({quoted(column.separator or ';')}, {cells}), '')"
    return f"coalesce({cells})"


NO_PROBLEMS = '[]::struct("column" varchar, "rule" varchar, "value" varchar, "kind" varchar)[]'


def _json_value(text: str, key: str) -> str | None:
    try:
        value: Mapping[str, object] = json.loads(text)
    except json.JSONDecodeError:
        return None
    found = value.get(key)
    return str(found) if found else None
