"""The render stage: book and scores become documents, data tables and a manifest in a work folder.

Everything is made anew in a hidden folder beside the last one and swapped in whole. A PDF is printed only when its
page, its styles, its fonts or the printer changed; prints are kept by the hash of all of these.
"""

import base64
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipeline.policy import Policy, read_policy
from pipeline.reports import wording
from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Context, Document
from pipeline.reports.index import index
from pipeline.reports.messages import messages
from pipeline.stages.fingerprint import Inputs, code_hash, fingerprint, forget, inputs, is_current, remember, remembered
from pipeline.stages.press.asked import NAME as ASKED
from pipeline.stages.press.asked import asked_for
from pipeline.stages.press.commitments import sent_before
from pipeline.stages.press.filters import filters
from pipeline.stages.press.fonts import ENVIRONMENT, Typefaces, typefaces
from pipeline.stages.press.manifest import NAME, findings, loads, manifest
from pipeline.stages.press.pictures import chart_script, charts_in, pictures
from pipeline.stages.press.quality import quality_json
from pipeline.stages.press.tables import data_tables, write_tables
from pipeline.stages.press.workbook import WORKBOOK, write_workbook
from pipeline.stages.shelf import read_book, read_ledger, read_scores
from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY, Workspace

PIPELINE = Path(__file__).resolve().parent.parent
LOOK = REPOSITORY / "reports"
CODE = (
    PIPELINE / "reports",
    PIPELINE / "charts",
    PIPELINE / "stages" / "press",
    Path(__file__),
    LOOK,
    PIPELINE / "book.py",
    PIPELINE / "scores.py",
    PIPELINE / "ledger.py",
)
EXIT_PARTIAL = 6
PRESSES = 2


@dataclass(frozen=True, slots=True)
class RenderReport:
    """What was made: documents, pages, PDFs printed anew and kept, and the documents that failed with why."""

    documents: int = 0
    pages: int = 0
    printed: int = 0
    kept: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    is_unchanged: bool = False
    exit_codes: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Press:
    """What all documents of a run share: where things are kept, typefaces, and the values every template may read."""

    cache: Path
    fonts: Typefaces
    environment: Any
    shared: Mapping[str, Any]

    @property
    def paper_css(self) -> str:
        """The stylesheet of every PDF."""
        return self.fonts.paper_css + _look("base.css") + _look("print.css")

    @property
    def page_css(self) -> str:
        """The stylesheet of every HTML page."""
        return self.fonts.page_css + _look("base.css") + _look("screen.css")

    def key(self, html: str) -> str:
        """The hash under which the print of a page is kept."""
        return fingerprint(html, self.paper_css, self.fonts.folder.name, version("weasyprint"))[:32]


def render(
    workspace: Workspace, warehouse: Warehouse, as_of: date, say: Callable[[str], None], only: list[str] | None = None
) -> RenderReport:
    """Make every document of `as_of` in `var/rendered/<as_of>/`; `only` names accounts whose pack is wanted as well.

    Raises RunFailed when nothing is scored yet, UsageError when an account asked for is not known.
    """
    started = time.perf_counter()
    policy = read_policy(REPOSITORY / "policy", workspace.policy)
    folder = workspace.rendered / as_of.isoformat()
    asked = asked_for(folder, warehouse, only or [])
    wanted = render_inputs(workspace, warehouse, as_of, asked)
    if is_current(warehouse, "render", wanted) and (folder / NAME).is_file():
        say("render: unchanged")
        return RenderReport(is_unchanged=True)
    book, scores = read_book(workspace, warehouse, as_of), read_scores(warehouse)
    ledger = read_ledger(workspace, warehouse, as_of)
    settings, sent = workspace.settings, sent_before(workspace, as_of)
    context = Context(
        policy,
        loads(warehouse),
        findings(warehouse),
        frozenset(asked),
        ledger,
        saves_per_csm=settings.capacity.saves_per_csm_per_week,
        people=settings.people,
        sent=sent,
    )
    documents = [document for report in REPORTS.values() for document in report(book, scores, context)]
    fresh = _fresh(folder)
    kept_tables = data_tables(book, scores, sent)
    write_tables(kept_tables, fresh / "data")
    write_workbook(kept_tables, fresh / "data" / WORKBOOK, as_of, settings.company.name)
    for name, text in messages(book, scores, context).items():
        _write(fresh / name, text)
    _write(fresh / "quality" / "quality.json", quality_json(ledger, warehouse))
    press = make_press(workspace, as_of, policy, say)
    failed, pages, kept = _documents(press, documents, fresh)
    tables = sorted(path.stem for path in (fresh / "data").glob("*.csv"))
    _page(press, index(book, scores, context, documents, tables), fresh, {name.removesuffix(".pdf") for name in pages})
    _write(fresh / ASKED, json.dumps(sorted(asked)))
    _write(fresh / NAME, manifest(warehouse, as_of, policy.hash, fresh, pages, list(failed)))
    _swap(fresh, folder)
    _note(warehouse, wanted, is_whole=not failed)
    report = RenderReport(
        documents=len(documents) + 1,
        pages=sum(pages.values()),
        printed=len(pages) - kept,
        kept=kept,
        failed=failed,
        seconds=round(time.perf_counter() - started, 2),
        exit_codes={EXIT_PARTIAL} if failed else set(),
    )
    say(
        f"render: {report.documents} documents, {report.pages} pages, "
        f"{report.printed} PDFs printed, {kept} kept, {report.seconds:.1f} s"
    )
    for name, why in failed.items():
        say(f"render: {name} failed: {why}")
    return report


def make_press(workspace: Workspace, as_of: date, policy: Policy, say: Callable[[str], None]) -> Press:
    """Typefaces, templates and shared values for a run."""
    began = time.perf_counter()
    fonts = typefaces([ENVIRONMENT, workspace.var])
    if time.perf_counter() - began > 1:
        say(f"render: typefaces cut in {time.perf_counter() - began:.1f} s, kept in {fonts.folder}")
    company = workspace.settings.company
    shared = {
        "company": company,
        "as_of": as_of,
        "policy_hash": policy.hash,
        "rules": policy.health.scorecard,
        "bands": wording.BANDS,
    }
    environment = _environment([workspace.root / "templates", LOOK / "templates"], company.reporting_currency, as_of)
    return Press(workspace.var / "press", fonts, environment, shared)


def page_html(press: Press, document: Document, edition: str, printed: Iterable[str] = ()) -> str:
    """One document as HTML: `screen` is self-contained with its content policy, `print` is for the printer."""
    from markupsafe import Markup

    scripts = _scripts(press, document) if edition == "screen" else []
    drawn = pictures(charts_in(document.data), press.cache, press.fonts.folder)
    template = press.environment.get_template(document.template)
    text: str = template.render(
        press.shared,
        document=document,
        data=document.data,
        edition=edition,
        pictures=drawn,
        printed=frozenset(printed),
        styles=Markup(press.page_css) if edition == "screen" else "",
        scripts=[Markup(script) for script in scripts],
        policy_of_content=_content_policy(press.page_css, scripts),
    )
    return text


def _documents(press: Press, documents: list[Document], folder: Path) -> tuple[dict[str, str], dict[str, int], int]:
    """Write every document as HTML and PDF: those that failed and why, pages of each PDF, how many were kept."""
    import jinja2

    failed: dict[str, str] = {}
    keys: dict[str, str] = {}
    prints: dict[str, Future[tuple[bytes, int]]] = {}
    with _presses(press) as pool:
        for document in documents:
            try:
                paper = page_html(press, document, "print") if document.wants_pdf else ""
                _page(press, document, folder)
            except jinja2.TemplateError as broken:
                failed[document.path] = f"{type(broken).__name__}: {broken}"
                continue
            if paper:
                keys[document.path] = key = press.key(paper)
                if not _kept(press, key).exists() and key not in prints:
                    prints[key] = pool.submit(_print, paper)
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


def _page(press: Press, document: Document, folder: Path, printed: Iterable[str] = ()) -> None:
    _write(folder / f"{document.path}.html", page_html(press, document, "screen", printed))


def _presses(press: Press) -> ProcessPoolExecutor:
    assets = {name: (body, "font/ttf") for name, body in press.fonts.files.items()}
    arguments = (press.paper_css, assets)
    return ProcessPoolExecutor(PRESSES, mp_context=get_context("spawn"), initializer=_start_press, initargs=arguments)


_PRESS: dict[str, Any] = {}


class _Complaints(logging.Handler):
    """What the printer logged as an error while it drew one document."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _start_press(css: str, assets: dict[str, tuple[bytes, str]]) -> None:
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
    _PRESS.update(fonts=fonts, fetcher=fetcher, css=sheet, complaints=complaints)


def _print(html: str) -> tuple[bytes, int]:
    """One page of HTML as a tagged PDF, and its number of pages."""
    from weasyprint import HTML

    _PRESS["complaints"].lines.clear()
    options: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}
    page = HTML(string=html, url_fetcher=_PRESS["fetcher"])
    document = page.render(stylesheets=[_PRESS["css"]], font_config=_PRESS["fonts"], **options)
    body = document.write_pdf(**options)
    if _PRESS["complaints"].lines:
        raise ValueError("; ".join(_PRESS["complaints"].lines[:3]))
    return body, len(document.pages)


def _environment(folders: list[Path], currency: str, as_of: date) -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "allow_nan": False}
    environment.filters |= filters(currency, as_of)
    return environment


def _scripts(press: Press, document: Document) -> list[str]:
    """The scripts of a live page; nothing in them can close their element."""
    if document.template == "index.html.j2":
        scripts = [_asset("search.js")]
    elif document.is_live:
        scripts = [chart_script(_asset("charts.js"), press.cache), _asset("explorer.js")]
    else:
        scripts = []
    return [script.replace("</script", "<\\/script") for script in scripts]


def _content_policy(css: str, scripts: list[str]) -> str:
    sources = " ".join(_digest(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src {_digest(css)}; script-src {sources}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def render_inputs(workspace: Workspace, warehouse: Warehouse, as_of: date, asked: set[str]) -> Inputs:
    """What the documents are made of, part by part."""
    own = workspace.root / "templates"
    libraries = ("weasyprint", "altair", "vl-convert-python", "jinja2", "fontpkg-inter", "polars", "xlsxwriter")
    return inputs(
        marts=remembered(warehouse, "build"),
        scores=remembered(warehouse, "score"),
        as_of=as_of,
        settings=workspace.settings.model_dump_json(),
        policy=read_policy(REPOSITORY / "policy", workspace.policy).hash,
        code=code_hash(*CODE, *([own] if own.is_dir() else [])),
        libraries=[version(name) for name in libraries],
        packs_asked_for=sorted(asked),
        alerts_sent={name: str(day) for name, day in sorted(sent_before(workspace, as_of).items())},
    )


def _note(warehouse: Warehouse, wanted: Inputs, *, is_whole: bool) -> None:
    """Remember a whole render; one with failures is tried again by the next run."""
    with warehouse.transaction():
        if is_whole:
            remember(warehouse, "render", wanted)
        else:
            forget(warehouse, "render")


def _fresh(folder: Path) -> Path:
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    return fresh


def _swap(fresh: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _kept(press: Press, key: str) -> Path:
    return press.cache / f"{key}.pdf"


def _prune(cache: Path, used: set[str]) -> None:
    """Forget the prints that no document of this run needs."""
    for path in [*cache.glob("*.pdf"), *cache.glob("*.pages")]:
        if path.stem not in used:
            path.unlink()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text, encoding="utf-8", newline="\n")


def _look(name: str) -> str:
    return (LOOK / "templates" / name).read_text(encoding="utf-8")


def _asset(name: str) -> str:
    return (LOOK / "assets" / name).read_text(encoding="utf-8")
