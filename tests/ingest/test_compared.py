"""The newest load beside the ones before it, and the account of rejects: on small tables as ingest leaves them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.ingest.compared import header_drift, volumes
from pipeline.ingest.quality import file_accounts, rejects_by_rule
from pipeline.ingest.store import create_tables
from pipeline.warehouse import Warehouse, open_warehouse

FIRST = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZONE = "America/New_York"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """Empty tables."""
    with open_warehouse(tmp_path / "warehouse.duckdb", []) as opened:
        create_tables(opened)
        opened.execute(
            "create table if not exists meta.headers (file_id VARCHAR, place BIGINT, column_name VARCHAR)",
        )
        yield opened


def given_load(warehouse: Warehouse, week: int, rows: int, part: str = "", status: str = "loaded") -> None:
    """A file of tickets, exported so many weeks after the first."""
    file = f"f{week}{part}"
    warehouse.insert("meta.files", pl.DataFrame({"file_id": [file], "path": [f"{file}.csv"], **about(week, status)}))
    counts = {"table_name": ["tickets"], "rows_read": [rows], "accepted": [rows]}
    warehouse.insert("meta.loads", pl.DataFrame({"file_id": [file], **counts}))


def about(week: int, status: str) -> dict[str, list[Any]]:
    moment = (FIRST + timedelta(weeks=week)).replace(tzinfo=None)
    return {"system": ["zendesk"], "export": ["tickets"], "status": [status], "extracted_at": [moment]}


def given_headers(warehouse: Warehouse, week: int, names: Sequence[str]) -> None:
    """A file of that week with these column names."""
    given_load(warehouse, week, 1)
    places = list(range(1, len(names) + 1))
    frame = pl.DataFrame({"file_id": [f"f{week}"] * len(names), "place": places, "column_name": list(names)})
    warehouse.insert("meta.headers", frame)


@pytest.mark.parametrize(
    ("newest", "state"),
    [(50, "half"), (51, "usual"), (100, "usual"), (199, "usual"), (200, "double"), (0, "half")],
)
def test_a_load_of_half_or_double_the_last_four_is_warned_of(warehouse: Warehouse, newest: int, state: str) -> None:
    for week, rows in enumerate((90, 100, 100, 110, newest)):
        given_load(warehouse, week, rows)
    assert volumes(warehouse, ZONE).select("row_count", "earlier_count", "usual_count", "state").rows() == [
        (newest, 4, 100.0, state)
    ]


def test_a_load_older_than_the_last_four_does_not_count(warehouse: Warehouse) -> None:
    for week, rows in enumerate((9000, 100, 100, 100, 100, 100)):
        given_load(warehouse, week, rows)
    assert volumes(warehouse, ZONE).select("earlier_count", "usual_count").rows() == [(4, 100.0)]


@pytest.mark.parametrize(("loads", "state"), [(1, "unjudged"), (2, "unjudged"), (3, "double")])
def test_volume_is_judged_from_the_third_load_on(warehouse: Warehouse, loads: int, state: str) -> None:
    for week in range(loads - 1):
        given_load(warehouse, week, 10)
    given_load(warehouse, loads - 1, 1000)
    assert volumes(warehouse, ZONE)["state"].to_list() == [state]


def test_the_parts_of_one_day_are_one_load(warehouse: Warehouse) -> None:
    for week in range(3):
        given_load(warehouse, week, 2000, "a")
        given_load(warehouse, week, 30, "b")
    assert volumes(warehouse, ZONE).select("row_count", "usual_count", "state").rows() == [(2030, 2030.0, "usual")]


def test_a_load_that_failed_is_no_measure(warehouse: Warehouse) -> None:
    for week in range(3):
        given_load(warehouse, week, 100)
    given_load(warehouse, 3, 5, status="failed")
    assert volumes(warehouse, ZONE).select("row_count", "state").rows() == [(100, "usual")]


def test_columns_that_appear_vanish_and_move_are_told_against_the_load_before(warehouse: Warehouse) -> None:
    given_headers(warehouse, 0, ["Old", "Id"])
    given_headers(warehouse, 1, ["Id", "Subject", "Status", "Created"])
    given_headers(warehouse, 2, ["Subject", "Status", "Id", "Tags"])
    assert header_drift(warehouse, ZONE).to_dicts() == [
        {
            "source": "zendesk",
            "export": "tickets",
            "loaded_on": date(2026, 5, 15),
            "before_on": date(2026, 5, 8),
            "appeared": ["Tags"],
            "vanished": ["Created"],
            "moved": ["Id"],
        }
    ]


def test_the_same_columns_are_no_drift(warehouse: Warehouse) -> None:
    given_headers(warehouse, 0, ["Id", "Subject"])
    given_headers(warehouse, 1, ["Id", "Subject"])
    assert header_drift(warehouse, ZONE).is_empty()


def test_rejects_are_told_by_rule_with_their_first_lines_and_no_ones_address(warehouse: Warehouse) -> None:
    given_load(warehouse, 0, 9)
    rows = [
        ("requester_email", "unreadable", line, f"Ana.{line}@acme.example (main)", "Correct it.")
        for line in (9, 7, 8, 6)
    ]
    rows += [
        (None, "broken_record", 5, "Ana Bell,ana@acme.example,,,", "It has 5 fields."),
        (None, "footer", 10, "Total", "Nothing to do: the line belongs to the report."),
    ]
    names = ["column_name", "rule", "line", "value", "remedy"]
    reasons = pl.DataFrame(rows, schema=names, orient="row")
    at = {"file_id": pl.lit("f0"), "path": pl.lit("f0.csv"), "table_name": pl.lit("tickets")}
    warehouse.insert("rejected.rows", reasons.with_columns(**at))
    found = rejects_by_rule(warehouse, file_accounts(warehouse, ZONE))
    assert found.select("source", "rule", "is_aside", "row_count").rows() == [
        ("zendesk", "unreadable", False, 4),
        ("zendesk", "broken_record", False, 1),
        ("zendesk", "footer", True, 1),
    ]
    assert found["examples"].to_list()[0] == [
        {"path": "f0.csv", "line": line, "value": "\u2026@acme.example (main)"} for line in (6, 7, 8)
    ]
    assert found["examples"].to_list()[1] == [{"path": "f0.csv", "line": 5, "value": None}]


def test_a_record_with_one_fault_read_twice_is_one_reject(warehouse: Warehouse) -> None:
    given_load(warehouse, 0, 9)
    same = {"file_id": ["f0"] * 2, "path": ["f0.csv"] * 2, "table_name": ["tickets"] * 2, "line": [4, 4]}
    fault = {"column_name": ["created_at"] * 2, "rule": ["unreadable"] * 2, "value": ["soon"] * 2, "remedy": ["x"] * 2}
    warehouse.insert("rejected.rows", pl.DataFrame(same | fault))
    assert rejects_by_rule(warehouse, file_accounts(warehouse, ZONE))["row_count"].to_list() == [1]


def test_a_file_is_accounted_for_per_table_with_the_columns_that_nothing_reads(warehouse: Warehouse) -> None:
    given_load(warehouse, 0, 9)
    unread = pl.DataFrame({"file_id": ["f0", "f0"], "column_name": ["Tags", "Brand"]})
    warehouse.insert("meta.unmapped_columns", unread)
    row = file_accounts(warehouse, ZONE).to_dicts()[0]
    assert (row["path"], row["table_name"], row["rows_read"], row["unmapped"]) == (
        "f0.csv",
        "tickets",
        9,
        ["Brand", "Tags"],
    )


def test_rejects_of_a_load_that_a_newer_one_replaced_are_not_told_again(warehouse: Warehouse) -> None:
    given_load(warehouse, 0, 9)
    given_load(warehouse, 1, 9)
    fault = {"table_name": "tickets", "column_name": "csat", "rule": "out_of_range", "value": "9", "remedy": "x"}
    places = pl.DataFrame({"file_id": ["f0", "f1"], "path": ["f0.csv", "f1.csv"], "line": [3, 4]})
    warehouse.insert("rejected.rows", places.with_columns(**{name: pl.lit(text) for name, text in fault.items()}))
    files = file_accounts(warehouse, ZONE)
    assert files.select("path", "is_newest").rows() == [("f0.csv", False), ("f1.csv", True)]
    assert rejects_by_rule(warehouse, files)["examples"].to_list() == [[{"path": "f1.csv", "line": 4, "value": "9"}]]
