"""The invented company of `factory` as a Book, its Scores and the context of a run."""

from dataclasses import replace
from types import SimpleNamespace

import polars as pl

from pipeline.book import Book
from pipeline.policy import read_policy
from pipeline.reports.document import Context
from pipeline.revenue import money
from pipeline.scores import Scores
from pipeline.service import service
from pipeline.voice import voice
from pipeline.workspace import REPOSITORY, Settings
from tests.golden.desk import with_desk
from tests.golden.factory import AS_OF, book_frames, score_frames
from tests.golden.ledger import ledger

SETTINGS = Settings.model_validate({"company": {"name": "Bright & Sons <Ltd>", "fiscal_year_starts_month": 2}})
POLICY = read_policy(REPOSITORY / "policy", REPOSITORY / "no-overrides")
FILES = pl.DataFrame(
    {"path": ["crm/accounts.csv"], "table_name": ["accounts"], "rows_read": [44], "accepted": [40], "rejected": [4]}
)
FINDINGS = pl.DataFrame({"name": ["orphans", "overlapping_contracts"], "count": [3, 0]})


def company(
    count: int = 40, names: dict[str, str] | None = None, asked: frozenset[str] = frozenset(), has_desk: bool = True
) -> SimpleNamespace:
    """Book, scores and context of `count` accounts; `names` renames accounts by id."""
    frames, scores = book_frames(count=count), score_frames(count=count)
    if names:
        renamed = pl.col("account_id").replace_strict(names, default=pl.col("account_name"), return_dtype=pl.String)
        frames["accounts"] = frames["accounts"].with_columns(renamed.alias("account_name"))
    book = Book.from_frames(AS_OF, SETTINGS, frames)
    book = with_desk(book) if has_desk else book
    judged = replace(Scores.from_frames(scores), service=service(book, POLICY, SETTINGS))
    judged = replace(judged, voice=voice(book, judged, POLICY, SETTINGS))
    judged = replace(judged, money=money(book, judged, POLICY, SETTINGS))
    return SimpleNamespace(
        book=book,
        scores=judged,
        context=Context(POLICY, FILES, FINDINGS, asked, ledger(), saves_per_csm=3, people={"cs_manager": "Mara Voss"}),
        settings=SETTINGS,
        policy=POLICY,
    )
