"""What the documents of a day are made of, part by part: an unchanged whole is not made again."""

from datetime import date
from importlib.metadata import version
from pathlib import Path

from pipeline.policy import read_policy
from pipeline.stages.fingerprint import Inputs, code_hash, fingerprint, inputs, remembered
from pipeline.stages.press.asked import Wishes
from pipeline.stages.press.commitments import headlines_before, sent_before
from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY, Workspace

PIPELINE = Path(__file__).resolve().parent.parent.parent
CODE = (
    PIPELINE / "reports",
    PIPELINE / "charts",
    PIPELINE / "stages" / "press",
    PIPELINE / "stages" / "render.py",
    REPOSITORY / "reports",
    PIPELINE / "book.py",
    PIPELINE / "scores.py",
    PIPELINE / "ledger.py",
)
FIGURES = (PIPELINE, REPOSITORY / "sql", REPOSITORY / "schemas")
LIBRARIES = (
    *("weasyprint", "altair", "vl-convert-python", "jinja2", "fontpkg-inter", "polars", "xlsxwriter", "python-pptx"),
    "icalendar",
)


def render_inputs(workspace: Workspace, warehouse: Warehouse, as_of: date, wanted: Wishes) -> Inputs:
    """Marts, scores, settings, rules, code, libraries, what was asked for, what earlier runs sent and said, notes."""
    own = workspace.root / "templates"
    return inputs(
        marts=remembered(warehouse, "build"),
        scores=remembered(warehouse, "score"),
        as_of=as_of,
        settings=workspace.settings.model_dump_json(),
        policy=read_policy(REPOSITORY / "policy", workspace.policy).hash,
        code=code_hash(*CODE, *([own] if own.is_dir() else [])),
        libraries=[version(name) for name in LIBRARIES],
        packs_asked_for=sorted(wanted.packs),
        decks_asked_for=sorted(wanted.decks),
        briefs_asked_for=sorted(wanted.briefs),
        monthly_asked_for=sorted(wanted.monthly),
        alerts_sent={name: str(day) for name, day in sorted(sent_before(workspace, as_of).items())},
        last_run=headlines_before(workspace, as_of),
        notes=fingerprint(*(part for pair in sorted(notes(workspace).items()) for part in pair)),
    )


def notes(workspace: Workspace) -> dict[str, str]:
    """The team's own texts by account id, as they stand in the workspace's `notes/`."""
    folder = workspace.root / "notes"
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.md"))}


def program_hash() -> str:
    """The program that makes figures: whatever changes them by itself changes this."""
    return code_hash(*FIGURES)[:16]
