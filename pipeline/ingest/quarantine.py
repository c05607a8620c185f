"""What was set aside, looked at: counts by rule, single records with their reasons, and the files they stand in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import RunFailed
from pipeline.ingest.corrections import as_corrected, is_correction
from pipeline.ingest.deliveries import Delivery, delivery
from pipeline.ingest.find import Found
from pipeline.ingest.guard import Guard
from pipeline.ingest.intake import arrival_in, from_archive
from pipeline.ingest.journal import Entry
from pipeline.ingest.personal import is_personal, names_forgotten, privacy_of, withheld
from pipeline.ingest.recognise import Unrecognised
from pipeline.ingest.rejects import ASIDE
from pipeline.ingest.sql_text import quoted
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the quarantine is meant: whole names of table and rule, a part of the path, rows set aside too,
    only some files by their ids."""

    table: str | None = None
    rule: str | None = None
    file: str | None = None
    everything: bool = False
    file_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One file with records in the quarantine, read again: its text as it stands now, and the reasons per line."""

    file_id: str
    path: str
    original: Entry
    delivery: Delivery
    reasons: Mapping[int, tuple[Mapping[str, Any], ...]]


def rules_aside(sources: Mapping[str, Source]) -> set[str]:
    """The rules that set rows aside which are no facts, so that nothing is to be corrected."""
    tables = (table for source in sources.values() for file in source.file for table in file.table)
    return {*ASIDE, *(rule.rule for table in tables for rule in table.set_aside)}


def counts(warehouse: Warehouse, wanted: Wanted, aside: set[str]) -> pl.DataFrame:
    """One row per file, table and rule: records, and whether there is something to correct."""
    return warehouse.frame(
        f"""
        select path, status, table_name, rule, is_to_correct, count(distinct line) as records,
            coalesce(string_agg(distinct column_name, ', ' order by column_name), '') as columns, file_id
        from ({_reasons(wanted, aside)})
        group by all
        order by path, table_name, rule, file_id
        """,
        _meant(wanted),
    )


def rows(warehouse: Warehouse, wanted: Wanted, aside: set[str], limit: int | None = None) -> pl.DataFrame:
    """One row per reason: file_id, path, status of the file, table_name, line, column_name, rule, value, remedy,
    row_json, is_to_correct; in the order of path and line, all or the first `limit`."""
    return warehouse.frame(
        f"""
        select distinct file_id, path, status, table_name, line, column_name, rule, value, remedy, row_json,
            is_to_correct
        from ({_reasons(wanted, aside)})
        order by path, file_id, line, table_name, column_name, rule, value
        {f"limit {limit}" if limit else ""}
        """,
        _meant(wanted),
    )


def reason_count(warehouse: Warehouse, wanted: Wanted, aside: set[str]) -> int:
    """How many reasons `rows` would give without a limit."""
    reasons = f"""
        select count(*) from (
            select distinct file_id, path, table_name, line, column_name, rule, value from ({_reasons(wanted, aside)})
        )
    """
    return int(warehouse.value(reasons, _meant(wanted)))


def _reasons(wanted: Wanted, aside: set[str]) -> str:
    """The part of the quarantine that is meant; a file id stands in several lines of the account of files."""
    rules = ", ".join(quoted(rule) for rule in sorted(aside))
    return f"""
        select rejected.*, status, rule not in ({rules}) as is_to_correct
        from rejected.rows as rejected
        inner join (select file_id, any_value(status) as status from meta.files group by file_id) using (file_id)
        where ($table is null or table_name = $table) and ($rule is null or rule = $rule)
            and ($file is null or contains(lower(path), lower($file)))
            and ($file_ids is null or list_contains($file_ids, file_id))
            {"" if wanted.everything else f"and rule not in ({rules})"}
    """


def _meant(wanted: Wanted) -> dict[str, object]:
    files = None if wanted.file_ids is None else list(wanted.file_ids)
    return {"table": wanted.table, "rule": wanted.rule, "file": wanted.file, "file_ids": files}


def held_files(
    workspace: Workspace,
    warehouse: Warehouse,
    entries: list[Entry],
    sources: Mapping[str, Source],
    reasons: pl.DataFrame,
) -> Iterator[Held]:
    """The files of some rows of the quarantine, taken from the archive, or from exports/ where they were not loaded.

    Raises RunFailed when such a file is not there any more, or is another one.
    """
    with Guard() as guard:
        for part in reasons.partition_by("file_id", maintain_order=True):
            file_id = str(part["file_id"][0])
            about = warehouse.frame("select * from meta.files where file_id = ? order by path limit 1", [file_id])
            original = _entry(about.to_dicts()[0], entries)
            found = _original(workspace, warehouse, original, entries, sources, guard)
            lines: dict[int, list[Mapping[str, Any]]] = {}
            for row in part.to_dicts():
                lines.setdefault(int(row["line"]), []).append(row)
            yield Held(file_id, original.path, original, found, {line: tuple(told) for line, told in lines.items()})


def _entry(about: Mapping[str, Any], entries: list[Entry]) -> Entry:
    """The journal's line of a loaded file; of one that was not, what it would be."""
    loaded = (one for one in entries if one.seq == about["loaded_seq"] and not is_correction(one))
    moment: datetime | None = about["extracted_at"]
    unloaded = Entry(
        seq=0,
        load=0,
        content=str(about["content_hash"]),
        container="",
        path=str(about["path"]),
        system=str(about["system"]),
        export=str(about["export"]),
        extracted_at=moment.isoformat() if moment else "",
    )
    return next(loaded, unloaded)


def _original(
    workspace: Workspace,
    warehouse: Warehouse,
    original: Entry,
    entries: list[Entry],
    sources: Mapping[str, Source],
    guard: Guard,
) -> Delivery:
    if original.container:
        found = from_archive(workspace, original, sources, guard)
    else:
        found = _from_exports(workspace, warehouse, original, sources, guard)
    if isinstance(found, Unrecognised):
        raise RunFailed(f"{original.path} {found.reason}", "Run `bellwether ingest` and look again.")
    return as_corrected(workspace.archive, entries, replace(found, extracted_at=original.moment))


def _from_exports(
    workspace: Workspace, warehouse: Warehouse, original: Entry, sources: Mapping[str, Source], guard: Guard
) -> Delivery | Unrecognised:
    """A file that was not loaded, without the personal data that the archive would not keep."""
    name = original.path.split("!")[0]
    location = Path(workspace.exports, name)
    is_there = location.is_file()
    arrival = arrival_in(Found(name, location), original.path, workspace.staged, guard) if is_there else None
    if arrival is None or arrival.snapshot.content_hash != original.content:
        raise RunFailed(f"{original.path} is not there any more as it was", "Run `bellwether ingest` and look again.")
    found = delivery(arrival, sources, workspace.settings.company.time_zone)
    privacy = privacy_of(workspace.archive)
    if isinstance(found, Unrecognised):
        return found
    if is_personal(found.file) or names_forgotten(warehouse, found, privacy):
        return replace(found, text=withheld(guard, found, privacy, workspace.staged).text)
    return found
