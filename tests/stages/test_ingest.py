"""The ingest stage on small workspaces, and on the sample."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import QualityGate, UsageError
from pipeline.ingest.quality import file_accounts
from pipeline.ledger import Ledger
from pipeline.stages.ingest import IngestReport, ingest
from pipeline.stages.press.quality import quality_json
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace, read_workspace
from schemas.tables import TABLES

REPOSITORY = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 6, 26)
ACCEPTED = [*(name for name in TABLES if name != "usage_events"), "usage_user_days", "usage_feature_days"]
ACCOUNTS = "account_id,account_name,segment\nA1,Acme,smb\nA2,Beta,Mid-Market\n"
CONTRACTS = "contract_id,account_id,starts_on,ends_on,arr,currency\nC1,A1,2026-01-01,2026-12-31,12000,usd\n"
FEATURES = "feature,feature_name,plan\nreports,Reports,\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with accounts and contracts of one day."""
    (tmp_path / "bellwether.toml").write_text('[company]\nname = "Acme"\ntime_zone = "America/New_York"\n')
    put(tmp_path, "2026-06-26/accounts.csv", ACCOUNTS)
    put(tmp_path, "2026-06-26/contracts.csv", CONTRACTS)
    return tmp_path


def put(root: Path, path: str, text: str) -> Path:
    target = root / "exports" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def ingested(root: Path, as_of: date = AS_OF) -> IngestReport:
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        return ingest(workspace, warehouse, as_of, lambda line: None)


def frame(root: Path, query: str) -> pl.DataFrame:
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        return warehouse.frame(query)


def contents(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that later stages read, but for where in a file a row stood."""
    queries = {name: f"select * exclude (_file_id, _line) from accepted.{name} order by all" for name in ACCEPTED}
    queries["rejected"] = "select table_name, column_name, rule, value from rejected.rows order by all"
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        return {name: warehouse.frame(query).rows() for name, query in queries.items()}


def statuses(report: IngestReport) -> dict[str, str]:
    return {one.path: one.status for one in report.files}


def test_good_files_are_loaded_and_every_table_exists(root: Path) -> None:
    report = ingested(root)
    assert set(statuses(report).values()) == {"loaded"}
    rows = frame(
        root, "select account_id, segment, _system, _account_namespace, _line from accepted.accounts order by 1"
    )
    assert rows.rows() == [
        ("A1", "smb", "canonical", "canonical", 2),
        ("A2", "mid_market", "canonical", "canonical", 3),
    ]
    assert frame(root, "select currency from accepted.contracts").item() == "USD"
    tables = frame(root, "select table_name from information_schema.tables where table_schema = 'accepted'")
    assert set(tables["table_name"]) == set(ACCEPTED)


def test_a_second_run_does_no_work(root: Path) -> None:
    before = (ingested(root), contents(root))
    report = ingested(root)
    assert report.is_unchanged
    assert not before[0].is_unchanged
    assert contents(root) == before[1]
    assert len((root / "archive" / "journal.jsonl").read_text().splitlines()) == 2


def test_without_var_and_without_exports_the_archive_gives_the_same_rows(root: Path) -> None:
    ingested(root)
    before = contents(root)
    shutil.rmtree(root / "var")
    shutil.rmtree(root / "exports")
    (root / "exports").mkdir()
    assert not ingested(root).is_unchanged
    assert contents(root) == before


def test_a_change_of_a_mapping_loads_everything_again(root: Path) -> None:
    put(
        root,
        "2026-06-26/usage.csv",
        "tenant_id,date,feature,active_users,event_count,who\nt1,2026-06-01,reports,3,9,x\n",
    )
    ingested(root)
    (root / "sources").mkdir()
    (root / "sources" / "ours.toml").write_text(
        'extends = "product"\n[[file]]\nname = "usage_daily"\n[[file.table]]\ntable = "usage_daily"\naccount = "name"\n'
    )
    ingested(root)
    assert frame(root, "select _account_namespace from accepted.usage_daily").item() == "name"


def weekly(root: Path) -> None:
    for day, name in (("2026-06-12", "Acme"), ("2026-06-19", "Acme Inc"), ("2026-06-26", "Acme")):
        put(root, f"{day}/accounts.csv", ACCOUNTS.replace("Acme", name))
        put(root, f"{day}/features.csv", FEATURES)


def test_three_weeks_at_once_are_week_by_week(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("weekly")
    shutil.copytree(root, other, dirs_exist_ok=True)
    weekly(root)
    ingested(root)
    for day in (12, 19, 26):
        shutil.copytree(root / "exports" / f"2026-06-{day}", other / "exports" / f"2026-06-{day}", dirs_exist_ok=True)
        assert not ingested(other, date(2026, 6, day)).is_unchanged
    assert contents(other) == contents(root)


def test_a_file_exported_after_the_day_is_loaded_since_its_rows_are_dated_one_by_one(root: Path) -> None:
    weekly(root)
    assert set(statuses(ingested(root, date(2026, 6, 19))).values()) == {"loaded"}


def test_order_of_rows_and_columns_and_split_files_do_not_matter(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    goals = [
        ["goal_id", "account_id", "goal"],
        *[[f"G{n}", "A1", f"goal {n}"] for n in range(40)],
        ["G3", "A1", "other"],
    ]
    put(root, "2026-06-26/goals.csv", "".join(",".join(row) + "\n" for row in goals))
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(root, other, dirs_exist_ok=True)
    mixed = [goals[0], *reversed(goals[1:])]
    for number, part in enumerate((mixed[:20], [mixed[0], *mixed[20:]])):
        put(other, f"2026-06-26/goals{number or ''}.csv", "".join(",".join(reversed(row)) + "\n" for row in part))
    ingested(root)
    ingested(other)
    assert contents(other) == contents(root)


def test_a_file_without_a_date_is_dated_by_its_newest_row(root: Path) -> None:
    put(
        root, "signals.csv", "signal_id,account_id,kind,occurred_on\nS1,A1,hiring,2026-06-02\nS2,A1,hiring,2026-07-30\n"
    )
    put(root, "targets.csv", "period,measure,dimension,value\n2026,arr,all,100\n")
    ingested(root)
    days = frame(
        root, "select path, extracted_at from meta.files where path in ('signals.csv', 'targets.csv') order by path"
    )
    assert [str(moment) for moment in days["extracted_at"]] == ["2026-06-02 04:00:00", "2026-06-26 04:00:00"]


def test_an_unknown_file_is_reported_and_the_run_goes_on(root: Path) -> None:
    put(root, "2026-06-26/lunch.csv", "day,dish\n2026-06-26,soup\n")
    report = ingested(root)
    assert statuses(report)["2026-06-26/lunch.csv"] == "unknown"
    assert "has a header that no source knows" in report.warnings[0]
    assert report.exit_codes == set()
    assert ingested(root).is_unchanged


def test_a_missing_required_column_fails_its_file_only(root: Path) -> None:
    put(root, "2026-06-26/signals.csv", "signal_id,account_id,occurred_on,note,source\nS1,A1,2026-06-02,x,y\n")
    report = ingested(root)
    assert report.exit_codes == {3}
    assert "has no column for signals.kind (looked for kind)" in report.warnings[0]
    assert frame(root, "select count(*) from accepted.accounts").item() == 2


def test_contracts_without_a_required_column_stop_the_run(root: Path) -> None:
    put(root, "2026-06-26/contracts.csv", CONTRACTS.replace("arr", "yearly"))
    with pytest.raises(QualityGate, match=r"has no column for contracts\.arr"):
        ingested(root)
    assert frame(root, "select count(*) from accepted.contracts").item() == 0


@pytest.mark.parametrize(("bad", "is_loaded"), [(5, True), (6, False)])
def test_a_share_of_rejects_over_the_limit_fails_the_file(root: Path, bad: int, is_loaded: bool) -> None:
    rows = [f"S{n},A1,hiring,{'soon' if n < bad else '2026-06-02'}\n" for n in range(100)]
    put(root, "2026-06-26/signals.csv", "signal_id,account_id,kind,occurred_on\n" + "".join(rows))
    report = ingested(root)
    assert report.exit_codes == (set() if is_loaded else {3})
    assert frame(root, "select count(*) from accepted.signals").item() == (100 - bad if is_loaded else 0)
    assert frame(root, "select count(*) from rejected.rows where rule = 'unreadable'").item() == bad
    assert frame(root, "select bool_and(rows_read = accepted + rejected + duplicates) from meta.loads").item()


def test_a_failed_file_is_judged_again_and_forgotten_when_it_is_gone(root: Path) -> None:
    bad = put(root, "2026-06-26/signals.csv", "signal_id,account_id,kind,occurred_on\nS1,A1,hiring,soon\n")
    assert [ingested(root).exit_codes, ingested(root).exit_codes] == [{3}, {3}]
    assert frame(root, "select count(*) from rejected.rows").item() == 1
    bad.unlink()
    assert ingested(root).exit_codes == set()
    assert frame(root, "select count(*) from rejected.rows").item() == 0


def test_every_rejected_row_says_file_line_column_rule_value_and_remedy(root: Path) -> None:
    rows = "".join(f"S{n},A1,hiring,2026-06-02\n" for n in range(60))
    text = (
        'signal_id,account_id,kind,occurred_on\nS0,"A\n1",hiring,2026-06-02\nSx,A1,bad_vibes,2026-06-02\nSy,A1,hiring\n'
    )
    put(root, "2026-06-26/signals.csv", text + rows.replace("S0,", "S100,"))
    ingested(root)
    found = frame(
        root, "select path, table_name, line, column_name, rule, value, remedy from rejected.rows order by line"
    )
    assert [row[:6] for row in found.rows()] == [
        ("2026-06-26/signals.csv", "signals", 4, "kind", "unknown_value", "bad_vibes"),
        ("2026-06-26/signals.csv", "signals", 5, None, "broken_record", "Sy,A1,hiring"),
    ]
    assert "Known: stakeholder_departed" in found["remedy"][0]
    assert "It has 3 fields, the header has 4" in found["remedy"][1]


def test_a_source_that_cannot_be_read_is_an_error_of_use(root: Path) -> None:
    (root / "sources").mkdir()
    (root / "sources" / "ours.toml").write_text('system = "x"\ncolour = 1\n')
    with pytest.raises(UsageError, match=r"unknown key|missing key"):
        ingested(root)


def test_quality_lists_every_file_and_feed(root: Path) -> None:
    put(root, "2026-06-26/lunch.csv", "day,dish\n2026-06-26,soup\n")
    ingested(root)
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        files = file_accounts(warehouse, "UTC")
        orphans = pl.when(pl.col("table_name") == "contracts").then(1)
        feeds = pl.DataFrame({"feed": ["usage"], "newest_on": [AS_OF], "age_days": [0], "state": ["fresh"]})
        frames = {"files": files.with_columns(orphans=orphans), "feeds": feeds}
        made = json.loads(quality_json(Ledger.from_frames(AS_OF, "USD", frames), warehouse))
    assert [(one["path"], one["status"], one["table"], one["rows_read"], one["orphans"]) for one in made["files"]] == [
        ("2026-06-26/accounts.csv", "loaded", "accounts", 2, 0),
        ("2026-06-26/contracts.csv", "loaded", "contracts", 1, 1),
        ("2026-06-26/lunch.csv", "unknown", None, 0, 0),
    ]
    feed = {"feed": "usage", "newest_on": "2026-06-26", "age_days": 0, "state": "fresh"}
    assert made["feeds"][0].items() >= feed.items()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Warehouse]]:
    """The sample workspace, ingested."""
    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(
        REPOSITORY / "data" / "sample", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("var", "archive", "out")
    )
    workspace = read_workspace(root)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        report = ingest(workspace, warehouse, workspace.settings.run.as_of or AS_OF, lambda line: None)
        assert report.exit_codes == set()
        assert {one.status for one in report.files} == {"loaded", "ignored"}
        yield workspace, warehouse


COUNTED_OTHERWISE = {"duplicate", "orphan", "deleted"}


def test_every_rejected_row_of_the_sample_was_planted(sample: tuple[Workspace, Warehouse]) -> None:
    with (REPOSITORY / "tests" / "demo" / "planted.csv").open(newline="") as file:
        planted = [row for row in csv.DictReader(file) if row["reason"] not in COUNTED_OTHERWISE]
    expected = {(row["file"], int(row["line"])) for row in planted}
    found = sample[1].frame(
        "select distinct 'exports/' || replace(path, '!', '/') as file, line, rule from rejected.rows"
    )
    rejected = {(row["file"], row["line"]) for row in found.to_dicts() if row["rule"] != "never_started"}
    assert rejected == expected


def test_every_file_of_the_sample_balances(sample: tuple[Workspace, Warehouse]) -> None:
    query = "select count(*) from meta.loads where rows_read <> accepted + rejected + duplicates"
    assert sample[1].value(query) == 0
    assert sample[1].value("select count(*) from meta.loads") > 30


def test_planted_duplicates_and_deletions_of_the_sample_are_counted(sample: tuple[Workspace, Warehouse]) -> None:
    with (REPOSITORY / "tests" / "demo" / "planted.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = "table_name <> 'account_keys'"
    assert sample[1].value(f"select sum(duplicates)::bigint from meta.loads where {table}") == sum(
        row["reason"] == "duplicate" for row in rows
    )
    assert sample[1].value(f"select sum(deleted)::bigint from meta.loads where {table}") == sum(
        row["reason"] == "deleted" for row in rows
    )
