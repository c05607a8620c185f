"""What documents say of answers: every NPS with its n, few answers as counts, and no customer edition that names anybody."""

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from pipeline.reports.contents import REPORTS
from pipeline.reports.messages import messages
from pipeline.stages.press.pages import page_html
from pipeline.voice import voice
from tests.golden.company import company
from tests.golden.test_documents import text_of, with_press

PRINTED = re.compile(r"NPS (?:is |of |at )?[+\u2212\u00b1]\d+")
CELL = re.compile(r"^[+\u2212\u00b1]\d+$")
TOLD = "Ask Jane Roe about it, jane.roe@firm.example or +49 30 1234567"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    return with_press(company(), tmp_path_factory.mktemp("press"))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The company with a dozen answers in its newest wave."""
    small = company()
    newest = small.book.nps_waves.sort("first_on", "wave")["wave"].item(-1)
    kept = small.book.nps_answers.filter(pl.col("wave") == newest).head(12)
    answers = pl.concat([small.book.nps_answers.filter(pl.col("wave") != newest), kept])
    book = replace(small.book, nps_answers=answers)
    small.book = book
    small.scores = replace(small.scores, voice=voice(book, small.scores, small.policy, small.settings))
    return with_press(small, tmp_path_factory.mktemp("few"))


def pages(made: SimpleNamespace, edition: str = "print") -> dict[str, str]:
    return {one.path: page_html(made.press, one, edition) for one in made.documents}


@pytest.mark.parametrize("which", ["made", "few"])
def test_wherever_an_nps_is_printed_its_n_stands_beside_it(which: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(which)
    counted = 0
    for path, html in pages(made).items():
        text = " ".join(text_of(html).split())
        for hit in PRINTED.finditer(text):
            counted += 1
            assert "n = " in text[hit.end() : hit.end() + 12], (path, text[hit.start() - 60 : hit.end() + 40])
        counted += sum(_column_carries_n(path, table) for table in re.findall(r"<table.*?</table>", html, re.DOTALL))
    assert counted > 20


def _column_carries_n(path: str, table: str) -> int:
    """Cells under a heading NPS or By account, each with its n; the portfolio's mean answers stand under another name."""
    head = [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<th[^>]*>(.*?)</th>", table, re.DOTALL)]
    places = [at for at, name in enumerate(head) if name in ("NPS", "By account")]
    found = 0
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL):
        cells = [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for at in places:
            if at < len(cells) and re.search(r"\d", cells[at]):
                found += 1
                assert "n = " in cells[at], (path, cells)
    return found


def test_few_answers_are_grey_and_their_counts_come_first(few: SimpleNamespace) -> None:
    html = page_html(few.press, next(one for one in few.documents if one.path == "nps/nps"), "screen")
    text = " ".join(text_of(html).split())
    headline = re.search(r"(\d+) promoters, (\d+) passives, (\d+) detractors: [+\u2212\u00b1]\d+ \(n = 12\)", text)
    assert headline
    assert sum(map(int, headline.groups())) == 12
    assert "too few to read as a score" in text
    assert '<td class="few"><div class="tile-label">Too few answers</div>' in html
    rows = re.findall(r'<tr class="quiet">(.*?)</tr>', html, re.DOTALL)
    assert rows
    assert all(re.search(r">\d+ / \d+ / \d+, [+\u2212\u00b1]\d+ \(n = \d+\)<", row) for row in rows if "n = " in row)


def test_customer_editions_carry_no_name_address_or_number_in_the_words_of_customers(tmp_path: Path) -> None:
    made = company()
    agreed = made.book.nps_answers.with_columns(
        comment=pl.lit(TOLD), follow_up_consent=pl.lit(True), is_anonymous=pl.lit(False)
    )
    on_file = made.book.contacts["full_name"].drop_nulls().item(0)
    told = made.book.feedback_items.with_columns(
        text=pl.lit(TOLD), theme=pl.lit(f"Asked by {on_file}, a.b@firm.example")
    )
    made.book = replace(made.book, nps_answers=agreed, feedback_items=told)
    made.scores = replace(made.scores, voice=voice(made.book, made.scores, made.policy, made.settings))
    with_press(made, tmp_path)
    packs = {path: html for path, html in pages(made).items() if path.startswith("customer/")}
    quoted = [path for path, html in packs.items() if "[name]" in html]
    assert quoted
    for path, html in packs.items():
        assert not re.search(r"Jane|Roe\b|jane\.roe|1234567|a\.b@", html), path
        assert f"Asked by {on_file}" not in html


def test_quotes_of_the_nps_report_name_nobody(tmp_path: Path) -> None:
    made = company()
    agreed = made.book.nps_answers.with_columns(
        comment=pl.lit(f"The price is high. {TOLD}"), follow_up_consent=pl.lit(True), is_anonymous=pl.lit(False)
    )
    made.book = replace(made.book, nps_answers=agreed)
    made.scores = replace(made.scores, voice=voice(made.book, made.scores, made.policy, made.settings))
    with_press(made, tmp_path)
    html = page_html(made.press, next(one for one in made.documents if one.path == "nps/nps"), "print")
    assert "[name]" in html
    assert "Jane" not in html
    assert "1234567" not in html


def test_nps_json_holds_every_wave_with_its_n_and_interval(made: SimpleNamespace) -> None:
    said = json.loads(messages(made.book, made.scores, made.context)["nps/nps.json"])
    assert said["wave"] == said["waves"][-1]["wave"]
    assert all(
        {"answers", "nps", "low", "high", "response_rate_pct", "arr_coverage_pct", "target"} <= row.keys()
        for row in said["waves"]
    )
    assert {row["dimension"] for row in said["dimensions"]} == {"all", "tier", "industry", "region", "csm", "time_live"}


def test_without_a_wave_the_reports_say_what_would_fill_them(tmp_path: Path) -> None:
    made = company(count=8)
    nothing = {
        name: getattr(made.book, name).clear() for name in ("nps_answers", "nps_waves", "feedback_items", "qbrs")
    }
    made.book = replace(made.book, **nothing)
    made.scores = replace(made.scores, voice=voice(made.book, made.scores, made.policy, made.settings))
    documents = [one for name in ("nps", "feedback") for one in REPORTS[name](made.book, made.scores, made.context)]
    with_press(made, tmp_path)
    texts = [text_of(page_html(made.press, one, "screen")) for one in documents]
    assert "No NPS wave has an answer yet" in texts[0]
    assert all("nan" not in text.lower().split() for text in texts)
