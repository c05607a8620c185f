"""Where the files go, and the report of what was written."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.demo.dirt import spoiled
from pipeline.demo.quirks import Quirk
from pipeline.demo.writers import Planted, Sheet, csv_bytes, planted_rows


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the workspace (or one entry of a zip) and how many records it holds below its header."""

    path: str
    rows: int


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was written: files with their records, the damage that was planted, where each quirk can be seen."""

    files: tuple[Written, ...]
    planted: tuple[Planted, ...]
    quirks: tuple[Quirk, ...]


@dataclass(slots=True)
class Desk:
    """Where files go, and the lists of what has been written so far."""

    root: Path
    dirt: bool
    files: list[Written]
    planted: list[Planted]

    def spoil(self, name: str, sheet: Sheet) -> Sheet:
        """The sheet with its share of damage, if damage is wanted."""
        return spoiled(sheet, name) if self.dirt else sheet

    def note(self, path: str, sheet: Sheet) -> bytes:
        """Book a sheet under its path and return its bytes."""
        self.files.append(Written(path, sheet.frame.height))
        self.planted.extend(planted_rows(sheet, path))
        return csv_bytes(sheet)

    def put(self, path: str, data: bytes) -> None:
        """Write one file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def write_planted(report: DemoReport, path: Path) -> None:
    """The planted damage as a CSV beside the tests: file, line, table, reason, value."""
    columns = ("file", "line", "table", "reason", "value")
    rows = [(p.file, p.line, p.table, p.reason, p.value) for p in report.planted]
    schema = {name: pl.Int64 if name == "line" else pl.String for name in columns}
    path.write_text(pl.DataFrame(rows, schema=schema, orient="row").write_csv(), encoding="utf-8")
