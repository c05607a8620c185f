"""The accounts whose pack was asked for at a date, whatever is due: remembered beside the documents of that date."""

import json
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.warehouse import Warehouse

NAME = ".asked.json"
EVERY = "*"


def asked_for(folder: Path, warehouse: Warehouse, only: list[str]) -> set[str]:
    """The ids asked for now (an id, a name or `*`) and in earlier runs; UsageError for what names no customer."""
    path = folder / NAME
    before = set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    if not only:
        return before
    query = "select account_id, account_name from marts.accounts where is_scored order by account_id"
    scored = list(warehouse.frame(query).iter_rows())
    return before | {account for wanted in only for account in matching(scored, wanted)}


def matching(scored: list[tuple[str, str]], wanted: str) -> list[str]:
    """The accounts that a word names: an id or a whole name, else the only name that holds it."""
    if wanted == EVERY:
        return [account for account, _ in scored]
    same = [account for account, name in scored if wanted == account or wanted.casefold() == name.casefold()]
    near = [account for account, name in scored if wanted.casefold() in name.casefold()]
    if same or len(near) == 1:
        return same or near
    if near:
        raise UsageError(f"{wanted!r} fits {len(near)} customers", "Use the account's id or its whole name.")
    raise UsageError(f"no customer is called {wanted!r}", "Use an id or a name; data/accounts.csv lists them.")
