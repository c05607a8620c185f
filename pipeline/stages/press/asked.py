"""The accounts whose pack was asked for at a date, whatever is due: remembered beside the documents of that date."""

import json
from pathlib import Path

from pipeline.stages.shelf import customers_called
from pipeline.warehouse import Warehouse

NAME = ".asked.json"


def asked_for(folder: Path, warehouse: Warehouse, only: list[str]) -> set[str]:
    """The ids asked for now (an id, a name or `*`) and in earlier runs; UsageError for what names no customer."""
    path = folder / NAME
    before = set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    return before | {account for wanted in only for account in customers_called(warehouse, wanted)}
