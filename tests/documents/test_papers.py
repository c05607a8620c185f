"""Briefs, the weekly of each CSM, calendars, letters and the edition for customers: who may read what."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from icalendar import Calendar

from pipeline.reports.brief import brief
from pipeline.reports.calendars import calendars
from pipeline.reports.facts import View
from pipeline.reports.index import index
from pipeline.reports.letters import letters
from pipeline.reports.narrowed import book_of, csms, narrowed
from pipeline.reports.places import place_of
from pipeline.reports.qbr import qbr
from pipeline.reports.sections.qbr.safe import SHOWN, shown
from pipeline.reports.since_last_run import facts_hash, headlines, since_last_run, split
from pipeline.reports.since_monday import monday, since_monday
from pipeline.reports.status import status
from pipeline.reports.weekly import weekly
from pipeline.stages.press.calendar_files import calendar_file
from pipeline.stages.press.pages import make_press, page_html
from pipeline.workspace import Settings, Workspace
from tests.golden.company import company
from tests.golden.factory import AS_OF
from tests.golden.test_documents import text_of

MADE = company()
ASKED = frozenset(MADE.book.accounts.filter("is_scored")["account_id"].sort().to_list()[:3])
CONTEXT = replace(
    MADE.context, asked=ASKED, briefs=ASKED, monthly=ASKED, notes=dict.fromkeys(ASKED, "# Plan\n- Call Ada")
)
VIEW = View(MADE.book, MADE.scores, CONTEXT)
OURS = (
    *("health score", "churn", "at risk", "critical", "red list", "probability", "chance to renew", "expected loss"),
    *("internal", "expansion", "insufficient", "watch", "secret"),
)


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = tmp_path_factory.mktemp("papers")
    settings = Settings.model_validate({"company": {"name": "Acme"}})
    return make_press(Workspace(place, settings), AS_OF, CONTEXT.policy, lambda line: None)


def test_no_document_for_a_customer_says_a_word_of_ours(press: Any) -> None:
    documents = [*qbr(MADE.book, MADE.scores, CONTEXT), *status(MADE.book, MADE.scores, CONTEXT)]
    theirs = [one for one in documents if one.path.startswith("customer/")]
    assert {one.path.rsplit("/", 1)[1] for one in theirs} >= {"qbr", "monthly"}
    for one in theirs:
        said = text_of(page_html(press, one, "print")).lower()
        assert [word for word in OURS if word in said] == [], one.path


def test_what_may_be_shown_has_no_column_and_no_score_of_ours() -> None:
    safe = shown(VIEW)
    for each in fields(safe.book):
        frame = getattr(safe.book, each.name)
        if isinstance(frame, pl.DataFrame):
            assert set(frame.columns) <= set(SHOWN.get(each.name, ())), each.name
    assert safe.scores.health_weeks.width == safe.scores.churn_weeks.width == safe.scores.money.renewals.width == 0
    assert safe.context.notes == {}


def test_a_pack_is_the_same_whatever_our_own_columns_say() -> None:
    """Every text, amount and score that a customer may not see is replaced; not one fact of a pack changes."""
    poisoned = {
        name: frame.with_columns(pl.lit("secret").alias(column) for column in _ours(name, frame))
        for name, frame in _frames(MADE.book)
    }
    other = replace(MADE.book, **poisoned)
    before, after = (qbr(book, MADE.scores, CONTEXT) for book in (MADE.book, other))
    assert [one.data for one in before] == [one.data for one in after]


def _frames(book: Any) -> list[tuple[str, pl.DataFrame]]:
    held = ((each.name, getattr(book, each.name)) for each in fields(book))
    return [(name, frame) for name, frame in held if isinstance(frame, pl.DataFrame) and name in SHOWN]


def _ours(name: str, frame: pl.DataFrame) -> list[str]:
    needed = {
        "summary",
        "notes",
        "description",
        "enables",
        "our_actions",
        "record_url",
        "assignee",
        "sentiment",
        "reasons",
    }
    return [column for column in frame.columns if column in needed and column not in SHOWN[name]]


def test_a_brief_is_marked_internal_and_answers_what_is_asked_of_it(press: Any) -> None:
    documents = [one for one in brief(MADE.book, MADE.scores, CONTEXT) if one.account_id in ASKED]
    assert {one.account_id for one in documents} == set(ASKED)
    for one in documents:
        assert one.path.startswith("internal/")
        page = page_html(press, one, "print")
        assert '<div class="furniture">Internal \u00b7 not for customers' in page
        said = text_of(page)
        for word in (
            "Talking points",
            "What not to raise",
            "Call Ada",
            "What would turn it",
            "Stakeholder map",
            "Last touch",
        ):
            assert word in said, word


def test_each_csm_gets_the_week_of_their_own_customers_alone() -> None:
    documents = {one.csm: one for one in weekly(MADE.book, MADE.scores, CONTEXT) if one.csm}
    assert set(documents) == set(csms(VIEW))
    total = 0
    for csm, one in documents.items():
        mine = set(book_of(VIEW, csm))
        assert {row["account_id"] for row in one.data["risks"]} <= mine
        assert {row["account_id"] for row in one.data["since"]} <= mine
        total += one.data["figures"]["customers"]
    assert total == VIEW.standing.filter(pl.col("csm").is_not_null()).height


def test_the_books_of_all_csms_add_up_to_the_whole_of_those_with_one() -> None:
    parts = [narrowed(VIEW, book_of(VIEW, csm)).standing["arr"].sum() for csm in csms(VIEW)]
    assert sum(parts) == VIEW.standing.filter(pl.col("csm").is_not_null())["arr"].sum()


def test_since_monday_tells_nothing_from_before_monday() -> None:
    assert monday(date(2026, 6, 26)) == date(2026, 6, 22)
    assert monday(date(2026, 6, 22)) == date(2026, 6, 15)
    days = [line["on"] for row in since_monday(VIEW) for line in row["lines"]]
    assert days
    assert all(monday(AS_OF) <= day <= AS_OF for day in days)


def test_two_csms_whose_names_make_the_same_slug_get_two_files() -> None:
    assert place_of("Ana Lopez", ["Ana Lopez", "Kim"]) == "ana-lopez"
    both = ["Ana Lopez", "Ana L\u00f3pez"]
    assert len({place_of(one, both) for one in both}) == 2


def test_a_calendar_is_valid_and_the_same_for_the_same_book() -> None:
    made = calendars(MADE.book, MADE.scores, CONTEXT)
    assert made.keys() == {f"calendar/{place_of(csm, csms(VIEW))}.ics" for csm in csms(VIEW)}
    texts = {name: calendar_file(entries, "Acme", AS_OF) for name, entries in made.items()}
    assert texts == {name: calendar_file(entries, "Acme", AS_OF) for name, entries in made.items()}
    for name, text in texts.items():
        events = Calendar.from_ical(text).walk("VEVENT")
        assert len(events) == len(made[name])
        assert len({str(event["UID"]) for event in events}) == len(events)
        assert all(event["DTSTART"].dt >= AS_OF and event["DTSTAMP"].dt.date() == AS_OF for event in events)
        assert "@" not in text.replace("@bellwether", "")


def test_the_mail_after_a_review_says_nothing_of_ours_and_names_who_does_what() -> None:
    drafts = {name: text for name, text in letters(MADE.book, MADE.scores, CONTEXT).items() if "follow-up" in name}
    assert len(drafts) >= len(ASKED)
    for text in drafts.values():
        assert text.startswith("Subject: ")
        assert "What we agreed" in text
        assert [word for word in OURS if word in text.lower()] == []


def test_the_index_finds_every_csm_with_their_week_and_their_calendar() -> None:
    documents = weekly(MADE.book, MADE.scores, CONTEXT)
    rows = index(MADE.book, MADE.scores, CONTEXT, documents, []).data["books"]
    assert [row["csm"] for row in rows] == csms(VIEW)
    assert all(row["path"] and row["calendar"].endswith(".ics") for row in rows)


def last_run(**more: Any) -> dict[str, Any]:
    on = VIEW.back(7)
    same = {"policy": CONTEXT.policy.hash, "program": CONTEXT.program, "facts": facts_hash(VIEW, on)}
    return {"as_of": on.isoformat(), "figures": headlines(VIEW, on), **same, **more}


def changed(**more: Any) -> dict[str, dict[str, float]]:
    view = replace(VIEW, context=replace(CONTEXT, last_run=last_run(**more)))
    return {row["name"]: row["causes"] for row in since_last_run(view)["rows"]}


def test_with_the_same_past_rules_and_program_every_change_is_new_data() -> None:
    assert all(set(causes) == {"new"} for causes in changed().values())


def test_a_past_that_differs_is_put_down_to_what_changed_since() -> None:
    figures = dict(headlines(VIEW, VIEW.back(7)) or {})
    figures |= {"at_risk_arr": figures["at_risk_arr"] - 100, "arr": figures["arr"] + 50}
    assert changed(figures=figures, facts="other")["arr"]["restated"] == -50
    assert changed(figures=figures, program="other")["arr"]["program"] == -50
    assert changed(figures=figures, policy="other")["at_risk_arr"]["policy"] == 100
    assert changed(figures=figures, policy="other", program="other")["at_risk_arr"]["mixed"] == 100


def test_the_causes_of_a_change_add_up_to_it() -> None:
    for causes in (frozenset(), frozenset({"policy"}), frozenset({"policy", "program"})):
        assert sum(split("at_risk_arr", 100.0, 130.0, 90.0, causes).values()) == pytest.approx(-10.0)


def test_before_the_first_run_there_is_nothing_to_compare_with() -> None:
    assert since_last_run(VIEW)["rows"] == []
