"""What a stage was last run on: a hash of its inputs, so that the same inputs are not worked through twice."""

import hashlib
from pathlib import Path

from pipeline.warehouse import Warehouse


def fingerprint(*parts: object) -> str:
    """One hash over the parts, in order; each is taken as it prints."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(str(part))}:{part}".encode())
    return digest.hexdigest()


def code_hash(*paths: Path) -> str:
    """One hash over the contents of files, and of all code, SQL, rules and templates below folders."""
    files = sorted({file for path in paths for file in _files(path)})
    return fingerprint(*(f"{file.name}:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files))


def is_current(warehouse: Warehouse, stage: str, print_: str) -> bool:
    """Whether the stage last finished on exactly these inputs."""
    return remembered(warehouse, stage) == print_


def remembered(warehouse: Warehouse, stage: str) -> str | None:
    """The fingerprint the stage last finished on, or None."""
    if not warehouse.has("meta.stages"):
        return None
    rows = warehouse.frame("select fingerprint from meta.stages where stage = ?", [stage])
    return str(rows.item()) if rows.height else None


def remember(warehouse: Warehouse, stage: str, print_: str) -> None:
    """Note that the stage finished on these inputs; part of the caller's transaction."""
    warehouse.execute("create table if not exists meta.stages (stage varchar, fingerprint varchar)")
    warehouse.execute("delete from meta.stages where stage = ?", [stage])
    warehouse.execute("insert into meta.stages values (?, ?)", [stage, print_])


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
