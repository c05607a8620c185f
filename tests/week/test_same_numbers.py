"""The same facts give the same numbers, however the exports are cut, ordered, or loaded over time."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo import write_workspace
from tests.week.company import AS_OF, Frames, copied, cut_after, differences, ingested, scored, written_canonically
from tests.week.exports import Rewrite, all_at_once, rewrite_exports, shuffled_columns, shuffled_rows, split_in_two

EXPECTED = [
    "accounts",
    "contracts",
    "contacts",
    "usage",
    "features",
    "tickets",
    "survey_responses",
    "activities",
    "invoices",
    "trainings",
]
CARRYING = ("usage", "tickets")  # floors and frozen windows hang on these; the others run nightly
REWRITES = (all_at_once, shuffled_rows, shuffled_columns, split_in_two)
BANDS = ["critical", "at_risk", "watch", "healthy"]


def nightly(value: object) -> object:
    """A case for the nightly sweep."""
    return pytest.param(value, marks=pytest.mark.nightly)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("company") / "workspace"
    write_workspace(root, accounts=30, months=22, as_of=AS_OF)
    return root


@pytest.fixture(scope="module")
def numbers(company: Path) -> Frames:
    return scored(company)


@pytest.fixture(scope="module")
def canonical(company: Path, numbers: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_canonically(company, tmp_path_factory.mktemp("canonical") / "workspace", EXPECTED)


@pytest.fixture(scope="module")
def canonical_numbers(canonical: Path) -> Frames:
    return scored(canonical)


def test_the_company_has_numbers_to_compare(numbers: Frames) -> None:
    weeks = numbers["scores.health_weeks"]
    assert weeks.height > 1000
    assert weeks["health_score"].drop_nulls().n_unique() > 100


@pytest.mark.nightly
@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda one: one.__name__)
def test_the_order_of_rows_columns_and_files_changes_nothing(
    company: Path, numbers: Frames, tmp_path: Path, rewrite: Rewrite
) -> None:
    root = copied(company, tmp_path / "workspace")
    rewrite_exports(root / "exports", rewrite)
    assert differences(numbers, scored(root)) == []


def test_a_warehouse_that_was_deleted_comes_back_from_the_archive(
    company: Path, numbers: Frames, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(company, root)
    shutil.rmtree(root / "var")
    shutil.rmtree(root / "exports")
    (root / "exports").mkdir()
    assert differences(numbers, scored(root)) == []


def test_a_second_ingest_of_the_same_files_does_no_work(company: Path, numbers: Frames) -> None:
    assert ingested(company).is_unchanged


@pytest.mark.nightly
@pytest.mark.parametrize("count", [2, 12])
def test_weekly_exports_at_once_give_what_week_by_week_gives(tmp_path: Path, count: int) -> None:
    write_workspace(tmp_path / "once", accounts=24, months=12, as_of=AS_OF, weekly_exports=count)
    by_week = copied(tmp_path / "once", tmp_path / "by_week")
    weeks = sorted(folder.name for folder in (by_week / "exports").iterdir())
    shutil.move(by_week / "exports", tmp_path / "waiting")
    (by_week / "exports").mkdir()
    for week in weeks:
        shutil.move(tmp_path / "waiting" / week, by_week / "exports" / week)
        week_by_week = scored(by_week, date.fromisoformat(week))
    assert len(weeks) == count
    assert differences(scored(tmp_path / "once"), week_by_week) == []


def test_an_earlier_run_gives_what_the_panel_shows_for_that_week(
    canonical: Path, canonical_numbers: Frames, tmp_path: Path
) -> None:
    then = AS_OF - timedelta(weeks=8)
    root = copied(canonical, tmp_path / "workspace")
    cut_after(root, then)
    shown = canonical_numbers["scores.health_weeks"].filter(pl.col("week_ending_on") == then)
    stated = scored(root, then)["scores.health_weeks"].filter(pl.col("week_ending_on") == then)
    columns = [
        "account_id",
        "health_score",
        "health_band",
        "health_coverage_pct",
        "health_change_1w",
        "health_change_4w",
    ]
    assert shown.height > 20
    assert shown.select(columns).equals(stated.select(columns), null_equal=True)


@pytest.mark.parametrize(
    "feed",
    [feed if feed in CARRYING else nightly(feed) for feed in EXPECTED if feed not in ("accounts", "contracts")],
)
def test_losing_a_feed_raises_no_score_and_improves_no_colour(
    canonical: Path, canonical_numbers: Frames, tmp_path: Path, feed: str
) -> None:
    root = copied(canonical, tmp_path / "workspace")
    table = {"usage": "usage_daily"}.get(feed, feed)
    next(root.rglob(f"{table}.csv")).unlink()
    joined = now(canonical_numbers).join(now(scored(root)), on="account_id", suffix="_without")
    raised = joined.filter(pl.col("health_score_without") > pl.col("health_score"))
    rank, rank_without = (
        pl.col(name).replace_strict(BANDS, range(4), default=None) for name in ("health_band", "health_band_without")
    )
    assert joined.height > 20
    assert raised.height == 0
    assert joined.filter(rank_without > rank).height == 0


def now(frames: Frames) -> pl.DataFrame:
    """The latest week's scores."""
    return frames["scores.health_weeks"].filter(pl.col("week_ending_on") == AS_OF)
