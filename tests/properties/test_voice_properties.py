"""NPS tables against an independent slow version, and what must hold of every book of answers."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scores import Scores
from pipeline.voice.accounts import standing
from pipeline.voice.interval import Nps
from pipeline.voice.nps import nps
from tests.properties.plain_voice import nps_table
from tests.rules.voice_books import RULES, WAVE_DAYS, Asked

NAMES = ("a", "b", "c", "d")
ACCOUNTS = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(["enterprise", "starter", None]),
        "csm": st.sampled_from(["Ada", "Bo", None]),
        "arr": st.integers(0, 5000),
        "is_scored": st.booleans(),
        "customer_since_on": st.none() | st.dates(date(2024, 6, 1), date(2026, 6, 1)),
    }
)
ANSWERS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 10), st.sampled_from(list(WAVE_DAYS)), st.booleans()), max_size=40
)
INVITED = st.dictionaries(
    st.tuples(st.sampled_from(list(WAVE_DAYS)), st.sampled_from(NAMES)), st.integers(1, 9), max_size=8
)


def a_book(accounts, answers, invited):
    asked = Asked()
    for name, values in accounts.items():
        asked.account(name, **values)
    for account, score, wave, is_hidden in answers:
        asked.answer(account, score, wave, is_anonymous=is_hidden)
    for (wave, account), count in invited.items():
        asked.ask(account, count, wave)
    return asked


def table(asked):
    book = asked.book()
    return nps(book, standing(book, Scores.from_frames({}), RULES), RULES)


@settings(deadline=None, max_examples=60)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ACCOUNTS)), ANSWERS, INVITED)
def test_the_nps_table_equals_an_independent_slow_version(accounts, answers, invited):
    asked = a_book(accounts, answers, invited)
    seen = {(r["wave"], r["dimension"], r["value"]): r for r in table(asked).iter_rows(named=True)}
    plain = nps_table(list(asked.accounts.values()), asked.answers, asked.invited, WAVE_DAYS)
    assert seen.keys() == plain.keys()
    for key, row in plain.items():
        for name, value in row.items():
            assert seen[key][name] == (value if value is None else pytest.approx(value)), (key, name)


@settings(deadline=None, max_examples=25)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ACCOUNTS)), ANSWERS, INVITED)
def test_the_order_of_answers_changes_nothing(accounts, answers, invited):
    one, two = a_book(accounts, answers, invited), a_book(accounts, answers, invited)
    two.answers.reverse()
    assert table(one).equals(table(two))


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_its_centre_and_stays_within_a_hundred(promoters, passives, detractors):
    it = Nps(promoters, passives, detractors)
    assert -100 <= it.low <= it.centre * 100 <= it.high <= 100
    assert it.variance > 0


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_promoters_and_detractors_are_mirror_images(promoters, passives, detractors):
    it, mirrored = Nps(promoters, passives, detractors), Nps(detractors, passives, promoters)
    assert it.low == pytest.approx(-mirrored.high)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_twice_as_many_answers_of_the_same_kind_narrow_the_interval(promoters, passives, detractors):
    one, two = Nps(promoters, passives, detractors), Nps(2 * promoters, 2 * passives, 2 * detractors)
    assert two.variance <= one.variance
