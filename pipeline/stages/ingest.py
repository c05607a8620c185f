"""The ingest stage: what is new in the exports folder is loaded; a folder that is as it was is not read again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pipeline.errors import QualityGate
from pipeline.ingest.find import Found, found_files, stamp
from pipeline.ingest.held_back import held_back
from pipeline.ingest.journal import journal, journal_hash
from pipeline.stages import fingerprint as prints
from pipeline.warehouse import ENGINE, Warehouse
from pipeline.workspace import REPOSITORY, Workspace

EXIT_QUALITY = QualityGate.exit_code
DONE = "ingested"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: loaded, failed, unknown, ignored or refused, and why."""

    path: str
    status: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; `exit_codes` holds 3 when a file was not good enough to be used."""

    is_unchanged: bool
    files: tuple[FileReport, ...]
    exit_codes: set[int]
    held_back: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each file that was not loaded and that a person should look at."""
        worth_saying = ("failed", "unknown", "refused")
        return (*(f"{one.path}: {one.note}" for one in self.files if one.status in worth_saying), *self.held_back)


def ingest(workspace: Workspace, warehouse: Warehouse, as_of: date, say: Callable[[str], None]) -> IngestReport:
    """Load what is new in the exports folder; a second run with nothing new does no work.

    Raises QualityGate, after everything else is loaded, when a file of accounts or contracts is not good enough; of
    other tables it is reported with exit code 3. Raises UsageError for a source TOML that cannot be used.
    """
    if prints.is_current(warehouse, DONE, _as_it_is(workspace)) and _is_whole(workspace, warehouse):
        return _told_again(warehouse)
    from pipeline.stages.loading import loaded

    report, is_lasting = loaded(workspace, warehouse, reading(workspace), as_of, say)
    with warehouse.transaction():
        prints.forget(warehouse, DONE)
        if is_lasting:
            prints.remember(warehouse, DONE, _as_it_is(workspace))
    return report


def _as_it_is(workspace: Workspace) -> prints.Inputs:
    """The folder, the journal and the way files are read; the folder by what changes when a file in it does."""
    found = sorted(found_files(workspace.exports, workspace.root), key=lambda one: one.path)
    folder = [(one.path, stamp(one.location.stat()) if isinstance(one, Found) else one.reason) for one in found]
    return prints.inputs(reading=reading(workspace).whole, journal=journal_hash(workspace.archive), folder=folder)


def _is_whole(workspace: Workspace, warehouse: Warehouse) -> bool:
    """Whether the warehouse holds every file of the journal."""
    there = warehouse.frame("select loaded_seq from meta.files where loaded_seq is not null")["loaded_seq"]
    return set(there) == {entry.seq for entry in journal(workspace.archive) if not entry.corrects}


def _told_again(warehouse: Warehouse) -> IngestReport:
    """What the last run said of the files that it did not load."""
    rows = warehouse.frame(
        "select path, status, coalesce(note, '') from meta.files where status <> 'loaded' order by path, status"
    )
    files = tuple(FileReport(*row) for row in rows.iter_rows())
    return IngestReport(is_unchanged=True, files=files, exit_codes=set(), held_back=held_back(warehouse))


def reading(workspace: Workspace) -> prints.Inputs:
    """What decides how files are read, part by part; when one changes, everything is read anew from the archive."""
    own = sorted(workspace.sources.glob("*.toml"))
    return prints.inputs(
        code=prints.code_hash(REPOSITORY / "schemas", REPOSITORY / "pipeline" / "ingest"),
        sources=prints.code_hash(*own),
        engine=ENGINE,
        time_zone=workspace.settings.company.time_zone,
    )
