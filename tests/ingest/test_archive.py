"""The archive keeps what was loaded, but for personal data; from it the warehouse comes back the same."""

import csv
import io
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RunFailed
from pipeline.ingest.blanking import is_regular
from pipeline.ingest.grammar import Dialect
from pipeline.ingest.journal import archived, journal, keep
from pipeline.ingest.personal import privacy_of, remember_forgotten
from pipeline.ingest.redaction import Redaction, hashed, is_telling, redacted
from pipeline.ingest.text import text_of
from pipeline.stages.ingest import IngestReport, ingest
from pipeline.warehouse import Warehouse, discard_warehouse, open_warehouse
from pipeline.workspace import Workspace
from tests.ingest.conftest import AS_OF

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
PEOPLE = """
system = "people_tool"
title = "People tool"

[[file]]
name = "people"
identified_by = ["Person Id", "Work Mail", "Home Phone"]
drop = ["Home Phone"]
hash = ["Work Mail"]
footer = ["Exported by"]

[[file.table]]
table = "contacts"
[file.table.columns]
contact_id = "Person Id"
account_id = "Company"
full_name = "Name"
email = "Work Mail"
title = "Home Phone"
"""
ROWS = """Person Id,Company,Name,Work Mail,Home Phone
p1,a1,"Ann
Bell",Ann@Reader.example,555-0101

p2,a2,Bo,bo@reader.example,555-0102
p3,a1,broken@reader.example,555-0103
p4,a1,Cy,bo@reader.example ,"555-0104"
"Exported by somebody"
"""
ACCOUNTS = "account_id,account_name\na1,Fernhollow\na2,Mossgate\n"
TABLES = ("accepted.contacts", "accepted.accounts", "rejected.rows", "meta.files", "meta.loads", "meta.headers")


@pytest.fixture
def people(workspace: Workspace) -> Workspace:
    """A workspace with a tool that exports phone numbers, and whose addresses are kept as hashes."""
    (workspace.root / "bellwether.toml").write_text(
        '[company]\nname = "Acme"\n[quality]\nmax_reject_pct = 100.0\n', encoding="utf-8"
    )
    workspace.sources.mkdir()
    (workspace.sources / "people.toml").write_text(PEOPLE)
    return workspace


@pytest.fixture
def run_people(people: Workspace) -> Run:
    """Ingests with a warehouse of its own, and gives all that was kept in it."""

    def ingested() -> dict[str, list[tuple[object, ...]]]:
        from pipeline.workspace import read_workspace

        with open_warehouse(people.warehouse, [people.staged]) as warehouse:
            ingest(read_workspace(people.root), warehouse, AS_OF, lambda line: None)
            return {name: warehouse.frame(f"select * from {name} order by all").rows() for name in TABLES}

    return ingested


def kept_bytes(workspace: Workspace) -> bytes:
    """Everything that lies in the archive."""
    return b"\n".join(path.read_bytes() for path in sorted(workspace.archive.rglob("*")) if path.is_file())


def contacts(kept: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    return [row[:4] for row in kept["accepted.contacts"]]


def test_a_loaded_file_is_archived_as_it_was_exported_under_its_hash(
    drop: Drop, run: Run, workspace: Workspace
) -> None:
    content = ACCOUNTS.replace("\n", "\r\n").encode("utf-16")
    drop("2026-06-26/accounts.csv", content)
    run()
    [entry] = journal(workspace.archive)
    assert entry.stored == "container"
    assert archived(workspace.archive, entry.container).read_bytes() == content


def test_changing_an_export_in_place_does_not_change_the_archive(drop: Drop, run: Run, workspace: Workspace) -> None:
    path = drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    with path.open("r+") as file:
        file.write("ACCOUNT")
    [entry] = journal(workspace.archive)
    assert archived(workspace.archive, entry.container).read_text() == ACCOUNTS


def test_nothing_in_the_archive_is_for_others_to_read(drop: Drop, run: Run, workspace: Workspace) -> None:
    previous = os.umask(0o077)
    try:
        drop("2026-06-26/accounts.csv", ACCOUNTS)
        run()
    finally:
        os.umask(previous)
    for path in [*workspace.archive.rglob("*"), workspace.var / "seen.json"]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_an_archived_file_that_was_changed_is_not_loaded(
    drop: Drop, run: Run, workspace: Workspace, warehouse: Warehouse
) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    [entry] = journal(workspace.archive)
    archived(workspace.archive, entry.container).write_text(ACCOUNTS.replace("Mossgate", "Other"))
    warehouse.execute("delete from meta.files")
    with pytest.raises(RunFailed, match="is not the file that was loaded"):
        run()


def test_a_file_is_kept_by_copying_where_it_cannot_have_a_second_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "x.raw").write_bytes(b"x")
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    keep(tmp_path / "archive", digest, tmp_path / "x.raw")
    assert archived(tmp_path / "archive", digest).read_bytes() == b"x"
    with pytest.raises(RunFailed, match="changed while it was read"):
        keep(tmp_path / "archive", "0" * 64, tmp_path / "x.raw")


def test_dropped_and_hashed_columns_reach_neither_archive_nor_warehouse(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    drop("2026-06-26/people.csv", ROWS)
    kept = run_people()
    for personal in (b"555-01", b"reader.example", b"Reader.example"):
        assert personal not in kept_bytes(people)
    assert "555-01" not in str(kept)
    assert "@" not in str(kept)


def test_a_hashed_column_still_joins(drop: Drop, people: Workspace, run_people: Run) -> None:
    drop("2026-06-26/people.csv", ROWS)
    kept = run_people()
    with open_warehouse(people.warehouse, [people.staged]) as warehouse:
        rows = warehouse.frame("select contact_id, full_name, email from accepted.contacts order by 1").rows()
    salt = privacy_of(people.archive).salt
    assert rows == [
        ("p1", "Ann\nBell", "h-" + hashed("ann@reader.example", salt)),
        ("p2", "Bo", "h-" + hashed("bo@reader.example", salt)),
        ("p4", "Cy", "h-" + hashed("BO@reader.example", salt)),
    ]
    assert [(row[3], row[5]) for row in kept["rejected.rows"]] == [(6, "broken_record"), (8, "footer")]


def test_first_load_and_rebuild_from_the_archive_are_the_same_to_the_byte(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    drop("2026-06-26/people.csv", ROWS.replace("\n", "\r\n").encode("cp1252"))
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    first = run_people()
    shutil.rmtree(people.var)
    shutil.rmtree(people.exports)
    people.exports.mkdir()
    assert run_people() == first


def test_an_original_that_is_dropped_again_is_known(drop: Drop, people: Workspace, run_people: Run) -> None:
    path = drop("2026-06-26/people.csv", ROWS)
    first = run_people()
    shutil.rmtree(people.var / "seen.json", ignore_errors=True)
    (people.var / "seen.json").unlink()
    path.rename(path.with_name("again.csv"))
    again = run_people()
    assert again["accepted.contacts"] == first["accepted.contacts"]
    assert len(journal(people.archive)) == 1


def test_what_lies_beside_personal_data_in_one_archive_is_kept_on_its_own(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("people.csv", ROWS)
        archive.writestr("accounts.csv", ACCOUNTS)
    drop("export_2026-06-26.zip", buffer.getvalue())
    first = run_people()
    assert [entry.stored for entry in journal(people.archive)] == ["member", "member"]
    assert b"555-01" not in kept_bytes(people)
    discard_warehouse(people.warehouse)
    assert run_people() == first


def test_a_sibling_that_comes_later_does_not_bring_personal_data_into_the_archive(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    drop("2026-06-26/people.csv", ROWS)
    run_people()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("people.csv", ROWS)
        archive.writestr("accounts.csv", ACCOUNTS)
    drop("2026-06-26/export.zip", buffer.getvalue())
    run_people()
    assert len(journal(people.archive)) == 2
    assert b"PK\x03\x04" not in kept_bytes(people)


def test_a_column_that_is_dropped_only_now_goes_from_the_warehouse_at_once(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    source = people.sources / "people.toml"
    source.write_text(PEOPLE.replace('drop = ["Home Phone"]\n', ""))
    drop("2026-06-26/people.csv", ROWS)
    assert "555-0102" in str(run_people()["accepted.contacts"])
    source.write_text(PEOPLE)
    assert "555-0102" not in str(run_people())


def test_rows_of_the_forgotten_are_set_aside_without_their_content(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    remember_forgotten(people.archive, "account", ["a2", "Mossgate"])
    drop("2026-06-26/people.csv", ROWS)
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    kept = run_people()
    assert [row[0] for row in kept["accepted.accounts"]] == ["a1"]
    assert [row[0] for row in contacts(kept)] == ["p1", "p4"]
    gone = sorted((row[1], row[3], row[5], row[6]) for row in kept["rejected.rows"] if row[5] == "forgotten")
    assert gone == [("2026-06-26/accounts.csv", 3, "forgotten", None), ("2026-06-26/people.csv", 5, "forgotten", None)]
    assert b"Mossgate" not in kept_bytes(people)
    assert all(row[2] == row[3] + row[4] + row[5] for row in kept["meta.loads"])


def test_a_file_without_any_of_the_forgotten_is_archived_as_it_is(
    drop: Drop, people: Workspace, run_people: Run
) -> None:
    remember_forgotten(people.archive, "account", ["a7", "Reedmarsh"])
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    run_people()
    assert [entry.stored for entry in journal(people.archive)] == ["container"]


def test_who_is_forgotten_is_kept_as_a_salted_hash_only(workspace: Workspace) -> None:
    for _ in range(2):
        remember_forgotten(workspace.archive, "email", ["Ann@Reader.example", " ann@reader.example"])
    lines = (workspace.archive / "forgotten.jsonl").read_text().splitlines()
    assert [json.loads(line).keys() for line in lines] == [{"hash", "kind"}]
    assert "reader" not in lines[0]
    assert privacy_of(workspace.archive).salt == privacy_of(workspace.archive).salt


def test_ids_differ_by_case_and_names_do_not() -> None:
    salt = b"salt"
    assert hashed("0015g00000AbCdE", salt) != hashed("0015g00000aBCdE", salt)
    assert hashed("0015g00000AbCdE", salt) == hashed("0015g00000AbCdEAA1", salt)
    assert hashed(" Mossgate  Ltd ", salt) == hashed("mossgate ltd", salt)


@pytest.mark.parametrize(("value", "expected"), [("12", False), ("a2", False), ("Mossgate", True), ("a@b.c", True)])
def test_a_short_id_tells_nothing_by_itself(value: str, expected: bool) -> None:
    assert is_telling(value) is expected


def test_a_journal_line_cut_off_by_a_crash_counts_as_not_written(drop: Drop, run: Run, workspace: Workspace) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    run()
    path = workspace.archive / "journal.jsonl"
    with path.open("a") as file:
        file.write('{"seq": 2, "load"')
    assert len(journal(workspace.archive)) == 1
    drop("2026-06-27/accounts.csv", ACCOUNTS)
    run()
    assert [entry.seq for entry in journal(workspace.archive)] == [1, 2]


@pytest.mark.parametrize("drop", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)])
@pytest.mark.parametrize("end", ["", "\n"])
def test_columns_are_emptied_alike_at_once_and_record_by_record(
    tmp_path: Path, drop: tuple[int, ...], end: str
) -> None:
    rows = ["preamble;x;y", "a;b;c", *(f'{n};"x;""{n}""";' for n in range(300)), '"";"";""', f";;{'z' * 40}"]
    (tmp_path / "x.csv").write_text("\n".join(rows) + end)
    text = text_of(tmp_path / "x.csv", Dialect(";"))
    assert is_regular(text.records, 3)
    at_once = redacted(text, Redaction(b"", 2, 3, drop), tmp_path / "1.csv").text
    one_by_one = redacted(text, Redaction(b"", 2, 3, drop, forgotten=frozenset("x")), tmp_path / "2.csv").text
    cells = [
        list(csv.reader(one.records.path.read_text().splitlines(), delimiter=one.records.delimiter))
        for one in (at_once, one_by_one)
    ]
    assert cells[0] == cells[1]
    assert cells[0][:2] == [["preamble", "x", "y"], ["a", "b", "c"]]
    assert at_once.records.line_runs() == one_by_one.records.line_runs()
