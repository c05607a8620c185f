"""Workspaces for the end-to-end tests, and their numbers as frames."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.book import MARTS
from pipeline.stages.build import build
from pipeline.stages.ingest import IngestReport, ingest
from pipeline.stages.score import score
from pipeline.warehouse import open_warehouse
from pipeline.workspace import read_workspace
from schemas.tables import TABLES

AS_OF = date(2026, 10, 30)
SCORES = ("health_weeks", "health_components", "health_changes", "health_lifts")
CANONICAL_CONFIG = """
[company]
name = "Example"
time_zone = "America/New_York"
reporting_currency = "USD"
[run]
panel_weeks = 104
[feeds]
expected = {expected}
"""

Frames = dict[str, pl.DataFrame]


def quiet(line: str) -> None:
    """Says nothing."""


def ingested(root: Path, as_of: date = AS_OF) -> IngestReport:
    """Run ingest on a workspace."""
    workspace = read_workspace(root)
    workspace.staged.mkdir(parents=True, exist_ok=True)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        return ingest(workspace, warehouse, as_of, quiet)


def scored(root: Path, as_of: date = AS_OF) -> Frames:
    """Run ingest, build and score; the marts and scores as frames, totally sorted."""
    ingested(root, as_of)
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        build(workspace, warehouse, as_of, quiet)
        score(workspace, warehouse, as_of, quiet)
        names = [
            *(f"marts.{mart}" for mart in MARTS if warehouse.has(f"marts.{mart}")),
            *(f"scores.{s}" for s in SCORES),
        ]
        frames = {name: warehouse.frame(f"select * from {name}") for name in names}
    return {name: frame.select(sorted(frame.columns)).sort(pl.all()) for name, frame in frames.items()}


def differences(one: Frames, other: Frames) -> list[str]:
    """The names of the tables that are not the same in both."""
    return [name for name in sorted(one) if not one[name].equals(other[name], null_equal=True)]


def copied(source: Path, target: Path) -> Path:
    """A workspace's settings and exports, without anything a run made."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("var", "out", "archive"))
    return target


def written_canonically(source: Path, target: Path, expected: list[str]) -> Path:
    """What `source` holds, as one CSV per canonical table: a workspace without any tool's quirks."""
    exports = target / "exports" / AS_OF.isoformat()
    exports.mkdir(parents=True)
    (target / "bellwether.toml").write_text(CANONICAL_CONFIG.format(expected=expected), encoding="utf-8")
    workspace = read_workspace(source)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        for table in TABLES.values():
            if table.name not in ("usage_events", "account_keys"):
                frame = warehouse.frame(f"select * from staging.stg_{table.name}")
                rows = frame.select(name for name in table.columns if name in frame.columns).sort(pl.all())
                if rows.height:
                    rows.write_csv(exports / f"{table.name}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return target


def cut_after(root: Path, day: date) -> None:
    """Delete every row of a canonical workspace that is dated after `day`."""
    for path in sorted((root / "exports").rglob("*.csv")):
        dated_by = TABLES[path.stem].dated_by
        if dated_by:
            frame = pl.read_csv(path, infer_schema=False)
            dates = pl.coalesce(pl.col(name).str.slice(0, 10) for name in dated_by if name in frame.columns)
            frame.filter((dates <= day.isoformat()).fill_null(True)).write_csv(path)
