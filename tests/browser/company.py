"""The invented company as a published folder: its documents as HTML and the tables of `data/`, without a warehouse."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from pipeline.reports.contents import REPORTS
from pipeline.reports.document import Document
from pipeline.reports.facts import View
from pipeline.reports.index import index
from pipeline.reports.sections.live.frames import portfolio_accounts
from pipeline.revenue import money
from pipeline.stages.press.pages import make_press, write_page
from pipeline.stages.press.tables import data_tables, write_tables
from pipeline.workspace import Workspace
from tests.golden.company import company
from tests.golden.factory import AS_OF

MONEY = pl.Decimal(18, 2)
INDEX = "index"


@dataclass(frozen=True)
class Published:
    """Where it lies, and what it was made of."""

    folder: Path
    documents: list[Document]
    made: SimpleNamespace
    press: Any

    def page(self, path: str) -> str:
        """The address of a document."""
        return self.file(path).as_uri()

    def file(self, path: str) -> Path:
        """A document as HTML, written when it is first asked for."""
        target = self.folder / f"{path}.html"
        if not target.exists():
            document = next(document for document in self.documents if document.path == path)
            write_page(self.press, document, self.folder)
        return target

    def table(self, stem: str) -> pl.DataFrame:
        """A data file as it was written."""
        return pl.read_parquet(self.folder / "data" / f"{stem}.parquet")


def with_contract_months(made: SimpleNamespace) -> SimpleNamespace:
    """The company with one contract a customer, month by month, so that retention can be told."""
    months = made.book.account_months.select(
        pl.format("C{}", "account_id").alias("contract_id"),
        "account_id",
        pl.lit("Core").alias("product"),
        "month_on",
        pl.lit("USD").alias("currency"),
        pl.col("arr").cast(MONEY).alias("arr_local"),
        pl.col("month_on").alias("rate_month_on"),
        pl.col("arr").cast(MONEY),
        pl.lit(False).alias("is_pending"),
    )
    rate = pl.lit(1).cast(pl.Decimal(18, 8)).alias("rate")
    rates = months.select("currency", "month_on", rate).unique().sort("month_on")
    book = replace(made.book, contract_months=months, rates=rates)
    scores = replace(made.scores, money=money(book, made.scores, made.policy, made.settings))
    return SimpleNamespace(**{**vars(made), "book": book, "scores": scores})


def publish(
    folder: Path, count: int = 40, names: tuple[str, ...] = (*REPORTS, INDEX), most: int | None = None
) -> Published:
    """The documents of the reports named, and every data table, in a folder; of each kind so many, if asked."""
    made = with_contract_months(company(count=count))
    press = make_press(Workspace(folder / "workspace", made.settings), AS_OF, made.policy, lambda line: None)
    documents = [
        document for name in names if name != INDEX for document in REPORTS[name](made.book, made.scores, made.context)
    ]
    documents = few(documents, most) if most else documents
    live = {"portfolio_accounts": portfolio_accounts(View(made.book, made.scores, made.context))}
    tables = data_tables(made.book, made.scores) | live
    write_tables(tables, folder / "data")
    if INDEX in names:
        documents.append(index(made.book, made.scores, made.context, documents, sorted(tables)))
    return Published(folder, documents, made, press)


def few(documents: list[Document], most: int) -> list[Document]:
    """The first so many documents of each template and folder."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for document in documents:
        kind = (document.template, document.path.split("/")[0])
        seen[kind] += 1
        if seen[kind] <= most:
            kept.append(document)
    return kept
