"""A workspace from its beginning on: made, planned, looked after, tidied up."""

import json
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.commanding import AS_OF, GOALS, GOOD_GOALS, Commands, acme

__all__ = ["acme"]


def test_help_answers_at_once_without_loading_what_it_does_not_need() -> None:
    listing = "import sys, pipeline.cli; print(sorted({'polars', 'duckdb', 'pydantic', 'numpy'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
    took = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("bellwether"), "--help"], capture_output=True, check=True)
        took.append(time.perf_counter() - began)
    assert min(took) < 2  # half a second on an idle machine; tests share theirs


def test_init_writes_a_workspace_that_says_what_to_do_next(acme: Commands) -> None:
    root = acme.root.parent / "new"
    arguments = ("--name", 'Ann "A" & Söhne', "--time-zone", "America/Lima", "--currency", "eur")
    made = acme("init", root, *arguments, "--week-ends-on", "Sunday", workspace=False)
    assert (made.code, str(root / "exports") in made.out) == (0, True)
    assert {path.name for path in root.iterdir()} == {"bellwether.toml", "exports", "policy", "sources", "notes"}
    new = Commands(root, acme._capsys)
    settings = {row["name"]: row["found"] for row in new("doctor", "--json").result if row["topic"] == "setting"}
    assert settings["company.name"].startswith('Ann "A" & Söhne')
    assert settings["company.week_ends_on"].startswith("sunday")
    weekly = new("weekly", "-q")
    assert (weekly.code, "Put an export of accounts into exports/" in weekly.err) == (3, True)


@pytest.mark.parametrize("option", [("--time-zone", "Lima"), ("--currency", "euro"), ("--week-ends-on", "payday")])
def test_init_refuses_a_setting_that_does_not_exist_before_it_writes(acme: Commands, option: tuple[str, str]) -> None:
    refused = acme("init", acme.root.parent / "new", *option, workspace=False)
    assert refused.code == 2
    assert not (acme.root.parent / "new").exists()


def test_init_refuses_a_folder_that_holds_anything(acme: Commands) -> None:
    assert acme("init", acme.root, workspace=False).code == 2


def steps(commands: Commands) -> dict[str, tuple[bool, list[str]]]:
    told = commands("plan", "--json").result
    return {step["stage"]: (step["would_run"], step["reasons"]) for step in told["stages"]}


def test_a_plan_names_the_reason_of_every_stage_and_does_nothing(acme: Commands) -> None:
    acme.put("lunch.csv", "dish,price\nsoup,4.50\n")
    planned = acme("plan", "--json").result
    assert {file["path"]: file["status"] for file in planned["files"]} == {
        f"{AS_OF}/accounts.csv": "new",
        f"{AS_OF}/contracts.csv": "new",
        "lunch.csv": "unknown",
    }
    assert steps(acme)["ingest"] == (True, ["it never ran here", "2 new files"])
    assert not (acme.root / "var" / "warehouse.duckdb").exists()
    acme("ingest", "-q")
    assert steps(acme)["ingest"] == (False, [])
    assert steps(acme)["build"] == (True, ["it never ran here"])
    acme("build", "-q")
    assert steps(acme)["build"] == (False, [])


def test_a_plan_tells_a_changed_setting_from_a_new_file_and_another_day(acme: Commands) -> None:
    acme("ingest", "-q")
    acme("build", "-q")
    config = acme.root / "bellwether.toml"
    config.write_text(config.read_text() + "[capacity]\nsaves_per_csm_per_week = 5\n")
    assert steps(acme)["build"] == (True, ["bellwether.toml changed"])
    assert "another day" in acme("plan", "--as-of", "2026-06-19").out
    acme.put(f"{AS_OF}/goals.csv", GOALS + GOOD_GOALS)
    assert steps(acme)["ingest"] == (True, ["1 new file"])
    assert steps(acme)["build"] == (True, ["ingest would run"])


def test_freshness_ends_with_4_when_an_expected_feed_is_missing(acme: Commands) -> None:
    assert acme("freshness").code == 1
    acme("ingest", "-q")
    acme("build", "-q")
    assert acme("freshness").code == 0
    config = acme.root / "bellwether.toml"
    config.write_text(config.read_text().replace('"contracts"]', '"contracts", "tickets"]'))
    acme("build", "-q")
    said = acme("freshness", "--json")
    feeds = {feed["feed"]: feed["state"] for feed in said.result["feeds"] if feed["is_expected"]}
    assert (said.code, feeds) == (4, {"accounts": "fresh", "contracts": "fresh", "tickets": "missing"})
    assert "build --as-of 2026-06-19" in acme("freshness", "--as-of", "2026-06-19").err


def test_every_run_is_listed_with_how_it_ended(acme: Commands) -> None:
    assert acme("runs").out == "no run is recorded\n"
    acme("ingest", "-q")
    acme("score", "-q")
    listed = acme("runs", "--json").result
    assert [(run["command"], run["exit_code"]) for run in listed] == [("ingest", 0), ("score", 1)]
    assert "not built" in listed[1]["error"]
    shown = acme("runs", "show", listed[0]["run_id"])
    assert "ingest (" in shown.out
    assert acme("runs", "list").out.count("\n") == 3
    assert acme("runs", "show", "1999").code == 2


def test_commands_that_look_leave_no_record_and_respect_the_lock(acme: Commands) -> None:
    acme("ingest", "-q")
    for command in (("quarantine", "list"), ("plan",), ("freshness",)):
        acme(*command)
    assert len(list((acme.root / "var" / "runs").iterdir())) == 1


def published(root: Path, day: str) -> None:
    for folder in (root / "out" / day, root / "var" / "rendered" / day):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text("x" * 1000)


def test_prune_removes_old_days_and_records_but_never_the_newest_or_the_archive(acme: Commands) -> None:
    acme("ingest", "-q")
    for day in ("2020-01-03", "2020-01-10", "2020-01-17"):
        published(acme.root, day)
    record = {"run_id": "20200103T000000-1", "started_at": "2020-01-03T00:00:00+00:00", "stages": {}}
    (acme.root / "var" / "runs" / "20200103T000000-1.json").write_text(json.dumps(record))
    archive = sorted((acme.root / "archive").rglob("*"))
    would = acme("prune", "--older-than", "2020-01-17", "--dry-run", "--json").result
    assert len(would["removed"]) == 5
    assert (acme.root / "out" / "2020-01-03").exists()
    assert acme("prune", "--older-than", "180d").code == 0
    assert [path.name for path in (acme.root / "out").iterdir()] == ["2020-01-17"]
    assert len(acme("runs", "--json").result) == 1
    assert sorted((acme.root / "archive").rglob("*")) == archive


@pytest.mark.parametrize("age", ["180", "yesterday", "2026-13-01"])
def test_prune_refuses_an_age_it_cannot_read(acme: Commands, age: str) -> None:
    assert acme("prune", "--older-than", age).code == 2


def test_no_as_of_means_the_last_week_end(acme: Commands) -> None:
    config = acme.root / "bellwether.toml"
    config.write_text(config.read_text().replace(f'as_of = "{AS_OF}"\n', ""))
    planned = date.fromisoformat(acme("plan", "--json").result["as_of"])
    assert planned.weekday() == 4
    assert planned > date.today() - timedelta(days=8)  # noqa: DTZ011


@pytest.mark.parametrize(
    "arguments",
    [
        ("quarantine", "list"),
        ("quarantine", "show"),
        ("freshness",),
        ("runs", "show", "x"),
        ("prune", "--older-than", "x"),
        ("replay", "nothing.csv"),
        ("map", "nothing.csv"),
        ("doctor", "nothing.csv"),
        ("quarantine", "nonsense"),
    ],
)
def test_every_error_is_one_envelope_with_a_remedy(acme: Commands, arguments: tuple[str, ...]) -> None:
    said = acme(*arguments, "--json")
    assert json.loads(said.out)["exit_code"] == said.code != 0
    assert said.error["message"]
    assert said.error["remedy"]
    assert said.err == ""


def test_what_a_file_says_cannot_steer_the_terminal(acme: Commands) -> None:
    acme.put(f"{AS_OF}/goals.csv", GOALS + GOOD_GOALS + "g99,a1,\x1b[2J\x07wipe,some\x1b[31mday\n")
    acme("ingest", "-q")
    assert "\x1b" not in acme("quarantine", "show").out
    assert "\x1b" not in acme("quarantine", "list").out


def test_the_envelope_names_the_command_wherever_an_option_stands(acme: Commands) -> None:
    acme("ingest", "-q")
    for words in (("runs", "list", "--json"), ("runs", "--json", "list")):
        said = json.loads(acme(*words).out)
        assert (said["command"], said["exit_code"]) == ("runs list", 0), words
