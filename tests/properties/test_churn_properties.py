"""What holds for the churn risk of every book: agreement with a plain retelling, exact sums, no order, no forgiving."""

import random
from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta

import polars as pl
import pytest

from pipeline.policy import RISK_BANDS
from pipeline.scoring.churn_risk import churn_risk, risk_panel
from pipeline.scoring.risk_factors import ABSENT, STATES, UNKNOWN, risk_parts
from pipeline.scoring.risk_tables import churn_changes, churn_factors, churn_weeks
from tests.properties.plain_risk import BANDS, GROUP_OF, TABLE, PlainRisk
from tests.properties.risk_strategies import WEEKS, random_books, random_row
from tests.rules.books import AS_OF, shipped_policy
from tests.rules.risk_books import FEEDS, RiskPanel

POLICY = shipped_policy().churn_risk
PARTS = risk_parts(POLICY)
NAMED = {ABSENT: "absent"} | STATES
AT_LEAST = 50


@pytest.fixture(scope="module")
def books():
    """200 books in one, and their wide panel."""
    panel, found = random_books(200, seed=1)
    book = panel.book()
    return book, found, risk_panel(book, PARTS, POLICY)


def test_a_plain_retelling_agrees_on_every_factor_account_and_week(books):
    _, found, wide = books
    told = agrees_with_a_plain_retelling(found, wide)
    assert_all_occur(told)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 7))
def test_a_plain_retelling_agrees_on_a_thousand_books(seed):
    panel, found = random_books(200, seed)
    assert_all_occur(agrees_with_a_plain_retelling(found, risk_panel(panel.book(), PARTS, POLICY)))


def agrees_with_a_plain_retelling(found, wide):
    """Every factor's state and points, the totals and the bands; returns how often each state and band occurred."""
    rows = {(row["account_id"], row["week_ending_on"]): row for row in wide.to_dicts()}
    weeks = {(row["account_id"], row["week_ending_on"]): row for row in churn_weeks(wide).to_dicts()}
    told: Counter = Counter()
    for one in found:
        plain = PlainRisk(one.rows, one.feeds, one.days)
        for key in [key for key, row in one.rows.items() if row["is_scored"]]:
            row, week = rows.pop(key), weeks[key]
            states = {name: plain.factor(name, *key) for name in TABLE}
            assert {name: (NAMED[row[f"{name}.state"]], row[f"{name}.points"]) for name in TABLE} == states, key
            assert (week["churn_risk_points"], week["points_sum"]) == (plain.points(*key), plain.points_sum(*key))
            assert week["own_band"] == BANDS[plain.own_rank(*key)]
            assert week["churn_risk_band"] == BANDS[plain.rank(*key)], key
            assert week["churn_risk_unknown_count"] == len(plain.unknown(*key))
            told.update((name, state) for name, (state, _) in states.items())
            told[week["churn_risk_band"]] += 1
            told["worse than its points"] += week["churn_risk_band"] != week["own_band"]
    assert not rows
    return told


def assert_all_occur(told):
    """Each state of each factor that it can have, each band, and bands worse than their points."""
    states = {
        (name, state)
        for name, (points, _) in TABLE.items()
        for state in ("absent", "present", "frozen", "unknown")
        if not (state == "frozen" and points < 0) and not (state == "unknown" and GROUP_OF.get(name, [name])[0] != name)
    }
    wanted = [*states, *BANDS, "worse than its points"]
    seldom = {name: told[name] for name in wanted if told[name] < AT_LEAST}
    assert not seldom
    assert {name for name in told if isinstance(name, tuple)} == states


def test_the_policy_has_the_factors_of_the_specification_and_no_others():
    assert {name: factor.points for name, factor in POLICY.factors.items()} == {
        name: points for name, (points, _) in TABLE.items()
    }
    assert list(RISK_BANDS) == BANDS


def test_the_factors_and_changes_of_a_day_are_those_of_the_retelling(books):
    _, found, wide = books
    for one in found[::25]:
        plain, day = PlainRisk(one.rows, one.feeds, one.days), one.days[-1]
        scored = {account for (account, on), row in one.rows.items() if on == day and row["is_scored"]}
        factors = churn_factors(wide, PARTS, day).rows_by_key(["account_id", "factor"], named=True, unique=True)
        assert {(key, row["state"], row["points"]) for key, row in factors.items()} == {
            ((account, name), *plain.factor(name, account, day))
            for account in scored
            for name in TABLE
            if plain.factor(name, account, day)[0] != "absent"
        }
        changes: dict = {}
        for account, horizon, factor, change in churn_changes(wide, PARTS, day).rows():
            changes.setdefault((account, horizon), {})[factor] = change
        for horizon, weeks in (("1w", 1), ("4w", 4)):
            then = day - timedelta(weeks=weeks)
            for account in scored:
                is_told = one.rows.get((account, then), {}).get("is_scored")
                expected = plain.changes(account, day, then) if is_told else {}
                assert changes.get((account, horizon), {}) == expected


def test_points_are_never_under_0_and_changes_sum_to_the_change_of_the_points_exactly(books):
    book, _, wide = books
    weeks = churn_weeks(wide)
    assert weeks["churn_risk_points"].min() == 0
    assert weeks["points_sum"].min() < 0
    today = weeks.filter(pl.col("week_ending_on") == book.as_of)
    moved = churn_changes(wide, PARTS, book.as_of).group_by("account_id", "horizon").agg(pl.col("change").sum())
    sums = {(account, horizon): change for account, horizon, change in moved.rows()}
    for row in today.to_dicts():
        for horizon in ("1w", "4w"):
            change = row[f"churn_risk_change_{horizon}"]
            assert (change or 0) == sums.get((row["account_id"], horizon), 0)


def small_book(seed=7):
    """A few books in one."""
    panel, _ = random_books(5, seed)
    return panel


def tables(book):
    """All that churn risk says of a book."""
    found = churn_risk(book, POLICY)
    return {each.name: getattr(found, each.name) for each in fields(found)}


def test_the_order_of_rows_changes_nothing():
    book = small_book().book()
    shuffled = replace(
        book,
        **{
            name: getattr(book, name).sample(fraction=1, shuffle=True, seed=3)
            for name in ("weeks", "feed_weeks", "accounts", "account_weeks", "risk_weeks")
        },
    )
    before, after = tables(book), tables(shuffled)
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_an_unrelated_account_changes_nobody_else():
    panel = small_book()
    before = tables(panel.book())
    chance = random.Random(11)
    for ago in range(panel.weeks):
        panel.account("0000-0-unrelated", ago=[ago], **random_row(chance, 0.3, ago))
    after = {
        name: frame.filter(pl.col("account_id") != "0000-0-unrelated") for name, frame in tables(panel.book()).items()
    }
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_weeks_after_a_day_change_nothing_about_it():
    whole = small_book().book()
    day = AS_OF - timedelta(weeks=WEEKS // 2)
    until = {
        name: getattr(whole, name).filter(pl.col("week_ending_on") <= day)
        for name in ("weeks", "feed_weeks", "account_weeks", "risk_weeks")
    }
    then = tables(replace(whole, as_of=day, **until))
    now = churn_weeks(risk_panel(whole, PARTS, POLICY)).filter(pl.col("week_ending_on") <= day)
    assert then["churn_weeks"].equals(now)


MORE_IS_BETTER = [
    *("business_user_day_count_30d", "user_day_count_30d", "event_count_30d", "training_completed_count"),
    *("nps_score_sum_180d", "csat_score_sum_90d", "wave_score_sum", "wave_promoter_surplus_count"),
    *("contract_multi_year_count", "expansion_open_count", "expansion_signal_count_90d", "expansion_won_count_90d"),
    *("expansion_won_count_180d", "executive_meeting_count_30d", "executive_signal_count_30d"),
    *("executive_review_count_30d", "milestone_signal_count_90d", "feedback_signal_count_90d"),
    *("feedback_item_count_90d", "review_last_held_on"),
]
LESS_IS_BETTER = [
    *("contract_ending_90d_count", "contract_past_due_count", "contract_disputed_count", "price_increase_pct"),
    *("ticket_created_count_30d", "escalation_count_30d", "billing_ticket_count_60d", "csat_under_2_count_90d"),
    *("wave_prior_score_sum", "wave_prior_promoter_surplus_count", "negative_social_count_90d"),
    *("budget_cut_count_180d", "market_downturn_count_180d", "competitor_acquisition_count_180d"),
    *("merger_count_180d", "competitor_evaluation_count_180d", "data_quality_issue_count"),
    *("integration_failure_count", "departure_signal_count_90d", "stakeholder_departed_count_90d"),
    *("executive_sponsor_departed_count_90d", "implementation_delayed_count", "downtime_seconds_30d"),
]


def test_more_usage_fewer_tickets_and_better_answers_never_worsen_the_points():
    panel, chance = RiskPanel(), random.Random(5)
    for number in range(100):
        for column in [*MORE_IS_BETTER, *LESS_IS_BETTER]:
            row = random_row(chance, 0.3)
            panel.account(f"{column}/{number}/worse", **row)
            panel.account(f"{column}/{number}/better", **row | {column: bettered(chance, column, row[column])})
    points = dict(panel.risk().found.churn_weeks.select("account_id", "churn_risk_points").iter_rows())
    moved = Counter()
    for account, worse in points.items():
        if account.endswith("/worse"):
            better = points[account.replace("/worse", "/better")]
            assert better <= worse, account
            moved[account.split("/")[0]] += better < worse
    assert [column for column in [*MORE_IS_BETTER, *LESS_IS_BETTER] if not moved[column]] == []


def bettered(chance, column, value):
    """A better value of a column, within what it can be."""
    if column == "review_last_held_on":
        return AS_OF - timedelta(days=chance.choice([0, 179]))
    if value is None:
        return None
    step = chance.choice([1, 2, 5, 20, 100, 20_000])
    if column in MORE_IS_BETTER:
        return value + step
    return max(value - step, -5 if "surplus" in column else 0)


def test_a_lost_feed_never_improves_the_band_from_the_last_week_in_which_its_factors_were_known(books):
    """Whatever else happens, and whether the feed was late before it was lost or went at once."""
    _, _, wide = books
    checked = 0
    for part in PARTS:
        is_known = pl.col(f"{part.name}.state") != UNKNOWN
        last_known = pl.when(is_known).then("rank").forward_fill().over("account_id")
        both = wide.select("account_id", "rank", is_known=is_known, known_rank=last_known).filter(
            ~pl.col("is_known"), pl.col("known_rank").is_not_null()
        )
        assert (both["rank"] >= both["known_rank"]).all(), part.name
        checked += both.height
    assert checked > 1000


def test_a_late_feed_takes_no_points_away_from_an_account_about_which_nothing_else_changed():
    chance, panel = random.Random(13), RiskPanel(weeks=2 * len(FEEDS))
    for number, feed in enumerate(FEEDS):
        panel.feed(feed, "late", ago=[2 * number])
        for account in range(30):
            row = random_row(chance, 0.2)
            panel.account(f"{feed}/{account}", ago=[2 * number, 2 * number + 1], **row)
    weeks = panel.risk().found.churn_weeks
    assert weeks["churn_risk_change_1w"].drop_nulls().len() == 30 * len(FEEDS)
    assert weeks["churn_risk_change_1w"].drop_nulls().min() >= 0
