"""How each tool's export becomes canonical rows: one TOML per tool, read into frozen values.

A workspace adds its own in `sources/*.toml`; with `extends = "salesforce"` such a file changes or adds to a shipped
one, file by file, table by table, column by column.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas.sources.canonical import SYSTEM, canonical_source
from schemas.sources.vocabulary import Column, Condition, FileMap, Source, TableMap

__all__ = ["Column", "Condition", "FileMap", "Source", "SourceError", "TableMap", "read_sources", "shipped_sources"]

SHIPPED = Path(__file__).parent


class SourceError(ValueError):
    """A source TOML that cannot be used; the message names file, line and key."""


def shipped_sources() -> dict[str, Source]:
    """The sources that come with Bellwether, by system."""
    return read_sources(None)


def read_sources(workspace: Path | None) -> dict[str, Source]:
    """Every known source by system: the shipped ones, then those in the workspace's folder.

    Raises SourceError for an unknown key or table, a system described twice, or one extended that does not exist.
    """
    plain = {path: _toml(path) for path in sorted(SHIPPED.glob("*.toml"))}
    described = {str(values.get("system", path.stem)): (path, values) for path, values in plain.items()}
    for path in sorted(workspace.glob("*.toml")) if workspace else []:
        _add(described, path, _toml(path))
    return {SYSTEM: canonical_source()} | {
        system: _source(path, values) for system, (path, values) in described.items()
    }


def _add(described: dict[str, tuple[Path, dict[str, Any]]], path: Path, values: dict[str, Any]) -> None:
    base = values.pop("extends", None)
    system = str(values.get("system", base or path.stem))
    if base is None and (system in described or system == SYSTEM):
        raise SourceError(f'{path}: {system} is described already; write extends = "{system}" to change it')
    if base is not None and base not in described:
        raise SourceError(f"{path}: extends {base}, which is no source; known: {', '.join(sorted(described))}")
    described[system] = (path, _merged(described[base][1], values) if base else values)


def _merged(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    files = _merged_by(base.get("file", []), extra.get("file", []), "name", _merged_file)
    return {**base, **extra, "file": files}


def _merged_file(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    tables = list(base.get("table", []))
    for addition in extra.get("table", []):
        named = [at for at, known in enumerate(tables) if known.get("table") == addition.get("table")]
        places = named if len(named) == 1 else [at for at in named if _is_meant(tables[at], addition)]
        for at in places:
            tables[at] = _merged_table(tables[at], addition)
        if not places:
            tables.append(addition)
    return {**base, **extra, "table": tables}


def _is_meant(known: dict[str, Any], addition: dict[str, Any]) -> bool:
    """Whether an addition changes this one of several maps of its table: all of them, unless it says which by account
    or system."""
    account, system = addition.get("account"), _constant_system(addition)
    is_account = account is None or account == known.get("account")
    return is_account and (system is None or system == _constant_system(known))


def _constant_system(table: dict[str, Any]) -> Any:
    column = table.get("columns", {}).get("system")
    return column.get("constant") if isinstance(column, dict) else None


def _merged_table(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {**base, **extra, "columns": {**base.get("columns", {}), **extra.get("columns", {})}}


def _merged_by(base: list[dict[str, Any]], extra: list[dict[str, Any]], name: str, merge: Any) -> list[dict[str, Any]]:
    result = list(base)
    for addition in extra:
        place = next((at for at, known in enumerate(base) if known.get(name) == addition.get(name)), None)
        if place is None:
            result.append(addition)
        else:
            result[place] = merge(result[place], addition)
    return result


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise SourceError(f"{path}: not valid TOML: {broken}") from broken


def _source(path: Path, values: dict[str, Any]) -> Source:
    try:
        return Source.model_validate(values)
    except ValidationError as invalid:
        raise SourceError(_first_problem(path, invalid)) from invalid


def _first_problem(path: Path, invalid: ValidationError) -> str:
    problem = invalid.errors()[0]
    keys = [str(part) for part in problem["loc"]]
    message = {"extra_forbidden": "unknown key", "missing": "missing key"}.get(problem["type"], problem["msg"])
    return f"{path}:{_line_of(path, keys)}: {'.'.join(keys)}: {message.removeprefix('Value error, ')}"


def _line_of(path: Path, keys: Iterable[str]) -> int:
    names = [key for key in keys if not key.isdigit()]
    word = re.compile(rf"\b{re.escape(names[-1])}\b") if names else re.compile("^")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if word.search(line)), 1)
