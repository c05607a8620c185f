"""An unchanged exports folder costs next to nothing, and is told the same as the first time."""

import io
import os
import resource
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.stages.ingest import FileReport, IngestReport
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
ACCOUNTS = "account_id,account_name\na1,Fernhollow\na2,Mossgate\n"
SECONDS = 2


def children() -> float:
    """The processor seconds that child processes took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def not_loaded(report: IngestReport) -> list[FileReport]:
    return sorted((one for one in report.files if one.status != "loaded"), key=lambda one: one.path)


@pytest.fixture
def full(drop: Drop) -> Drop:
    """Files of every fate: loaded, unknown, ignored, refused, one that is the same as another."""
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    drop("2026-06-26/copy/accounts.csv", ACCOUNTS)
    drop("2026-06-26/lunch.csv", "day,dish\n2026-06-26,soup\n")
    drop("2026-06-26/empty.csv", "")
    drop("2026-06-26/broken.zip", b"PK\x03\x04")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("features.csv", "feature,feature_name,plan\nreports,Reports,\n")
        archive.writestr("more.csv", "a,b\n1,2\n")
    drop("2026-06-26/mixed.zip", buffer.getvalue())
    return drop


@pytest.mark.usefixtures("full")
def test_nothing_is_opened_and_the_same_is_told(run: Run, warehouse: Warehouse) -> None:
    first, files = run(), warehouse.frame("select * from meta.files order by all").rows()
    before = children()
    again = run()
    assert children() == before
    assert again.is_unchanged
    assert not_loaded(again) == not_loaded(first)
    assert {one.status for one in not_loaded(first)} == {"unknown", "ignored", "refused"}
    assert warehouse.frame("select * from meta.files order by all").rows() == files


@pytest.mark.usefixtures("full")
def test_without_the_memory_of_it_the_same_is_told_and_nothing_loaded_twice(
    run: Run, workspace: Workspace, warehouse: Warehouse
) -> None:
    first, files = run(), warehouse.frame("select * from meta.files order by all").rows()
    (workspace.var / "seen.json").unlink()
    again = run()
    assert again.is_unchanged
    assert not_loaded(again) == not_loaded(first)
    assert warehouse.frame("select * from meta.files order by all").rows() == files


def test_an_unchanged_folder_of_any_size_takes_under_two_seconds(drop: Drop, run: Run) -> None:
    rows = "".join(f"a{number},Name {number}\n" for number in range(100_000))
    drop("2026-06-26/accounts.csv", "account_id,account_name\n" + rows)
    for number in range(300):
        drop(f"2026-06-26/other/{number}.csv", "day,dish\n1,2\n")
    run()
    begun = time.process_time()
    assert len(run().files) == 300
    assert time.process_time() - begun < SECONDS


def test_only_what_is_new_is_opened(drop: Drop, run: Run) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    drop("2026-06-27/accounts.csv", ACCOUNTS.replace("Mossgate", "Mossgate Ltd"))
    assert {one.path: one.status for one in run().files} == {"2026-06-27/accounts.csv": "loaded"}


def test_a_file_changed_without_changing_size_or_time_of_change_is_read_again(drop: Drop, run: Run) -> None:
    path = drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    before = path.stat()
    path.write_text(ACCOUNTS.replace("a2", "a9"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [one.status for one in run().files] == ["loaded"]


def test_a_file_that_was_not_good_enough_is_judged_again_each_time(drop: Drop, run: Run) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    drop("2026-06-26/signals.csv", "signal_id,account_id,kind,occurred_on\nS1,a1,hiring,soon\n")
    assert [run().exit_codes, run().exit_codes] == [{3}, {3}]


def test_a_new_mapping_makes_an_unknown_file_known(drop: Drop, run: Run, workspace: Workspace) -> None:
    drop("2026-06-26/lunch.csv", "day,dish,who\n2026-06-26,soup,a1\n")
    assert [one.status for one in run().files] == ["unknown"]
    workspace.sources.mkdir()
    (workspace.sources / "lunch.toml").write_text(
        'system = "lunch"\ntitle = "Lunch"\n[[file]]\nname = "lunch"\nidentified_by = ["day", "dish", "who"]\n'
    )
    assert [(one.status, one.note) for one in run().files] == [
        ("ignored", "is the lunch export lunch, of which nothing is loaded")
    ]


def test_a_file_that_is_gone_is_told_of_no_more(drop: Drop, run: Run) -> None:
    path = drop("2026-06-26/lunch.csv", "day,dish\n2026-06-26,soup\n")
    run()
    path.unlink()
    assert run().files == ()


def test_losing_the_archive_is_not_hidden_by_the_memory(drop: Drop, run: Run, workspace: Workspace) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    shutil.rmtree(workspace.archive)
    assert [one.status for one in run().files] == ["loaded"]
