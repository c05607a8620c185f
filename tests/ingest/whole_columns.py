"""One column of texts read the way ingest reads it: whole column first, then cell by cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.ingest.dates import Decided, decided
from pipeline.ingest.headers import Header
from pipeline.ingest.mapping import Select
from pipeline.ingest.plan import planned
from pipeline.ingest.readings import readings
from pipeline.ingest.recognise import Recognised
from pipeline.warehouse import Warehouse
from schemas.sources import Column, FileMap, Source, TableMap

NEW_YORK = "America/New_York"
WHERE = {
    "text": ("accounts", "account_name"),
    "id": ("invoices", "invoice_id"),
    "currency": ("invoices", "currency"),
    "whole": ("usage_daily", "event_count"),
    "number": ("limits", "used"),
    "money": ("invoices", "amount"),
    "boolean": ("accounts", "is_strategic"),
    "date": ("invoices", "issued_on"),
    "instant": ("tickets", "created_at"),
    "enumeration": ("tickets", "status"),
    "duration": ("limits", "used"),
    "list": ("survey_responses", "reasons"),
    "salesforce_id": ("accounts", "account_id"),
}


def file_of(kind: str, spec: Mapping[str, Any], header: str = "value", **source: Any) -> Recognised:
    """A recognised file with one column of texts, mapped to a canonical column of this kind."""
    table, name = WHERE[kind]
    own_type = {"type": kind} if kind in ("duration", "list", "salesforce_id") else {}
    column = Column.model_validate({"from": header, **own_type, **spec})
    file = FileMap(name="sheet", table=(TableMap(table=table, columns={name: column}),))
    return Recognised(Source(system="sheet", title="Sheet", file=(file,), **source), file, Header((header, "row")), 0)


def landed(warehouse: Warehouse, texts: Sequence[str | None]) -> str:
    """A view of the texts as a file's text is landed, each with another cell beside it."""
    rows = pl.DataFrame({"c0": texts}, schema={"c0": pl.String}).with_columns(
        _record=pl.int_range(1, pl.len() + 1), _line=pl.int_range(2, pl.len() + 2), c1=pl.lit("x")
    )
    with warehouse.lending("some_texts", rows):
        warehouse.execute("create or replace temp table landed_texts as select * from some_texts")
    return "landed_texts"


def read(
    warehouse: Warehouse, kind: str, texts: Sequence[str | None], spec: Mapping[str, Any] | None = None, **source: Any
) -> list[str | None]:
    """What each text becomes: its value as text, `!rule` for one that cannot be read, None for nothing."""
    file, view = file_of(kind, spec or {}, **source), landed(warehouse, texts)
    table_map = file.file.table[0]
    sql = Select(file, table_map, NEW_YORK, decided(warehouse, view, file, table_map)).sql(view)
    name = WHERE[kind][1]
    rows = warehouse.frame(
        f"select coalesce('!' || _problems[1].rule, {name}::varchar) as value from ({sql}) order by _record"
    )
    return rows["value"].to_list()


def decision(
    warehouse: Warehouse, kind: str, texts: Sequence[str | None], spec: Mapping[str, Any], **source: Any
) -> str:
    """How the column was read, in words."""
    file, view = file_of(kind, spec, **source), landed(warehouse, texts)
    [reading] = readings(file, [decided(warehouse, view, file, file.file.table[0])], NEW_YORK)
    return reading.how


def is_left_open(warehouse: Warehouse, kind: str, texts: Sequence[str | None]) -> bool:
    """Whether a select without a look at the whole column has a problem with any of the texts."""
    file, view = file_of(kind, {}), landed(warehouse, texts)
    sql = Select(file, file.file.table[0], NEW_YORK, Decided()).sql(view)
    return bool(warehouse.value(f"select count(*) from ({sql}) where len(_problems) > 0"))


def leaf_count(kind: str) -> int:
    """How many texts the one column is read from."""
    file = file_of(kind, {})
    return len(planned(file, file.file.table[0]).leaves)
