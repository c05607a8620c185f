"""What reports say is what the data says: figures, who is listed, wins that the figures support."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.reports import wording
from pipeline.reports.contents import REPORTS
from pipeline.reports.facts import TROUBLED, View
from pipeline.reports.loops import loops
from pipeline.reports.periods import months_later, quarter_of, reviewed_quarter
from pipeline.reports.portfolio import portfolio
from pipeline.reports.qbr import qbr, slug
from pipeline.reports.reviews import reviews_due
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import SECTIONS
from pipeline.reports.voice import Nps, is_distinguishable
from pipeline.reports.weekly import weekly
from pipeline.reports.work import weeks_alerts
from tests.golden.company import company
from tests.golden.factory import AS_OF

MADE = company()
VIEW = View(MADE.book, MADE.scores, MADE.context)
PORTFOLIO = portfolio(MADE.book, MADE.scores, MADE.context)[0].data
WEEKLY = weekly(MADE.book, MADE.scores, MADE.context)[0].data
PACKS = qbr(MADE.book, MADE.scores, MADE.context)


def test_every_report_of_the_list_makes_documents() -> None:
    made = {name: bool(report(MADE.book, MADE.scores, MADE.context)) for name, report in REPORTS.items()}
    wanted = ("portfolio", "weekly", "qbr", "loops", "nps", "feedback", "quality")
    assert [name for name in wanted if not made[name]] == []


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


def test_who_is_in_trouble_is_every_account_at_risk_or_critical_by_money_and_urgency() -> None:
    listed = VIEW.troubled["account_id"].to_list()
    assert set(listed) == set(VIEW.standing.filter(pl.col("alarm").is_in(TROUBLED))["account_id"])
    assert VIEW.troubled["urgency"].is_sorted(descending=True)


def test_bands_of_churn_risk_add_up_to_customers_and_arr() -> None:
    bands, figures = PORTFOLIO["risk"]["bands"], PORTFOLIO["overview"]["figures"]
    assert sum(band["count"] for band in bands) == figures["customers"]
    assert sum((band["arr"] for band in bands), Decimal(0)) == figures["arr"]


def test_the_red_list_is_the_same_in_every_report_and_by_expected_loss() -> None:
    rows = PORTFOLIO["risk"]["red"]["rows"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["expected_loss"] for row in rows] == sorted((row["expected_loss"] for row in rows), reverse=True)
    assert WEEKLY["red"] == PORTFOLIO["risk"]["red"]


def test_everyone_on_last_weeks_list_became_something() -> None:
    last = WEEKLY["red"]["last"]
    assert sum(last["counts"].values()) == last["count"] == 12


def test_rates_of_the_record_are_said_with_their_n() -> None:
    record = WEEKLY["red"]["record"]
    assert (record["named"], record["lost"], record["renewed"], record["decided"]) == (2, 3, 4, 5)
    assert (record["detection_pct"], record["save_pct"]) == (pytest.approx(200 / 3), pytest.approx(80))


def test_unknown_factors_make_points_at_least() -> None:
    risk = Risk(VIEW)
    unknown = next(row for row in risk.standing.values() if row["churn_risk_unknown_count"])
    assert risk.points_word(unknown) == f"at least {unknown['churn_risk_points']}"
    assert PORTFOLIO["risk"]["unknown"] == 1


def test_the_weeks_alerts_are_those_of_seven_days() -> None:
    raised = weeks_alerts(VIEW)["raised_on"].to_list()
    assert raised
    assert all(0 <= (AS_OF - day).days < 7 for day in raised)
    assert WEEKLY["alerts"]["count"] == len(raised) < MADE.scores.alerts.height


def test_an_action_is_overdue_or_due_within_a_week_but_never_both() -> None:
    duties = WEEKLY["duties"]
    assert sum(owner["overdue"] for owner in duties["owners"]) == duties["overdue"]
    assert sum(owner["due"] for owner in duties["owners"]) == duties["due"]


def test_operating_documents_have_the_nine_sections_in_order() -> None:
    made = loops(MADE.book, MADE.scores, MADE.context)
    names = [document.path.rsplit("/", 1)[1] for document in made]
    assert names[:2] == ["health-signals", "risk-register"]
    assert any(name.startswith("stakeholder-map-") for name in names)
    assert all(tuple(title for title, _ in document.data["sections"]) == SECTIONS for document in made)
    assert all(blocks for document in made for _, blocks in document.data["sections"])


def test_the_parts_of_a_change_add_up_to_it_in_words() -> None:
    mover = WEEKLY["movers"]["down"][0]
    parts = VIEW.changes[(mover["account_id"], "1w")]
    assert sum(part["change"] for part in parts) == pytest.approx(mover["health_change_1w"])
    assert mover["parts"].startswith(VIEW.part_word(parts[0]["component"]))


def test_feeds_that_are_late_or_missing_are_said_at_the_top() -> None:
    assert any("Trainings" in line and "Counted as 0" in line for line in PORTFOLIO["alarms"])
    assert any("Invoices" in line and "Frozen" in line for line in WEEKLY["alarms"])


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
