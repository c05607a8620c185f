"""An account or a person is forgotten: gone from what is kept, not brought back, and what remains is said."""

import hashlib
from pathlib import Path

import pytest

from tests.commanding import ACCOUNTS, AS_OF, GOALS, GOOD_GOALS, Commands, acme

__all__ = ["acme"]

CONTACTS = "contact_id,account_id,full_name,email\n" + "".join(
    f"p{number},a{number % 3 + 1},Person {number},person{number}@reader.example\n" for number in range(30)
)
EMAIL = "person7@reader.example"


@pytest.fixture
def people(acme: Commands) -> Commands:
    """Accounts, contracts, contacts and goals, loaded, and two published days of which one names Mossgate."""
    acme.put(f"{AS_OF}/contacts.csv", CONTACTS)
    acme.put(f"{AS_OF}/goals.csv", GOALS + GOOD_GOALS + f"g90,a3,Write to {EMAIL} about it,2026-12-01\n")
    assert acme("ingest", "-q").code == 0
    digest = hashlib.sha256(b"a2").hexdigest()[:8]
    pack = acme.root / "out" / AS_OF / "customer" / "no-csm" / f"mossgate-{digest}"
    pack.mkdir(parents=True)
    (pack / "qbr.html").write_text("<h1>Mossgate</h1>")
    (acme.root / "out" / AS_OF / "index.html").write_text("Fernhollow &amp; Mossgate")
    other = acme.root / "out" / "2026-06-19"
    other.mkdir()
    (other / "index.html").write_text("Fernhollow")
    return acme


def archived_text(commands: Commands) -> str:
    files = (path for path in sorted((commands.root / "archive").rglob("*")) if path.is_file())
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_a_forgotten_account_is_gone_from_warehouse_archive_and_packs(people: Commands) -> None:
    told = people("forget", "Mossgate", "--yes", "--json").result
    assert (told["is_done"], told["accounts"]) == (True, ["a2"])
    assert told["rows"]["contacts"] == 10
    assert people.rows("select account_id from accepted.accounts order by 1") == [("a1",), ("a3",)]
    for table in ("contracts", "contacts"):
        assert people.rows(f"select count(*) from accepted.{table} where account_id = 'a2'") == [(0,)]
    kept = archived_text(people)
    assert "Mossgate" not in kept
    assert "person1@reader.example" not in kept
    assert "person2@reader.example" in kept
    assert not list((people.root / "out").glob("*/customer/*/*"))


def test_what_still_names_it_is_said_and_left_alone(people: Commands) -> None:
    (people.root / "notes").mkdir()
    (people.root / "notes" / "a2.md").write_text("They like short decks.\n")
    before = (people.root / "exports" / AS_OF / "accounts.csv").read_bytes()
    said = people("forget", "a2", "--yes")
    assert said.code == 0
    assert f"exports/ still holds: {AS_OF}/accounts.csv" in said.out
    assert "correct by hand: notes/a2.md" in said.out
    assert f"weekly --as-of {AS_OF}" in said.out
    assert "2026-06-19" not in said.out
    assert (people.root / "exports" / AS_OF / "accounts.csv").read_bytes() == before


def test_a_later_export_does_not_bring_it_back_and_a_rebuild_neither(people: Commands) -> None:
    people("forget", "a2", "--yes")
    people.put("2026-06-30/accounts.csv", ACCOUNTS.replace("Reedmarsh", "Reedmarsh Ltd"))
    assert people("ingest", "-q").code == 0
    names = "select distinct account_name from accepted.accounts order by 1"
    assert people.rows(names) == [("Fernhollow",), ("Reedmarsh",), ("Reedmarsh Ltd",)]
    (people.root / "var" / "warehouse.duckdb").unlink()
    assert people("ingest", "-q").code == 0
    assert people.rows(names) == [("Fernhollow",), ("Reedmarsh",), ("Reedmarsh Ltd",)]
    assert "Mossgate" not in archived_text(people)


def test_a_forgotten_person_is_cut_out_of_texts_and_only_a_hash_is_kept(people: Commands) -> None:
    told = people("forget", EMAIL, "--yes", "--json").result
    assert (told["kind"], told["rows"]) == ("email", {"contacts": 1})
    assert people.rows("select count(*) from accepted.contacts") == [(29,)]
    assert people.rows("select goal from accepted.goals where goal_id = 'g90'") == [("Write to  about it",)]
    kept = archived_text(people)
    assert EMAIL not in kept
    assert (people.root / "archive" / "forgotten.jsonl").read_text().count("\n") == 1


def test_a_short_id_is_looked_for_only_where_accounts_are_named(acme: Commands) -> None:
    acme.put(f"{AS_OF}/accounts.csv", "account_id,account_name,employees\n12,Fernhollow,7\n13,Mossgate,12\n")
    contracts = "contract_id,account_id,starts_on,arr,seats\nc1,12,2026-01-01,10,5\nc2,13,2026-01-01,10,12\n12,13,2026-01-01,9,1\n"
    acme.put(f"{AS_OF}/contracts.csv", contracts)
    acme("ingest", "-q")
    acme("forget", "12", "--yes")
    assert acme.rows("select account_id, employees from accepted.accounts") == [("13", 12)]
    assert acme.rows("select contract_id from accepted.contracts order by 1") == [("12",), ("c2",)]


def test_corrections_of_forgotten_records_go_too(people: Commands) -> None:
    people.put("2026-06-27/contacts.csv", CONTACTS + "p90,,Ann,person90@reader.example\n")
    people("ingest", "-q")
    path = people.root / "wrong.csv"
    people("quarantine", "export", "-o", path)
    path.write_text(path.read_text(encoding="utf-8-sig").replace('"p90",""', '"p90","a2"'), encoding="utf-8")
    assert "1 accepted" in people("replay", path).out
    people("forget", "a2", "--yes")
    assert "person90" not in archived_text(people)
    assert people.rows("select count(*) from accepted.contacts where contact_id = 'p90'") == [(0,)]


def test_nothing_goes_without_a_yes(people: Commands) -> None:
    before = archived_text(people)
    for arguments in (("forget", "a2"), ("forget", "a2", "--json")):
        assert people(*arguments).code == 2
    dry = people("forget", "a2", "--dry-run")
    assert (dry.code, "would be forgotten" in dry.out) == (0, True)
    assert archived_text(people) == before
    assert people("forget", "Nobody Ltd", "--yes").code == 2


def test_a_person_nobody_knows_yet_can_be_kept_out(people: Commands) -> None:
    assert people("forget", "future@reader.example", "-y").code == 0
    people.put("2026-06-30/contacts.csv", CONTACTS + "p99,a1,Future,Future@Reader.example\n")
    people("ingest", "-q")
    assert people.rows("select count(*) from accepted.contacts where contact_id = 'p99'") == [(0,)]
    assert not list(Path(people.root, "archive").rglob("*.part"))
