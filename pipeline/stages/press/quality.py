"""quality.json: what became of every row of every file, whom the rows name, how far each feed reaches."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.ledger import Ledger
from pipeline.reports.sections.quality.load import COUNTS, balance
from pipeline.reports.sections.quality.words import CHECKS
from pipeline.warehouse import Warehouse

LISTED = 10_000
REJECTED = f"""
    select path, table_name as "table", line, column_name as "column", rule, remedy
    from rejected.rows order by path, table_name, line, column_name, rule limit {LISTED}
"""
Row = dict[str, Any]
NO_OTHER_NAMES: Mapping[str, str] = {}


def quality_json(ledger: Ledger, warehouse: Warehouse, called: Mapping[str, str] = NO_OTHER_NAMES) -> str:
    """The report as JSON text; of rejected rows the place and the reason, their contents stay in the warehouse.

    `called` says by which name a file is told, where that is not its own.
    """
    rejected = warehouse.frame(REJECTED).to_dicts()
    content: Row = {
        "as_of": ledger.as_of,
        "currency": ledger.currency,
        "balance": balance(ledger),
        **{name: [shape(row) for row in frame.to_dicts()] for name, (frame, shape) in _parts(ledger).items()},
        "rejected": [{**row, "path": called.get(row["path"], row["path"])} for row in rejected],
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=_plain) + "\n"


def file_entry(row: Row) -> Row:
    """What the data file says of one file and table; counts are 0 for a file that was not read."""
    counts = {name: row[name] or 0 for name in COUNTS}
    kept = ("path", "status", "note", "source", "export", "encoding", "dialect", "confidence", "remarks", "is_newest")
    described = {name: row[name] for name in kept}
    unmapped = row["unmapped"] or []
    return {
        **described,
        "table": row["table_name"],
        **counts,
        "unmapped": unmapped,
        "extracted_at": row["extracted_at"],
    }


def finding_entry(row: Row) -> Row:
    """What the data file says of a finding: its rows, what figures do about it, and what to do."""
    _, words, remedy = CHECKS.get(row["check"], (None, None, None))
    return {**row, "says": words.format(row["account_id"]) if words else None, "remedy": remedy}


def _parts(ledger: Ledger) -> dict[str, tuple[Any, Callable[[Row], Row]]]:
    """The lists of the file by name: a frame, and how a row of it is written."""
    return {
        "files": (ledger.files, file_entry),
        "feeds": (ledger.feeds, dict),
        "rules": (ledger.rules, dict),
        "volume": (ledger.volume, dict),
        "drift": (ledger.drift, dict),
        "readings": (ledger.readings, dict),
        "held_back": (ledger.held_back, dict),
        "matches": (ledger.matches, dict),
        "unmatched": (ledger.unmatched, dict),
        "owners": (ledger.owners, dict),
        "gaps": (ledger.gaps, dict),
        "findings": (ledger.found, finding_entry),
    }


def _plain(value: date | Decimal) -> str | float:
    return value.isoformat() if isinstance(value, date) else float(value)
