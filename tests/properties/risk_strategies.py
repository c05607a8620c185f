"""Random books for churn risk, many in one: each has weeks and accounts of its own, so that one call scores them all."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from tests.rules.books import AS_OF
from tests.rules.risk_books import CALM, COUNTS, FEEDS, RiskPanel

WEEKS, ACCOUNTS, BUSINESS_DAYS = 8, 7, 20
STATES_OF_ONE_FEED = [
    ["missing"] * WEEKS,
    ["before"] * 2 + ["fresh"] * 2 + ["late"] * 4,
    ["fresh"] * 2 + ["late"] * 3 + ["stale"] * 3,
    ["fresh"] + ["late"] * 2 + ["fresh"] + ["late"] * 4,
    ["fresh"] * 3 + ["stale"] * 2 + ["late"] + ["fresh"] * 2,
    ["before"] * 3 + ["late"] * 2 + ["fresh"] + ["stale"] * 2,
    ["late"] * 3 + ["fresh"] + ["late"] * 4,
]
# What was counted of nothing but whether there was any.
SELDOM = [
    *("contract_ending_90d_count", "contract_past_due_count", "contract_disputed_count", "contract_multi_year_count"),
    *("executive_meeting_count_30d", "executive_review_count_30d", "negative_social_count_90d"),
    *("budget_cut_count_180d", "market_downturn_count_180d", "competitor_acquisition_count_180d"),
    *("merger_count_180d", "competitor_evaluation_count_180d", "data_quality_issue_count"),
    *("integration_failure_count", "departure_signal_count_90d", "executive_signal_count_30d"),
    *("expansion_signal_count_90d", "milestone_signal_count_90d", "feedback_signal_count_90d"),
    *("reference_signal_count_90d", "feedback_item_count_90d", "implementation_delayed_count"),
    *("stakeholder_departed_count_90d", "expansion_open_count", "expansion_won_count_90d"),
]


@dataclass
class OneBook:
    """One of the books: its days, its rows by account and day, and the state of each feed by day."""

    days: list = field(default_factory=list)
    rows: dict = field(default_factory=dict)
    feeds: dict = field(default_factory=dict)


def random_books(count, seed):
    """(a panel of them all, the books one by one)."""
    chance = random.Random(seed)
    panel, found = RiskPanel(weeks=count * WEEKS, business_days=BUSINESS_DAYS), []
    for number in range(count):
        agos = range((number + 1) * WEEKS - 1, number * WEEKS - 1, -1)
        _feeds(chance, panel, agos)
        for account in range(ACCOUNTS):
            _account(chance, panel, f"{number:04}-{account}", agos)
        found.append(_one_book(panel, agos))
    return panel, found


def _feeds(chance, panel, agos):
    for feed in FEEDS:
        if chance.random() < 0.5:
            for ago, state in zip(agos, chance.choice(STATES_OF_ONE_FEED), strict=True):
                panel.feed(feed, state, ago=[ago])


def _account(chance, panel, name, agos):
    """An account that may come late, may be unscored now and then, and changes in some weeks."""
    seldom = chance.choice([0.04, 0.12, 0.3])
    values = random_row(chance, seldom, agos[0])
    for ago in agos[chance.choice([0, 0, 0, 2]) :]:
        fresh = random_row(chance, seldom, ago)
        changed = {column: value for column, value in fresh.items() if chance.random() < 0.15}
        values = consistent(values | changed)
        panel.account(name, ago=[ago], **values | {"is_scored": chance.random() < 0.93})


def _one_book(panel, agos):
    days = {ago: AS_OF - timedelta(weeks=ago) for ago in agos}
    rows = {
        key: row | {"week_ending_on": key[1], "business_days": BUSINESS_DAYS}
        for key, row in panel.rows.items()
        if key[1] in days.values()
    }
    feeds = {(feed, day): panel.feeds.get((feed, ago), "fresh") for feed in FEEDS for ago, day in days.items()}
    return OneBook(list(days.values()), rows, feeds)


def random_row(chance, seldom, ago=0):
    """The counts of one account and week; `seldom` is how often something is amiss or to its credit."""

    def few(*often, rare):
        return chance.choice(rare) if chance.random() < 2 * seldom else chance.choice(often)

    day = AS_OF - timedelta(weeks=ago)
    row = CALM | dict.fromkeys(COUNTS, 0) | {column: few(0, rare=[1, 2]) for column in SELDOM}
    answers, rated, training = chance.randint(0, 3), chance.randint(0, 5), chance.randint(0, 10)
    now, before = chance.randint(0, 5), chance.randint(0, 5)
    return consistent(
        row
        | {
            "tier": chance.choice(["starter", "mid_market", "enterprise"]),
            "seats": few(10, 20, rare=[10, 20, None, 0]),
            "business_user_day_count_30d": few(100, 150, 200, 300, rare=[0, 19, 20, 39, 40, 59, 60, 80, 99, 119, 120]),
            "event_count_30d": few(100, 200, rare=[0, 1]),
            "user_day_count_30d": few(100, 200, rare=[0, 0, 1]),
            "training_assigned_count": training,
            "training_completed_count": few(training, rare=[3 * training // 10, training // 4, 0]),
            "ticket_created_count_30d": few(0, 1, 2, rare=[3, 5, 6]),
            "escalation_count_30d": few(0, rare=[1, 2, 6]),
            "billing_ticket_count_60d": few(0, 1, rare=[2, 3]),
            "nps_respondent_count_180d": answers,
            "nps_score_sum_180d": few(9 * answers, 10 * answers, rare=[7 * answers, 8 * answers, 7 * answers - 1, 0]),
            "wave_answer_count": now,
            "wave_prior_answer_count": before,
            "wave_score_sum": 9 * now - few(0, 1, rare=[now, 2 * now, 3 * now]) if now else None,
            "wave_prior_score_sum": 9 * before if before else None,
            "wave_promoter_surplus_count": few(now, rare=[now - 1, now // 2, -now]) if now else None,
            "wave_prior_promoter_surplus_count": few(before, rare=[before - 1, 0]) if before else None,
            "csat_answer_count_90d": rated,
            "csat_score_sum_90d": chance.choice([0, 1, 1, 2]) * 15 + 15
            if rated > 4
            else few(4, 5, rare=[2, 3]) * rated,
            "csat_under_2_count_90d": few(0, rare=[2, 3, 3]),
            "executive_sponsor_departed_count_90d": few(0, rare=[0, 1]),
            "price_increase_pct": few(None, 0.0, rare=[25.0, 25.5, 40.0]),
            "downtime_seconds_30d": few(0, 600, rare=[18_000, 18_001, 90_000]),
            "customer_since_on": day - timedelta(days=few(90, 200, rare=[180, 181, 182, 183, 184, 185, 400, 401, 900])),
            "review_last_held_on": few(
                day - timedelta(days=chance.choice([0, 10, 100])),
                rare=[None, *(day - timedelta(days=age) for age in (179, 180, 399, 400))],
            ),
            "expansion_won_count_180d": few(0, 1, rare=[0, 2]),
        }
    )


def consistent(row):
    """No part is larger than its whole."""
    departed = max(row["stakeholder_departed_count_90d"], row["executive_sponsor_departed_count_90d"])
    return (
        row
        | {
            "stakeholder_departed_count_90d": departed,
            "expansion_won_count_180d": max(row["expansion_won_count_180d"], row["expansion_won_count_90d"]),
        }
        | {
            f"wave{which}_{what}": (row[f"wave{which}_{what}"] or 0) if row[f"wave{which}_answer_count"] else None
            for which in ("", "_prior")
            for what in ("score_sum", "promoter_surplus_count")
        }
    )
