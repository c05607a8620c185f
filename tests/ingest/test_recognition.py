"""Which tool wrote a file: the best match wins clearly, or nobody does and the report says who came near."""

import time
from typing import Any

import pytest

from pipeline.ingest.layouts import Layout, names_of
from pipeline.ingest.recognise import HEADER_WITHIN, Recognised, Unrecognised, recognised, unmapped
from schemas.sources import Column, FileMap, Source, TableMap, shipped_sources

WORDS = ("Ticket Number", "Opened", "Closed", "Severity", "Requester", "Team", "Channel", "Reopened")


def source(system: str, words: tuple[str, ...], columns: dict[str, Any] | None = None, **file: Any) -> Source:
    mapped = {name: Column.model_validate({"from": header}) for name, header in (columns or {}).items()}
    table = TableMap(table="tickets", columns=mapped)
    one = FileMap(name="tickets", identified_by=words, ignored=words, table=(table,), **file)
    return Source(system=system, title=system, file=(one,))


def known(*sources: Source) -> dict[str, Source]:
    return {one.system: one for one in sources}


def system_of(found: Recognised | Unrecognised) -> str:
    assert isinstance(found, Recognised), found
    return found.source.system


def reason(found: Recognised | Unrecognised) -> str:
    assert isinstance(found, Unrecognised), found
    return found.reason


def test_the_better_match_wins() -> None:
    full, part = source("full", WORDS), source("part", (*WORDS[:6], "Colour", "Shape"))
    assert system_of(recognised([WORDS], known(part, full))) == "full"


def test_two_that_match_alike_are_both_named() -> None:
    why = reason(recognised([WORDS], known(source("one", WORDS), source("two", WORDS))))
    assert why.startswith("fits one tickets and two tickets alike")
    assert "bellwether map FILE" in why


def test_an_unconfirmed_layout_never_wins_over_a_confirmed_one_even_when_it_fits_better() -> None:
    guess = source("guess", WORDS, confidence="unconfirmed")
    seen = source("seen", (*WORDS[:6], "Colour", "Shape"))
    assert system_of(recognised([WORDS], known(guess, seen))) == "seen"
    assert system_of(recognised([("preamble",), WORDS], known(guess, seen))) == "seen"


def test_an_unconfirmed_layout_that_wins_alone_says_so() -> None:
    found = recognised([WORDS], known(source("guess", WORDS, confidence="unconfirmed")))
    assert isinstance(found, Recognised)
    assert found.confidence == "unconfirmed"
    assert any("never seen on a real file" in remark for remark in found.remarks)


def test_nobody_wins_on_a_header_that_no_source_knows_and_the_nearest_are_named() -> None:
    why = reason(
        recognised([(*WORDS[:4], "A", "B", "C", "D")], known(source("one", WORDS), source("other", ("X", "Y"))))
    )
    assert "nearest: one tickets (50% of its headers)" in why
    assert "other" not in why
    assert "bellwether map FILE" in why


@pytest.mark.parametrize("lines", [0, 1, 12, HEADER_WITHIN - 1])
def test_the_header_is_found_below_a_preamble(lines: int) -> None:
    found = recognised([("Report", "of June")] * lines + [WORDS, ("1",) * 8], known(source("one", WORDS)))
    assert isinstance(found, Recognised)
    assert (found.header_record, found.first_record) == (lines, lines + 1)
    assert bool(found.remarks) == (lines > 0)


def test_a_header_further_down_is_not_looked_for() -> None:
    assert reason(recognised([("Report",)] * HEADER_WITHIN + [WORDS], known(source("one", WORDS))))


def test_translated_headers_are_recognised_by_their_other_spellings() -> None:
    german = ("Ticketnummer", "Eröffnet", "Geschlossen", "Schwere", "Anfrager", "Team", "Kanal", "Wiedereröffnet")
    aliases = {ours: (theirs,) for ours, theirs in zip(WORDS, german, strict=True)}
    one = source("one", WORDS, {"ticket_id": "Ticket Number"}).model_copy(update={"aliases": aliases})
    found = recognised([german], known(one))
    assert isinstance(found, Recognised)
    assert found.header.places(["Ticket Number"]) == [0]
    assert unmapped(found) == ()


def test_a_header_of_two_joined_rows_is_recognised_by_question_and_choice() -> None:
    words = ("Respondent ID", "Collector ID", "* / Open-Ended Response")
    file = source("survey", words, header_rows=2, joined_header=True)
    rows = [("Respondent ID", "Collector ID", "Why?"), ("", "", "Open-Ended Response"), ("1", "2", "so")]
    found = recognised(rows, known(file))
    assert isinstance(found, Recognised)
    assert found.header.names == ("Respondent ID", "Collector ID", "Why? / Open-Ended Response")
    assert found.first_record == 2


def test_a_dashboard_laid_out_sideways_is_reported_as_such() -> None:
    header = ("", "26 jan 2026\nTickets", "27 jan 2026\nTickets", "28 jan 2026\u00a0\nTickets")
    assert "laid out sideways" in reason(
        recognised([header, ("Tickets não resolvidos", "4", "5", "6")], shipped_sources())
    )


def test_an_empty_file_says_so() -> None:
    assert reason(recognised([], shipped_sources())) == "is empty"


def _full_header(layout: Layout) -> tuple[str, ...]:
    return tuple(name.replace("*", "UTC") for name in [*names_of(layout.file), *layout.file.ignored])


def test_one_file_is_recognised_in_under_50_milliseconds() -> None:
    sources = shipped_sources()
    headers = [_full_header(Layout(one, file, {})) for one in sources.values() for file in one.file]
    recognised([("warm", "up")], sources)
    started = time.process_time()
    for header in headers:
        recognised([header, *[tuple(f"cell {n}" for n in range(len(header)))] * 30], sources)
    assert (time.process_time() - started) / len(headers) < 0.05
