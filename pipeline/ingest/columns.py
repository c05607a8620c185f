"""Which of a file's columns a source looks for, and whether they are there."""

import re
from collections.abc import Iterator

from pipeline.ingest.computes import COMPUTES
from pipeline.ingest.headers import Header
from schemas.sources import Column, Condition, FileMap, TableMap
from schemas.tables import TABLES


def missing_columns(table_map: TableMap, header: Header) -> tuple[str, ...]:
    """The required canonical columns for which the file has no column, each with the headers looked for."""
    if takes_no_rows(table_map, header):
        return ()
    required = TABLES[table_map.table].required
    return tuple(
        f"{name} (looked for {', '.join(names_of(table_map.columns.get(name))) or 'nothing'})"
        for name in required
        if name not in table_map.columns or not is_filled(table_map.columns[name], header)
    )


def takes_no_rows(table_map: TableMap, header: Header) -> bool:
    """Whether the table wants only rows with text in a column that the file does not have."""
    return any(_wants_text(test) and not header.places(test.column) for test in table_map.where)


def _wants_text(test: Condition) -> bool:
    if test.one_of is not None:
        return "" not in test.one_of
    if test.matches is not None:
        return not re.search(test.matches, "")
    return test.empty is False


def names_of(column: Column | None) -> list[str]:
    """Every header that the column looks for."""
    if column is None:
        return []
    own = [*column.from_, *column.named_by, *(name for argument in column.of for name in argument)]
    tested = [name for condition in column.when for name in condition.column]
    return own + tested + names_of(column.otherwise)


def columns_of(file: FileMap) -> Iterator[Column]:
    """Every column of the file's tables, with those that stand in for it."""
    for table in file.table:
        for column in [*table.columns.values(), *([table.updated_at] if table.updated_at else [])]:
            yield from _with_others(column)


def _with_others(column: Column) -> Iterator[Column]:
    yield column
    if column.otherwise:
        yield from _with_others(column.otherwise)


def is_filled(column: Column, header: Header) -> bool:
    """Whether the file has what the column needs."""
    if column.constant is not None or column.default is not None or source_places(column, header):
        return True
    if column.compute:
        present = [bool(header.places(names)) for names in column.of]
        return all(present) if COMPUTES[column.compute].needs_all else any(present)
    return bool(column.otherwise and is_filled(column.otherwise, header))


def source_places(column: Column, header: Header) -> list[int]:
    """The places of the cells that the column is read from; a list takes every column of a repeated name."""
    stars = (header.star(pattern) for pattern in column.named_by)
    named = next(([star] for star in stars if star and header.has(star)), [])
    return header.places([*named, *column.from_], every=column.type == "list")
