"""A small workspace to drop exports into."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.stages.ingest import IngestReport, ingest
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace, read_workspace

AS_OF = date(2026, 6, 26)
SETTINGS = """
[company]
name = "Acme"
time_zone = "America/New_York"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace of a company in New York."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "bellwether.toml").write_text(SETTINGS)
    return read_workspace(tmp_path)


@pytest.fixture
def warehouse(workspace: Workspace) -> Iterator[Warehouse]:
    """The workspace's open warehouse."""
    with open_warehouse(workspace.warehouse, [workspace.staged]) as opened:
        yield opened


@pytest.fixture
def drop(workspace: Workspace) -> Callable[[str, str | bytes], Path]:
    """Puts a file into exports/."""

    def put(path: str, content: str | bytes) -> Path:
        target = workspace.exports / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    return put


@pytest.fixture
def run(workspace: Workspace, warehouse: Warehouse) -> Callable[..., IngestReport]:
    """Ingests what lies in exports/."""

    def ingested(as_of: date = AS_OF) -> IngestReport:
        return ingest(workspace, warehouse, as_of, lambda line: None)

    return ingested
