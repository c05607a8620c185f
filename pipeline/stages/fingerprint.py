"""What a stage was last run on: a hash of its inputs, so that the same inputs are not worked through twice."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a stage works on, part by part: each a hash, so that a change can be named."""

    parts: Mapping[str, str]

    @property
    def whole(self) -> str:
        """One hash over all parts."""
        return fingerprint(*(f"{name}={value}" for name, value in sorted(self.parts.items())))


def inputs(**parts: object) -> Inputs:
    """The inputs of a stage by the name of each part; each is taken as it prints."""
    return Inputs({name: fingerprint(value) for name, value in parts.items()})


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


def is_current(warehouse: Warehouse, stage: str, wanted: Inputs) -> bool:
    """Whether the stage last finished on exactly these inputs."""
    return remembered(warehouse, stage) == wanted.whole


def changed(warehouse: Warehouse, stage: str, wanted: Inputs) -> tuple[str, ...]:
    """The parts that differ from those the stage last finished on; all of them when it never did."""
    if is_current(warehouse, stage, wanted):
        return ()
    known: dict[str, str] = {}
    if warehouse.has("meta.stage_parts"):
        rows = warehouse.frame("select part, fingerprint from meta.stage_parts where stage = ?", [stage])
        known = dict(rows.iter_rows())
    return tuple(name for name, value in wanted.parts.items() if known.get(name) != value)


def remembered(warehouse: Warehouse, stage: str) -> str | None:
    """The fingerprint the stage last finished on, or None."""
    if not warehouse.has("meta.stages"):
        return None
    rows = warehouse.frame("select fingerprint from meta.stages where stage = ?", [stage])
    return str(rows.item()) if rows.height else None


def remember(warehouse: Warehouse, stage: str, wanted: Inputs) -> None:
    """Note that the stage finished on these inputs; part of the caller's transaction."""
    forget(warehouse, stage)
    warehouse.execute("insert into meta.stages values (?, ?)", [stage, wanted.whole])
    for name, value in wanted.parts.items():
        warehouse.execute("insert into meta.stage_parts values (?, ?, ?)", [stage, name, value])


def forget(warehouse: Warehouse, stage: str) -> None:
    """Note that the stage has to run again whatever its inputs; part of the caller's transaction."""
    warehouse.execute("create table if not exists meta.stages (stage varchar, fingerprint varchar)")
    warehouse.execute("create table if not exists meta.stage_parts (stage varchar, part varchar, fingerprint varchar)")
    for table in ("meta.stages", "meta.stage_parts"):
        warehouse.execute(f"delete from {table} where stage = ?", [stage])


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
