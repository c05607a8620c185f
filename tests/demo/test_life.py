"""The hidden life: churn follows from it, but only in part; identifiers and draws are what they claim to be."""

import ast
from pathlib import Path

import numpy as np
import pytest

import pipeline.demo
from pipeline.demo.dice import Dice
from pipeline.demo.ids import checksum
from pipeline.demo.life import lived
from pipeline.demo.story import ANCHOR, Story, told


def decisions(story: Story) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each renewal decision was a churn, and how likely the hidden states and mere chance made it."""
    found = {
        (c.account, c.decided): (c.is_lost, c.from_states, c.from_shock)
        for c in story.contracts
        if c.decided <= story.anchor
    }
    lost, states, shock = np.array(list(found.values()), dtype=float).T
    return lost.astype(bool), states, shock


@pytest.fixture(scope="module")
def book() -> Story:
    """A book that is large enough for shares to be steady."""
    return told(7, 700, 36, ANCHOR)


def concordance(score: np.ndarray, lost: np.ndarray) -> float:
    """The chance that a lost account had the higher score."""
    higher = score[lost][:, None] > score[~lost][None, :]
    return float(higher.mean())


def test_the_churn_law_leaves_at_least_three_tenths_unexplained(book: Story) -> None:
    lost, states, shock = decisions(book)
    likely = 1 - (1 - states) * (1 - shock)
    explained = likely[lost].mean() - likely[~lost].mean()
    assert 0.15 < explained < 0.7
    assert (shock * (1 - states)).sum() / likely.sum() > 0.2
    assert 0.7 < concordance(likely, lost) < 0.95


def test_churn_is_as_frequent_as_the_law_says(book: Story) -> None:
    lost, states, shock = decisions(book)
    likely = 1 - (1 - states) * (1 - shock)
    assert abs(lost.mean() - likely.mean()) < 0.03


def test_over_sixty_of_the_sample_s_customers_have_left(story: Story) -> None:
    known = {stay.account for stay in story.stays if stay.starts <= story.anchor}
    live = {stay.account for stay in story.stays if stay.starts <= story.anchor <= stay.ends}
    assert len(known) == 240
    assert len(known - live) >= 60


def test_a_longer_life_begins_like_the_shorter_one() -> None:
    short, long = lived(Dice(7), 30, 19_000, 19_700), lived(Dice(7), 30, 19_000, 20_400)
    assert np.array_equal(long.vigor[:, : short.vigor.shape[1]], short.vigor)
    assert np.array_equal(long.departures[:, : short.vigor.shape[1]], short.departures)


def test_a_single_draw_equals_the_draw_of_an_array() -> None:
    dice = Dice(3)
    many = dice.uniform("x", np.arange(50), 4)
    assert [dice.roll("x", i, 4) for i in range(50)] == many.tolist()
    assert 0.4 < many.mean() < 0.6


def test_salesforce_suffixes_follow_the_published_rule() -> None:
    assert checksum("001D000000IqhSL") == "IAZ"


def test_names_are_unique_for_thousands_of_customers() -> None:
    from pipeline.demo.company import founded

    names = [account.name.casefold() for account in founded(Dice(7), 3_000, 19_662, 20_700)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", sorted(Path(pipeline.demo.__file__).parent.glob("*.py")), ids=lambda p: p.stem)
def test_the_generator_knows_nothing_of_the_pipeline(path: Path) -> None:
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    ours = ("pipeline", "schemas", "policy")
    assert [m for m in imported if m.startswith(ours) and not m.startswith("pipeline.demo")] == []
