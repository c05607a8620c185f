"""What beside the archive names somebody who is forgotten: documents, packs, records of runs, notes of a person."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.ingest.forgetting import Leaving, is_named_in_file
from pipeline.warehouse import discard_warehouse
from pipeline.workspace import Workspace

READABLE = (".html", ".csv", ".json", ".txt", ".md", ".toml", ".jsonl")


def packs_of(workspace: Workspace, who: Leaving) -> list[Path]:
    """The folders of published packs that are about one of the accounts; their names end with a hash of its id."""
    ends = tuple(hashlib.sha256(account.encode()).hexdigest()[:8] for account in who.accounts)
    folders = workspace.out.glob("????-??-??/customer/*/*")
    return sorted(path for path in folders if path.is_dir() and path.name.rpartition("-")[2] in ends)


def documents_naming(workspace: Workspace, who: Leaving) -> dict[str, list[str]]:
    """The published documents and tables that name them, by the day they are stated for."""
    days: dict[str, list[str]] = {}
    for folder in sorted(workspace.out.glob("????-??-??")):
        named = [path.relative_to(folder).as_posix() for path in _naming(folder, who)]
        if named:
            days[folder.name] = named
    return days


def notes_naming(workspace: Workspace, who: Leaving) -> list[str]:
    """What a person wrote in the workspace and what commitments were kept that name them; they are never changed."""
    written = [
        path for folder in (workspace.notes, workspace.sources, workspace.policy) for path in _naming(folder, who)
    ]
    called = [path for path in sorted(workspace.notes.glob("*")) if path.stem in who.accounts]
    kept = [path for path in _naming(workspace.archive, who) if path.name not in ("journal.jsonl", "forgotten.jsonl")]
    every = dict.fromkeys([*written, *called, *kept])
    return [path.relative_to(workspace.root).as_posix() for path in every]


def clear(workspace: Workspace, who: Leaving, packs: Sequence[Path]) -> None:
    """Remove the packs, and everything under var/ that was made of the data or names them."""
    for pack in packs:
        shutil.rmtree(pack, ignore_errors=True)
    discard_warehouse(workspace.warehouse)
    for name in ("rendered", "press", "staged", "spill"):
        shutil.rmtree(workspace.var / name, ignore_errors=True)
    (workspace.var / "seen.json").unlink(missing_ok=True)
    for record in list(_naming(workspace.var / "runs", who)):
        record.unlink()


def _naming(folder: Path, who: Leaving) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in READABLE and is_named_in_file(path, who, for_sure=True):
            yield path
