"""The render stage: book and scores become documents, data tables and a manifest in a work folder.

Everything is made anew in a hidden folder beside the last one and swapped in whole. A PDF is printed only when its
page, its styles, its fonts or the printer changed; prints are kept by the hash of all of these.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pipeline.book import Book
from pipeline.policy import Policy, read_policy
from pipeline.reports.calendars import calendars
from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import View
from pipeline.reports.index import index
from pipeline.reports.letters import letters
from pipeline.reports.messages import messages
from pipeline.reports.sections.live.frames import portfolio_accounts
from pipeline.reports.sharing import sharing
from pipeline.reports.since_last_run import headlines_json
from pipeline.scores import Scores
from pipeline.stages.fingerprint import Inputs, forget, is_current, remember
from pipeline.stages.press.asked import Wishes, edition, wishes
from pipeline.stages.press.calendar_files import calendar_file
from pipeline.stages.press.commitments import headlines_before, sent_before
from pipeline.stages.press.ingredients import notes, program_hash, render_inputs
from pipeline.stages.press.manifest import NAME, findings, loads, manifest
from pipeline.stages.press.pages import make_press, write_page, write_text
from pipeline.stages.press.prints import print_documents
from pipeline.stages.press.quality import quality_json
from pipeline.stages.press.slides import write_decks
from pipeline.stages.press.tables import data_tables, write_tables
from pipeline.stages.press.workbook import WORKBOOK, write_workbook
from pipeline.stages.shelf import read_book, read_ledger, read_scores
from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY, Workspace, named

EXIT_PARTIAL = 6
SMALL_BOOK = 12


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
class Made:
    """What a render works on: the book with its scores and context, and what the load's files are called."""

    book: Book
    scores: Scores
    context: Context
    called: Mapping[str, str] = field(default_factory=dict)


def render(
    workspace: Workspace,
    warehouse: Warehouse,
    as_of: date,
    say: Callable[[str], None],
    only: list[str] | None = None,
    decks: list[str] | None = None,
    redact: bool = False,
    asked: Mapping[str, Sequence[str]] | None = None,
) -> RenderReport:
    """Make every document of `as_of` in `var/rendered/<as_of>/`; `only` names accounts whose pack is wanted as well.

    `decks` names accounts whose pack is wanted as a presentation too, `asked` those whose brief or monthly review is.
    With `redact` placeholders stand for names, and the folder has a name of its own. Raises RunFailed when nothing is
    scored yet, UsageError when an account asked for is not known.
    """
    started = time.perf_counter()
    policy = read_policy(REPOSITORY / "policy", workspace.policy)
    folder = workspace.rendered / edition(as_of, redact=redact)
    stage = "render-redacted" if redact else "render"
    wish = wishes(folder, warehouse, {"packs": only or [], "decks": decks or [], **(asked or {})})
    wanted = render_inputs(workspace, warehouse, as_of, wish)
    if is_current(warehouse, stage, wanted) and (folder / NAME).is_file():
        say("render: unchanged")
        return RenderReport(is_unchanged=True)
    made = _read(workspace, warehouse, as_of, policy, wish)
    if redact:
        made = _shared(made)
        workspace = named(workspace, made.book.company.name)
    fresh = _fresh(folder)
    documents = [document for make in REPORTS.values() for document in make(made.book, made.scores, made.context)]
    _write_data(made, warehouse, as_of, fresh)
    press = make_press(workspace, as_of, policy, say)
    press = replace(press, shared={**press.shared, "is_small": _customers(made.book) <= SMALL_BOOK})
    failed, pages, kept = print_documents(press, documents, fresh)
    write_decks([one for one in documents if one.account_id in made.context.decks], made.book, fresh)
    tables = sorted(path.stem for path in (fresh / "data").glob("*.csv"))
    contents = index(made.book, made.scores, made.context, documents, tables)
    write_page(press, contents, fresh, {name.removesuffix(".pdf") for name in pages})
    for name, text in wish.texts().items():
        write_text(fresh / name, text)
    write_text(fresh / NAME, manifest(warehouse, made.context.files, as_of, policy.hash, fresh, pages, list(failed)))
    _swap(fresh, folder)
    _note(warehouse, stage, wanted, is_whole=not failed)
    seconds = round(time.perf_counter() - started, 2)
    return _told(documents, pages, kept, failed, seconds, say)


def _customers(book: Book) -> int:
    """How many accounts are scored: sections about few of them share pages, so that none stays nearly empty."""
    return int(book.accounts["is_scored"].sum())


def _read(workspace: Workspace, warehouse: Warehouse, as_of: date, policy: Policy, wish: Wishes) -> Made:
    settings = workspace.settings
    context = Context(
        policy,
        loads(warehouse),
        findings(warehouse),
        wish.packs,
        read_ledger(workspace, warehouse, as_of),
        saves_per_csm=settings.capacity.saves_per_csm_per_week,
        people=settings.people,
        sent=sent_before(workspace, as_of),
        decks=wish.decks,
        briefs=wish.briefs,
        monthly=wish.monthly,
        notes=notes(workspace),
        program=program_hash(),
        last_run=headlines_before(workspace, as_of),
    )
    return Made(read_book(workspace, warehouse, as_of), read_scores(warehouse), context)


def _shared(made: Made) -> Made:
    """The edition to be shared; notes of the team are no part of it."""
    book, scores, context = sharing(made.book, made.scores, replace(made.context, notes={}))
    before, after = made.context.ledger, context.ledger
    paths = zip(before.files["path"], after.files["path"], strict=True) if before and after else ()
    return Made(book, scores, context, dict(paths))


def _write_data(made: Made, warehouse: Warehouse, as_of: date, fresh: Path) -> None:
    """Tables, workbook, texts and calendars: everything that is no page."""
    book, scores, context = made.book, made.scores, made.context
    live = {"portfolio_accounts": portfolio_accounts(View(book, scores, context))}
    tables = data_tables(book, scores, context.sent) | live
    write_tables(tables, fresh / "data")
    write_workbook(tables, fresh / "data" / WORKBOOK, as_of, book.company.name)
    texts = messages(book, scores, context) | letters(book, scores, context)
    for name, text in (texts | headlines_json(book, scores, context)).items():
        write_text(fresh / name, text)
    for name, entries in calendars(book, scores, context).items():
        write_text(fresh / name, calendar_file(entries, book.company.name, as_of))
    if context.ledger:
        write_text(fresh / "quality" / "quality.json", quality_json(context.ledger, warehouse, dict(made.called)))


def _told(
    documents: Sequence[Document],
    pages: Mapping[str, int],
    kept: int,
    failed: Mapping[str, str],
    seconds: float,
    say: Callable[[str], None],
) -> RenderReport:
    report = RenderReport(
        documents=len(documents) + 1,
        pages=sum(pages.values()),
        printed=len(pages) - kept,
        kept=kept,
        failed=failed,
        seconds=seconds,
        exit_codes={EXIT_PARTIAL} if failed else set(),
    )
    say(
        f"render: {report.documents} documents, {report.pages} pages, "
        f"{report.printed} PDFs printed, {kept} kept, {report.seconds:.1f} s"
    )
    for name, why in failed.items():
        say(f"render: {name} failed: {why}")
    return report


def _note(warehouse: Warehouse, stage: str, wanted: Inputs, *, is_whole: bool) -> None:
    """Remember a whole render; one with failures is tried again by the next run."""
    with warehouse.transaction():
        if is_whole:
            remember(warehouse, stage, wanted)
        else:
            forget(warehouse, stage)


def _fresh(folder: Path) -> Path:
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    return fresh


def _swap(fresh: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
