"""One headless Chromium per file of tests, Debian's own; without it these tests are skipped and say how to get it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.company import Published, publish

CHROMIUM = Path("/usr/bin/chromium")
MISSING = "no /usr/bin/chromium on this machine: run `.ci/browser`, or `sudo apt-get install -y chromium`"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, kept open for a file of tests."""
    if not CHROMIUM.exists():
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The invented company of forty accounts: its data files, and its main documents as they are asked for."""
    names = ("portfolio", "weekly", "qbr", "status", "index")
    return publish(tmp_path_factory.mktemp("published"), names=names, most=3)


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page that notes what goes wrong on it and what it asks for; each must have been nothing."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda asked: troubles.append(asked.url[:200]) if is_outside(asked.url) else None)
    yield page
    page.close()
    assert troubles == []


def is_outside(url: str) -> bool:
    """Whether a request leaves the file."""
    return not url.startswith(("file:", "data:", "blob:"))
