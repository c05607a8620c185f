"""Taking corrected records of the quarantine back, and saying what became of each."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import (
    Options,
    answered,
    running,
)
from pipeline.cli.week import through
from pipeline.errors import RunFailed, UsageError

if TYPE_CHECKING:
    from pipeline.ingest.correction_files import Change, Sheet
    from pipeline.ingest.quarantine import Held, Wanted
    from pipeline.runs import Run
    from pipeline.warehouse import Warehouse
    from pipeline.workspace import Workspace

FilesArgument = Annotated[list[Path], typer.Argument(help="CSVs of `quarantine export`, corrected.")]
BY_HAND = 200_000
Places = list[tuple[str, str, int, tuple[str, ...]]]


def replay(
    files: FilesArgument,
    *,
    options: Options,
) -> None:
    """Read the corrected records in place of what the files have: good ones are accepted, others stay with a reason."""
    from pipeline.ingest.quarantine import Wanted, rows, rules_aside
    from pipeline.ingest.recipes import sources_of
    from pipeline.warehouse import open_warehouse

    with running(options, "replay") as run:
        corrected = _remember(run, files)
        if corrected:
            through(run, options, ("ingest",))
        with open_warehouse(run.workspace.warehouse, [run.workspace.staged]) as warehouse:
            touched = Wanted(everything=True, file_ids=tuple(sorted({file_id for file_id, *_ in corrected})))
            left = rows(warehouse, touched, rules_aside(sources_of(run.workspace))).to_dicts()
    outcome = [_outcome(*one, left) for one in corrected]
    answered({"corrected": outcome}, _outcome_in_lines(outcome))


def held(place: "Workspace", warehouse: "Warehouse", wanted: "Wanted", aside: set[str]) -> Iterator["Held"]:
    """The files of the part of the quarantine that is meant, read again.

    Raises UsageError for more reasons than anybody corrects by hand.
    """
    from pipeline.ingest.journal import journal
    from pipeline.ingest.quarantine import held_files, reason_count, rows
    from pipeline.ingest.recipes import sources_of

    if (count := reason_count(warehouse, wanted, aside)) > BY_HAND:
        raise UsageError(
            f"{count:,} reasons are too many to be corrected by hand",
            "Narrow with --table, --rule or --file, or correct them in the tool and export again.",
        )
    reasons = rows(warehouse, wanted, aside)
    return held_files(place, warehouse, journal(place.archive), sources_of(place), reasons)


def reason_in_words(row: Mapping[str, Any]) -> str:
    """One reason of the quarantine in a line."""
    where = ".".join(part for part in (row["table_name"], row["column_name"]) if part)
    value = f" {row['value']!r}" if row["value"] is not None else ""
    return f"{where} {row['rule']}{value}: {row['remedy'] or ''}".rstrip(": ")


def clear(staged: Path) -> None:
    """Remove the private copies that were read."""
    for path in staged.glob("*"):
        path.unlink()


def _remember(run: "Run", files: Sequence[Path]) -> Places:
    """Note the changed records of every file in the archive; what was changed: file id, path, line, columns."""
    from pipeline.ingest.correction_files import correction, read_sheet
    from pipeline.ingest.corrections import remember_correction
    from pipeline.ingest.quarantine import Wanted, rules_aside
    from pipeline.ingest.recipes import sources_of
    from pipeline.warehouse import open_warehouse

    place = run.workspace
    if not place.warehouse.is_file():
        raise RunFailed(f"{place.root}: nothing was ingested yet", "Run `bellwether ingest` first.")
    try:
        sheets = [read_sheet(path, place.staged) for path in files]
        with open_warehouse(place.warehouse, [place.staged]) as warehouse:
            named = tuple(sorted({line.file_id for sheet in sheets for line in sheet.lines}))
            wanted = Wanted(everything=True, file_ids=named)
            found = list(held(place, warehouse, wanted, rules_aside(sources_of(place))))
        changed = [(one, _changes_of(one, sheets)) for one in found]
        for one, changes in changed:
            if changes:
                cells = {change.line: change.cells for change in changes}
                remember_correction(place.archive, correction(one, cells), one.original, place.staged)
    finally:
        clear(place.staged)
    return [(one.file_id, one.path, change.line, change.columns) for one, changes in changed for change in changes]


def _changes_of(held: "Held", sheets: Sequence["Sheet"]) -> list["Change"]:
    from pipeline.ingest.correction_files import changes

    mine = (sheet for sheet in sheets if any(line.file_id == held.file_id for line in sheet.lines))
    return [change for sheet in mine for change in changes(held, sheet)]


def _outcome(file_id: str, path: str, line: int, columns: Sequence[str], left: Sequence[Mapping[str, Any]]) -> Any:
    reasons = [row for row in left if (row["file_id"], row["line"]) == (file_id, line)]
    told = [{key: row[key] for key in ("table_name", "column_name", "rule", "value", "remedy")} for row in reasons]
    return {
        "file_id": file_id,
        "path": path,
        "line": line,
        "columns": list(columns),
        "is_accepted": not reasons,
        "reasons": told,
    }


def _outcome_in_lines(outcome: Sequence[Mapping[str, Any]]) -> list[str]:
    accepted = sum(one["is_accepted"] for one in outcome)
    lines = [f"{len(outcome)} corrected: {accepted} accepted, {len(outcome) - accepted} still set aside"]
    for one in outcome:
        state = "accepted" if one["is_accepted"] else "set aside"
        lines.append(f"{one['path']} line {one['line']}: {', '.join(one['columns'])}: {state}")
        lines += [f"    {reason_in_words(reason)}" for reason in one["reasons"]]
    return lines if outcome else ["nothing was corrected"]
