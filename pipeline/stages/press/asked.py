"""What was asked for at a date beyond what is due: packs, packs as presentations, an edition to be shared.

Accounts asked for are remembered beside the documents of their date.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from pipeline.stages.shelf import customers_called
from pipeline.warehouse import Warehouse

NAME, DECKS = ".asked.json", ".decks.json"
FILES = {"packs": NAME, "decks": DECKS, "briefs": ".briefs.json", "monthly": ".monthly.json"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """The ids of accounts for which more is wanted than what is due: packs, presentations, briefs, monthly reviews."""

    packs: frozenset[str] = frozenset()
    decks: frozenset[str] = frozenset()
    briefs: frozenset[str] = frozenset()
    monthly: frozenset[str] = frozenset()

    def texts(self) -> dict[str, str]:
        """What is kept beside the documents: a text by file name."""
        return {FILES[each.name]: json.dumps(sorted(getattr(self, each.name))) for each in fields(self)}


def wishes(folder: Path, warehouse: Warehouse, new: Mapping[str, Sequence[str]]) -> Wishes:
    """What is asked for now, by kind, and what was in earlier runs; UsageError for what names no customer."""
    found = {kind: asked_for(folder, warehouse, list(new.get(kind) or []), name) for kind, name in FILES.items()}
    return Wishes(**{kind: frozenset(ids) for kind, ids in found.items()})


def edition(as_of: date, *, redact: bool) -> str:
    """The folder of a date's documents; the edition to be shared has one of its own and never replaces the other."""
    return f"{as_of}-redacted" if redact else as_of.isoformat()


def asked_for(folder: Path, warehouse: Warehouse, only: list[str], name: str = NAME) -> set[str]:
    """The ids asked for now (an id, a name or `*`) and in earlier runs; UsageError for what names no customer."""
    path = folder / name
    before = set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    return before | {account for wanted in only for account in customers_called(warehouse, wanted)}
