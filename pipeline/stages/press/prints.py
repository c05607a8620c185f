"""Pages on paper: two printers of HTML, each ready once for all documents, and the prints that are kept.

A PDF is printed only when its page, its styles, its fonts or the printer changed; the only user of weasyprint.
"""

import gc
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipeline.reports.document import Document
from pipeline.stages.press.fit import fitted
from pipeline.stages.press.pages import Press, written

PRESSES = 2
OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}


def print_documents(
    press: Press, documents: list[Document], folder: Path
) -> tuple[dict[str, str], dict[str, int], int]:
    """Write every document as HTML and PDF: those that failed and why, pages of each PDF, how many were kept."""
    failed: dict[str, str] = {}
    keys: dict[str, str] = {}
    prints: dict[str, Future[tuple[bytes, int]]] = {}
    with _presses(press) as pool:
        for document in documents:
            paper, problem = written(press, document, folder)
            if problem:
                failed[document.path] = problem
                continue
            if paper:
                keys[document.path] = key = press.key(paper)
                if not _kept(press, key).exists() and key not in prints:
                    prints[key] = pool.submit(print_page, paper)
        pages = {
            f"{path}.pdf": _deliver(press, path, key, prints.get(key), folder, failed) for path, key in keys.items()
        }
    _prune(press.cache, set(keys.values()))
    done = {path: count for path, count in pages.items() if count}
    return failed, done, len(done) - sum(keys[path.removesuffix(".pdf")] in prints for path in done)


def _deliver(
    press: Press, path: str, key: str, job: Future[tuple[bytes, int]] | None, folder: Path, failed: dict[str, str]
) -> int:
    """Bring one print to its place; its pages, or 0 where it failed."""
    kept, target = _kept(press, key), folder / f"{path}.pdf"
    if job is not None and not kept.exists():
        error = job.exception()
        if error is not None:
            failed[path] = f"{type(error).__name__}: {error}"
            return 0
        body, count = job.result()
        press.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept.with_suffix(".pages").write_text(str(count))
        kept.write_bytes(body)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(kept, target)
    return int(kept.with_suffix(".pages").read_text())


def _presses(press: Press) -> ProcessPoolExecutor:
    assets = {name: (body, "font/ttf") for name, body in press.fonts.files.items()}
    arguments = (press.paper_css, assets)
    return ProcessPoolExecutor(PRESSES, mp_context=get_context("spawn"), initializer=start_press, initargs=arguments)


PRESS: dict[str, Any] = {}


class _Complaints(logging.Handler):
    """What the printer logged as an error while it drew one document."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def start_press(css: str, assets: dict[str, tuple[bytes, str]]) -> None:
    """Ready a worker: fonts and styles once for all documents; only data: and our own assets are ever fetched."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"data", "asset"}, allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("asset:"):
                body, mime = assets[url.removeprefix("asset:")]
                return URLFetcherResponse(url, body, {"Content-Type": mime})
            return super().fetch(url, headers)

    logging.getLogger("weasyprint").handlers = [complaints := _Complaints()]
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    fonts, fetcher = FontConfiguration(), AssetFetcher()
    sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    PRESS.update(fonts=fonts, fetcher=fetcher, css=sheet, complaints=complaints)
    gc.freeze()  # what the printer itself is made of stays for good: no search for garbage goes through it again


def print_page(html: str) -> tuple[bytes, int]:
    """One page of HTML as a tagged PDF, and its number of pages."""
    PRESS["complaints"].lines.clear()
    with _without_collector():
        document = lay_out(html)
        body = document.write_pdf(**OPTIONS)
    if PRESS["complaints"].lines:
        raise ValueError("; ".join(PRESS["complaints"].lines[:3]))
    return body, len(document.pages)


def lay_out(html: str) -> Any:
    """One page of HTML as the printer's document, in the spacing that fills its pages; the HTML is read once."""
    from weasyprint import HTML

    page = HTML(string=html, url_fetcher=PRESS["fetcher"])
    element = page.etree_element.find("body")
    classes = element.get("class", "")

    def laid_out(spacing: str) -> Any:
        element.set("class", f"{classes} {spacing}")
        return page.render(stylesheets=[PRESS["css"]], font_config=PRESS["fonts"], **OPTIONS)

    return fitted(laid_out, slides="deck" in classes.split())


@contextmanager
def _without_collector() -> Iterator[None]:
    """No search for garbage while one document is printed: it all goes at once afterwards, in a fifth less time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _kept(press: Press, key: str) -> Path:
    return press.cache / f"{key}.pdf"


def _prune(cache: Path, used: set[str]) -> None:
    """Forget the prints that no document of this run needs."""
    for path in [*cache.glob("*.pdf"), *cache.glob("*.pages")]:
        if path.stem not in used:
            path.unlink()
