"""What is told at the end of a run, on a small workspace that is really ingested and built."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.stages.afterwards import told_afterwards
from pipeline.stages.build import build
from pipeline.stages.ingest import ingest
from pipeline.stages.shelf import read_ledger
from pipeline.warehouse import open_warehouse
from pipeline.workspace import Workspace, read_workspace

AS_OF = date(2026, 6, 26)
EXPORTS = {
    "accounts.csv": "account_id,account_name,segment,csm\nA1,Jorden Robotics,smb,Ana Bell\nA2,Tarnsund Foods,,\n",
    "contracts.csv": (
        "contract_id,account_id,starts_on,ends_on,arr,currency\n"
        "C1,A1,2026-01-01,2026-12-31,12000,usd\nC2,A9,2026-01-01,2026-12-31,7000,usd\nC3,A1,soon,,1,usd\n"
    ),
    "tickets.csv": "ticket_id,account_id,created_at\nT1,A1,2026-06-25 10:00:00\n",
    "lunch.csv": "day,dish\n2026-06-26,soup\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Four files, one of them nobody's; a third of the contracts may be unreadable."""
    settings = '[company]\nname = "Acme"\n[feeds]\nexpected = ["accounts", "contracts", "usage"]\n'
    (tmp_path / "bellwether.toml").write_text(settings + "[quality]\nmax_reject_pct = 50\n")
    folder = tmp_path / "exports" / "2026-06-26"
    folder.mkdir(parents=True)
    for name, text in EXPORTS.items():
        (folder / name).write_text(text)
    return read_workspace(tmp_path)


def told(workspace: Workspace, *, is_built: bool) -> str:
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        report = ingest(workspace, warehouse, AS_OF, lambda line: None)
        if is_built:
            build(workspace, warehouse, AS_OF, lambda line: None)
    return " ".join(" ".join(told_afterwards(workspace, AS_OF, report.warnings, is_built=is_built)).split())


def test_after_an_ingest_only_the_load_is_told(workspace: Workspace) -> None:
    said = told(workspace, is_built=False)
    assert "lunch.csv" in said
    assert "1 x canonical contracts: starts on unreadable" in said
    assert "A9" not in said


def test_after_a_build_names_feeds_and_gaps_are_told_too(workspace: Workspace) -> None:
    said = told(workspace, is_built=True)
    assert "usage is missing: it never arrived" in said
    assert "loaded, not expected: tickets" in said
    assert "canonical,A9,ACCOUNT_ID ($7.00K, 1 row)" in said
    assert "Ana Bell: " in said
    assert "support tickets, support satisfaction: loaded is tickets; name it under [feeds] expected" in said


def test_a_file_that_is_refused_stands_in_the_account_of_the_load(workspace: Workspace) -> None:
    (workspace.exports / "2026-06-26" / "elsewhere.csv").symlink_to("/etc/hostname")
    assert "elsewhere.csv" in told(workspace, is_built=False)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        files = read_ledger(workspace, warehouse, AS_OF).files
    statuses = dict(files.select("path", "status").iter_rows())
    assert statuses["2026-06-26/elsewhere.csv"] == "refused"
