"""Headers as tools write them, and as sources look for them."""

import pytest

from pipeline.ingest.columns import source_places
from pipeline.ingest.headers import Header, joined, plain, spellings
from pipeline.ingest.recognise import Recognised, recognised, unmapped
from schemas.sources import Column, FileMap, Source, TableMap


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("\ufeffRecord ID", "record id"),
        ("  Deal\u00a0 Name ", "deal name"),
        ("<strong>Are you happy?</strong>", "are you happy?"),
        ("NPS®", "nps"),
        ("Terms &amp; conditions", "terms & conditions"),
        ("27 jan 2026\nTickets", "27 jan 2026 tickets"),
        ('Date entered "Discovery (Sales Pipeline)"', 'date entered "discovery (sales pipeline)"'),
        ("Σ Time Spent", "σ time spent"),
    ],
)
def test_marks_tags_spaces_and_case_of_a_header_do_not_matter(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_a_header_is_found_without_its_spaces_too_but_the_exact_one_wins() -> None:
    assert Header(("TicketID", "Status")).places(["Ticket Id"]) == [0]
    assert Header(("TicketId", "Ticket Id")).places(["ticket id"]) == [1]


def test_a_name_that_stands_several_times_is_the_first_column_or_every_one() -> None:
    header = Header(("Labels", "Summary", "Labels", "Labels"))
    assert header.places(["Labels"]) == [0]
    assert header.places(["Labels"], every=True) == [0, 2, 3]


def test_only_a_list_takes_every_column_of_a_repeated_name() -> None:
    header = Header(("Labels", "Labels"))
    assert source_places(Column.model_validate({"from": "Labels", "type": "list"}), header) == [0, 1]
    assert source_places(Column.model_validate({"from": "Labels"}), header) == [0]


def test_another_spelling_stands_in_only_where_the_name_itself_is_missing() -> None:
    aliases = spellings({"Deal Stage": ("dealstage", "Deal-Phase"), "Created (*)": ("Erstellt (*)",)})
    assert Header(("Deal-Phase", "dealstage"), aliases=aliases).places(["Deal stage"]) == [1]
    assert Header(("dealstage", "Deal Stage"), aliases=aliases).places(["Deal stage"]) == [1]
    assert Header(("Erstellt (Europe/Berlin)",), aliases=aliases).star("Created (*)") == "Europe/Berlin"


def test_two_header_rows_become_question_and_choice() -> None:
    first = ("Respondent ID", "How likely?", "", "Anything else?", "Score")
    second = ("", "0-10", "Comment", "Open-Ended Response", "")
    assert joined(first, second) == (
        "Respondent ID",
        "How likely? / 0-10",
        "How likely? / Comment",
        "Anything else? / Open-Ended Response",
        "Score",
    )


def test_a_blank_name_and_a_trailing_comma_are_columns_without_a_name() -> None:
    file = FileMap(name="f", identified_by=("goal_id", "goal"), table=(TableMap(table="goals", columns={}),))
    found = recognised([("", "goal_id", "goal", "extra", "")], {"s": Source(system="s", title="S", file=(file,))})
    assert isinstance(found, Recognised)
    assert unmapped(found) == ("extra",)


def test_a_column_that_is_known_under_another_spelling_is_not_unmapped() -> None:
    table = TableMap(table="goals", columns={"goal": Column.model_validate({"from": "Goal"})})
    file = FileMap(name="f", identified_by=("Goal", "Owner"), ignored=("Owner",), table=(table,))
    source = Source(system="s", title="S", aliases={"Goal": "Ziel", "Owner": "Besitzer"}, file=(file,))
    found = recognised([("Ziel", "Besitzer", "Ziel", "Farbe")], {"s": source})
    assert isinstance(found, Recognised)
    assert unmapped(found) == ("Farbe",)
