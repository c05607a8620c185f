"""Feedback: one list of entries, what was decided how fast, who asked for what, and who must be told. Ratings."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.rules.books import AS_OF
from tests.rules.voice_books import Asked


def back(days):
    return AS_OF - timedelta(days=days)


def item(asked, number=1, account="a", received=10, **values):
    if account and account not in asked.accounts:
        asked.account(account)
    own = {"source": "ticket", "category": "product", "sentiment": "negative", "theme": "Bulk edit"}
    own |= {"feedback_id": f"f{number}", "account_id": account, "received_on": back(received)}
    return asked.give("feedback_items", **(own | values))


def entry(asked):
    return asked.heard().feedback.row(0, named=True)


@pytest.mark.parametrize(
    ("decision", "answer"),
    [
        ("roadmap", "accepted"),
        ("backlog", "accepted"),
        ("rejected", "declined"),
        ("known_limitation", "declined"),
        ("deferred", "deferred"),
        (None, None),
    ],
)
def test_a_decision_is_an_answer(decision, answer):
    assert entry(item(Asked(), decision=decision))["answer"] == answer


def test_days_run_from_received_to_decided():
    assert entry(item(Asked(), received=30, decision="roadmap", decided_on=back(9)))["days_to_decision"] == 21
    assert entry(item(Asked()))["days_to_decision"] is None


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ({}, True),
        ({"decision": "roadmap"}, True),
        ({"decision": "deferred"}, True),
        ({"decision": "rejected"}, False),
        ({"decision": "roadmap", "shipped_on": back(1)}, False),
    ],
)
def test_an_item_is_open_until_it_is_shipped_or_declined(values, is_open):
    assert entry(item(Asked(), **values))["is_open"] is is_open


def test_a_comment_takes_its_sentiment_from_its_score_and_its_theme_from_its_words():
    asked = Asked().answer("a", 3, comment="The price is high").answer("b", 10, comment="Support is quick")
    asked.answer("c", 8, comment="Nothing special")
    rows = asked.heard().feedback.select("source_group", "category", "sentiment", "theme").rows()
    assert sorted(rows, key=str) == [
        ("surveys", "billing", "negative", "Price and value"),
        ("surveys", "other", "neutral", None),
        ("surveys", "support", "positive", "Customer support"),
    ]


def test_words_that_stand_on_file_already_count_once():
    asked = item(Asked(), text="The price is high!", theme="Price").answer("a", 3, comment="The price is high")
    asked.answer("b", 3, comment="The price is high")
    assert asked.heard().feedback.select("entry_id", "account_id").rows() == [("r00001", "b"), ("f1", "a")]


def test_words_of_a_survey_need_consent():
    asked = Asked().answer("a", 3, comment="The price is high").answer("b", 3, comment="Price!", follow_up_consent=True)
    assert asked.heard().feedback.select("account_id", "text").rows() == [("a", None), ("b", "Price!")]


def test_an_anonymous_comment_has_neither_account_nor_words():
    row = entry(Asked().answer("a", 3, comment="The price is high", is_anonymous=True))
    assert (row["account_id"], row["text"], row["arr"], row["theme"]) == (None, None, None, "Price and value")


@pytest.mark.parametrize(("days", "is_in_renewal"), [(90, True), (91, False), (-5, True), (None, False)])
def test_an_account_is_in_renewal_when_it_ends_within_ninety_days(days, is_in_renewal):
    assert entry(item(Asked().account("a", days_to_renewal=days)))["is_in_renewal"] is is_in_renewal


def test_requests_are_ranked_by_accounts_then_arr_and_themes_by_entries():
    asked = Asked().account("a", arr=5000).account("b", arr=10).account("c", arr=10)
    for number, (account, theme) in enumerate([("a", "X"), ("a", "X"), ("a", "X"), ("b", "Y"), ("c", "Y")]):
        item(asked, number, account, theme=theme, is_feature_request=True, received=20)
    rows = asked.heard().feedback_topics.filter(period="month")
    seen = {
        request: rows.filter(is_request=request).select("theme", "entries", "accounts").rows() for request in (0, 1)
    }
    assert seen == {0: [("X", 3, 1), ("Y", 2, 2)], 1: [("Y", 2, 2), ("X", 3, 1)]}


def test_a_period_ends_with_the_newest_month_that_is_as_good_as_over():
    # 26 June: its last week end has come, so June counts; the month before is May.
    asked = Asked()
    for number, day in enumerate([date(2026, 6, 1), date(2026, 5, 31), date(2026, 4, 30)]):
        item(asked, number, received=(AS_OF - day).days)
    rows = asked.heard().feedback_topics.filter(is_request=False)
    counted = {
        period: (entries, before)
        for period, entries, before in rows.select("period", "entries", "entries_before").rows()
    }
    assert counted == {"month": (1, 1), "quarter": (3, 0), "year": (3, 0)}


def test_months_add_up_to_the_entries():
    asked = item(item(Asked(), 1, received=5), 2, received=80, sentiment=None).answer("a", 3, comment="Hm")
    heard = asked.heard()
    assert heard.feedback_months.get_column("entries").sum() == heard.feedback.height == 3


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"decision": "roadmap", "decided_on": back(5)}, "accepted"),
        ({"decision": "roadmap", "decided_on": back(50), "shipped_on": back(5)}, "shipped"),
        ({"decision": "rejected", "decided_on": back(89)}, "declined"),
        ({"decision": "rejected", "decided_on": back(90)}, None),
        ({"decision": "deferred", "decided_on": back(1)}, "deferred"),
        ({}, None),
    ],
)
def test_a_customer_is_told_what_was_decided_or_shipped_in_ninety_days(values, outcome):
    rows = item(Asked(), **values).heard().feedback_tellings
    assert (rows.get_column("outcome").to_list() or [None]) == [outcome]


def test_who_was_told_is_known_from_a_completed_task_that_names_the_theme():
    asked = item(Asked(), decision="rejected", decided_on=back(20))
    asked.give("tasks", account_id="a", title="Tell them about: bulk edit", status="completed", completed_on=back(3))
    asked.give("tasks", account_id="a", title="Bulk edit", status="completed", completed_on=back(30))
    row = asked.heard().feedback_tellings.row(0, named=True)
    assert (row["told_on"], row["tell_by_on"]) == (back(3), back(20) + timedelta(days=30))


def test_nobody_tells_who_is_no_customer():
    asked = item(Asked().account("a", churned_on=back(3)), decision="rejected", decided_on=back(5))
    assert asked.heard().feedback_tellings.height == 0


def rated(scores, survey="csat", source="tickets"):
    return (
        Asked()
        .account("a")
        .give(
            "rating_months",
            account_id="a",
            survey=survey,
            source=source,
            month_on=date(2026, 6, 1),
            answer_count=len(scores),
            score_sum=sum(scores),
            score_square_sum=sum(score * score for score in scores),
            satisfied_count=sum(score >= 4 for score in scores),
            extreme_count=sum(score in (1, 5) for score in scores),
        )
    )


def rating(asked):
    return asked.heard().ratings.filter(pl.col("dimension") == "all").row(0, named=True)


def test_a_rating_has_its_mean_share_of_satisfied_and_intervals_worked_out_by_hand():
    # 5 4 4 2: mean 3.75, sample variance 1.5833, half 1.96 * sqrt(1.5833 / 4) = 1.2331
    # 3 of 4: (3 + 1.92073) / (4 + 3.84146) = .62753, half 1.96 * sqrt(.62753 * .37247 / 7.84146) = .33839
    row = rating(rated([5, 4, 4, 2]))
    assert (row["mean"], row["satisfied_pct"], row["answers"]) == (3.75, 75, 4)
    assert (round(row["mean_low"], 3), round(row["mean_high"], 3)) == (2.517, 4.983)
    assert (round(row["satisfied_low"], 1), round(row["satisfied_high"], 1)) == (28.9, 96.6)


def test_good_and_bad_are_marked_as_two_valued():
    assert rating(rated([5, 1, 5]))["is_two_valued"] is True
    assert rating(rated([5, 1, 4]))["is_two_valued"] is False


def test_one_rating_has_no_interval_of_its_mean():
    row = rating(rated([4]))
    assert (row["mean"], row["mean_low"], row["is_small"]) == (4, None, True)
