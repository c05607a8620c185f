"""The source whose headers are the canonical names themselves, made from the table contracts."""

from schemas.sources.vocabulary import Column, FileMap, Source, TableMap
from schemas.tables import TABLES, Table

SYSTEM = "canonical"


def canonical_source() -> Source:
    """A source with one file per canonical table; times without a zone are the company's."""
    return Source(
        system=SYSTEM,
        title="Bellwether's own tables",
        notes=(
            "For a team with a warehouse or sheets of its own: a file whose headers are these names needs no mapping.",
            "Only the columns with \\* are needed; the order does not matter.",
        ),
        zone="company",
        file=tuple(_file(table) for table in TABLES.values()),
    )


def _file(table: Table) -> FileMap:
    columns = {name: Column.model_validate({"from": name}) for name in table.columns}
    return FileMap(
        name=table.name,
        identified_by=table.required or tuple(table.columns),
        table=(TableMap(table=table.name, columns=columns),),
    )
