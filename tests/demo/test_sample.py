"""The sample workspace in the repository: what its files show, and that the generator still writes them."""

import csv
from pathlib import Path

import pytest

from pipeline.demo import write_planted, write_workspace
from pipeline.demo.canonical import trainings
from pipeline.demo.deals import Contract
from pipeline.demo.finance import controls
from pipeline.demo.people import by_account, met
from pipeline.demo.quirks import ODDITIES, quirks
from pipeline.demo.story import Story
from pipeline.demo.view import View
from tests.demo.reading import contents, only, rows

PLANTED = Path(__file__).with_name("planted.csv")
SHARE = 0.02


@pytest.fixture(scope="module")
def files(sample: Path) -> dict[str, bytes]:
    return contents(sample)


@pytest.fixture(scope="module")
def accounts(files: dict[str, bytes]) -> list[dict[str, str]]:
    found = rows(only(files, "/Account.csv"), "cp1252")
    return [row for row in found if row["IsDeleted"] == "0" and row["Name"]]


def test_the_generator_still_tells_the_sample_s_story(story: Story, files: dict[str, bytes]) -> None:
    contracts: dict[int, list[Contract]] = {}
    for contract in story.contracts:
        contracts.setdefault(contract.account, []).append(contract)
    view = View(story, story.anchor, by_account(met(story)), contracts)
    for name, frame in (("controls", controls(view)), ("trainings", trainings(view))):
        assert frame.write_csv().replace('""', "") == only(files, f"canonical/{name}.csv").decode()


@pytest.mark.nightly
def test_the_generator_writes_the_sample(tmp_path: Path, sample: Path, files: dict[str, bytes]) -> None:
    report = write_workspace(tmp_path / "sample")
    write_planted(report, tmp_path / "planted.csv")
    again = contents(tmp_path / "sample")
    assert {path for path in files.keys() | again.keys() if files.get(path) != again.get(path)} == set()
    assert (tmp_path / "planted.csv").read_text() == PLANTED.read_text()


def test_the_sample_is_small_enough_for_the_repository(sample: Path) -> None:
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) < 15_000_000


def test_every_quirk_of_the_tools_is_in_the_sample(sample: Path) -> None:
    seen = {quirk.quirk for quirk in quirks(sample)}
    assert [oddity.name for oddity in ODDITIES if oddity.name not in seen] == []


def test_each_planted_record_stands_on_its_line(files: dict[str, bytes]) -> None:
    for planted in csv.DictReader(PLANTED.read_text(encoding="utf-8").splitlines()):
        data = files[planted["file"]]
        first = int(planted["line"]) - 1
        record = b"\n".join(data.split(b"\n")[first : first + 3])
        assert planted["value"].encode() in record, planted


def test_no_file_is_damaged_so_much_that_it_would_be_refused(files: dict[str, bytes]) -> None:
    counts: dict[str, int] = {}
    for planted in csv.DictReader(PLANTED.read_text(encoding="utf-8").splitlines()):
        counts[planted["file"]] = counts.get(planted["file"], 0) + 1
    assert {path: n for path, n in counts.items() if n > SHARE * files[path].count(b"\n")} == {}


def test_customers_churned_and_live(accounts: list[dict[str, str]]) -> None:
    by_status = {s: sum(a["Customer_Status__c"] == s for a in accounts) for s in ("Churned", "Active", "Onboarding")}
    assert by_status["Churned"] >= 60
    assert by_status["Onboarding"] >= 6
    assert 150 <= by_status["Active"] + by_status["Onboarding"] <= 200


def test_every_csm_has_over_twenty_live_accounts(accounts: list[dict[str, str]]) -> None:
    live = [a["CSM__c"] for a in accounts if a["Customer_Status__c"] in ("Active", "Onboarding")]
    assert {name: live.count(name) > 20 for name in set(live)} == dict.fromkeys(set(live), True)
    assert len(set(live)) == 4


def test_segments_regions_and_currencies(accounts: list[dict[str, str]]) -> None:
    assert {a["Segment__c"] for a in accounts} == {"Enterprise", "Mid-Market", "SMB", ""}
    assert {a["Region__c"] for a in accounts} == {"NA", "EU", "APAC"}
    assert {a["CurrencyIsoCode"] for a in accounts} == {"USD", "EUR", "GBP", "AUD"}


def test_one_merger(files: dict[str, bytes]) -> None:
    found = rows(only(files, "/Account.csv"), "cp1252")
    merged = [a for a in found if a["MasterRecordId"].startswith("001")]
    assert [a["IsDeleted"] for a in merged] == ["1"]
    assert merged[0]["MasterRecordId"] in {a["Id"] for a in found if a["IsDeleted"] == "0"}
    assert merged[0]["Id"] in {c["AccountId"] for c in rows(only(files, "/Contract.csv"), "cp1252")}


def test_one_urgent_ticket_has_been_open_for_two_days(files: dict[str, bytes]) -> None:
    tickets = rows(only(files, "zendesk/export"))
    waiting = [t for t in tickets if t["Priority"] == "Urgent" and t["Status"] in ("Open", "Pending", "Hold")]
    assert "2026-10-27 10:22" in {t["Created at"] for t in waiting}


def test_self_serve_customers_are_known_to_billing_alone(files: dict[str, bytes]) -> None:
    in_crm = {c["AccountId"] for c in rows(only(files, "/Contract.csv"), "cp1252")}
    subscriptions = rows(only(files, "stripe/subscriptions.csv"))
    alone = {s["Customer ID"] for s in subscriptions if s["salesforce_account (metadata)"] not in in_crm}
    assert len(alone) >= 12


def test_the_books_of_finance_add_up(files: dict[str, bytes]) -> None:
    book: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows(only(files, "canonical/controls.csv")):
        measures = book.setdefault((row["segment"], row["month_on"]), {})
        measures[row["measure"]] = int(row["amount"].replace(".", ""))
    closing: dict[str, int] = {}
    for (segment, month), m in sorted(book.items()):
        gained = m["new"] + m["expansion"] + m["reactivation"] - m["contraction"] - m["churn"]
        assert m["opening"] + gained + m["fx"] == m["closing"], (segment, month)
        assert closing.get(segment, m["opening"]) == m["opening"], (segment, month)
        closing[segment] = m["closing"]
    assert sum(amount for name, amount in closing.items() if name != "all") == closing["all"]
    assert 15_000_000_00 <= closing["all"] <= 25_000_000_00


@pytest.mark.parametrize(
    ("table", "key"),
    [("goals", ("goal_id",)), ("qbrs", ("qbr_id",)), ("signals", ("signal_id",)), ("incidents", ("incident_id",)),
     ("trainings", ("account_id", "user_id", "course")), ("survey_invitations", ("invitation_id",)),
     ("limits", ("account_id", "limit", "measured_on")), ("feedback_items", ("feedback_id",)),
     ("exchange_rates", ("currency", "month_on")), ("controls", ("month_on", "measure", "segment")),
     ("targets", ("period", "measure", "dimension")), ("features", ("feature",))],
)  # fmt: skip
def test_canonical_keys_are_unique(files: dict[str, bytes], table: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[c] for c in key) for row in rows(only(files, f"canonical/{table}.csv"))]
    assert len(keys) == len(set(keys)) > 0


def test_nobody_from_the_source_documents_appears(files: dict[str, bytes]) -> None:
    text = b"\n".join(data for path, data in files.items() if "usage_daily" not in path)
    assert [name for name in (b"Diana Hoang", b"CutListCreator", b"TAI ") if name in text] == []
