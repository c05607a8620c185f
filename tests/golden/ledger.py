"""The account of an invented load: a ledger with something of everything, and one where all is well."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.ledger import SCHEMAS, Ledger
from tests.golden.factory import AS_OF, back

NOON = datetime(2026, 6, 26, 12)  # noqa: DTZ001


def ledger(**changed: list[dict[str, Any]]) -> Ledger:
    """A ledger of the invented company; `changed` gives whole frames anew as rows."""
    rows = {
        "files": FILES,
        "rules": RULES,
        "volume": VOLUME,
        "drift": DRIFT,
        "readings": READINGS,
        "held_back": HELD_BACK,
        "unmatched": UNMATCHED,
        "matches": MATCHES,
        "owners": OWNERS,
        "gaps": GAPS,
        "found": FOUND,
        "customers": CUSTOMERS,
        "feeds": FEEDS,
        "overrides": OVERRIDES,
    } | changed
    return Ledger.from_frames(AS_OF, "USD", {name: _frame(name, given) for name, given in rows.items()})


def sound_ledger(**changed: list[dict[str, Any]]) -> Ledger:
    """A ledger about which there is nothing to say, but that most of the health score is switched off."""
    nothing: dict[str, list[dict[str, Any]]] = {
        name: [] for name in SCHEMAS if name not in ("files", "matches", "customers", "feeds")
    }
    sound = {
        "files": [_file("crm/accounts.csv", "crm", "accounts", 40)],
        "matches": MATCHES[:1],
        "feeds": [_feed("accounts", None), _feed("usage", 1, 3)],
    }
    return ledger(**(nothing | sound | changed))


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    known = {key: value for key, value in SCHEMAS[name].items() if any(key in row for row in rows)}
    return pl.DataFrame(rows, schema=known) if rows else pl.DataFrame()


def _file(path: str, source: str, table: str, read: int, **more: Any) -> dict[str, Any]:
    counts = {"rejected": 0, "set_aside": 0, "duplicates": 0, "deleted": 0, "orphans": 0} | more
    accepted = read - counts["rejected"] - counts["duplicates"]
    about = {"file_id": path, "path": path, "status": "loaded", "note": "", "source": source, "export": table}
    read_as = {"encoding": "utf-8", "extracted_at": NOON, "is_newest": True}
    return about | {"table_name": table, "rows_read": read, "accepted": accepted} | read_as | counts


def _feed(name: str, age: int | None, limit: int | None = None, state: str = "fresh", **more: Any) -> dict[str, Any]:
    newest = None if age is None else back(age)
    asked = {"is_expected": True, "has_rows": state != "missing"} | more
    return {"feed": name, "newest_on": newest, "age_days": age, "max_age_days": limit, "state": state} | asked


def _match(system: str, table: str, names: int, rows: int, lost: tuple[int, int] = (0, 0), **by: int) -> dict[str, Any]:
    counts = {f"by_{how}_count": by.get(how, 0) for how in ("id", "key", "alias", "domain", "name")}
    place = {"system": system, "table_name": table, "namespace": system}
    matched = {"matched_name_count": names - lost[0], "matched_row_count": rows - lost[1]}
    return place | {"name_count": names, "row_count": rows} | matched | counts


FILES = [
    _file("crm/accounts.csv", "crm", "accounts", 44, rejected=4, set_aside=1, remarks="3 lines before the header"),
    _file("crm/contracts.csv", "crm", "contracts", 80, duplicates=2, orphans=1, unmapped=["Renewal Owner", "Region 2"]),
    _file("desk.zip!tickets 2026.csv", "desk", "tickets", 900, rejected=5, orphans=2, confidence="unconfirmed"),
    _file("desk/goals.csv", "canonical", "goals", 20, rejected=20)
    | {"status": "failed", "accepted": 0, "note": "desk/goals.csv: 9 of 20 rows for goals cannot be used"},
    _file("2026-06-19/accounts.csv", "crm", "accounts", 43, rejected=3) | {"is_newest": False},
    {"file_id": "unknown x", "path": "lunch.csv", "status": "unknown", "note": "no source knows its header"},
]
RULES = [
    {
        "source": "desk",
        "table_name": "tickets",
        "column_name": "created_at",
        "rule": "unreadable",
        "is_aside": False,
        "row_count": 5,
        "remedy": "Expected a time such as 2026-03-31 14:05:00; correct the record.",
        "examples": [{"path": "desk.zip!tickets 2026.csv", "line": 17, "value": "soon"}],
    },
    {
        "source": "crm",
        "table_name": "accounts",
        "column_name": "account_name",
        "rule": "required",
        "is_aside": False,
        "row_count": 3,
        "remedy": "Fill in account_name in the tool, then export again.",
        "examples": [{"path": "crm/accounts.csv", "line": 9, "value": None}],
    },
    {
        "source": "crm",
        "table_name": "accounts",
        "column_name": None,
        "rule": "footer",
        "is_aside": True,
        "row_count": 1,
        "remedy": "Nothing to do: the line belongs to the report, not to its rows.",
        "examples": [{"path": "crm/accounts.csv", "line": 46, "value": None}],
    },
]
VOLUME = [
    {"source": source, "export": export, "table_name": export, "loaded_on": AS_OF, "row_count": rows}
    | {"earlier_count": earlier, "usual_count": usual, "state": state}
    for source, export, rows, earlier, usual, state in (
        ("crm", "contracts", 80, 4, 78.0, "usual"),
        ("desk", "tickets", 900, 4, 2100.0, "half"),
        ("crm", "accounts", 44, 1, 40.0, "unjudged"),
    )
]
DRIFT = [
    {"source": "desk", "export": "tickets", "before_on": back(7), "loaded_on": AS_OF}
    | {"appeared": ["Brand"], "vanished": ["Satisfaction"], "moved": ["Tags", "Group"]}
]
READINGS = [
    {"file_id": "crm/contracts.csv", "table_name": "contracts", "column_name": "starts_on", "header": "Start Date"}
    | {"kind": "date", "how": "day first: 37 of 41 values decide it"}
]
HELD_BACK = [
    {"path": "usage.csv", "table_name": "usage_events", "account_count": 3, "first_on": back(23), "last_on": back(22)}
    | {"was_count": 5100, "is_count": 120}
]
UNMATCHED = [
    {"namespace": "crm", "external_id": "0017", "alias_system": "crm", "is_deleted": True, "row_count": 3}
    | {"table_names": "contracts, tickets", "file_id": "crm/contracts.csv", "first_line": 12, "contract_count": 1}
    | {"arr": Decimal("67300.00")},
    {"namespace": "name", "external_id": 'account zer0 "west"', "alias_system": "desk", "is_deleted": False}
    | {"table_names": "tickets", "row_count": 2, "file_id": "x", "first_line": 4, "contract_count": 0}
    | {"proposed_account_id": "A000", "proposed_account_name": "Account Zero", "similarity": 0.934},
]
MATCHES = [
    _match("crm", "contracts", 41, 78, id=41),
    _match("desk", "tickets", 36, 895, (2, 3), key=10, alias=1, domain=3, name=20),
]
OWNERS = [
    {"table_name": "contracts", "system": "crm", "owner_rank": 1, "row_count": 78, "used_count": 77},
    {"table_name": "contracts", "system": "billing", "owner_rank": 2, "row_count": 60, "used_count": 4},
]
CUSTOMERS = [
    {"account_id": "A000", "account_name": "Account Zero", "csm": "Ana Bell", "arr": Decimal(120_000)}
    | {"is_customer": True},
    {"account_id": "A001", "account_name": "Account One", "csm": "Ben Cole", "arr": Decimal(48_000)}
    | {"is_customer": True},
    {"account_id": "A002", "account_name": "Account Two", "csm": None, "arr": Decimal(9_000), "is_customer": True},
    {"account_id": "A003", "account_name": "Account Three", "csm": "Ana Bell", "arr": Decimal(31_000)}
    | {"is_customer": False},
]
GAPS = [
    {"account_id": "A000", "csm": "Ana Bell", "field": "segment", "record_count": 1},
    {"account_id": "A000", "csm": "Ana Bell", "field": "notice_days", "record_count": 2},
    {"account_id": "A001", "csm": "Ben Cole", "field": "notice_days", "record_count": 1},
    {"account_id": "A002", "csm": None, "field": "csm", "record_count": 1},
]
FOUND = [
    {"check": "orphans", "account_id": None, "row_count": 2},
    {"check": "customers_absent_from_feeds", "account_id": "A001", "row_count": 2},
    {"check": "records_outside_service", "account_id": "A003", "row_count": 1},
    {"check": "a_new_check", "account_id": None, "row_count": 7},
]
FEEDS = [
    _feed("accounts", None),
    _feed("usage", 12, 3, "late"),
    _feed("trainings", None, 120, "missing"),
    _feed("tickets", 1, 10),
    _feed("qbrs", 9, 120, is_expected=False),
    _feed("activities", None, 10, "missing", is_expected=False),
]
OVERRIDES = [
    {"account_id": "A001", "band": "watch", "reason": "new champion", "author": "Ana Bell"}
    | {"expires_on": date(2026, 7, 10)},
    {"account_id": "A000", "band": "healthy", "reason": "pilot", "author": "Ben Cole", "expires_on": date(2027, 1, 1)},
]
