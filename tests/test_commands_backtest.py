"""`bellwether backtest`: of the workspace's history, and of any labelled table, with errors that say what to do."""

from pathlib import Path

import polars as pl
import pytest

from tests.commanding import AS_OF, Commands, acme  # noqa: F401
from tests.proof.test_labelled import public_table


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people[1].csv"
    public_table(500).write_csv(path)
    return path


def test_a_labelled_table_is_measured_without_a_workspace(acme: Commands, table: Path) -> None:  # noqa: F811
    said = acme("backtest", "--table", table, "--id", "id", "--outcome", "left", "--json", workspace=False)
    assert said.code == 0
    assert said.result["n"] == said.result["ids"] == 500
    assert said.result["measures"]["auc"]["low"] > 0.6
    assert said.result["left_out"] == []
    again = acme("backtest", "--table", table, "--id", "id", "--outcome", "left", "--json", workspace=False)
    assert again.out == said.out


def test_a_table_of_few_churns_says_how_many_are_missing_and_measures_nothing(acme: Commands, table: Path) -> None:  # noqa: F811
    every = public_table(600)
    few = pl.concat([every.filter(left="Yes").head(20), every.filter(left="No")])
    few.write_csv(table)
    said = acme("backtest", "--table", table, "--id", "id", "--outcome", "left", workspace=False)
    assert said.code == 0
    assert "30 more churns are needed" in said.out
    assert "AUC" not in said.out


def test_a_column_that_alone_knows_the_outcome_is_named(acme: Commands, table: Path) -> None:  # noqa: F811
    every = public_table(500)
    every.with_columns(cancelled=(pl.col("left") == "Yes").cast(pl.Int64)).write_csv(table)
    said = acme("backtest", "--table", table, "--id", "id", "--outcome", "left", workspace=False)
    assert "! cancelled alone foretells too well" in said.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--table", "nowhere.csv", "--id", "id", "--outcome", "left"], "there is no such file"),
        (["--table", "{table}"], "a table needs --id and --outcome"),
        (["--id", "id"], "--id and --outcome say what a table's columns are"),
        (["--table", "{table}", "--id", "who", "--outcome", "left"], "the table has no column who"),
        (["--table", "{table}", "--id", "id", "--outcome", "plan"], "plan holds"),
    ],
)
def test_what_cannot_be_measured_is_said_with_what_to_do(
    acme: Commands,  # noqa: F811
    table: Path,
    arguments: list[str],
    says: str,
) -> None:
    said = acme("backtest", *[one.replace("{table}", str(table)) for one in arguments], "--json", workspace=False)
    assert said.code == 2
    assert says in said.error["message"]
    assert said.error["remedy"]


@pytest.mark.parametrize("content", [b"", b"id,left\n", b"\xff\xfe\x00bad", b'id,left\n1,"open\n'])
def test_a_file_that_is_no_table_is_refused(acme: Commands, table: Path, content: bytes) -> None:  # noqa: F811
    table.write_bytes(content)
    said = acme("backtest", "--table", table, "--id", "id", "--outcome", "left", workspace=False)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_workspace_without_churns_says_how_many_are_missing(acme: Commands) -> None:  # noqa: F811
    assert acme("backtest").code == 1
    for stage in ("ingest", "build"):
        acme(stage, "-q")
    assert "not held against history" in acme("backtest").err
    acme("score", "-q")
    said = acme("backtest", "--json")
    assert said.code == 0
    assert said.result["as_of"] == AS_OF
    assert (said.result["summary"]["events_needed"], said.result["summary"]["verdict"]) == (50, "too_few_events")
    assert "50 more churns are needed" in acme("backtest").out
    assert acme("backtest", "--as-of", "2026-06-19").code == 2
