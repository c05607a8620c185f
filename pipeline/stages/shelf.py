"""Reads the marts and scores back from the warehouse, as the values that documents and explanations are made of."""

from datetime import date

from pipeline.book import MARTS, SCORES, Book, Scores
from pipeline.errors import RunFailed, UsageError
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace

EVERY = "*"


def read_book(workspace: Workspace, warehouse: Warehouse, as_of: date) -> Book:
    """The marts as they stand."""
    there = [mart for mart in MARTS if warehouse.has(f"marts.{mart}")]
    return Book.from_frames(
        as_of, workspace.settings, {mart: warehouse.frame(f"select * from marts.{mart}") for mart in there}
    )


def read_scores(warehouse: Warehouse) -> Scores:
    """The scores as they stand; RunFailed before the first scoring."""
    if not all(warehouse.has(f"scores.{name}") for name in SCORES):
        raise RunFailed("the accounts are not scored", "Run `bellwether score` first.")
    return Scores(**{name: warehouse.frame(f"select * from scores.{name}") for name in SCORES})


def customers_called(warehouse: Warehouse, wanted: str) -> list[str]:
    """The ids that a word names: `*` for all, an id or a whole name, else the only name that holds it.

    Raises UsageError for what names no customer, or several.
    """
    query = "select account_id, account_name from marts.accounts where is_scored order by account_id"
    scored = list(warehouse.frame(query).iter_rows())
    if wanted == EVERY:
        return [account for account, _ in scored]
    same = [account for account, name in scored if wanted == account or wanted.casefold() == name.casefold()]
    near = [account for account, name in scored if wanted.casefold() in name.casefold()]
    if same or len(near) == 1:
        return same or near
    if near:
        raise UsageError(f"{wanted!r} fits {len(near)} customers", "Use the account's id or its whole name.")
    raise UsageError(f"no customer is called {wanted!r}", "Use an id or a name; data/accounts.csv lists them.")
