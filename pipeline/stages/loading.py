"""The work of the ingest stage: new files become accepted and rejected rows, each load in one transaction.

The archive and its journal are written before a load is committed; when the warehouse is gone or the mappings changed,
everything in the journal is loaded again, in its order.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path

import polars as pl

from pipeline.errors import QualityGate
from pipeline.ingest.commit import Load, committed, file_row, new_entries
from pipeline.ingest.corrections import as_corrected, is_correction, newly_corrected, note_corrections
from pipeline.ingest.deliveries import Arrival, Delivery, dated
from pipeline.ingest.find import Found, Refused, found_files
from pipeline.ingest.guard import Guard
from pipeline.ingest.held_back import held_back
from pipeline.ingest.intake import from_archive, intake, kept_apart
from pipeline.ingest.journal import Entry, journal
from pipeline.ingest.personal import is_personal, is_withheld, privacy_of, withheld
from pipeline.ingest.recipes import sources_of
from pipeline.ingest.recognise import Unrecognised
from pipeline.ingest.seen import Seen, seen_before
from pipeline.ingest.store import FILES, create_tables, empty_tables, forget_failures, forget_system
from pipeline.ingest.usage_again import add_up_again
from pipeline.stages import fingerprint as prints
from pipeline.stages.ingest import EXIT_QUALITY, FileReport, IngestReport
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source

NEEDED = {"accounts", "contracts"}


@dataclass
class _Run:
    """What the steps of one ingest share."""

    workspace: Workspace
    warehouse: Warehouse
    recipe: prints.Inputs
    sources: Mapping[str, Source]
    entries: list[Entry]
    guard: Guard
    seen: Seen
    say: Callable[[str], None]
    reports: list[FileReport] = field(default_factory=list)
    fatal: list[str] = field(default_factory=list)
    locations: Mapping[str, Path] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.workspace.settings.company.time_zone

    @cached_property
    def loaded(self) -> Mapping[str, Sequence[Entry]]:
        """What was loaded before this run, by its content."""
        loaded: dict[str, list[Entry]] = {}
        for entry in self.entries:
            loaded.setdefault(entry.content, []).append(entry)
        return loaded


def loaded(
    workspace: Workspace, warehouse: Warehouse, recipe: prints.Inputs, as_of: date, say: Callable[[str], None]
) -> tuple[IngestReport, bool]:
    """Load what is new; what was done, and whether it would be the same again as long as no file changes.

    `recipe` is the way files are read. Raises QualityGate and UsageError as the stage does.
    """
    entries = journal(workspace.archive)
    seen = seen_before(workspace.var / "seen.json", recipe.whole, entries)
    with Guard() as guard:
        run = _Run(workspace, warehouse, recipe, sources_of(workspace), entries, guard, seen, say)
        return _ingested(run, as_of), _is_lasting(run)


def _ingested(run: _Run, as_of: date) -> IngestReport:
    _prepare(run)
    is_replay = _replay(run)
    new = _new_files(run, as_of)
    for files in _loads(new):
        load_number = 1 + max((entry.load for entry in run.entries), default=0)
        entries = new_entries(files, load_number, 1 + len(run.entries))
        if _load(run, Load(files, entries, is_replay=False)):
            run.entries.extend(entries)
    add_up_again(run.warehouse, run.entries, lambda entry: _as_loaded(run, entry), run.zone)
    run.seen.write()
    _clear(run.workspace.staged)
    if run.fatal:
        raise QualityGate(
            "\n".join(run.fatal), "Correct the export or its mapping; nothing of these files was applied."
        )
    failed = {EXIT_QUALITY for one in run.reports if one.status == "failed"}
    return IngestReport(not (is_replay or new), tuple(run.reports), failed, held_back(run.warehouse))


def _prepare(run: _Run) -> None:
    """Make the tables; start over when the way files are read has changed since they were loaded, with one tool's
    files when one of them was corrected."""
    with run.warehouse.transaction():
        if prints.is_current(run.warehouse, "ingest", run.recipe) and _is_of_journal(run):
            create_tables(run.warehouse)
            forget_failures(run.warehouse)
            for system in sorted(newly_corrected(run.warehouse, run.entries)):
                forget_system(run.warehouse, system)
        else:
            empty_tables(run.warehouse)
            prints.remember(run.warehouse, "ingest", run.recipe)
        note_corrections(run.warehouse, run.entries)


def _is_of_journal(run: _Run) -> bool:
    """Whether the warehouse holds nothing that the journal does not know, as after a loss of the archive."""
    if not run.warehouse.has("meta.files"):
        return True
    loaded = run.warehouse.frame("select loaded_seq, content_hash from meta.files where loaded_seq is not null")
    return set(loaded.rows()) <= {(entry.seq, entry.content) for entry in run.entries}


def _is_lasting(run: _Run) -> bool:
    """Whether every file was read, and none failed that may be mended without being touched."""
    found = (one.path for one in found_files(run.workspace.exports, run.workspace.root) if isinstance(one, Found))
    return all(path in run.seen.fresh for path in found) and all(one.status != "failed" for one in run.reports)


def _replay(run: _Run) -> bool:
    """Load what the journal has and the warehouse has not; whether there was anything."""
    present = set(run.warehouse.frame("select loaded_seq from meta.files")["loaded_seq"].to_list())
    missing = [entry for entry in run.entries if entry.seq not in present and not is_correction(entry)]
    for _, entries in groupby(missing, key=lambda entry: entry.load):
        pairs = [(one, entry) for entry in entries if (one := _archived(run, entry))]
        if pairs:
            _load(run, Load([one for one, _ in pairs], [entry for _, entry in pairs], is_replay=True))
    return bool(missing)


def _archived(run: _Run, entry: Entry) -> Delivery | None:
    found = from_archive(run.workspace, entry, run.sources, run.guard)
    if isinstance(found, Unrecognised):
        run.reports.append(FileReport(entry.path, "unknown", found.reason))
        return None
    if is_personal(found.file) and not is_withheld(found):
        privacy = privacy_of(run.workspace.archive)
        found = replace(found, text=withheld(run.guard, found, privacy, run.workspace.staged).text)
    return replace(found, extracted_at=entry.moment)


def _as_loaded(run: _Run, entry: Entry) -> Delivery | None:
    """A file of the journal with its corrections."""
    found = _archived(run, entry)
    return as_corrected(run.workspace.archive, run.entries, found) if found else None


def _new_files(run: _Run, as_of: date) -> list[Delivery]:
    """The recognised files that were not loaded yet, dated; what is not loaded is reported with the reason."""
    found = intake(run.workspace, run.sources, run.guard, run.seen)
    run.locations = found.locations
    _note(run, "unknown", found.unknown)
    _note(run, "ignored", found.ignored)
    unloaded = [one for one in found.deliveries if not _is_seen(run, one)]
    apart = kept_apart(unloaded, found, run.guard, run.warehouse, run.workspace) if unloaded else []
    for refused in found.refused:
        run.seen.refused(refused)
        run.reports.append(FileReport(refused.path, "refused", refused.reason))
    _note_refused(run, found.refused)
    fresh = [one for one in apart if not _lacks_columns(run, one)]
    return _once_each(run, list(dated(run.warehouse, fresh, as_of, run.zone)))


def _is_seen(run: _Run, one: Delivery) -> bool:
    """Whether this content was loaded; a date in its name that is new says that it still held then."""
    moment = one.extracted_at.isoformat() if one.extracted_at else None
    loaded = [
        entry
        for entry in run.loaded.get(one.arrival.snapshot.content_hash, ())
        if moment is None or entry.extracted_at == moment
    ]
    if loaded and all(entry.path != one.path for entry in loaded):
        _note(run, "ignored", [(one.arrival, f"is the same file as {loaded[0].path}")])
    elif loaded:
        run.seen.judged("loaded", one.arrival)
    return bool(loaded)


def _once_each(run: _Run, files: Sequence[Delivery]) -> list[Delivery]:
    """The files without copies of the same content and export time."""
    first: dict[tuple[str, str], Delivery] = {}
    for one in sorted(files, key=lambda file: file.path):
        kept = first.setdefault((one.arrival.snapshot.content_hash, one.exported_at.isoformat()), one)
        if kept is not one:
            _note(run, "ignored", [(one.arrival, f"is the same file as {kept.path}")])
    return list(first.values())


def _lacks_columns(run: _Run, one: Delivery) -> bool:
    missing = one.missing()
    if missing:
        tables = {table.table for table in one.file.file.table}
        _fail(
            run,
            [one],
            tables,
            f"{one.path}: the {one.system} export {one.export} has no column for {', '.join(missing)}",
        )
        _note(run, "failed", [(one.arrival, f"has no column for {', '.join(missing)}")], report=False)
    return bool(missing)


def _loads(files: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Files of one export and export time, oldest first."""

    def place(one: Delivery) -> tuple[str, str, str]:
        return one.exported_at.isoformat(), one.system, one.export

    for _, group in groupby(sorted(files, key=lambda one: (*place(one), one.path)), key=place):
        yield list(group)


def _load(run: _Run, this: Load) -> bool:
    """Load and say so; whether it stands."""
    started = time.perf_counter()
    this = replace(this, deliveries=[as_corrected(run.workspace.archive, run.entries, one) for one in this.deliveries])
    first = this.deliveries[0]
    try:
        loaded = committed(run.workspace, run.warehouse, this, run.locations)
    except QualityGate as refused:
        _fail(run, this.deliveries, {table.table for table in first.file.file.table}, refused.message)
        return False
    for one in this.deliveries:
        run.seen.judged("loaded", one.arrival)
        run.reports.append(FileReport(one.path, "loaded"))
    totals = loaded.counts.select("rows_read", "accepted", "rejected", "duplicates").sum().row(0)
    seconds = time.perf_counter() - started
    run.say(
        "ingest: {} {}: {:,} rows, {:,} accepted, {:,} rejected, {:,} duplicates".format(
            first.system, first.export, *totals
        )
        + f" ({seconds:.1f} s)"
    )
    return True


def _fail(run: _Run, files: Sequence[Delivery], tables: set[str], message: str) -> None:
    note = message.removeprefix(f"{', '.join(one.path for one in files)}: ")
    for one in files:
        run.seen.judged("failed", one.arrival)
        run.reports.append(FileReport(one.path, "failed", note))
    if tables & NEEDED:
        run.fatal.append(message)


def _note(run: _Run, status: str, files: Sequence[tuple[Arrival, str]], *, report: bool = True) -> None:
    """Enter files that are not loaded in `meta.files`."""
    rows = [file_row(arrival, f"{status} {arrival.path}", status, reason) for arrival, reason in files]
    run.warehouse.insert("meta.files", pl.DataFrame(rows, schema=FILES))
    for arrival, reason in files:
        run.seen.judged(status, arrival, reason)
    if report:
        run.reports.extend(FileReport(arrival.path, status, reason) for arrival, reason in files)


def _note_refused(run: _Run, refused: Sequence[Refused]) -> None:
    """Enter files that could not be read in `meta.files`; nothing but their path and the reason is known of them."""
    rows = [
        dict.fromkeys(FILES)
        | {"file_id": f"refused {one.path}", "path": one.path, "status": "refused", "note": one.reason}
        for one in refused
    ]
    run.warehouse.insert("meta.files", pl.DataFrame(rows, schema=FILES))


def _clear(staged: Path) -> None:
    """Remove the private copies; the archive has the originals."""
    for path in staged.glob("*"):
        path.unlink()
