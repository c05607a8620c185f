"""Every kind of page for everybody: no violation that axe knows, whatever is filtered or opened."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.company import Published, publish

FEW = ("index", "weekly/review", "qbr")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def kinds(published: Published) -> list[str]:
    """One document of every kind: the first of each template and folder."""
    firsts: dict[tuple[str, str], str] = {}
    for document in published.documents:
        firsts.setdefault((document.template, document.path.split("/")[0]), document.path)
    return list(firsts.values())


def violations(tab: Any, address: str) -> list[str]:
    """What axe finds, each with the rule and the places."""
    from axe_playwright_python.sync_playwright import Axe

    tab.goto(address)
    found = Axe().run(tab, options={"runOnly": TAGS}).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]


def test_a_few_kinds_of_pages_have_no_violation(tab: Any, published: Published) -> None:
    chosen = [path for path in kinds(published) if path in FEW or path.split("/")[-1] in FEW][: len(FEW)]
    assert {path: violations(tab, published.page(path)) for path in chosen} == {path: [] for path in chosen}


def test_a_filtered_dashboard_with_an_open_account_has_no_violation(tab: Any, published: Published) -> None:
    account = published.table("accounts").filter(segment="mid_market", status="active")["account_id"][0]
    address = published.page("portfolio/portfolio") + f"#segment=mid_market&account={account}"
    assert violations(tab, address) == []


@pytest.mark.nightly
def test_every_kind_of_page_has_no_violation(tab: Any, tmp_path: Path) -> None:
    every = publish(tmp_path, most=1)
    paths = kinds(every)
    assert {path: violations(tab, every.page(path)) for path in paths} == {path: [] for path in paths}
