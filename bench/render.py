"""`python -m bench.render [--packs N] [--memory N]`: what a printed page costs.

Prints the packs of an invented company on two cores, lets a browser that is kept open print the same pages, prints on
with one worker to see that its memory levels off, and makes the portfolio of 847 accounts. `--memory 1000` takes long.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Document
from pipeline.stages.press.pages import Press, make_press, page_html
from pipeline.stages.press.prints import print_documents, print_page, start_press
from pipeline.workspace import Workspace

BROWSER = "/usr/bin/chromium"
PACKS, MEMORY, ACCOUNTS = 200, 120, 847
MOST_TIMES_BROWSER, MOST_PORTFOLIO_SECONDS, MOST_GROWTH = 1.5, 20.0, 1.1
WARM, BEST_OF = 30, 20


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds a pack on two cores, in the browser (by the clock, of processors), in a second run; pages of a pack."""

    ours: float
    browser: float
    browser_cpu: float
    again: float
    pages: float


def line(name: str, value: float, unit: str, limit: str = "") -> None:
    """One line of the table."""
    sys.stdout.write(f"{name:<58} {value:9.3f} {unit:<8} {limit}\n")
    sys.stdout.flush()


def company(count: int) -> SimpleNamespace:
    """Book, scores and context of an invented company with a pack for everyone."""
    from tests.golden.company import company as invented

    return invented(count, asked=frozenset(f"A{number:03d}" for number in range(count)))


def packs(made: SimpleNamespace, count: int) -> list[Document]:
    """So many different packs: those of the company, again and again under another name."""
    documents = REPORTS["qbr"](made.book, made.scores, made.context)
    return [_called(documents[at % len(documents)], at) for at in range(count)]


def _called(document: Document, number: int) -> Document:
    account = {**document.data["account"], "account_name": f"Customer {number}"}
    return replace(document, path=f"customer/bench/{number}/qbr", data={**document.data, "account": account})


def printed(press: Press, documents: list[Document], folder: Path) -> tuple[float, int]:
    """Wall seconds for the documents as HTML and PDF by the stage's own pool, and their pages."""
    started = time.perf_counter()
    failed, pages, _ = print_documents(press, documents, folder)
    assert not failed, failed
    return time.perf_counter() - started, sum(pages.values())


def in_browser(press: Press, documents: list[Document]) -> Iterator[tuple[float, float]]:
    """Seconds by the clock and of processors for each document in one headless browser that stays open."""
    if not Path(BROWSER).exists():
        return
    from playwright.sync_api import sync_playwright

    css = press.fonts.page_css + press.paper_css.removeprefix(press.fonts.paper_css)
    pages = [page_html(press, one, "print").replace("</head>", f"<style>{css}</style></head>") for one in documents]
    with sync_playwright() as driver, driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"]) as browser:
        sheet = browser.new_page()
        for html in pages:
            started, worked = time.perf_counter(), _worked_below()
            sheet.set_content(html)
            sheet.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            yield time.perf_counter() - started, _worked_below() - worked


def measured(press: Press, count: int, made: SimpleNamespace, folder: Path) -> Measured:
    """The packs on two cores; in the browser before and after, so that other work of the machine counts for both."""
    documents = packs(made, count)
    few = documents[:: max(1, count // BEST_OF)]
    before = list(in_browser(press, few))
    seconds, pages = printed(press, documents, folder / "first")
    again, _ = printed(press, documents, folder / "again")
    taken = before + list(in_browser(press, few))
    means = [sum(part) / len(taken) for part in zip(*taken, strict=True)] or [0.0, 0.0]
    return Measured(seconds / count, *means, again / count, pages / count)


def _worked_below() -> float:
    """Processor seconds of every process below this one."""
    parents, seconds = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(rest[1])
        seconds[int(path.parent.name)] = (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")
    return sum(taken for pid, taken in seconds.items() if _is_below(pid, parents))


def _is_below(pid: int, parents: dict[int, int]) -> bool:
    while pid := parents.get(pid, 0):
        if pid == os.getpid():
            return True
    return False


def memory(press: Press, count: int, made: SimpleNamespace) -> tuple[float, float, float]:
    """Megabytes of one worker after the first packs, and after so many; processor seconds of a pack in it."""
    assets = {name: (body, "font/ttf") for name, body in press.fonts.files.items()}
    start_press(press.paper_css, assets)
    pages = [page_html(press, one, "print") for one in packs(made, min(count, 40))]
    _again(lambda at: print_page(pages[at % len(pages)]), WARM)
    early = _peak()
    worked = time.process_time()
    _again(lambda at: print_page(pages[at % len(pages)]), count - WARM)
    return early, _peak(), (time.process_time() - worked) / (count - WARM)


def _again(work: Callable[[int], Any], times: int) -> None:
    for at in range(times):
        work(at)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def portfolio(folder: Path, accounts: int) -> float:
    """Seconds from book and scores to the dashboard as HTML and PDF."""
    made = company(accounts)
    press = make_press(Workspace(folder, made.settings), made.book.as_of, made.policy, lambda said: None)
    started = time.perf_counter()
    documents = REPORTS["portfolio"](made.book, made.scores, made.context)
    printed(press, documents, folder / "portfolio")
    return time.perf_counter() - started


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--packs", type=int, default=PACKS)
    options.add_argument("--memory", type=int, default=MEMORY)
    options.add_argument("--accounts", type=int, default=ACCOUNTS)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), company(40)
        press = make_press(Workspace(folder, made.settings), made.book.as_of, made.policy, lambda said: None)
        found = measured(press, wanted.packs, made, folder)
        line(
            f"packs per second, {wanted.packs} packs on two cores",
            1 / found.ours,
            "packs/s",
            f"{found.pages:.0f} pages",
        )
        line("a pack, HTML and PDF", found.ours, "s")
        line("an unchanged pack", found.again, "s", "not printed again")
        times = found.ours / found.browser if found.browser else 0.0
        line("the same page in headless Chromium, kept open", found.browser, "s")
        line("times the browser", times, "x", f"at most {MOST_TIMES_BROWSER}")
        early, late, worked = memory(press, wanted.memory, made)
        line("processor time of a pack in one worker", worked, "s")
        line("processor time of the same page in the browser", found.browser_cpu, "s")
        line(f"memory of one worker, {WARM} packs", early, "MB")
        line(f"memory of one worker, {wanted.memory} packs", late, "MB", f"at most {MOST_GROWTH} times")
        seconds = portfolio(folder, wanted.accounts)
        line(
            f"portfolio of {wanted.accounts} accounts, HTML and PDF",
            seconds,
            "s",
            f"at most {MOST_PORTFOLIO_SECONDS:.0f} s",
        )
    broken = times > MOST_TIMES_BROWSER or late > early * MOST_GROWTH or seconds > MOST_PORTFOLIO_SECONDS
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
