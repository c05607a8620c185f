"""The quality report and the screen after a run say what the ledger says, first things first, and nothing when well."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from pipeline.book import Book
from pipeline.reports.afterwards import MOST, WIDTH, lines
from pipeline.reports.document import Context
from pipeline.reports.quality import alarms, headline, quality
from pipeline.reports.sections.quality.load import balance, every_file
from pipeline.reports.sections.quality.match import completeness, matching
from pipeline.reports.sections.quality.needs import needs, switched_off
from pipeline.scores import Scores
from pipeline.stages.press.pages import make_press, page_html
from pipeline.workspace import Workspace
from tests.golden.company import POLICY, SETTINGS
from tests.golden.ledger import FEEDS, FILES, RULES, UNMATCHED, ledger, sound_ledger

PARTS = POLICY.health.scorecard.components


def test_rows_read_are_rows_accepted_rejected_set_aside_and_duplicates() -> None:
    told = balance(ledger())
    assert told["rows_read"] == told["accepted"] + told["rejected"] + told["set_aside"] + told["duplicates"] == 1044
    assert told["files"] == {"failed": 1, "unknown": 1, "refused": 0, "loaded": 3, "ignored": 0}


def test_a_load_that_a_newer_one_replaced_is_counted_apart() -> None:
    assert balance(ledger())["earlier"] == 1
    assert every_file(ledger())[-1]["path"] == "2026-06-19/accounts.csv"


def test_a_week_where_all_is_well_can_be_trusted() -> None:
    assert headline(sound_ledger()).startswith("Yes: every expected feed is fresh")
    assert alarms(sound_ledger(), PARTS) == []
    assert needs(sound_ledger(), PARTS) == []


def test_a_file_behind_the_quality_gate_is_the_headline_and_the_banner() -> None:
    assert headline(ledger()) == "With care: goals.csv could not be used, and the last good data stand in their place."
    assert alarms(ledger(), PARTS)[0].startswith("Quality gate: goals.csv was not applied: 9 of 20 rows")


def test_a_late_or_missing_feed_is_the_headline_when_no_file_failed() -> None:
    told = ledger(files=[row for row in FILES if row["status"] == "loaded"])
    assert headline(told) == "With care: Trainings never arrived and Usage ends on 14 Jun 2026."
    assert any("usage trend are frozen" in line for line in alarms(told, PARTS))


def test_needs_are_ranked_by_urgency_then_arr_with_unknown_arr_last() -> None:
    wanted = [(need.touches, need.arr) for need in needs(ledger(), PARTS)]
    assert [touches for touches, _ in wanted] == sorted(
        (touches for touches, _ in wanted), key=["gate", "figures", "scores"].index
    )
    figures = [arr for touches, arr in wanted if touches == "figures"]
    assert figures[0] == Decimal("67300.00")
    assert figures[1:] == [None] * len(figures[1:])


def test_a_near_match_is_proposed_with_its_line_and_never_more() -> None:
    screen = "\n".join(lines(ledger(), PARTS))
    assert 'desk,"account zer0 ""west""",A000  (2 rows; perhaps Account Zero (93% alike))' in screen
    assert "crm,0017,ACCOUNT_ID  ($67.3K, 3 rows, deleted there)" in screen


def test_the_match_rate_counts_names_by_how_they_were_matched() -> None:
    told = matching(ledger())
    assert (told["name_count"], told["matched_name_count"], told["by_domain_count"]) == (77, 75, 3)
    assert told["rows"][0]["table_name"] == "tickets"
    assert told["unmatched_rows"] == 3


def test_gaps_are_counted_per_owner_and_nobody_is_an_owner_too() -> None:
    told = completeness(ledger())
    names = [field["field"] for field in told["fields"]]
    cells = {row["csm"]: dict(zip(names, row["cells"], strict=True)) for row in told["rows"]}
    assert cells["Ana Bell"] == {"csm": 0, "segment": 1, "notice_days": 2}
    assert cells["No CSM"] == {"csm": 1, "segment": 0, "notice_days": 0}


def test_what_is_off_names_the_feed_that_would_switch_it_on() -> None:
    only_usage = ledger(feeds=[feed for feed in FEEDS if feed["feed"] == "usage"])
    off = {part["label"]: part["feeds"] for part in switched_off(only_usage, PARTS)}
    assert off["Feature adoption"] == ["features"]
    assert "Login days" not in off


def test_files_that_need_a_look_come_first() -> None:
    assert [row["status"] for row in every_file(ledger())][:2] == ["failed", "unknown"]


def test_the_screen_after_a_run_says_nothing_when_there_is_nothing_to_say() -> None:
    feeds = [{**FEEDS[0], "feed": name} for part in PARTS.values() for name in part.feeds]
    assert lines(sound_ledger(feeds=feeds), PARTS) == []
    assert lines(sound_ledger(), PARTS) != []


def test_the_screen_after_a_run_fits_a_screen() -> None:
    told = ledger(
        gaps=[{"account_id": "A000", "csm": f"Csm {n}", "field": "csm", "record_count": n} for n in range(99)]
    )
    made = lines(told, PARTS, [f"file {number}: " + "reason " * 60 for number in range(30)])
    assert len(made) == MOST
    assert max(map(len, made)) <= WIDTH


@pytest.mark.parametrize(
    "said",
    [
        "lunch.csv: no source knows its header",
        "usage is late: it ends on 14 Jun 2026, 12 days ago (limit 3)",
        "trainings is missing: it never arrived",
        "loaded, not expected: qbrs",
        "desk tickets: 900 rows for tickets, usually 2,100",
        "columns gone Satisfaction; columns new Brand",
        "usage.csv: 120 events of 3 accounts for 3 Jun to 4 Jun held back, as 5,100 stand",
        "5 x desk tickets: created at unreadable",
        "bellwether quarantine list",
        "1 account never named in the usage, tickets or contacts that were loaded ($48.0K of ARR)",
        "Ana Bell: 2 contracts without notice days, 1 account without a segment",
        "Account One: Watch until 10 Jul 2026 (Ana Bell)",
    ],
)
def test_the_screen_after_a_run_tells(said: str) -> None:
    screen = " ".join(" ".join(lines(ledger(), PARTS, ["lunch.csv: no source knows its header"])).split())
    assert said in screen


def test_a_run_without_a_ledger_makes_no_report() -> None:
    assert quality(cast("Book", None), cast("Scores", None), Context(POLICY)) == []


def test_a_ledger_has_the_columns_of_its_schema_whatever_it_is_given() -> None:
    bare = ledger(files=[{"path": "a.csv", "status": "loaded", "source": "crm", "table_name": "accounts"}])
    assert bare.files.schema["unmapped"] == pl.List(pl.String)
    assert balance(bare)["rows_read"] == 0


def test_words_from_files_are_text_in_the_page(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}\u202e"
    rows = [{**FILES[0], "path": hostile, "note": hostile, "remarks": hostile}, {**FILES[3], "path": hostile}]
    rule = {
        **RULES[0],
        "rule": hostile,
        "remedy": hostile,
        "examples": [{"path": hostile, "line": 1, "value": hostile}],
    }
    name = {**UNMATCHED[0], "external_id": hostile, "proposed_account_id": "A", "proposed_account_name": hostile}
    told = ledger(files=rows, rules=[rule], unmatched=[{**name, "similarity": 0.9}])
    document = quality(cast("Book", None), cast("Scores", None), Context(POLICY, ledger=told))[0]
    press = make_press(Workspace(tmp_path, SETTINGS), told.as_of, POLICY, lambda line: None)
    for edition in ("screen", "print"):
        html = page_html(press, document, edition)
        assert "<script>alert" not in html
        assert "\u202e" not in html
        assert "{{ 7*7 }}" in html
