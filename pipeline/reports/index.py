"""The index page: every document of a run, findable by account and CSM."""

from collections.abc import Sequence

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.narrowed import csms
from pipeline.reports.places import place_of
from pipeline.reports.sections.portfolio.overview import headline_figures
from pipeline.reports.since_last_run import since_last_run
from pipeline.scores import Scores


def index(
    book: Book, scores: Scores, context: Context, documents: Sequence[Document], tables: Sequence[str]
) -> Document:
    """The page that links all documents and data files by relative paths."""
    view = View(book, scores, context)
    of_accounts = [document for document in documents if document.account_id]
    packs = {document.account_id: document for document in of_accounts if document.path.endswith("/qbr")}
    more: dict[str | None, list[Document]] = {}
    for document in of_accounts:
        if not document.path.endswith("/qbr"):
            more.setdefault(document.account_id, []).append(document)
    data: Row = {
        "figures": headline_figures(view),
        "documents": [document for document in documents if document.account_id is None and document.csm is None],
        "books": _books(view, documents),
        "last_run": since_last_run(view),
        "accounts": [
            _account(row, packs.get(row["account_id"]), more.get(row["account_id"], [])) for row in _by_name(view)
        ],
        "pack_count": len(packs),
        "tables": list(tables),
    }
    return Document(
        "index",
        "index.html.j2",
        "Customer Success reports",
        data,
        f"Week ending {wording.day(book.as_of)}",
        wants_pdf=False,
    )


def _books(view: View, documents: Sequence[Document]) -> list[Row]:
    """Each CSM's weekly review, list to mail and calendar."""
    everybody = csms(view)
    pages = {document.csm: document.path for document in documents if document.csm and not document.account_id}
    places = {csm: f"calendar/{place_of(csm, everybody)}.ics" for csm in everybody}
    return [{"csm": csm, "path": pages.get(csm), "calendar": places[csm]} for csm in everybody]


def _by_name(view: View) -> list[Row]:
    return sorted(view.standing.to_dicts(), key=lambda row: (row["account_name"].casefold(), row["account_id"]))


def _account(row: Row, pack: Document | None, more: Sequence[Document]) -> Row:
    """An account with its business review pack and its other documents, each under its title without the name."""
    shown = ("account_id", "account_name", "csm", "segment", "arr", "health_band", "renewal_on")
    others = [{"title": one.title.split(":")[0], "path": one.path} for one in more]
    return {**{name: row[name] for name in shown}, "pack": pack.path if pack else None, "more": others}
