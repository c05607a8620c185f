"""Duplicates, conflicts and later versions, whichever file or run the rows come with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
HEADER = "goal_id,account_id,goal\n"
A, B, OTHER = "G1,A1,faster\n", "G1,A1,cheaper\n", "".join(f"G{n},A1,x\n" for n in range(10, 60))


def goals(warehouse: Warehouse) -> list[tuple[str, str]]:
    rows = warehouse.frame("select goal_id, goal from accepted.goals where goal_id < 'G10' order by all").rows()
    return [(str(key), str(goal)) for key, goal in rows]


def rules(warehouse: Warehouse) -> list[str]:
    return warehouse.frame("select rule from rejected.rows order by all")["rule"].to_list()


def balance(warehouse: Warehouse) -> list[bool]:
    query = "select rows_read = accepted + rejected + duplicates as balanced from meta.loads"
    return warehouse.frame(query)["balanced"].to_list()


def test_the_same_row_twice_counts_once(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/goals.csv", HEADER + A + A + OTHER)
    run()
    assert goals(warehouse) == [("G1", "faster")]
    assert warehouse.value("select duplicates from meta.loads") == 1
    assert rules(warehouse) == []


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("order", [(A, B), (B, A), (A, B + A)])
def test_two_different_rows_of_one_key_at_one_time_are_both_set_aside(
    drop: Drop, run: Run, warehouse: Warehouse, order: tuple[str, str], runs: int
) -> None:
    for number, row in enumerate(order):
        drop(f"2026-06-26/goals {number}.csv", HEADER + row + OTHER)
        if runs == 2:
            run()
    run()
    assert goals(warehouse) == []
    assert set(rules(warehouse)) == {"conflicting_key"}
    assert all(balance(warehouse))


def test_a_third_row_of_a_conflicting_key_is_set_aside_too(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    for number, row in enumerate((A, B, A)):
        drop(f"2026-06-26/goals {number}.csv", HEADER + row + OTHER + "# " * number)
        run()
    assert goals(warehouse) == []


def test_a_later_export_is_another_version(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-19/goals.csv", HEADER + A + OTHER)
    drop("2026-06-26/goals.csv", HEADER + B + OTHER)
    run()
    assert goals(warehouse) == [("G1", "cheaper"), ("G1", "faster")]
    assert rules(warehouse) == []


def test_content_that_comes_back_at_a_later_date_is_a_version_again(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    for day, row in (("2026-06-12", A), ("2026-06-19", B), ("2026-06-26", A)):
        drop(f"{day}/goals.csv", HEADER + row + OTHER)
    run()
    assert warehouse.value("select arg_max(goal, _extracted_at) from accepted.goals where goal_id = 'G1'") == "faster"


TICKETS = (
    "Summation column,Id,Requester,Requester id,Subject,Status,Priority,Via,Ticket type,Created at,Updated at,Organization,"
    "Solved at,Satisfaction Score,First reply time in minutes\n"
)
OPEN = "1,7,R,1,S,Open,High,Web,Question,2026-06-01 10:00,2026-06-02 10:00,Acme,,Offered,5\n"
SOLVED = "1,7,R,1,S,Solved,High,Web,Question,2026-06-01 10:00,2026-06-03 10:00,Acme,2026-06-03 09:00,5,5\n"


@pytest.mark.parametrize("order", [(OPEN, SOLVED), (SOLVED, OPEN)])
@pytest.mark.parametrize("runs", [1, 2])
def test_of_two_rows_with_an_update_time_the_later_stands(
    drop: Drop, run: Run, warehouse: Warehouse, order: tuple[str, str], runs: int
) -> None:
    for number, row in enumerate(order):
        drop(f"2026-06-26/tickets {number}.csv", TICKETS + row)
        if runs == 2:
            run()
    report = run()
    assert warehouse.frame("select status from accepted.tickets")["status"].to_list() == ["solved"]
    assert rules(warehouse) == ["superseded"]
    assert report.exit_codes == set()
    assert all(balance(warehouse))


USAGE = "tenant_id,date,feature,active_users,event_count\n"


def test_an_event_that_is_exported_again_is_one_row_with_the_newest_time(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    drop("2026-06-19/usage.csv", USAGE + "t1,2026-06-01,reports,3,9\n")
    drop("2026-06-26/usage.csv", USAGE + "t1,2026-06-01,reports,3,9\nt1,2026-06-02,reports,2,4\n")
    run()
    rows = warehouse.frame(
        "select used_on, _extracted_at::date as day from accepted.usage_daily order by used_on"
    ).rows()
    assert rows == [(date(2026, 6, 1), date(2026, 6, 26)), (date(2026, 6, 2), date(2026, 6, 26))]
    assert warehouse.value("select sum(duplicates)::bigint from meta.loads") == 1


GOALS = "goal_id,account_id,goal,due_on\n"
ROWS = [f"G{n},A{n % 7},größer – Ziel {n},2026-0{n % 9 + 1}-15" for n in range(1, 40)]
CONTENT = "select * exclude (_file_id, _line) from accepted.goals order by all"


def saved(rows: list[str]) -> str:
    return GOALS + "".join(f"{row}\n" for row in rows)


def with_columns_turned(rows: list[str]) -> str:
    return "".join(",".join(reversed(row.split(","))) + "\n" for row in [GOALS.strip(), *rows])


SAVED_AGAIN: dict[str, bytes] = {
    "as it was": saved(ROWS).encode(),
    "in UTF-16": saved(ROWS).encode("utf-16"),
    "with a byte order mark": saved(ROWS).encode("utf-8-sig"),
    "in cp1252": saved(ROWS).encode("cp1252"),
    "with the line ends of Windows": saved(ROWS).replace("\n", "\r\n").encode(),
    "with semicolons": saved(ROWS).replace(",", ";").encode(),
    "with tabs": saved(ROWS).replace(",", "\t").encode(),
    "all cells quoted": saved(ROWS).replace(",", '","').replace("\n", '"\n"').join(('"', "")).rstrip('"').encode(),
    "its columns turned around": with_columns_turned(ROWS).encode(),
    "its rows turned around": saved(ROWS[::-1]).encode(),
    "without the last line end": saved(ROWS).rstrip("\n").encode(),
    "some of its rows only": saved(ROWS[5:25]).encode(),
    "some of its rows twice": saved([*ROWS, *ROWS[:9]]).encode(),
}


@pytest.mark.parametrize("how", SAVED_AGAIN)
def test_an_export_saved_again_in_another_way_changes_nothing(
    drop: Drop, run: Run, warehouse: Warehouse, how: str
) -> None:
    drop("2026-06-26/goals.csv", saved(ROWS))
    run()
    before = warehouse.frame(CONTENT)
    assert before.height == len(ROWS)
    drop("2026-06-26/saved again.csv", SAVED_AGAIN[how])
    report = run()
    assert {one.status for one in report.files} <= {"loaded", "ignored"}
    assert warehouse.frame(CONTENT).equals(before)
    assert rules(warehouse) == []
    assert all(balance(warehouse))


def test_an_export_that_is_renamed_or_moved_is_not_loaded_again(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    first = drop("goals 2026-06-26.csv", saved(ROWS))
    run()
    first.rename(first.with_name("weekly goals (1) 2026-06-26.csv"))
    assert run().is_unchanged
    assert warehouse.value("select count(*) from meta.loads") == 1


@pytest.mark.parametrize("runs", [1, 2])
def test_overlapping_exports_give_every_row_once_and_a_corrected_row_corrects(
    drop: Drop, run: Run, warehouse: Warehouse, runs: int
) -> None:
    corrected = ROWS[20].replace("Ziel", "corrected")
    drop("2026-06-19/goals.csv", saved(ROWS[:25]))
    if runs == 2:
        run()
    drop("2026-06-26/goals.csv", saved([*ROWS[10:20], corrected, *ROWS[21:]]))
    run()
    newest = """
        select goal from accepted.goals
        qualify row_number() over (partition by _key order by _extracted_at desc) = 1 order by all
    """
    wanted = sorted(row.split(",")[2] for row in [*ROWS[:20], corrected, *ROWS[21:]])
    assert warehouse.frame(newest)["goal"].to_list() == wanted


def test_a_late_older_export_does_not_undo_a_correction(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/goals.csv", HEADER + B + OTHER)
    run()
    drop("2026-06-19/goals.csv", HEADER + A + OTHER)
    run()
    assert warehouse.value("select arg_max(goal, _extracted_at) from accepted.goals where goal_id = 'G1'") == "cheaper"
