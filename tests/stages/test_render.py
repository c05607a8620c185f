"""Render and publish on a small warehouse: what lands where, what a second run does, and what a failure leaves behind."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import RunFailed, UsageError
from pipeline.stages.press.tables import safe
from pipeline.stages.publish import publish
from pipeline.stages.render import render
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace
from tests.golden.company import SETTINGS, company
from tests.golden.factory import AS_OF, book_frames

FILES = pl.DataFrame(
    {
        "file_id": ["f1"],
        "path": ["accounts.csv"],
        "system": ["canonical"],
        "status": ["loaded"],
        "content_hash": ["c1"],
        "note": [None],
        "encoding": ["utf-8"],
        "export": ["canonical accounts"],
        "extracted_at": [datetime(2026, 6, 26, tzinfo=UTC)],
    },
    schema_overrides={"note": pl.String},
)
LOADS = pl.DataFrame(
    {
        "file_id": ["f1"],
        "table_name": ["accounts"],
        "rows_read": [6],
        "accepted": [5],
        "rejected": [1],
        "set_aside": [0],
        "duplicates": [0],
        "deleted": [0],
    }
)
REJECTED = pl.DataFrame(
    {
        "file_id": ["f1"],
        "path": ["accounts.csv"],
        "table_name": ["accounts"],
        "line": [4],
        "column_name": ["status"],
        "rule": ["one of"],
        "value": ["?"],
        "remedy": ["Correct it."],
    }
)


def fill(warehouse: Warehouse, count: int) -> None:
    for name, frame in book_frames(count=count).items():
        warehouse.replace(f"marts.{name}", frame)
    for name, frame in company(count=count).scores.frames().items():
        warehouse.replace(f"scores.{name}", frame if frame.width else pl.DataFrame(schema={"account_id": pl.String}))
    warehouse.replace("meta.files", FILES)
    warehouse.replace("meta.loads", LOADS)
    warehouse.replace("rejected.rows", REJECTED)
    warehouse.replace("checks.orphans", pl.DataFrame({"file_id": ["f1"], "table_name": ["accounts"], "row_count": [2]}))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"), SETTINGS)


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace) -> Iterator[Warehouse]:
    with open_warehouse(workspace.warehouse, [workspace.var]) as opened:
        fill(opened, 5)
        yield opened


@pytest.fixture(scope="module")
def rendered(workspace: Workspace, warehouse: Warehouse) -> Path:
    report = render(workspace, warehouse, AS_OF, lambda line: None)
    assert (report.failed, report.exit_codes) == ({}, set())
    return workspace.rendered / AS_OF.isoformat()


def manifest(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_the_work_folder_holds_every_output_with_its_hash_and_pages(rendered: Path) -> None:
    listed = {output["path"]: output for output in manifest(rendered)["outputs"]}
    assert {
        "index.html",
        "portfolio/portfolio.pdf",
        "weekly/review.html",
        "data/accounts.csv",
        "quality/quality.html",
        "quality/quality.json",
        "quality/quality.pdf",
    } <= set(listed)
    assert all(output["pages"] > 0 for path, output in listed.items() if path.endswith(".pdf"))
    assert manifest(rendered)["inputs"][0]["rejected"] == 1


def test_a_second_render_of_the_same_inputs_does_nothing(
    workspace: Workspace, warehouse: Warehouse, rendered: Path
) -> None:
    assert render(workspace, warehouse, AS_OF, lambda line: None).is_unchanged


def test_data_tables_carry_the_figures_of_the_marts(rendered: Path) -> None:
    with (rendered / "data" / "accounts.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    parquet = pl.read_parquet(rendered / "data" / "accounts.parquet")
    assert [row["account_id"] for row in rows] == parquet["account_id"].to_list() == sorted(parquet["account_id"])
    assert all((row["churn_risk_points"] == "") == (row["health_score"] == "") for row in rows)
    assert "churn_risk_points" in parquet.columns


def test_a_text_that_could_start_a_formula_is_made_harmless_in_the_csv_only() -> None:
    hostile = ["=1+1", "+1", "-1", "@x", "|x", "%x", "\tx", " =x", '"=x', "\uff1dx", "fine", "a=b", None]
    made = safe(pl.DataFrame({"text": hostile, "number": [-1.5] * len(hostile)}))
    assert [text for text in made["text"] if text and not text.startswith("'")] == ["fine", "a=b"]
    assert made["number"].to_list() == [-1.5] * len(hostile)


def test_an_account_can_be_asked_for_by_name_and_stays_asked_for(
    workspace: Workspace, warehouse: Warehouse, rendered: Path
) -> None:
    before = {path.parent.name for path in rendered.glob("customer/*/*/qbr.pdf")}
    render(workspace, warehouse, AS_OF, lambda line: None, only=["*"])
    after = {path.parent.name for path in rendered.glob("customer/*/*/qbr.pdf")}
    assert before < after
    with pytest.raises(UsageError, match="no customer is called"):
        render(workspace, warehouse, AS_OF, lambda line: None, only=["nobody"])


def test_a_document_that_fails_leaves_the_others_and_ends_with_6(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, SETTINGS)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "sla.html.j2").write_text("{{ nothing.here }}")
    with open_warehouse(workspace.warehouse, [workspace.var]) as warehouse:
        fill(warehouse, 3)
        report = render(workspace, warehouse, AS_OF, lambda line: None)
    folder = workspace.rendered / AS_OF.isoformat()
    assert (set(report.failed), report.exit_codes) == ({"sla/sla"}, {6})
    assert (folder / "portfolio" / "portfolio.pdf").is_file()
    assert manifest(folder)["failed"] == ["sla/sla"]


def test_publishing_swaps_the_whole_folder_and_names_the_latest(workspace: Workspace, rendered: Path) -> None:
    report = publish(workspace, AS_OF, lambda line: None)
    assert (workspace.out / "latest").resolve() == report.path.resolve()
    assert publish(workspace, AS_OF, lambda line: None).is_unchanged
    (report.path / "left-over.txt").write_text("from an older run")
    assert not publish(workspace, AS_OF, lambda line: None).is_unchanged
    assert not (report.path / "left-over.txt").exists()
    assert sorted(path.name for path in workspace.out.iterdir()) == [AS_OF.isoformat(), "latest"]


def test_publishing_leaves_the_old_folder_when_it_fails(workspace: Workspace, rendered: Path) -> None:
    published = publish(workspace, AS_OF, lambda line: None).path
    (published / "manifest.json").write_text("an older one")
    in_the_way = workspace.out / f".{AS_OF.isoformat()}.new"
    in_the_way.write_text("a file where the new folder should be")
    with pytest.raises(RunFailed, match="could not be written"):
        publish(workspace, AS_OF, lambda line: None)
    assert (published / "manifest.json").read_text() == "an older one"
    in_the_way.unlink()


def test_an_output_folder_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, SETTINGS)
    folder = workspace.rendered / AS_OF.isoformat()
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    workspace.out.write_text("not a folder")
    with pytest.raises(RunFailed, match="cannot be written to"):
        publish(workspace, AS_OF, lambda line: None)


def test_nothing_is_published_before_anything_is_rendered(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="nothing is rendered"):
        publish(Workspace(tmp_path, SETTINGS), AS_OF, lambda line: None)
