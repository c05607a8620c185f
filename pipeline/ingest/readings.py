"""How each column of a recognised file was read, in words: for `doctor FILE` and the quality page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.columns import names_of
from pipeline.ingest.dates import Decided, Evidence, format_order
from pipeline.ingest.moments import Order, Style
from pipeline.ingest.plan import UPDATED, Leaf, Plan, planned
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.zones import COMPANY, zone_name
from schemas.sources import Column, Source, TableMap

CONSTANT, COMPUTED, ABSENT = "constant", "computed", "absent"
_UNITS = {"seconds": "bare numbers are seconds", "hours": "bare numbers are hours", "days": "bare numbers are days"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one canonical column was read from: the headers, the kind of text, and what was decided about it.

    `how` is empty where there was nothing to decide. A column that takes several texts has one reading for each.
    """

    table: str
    column: str
    header: str
    kind: str
    how: str


def readings(file: Recognised, decided: Sequence[Decided], company_zone: str) -> tuple[Reading, ...]:
    """How every column of the file's tables is read. `decided` has one value for each of the tables, in their order."""
    return tuple(
        reading
        for table_map, one in zip(file.file.table, decided, strict=True)
        for reading in _of_table(file, table_map, one, company_zone)
    )


def _of_table(file: Recognised, table_map: TableMap, decided: Decided, company_zone: str) -> Iterator[Reading]:
    plan = planned(file, table_map)
    columns: Mapping[str, Column] = table_map.columns | (
        {UPDATED: table_map.updated_at} if table_map.updated_at else {}
    )
    for name, column in columns.items():
        leaves = [leaf for leaf in plan.leaves if leaf.column == name]
        if not leaves:
            yield _without_cell(table_map.table, name, column)
        for leaf in leaves:
            words = _words(leaf, decided, file.source, company_zone)
            yield Reading(table_map.table, name, _headers(plan, leaf), leaf.kind, "; ".join(words))


def _without_cell(table: str, name: str, column: Column) -> Reading:
    if column.constant is not None:
        return Reading(table, name, "", CONSTANT, f"always {column.constant}")
    return Reading(
        table, name, "", ABSENT, f"no such header; looked for {', '.join(dict.fromkeys(names_of(column))) or 'none'}"
    )


def _headers(plan: Plan, leaf: Leaf) -> str:
    return ", ".join(dict.fromkeys(plan.header.names[place].strip() for place in leaf.places))


def _words(leaf: Leaf, decided: Decided, source: Source, company_zone: str) -> Iterator[str]:
    """What was decided or declared about the leaf's texts."""
    spec, style = leaf.spec, decided.style(leaf, source)
    evidence = decided.evidence.get(leaf.number, Evidence())
    if spec.compute:
        yield f"argument of {spec.compute}"
    if spec.when or leaf.applies != "true":
        yield "for the rows that nothing else fills" if "is null" in leaf.applies else "for some rows only"
    if leaf.is_moment:
        yield from _moment_words(leaf, style, evidence, company_zone)
    if style.decimal == ",":
        yield (
            "decimal comma"
            if "decimal" in spec.model_fields_set
            else f"decimal comma: {evidence.comma} values prove it"
        )
    if leaf.kind == "duration":
        yield _UNITS.get(spec.unit, "bare numbers are minutes")
    yield from _part_words(spec)


def _moment_words(leaf: Leaf, style: Style, evidence: Evidence, company_zone: str) -> Iterator[str]:
    if style.epoch:
        yield {"s": "seconds since 1970", "ms": "milliseconds since 1970"}[style.epoch]
    elif evidence.numeric or format_order(leaf.spec) != "undecided":
        yield _order_words(leaf.spec, style.order, evidence)
    if leaf.kind == "instant":
        zone = company_zone if leaf.zone == COMPANY else zone_name(leaf.zone) or leaf.zone
        yield f"zone {zone}, from {leaf.zone_from}"
    if leaf.spec.local_day:
        yield "the local day of a time; midnight stays its day"


def _order_words(spec: Column, order: Order, evidence: Evidence) -> str:
    if order == "contradictory":
        return f"contradictory: {evidence.day} values have the day first, {evidence.month} the month"
    if order == "undecided":
        return f"ambiguous: none of {evidence.numeric} numeric dates says whether the day or the month is first"
    words = f"{order} first"
    if format_order(spec) != "undecided":
        return f"{words}, by the declared format"
    proof = evidence.day if order == "day" else evidence.month
    if proof:
        return f"{words}: {proof} of {evidence.numeric} values decide it"
    return f"{words}, as dates with points are" if evidence.points == evidence.numeric else f"{words}, as declared"


def _part_words(spec: Column) -> Iterator[str]:
    if spec.json_path:
        yield f"{spec.json_path} inside JSON"
    if spec.relation:
        yield f"the {spec.relation} of a relation"
    if spec.range:
        yield f"the {spec.range} of a range"
    if spec.pattern:
        yield f"the part that {spec.pattern} finds"
    if spec.times:
        yield f"times {spec.times}, unless written with %"
    if spec.values:
        yield f"{len(spec.values)} spellings replaced"
    if spec.default is not None:
        yield f"{spec.default} where empty"
