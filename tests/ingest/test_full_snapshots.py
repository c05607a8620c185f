"""A record that is absent from the newest full export of its tool was deleted there, from the day of that export on."""

from collections.abc import Callable, Iterable
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.stages.fingerprint import forget
from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
CRM = """
system = "crm"
title = "A CRM"
[[file]]
name = "people"
identified_by = ["Person", "Account", "Mail"]
[[file.table]]
table = "contacts"
{is_full}
[[file.table.deleted]]
column = "Gone"
in = "yes"
[file.table.columns]
contact_id = "Person"
account_id = "Account"
email = "Mail"
joined_on = "Since"
"""
HEADER = "Person,Account,Mail,Since,Gone\n"


@pytest.fixture(autouse=True)
def crm(workspace: Workspace) -> None:
    """A source whose export of people holds all of them."""
    (workspace.root / "sources").mkdir()
    (workspace.root / "sources" / "crm.toml").write_text(CRM.format(is_full="is_full = true"))


def people(*numbers: int, mail: str = "p") -> str:
    return HEADER + "".join(f"P{n},A1,{mail}{n}@example.com,2026-01-01,\n" for n in numbers)


def standing(warehouse: Warehouse) -> list[str]:
    """Who is not deleted in the newest version."""
    query = """
        select contact_id from accepted.contacts
        qualify row_number() over (partition by _key order by _extracted_at desc, _row_hash) = 1 and not _is_deleted
        order by all
    """
    return [str(one) for one in warehouse.frame(query)["contact_id"]]


def deletions(warehouse: Warehouse) -> list[tuple[str, str]]:
    query = "select contact_id, _extracted_at::date::varchar from accepted.contacts where _is_deleted order by all"
    return [(str(who), str(day)) for who, day in warehouse.frame(query).rows()]


def names(numbers: Iterable[int]) -> list[str]:
    return sorted(f"P{n}" for n in numbers)


def test_a_key_absent_from_the_newest_full_export_is_deleted_from_its_day_on(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    drop("2026-06-12/people.csv", people(1, 2, 3, 4))
    drop("2026-06-19/people.csv", people(1, 2, 3))
    report = run()
    assert standing(warehouse) == names((1, 2, 3))
    assert deletions(warehouse) == [("P4", "2026-06-19")]
    assert warehouse.value("select sum(accepted)::bigint from meta.loads") == 7
    assert report.warnings == ()


def test_a_key_that_comes_back_stands_again(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    for day, who in (("2026-06-12", (1, 2, 3)), ("2026-06-19", (1, 2)), ("2026-06-26", (1, 2, 3))):
        drop(f"{day}/people.csv", people(*who))
    run()
    assert standing(warehouse) == names((1, 2, 3))
    assert deletions(warehouse) == [("P3", "2026-06-19")]


def test_an_export_that_is_not_said_to_be_full_deletes_nothing(
    drop: Drop, run: Run, warehouse: Warehouse, workspace: Workspace
) -> None:
    (workspace.root / "sources" / "crm.toml").write_text(CRM.format(is_full=""))
    drop("2026-06-12/people.csv", people(1, 2, 3))
    drop("2026-06-19/people.csv", people(1, 2))
    run()
    assert standing(warehouse) == names((1, 2, 3))


@pytest.mark.parametrize("runs", [1, 2])
def test_files_of_one_time_together_are_the_full_export(drop: Drop, run: Run, warehouse: Warehouse, runs: int) -> None:
    drop("2026-06-12/people.csv", people(1, 2, 3, 4, 5))
    drop("2026-06-19/people 1.csv", people(1, 2, 3))
    if runs == 2:
        run()
    drop("2026-06-19/people 2.csv", people(4))
    run()
    assert standing(warehouse) == names((1, 2, 3, 4))
    assert deletions(warehouse) == [("P5", "2026-06-19")]


def test_a_load_that_failed_deletes_nothing(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-12/people.csv", people(1, 2, 3))
    drop("2026-06-19/people.csv", people(1, 2) + "P9,,,,\n")
    report = run()
    assert report.exit_codes == {3}
    assert standing(warehouse) == names((1, 2, 3))


def test_a_rejected_row_still_says_that_its_record_exists(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    everyone = range(1, 41)
    drop("2026-06-12/people.csv", people(*everyone))
    drop("2026-06-19/people.csv", people(*range(1, 40)) + "P40,A1,x,someday,\n")
    run()
    assert warehouse.frame("select rule from rejected.rows")["rule"].to_list() == ["unreadable"]
    assert standing(warehouse) == names(everyone)


@pytest.mark.parametrize("bad", [",A1,x,2026-01-01,\n", "P40,A1\n"])
def test_an_export_with_an_unreadable_key_deletes_nothing(drop: Drop, run: Run, warehouse: Warehouse, bad: str) -> None:
    drop("2026-06-12/people.csv", people(*range(1, 42)))
    drop("2026-06-19/people.csv", people(*range(1, 40)) + bad)
    run()
    assert standing(warehouse) == names(range(1, 42))


def test_an_export_that_lost_more_than_half_is_held_back_and_said(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-12/people.csv", people(1, 2, 3, 4, 5, 6))
    drop("2026-06-19/people.csv", people(1, 2, mail="new"))
    [warning] = run().warnings
    assert "2026-06-19/people.csv: of 6 contacts only 2 are left" in warning
    assert deletions(warehouse) == []
    drop("2026-06-26/people.csv", people(1, 2, 3, 4))
    assert run().warnings == ()
    assert deletions(warehouse) == [("P5", "2026-06-26"), ("P6", "2026-06-26")]
    assert warehouse.value("select count(*) from accepted.contacts where email = 'new1@example.com'") == 1


def test_a_soft_deleted_record_is_not_deleted_twice(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-12/people.csv", people(1, 2, 3) + "P4,A1,p4@example.com,2026-01-01,yes\n")
    drop("2026-06-19/people.csv", people(1, 2, 3))
    run()
    assert deletions(warehouse) == [("P4", "2026-06-12")]


EXPORTS = {
    "2026-06-05/people.csv": people(1, 2, 3, 4),
    "2026-06-12/people.csv": people(1, 2, 3),
    "2026-06-19/people.csv": people(1, 2, 4, mail="q"),
    "2026-06-26/people.csv": people(1, 2),
}
VERSIONS = "select * exclude (_line) from accepted.contacts order by all"


@pytest.mark.parametrize("order", list(permutations(EXPORTS))[::5])
def test_what_is_deleted_does_not_depend_on_the_order_of_runs_and_is_rebuilt(
    drop: Drop, run: Run, warehouse: Warehouse, order: tuple[str, ...]
) -> None:
    for path in order:
        drop(path, EXPORTS[path])
        run()
    assert deletions(warehouse) == [("P3", "2026-06-19"), ("P4", "2026-06-12"), ("P4", "2026-06-26")]
    before = warehouse.frame(VERSIONS)
    forget(warehouse, "ingest")
    run()
    assert warehouse.frame(VERSIONS).equals(before)
