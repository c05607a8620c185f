"""One file explained: what it was taken for, how it is written, how each column is read, what would become of its rows.

Everything happens in a warehouse of its own that is thrown away: nothing is loaded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import QualityGate
from pipeline.ingest.columns import names_of
from pipeline.ingest.commit import file_id
from pipeline.ingest.deliveries import Arrival, Delivery, dated, delivery
from pipeline.ingest.find import Refused
from pipeline.ingest.landing import drop_landed, landed
from pipeline.ingest.layouts import Match, layouts_of
from pipeline.ingest.load import Loaded, load
from pipeline.ingest.recognise import Unrecognised, unmapped
from pipeline.ingest.remedies import BY_RULE
from pipeline.ingest.single import arrivals_in, called
from pipeline.ingest.sql_text import quoted
from pipeline.ingest.store import create_tables
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source

RUNNERS_UP = 3
MISREAD = ("unreadable", "unknown_value", *BY_RULE)
REJECTS = """
    select table_name, column_name, rule, count(distinct _line) as records, min(_line) as first_line,
        arg_min(value, _line) as first_value, arg_min(remedy, _line) as remedy
    from reasons group by all order by table_name, column_name nulls last, rule
"""


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """One column of the file: what it fills, as what and how it was read, how many cells are empty or unreadable."""

    header: str
    fills: tuple[str, ...]
    kind: str
    how: str
    empty: int
    unreadable: int
    first_unreadable_line: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one file, or of one table inside it; `note` says why it would not be loaded, if so."""

    path: str
    status: str
    note: str = ""
    source: str = ""
    export: str = ""
    confidence: str = ""
    certainty: str = ""
    runners_up: tuple[str, ...] = ()
    exported_at: str = ""
    encoding: str = ""
    delimiter: str = ""
    remarks: tuple[str, ...] = ()
    header_line: int | None = None
    records: int = 0
    damaged: int = 0
    columns: tuple[ColumnLook, ...] = ()
    unmapped: tuple[str, ...] = ()
    counts: tuple[Mapping[str, Any], ...] = ()
    rejects: tuple[Mapping[str, Any], ...] = ()


def looked_at(path: Path, workspace: Workspace, sources: Mapping[str, Source], as_of: date) -> list[Look]:
    """What every table in a file would become; UsageError when there is no such file."""
    workspace.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=workspace.var, prefix=".look.") as folder:
        work = Path(folder, "staged")
        with open_warehouse(Path(folder, "warehouse.duckdb"), [work]) as warehouse:
            create_tables(warehouse)
            arrivals = arrivals_in(path, called(path, workspace.exports), work)
            return [_look(warehouse, one, workspace, sources, as_of) for one in arrivals]


def _look(
    warehouse: Warehouse, one: Arrival | Refused, workspace: Workspace, sources: Mapping[str, Source], as_of: date
) -> Look:
    if isinstance(one, Refused):
        return Look(one.path, "refused", one.reason)
    if one.text is None:
        return Look(one.path, "ignored", "is empty")
    zone = workspace.settings.company.time_zone
    try:
        found = delivery(one, sources, zone)
        if isinstance(found, Unrecognised):
            return Look(one.path, "unknown", found.reason, encoding=one.snapshot.encoding)
        described = _described(found, sources)
        if not found.file.file.table:
            return replace(described, status="ignored", note="nothing of this export is loaded")
        [found] = dated(warehouse, [found], as_of, zone)
        described = replace(described, exported_at=found.exported_at.isoformat())
        if missing := found.missing():
            return replace(described, status="failed", note=f"has no column for {', '.join(missing)}")
        return _read(warehouse, found, described, workspace)
    except QualityGate as gate:
        return Look(one.path, "failed", gate.message, encoding=one.snapshot.encoding)


def _described(one: Delivery, sources: Mapping[str, Source]) -> Look:
    records = one.text.records
    taken_for, *others = _ranked(one, sources)
    return Look(
        path=one.path,
        status="would be loaded",
        source=one.system,
        export=one.export,
        confidence=one.file.confidence,
        certainty=taken_for,
        runners_up=tuple(others),
        encoding=one.arrival.snapshot.encoding,
        delimiter=records.delimiter,
        remarks=(*one.text.remarks, *one.file.remarks),
        header_line=_line(one, one.file.header_record),
        records=max(0, records.count - one.file.first_record),
        damaged=len(one.text.damaged),
        unmapped=unmapped(one.file),
    )


def _ranked(one: Delivery, sources: Mapping[str, Source]) -> list[str]:
    """How well the file's header fits what it was taken for, and the next best."""
    found = layouts_of(sources).matches(one.text.first_records(), one.file.header_record)
    own = f"{one.system} {one.export}"
    ranked = sorted(found, key=lambda match: (match.layout.name != own, -match.score, match.layout.name))
    mine, *others = [match for match in ranked if match.found][: 1 + RUNNERS_UP]
    return [_in_words(mine), *(f"{match.layout.name}: {_in_words(match)}" for match in others)]


def _in_words(match: Match) -> str:
    return f"{match.found:.0%} of the headers that mark it, {match.known:.0%} of the columns known"


def _read(warehouse: Warehouse, one: Delivery, described: Look, workspace: Workspace) -> Look:
    identity = file_id(one.arrival.snapshot.content_hash, one.exported_at.isoformat())
    empty = _empty_cells(warehouse, one)
    with warehouse.transaction():
        loaded = load(warehouse, [one], [identity], workspace.settings.company.time_zone)
        rejects, misread = warehouse.frame(REJECTS), _misread(warehouse, one)
    status, note = _judged(loaded, workspace)
    return replace(
        described,
        status=status,
        note=note,
        columns=tuple(_columns(one, loaded, empty, misread)),
        counts=tuple(loaded.counts.drop("_file_no").to_dicts()),
        rejects=tuple(rejects.to_dicts()),
    )


def _judged(loaded: Loaded, workspace: Workspace) -> tuple[str, str]:
    """Whether the share of rejects would let the file in."""
    quality = workspace.settings.quality
    for row in loaded.counts.to_dicts():
        limit, bad = quality.tables.get(row["table_name"], quality.max_reject_pct), row["rejected"] - row["set_aside"]
        if bad * 100 > limit * row["rows_read"]:
            read = f"{bad} of {row['rows_read']} rows for {row['table_name']}"
            return "would fail", f"{read} cannot be used, over the limit of {limit:g}%; nothing would be applied"
    return "would be loaded", ""


def _empty_cells(warehouse: Warehouse, one: Delivery) -> list[int]:
    """How many cells of each column are empty."""
    data = landed(warehouse, one.text, one.file, "looked")
    places = range(len(one.file.header.names))
    counted = ", ".join(f"count(*) filter (trim(coalesce(c{place}, '')) = '') as c{place}" for place in places)
    counts = warehouse.frame(f"select {counted} from {data.view}").row(0)
    drop_landed(warehouse, "looked")
    return [int(count) for count in counts]


def _misread(warehouse: Warehouse, one: Delivery) -> dict[int, tuple[int, int]]:
    """Of the columns with cells that could not be read, by place: how many records, and the line of the first."""
    targets = [(place, *target) for place, fills in _fills(one).items() for target in fills]
    schema = {"place": pl.Int64, "table_name": pl.String, "column_name": pl.String}
    with warehouse.lending("targets", pl.DataFrame(targets, schema=schema, orient="row")):
        found = warehouse.frame(
            f"""
            select place, count(distinct _line) as records, min(_line) as first_line
            from reasons inner join targets using (table_name, column_name)
            where rule in ({", ".join(quoted(rule) for rule in MISREAD)})
            group by place
            """
        )
    return {place: (records, line) for place, records, line in found.rows()}


def _columns(
    one: Delivery, loaded: Loaded, empty: Sequence[int], misread: Mapping[int, tuple[int, int]]
) -> Iterator[ColumnLook]:
    fills = _fills(one)
    read = {(row["table_name"], row["column_name"]): row for row in loaded.readings.to_dicts()}
    for place, header in enumerate(one.file.header.names):
        targets = fills.get(place, ())
        names = [f"{table}.{column}" for table, column in targets]
        told = [read[target] for target in targets if target in read]
        unreadable, first_line = misread.get(place, (0, None))
        yield ColumnLook(
            header=header,
            fills=tuple(names),
            kind=", ".join(dict.fromkeys(row["kind"] for row in told)),
            how="; ".join(dict.fromkeys(row["how"] for row in told if row["how"])),
            empty=empty[place],
            unreadable=unreadable,
            first_unreadable_line=first_line,
        )


def _fills(one: Delivery) -> dict[int, tuple[tuple[str, str], ...]]:
    """The canonical columns that each column of the file goes into."""
    fills: dict[int, list[tuple[str, str]]] = {}
    for table in one.file.file.table:
        for name, column in table.columns.items():
            for place in one.file.header.places(names_of(column)):
                fills.setdefault(place, []).append((table.table, name))
    return {place: tuple(dict.fromkeys(targets)) for place, targets in fills.items()}


def _line(one: Delivery, record: int) -> int:
    return int(one.text.records.lines(np.array([record]))[0])
