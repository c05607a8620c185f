"""bellwether.toml: what is wrong is named with file, line, key, value and remedy."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.errors import UsageError, WorkspaceBusy, worst_exit_code
from pipeline.runs import holder, one_run
from pipeline.workspace import Workspace, as_settings, default_as_of, read_workspace

MINIMAL = '[company]\nname = "Acme"\n'


def written(folder: Path, text: str) -> Path:
    (folder / "bellwether.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL + '\n[feeds]\nexpectd = ["usage"]\n', "unknown key expectd"),
        (MINIMAL + "colour = 1\n", "bellwether.toml:3: company.colour = 1: unknown key"),
        ("[company]\n", "bellwether.toml:1: company.name: missing key"),
        (MINIMAL + 'time_zone = "Mars/Olympus"\n', "is not a time zone; write one such as America/New_York"),
        (MINIMAL + 'week_ends_on = "freitag"\n', "is not a weekday"),
        (MINIMAL + "fiscal_year_starts_month = 13\n", "bellwether.toml:3: company.fiscal_year_starts_month = 13"),
        (MINIMAL + '[run]\nas_of = "2026-02-30"\n', "bellwether.toml:4: run.as_of = '2026-02-30'"),
        (MINIMAL + "[quality]\nmax_reject_pct = -1\n", "bellwether.toml:4: quality.max_reject_pct = -1"),
        ("[company\n", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read_workspace(written(tmp_path, text))
    assert said in error.value.message
    assert error.value.remedy


def test_a_folder_without_a_config_is_not_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a workspace"):
        read_workspace(tmp_path)


def test_feeds_take_their_own_age(tmp_path: Path) -> None:
    workspace = read_workspace(written(tmp_path, MINIMAL + "[feeds]\n[feeds.tickets]\nmax_age_days = 3\n"))
    assert workspace.settings.feeds.ages == {"tickets": 3}


@pytest.mark.parametrize(
    ("today", "as_of"),
    [
        ("2026-10-30", "2026-10-30"),
        ("2026-10-31", "2026-10-30"),
        ("2026-11-05", "2026-10-30"),
        ("2026-11-06", "2026-11-06"),
    ],
)
def test_the_default_day_is_the_last_week_end_on_or_before_today(today: str, as_of: str) -> None:
    settings = as_settings({"company": {"name": "Acme"}})
    assert default_as_of(settings, date.fromisoformat(today)) == date.fromisoformat(as_of)


@pytest.mark.parametrize(
    ("codes", "ends_with"), [(set(), 0), ({4}, 4), ({6, 4}, 4), ({4, 3}, 3), ({3, 5}, 5), ({5, 1}, 1), ({2}, 2)]
)
def test_exit_codes_together_are_1_before_5_3_4_6(codes: set[int], ends_with: int) -> None:
    assert worst_exit_code(codes) == ends_with


def test_a_second_run_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, as_settings({"company": {"name": "Acme"}}))
    now = datetime(2026, 10, 30, tzinfo=UTC)
    with one_run(workspace, date(2026, 10, 30), now) as run:
        assert run.run_id in (holder(workspace) or "")
        with pytest.raises(WorkspaceBusy, match=run.run_id), one_run(workspace, date(2026, 10, 30), now):
            pass
    assert holder(workspace) is None
    assert (workspace.var / "runs" / f"{run.run_id}.json").is_file()
