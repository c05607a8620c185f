"""The live dashboard in a browser: filters, tiles, charts, sorting, search, links, keyboard, print."""

import random
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pytest

from pipeline.metrics import METRICS
from pipeline.reports import wording
from pipeline.reports.facts import View
from pipeline.reports.sections.live.dashboard import FILTERS, NOT_STATED
from pipeline.reports.sections.live.tiles import printed, stated, tiles
from tests.browser.company import Published, publish

READ_TILES = """() => Object.fromEntries([...document.querySelectorAll('td[data-live]')].map(cell =>
    [cell.dataset.live, ['label', 'value', 'note'].map(part => cell.querySelector('.tile-' + part).textContent)]))"""
READ_CHART = """name => [...document.querySelectorAll('#chart-' + name + ' ~ details tbody tr')].map(row =>
    [...row.cells].map(cell => cell.textContent))"""
SECONDS_TO_OPEN = 2.0


@pytest.fixture
def dashboard(tab: Any, published: Published) -> Any:
    tab.goto(published.page("portfolio/portfolio"))
    tab.wait_for_selector("#account-table tbody tr")
    return tab


def filter_sets(frame: pl.DataFrame, count: int) -> list[dict[str, str]]:
    """Random choices of a period and of none to three filters, each with values that occur."""
    dice, sets = random.Random(21), []
    for _ in range(count):
        chosen = {"days": dice.choice(["30", "90"])}
        for name in dice.sample(sorted(FILTERS), dice.randint(1, 3)):
            chosen[name] = dice.choice(sorted(frame[name].fill_null(NOT_STATED).unique().to_list()))
        sets.append(chosen)
    return sets


def narrowed(frame: pl.DataFrame, chosen: dict[str, str]) -> pl.DataFrame:
    wanted = {name: value for name, value in chosen.items() if name != "days"}
    return frame.filter(pl.col(name).fill_null(NOT_STATED) == value for name, value in wanted.items())


def assert_tiles_follow(dashboard: Any, published: Published, count: int) -> None:
    frame = published.table("portfolio_accounts")
    view = View(published.made.book, published.made.scores, published.made.context)
    records = tiles(view)
    for chosen in filter_sets(frame, count):
        dashboard.evaluate("hash => { location.hash = hash; }", urlencode(chosen))
        wanted_status = f"{narrowed(frame, chosen).filter(is_scored=1).height} of "
        dashboard.wait_for_function(
            "text => document.querySelector('#filters [role=status]').textContent.startsWith(text)", arg=wanted_status
        )
        shown, sums = dashboard.evaluate(READ_TILES), stated(narrowed(frame, chosen))
        for key, tile in records.items():
            told = printed(tile, sums, view.currency, int(chosen["days"]))
            label, value, note = shown[key]
            assert (key, chosen, value) == (key, chosen, told["value"])
            if tile.note is not None:
                assert (key, chosen, label, note) == (key, chosen, told["label"], told["note"])


def test_under_any_filter_every_tile_is_what_the_data_file_adds_up_to(dashboard: Any, published: Published) -> None:
    assert_tiles_follow(dashboard, published, 5)


@pytest.mark.nightly
def test_under_fifty_filters_every_tile_is_what_the_data_file_adds_up_to(dashboard: Any, published: Published) -> None:
    assert_tiles_follow(dashboard, published, 50)


def test_without_a_filter_the_page_says_what_was_printed(dashboard: Any, published: Published) -> None:
    before = dashboard.evaluate(READ_TILES)
    dashboard.select_option("#filter-segment", "smb")
    during = dashboard.evaluate(READ_TILES)
    dashboard.click("text=Clear filters")
    assert before == dashboard.evaluate(READ_TILES) != during
    sums = stated(published.table("portfolio_accounts"))
    assert before["arr"][1] == wording.money(sums["arr"])
    assert before["nrr_pct"][1] == wording.percent(sums["nrr_pct"], 1) != wording.UNKNOWN


def test_the_table_behind_the_tiles_ties_to_the_other_data_files(published: Published) -> None:
    frame, accounts = published.table("portfolio_accounts"), published.table("accounts")
    customers = accounts.filter(pl.col("arr").is_not_null() & (pl.col("status") != "churned"))
    assert frame["arr"].sum() == customers["arr"].sum()
    assert frame["is_scored"].sum() == customers.height
    year = published.table("retention").filter(dimension="all").sort("period_ends_on").tail(1).to_dicts()[0]
    for name in ("nrr_pct", "grr_pct", "logo_retention_pct"):
        assert frame.select(METRICS[name].pooled()).item() == pytest.approx(year[name])
    bridge = published.table("arr_bridge").filter(segment="all").sort("month_on").tail(12)
    assert frame["bridge_opening"].sum() == bridge["opening"].first()
    assert frame["bridge_expansion"].sum() == bridge["expansion"].sum()


def test_charts_follow_a_filter_with_the_sums_of_the_data_files(dashboard: Any, published: Published) -> None:
    dashboard.select_option("#filter-segment", "enterprise")
    frame, weeks = published.table("portfolio_accounts"), published.table("account_weeks")
    mine = weeks.filter(pl.col("account_id").is_in(frame.filter(segment="enterprise")["account_id"].implode()))
    last = mine.filter(pl.col("week_ending_on") == pl.col("week_ending_on").max())
    shown = dashboard.evaluate(READ_CHART, "arr-by-band")[-1]
    heads = dashboard.evaluate(
        "[...document.querySelectorAll('#chart-arr-by-band ~ details th')].map(th => th.textContent)"
    )
    sums = dict(last.group_by("health_band").agg(pl.col("arr").sum()).iter_rows())
    words = {wording.band_word(band): wording.money(arr) for band, arr in sums.items()}
    assert dict(zip(heads[1:], shown[1:], strict=True)) == {head: words.get(head, "$0") for head in heads[1:]}
    trend = dashboard.evaluate(READ_CHART, "arr")
    assert trend[-1][1] == wording.money(frame.filter(segment="enterprise")["arr"].sum())


def test_a_chart_is_drawn_anew_and_comes_back_when_filters_are_cleared(dashboard: Any) -> None:
    dashboard.wait_for_selector("#chart-arr svg")
    read = "document.querySelector('#chart-arr svg').outerHTML.replace(/clip\\d+|gradient_\\d+/g, '')"
    before = dashboard.evaluate(read)
    dashboard.select_option("#filter-segment", "smb")
    dashboard.wait_for_function(f"before => {read} !== before", arg=before)
    dashboard.click("text=Clear filters")
    dashboard.wait_for_function(f"before => {read} === before", arg=before)
    assert dashboard.evaluate(read) == before


def test_what_cannot_be_added_up_is_marked_whole_book_under_a_filter(dashboard: Any) -> None:
    median = dashboard.locator(".tiles td", has_text="Median first response")
    dashboard.select_option("#filter-csm", index=1)
    assert "whole" in median.get_attribute("class").split()
    mark = median.locator(".tile-label").evaluate("node => getComputedStyle(node, '::after').content")
    assert "whole book" in mark
    unmarked = dashboard.evaluate(
        "[...document.querySelectorAll('main .tiles td, main figure')].filter(node => !node.matches('.whole, [data-live]')"
        " && !node.querySelector('[id^=chart-]')).length"
    )
    assert unmarked == 0


def test_a_click_on_a_head_sorts_both_ways(dashboard: Any) -> None:
    scores = (
        "[...document.querySelectorAll('#account-table tbody tr')].map(row => parseFloat(row.cells[4].textContent))"
    )
    dashboard.click("#account-table th button:has-text('Score')")
    falling = dashboard.evaluate(scores)
    dashboard.click("#account-table th button:has-text('Score')")
    rising = dashboard.evaluate(scores)
    assert falling == sorted(falling, reverse=True)
    assert rising == sorted(rising)
    assert dashboard.locator("#account-table th[aria-sort=ascending]").inner_text() == "Score"
    assert "sort=score" in dashboard.url


def test_every_other_table_sorts_as_well(dashboard: Any) -> None:
    dashboard.click("#team table th button:has-text('ARR') >> nth=0")
    column = "[...document.querySelectorAll('#team table')][0].tBodies[0].rows"
    cells = dashboard.evaluate(f"[...{column}].map(row => row.cells[2].textContent)")
    amounts = [float(text.strip("$KM")) * (1e6 if text.endswith("M") else 1e3) for text in cells]
    assert amounts == sorted(amounts, reverse=True)


def test_search_narrows_the_accounts_and_says_how_many(dashboard: Any) -> None:
    dashboard.fill("#filter-find", "alder")
    names = dashboard.locator("#account-table tbody tr td:first-child").all_inner_texts()
    assert names
    assert all("alder" in name.lower() for name in names)
    assert dashboard.locator("#explorer [role=status]").inner_text().startswith(f"{len(names)} of ")


def test_a_link_opens_an_account_with_the_explanation_of_its_score(tab: Any, published: Published) -> None:
    account = published.table("accounts").filter(status="active").sort("health_score")["account_id"][0]
    tab.goto(published.page("portfolio/portfolio") + f"#account={account}")
    detail = tab.wait_for_selector(".detail")
    name = published.table("accounts").filter(account_id=account)["account_name"][0]
    assert detail.query_selector("h3").inner_text() == name
    parts = published.table("health_components").filter(account_id=account)
    assert len(detail.query_selector_all("table >> nth=0 >> tbody tr")) >= 1
    assert parts.height >= len(detail.query_selector_all("table:first-of-type tbody tr"))
    assert tab.evaluate("document.querySelector('.detail').getBoundingClientRect().top") < 900


def test_the_filters_are_in_the_address_and_come_back_from_it(dashboard: Any, published: Published) -> None:
    dashboard.select_option("#filter-segment", "enterprise")
    dashboard.select_option("#filter-days", "30")
    tiles_then, address = dashboard.evaluate(READ_TILES), dashboard.url
    dashboard.goto("about:blank")
    dashboard.goto(address)
    dashboard.wait_for_selector("#account-table tbody tr")
    assert dashboard.evaluate(READ_TILES) == tiles_then
    assert dashboard.input_value("#filter-segment") == "enterprise"
    assert tiles_then["due"][0] == "Renewing in 30 days"


def test_an_address_that_means_nothing_shows_the_whole_book(tab: Any, published: Published) -> None:
    tab.goto(published.page("portfolio/portfolio") + "#segment=%3Cscript%3E&days=7&sort=constructor&account=nobody")
    tab.wait_for_selector("#account-table tbody tr")
    assert not tab.evaluate("document.body.classList.contains('filtered')")
    assert (
        tab.locator("#account-table tbody tr").count()
        == published.table("accounts").filter(pl.col("status") != "churned").height
    )


def test_everything_works_from_the_keyboard(dashboard: Any) -> None:
    dashboard.keyboard.press("/")
    assert dashboard.evaluate("document.activeElement.id") == "filter-find"
    dashboard.keyboard.type("alder")
    dashboard.focus("#account-table tbody button")
    dashboard.keyboard.press("Enter")
    assert dashboard.locator(".detail").count() == 1
    dashboard.keyboard.press("Escape")
    assert dashboard.locator(".detail").count() == 0
    assert dashboard.evaluate("document.activeElement.className") == "linklike"
    dashboard.focus("#filter-band")
    dashboard.keyboard.type("Crit")
    assert dashboard.input_value("#filter-band") == "critical"
    order = dashboard.evaluate(
        "[...document.querySelectorAll('a[href], button, select, input, summary')].filter(node => node.tabIndex < 0).length"
    )
    assert order == 0


def test_a_section_link_keeps_the_filters(dashboard: Any) -> None:
    dashboard.select_option("#filter-segment", "smb")
    dashboard.click(".masthead a[href='#service']")
    assert "segment=smb" in dashboard.url
    assert dashboard.evaluate("Math.abs(document.getElementById('service').getBoundingClientRect().top)") < 200


def test_print_leaves_the_controls_out_and_says_what_is_selected(dashboard: Any) -> None:
    dashboard.select_option("#filter-segment", "smb")
    dashboard.emulate_media(media="print")
    assert dashboard.locator("#filters form").is_hidden()
    assert "Segment: SMB" in dashboard.locator("#filters [role=status]").inner_text()


@pytest.mark.nightly
def test_it_opens_within_two_seconds_at_a_thousand_accounts(tab: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    large = publish(tmp_path_factory.mktemp("large"), count=1000, names=("portfolio",))
    taken = []
    for _ in range(3):
        tab.goto("about:blank")
        tab.goto(large.page("portfolio/portfolio"))
        tab.wait_for_selector("#account-table tbody tr")
        taken.append(tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000)
    assert min(taken) < SECONDS_TO_OPEN
