"""The command line end to end: a week from exports to documents, bad input, and what stays when a run fails."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo import write_workspace

BELLWETHER = Path(sys.executable).with_name("bellwether")
OUT = "out/2026-10-30"


def bellwether(*arguments: object, root: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(BELLWETHER), *map(str, arguments), *(["--workspace", str(root)] if root else [])]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"})


def envelope(*arguments: object, root: Path | None = None) -> dict:
    done = bellwether(*arguments, "--json", root=root)
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.returncode
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cli") / "workspace"
    write_workspace(root, accounts=14, months=14)
    done = bellwether("weekly", root=root)
    assert done.returncode == 0, done.stderr
    assert all(Path(line).exists() for line in done.stdout.splitlines())
    assert "portfolio.pdf" in done.stdout
    return root


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    """The published workspace, to be broken."""
    root = tmp_path / "workspace"
    shutil.copytree(published, root, symlinks=True)
    return root


def test_a_week_publishes_documents_data_and_a_manifest(published: Path) -> None:
    files = contents(published / OUT)
    manifest = json.loads(files["manifest.json"])
    listed = {entry["path"] for entry in manifest["outputs"]}
    assert {
        "index.html",
        "portfolio/portfolio.pdf",
        "weekly/review.html",
        "data/accounts.csv",
        "data/accounts.parquet",
    } <= set(files)
    assert listed == set(files) - {"manifest.json"}
    assert (published / "out" / "latest").resolve() == (published / OUT).resolve()


def test_a_second_run_with_nothing_new_changes_no_byte_and_says_so(published: Path) -> None:
    before = contents(published / OUT)
    told = envelope("weekly", root=published)
    assert all(stage["is_unchanged"] for stage in told["result"]["stages"].values())
    assert contents(published / OUT) == before


@pytest.mark.nightly
def test_deleting_var_and_running_again_gives_the_same_bytes(workspace: Path) -> None:
    before = contents(workspace / OUT)
    shutil.rmtree(workspace / "var")
    shutil.rmtree(workspace / OUT)
    assert bellwether("weekly", "-q", root=workspace).returncode == 0
    assert contents(workspace / OUT) == before


@pytest.mark.nightly
def test_a_damaged_warehouse_is_rebuilt_from_the_archive(workspace: Path) -> None:
    before = contents(workspace / OUT)
    (workspace / "var" / "warehouse.duckdb").write_bytes(b"not a database")
    done = bellwether("weekly", root=workspace)
    assert done.returncode == 0, done.stderr
    assert "cannot be opened" in done.stderr
    assert contents(workspace / OUT) == before


def test_points_add_up_to_the_score_in_the_published_tables(published: Path) -> None:
    data = published / OUT / "data"
    components, accounts = pl.read_csv(data / "health_components.csv"), pl.read_parquet(data / "accounts.parquet")
    micro = (pl.col("points").fill_null(0) * 1_000_000).round(0).cast(pl.Int64).sum()
    sums = components.group_by("account_id").agg(micro)
    scored = accounts.drop_nulls("health_score").join(sums, on="account_id")
    assert scored.height > 5
    assert (scored["points"] == (scored["health_score"] * 1_000_000).round(0).cast(pl.Int64)).all()


def test_one_accounts_pack_can_be_asked_for_by_name(workspace: Path) -> None:
    accounts = pl.read_csv(workspace / OUT / "data" / "accounts.csv").drop_nulls("health_score")
    made = {path.parent.name for path in (workspace / OUT / "customer").rglob("qbr.pdf")}
    slugs = {
        name: name.lower().replace(" ", "-")
        for name in accounts["account_name"]
        if name.replace(" ", "").isalpha() and name.isascii()
    }
    name, slug = next(
        (name, slug) for name, slug in slugs.items() if not any(folder.startswith(slug) for folder in made)
    )
    assert bellwether("qbr", name, "-q", root=workspace).returncode == 0
    assert any(path.parent.name.startswith(slug) for path in (workspace / OUT / "customer").rglob("qbr.pdf"))


def test_explain_says_why_in_lines_and_as_json(published: Path) -> None:
    accounts = pl.read_csv(published / OUT / "data" / "accounts.csv").drop_nulls("health_score")
    account, score = accounts.row(0, named=True)["account_id"], accounts.row(0, named=True)["health_score"]
    told = envelope("explain", account, root=published)["result"]
    assert told["health_score"] == pytest.approx(score)
    assert sum(round((line["points"] or 0) * 1_000_000) for line in told["lines"]) == round(score * 1_000_000)
    assert "since last week" in bellwether("explain", account, root=published).stdout


def test_doctor_says_where_each_setting_comes_from(published: Path) -> None:
    done = bellwether("doctor", root=published)
    assert done.returncode == 0
    assert "Pango" in done.stdout
    assert "(bellwether.toml)" in done.stdout
    assert "(default)" in done.stdout


def refused(root: Path, code: int, *said: str, arguments: tuple[str, ...] = ("weekly", "-q")) -> None:
    """The run ends with the code, says these things without a traceback, and leaves what was published."""
    before = contents(root / OUT)
    done = bellwether(*arguments, root=root)
    assert done.returncode == code, done.stderr
    assert all(words in done.stderr for words in said), done.stderr
    assert "Traceback" not in done.stderr
    assert contents(root / OUT) == before


def test_a_broken_config_is_refused_with_its_line(workspace: Path) -> None:
    config = workspace / "bellwether.toml"
    config.write_text(config.read_text().replace("max_reject_pct", "max_rejects_pct"))
    refused(workspace, 2, "bellwether.toml:", "quality.max_rejects_pct", "unknown key")


def test_an_unknown_feed_is_refused_with_the_known_ones(workspace: Path) -> None:
    config = workspace / "bellwether.toml"
    config.write_text(config.read_text().replace('"usage"', '"usages"'))
    refused(workspace, 2, "usages", "survey_responses")


def test_two_systems_that_know_the_same_contracts_need_an_owner(workspace: Path) -> None:
    config = workspace / "bellwether.toml"
    kept = [line for line in config.read_text().splitlines() if not line.startswith("contracts = ")]
    config.write_text("\n".join(kept))
    refused(workspace, 2, 'contracts = ["salesforce", "stripe"]')


def test_an_unknown_file_is_named_and_the_run_goes_on(workspace: Path) -> None:
    (workspace / "exports" / "2026-10-30" / "lunch.csv").write_text("dish,price\nsoup,4.50\n")
    done = bellwether("weekly", root=workspace)
    assert done.returncode == 0
    assert "lunch.csv" in done.stderr
    quality = json.loads((workspace / OUT / "quality" / "quality.json").read_text())
    assert "unknown" in {file["status"] for file in quality["files"] if file["path"].endswith("lunch.csv")}


def later_export(root: Path, table: str, header: str, rows: list[str]) -> None:
    folder = root / "exports" / "2026-10-31"
    folder.mkdir(exist_ok=True)
    (folder / f"{table}.csv").write_text("\n".join([header, *rows]) + "\n")


def test_contracts_without_a_required_column_stop_the_run(workspace: Path) -> None:
    header = "contract_id,account_id,product,ends_on,arr,currency,seats,billing_period,auto_renew,notice_days,status"
    later_export(workspace, "contracts", header, ["c1,a1,Core,2027-01-01,10,USD,1,annual,true,30,active"])
    refused(workspace, 3, "contracts.csv", "starts_on")


def test_contracts_with_a_fifth_unreadable_stop_the_run(workspace: Path) -> None:
    rows = [f"c{n},a1,{'2026-01-01' if n % 5 else 'someday'},10" for n in range(50)]
    later_export(workspace, "contracts", "contract_id,account_id,starts_on,arr", rows)
    refused(workspace, 3, "contracts.csv", "20")


def test_another_feed_with_a_fifth_unreadable_is_left_out_and_the_rest_is_published(workspace: Path) -> None:
    rows = [f"g{n},a1,Save time,{'2026-12-01' if n % 5 else 'someday'}" for n in range(50)]
    later_export(workspace, "goals", "goal_id,account_id,goal,due_on", rows)
    told = envelope("weekly", root=workspace)
    assert told["exit_code"] == 3
    quality = json.loads((workspace / OUT / "quality" / "quality.json").read_text())
    assert "failed" in {file["status"] for file in quality["files"] if file["path"].endswith("10-31/goals.csv")}


def test_an_output_folder_that_cannot_be_written_is_refused_before_any_work(workspace: Path) -> None:
    shutil.move(workspace / "out", workspace / "kept")
    (workspace / "out").write_text("a file in the way")
    done = bellwether("weekly", "-q", root=workspace)
    assert done.returncode == 1
    assert "out" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(workspace / "kept" / "2026-10-30")


def test_a_second_run_at_once_is_told_who_holds_the_workspace(workspace: Path) -> None:
    with (workspace / "var" / "run.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("process 4711, run 20261030")
        lock.flush()
        refused(workspace, 5, "process 4711")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("weekly", "--as-of", "30/10/2026"), "YYYY-MM-DD"),
        (("weakly",), "No such command"),
        (("qbr",), "which account?"),
    ],
)
def test_a_wrong_command_ends_with_2_in_words_and_as_json(
    arguments: tuple[str, ...], said: str, published: Path
) -> None:
    assert said in bellwether(*arguments).stderr
    told = envelope(*arguments)
    assert (told["exit_code"], told["error"]["message"] != "") == (2, True)


def test_an_existing_folder_is_never_overwritten_by_the_demo(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert bellwether("demo", tmp_path).returncode == 2
    assert (tmp_path / "mine.txt").read_text() == "keep"
