"""What a sample of an export must become, written beside it as text, and what became of it.

`samples/<system>/<file>` holds the bytes as the tool writes them, `<file>.expect.txt` the outcome:

    file: hubspot companies          <- system and the name of the [[file]]
    confidence: confirmed            <- or unconfirmed
    unmapped: Fax Number             <- headers nothing reads, in file order (leave out when there are none)
    status: loaded                   <- leave out when loaded; ignored, unknown, failed, refused otherwise
    note: of which nothing           <- some of the reason, when it is not loaded

    counts: table_name | rows_read | accepted | rejected | set_aside | duplicates | deleted
    accounts | 4 | 3 | 1 | 0 | 0 | 0

    accounts: account_id | account_name | employees | customer_since_on
    1001 | Fernhollow | 250 | 2024-03-01

    rejected: line | table_name | column_name | rule | value
    5 | accounts | employees | unreadable | many

Sections are separated by blank lines. `counts` and `rejected` (rows set aside too) are complete; of an accepted table
the listed columns of the listed rows must be there, in any order. Nothing is an empty cell, times are UTC, `|` cannot
stand in a cell. A line that starts with `# ` is a remark. Of a zip or workbook with several tables, each has its own
outcome: `Export.zip!Task.csv.expect.txt`, `book.xlsx!Sheet 1.expect.txt`, folders inside written `__`.

All samples of a system are ingested in one run of the real stage, from a folder that dates those whose names have no
date: two samples of one export need different keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.stages.ingest import ingest
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import read_workspace

SAMPLES = Path(__file__).parent / "samples"
OUTCOME = ".expect.txt"
AS_OF = date(2026, 6, 26)
EXPORTED = "2026-06-20"
SETTINGS = '[company]\nname = "Acme"\ntime_zone = "America/New_York"\n[quality]\nmax_reject_pct = 100.0\n'
COUNTS = ("table_name", "rows_read", "accepted", "rejected", "set_aside", "duplicates", "deleted")
REJECTED = ("line", "table_name", "column_name", "rule", "value")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Some columns of some rows, as text."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is written beside a sample, or what became of it."""

    about: Mapping[str, str]
    sections: Mapping[str, Section] = field(default_factory=dict)


def systems() -> list[str]:
    """The systems that have a folder of samples."""
    return sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())


def expectations(system: str | None = None) -> list[Path]:
    """The outcomes that are written down."""
    return sorted(SAMPLES.glob(f"{system or '*'}/*{OUTCOME}"))


def expected(path: Path) -> Outcome:
    """The outcome written beside a sample."""
    text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# "))
    head, *blocks = [block for block in text.strip().split("\n\n") if block.strip()]
    about = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head.splitlines())}
    return Outcome(about, dict(_section(block) for block in blocks))


def _section(block: str) -> tuple[str, Section]:
    first, *lines = block.strip().splitlines()
    name, _, columns = first.partition(":")
    return name.strip(), Section(_cells(columns), tuple(_cells(line) for line in lines))


def _cells(line: str) -> Row:
    return tuple(cell.strip() for cell in line.split("|"))


def ingested(system: str, folder: Path) -> Path:
    """A workspace in `folder` into which all samples of the system were dropped and ingested; the warehouse's path."""
    exports = folder / "exports" / EXPORTED
    exports.mkdir(parents=True)
    (folder / "bellwether.toml").write_text(SETTINGS)
    for sample in (SAMPLES / system).iterdir():
        if not sample.name.endswith(OUTCOME):
            (exports / sample.name).write_bytes(sample.read_bytes())
    workspace = read_workspace(folder)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        ingest(workspace, warehouse, AS_OF, lambda line: None)
    return workspace.warehouse


def outcome(warehouse: Warehouse, sample: str, wanted: Mapping[str, Section]) -> Outcome:
    """What became of a sample: of accepted tables the wanted columns, of counts and rejects everything."""
    [file] = _files(warehouse, sample)
    about = {key: str(file[key] or "") for key in ("path", "status", "note")}
    about["file"] = f"{file['system']} {file['export']}"
    unmapped = _rows(warehouse, "select column_name from meta.unmapped_columns where file_id = ?", file)
    about["unmapped"] = ", ".join(name for (name,) in unmapped)
    sections = {name: Section(one.columns, _accepted(warehouse, name, one, file)) for name, one in wanted.items()}
    return Outcome(about, sections | {"counts": _counts(warehouse, file), "rejected": _rejected(warehouse, file)})


def _files(warehouse: Warehouse, sample: str) -> list[dict[str, Any]]:
    files = warehouse.frame("select * from meta.files order by path").to_dicts()
    return [one for one in files if _is_of(one["path"].removeprefix(f"{EXPORTED}/").replace("/", "__"), sample)]


def _is_of(path: str, sample: str) -> bool:
    return path == sample or ("!" not in sample and path.startswith(f"{sample}!"))


def _counts(warehouse: Warehouse, file: Mapping[str, Any]) -> Section:
    sql = f"select {', '.join(COUNTS)} from meta.loads where file_id = ? order by table_name"
    return Section(COUNTS, _rows(warehouse, sql, file))


def _rejected(warehouse: Warehouse, file: Mapping[str, Any]) -> Section:
    sql = f"select {', '.join(REJECTED)} from rejected.rows where file_id = ? order by all"
    return Section(REJECTED, _rows(warehouse, sql, file))


def _accepted(warehouse: Warehouse, table: str, wanted: Section, file: Mapping[str, Any]) -> tuple[Row, ...]:
    if table in ("counts", "rejected"):
        return ()
    columns = ", ".join(f'"{name}"' for name in wanted.columns)
    return _rows(warehouse, f"select {columns} from accepted.{table} where _file_id = ? order by _line", file)


def _rows(warehouse: Warehouse, sql: str, file: Mapping[str, Any]) -> tuple[Row, ...]:
    frame: pl.DataFrame = warehouse.frame(sql, [file["file_id"]])
    return tuple(tuple(_text(value) for value in row) for row in frame.rows())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return format(value, "g") if isinstance(value, float) else str(value).replace("\n", " ").strip()


def written(what: Outcome) -> str:
    """An outcome as it is written beside a sample."""
    head = [f"{key}: {value}" for key, value in what.about.items() if value]
    blocks = [_written(name, one) for name, one in what.sections.items() if one.rows]
    return "\n\n".join(["\n".join(head), *blocks]) + "\n"


def _written(name: str, section: Section) -> str:
    rows: Sequence[Row] = [section.columns, *section.rows]
    first, *rest = [" | ".join(row).rstrip() for row in rows]
    return "\n".join([f"{name}: {first}", *rest])
