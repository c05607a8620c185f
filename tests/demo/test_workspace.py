"""Small workspaces: the same arguments give the same bytes, and an earlier export tells the same story."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.demo import DemoReport, write_workspace
from pipeline.demo.story import ANCHOR
from tests.demo.reading import contents, only, rows

SMALL = 24
EARLIER = ANCHOR - timedelta(days=63)


def written(folder: Path, **changes: object) -> tuple[DemoReport, dict[str, bytes]]:
    arguments = {"accounts": SMALL, "dirt": False} | changes
    report = write_workspace(folder, **arguments)
    return report, {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("today")
    written(folder)
    return folder


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("earlier")
    written(folder, as_of=EARLIER)
    return folder


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a", dirt=True), written(tmp_path / "b", dirt=True)
    assert first == second


def test_another_seed_tells_another_story(tmp_path: Path, today: Path) -> None:
    _, other = written(tmp_path, seed=8)
    path = f"exports/{ANCHOR}/canonical/trainings.csv"
    assert other[path] != (today / path).read_bytes()


def test_an_export_of_an_earlier_day_is_the_one_a_weekly_run_would_have_kept(tmp_path: Path, earlier: Path) -> None:
    later = EARLIER + timedelta(days=7)
    _, weekly = written(tmp_path, as_of=later, weekly_exports=2)
    folder = f"exports/{EARLIER}/"
    kept = {path: data for path, data in weekly.items() if path.startswith(folder)}
    alone = {p.relative_to(earlier).as_posix(): p.read_bytes() for p in earlier.glob(folder + "**/*") if p.is_file()}
    assert kept == alone
    assert {path.split("/")[1] for path in weekly if path.startswith("exports/")} == {str(EARLIER), str(later)}


def test_usage_up_to_a_day_does_not_depend_on_the_export(today: Path, earlier: Path) -> None:
    before = only(contents(earlier), "usage_daily").splitlines()
    after = only(contents(today), "usage_daily").splitlines()
    limit = str(EARLIER).encode()
    assert before[1:] == [line for line in after[1:] if line.split(b",")[1] <= limit]


@pytest.mark.parametrize(
    ("table", "dating"),
    [("survey_invitations", "sent_at"), ("signals", "occurred_on"), ("incidents", "started_at"), ("trainings", "assigned_on"),
     ("feedback_items", "received_on"), ("exchange_rates", "month_on")],
)  # fmt: skip
def test_dated_facts_up_to_a_day_are_identical(today: Path, earlier: Path, table: str, dating: str) -> None:
    outcomes = {"resolved_on", "completed_on", "decision", "decided_on", "shipped_on"}
    limit = f"{EARLIER}T99"

    def facts(root: Path) -> list[dict[str, str]]:
        found = rows(only(contents(root), f"canonical/{table}.csv"))
        return [{k: v for k, v in row.items() if k not in outcomes} for row in found if row[dating] <= limit]

    assert facts(today) == facts(earlier) != []


def test_contracts_known_on_a_day_keep_their_terms(today: Path, earlier: Path) -> None:
    fixed = ("Id", "StartDate", "Contract_End__c", "ARR__c", "Seats__c", "CurrencyIsoCode", "Product__c")

    def terms(root: Path) -> set[tuple[str, ...]]:
        return {tuple(row[c] for c in fixed) for row in rows(only(contents(root), "/Contract.csv"), "cp1252")}

    assert terms(earlier) <= terms(today)


def test_tickets_are_created_once(today: Path, earlier: Path) -> None:
    fixed = ("Id", "Created at", "Subject", "Priority", "Organization")

    def opened(root: Path) -> set[tuple[str, ...]]:
        found = rows(only(contents(root), "zendesk/export"))
        return {tuple(row[c] for c in fixed) for row in found if row["Created at"][:10] <= str(EARLIER)}

    assert opened(earlier) == opened(today) != set()


def test_nothing_in_an_export_happened_after_its_day(earlier: Path) -> None:
    files = contents(earlier)
    tickets = rows(only(files, "zendesk/export"))
    assert max(row["Created at"] for row in tickets)[:10] <= str(EARLIER)
    assert max(row["Solved at"] for row in tickets)[:10] <= str(EARLIER)
    contracts = rows(only(files, "/Contract.csv"), "cp1252")
    assert max(row["CustomerSignedDate"] for row in contracts)[:10] <= str(EARLIER)
    assert max(row["Cancelled_On__c"] for row in contracts)[:10] <= str(EARLIER)
    invoices = rows(only(files, "stripe/invoices.csv"))
    assert max(row["Paid At (UTC)"] for row in invoices)[:10] <= str(EARLIER)


def test_a_clean_workspace_has_no_planted_damage(tmp_path: Path) -> None:
    report, _ = written(tmp_path, as_of=date(2025, 3, 28))
    assert report.planted == ()
