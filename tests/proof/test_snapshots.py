"""What is known before each decision, and how it ended: small books of renewals."""

from dataclasses import replace

import polars as pl

from pipeline.book import Book
from pipeline.proof import proof_tables
from pipeline.proof.snapshots import snapshots
from pipeline.scores import Scores
from pipeline.workspace import as_settings
from tests.proof.histories import RULES
from tests.rules.books import shipped_policy
from tests.rules.renewal_books import Renewing, day

SMALL = RULES.model_copy(update={"lead_days": (90, 30)})
POLICY = replace(shipped_policy(), proof=SMALL)
SETTINGS = as_settings({"company": {"name": "Proof"}})


def ended() -> Renewing:
    """One renewed, one that shrank, one that left, one of two products left, and one still open."""
    book = Renewing(weeks=60)
    book.contract("kept", -100, successor="kept2", signed=-110).contract("kept2", 264, account="kept")
    book.contract("less", -100, successor="less2", signed=-110).contract("less2", 264, "40.00", account="less")
    book.contract("gone", -100)
    book.contract("part", -100).contract("part2", 100, account="part")
    book.contract("open", 20)
    for name in ("kept", "less", "gone", "part", "open"):
        book.band(name, "watch")
    return book


def scores_of(book: Renewing) -> Scores:
    scores = book.scores()
    weeks = scores.health_weeks.select("account_id", "week_ending_on")
    return replace(scores, churn_weeks=weeks.with_columns(churn_risk_points=20.0, churn_risk_band=pl.lit("green")))


def rows_of(book: Book, scores: Scores) -> pl.DataFrame:
    return snapshots(book, scores, shipped_policy(), SMALL)


def test_each_ending_has_its_outcome_and_what_is_open_has_no_row() -> None:
    rows = rows_of(ended().book(), scores_of(ended())).filter(lead_days=90)
    assert dict(rows.select("account_id", "outcome").iter_rows()) == {
        "gone": "churned",
        "kept": "renewed",
        "less": "contracted",
        "part": "contracted",
    }


def test_a_week_is_never_newer_than_the_lead_and_at_most_six_days_older() -> None:
    rows = rows_of(ended().book(), scores_of(ended()))
    age = (pl.col("decision_on") - pl.col("seen_on")).dt.total_days() - pl.col("lead_days")
    assert rows.select(age.is_between(0, 6).all()).item()


def test_who_had_signed_or_given_notice_by_then_is_not_foretold() -> None:
    book = Renewing(weeks=60).contract("gone", -100, cancelled=-150).band("gone", "critical")
    assert rows_of(book.book(), scores_of(book))["lead_days"].to_list() == [90]


def co_termed(first: str | None, second: str, kept: str | None) -> str:
    """How two contracts of one deadline ended that one contract follows."""
    book = Renewing(weeks=60).band("two", "watch")
    for name, arr in (("a", first), ("b", second)):
        book.contract(name, -100, arr, account="two", successor="c", signed=-110)
    book.contract("c", 264, kept, account="two")
    return str(rows_of(book.book(), scores_of(book)).filter(lead_days=90)["outcome"].item())


def test_contracts_kept_to_the_cent_are_renewed() -> None:
    assert co_termed("46416.97", "1772.16", "48189.13") == "renewed"
    assert co_termed("46416.97", "1772.16", "48189.12") == "contracted"


def test_an_amount_without_a_rate_makes_no_contraction() -> None:
    assert co_termed(None, "1772.16", "100.00") == "renewed"
    assert co_termed("46416.97", "1772.16", None) == "renewed"


def test_who_left_without_a_word_enters_no_later_than_who_renewed() -> None:
    for ends_in, count in ((-30, 0), (-31, 2)):
        book = Renewing(weeks=60).contract("gone", ends_in).band("gone", "watch").band("kept", "watch")
        book.contract("kept", ends_in, successor="kept2", signed=ends_in - 10).contract("kept2", 300, account="kept")
        assert rows_of(book.book(), scores_of(book)).filter(lead_days=90).height == count


def test_an_incomplete_week_is_no_snapshot() -> None:
    book = ended()
    book.incomplete = set(range(60))
    assert rows_of(book.book(), scores_of(book)).is_empty()


def test_rows_after_the_books_date_change_nothing() -> None:
    book, scores = ended().book(), scores_of(ended())
    later = replace(
        book,
        account_weeks=pl.concat([book.account_weeks, book.account_weeks.with_columns(week_ending_on=day(70))]),
        contracts=pl.concat(
            [
                book.contracts,
                book.contracts.head(1).with_columns(
                    contract_id=pl.lit("later"), known_on=day(5), starts_on=day(5), ends_on=day(370)
                ),
            ]
        ),
    )
    ahead = scores.health_weeks.with_columns(week_ending_on=pl.lit(day(70)), health_score=pl.lit(1.0)).unique()
    told = replace(scores, health_weeks=pl.concat([scores.health_weeks, ahead]))
    assert rows_of(later, told).equals(rows_of(book, scores))


def test_an_empty_book_has_a_card_without_rows_that_says_how_many_churns_are_missing() -> None:
    book = Renewing()
    tables = proof_tables(book.book(), scores_of(book), POLICY, SETTINGS)
    told = tables["backtest_summary"].to_dicts()[0]
    assert (told["snapshots"], told["events_needed"], told["verdict"]) == (0, 50, "too_few_events")
    assert tables["backtest"].is_empty()


def test_who_left_is_a_candidate_to_win_back_until_service_returns() -> None:
    book = ended()
    tables = proof_tables(book.book(), scores_of(book), POLICY, SETTINGS)
    assert dict(tables["win_backs"].select("account_id", "state").iter_rows()) == {"gone": "candidate"}
    assert tables["churn_reasons"]["reason"].unique().to_list() == ["not_recorded"]
    assert tables["churn_reasons"]["lost_contracts"].sum() == 2
