"""What a run would do, stage by stage, and why; nothing is done."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import typer

from pipeline.cli.options import (
    Options,
    answered,
    in_columns,
)
from pipeline.cli.shared import shared

if TYPE_CHECKING:
    from pipeline.ingest.foreseen import Foreseen
    from pipeline.ingest.journal import Entry
    from pipeline.stages.fingerprint import Inputs
    from pipeline.warehouse import Warehouse
    from pipeline.workspace import Workspace

WORDS = {
    "code": "the program changed",
    "sources": "sources/*.toml changed",
    "time_zone": "the company's time zone changed",
    "corrections": "records were corrected",
    "files": "the loaded files changed",
    "readings": "the way files are read changed",
    "as_of": "it was last run for another day",
    "settings": "bellwether.toml changed",
    "policy": "the business rules changed",
    "aliases": "sources/aliases.csv changed",
    "marts": "the marts changed",
    "scores": "the scores changed",
    "libraries": "a library that draws changed",
    "packs_asked_for": "other packs were asked for",
    "decks_asked_for": "other presentations were asked for",
    "briefs_asked_for": "other briefs were asked for",
    "monthly_asked_for": "other monthly reviews were asked for",
    "alerts_sent": "an earlier run sent alerts",
    "last_run": "an earlier run told other figures",
    "notes": "notes/ changed",
}
FIRST = "it never ran here"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a run: whether it would do anything, and every reason why."""

    stage: str
    would_run: bool
    reasons: tuple[str, ...]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("plan", help="What a run would do and why: files, stages, documents. Nothing is done.")(shared(plan))


def plan(options: Options) -> None:
    """Print the files that are new or would not be loaded (with -v every file), the stages, and the documents."""
    from pipeline.ingest.foreseen import foreseen
    from pipeline.ingest.journal import journal
    from pipeline.ingest.recipes import sources_of
    from pipeline.ingest.seen import seen_before
    from pipeline.runs import held
    from pipeline.stages.ingest import reading

    place = options.open_workspace()
    day = options.day(place.settings)
    with held(place, "plan"):
        entries = journal(place.archive)
        seen = seen_before(place.var / "seen.json", reading(place).whole, entries)
        files = foreseen(place, entries, sources_of(place), seen) if place.exports.is_dir() else []
        steps = _steps(place, day, entries, files)
    documents = _documents(place, day, steps)
    result = {"as_of": day, "files": files, "stages": steps, "documents": documents}
    answered(result, _in_lines(day, files, steps, documents, verbose=options.verbose))


def _steps(place: "Workspace", day: date, entries: Sequence["Entry"], files: Sequence["Foreseen"]) -> list[Step]:
    from pipeline.warehouse import open_warehouse

    if not place.warehouse.is_file():
        kept = f"{len(entries)} loads are read again from the archive" if entries else ""
        first = [reason for reason in (FIRST, kept, _new(files)) if reason]
        return [Step("ingest", True, tuple(first)), *_after("ingest", ("build", "score", "render", "publish"))]
    with open_warehouse(place.warehouse, [place.staged]) as warehouse:
        steps = [_ingest(place, warehouse, entries, files)]
        for stage in ("build", "score", "render"):
            steps.append(_stage(place, warehouse, day, stage, steps[-1]))
    return [*steps, _publish(place, day, steps[-1])]


def _ingest(
    place: "Workspace", warehouse: "Warehouse", entries: Sequence["Entry"], files: Sequence["Foreseen"]
) -> Step:
    from pipeline.ingest.corrections import is_correction, newly_corrected
    from pipeline.stages.ingest import reading

    reasons = _reasons(warehouse, "ingest", reading(place))
    if not reasons:
        reasons = [f"records of {system} were corrected" for system in sorted(newly_corrected(warehouse, entries))]
    if not reasons:
        present = set(warehouse.frame("select loaded_seq from meta.files")["loaded_seq"])
        lost = sum(entry.seq not in present and not is_correction(entry) for entry in entries)
        reasons = [f"{lost} loads of the archive are not in the warehouse"] * bool(lost)
    reasons += [_new(files)] * bool(_new(files))
    return Step("ingest", bool(reasons), tuple(reasons))


def _stage(place: "Workspace", warehouse: "Warehouse", day: date, stage: str, before: Step) -> Step:
    if before.would_run:
        return _after(before.stage, (stage,))[0]
    reasons = _reasons(warehouse, stage, _inputs(place, warehouse, day, stage))
    return Step(stage, bool(reasons), tuple(reasons))


def _inputs(place: "Workspace", warehouse: "Warehouse", day: date, stage: str) -> "Inputs":
    from pipeline.stages.build import build_inputs
    from pipeline.stages.press.asked import wishes
    from pipeline.stages.press.ingredients import render_inputs
    from pipeline.stages.score import score_inputs

    if stage == "build":
        return build_inputs(place, warehouse, day)
    if stage == "score":
        return score_inputs(place, warehouse, day)
    return render_inputs(place, warehouse, day, wishes(place.rendered / day.isoformat(), warehouse, {}))


def _reasons(warehouse: "Warehouse", stage: str, wanted: "Inputs") -> list[str]:
    from pipeline.stages.fingerprint import changed, remembered

    if remembered(warehouse, stage) is None:
        return [FIRST]
    return [WORDS.get(part, f"{part} changed") for part in changed(warehouse, stage, wanted)]


def _publish(place: "Workspace", day: date, render: Step) -> Step:
    if render.would_run:
        return _after("render", ("publish",))[0]
    is_there = (place.out / day.isoformat() / "manifest.json").is_file()
    reasons = () if is_there else (f"out/{day} is not there",)
    return Step("publish", bool(reasons), reasons)


def _after(before: str, stages: Sequence[str]) -> list[Step]:
    steps = []
    for stage in stages:
        steps.append(Step(stage, True, (f"{before} would run",)))
        before = stage
    return steps


def _new(files: Sequence["Foreseen"]) -> str:
    count = sum(one.status == "new" for one in files)
    return f"{count} new {'file' if count == 1 else 'files'}" if count else ""


def _documents(place: "Workspace", day: date, steps: Sequence[Step]) -> list[str]:
    """The documents that would be made again: those last published for the day, else for the newest day."""
    if not any(step.stage == "render" and step.would_run for step in steps):
        return []
    known = [folder / "manifest.json" for folder in (place.out / day.isoformat(), place.out / "latest")]
    manifest = next((path for path in known if path.is_file()), None)
    if manifest is None:
        from pipeline.reports.contents import REPORTS

        return [f"{name} (its files are known once accounts are scored)" for name in REPORTS]
    outputs = json.loads(manifest.read_text(encoding="utf-8"))["outputs"]
    return [output["path"] for output in outputs if output["path"].endswith((".html", ".pdf"))]


def _in_lines(
    day: date, files: Sequence["Foreseen"], steps: Sequence[Step], documents: Sequence[str], *, verbose: bool
) -> list[str]:
    counts = ", ".join(f"{count} {status}" for status, count in sorted(Counter(one.status for one in files).items()))
    shown = [one for one in files if verbose or one.status not in ("known", "ignored")]
    lines = [f"as of {day}", f"files: {counts or 'none in exports/'}"]
    lines += [f"  {line}" for line in in_columns(("file", "is", "taken for, or why not"), map(_file, shown))] * bool(
        shown
    )
    lines += ["", *in_columns(("stage", "would", "because"), map(_step, steps))]
    if documents:
        lines += ["", f"documents: {len(documents)} would be made, and printed where their page changed"]
        lines += [f"  {path}" for path in (documents if verbose else documents[:8])]
        lines += [f"  and {len(documents) - 8} more"] * (not verbose and len(documents) > 8)
    return lines


def _file(one: "Foreseen") -> tuple[str, str, str]:
    return one.path, one.status, one.told


def _step(step: Step) -> tuple[str, str, str]:
    return step.stage, "run" if step.would_run else "do nothing", "; ".join(step.reasons) or "nothing changed"
