"""Usage events are kept as sums by day; what stands depends on the files alone, not on the order or number of runs."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.stages.fingerprint import forget
from pipeline.stages.ingest import IngestReport, ingest
from pipeline.warehouse import Warehouse, open_warehouse
from pipeline.workspace import Workspace, read_workspace
from tests.ingest.conftest import AS_OF, SETTINGS

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
Sums = list[tuple[object, ...]]
HEADER = "account_id,user_id,feature,occurred_at\n"
WITH_IDS = "event_id,account_id,user_id,feature,occurred_at,quantity\n"
TRACKER = """
system = "tracker"
title = "Tracker"
zone = "company"
[[file]]
name = "days"
identified_by = ["who", "account", "what", "at", "tracker"]
[[file.table]]
table = "usage_events"
slice = "event_day"
[file.table.columns]
account_id = "account"
user_id = "who"
feature = "what"
occurred_at = "at"
"""


def events(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


def an_hour(account: str, day: str, count: int, user: str = "u1") -> Iterable[str]:
    """Events of one user that are one second apart, from noon on."""
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    return [f"{account},{user},reports,{(noon + timedelta(seconds=n)).isoformat()}" for n in range(count)]


def user_days(warehouse: Warehouse) -> Sums:
    query = """
        select account_id, user_id, used_on, sum(event_count)::bigint from accepted.usage_user_days
        group by all order by all
    """
    return warehouse.frame(query).rows()


def feature_days(warehouse: Warehouse) -> Sums:
    query = """
        select account_id, feature, used_on, sum(event_count)::bigint, sum(active_users)::bigint
        from accepted.usage_feature_days group by all order by all
    """
    return warehouse.frame(query).rows()


def day_count(warehouse: Warehouse, day: str) -> int:
    return int(
        warehouse.value(
            "select coalesce(sum(event_count), 0)::bigint from accepted.usage_user_days where used_on = ?", [day]
        )
    )


def balance(warehouse: Warehouse) -> list[tuple[int, ...]]:
    query = "select rows_read, accepted, rejected, duplicates from meta.loads order by all"
    rows = warehouse.frame(query).rows()
    assert all(read == accepted + rejected + duplicates for read, accepted, rejected, duplicates in rows)
    return rows


def test_events_are_summed_by_user_and_by_feature_on_the_companys_day(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    drop(
        "2026-06-26/usage.csv",
        events(
            "a,u1,x,2026-06-25T14:00:00Z",
            "a,u1,y,2026-06-26T03:30:00Z",
            "a,u2,x,2026-06-25T15:00:00Z",
            "a,,x,2026-06-25T15:00:00Z",
            "b,u1,x,2026-06-26T04:00:00Z",
        ),
    )
    run()
    day, next_day = date(2026, 6, 25), date(2026, 6, 26)
    assert user_days(warehouse) == [
        ("a", "u1", day, 2),
        ("a", "u2", day, 1),
        ("a", None, day, 1),
        ("b", "u1", next_day, 1),
    ]
    assert feature_days(warehouse) == [("a", "x", day, 3, 2), ("a", "y", day, 1, 1), ("b", "x", next_day, 1, 1)]
    assert balance(warehouse) == [(5, 5, 0, 0)]
    assert not warehouse.has("accepted.usage_events")


def test_a_quantity_counts_as_so_many_events(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/usage.csv", WITH_IDS + "e1,a,u1,x,2026-06-25T14:00:00Z,5\ne2,a,u1,x,2026-06-25T14:00:00Z,\n")
    run()
    assert user_days(warehouse) == [("a", "u1", date(2026, 6, 25), 6)]


def test_bad_events_are_set_aside_with_line_column_and_text(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    rows = [
        "a,u1,reports,2026-06-25T12:00:00",
        ",u1,reports,2026-06-25T12:00:01",
        "a,u1,reports,teatime",
        "a,u1,reports",
        *an_hour("a", "2026-06-25", 100, "u2"),
    ]
    drop("2026-06-26/usage.csv", events(*rows))
    run()
    query = "select line, record, column_name, rule, value, row_json from rejected.rows order by line"
    assert warehouse.frame(query).rows() == [
        (
            3,
            2,
            "account_id",
            "required",
            None,
            '{"user_id": "u1", "feature": "reports", "occurred_at": "2026-06-25T12:00:01"}',
        ),
        (
            4,
            3,
            "occurred_at",
            "unreadable",
            "teatime",
            '{"account_id": "a", "user_id": "u1", "feature": "reports", "occurred_at": "teatime"}',
        ),
        (5, 4, None, "broken_record", "a,u1,reports", None),
    ]
    assert balance(warehouse) == [(104, 101, 3, 0)]
    first_lines = "select user_id, _line from accepted.usage_user_days order by user_id"
    assert warehouse.frame(first_lines).rows() == [("u1", 2), ("u2", 6)]


def test_numeric_days_are_decided_from_the_whole_column(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/usage.csv", events("a,u1,x,13/06/2026", "a,u1,x,05/06/2026"))
    run()
    assert [row[2] for row in user_days(warehouse)] == [date(2026, 6, 5), date(2026, 6, 13)]


def test_quoted_line_breaks_do_not_matter(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop(
        "2026-06-26/usage.csv",
        events(
            'a,u1,"multi\nline",2026-06-25T12:00:00',
            "a,u1,x,2026-06-25T12:00:00",
            "a,u1,x,never",
            *an_hour("b", "2026-06-25", 60),
        ),
    )
    run()
    assert [row[1] for row in feature_days(warehouse)] == ["multi\nline", "x", "reports"]
    assert warehouse.frame("select line from rejected.rows")["line"].to_list() == [5]


def test_the_same_event_counts_once_by_its_id_else_by_the_whole_row(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/a.csv", events(*an_hour("a", "2026-06-25", 3), *an_hour("a", "2026-06-25", 2)))
    drop("2026-06-26/b.csv", events(*an_hour("a", "2026-06-25", 4)))
    run()
    assert user_days(warehouse) == [("a", "u1", date(2026, 6, 25), 4)]
    assert sum(row[3] for row in balance(warehouse)) == 5
    drop("2026-06-27/ids.csv", WITH_IDS + "e1,b,u1,x,2026-06-25T14:00:00Z,\ne1,b,u1,x,2026-06-25T14:00:09Z,\n")
    run(date(2026, 6, 27))
    assert ("b", "u1", date(2026, 6, 25), 1) in user_days(warehouse)
    balance(warehouse)


def test_a_users_of_a_feature_are_counted_once_over_files(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    for hour in (9, 10, 11):
        drop(f"2026-06-26/{hour}.csv", events(*(f"a,u{n},x,2026-06-25T{hour:02}:00:00" for n in range(hour))))
    drop("2026-06-27/next.csv", events("a,u3,x,2026-06-25T23:00:00", "a,u99,x,2026-06-25T23:00:00"))
    run(date(2026, 6, 27))
    assert feature_days(warehouse) == [("a", "x", date(2026, 6, 25), 32, 12)]


def test_uploads_of_the_last_weeks_are_united_event_by_event(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-25/usage.csv", events(*an_hour("a", "2026-06-24", 10)))
    drop("2026-06-26/usage.csv", events(*an_hour("a", "2026-06-24", 12), *an_hour("a", "2026-06-25", 3, "late")))
    drop("2026-06-27/usage.csv", events(*an_hour("a", "2026-06-24", 2, "late")))
    run(date(2026, 6, 27))
    assert (day_count(warehouse, "2026-06-24"), day_count(warehouse, "2026-06-25")) == (14, 3)
    assert sum(row[3] for row in balance(warehouse)) == 10


def test_exporting_a_whole_year_again_never_doubles_it(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    days = [(date(2025, 7, 1) + timedelta(days=n)).isoformat() for n in range(0, 360, 7)]
    year = [row for day in days for row in an_hour("a", day, 5)]
    drop("2026-06-26/year.csv", events(*year))
    run()
    first = (user_days(warehouse), feature_days(warehouse))
    drop("2026-06-27/year again.csv", events(*year, *an_hour("b", "2026-06-26", 1)))
    run(date(2026, 6, 27))
    assert [row for row in user_days(warehouse) if row[0] == "a"] == first[0]
    assert [row for row in feature_days(warehouse) if row[0] == "a"] == first[1]


def test_an_old_day_that_comes_again_is_corrected(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-19/usage.csv", events(*an_hour("a", "2026-01-05", 10), *an_hour("a", "2026-06-18", 1)))
    drop("2026-06-26/usage.csv", events(*an_hour("a", "2026-01-05", 8, "corrected")))
    report = run()
    assert [row for row in user_days(warehouse) if row[2] == date(2026, 1, 5)] == [
        ("a", "corrected", date(2026, 1, 5), 8)
    ]
    assert report.warnings == ()


def test_a_replacement_with_under_half_of_the_events_is_held_back_and_said(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    drop("2026-06-19/usage.csv", events(*an_hour("a", "2026-01-05", 10), *an_hour("b", "2026-01-05", 10)))
    drop(
        "2026-06-26/usage.csv",
        events(*an_hour("a", "2026-01-05", 4), *an_hour("b", "2026-01-05", 5), *an_hour("c", "2026-06-25", 1)),
    )
    report = run()
    assert [(row[0], row[3]) for row in user_days(warehouse)] == [("a", 10), ("b", 5), ("c", 1)]
    held = "select table_name, account_id, used_on, was_count, is_count from meta.held_back"
    assert warehouse.frame(held).rows() == [("usage_events", "a", date(2026, 1, 5), 10, 4)]
    [warning] = report.warnings
    assert "2026-06-26/usage.csv: 1 account-days of usage come with 4 events where 10 stood" in warning
    balance(warehouse)
    drop("2026-06-27/usage.csv", events(*an_hour("a", "2026-01-05", 9, "whole")))
    assert run(date(2026, 6, 27)).warnings == ()


def tracked(day: str, count: int, account: str = "a") -> str:
    rows = (row.split(",") for row in an_hour(account, day, count))
    return "who,account,what,at,tracker\n" + "".join(f"{who},{one},{what},{at},t\n" for one, who, what, at in rows)


@pytest.fixture
def tracker(workspace: Workspace) -> None:
    """A source whose newest file of a day tells the day whole."""
    (workspace.root / "sources").mkdir()
    (workspace.root / "sources" / "tracker.toml").write_text(TRACKER)


@pytest.mark.usefixtures("tracker")
def test_where_the_source_says_event_day_the_newest_file_tells_a_day_whole(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    drop("2026-06-25/usage.csv", tracked("2026-06-24", 10))
    drop("2026-06-26/usage.csv", tracked("2026-06-24", 6) + tracked("2026-06-24", 4, "b").split("\n", 1)[1])
    drop("2026-06-27/usage.csv", tracked("2026-06-24", 2))
    report = run(date(2026, 6, 27))
    assert [(row[0], row[3]) for row in user_days(warehouse)] == [("a", 6), ("b", 4)]
    assert len(report.warnings) == 1


FILES: Mapping[str, str] = {
    "2026-02-10/first.csv": events(*an_hour("a", "2026-01-05", 9), *an_hour("a", "2026-02-08", 7)),
    "2026-02-10/part.csv": events(*an_hour("a", "2026-01-05", 11), *an_hour("b", "2026-02-08", 3, "u2")),
    "2026-03-20/usage.csv": events(*an_hour("a", "2026-02-08", 9), *an_hour("a", "2026-03-19", 4)),
    "2026-06-01/usage.csv": events(*an_hour("a", "2026-02-08", 3, "u3"), *an_hour("a", "2026-05-30", 6)),
    "2026-06-26/usage.csv": events(*an_hour("a", "2026-05-30", 8, "u4"), *an_hour("a", "2026-01-05", 6)),
}


def told(warehouse: Warehouse) -> tuple[Sums, Sums, Sums]:
    held = "select account_id, used_on, was_count, is_count from meta.held_back order by all"
    return user_days(warehouse), feature_days(warehouse), warehouse.frame(held).rows()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sums, Sums, Sums]:
    """What stands when all files come in one run."""
    folder = tmp_path_factory.mktemp("at-once")
    (folder / "bellwether.toml").write_text(SETTINGS)
    for path, text in FILES.items():
        target = folder / "exports" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    workspace = read_workspace(folder)
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        ingest(workspace, warehouse, AS_OF, lambda line: None)
        return told(warehouse)


ORDERS = [*random.Random(3).sample(list(permutations(FILES)), 3), tuple(reversed(FILES))]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(f"{path[5:10]}{path[11]}" for path in order))
def test_what_stands_does_not_depend_on_the_order_of_runs(
    drop: Drop, run: Run, warehouse: Warehouse, at_once: tuple[Sums, Sums, Sums], order: tuple[str, ...]
) -> None:
    for path in order:
        drop(path, FILES[path])
        run()
    assert told(warehouse) == at_once
    balance(warehouse)


def test_what_stands_is_rebuilt_from_the_archive(
    drop: Drop, run: Run, warehouse: Warehouse, at_once: tuple[Sums, Sums, Sums]
) -> None:
    for path in reversed(FILES):
        drop(path, FILES[path])
        run()
    forget(warehouse, "ingest")
    run()
    assert told(warehouse) == at_once
