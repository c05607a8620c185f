"""The files of a folder in Pollock's layout: what is read, what should come of it, and what may be told to a reader."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WEIGHTS = "pollock_weights.json"
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The dialect and layout of one file."""

    encoding: str
    delimiter: str
    quote: str
    escape: str
    preamble_lines: int
    header_lines: int
    footnote_lines: int
    names: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Case:
    """One polluted file."""

    name: str
    path: Path
    clean: Rows
    parameters: Parameters


def cases_in(folder: Path) -> Iterator[Case]:
    """The cases of a folder by name; a file without its clean version or parameters is an error."""
    for path in sorted((folder / "csv").iterdir()):
        told = json.loads((folder / "parameters" / f"{path.name}_parameters.json").read_text(encoding="utf-8"))
        with (folder / "clean" / path.name).open(encoding="utf-8-sig", newline="") as file:
            clean = [row for row in csv.reader(file) if row]
        yield Case(path.name, path, clean, _parameters(told))


def _parameters(told: dict[str, Any]) -> Parameters:
    names = tuple(name.strip() for name in told["column_names"])
    return Parameters(
        told["encoding"],
        told["delimiter"] or ",",
        told["quotechar"] or '"',
        told["escapechar"] or told["quotechar"] or '"',
        int(told["preamble_lines"]),
        int(told["header_lines"]),
        int(told["footnote_lines"]),
        names,
        int(told["n_columns"]) or len(names),
    )


def weights_of(folder: Path, names: list[str]) -> dict[str, float]:
    """The weight of each file, summing to one."""
    beside = [place / WEIGHTS for place in (folder, folder.parent) if (place / WEIGHTS).exists()]
    if beside:
        told = json.loads(beside[0].read_text(encoding="utf-8"))
        weights = {name: float(told.get(name, 0)) for name in names}
    else:
        kinds = Counter(kind_of(name) for name in names)
        weights = {name: 1 / kinds[kind_of(name)] for name in names}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def kind_of(name: str) -> str:
    """The kind of pollution that a file name tells: rows and columns do not matter."""
    return re.sub(r"(_?(row|col|quote|delimiter))?_?\d+(?=_|\.)", r"\1", name.replace("0x", "x"))
