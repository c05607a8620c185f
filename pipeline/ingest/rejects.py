"""Why a record is not accepted: one line per reason, with the record, the column, the value and what to do."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.ingest.contract import quoted_name
from pipeline.ingest.landing import Broken
from pipeline.ingest.redaction import FORGOTTEN
from pipeline.ingest.remedies import remedy_for
from pipeline.warehouse import Warehouse
from schemas.sources import TableMap
from schemas.tables import Table

Rejects = pl.DataFrame
About = Mapping[str, int | str]

NONE = pl.DataFrame(
    schema={
        "_file_no": pl.Int64,
        "_piece": pl.Int64,
        "table_name": pl.String,
        "_record": pl.Int64,
        "_line": pl.Int64,
        "column_name": pl.String,
        "rule": pl.String,
        "value": pl.String,
        "remedy": pl.String,
        "is_aside": pl.Boolean,
    }
)
ASIDE = {
    "blank_row": "Nothing to do: the row is empty.",
    "repeated_header": "Nothing to do: the row repeats the header.",
    "footer": "Nothing to do: the line belongs to the report, not to its rows.",
    "not_selected": "Nothing to do: no table takes rows like this one.",
    "forgotten": "Nothing to do: the row is of an account or person that was forgotten.",
    "superseded": "Nothing to do: a later version of the record is in the same export.",
}


def as_rejects(rows: pl.DataFrame, about: About) -> Rejects:
    """Rows with some of the columns of a reject, completed."""
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in about.items())
    missing = [name for name in NONE.columns if name not in rows.columns]
    filled = rows.with_columns(pl.lit(None).alias(name) for name in missing)
    return filled.select(NONE.columns).cast(NONE.schema).with_columns(pl.col("is_aside").fill_null(False))


def set_aside_rows(warehouse: Warehouse, name: str, about: About, table_map: TableMap) -> Rejects:
    """Rows that are no facts by a rule of the source: previews, totals, blank rows."""
    rows = warehouse.frame(
        f"select _record, _line, _set_aside as rule from {name} where _set_aside is not null order by _record"
    )
    remedies = ASIDE | {rule.rule: rule.remedy for rule in table_map.set_aside}
    remedy = pl.col("rule").replace_strict(remedies, default="", return_dtype=pl.String)
    return as_rejects(rows.with_columns(remedy=remedy, is_aside=True), about)


def misread_rows(warehouse: Warehouse, name: str, about: About, table: Table, system: str) -> Rejects:
    """Cells that had text and have no value: unreadable, an unknown value, an id that Excel destroyed."""
    rows = warehouse.frame(
        f"""
        select _record, _line, problem."column" as column_name, problem.rule, problem."value", problem.kind
        from (select _record, _line, unnest(_problems) as problem from {name} where len(_problems) > 0)
        order by _record, column_name
        """
    )
    remedies = [
        remedy_for(str(row["rule"]), str(row["column_name"]), str(row["kind"]), table, system)
        for row in rows.to_dicts()
    ]
    return as_rejects(rows.with_columns(pl.Series("remedy", remedies, pl.String)), about)


def unkeyed_rows(warehouse: Warehouse, name: str, about: About, table: Table) -> Rejects:
    """Deleted records without the key that would say what was deleted."""
    nameless = [key for key in table.keys if not table.schema.columns[key].nullable]
    if not nameless:
        return NONE
    missing = " or ".join(f"{quoted_name(key)} is null" for key in nameless)
    rows = warehouse.frame(
        f"select _record, _line, 'required' as rule from {name} "
        f"where _is_deleted and _set_aside is null and ({missing})"
    )
    return as_rejects(rows.with_columns(column_name=pl.lit(nameless[0])), about)


def structural_rows(broken: Sequence[Broken], about: About, footer: Sequence[str]) -> Rejects:
    """Records that do not fit the header; lines that the source knows as a footer are set aside."""
    rows: list[tuple[int, int, str, str | None, str, bool]] = []
    for one in broken:
        if one.reason == FORGOTTEN:
            rows.append((one.record, one.line, "forgotten", None, ASIDE["forgotten"], True))
            continue
        is_footer = any(re.search(pattern, one.text) for pattern in footer)
        rule = "footer" if is_footer else "broken_record"
        remedy = ASIDE["footer"] if is_footer else f"It has {one.reason}; export again, or correct this line."
        rows.append((one.record, one.line, rule, one.text[:500], remedy, is_footer))
    schema = {name: NONE.schema[name] for name in ("_record", "_line", "rule", "value", "remedy", "is_aside")}
    return as_rejects(pl.DataFrame(rows, schema=schema, orient="row"), about)


def unselected_rows(warehouse: Warehouse, view: str, names: Sequence[str], about: About) -> Rejects:
    """Records that no table of the source takes."""
    taken = " union all ".join(f"select _record from {name}" for name in names)
    rows = warehouse.frame(f"select _record, _line from {view} anti join ({taken}) using (_record) order by _record")
    return as_rejects(
        rows.with_columns(rule=pl.lit("not_selected"), remedy=pl.lit(ASIDE["not_selected"]), is_aside=True), about
    )
