"""What reports say is what the data says: figures, who is listed, wins that the figures support."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.reports import REPORTS, wording
from pipeline.reports.facts import TROUBLED, View
from pipeline.reports.periods import months_later, quarter_of, reviewed_quarter
from pipeline.reports.portfolio import portfolio
from pipeline.reports.qbr import qbr, slug
from pipeline.reports.reviews import reviews_due
from pipeline.reports.voice import Nps, is_distinguishable
from pipeline.reports.weekly import weekly
from tests.golden.company import company

MADE = company()
VIEW = View(MADE.book, MADE.scores, MADE.context)
PORTFOLIO = portfolio(MADE.book, MADE.scores, MADE.context)[0].data
WEEKLY = weekly(MADE.book, MADE.scores, MADE.context)[0].data
PACKS = qbr(MADE.book, MADE.scores, MADE.context)


def test_every_report_of_the_list_makes_documents() -> None:
    assert {name: bool(report(MADE.book, MADE.scores, MADE.context)) for name, report in REPORTS.items()} == {
        "portfolio": True,
        "weekly": True,
        "qbr": True,
        "quality": True,
    }


def test_page_one_adds_up_to_the_accounts() -> None:
    scored = MADE.book.accounts.filter(pl.col("is_scored"))
    figures = PORTFOLIO["overview"]["figures"]
    assert (figures["customers"], figures["arr"]) == (scored.height, scored["arr"].sum())


def test_bands_add_up_to_customers_and_arr() -> None:
    bands, figures = PORTFOLIO["health"]["bands"], PORTFOLIO["overview"]["figures"]
    assert sum(band["count"] for band in bands) == figures["customers"]
    assert sum((band["arr"] for band in bands), Decimal(0)) == figures["arr"]


def test_migration_counts_every_customer_once() -> None:
    move = PORTFOLIO["health"]["quarter"]
    stayed = sum(sum(row["cells"]) for row in move["grid"]) + sum(move["new"])
    assert stayed == VIEW.standing.height


def test_insufficient_data_is_in_no_colours_total_but_on_the_lists_by_its_last_known_band() -> None:
    thin = VIEW.standing.filter(pl.col("health_band") == "insufficient_data").to_dicts()[0]
    assert thin["alarm"] == thin["last_known_band"]
    assert PORTFOLIO["health"]["bands"][-1]["count"] == 1


def test_the_red_list_is_every_troubled_account_by_money_and_urgency() -> None:
    listed = VIEW.troubled["account_id"].to_list()
    assert set(listed) == set(VIEW.standing.filter(pl.col("alarm").is_in(TROUBLED))["account_id"])
    assert VIEW.troubled["urgency"].is_sorted(descending=True)


def test_the_parts_of_a_change_add_up_to_it_in_words() -> None:
    mover = WEEKLY["movers"]["down"][0]
    parts = VIEW.changes[(mover["account_id"], "1w")]
    assert sum(part["change"] for part in parts) == pytest.approx(mover["health_change_1w"])
    assert mover["parts"].startswith(VIEW.part_word(parts[0]["component"]))


def test_feeds_that_are_late_or_missing_are_said_at_the_top() -> None:
    assert any("Trainings" in line and "score 0" in line for line in PORTFOLIO["alarms"])
    assert any("Invoices" in line and "frozen" in line for line in WEEKLY["alarms"])


def test_packs_are_made_for_accounts_that_are_due_and_for_no_other() -> None:
    assert {pack.account_id for pack in PACKS} == {row["account_id"] for row in reviews_due(VIEW)}


def test_a_pack_that_is_asked_for_is_made_although_not_due() -> None:
    due = {row["account_id"] for row in reviews_due(VIEW)}
    other = next(row for row in VIEW.standing["account_id"].to_list() if row not in due)
    asked = company(asked=frozenset({other}))
    assert other in {pack.account_id for pack in qbr(asked.book, asked.scores, asked.context)}


def test_a_win_is_never_claimed_without_its_figures() -> None:
    for pack in PACKS:
        goals = {goal["goal"]: goal for goal in pack.data["value"]["goals"]}
        for win in pack.data["story"]["wins"]:
            if win["title"].startswith("Reached: "):
                assert goals[win["title"].removeprefix("Reached: ")]["status"] == "achieved"
            if win["title"].startswith("Use is up"):
                assert pack.data["adoption"]["active"] > pack.data["adoption"]["active_before"]


def test_the_agenda_takes_sixty_minutes() -> None:
    assert PACKS[0].data["minutes"] == 60
    assert 30 <= WEEKLY["minutes"] <= 45


def test_peers_are_named_only_from_five_accounts_on() -> None:
    small = company(count=4, asked=frozenset({"A000"}))
    packs = qbr(small.book, small.scores, small.context)
    assert all(pack.data["adoption"]["peers"] is None and pack.data["practice"] is None for pack in packs)


@pytest.mark.parametrize(
    ("answers", "half_width"), [((5, 3, 2), 42), ((15, 9, 6), 27), ((50, 30, 20), 15), ((200, 120, 80), 8)]
)
def test_the_nps_interval_is_adjusted_wald(answers: tuple[int, int, int], half_width: int) -> None:
    nps = Nps(*answers)
    assert (nps.high - nps.low) / 2 == pytest.approx(half_width, abs=0.8)


def test_nps_says_when_a_change_may_be_chance() -> None:
    assert not is_distinguishable(Nps(15, 9, 6), Nps(13, 9, 8))
    assert is_distinguishable(Nps(300, 50, 50), Nps(150, 100, 150))


@pytest.mark.parametrize(
    ("day", "starts", "label"),
    [
        (date(2026, 6, 26), 1, "Q2 2026"),
        (date(2026, 10, 30), 2, "Q3 FY2027"),
        (date(2027, 1, 31), 2, "Q4 FY2027"),
        (date(2026, 3, 1), 4, "Q4 FY2026"),
    ],
)
def test_quarters_follow_the_fiscal_year(day: date, starts: int, label: str) -> None:
    assert quarter_of(day, starts).label == label


def test_a_review_early_in_a_quarter_looks_back_on_the_last_one() -> None:
    assert reviewed_quarter(date(2026, 4, 20), 1).label == "Q1 2026"
    assert reviewed_quarter(date(2026, 6, 20), 1).label == "Q2 2026"


def test_months_later_stays_inside_the_month() -> None:
    assert months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (18_214_560, "$18.2M"),
        (640_000, "$640K"),
        (999_499, "$999K"),
        (999_500, "$1.00M"),
        (310, "$310"),
        (-5_400, "\u2212$5.40K"),
    ],
)
def test_money_has_three_digits(value: int, said: str) -> None:
    assert wording.money(Decimal(value)) == said


def test_unknown_is_a_dash_and_never_a_zero() -> None:
    unknown = [
        wording.number(None),
        wording.money(None),
        wording.percent(None),
        wording.day(None),
        wording.duration(None),
    ]
    assert unknown == ["\u2013"] * 5


def test_file_names_are_safe_whatever_a_customer_is_called() -> None:
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("\u202eevil\x00") == "evil"
    assert slug("\u6f22\u5b57") == "account"
    assert len(slug("x" * 300)) <= 48
