"""Policy files laid over one another: their values merged by key, each with the file and line that set it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One TOML file: its values, and the line of each key."""

    path: Path
    owner: str
    values: dict[str, Any]
    lines: dict[Keys, int]

    def origin(self, name: str) -> dict[str, str]:
        """For each value the file sets: whose file and which line."""
        return {
            ".".join((name, *keys)): f"{self.owner} policy/{self.path.name}:{_line(self.lines, keys)}"
            for keys in _leaves(self.values)
        }


def read_layers(shipped: Path, overrides: Path, name: str) -> list[Layer]:
    """The shipped file of this name, and the workspace's where there is one; the later lies on top."""
    mine = overrides / f"{name}.toml"
    both = [_layer(shipped / f"{name}.toml", "shipped")]
    return [*both, _layer(mine, "workspace")] if mine.is_file() else both


def _layer(path: Path, owner: str) -> Layer:
    try:
        text = path.read_text(encoding="utf-8")
        return Layer(path, owner, tomllib.loads(text), _key_lines(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise UsageError(f"{path}: not valid TOML: {broken}", "Correct the line it names.") from broken


def merged(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """The values of all layers: tables by key, everything else as the topmost says."""
    values: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = values.get(key)
            both_tables = isinstance(value, dict) and isinstance(below, dict)
            values[key] = merged([below or {}, value]) if both_tables else value
    return values


def _leaves(values: dict[str, Any], above: Keys = ()) -> Iterator[Keys]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key)


def _key_lines(text: str) -> dict[Keys, int]:
    """The line of each table and key; rows of a list in several lines count from 0 under their key."""
    lines: dict[Keys, int] = {}
    table: Keys = ()
    within: Keys = ()
    row = depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
        if depth:
            lines[(*within, str(row))], row = number, row + 1
        elif header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = tuple(part.strip(' "') for part in header[1].split("."))
            lines[table] = number
        elif key := re.match(r'\s*([\w"-]+(?:\.[\w"-]+)*)\s*=', line):
            within, row = (*table, *key[1].replace('"', "").split(".")), 0
            lines[within] = number
        depth += bare.count("[") - bare.count("]") if "=" in bare or depth else 0
    return lines


def _line(lines: dict[Keys, int], keys: Keys) -> int:
    return next((lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in lines), 1)


def where_set(layers: list[Layer], keys: Keys) -> str:
    """File and line that set a key: of the layer that knows most of its path, the topmost among equals."""
    layer = max(reversed(layers), key=lambda each: _known_depth(each.lines, keys))
    return f"{layer.path}:{_line(layer.lines, keys)}"


def _known_depth(lines: dict[Keys, int], keys: Keys) -> int:
    return next((end for end in range(len(keys), 0, -1) if keys[:end] in lines), 0)
