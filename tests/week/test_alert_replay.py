"""An alert is raised once per crossing, whether the runs came week by week or one run sees all weeks."""

import shutil
from pathlib import Path

import pytest

from pipeline.demo import write_workspace
from pipeline.demo.story import ANCHOR
from pipeline.workspace import REPOSITORY
from tests.week.company import AS_OF, scored
from tests.week.replay import book_of, replayed


def test_runs_of_six_weeks_raise_each_alert_once_and_the_same_as_one_run(tmp_path: Path) -> None:
    write_workspace(tmp_path / "workspace", accounts=30, months=26, as_of=AS_OF)
    week_by_week, once = replayed(
        tmp_path / "workspace", book_of(tmp_path / "workspace", scored(tmp_path / "workspace"), AS_OF), 10
    )
    assert week_by_week["rule"].n_unique() > 5
    assert week_by_week["alert_id"].is_unique().all()
    assert week_by_week.equals(once)


@pytest.mark.nightly
def test_two_years_of_the_sample_replayed_raise_each_alert_once_and_the_same_as_one_run(tmp_path: Path) -> None:
    made_by_runs = shutil.ignore_patterns("var", "out", "archive")
    root = shutil.copytree(REPOSITORY / "data" / "sample", tmp_path / "sample", ignore=made_by_runs)
    week_by_week, once = replayed(root, book_of(root, scored(root, ANCHOR), ANCHOR), 104)
    assert week_by_week.height > 2_000
    assert week_by_week["alert_id"].is_unique().all()
    assert week_by_week.equals(once)
