"""The files of `sql/` as DuckDB's own parser sees them: one select is one table, its folder is the layer.

The order within a layer follows from what each select reads; nothing is declared twice.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY

SQL = REPOSITORY / "sql"
LAYERS = ("staging", "intermediate", "marts", "checks")
TABLE_NAME = re.compile(r"(?:meta|accepted|rejected|staging|intermediate|marts|checks|scores)\.\w+")


@dataclass(frozen=True, slots=True)
class Select:
    """One file: `layer.name` is the table that its select becomes."""

    layer: str
    name: str
    sql: str

    @property
    def table(self) -> str:
        return f"{self.layer}.{self.name}"


def selects(folder: Path = SQL) -> list[Select]:
    """Every select of `sql/`, layer by layer, by name."""
    return [
        Select(layer, path.stem, path.read_text(encoding="utf-8").rstrip())
        for layer in LAYERS
        for path in sorted((folder / layer).glob("*.sql"))
    ]


def macros() -> str:
    """The statements that define the words which every layer shares."""
    return (SQL / "macros.sql").read_text(encoding="utf-8")


def references(warehouse: Warehouse, sql: list[str]) -> list[set[str]]:
    """For each select the tables, as schema.name, that it reads, also through macros that are given a table's name."""
    parsed = warehouse.frame("select json_serialize_sql(sql) as tree from (select unnest(?) as sql)", [sql])
    return [_tables_read(json.loads(tree)) for tree in parsed["tree"]]


def in_order(warehouse: Warehouse, files: list[Select]) -> list[Select]:
    """The selects with each after those that it reads; layers stay in their order."""
    by_table = {select.table: select for select in files}
    reads = references(warehouse, [select.sql for select in files])
    graph = {select.table: sorted(read & by_table.keys()) for select, read in zip(files, reads, strict=True)}
    ordered = (by_table[table] for table in TopologicalSorter(graph).static_order())
    return sorted(ordered, key=lambda select: LAYERS.index(select.layer))


def _tables_read(tree: dict[str, Any]) -> set[str]:
    if tree.get("error"):
        raise ValueError(f"a select cannot be parsed: {tree['error_message']}")
    return {name for node in _nodes(tree) for name in _tables_of(node)}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(value)


def _tables_of(node: dict[str, Any]) -> list[str]:
    if node.get("type") == "BASE_TABLE" and node["schema_name"]:
        return [f"{node['schema_name']}.{node['table_name']}"]
    literal = node.get("literal")
    text = str(literal.get("text", "")) if isinstance(literal, dict) else ""
    return [text] if TABLE_NAME.fullmatch(text) else []
