"""Which of a file's columns a source looks for, and whether they are there."""

from pipeline.ingest.computes import COMPUTES
from pipeline.ingest.headers import Header
from schemas.sources import Column, TableMap
from schemas.tables import TABLES


def missing_columns(table_map: TableMap, header: Header) -> tuple[str, ...]:
    """The required canonical columns for which the file has no column, each with the headers looked for."""
    required = TABLES[table_map.table].required
    return tuple(
        f"{name} (looked for {', '.join(names_of(table_map.columns.get(name))) or 'nothing'})"
        for name in required
        if name not in table_map.columns or not is_filled(table_map.columns[name], header)
    )


def names_of(column: Column | None) -> list[str]:
    """Every header that the column looks for."""
    if column is None:
        return []
    own = [*column.from_, *column.named_by, *(name for argument in column.of for name in argument)]
    tested = [name for condition in column.when for name in condition.column]
    return own + tested + names_of(column.otherwise)


def is_filled(column: Column, header: Header) -> bool:
    """Whether the file has what the column needs."""
    if column.constant is not None or column.default is not None or source_places(column, header):
        return True
    if column.compute:
        present = [bool(header.places(names)) for names in column.of]
        return all(present) if COMPUTES[column.compute].needs_all else any(present)
    return bool(column.otherwise and is_filled(column.otherwise, header))


def source_places(column: Column, header: Header) -> list[int]:
    """The places of the cells that the column is read from."""
    stars = (header.star(pattern) for pattern in column.named_by)
    named = next(([star] for star in stars if star and header.has(star)), [])
    return header.places([*named, *column.from_])
