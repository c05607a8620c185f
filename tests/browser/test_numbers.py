"""Every number that is printed is the number of its data file: pages and PDFs read back and compared with `data/`."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO

import polars as pl
import pypdf
import pytest

from pipeline.reports import wording
from pipeline.reports.document import Document
from pipeline.stages.press import prints
from pipeline.stages.press.pages import page_html
from tests.browser.company import Published
from tests.golden.factory import AS_OF

NUMBER = re.compile(r"[\d][\d,]*(?:\.\d+)?")
Table = tuple[list[str], list[list[str]]]


class Page(HTMLParser):
    """The text of a page outside drawings, and its tables as heads and rows of cells."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tables: list[Table] = []
        self.cell: list[str] | None = None
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "svg", "title") or ("class", "furniture") in attributes
        if tag == "table":
            self.tables.append(([], []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("th", "td"):
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= (
            self.hidden > 0 and tag in ("script", "style", "svg", "title", "div") and (tag != "div" or self.hidden == 1)
        )
        if tag in ("th", "td") and self.cell is not None and self.tables and self.tables[-1][1]:
            self.tables[-1][1][-1].append(" ".join("".join(self.cell).split()))
            self.cell = None
        if tag == "thead" and self.tables:
            self.tables[-1] = (self.tables[-1][1].pop(), self.tables[-1][1])

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)

    def table(self, *heads: str) -> list[dict[str, str]]:
        """The rows of every table whose head begins with these words, by head."""
        found = [table for table in self.tables if table[0][: len(heads)] == list(heads)]
        return [dict(zip(head, row, strict=True)) for head, rows in found for row in rows if len(row) == len(head)]


@pytest.fixture(scope="module")
def printer(published: Published) -> Iterator[None]:
    fonts = published.press.fonts
    prints.start_press(published.press.paper_css, {name: (body, "font/ttf") for name, body in fonts.files.items()})
    yield
    prints.PRESS.clear()


@pytest.fixture(scope="module")
def dashboard(published: Published) -> Page:
    return Page(published.file("portfolio/portfolio").read_text(encoding="utf-8"))


def of_template(published: Published, template: str) -> list[Document]:
    return [document for document in published.documents if document.template == template]


def read_back(published: Published, document: Document) -> Page:
    return Page(published.file(document.path).read_text(encoding="utf-8"))


def money_said(*frames: pl.Series) -> set[str]:
    return {wording.money(value) for frame in frames for value in frame.to_list()} | {wording.UNKNOWN}


def test_every_row_of_a_customer_says_what_the_data_files_say(published: Published, dashboard: Page) -> None:
    accounts = {row["account_name"]: row for row in published.table("accounts").to_dicts()}
    renewals, red = published.table("renewals"), published.table("red_list")
    lost = published.table("portfolio_accounts")
    checked = Counter[str]()
    for head, rows in dashboard.tables:
        if not {"Customer"} & set(head):
            continue
        for row in rows:
            said = dict(zip(head, row, strict=False))
            account = accounts.get(said["Customer"])
            if account is None:
                continue
            mine = pl.col("account_id") == account["account_id"]
            dues = renewals.filter(mine)
            gone = lost.filter(mine)["lost_arr_90d"]
            allowed = {
                "ARR": money_said(pl.Series([account["arr"]]), dues["arr"], gone),
                "Score": {wording.number(account["health_score"])},
                "4 weeks": {wording.change(account["health_change_4w"], 1)},
                "Renews": {wording.near_day(day, AS_OF) for day in [account["renewal_on"], *dues["renewal_on"]]},
                "CSM": {account["csm"]},
                "Expected loss": money_said(red.filter(mine)["expected_loss"]),
            }
            for name in allowed.keys() & said.keys():
                assert said[name] in allowed[name], (said["Customer"], name)
                checked[name] += 1
            if "Band" in said and said["Band"] and "ARR" in said:
                assert said["Band"].endswith(wording.band_word(account["health_band"])), said
    assert checked["ARR"] > 40
    assert min(checked[name] for name in ("Score", "4 weeks", "Renews", "CSM", "Expected loss")) >= 8


def test_bands_segments_and_regions_add_up_from_the_accounts(published: Published, dashboard: Page) -> None:
    customers = published.table("accounts").filter(pl.col("status") != "churned")
    for heads, column, word in (
        (("Band", "Count", "Share of count"), "health_band", wording.band_word),
        (("Segment", "Customers", "ARR"), "segment", wording.word),
        (("Region", "Customers", "ARR"), "region", wording.word),
    ):
        groups = customers.group_by(column).agg(pl.len().alias("n"), pl.col("arr").sum())
        known = {word(row[column]): (str(row["n"]), wording.money(row["arr"])) for row in groups.to_dicts()}
        rows = dashboard.table(*heads)
        told = {row[heads[0]].lstrip("●◆▲■○ "): (row[heads[1]], row["ARR"]) for row in rows}
        assert {name: told[name] for name in known} == known


def test_the_bridge_retention_and_targets_are_those_of_their_files(published: Published, dashboard: Page) -> None:
    bridge = published.table("arr_bridge").filter(segment="all").sort("month_on").tail(6).to_dicts()
    rows = dashboard.table("Month", "Opening", "New")
    assert [(row["Month"], row["Opening"], row["Closing"]) for row in rows] == [
        (wording.month(row["month_on"]), wording.money(row["opening"]), wording.money(row["closing"])) for row in bridge
    ]
    year = published.table("retention")
    last = year.filter(pl.col("period_ends_on") == pl.col("period_ends_on").max(), dimension="segment")
    groups = {wording.word(row["value"]): row for row in last.to_dicts()}
    for row in dashboard.table("Segment", "n", "GRR"):
        known = groups[row["Segment"]]
        assert (row["n"], row["GRR"]) == (str(known["cohort_accounts"]), wording.percent(known["grr_pct"], 1))
        assert row["NRR"] == wording.percent(known["nrr_pct"], 1)
    kpis = {row["label"]: row for row in published.table("kpis").to_dicts()}
    figures = dashboard.table("Figure", "Now", "Target")
    assert len(figures) > 20
    for row in figures:
        stated = NUMBER.search(row["Now"])
        value = kpis[row["Figure"]]["value"]
        assert (value is None) == (stated is None), row
        if stated and not re.search("[KM]$", row["Now"]):
            digits = len(stated.group().partition(".")[2])
            assert stated.group() == wording.number(abs(value), digits).lstrip(wording.MINUS), row


def test_three_packs_say_what_the_files_of_voice_and_service_say(published: Published) -> None:
    answers, promises = published.table("nps_responses"), published.table("sla_accounts")
    features = 0
    for pack in of_template(published, "qbr.html.j2")[:3]:
        page, mine = read_back(published, pack), pl.col("account_id") == pack.account_id
        for row in page.table("Survey", "Yes, 9-10"):
            wave = answers.filter(mine & (pl.col("wave") == row["Survey"]))
            groups = [int((wave["nps_group"] == name).sum()) for name in ("promoter", "passive", "detractor")]
            assert [int(row[name]) for name in ("Yes, 9-10", "7-8", "0-6")] == groups
            features += 1
        for row in page.table("Promise", "Due", "Kept"):
            clock = "response" if "answer" in row["Promise"] else "resolution"
            months = promises.filter(mine & (pl.col("clock") == clock)).sort("month_on")
            last = months.filter(pl.col("month_on").is_between(pl.date(2026, 3, 1), pl.date(2026, 5, 31)))
            assert (int(row["Due"]), int(row["Kept"])) == (last["clocks"].sum(), last["met"].sum())
            features += 1
    assert features >= 9


def test_a_status_report_says_what_the_file_of_onboarding_says(published: Published) -> None:
    report = of_template(published, "status.html.j2")[0]
    page = read_back(published, report)
    plan = published.table("onboarding").filter(account_id=report.account_id).to_dicts()[0]
    words = " ".join(" ".join(page.words).split())
    assert wording.percent(plan["completion_pct"]) in words
    assert f"{wording.percent(plan['planned_pct'])} planned" in words
    assert f"{plan['days_late']} days late" in words
    assert f"{plan['red_risks']} red, {plan['yellow_risks']} yellow" in words
    assert f"{wording.number(plan['uat_executed'])} run" in words
    ready = published.table("onboarding_readiness").filter(account_id=report.account_id)
    assert f"{ready.filter(state='done').height} of {ready.height} shown by data" in words


def test_a_pdf_says_every_number_of_its_page(published: Published, printer: None) -> None:
    chosen = [
        of_template(published, "portfolio.html.j2")[0],
        *of_template(published, "qbr.html.j2")[:3],
        of_template(published, "status.html.j2")[0],
    ]
    for document in chosen:
        html = page_html(published.press, document, "print")
        body, _ = prints.print_page(html)
        pages = pypdf.PdfReader(BytesIO(body)).pages
        text = " ".join(page.extract_text() for page in pages)
        assert (document.path, left_out(NUMBER.findall(" ".join(Page(html).words)), text)) == (document.path, [])


def left_out(numbers: list[str], text: str) -> list[str]:
    """The numbers that a text does not say as often; longest first, because a reader may run two cells together."""
    missing = []
    for number in sorted(numbers, key=len, reverse=True):
        if number in text:
            text = text.replace(number, "\0", 1)
        else:
            missing.append(number)
    return missing
