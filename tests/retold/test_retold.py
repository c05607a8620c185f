"""Scores told from the canonical rows by plain Python are those of the product, account by account and week by week."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.properties.plain import TABLE as COMPONENTS
from tests.properties.plain import Plain
from tests.properties.plain_risk import BANDS as RISK_BANDS
from tests.properties.plain_risk import GROUP_OF, PlainRisk
from tests.properties.plain_risk import TABLE as FACTORS
from tests.retold.facts import Facts
from tests.retold.product import scored
from tests.retold.rows import AS_OF, EXTRA, FEEDS, ZONE, invented

BOOKS = 10
WEEKS = 14
AT_LEAST = 50
FACTOR_STATES = ("absent", "present", "frozen", "unknown")


def told_twice(folder, seed, books=BOOKS, weeks=WEEKS):
    """Hold one company of many books against its plain retelling; returns how often everything occurred."""
    company = invented(seed, books)
    days = [AS_OF - timedelta(weeks=week) for week in range(weeks)]
    facts = Facts(
        company.rows,
        days,
        zone=ZONE,
        expected=company.expected,
        ages=company.ages,
        max_stale=company.max_stale,
        holidays=company.holidays,
    )
    rows = [facts.row(account, day) for account in facts.accounts for day in days]
    product = scored(folder, company, weeks)
    return Counter(
        [*health_agrees(facts, company, rows, days, *product[:2]), *risk_agrees(facts, rows, days, *product[2:])]
    )


def by_key(frame):
    return {(row["account_id"], row["week_ending_on"]): row for row in frame.to_dicts()}


def health_agrees(facts, company, rows, days, weeks, panel):
    feeds = {(feed, day): (facts.state(feed, day), feed in facts.expected) for feed in (*FEEDS, *EXTRA) for day in days}
    overrides = company.rows.get("overrides", [])
    business = {day: facts.business_days(day) for day in days}
    plain = Plain(rows, feeds, overrides, days, company.basis == "business", business)
    weeks, panel = by_key(weeks), by_key(panel)
    assert weeks.keys() == plain.rows.keys()
    for key, week in weeks.items():
        score, coverage, _ = plain.score(*key)
        states = {name: plain.component(name, *key) for name in COMPONENTS}
        assert {name: (panel[key][f"{name}.state"], panel[key][f"{name}.score"]) for name in COMPONENTS} == states, key
        assert week["health_score"] == (None if score is None else pytest.approx(float(score), abs=1e-6)), key
        assert week["health_coverage_pct"] == pytest.approx(float(coverage), abs=1e-6), key
        assert (week["health_band"], week["health_band_computed"]) == plain.bands(*key), key
        assert week["health_trend"] == plain.trend(*key), key
        assert week["is_complete"] == plain.is_complete(key[1]), key
        yield from ((name, state) for name, (state, _) in states.items())
        yield from (("floor", name) for name in plain.floors(*key))
        yield from [("override", week["health_band"])] if plain.override(*key) else []
        yield "health", week["health_band"]


def risk_agrees(facts, rows, days, weeks, panel):
    feeds = {(feed, day): facts.state(feed, day) for feed in (*FEEDS, *EXTRA) for day in days}
    plain = PlainRisk({(row["account_id"], row["week_ending_on"]): row for row in rows}, feeds, days)
    weeks, panel = by_key(weeks), by_key(panel)
    assert weeks.keys() == {key for key, row in plain.rows.items() if row["is_scored"]}
    for key, week in weeks.items():
        states = {name: plain.factor(name, *key) for name in FACTORS}
        found = {name: (FACTOR_STATES[panel[key][f"{name}.state"]], panel[key][f"{name}.points"]) for name in FACTORS}
        assert found == states, key
        assert (week["churn_risk_points"], week["points_sum"]) == (plain.points(*key), plain.points_sum(*key)), key
        assert week["churn_risk_band"] == RISK_BANDS[plain.rank(*key)], key
        assert week["churn_risk_unknown_count"] == len(plain.unknown(*key)), key
        yield from ((name, state) for name, (state, _) in states.items())
        yield "risk", week["churn_risk_band"]


@pytest.mark.parametrize("seed", range(3))
def test_thirty_books_are_told_alike(tmp_path, seed):
    told = told_twice(tmp_path, seed)
    assert told["health", "watch"] + told["risk", "green"] > 0


def all_that_can_be():
    """Every state of every component and factor, every floor, override and band that there is."""
    never_na = ("login_days", "contract_status")
    never_ages = ("contract_status", "strategic_alignment", "stakeholder_changes")
    never_missing = ("contract_status", "strategic_alignment")
    for name in COMPONENTS:
        yield from ((name, state) for state in ("present", "off"))
        yield from [(name, "na")] if name not in never_na else []
        yield from [(name, "frozen")] if name not in never_ages else []
        yield from [(name, "missing")] if name not in never_missing else []
    ageing = ("usage", "tickets", "trainings", "survey_responses", "qbrs")
    for name, (points, feeds) in FACTORS.items():
        first, is_led = next(iter(feeds)), GROUP_OF.get(name, [name])[0] == name
        yield from ((name, state) for state in ("absent", "present"))
        yield from [(name, "frozen")] if points > 0 and first in ageing else []
        yield from [(name, "unknown")] if is_led and first != "contracts" else []
    yield from (("floor", name) for name in ("notice", "stakeholders", "p0", "tickets", "contacts"))
    yield from ((kind, band) for kind in ("override", "health") for band in ("critical", "at_risk", "watch", "healthy"))
    yield "health", "insufficient_data"
    yield from (("risk", band) for band in RISK_BANDS)


@pytest.mark.nightly
def test_a_thousand_books_are_told_alike_and_everything_occurs(tmp_path):
    told = Counter()
    for seed in range(100, 200):
        told += told_twice(tmp_path / str(seed), seed)
    assert {what: told[what] for what in all_that_can_be() if told[what] < AT_LEAST} == {}
