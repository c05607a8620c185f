"""The score stage: marts in, scores out, nothing done twice."""

from dataclasses import replace

import polars as pl
import pytest

from pipeline.book import Book
from pipeline.errors import RunFailed
from pipeline.scores import SCORES, Scores
from pipeline.scoring.scored import scored
from pipeline.stages.fingerprint import inputs, remember
from pipeline.stages.score import READ, score
from pipeline.warehouse import open_warehouse
from pipeline.workspace import Workspace
from tests.rules.books import AS_OF, Panel, settings, shipped_policy
from tests.rules.risk_books import CALM, COUNTS, DATES, IN_ACCOUNT_WEEKS, TEXTS


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path, settings())


DEFAULTS = CALM | dict.fromkeys(COUNTS, 0) | {"contract_next_decision_on": None}
PEOPLE = ("csm", "csm_manager", "account_executive", "parent_account_id", "region", "tier")


def typed(name):
    dated = name in DATES or name.endswith("_on")
    dtype = pl.Date if dated else pl.String if name in TEXTS else pl.Boolean if name == "is_scored" else pl.Int64
    return pl.lit(DEFAULTS[name], dtype).alias(name)


def whole(panel):
    """The panel's book with what churn risk, alerts and plays read as well, calm in every respect."""
    book = panel.book()
    there = book.account_weeks.columns
    risk = [name for name in DEFAULTS if name not in IN_ACCOUNT_WEEKS]
    more = [typed(name) for name in IN_ACCOUNT_WEEKS if name not in there]
    money = [pl.lit(1000).alias("arr"), pl.lit("Cem").alias("csm")]
    flags = [pl.lit(False).alias(name) for name in ("is_advocate", "is_strategic")]
    names = [pl.lit(None, pl.String).alias(name) for name in PEOPLE]
    return replace(
        book,
        account_weeks=book.account_weeks.with_columns(*more, *money),
        risk_weeks=book.account_weeks.select("account_id", "week_ending_on", *map(typed, risk)),
        accounts=book.accounts.with_columns(*flags, *names, churned_on=pl.lit(None, pl.Date), seats=pl.lit(10)),
    )


def build(warehouse, panel, print_="one"):
    book = whole(panel)
    for mart in READ:
        if getattr(book, mart).width:
            warehouse.replace(f"marts.{mart}", getattr(book, mart))
    remember(warehouse, "build", inputs(files=print_))


def test_scores_are_written_for_the_marts_and_not_twice(workspace):
    panel, lines = Panel().peers().account("a", contract_notice_count=1).override("watch", made=1, expires=-1), []
    with open_warehouse(workspace.warehouse, []) as warehouse:
        build(warehouse, panel)
        first = score(workspace, warehouse, AS_OF, lines.append)
        written = {name: warehouse.frame(f"select * from scores.{name}") for name in SCORES}
        again = score(workspace, warehouse, AS_OF, lines.append)
    expected = scored(whole(panel), shipped_policy(), settings()).frames()
    assert all(written[name].equals(frame) for name, frame in expected.items() if frame.width)
    assert all(written[name].width for name in SCORES)
    assert (first.is_unchanged, again.is_unchanged) == (False, True)
    assert first.bands == again.bands == {"healthy": 4, "watch": 1}
    assert (first.accounts, first.account_weeks, first.exit_codes) == (5, 30, set())
    assert lines[0].startswith("score: 5 accounts, 30 account-weeks in ")
    assert lines[1].startswith("score: unchanged, 5 accounts")


def test_a_new_build_or_another_policy_is_scored_again(workspace):
    with open_warehouse(workspace.warehouse, []) as warehouse:
        build(warehouse, Panel().account("a"))
        score(workspace, warehouse, AS_OF, str)
        build(warehouse, Panel().account("a").account("b"), "two")
        assert score(workspace, warehouse, AS_OF, str).accounts == 2
        workspace.policy.mkdir()
        (workspace.policy / "health.toml").write_text("[scorecards.default.bands]\nhealthy = 99\n")
        assert score(workspace, warehouse, AS_OF, str).bands == {"watch": 2}


def test_without_marts_it_says_which_command_builds_them(workspace):
    with open_warehouse(workspace.warehouse, []) as warehouse, pytest.raises(RunFailed, match="marts are not built"):
        score(workspace, warehouse, AS_OF, str)


def test_a_book_without_its_panel_is_no_book():
    with pytest.raises(RunFailed, match="feed_weeks, accounts, account_weeks are not built"):
        Book.from_frames(AS_OF, settings(), {"weeks": pl.DataFrame()})


def test_scores_read_back_are_the_scores_written():
    written = {name: pl.DataFrame({name: [1]}) for name in SCORES}
    read = Scores.from_frames(written).frames()
    assert tuple(read) == SCORES
    assert all(read[name].equals(written[name]) for name in SCORES)
