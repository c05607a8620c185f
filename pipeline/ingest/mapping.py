"""The select that makes typed canonical rows of a file's text, generated from one table of a source TOML.

Each canonical column grows from leaves: one leaf per text that is read. A leaf that had text and has no value is a
problem of the row; a row without problems goes on to validation. Most cells are written plainly: their values come
straight from the file, and only the others are trimmed, searched for spellings of nothing and read step by step.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.ingest.cells import clean, fast, is_destroyed, known, one_of, typed
from pipeline.ingest.contract import duckdb_type, quoted_name
from pipeline.ingest.dates import Decided
from pipeline.ingest.headers import plain
from pipeline.ingest.moments import (
    instant,
    local_day,
    localized,
    plain_day,
    plain_instant,
    plain_time,
    trouble,
    written,
)
from pipeline.ingest.money import EXACT, contradicts, mark
from pipeline.ingest.plan import UPDATED, Leaf, planned
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.sql_text import BLANKS, quoted, trimmed
from pipeline.ingest.zones import COMPANY, zone_name
from schemas.sources import TableMap

NO_PROBLEMS = '[]::struct("column" varchar, "rule" varchar, "value" varchar, "kind" varchar)[]'
UNDECIDED = Decided()


@dataclass(frozen=True, slots=True)
class _Problem:
    """A test of a row and what it says when it holds, in SQL but for the column and the kind."""

    test: str
    column: str
    rule: str
    value: str
    kind: str

    @property
    def sql(self) -> str:
        struct = f"'column': {quoted(self.column)}, 'rule': {self.rule}, 'value': {self.value}"
        return f"case when {self.test} then {{{struct}, 'kind': {quoted(self.kind)}}} end"


class Select:
    """Builds the SQL for one table of one recognised file.

    Without `decided`, numeric dates, counts of seconds and decimal commas come out as problems. So where such a select
    finds no problem in days, times and numbers, a look at the whole columns would change nothing.
    """

    def __init__(self, file: Recognised, table_map: TableMap, company_zone: str, decided: Decided = UNDECIDED) -> None:
        self._plan, self._map, self._company_zone = planned(file, table_map), table_map, company_zone
        self._styles = [decided.style(leaf, file.source) for leaf in self._plan.leaves]
        self.table = self._plan.table

    def type_of(self, name: str) -> str:
        """The DuckDB type of a canonical column of this table."""
        return duckdb_type(self.table.columns[name])

    def sql(self, landed: str) -> str:
        """One row per record that the table means: its line, what became of it, and its canonical columns."""
        columns = ",\n  ".join(
            f"try_cast({self._value(name)} as {duckdb_type(dtype)}) as {quoted_name(name)}"
            for name, dtype in self.table.columns.items()
        )
        deleted = self._plan.all(self._map.deleted) if self._map.deleted else "false"
        aside, where = self._set_aside(), self._plan.all(self._map.where)
        return f"""
with trimmed as (
  select *, {self._is_blank()} as _is_blank, {self._is_header()} as _is_header{self._trimmed()}
  from {landed}
),
cells as (select *{self._known()} from trimmed),
taken as (
  select *, {aside} as _set_aside, {deleted} as _is_deleted
  from cells where {where}
),
plain as (select *{self._each(self._plain)} from taken),
straight as (select *{self._each(self._straight)} from plain),
texts as (select *{self._each(self._texts)} from straight),
moments as (select *{self._each(self._moments)} from texts),
leaves as (select *{self._each(self._leaves)} from moments),
marks as (select *{self._each(self._marks)} from leaves)
select _record, _line, _set_aside, _is_deleted,
  ({self._plan.values[UPDATED]})::timestamp as _updated_at,
  {columns},
  {self._problems()} as _problems
from marks"""

    def _each(self, columns_of: Callable[[Leaf], list[str]]) -> str:
        return "".join(f",\n  {column}" for leaf in self._plan.leaves for column in columns_of(leaf))

    def _is_straight(self, leaf: Leaf) -> bool:
        """Whether a plainly written cell is read without trimming it and looking for spellings of nothing."""
        if not leaf.is_straight(self._plan.file.source.nulls):
            return False
        return leaf.is_moment or self._fast(leaf, "c0") is not None

    def _fast(self, leaf: Leaf, cell: str) -> str | None:
        return fast(cell, leaf.kind, leaf.spec, self._styles[leaf.number], self._decimal(leaf))

    def _decimal(self, leaf: Leaf) -> str:
        """The type of an amount: its column's, or an exact one to compute with."""
        is_whole_column = leaf.kind == "money" and not leaf.spec.compute and leaf.column in self.table.columns
        kind = self.type_of(leaf.column) if is_whole_column else EXACT
        return kind if kind.startswith("DECIMAL") else EXACT

    def _zone(self, leaf: Leaf) -> str:
        zone = self._company_zone if leaf.zone == COMPANY else leaf.zone
        return zone_name(zone) or zone

    def _cell_places(self) -> list[int]:
        """The places whose cells are cleaned for all rows."""
        read = {place for leaf in self._plan.leaves if not self._is_straight(leaf) for place in leaf.places}
        return sorted(read | self._plan.cells)

    def _trimmed(self) -> str:
        return "".join(f",\n  {trimmed(f'c{place}')} as x{place}" for place in self._cell_places())

    def _known(self) -> str:
        nulls = self._plan.file.source.nulls
        return "".join(f",\n  {known(f'x{place}', nulls)} as t{place}" for place in self._cell_places())

    def _plain(self, leaf: Leaf) -> list[str]:
        """What is read straight from the file: a value, or a time that still needs its zone."""
        if not self._is_straight(leaf):
            return []
        cell, number = f"c{leaf.places[0]}", leaf.number
        if leaf.kind == "instant":
            return [f"{plain_time(cell)} as m{number}", f"{plain_instant(cell)} as i{number}"]
        if leaf.kind == "date":
            return [f"{plain_time(cell) if leaf.spec.local_day else plain_day(cell)} as m{number}"]
        return [f"{self._fast(leaf, cell)} as f{number}"]

    def _straight(self, leaf: Leaf) -> list[str]:
        if not (self._is_straight(leaf) and leaf.is_moment):
            return []
        number, zone = leaf.number, self._zone(leaf)
        if leaf.kind == "instant":
            return [f"case when i{number} is null then {localized(f'm{number}', zone)} else i{number} end as f{number}"]
        day = local_day(f"m{number}", None, zone, self._company_zone) if leaf.spec.local_day else f"m{number}::date"
        return [f"{day} as f{number}"]

    def _texts(self, leaf: Leaf) -> list[str]:
        """The texts that are meant; of cells that were read already, none."""
        if self._is_straight(leaf):
            cell = f"c{leaf.places[0]}"
            text = leaf.text([clean(cell, self._plan.file.source.nulls)])
            return [f"case when f{leaf.number} is null and {cell} is not null then {text} end as r{leaf.number}"]
        cells = [f"t{place}" for place in leaf.places]
        broken = leaf.broken(cells)
        return [f"{leaf.text(cells)} as r{leaf.number}", *([f"{broken} as b{leaf.number}"] if broken else [])]

    def _moments(self, leaf: Leaf) -> list[str]:
        if not leaf.is_moment:
            return []
        text = f"r{leaf.number}"
        found = written(text, leaf.spec.formats, self._styles[leaf.number])
        return [f"case when {text} is not null then {found} end as p{leaf.number}"]

    def _leaves(self, leaf: Leaf) -> list[str]:
        value = self._read(leaf)
        if leaf.spec.json_path:
            value = f"case when not b{leaf.number} then {value} end"
        if self._is_straight(leaf):
            # Not coalesce: of that, the database would work out parts of the second reading for every row.
            value = f"case when f{leaf.number} is not null then f{leaf.number} else {value} end"
        return [f"{value} as v{leaf.number}"]

    def _read(self, leaf: Leaf) -> str:
        text, style = f"r{leaf.number}", self._styles[leaf.number]
        if leaf.allowed:
            return one_of(text, leaf.allowed)
        if not leaf.is_moment:
            return typed(text, leaf.kind, leaf.spec, style, self._decimal(leaf))
        moment, offset, zone = f"p{leaf.number}.m", f"p{leaf.number}.o", self._zone(leaf)
        if leaf.kind == "instant":
            return instant(moment, offset, zone)
        is_local = leaf.spec.local_day or style.epoch or any(one.startswith("epoch") for one in leaf.spec.formats)
        return local_day(moment, offset, zone, self._company_zone) if is_local else f"{moment}::date"

    def _has_mark(self, leaf: Leaf) -> bool:
        return leaf.kind == "money" and "currency" in self.table.columns

    def _marks(self, leaf: Leaf) -> list[str]:
        """The currencies that amounts name themselves; plainly written ones name none."""
        text = f"r{leaf.number}"
        return [f"case when {text} is not null then {mark(text)} end as k{leaf.number}"] if self._has_mark(leaf) else []

    def _value(self, name: str) -> str:
        """A column's value; an empty currency is filled by the amounts that name one."""
        value = self._plan.values[name]
        marks = [f"nullif(k{leaf.number}, '$')" for leaf in self._plan.leaves if self._has_mark(leaf)]
        return f"coalesce({', '.join([value, *marks])})" if name == "currency" and marks else f"({value})"

    def _set_aside(self) -> str:
        rules = [("blank_row", "_is_blank"), ("repeated_header", "_is_header")]
        rules += [(rule.rule, self._plan.all(rule.where)) for rule in self._map.set_aside]
        return "case " + " ".join(f"when {test} then {quoted(rule)}" for rule, test in rules) + " end"

    def _is_blank(self) -> str:
        cells = ", ".join(f"c{place}" for place in range(len(self._plan.header.names)))
        return f"case when c0 between '!' and '~' then false else trim(concat_ws('', {cells}), {BLANKS}) = '' end"

    def _is_header(self) -> str:
        names = [(place, name) for place, name in enumerate(self._plan.header.names) if plain(name)]
        return " and ".join(f"coalesce(c{place}, '') = {quoted(name)}" for place, name in names[:4]) or "false"

    def _problems(self) -> str:
        """The list of a row's problems; made only for rows that have one."""
        found = [problem for leaf in self._plan.leaves for problem in self._problems_of(leaf)]
        found += [
            _Problem(f"{applies} and {value} is null", name, "'not_computable'", f"v{leaf}::varchar", "text")
            for name, computed in self._plan.computed.items()
            for leaf, applies, value in computed
        ]
        if not found:
            return NO_PROBLEMS
        is_suspect = " or ".join(f"({problem.test})" for problem in found)
        listed = f"list_filter([{', '.join(problem.sql for problem in found)}], lambda p: p is not null)"
        is_fact = "not _is_deleted and _set_aside is null"
        return f"case when {is_fact} and ({is_suspect}) then {listed} else {NO_PROBLEMS} end"

    def _problems_of(self, leaf: Leaf) -> list[_Problem]:
        text, value = f"r{leaf.number}", f"v{leaf.number}"
        found = []
        if leaf.kind != "text" or leaf.spec.json_path:
            test = f"{text} is not null and {value} is null and {leaf.applies}"
            found.append(_Problem(test, leaf.column, self._rule(leaf), text, leaf.kind))
        if self._has_mark(leaf):
            conflict = f"k{leaf.number} is not null and {contradicts(f'k{leaf.number}', self._value('currency'))}"
            found.append(
                _Problem(f"{conflict} and {leaf.applies}", leaf.column, "'currency_conflict'", text, leaf.kind)
            )
        return found

    def _rule(self, leaf: Leaf) -> str:
        if leaf.is_moment:
            return trouble(f"r{leaf.number}", f"p{leaf.number}", self._styles[leaf.number].order)
        if leaf.allowed:
            return "'unknown_value'"
        if leaf.kind == "salesforce_id":
            return f"case when {is_destroyed(f'r{leaf.number}')} then 'destroyed_id' else 'unreadable' end"
        return "'destroyed_id'" if leaf.kind == "id" else "'unreadable'"
