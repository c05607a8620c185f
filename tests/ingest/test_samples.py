"""Every export that ships has a sample, and each sample becomes what is written beside it (format: `sampled.py`)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest.recognise import Unrecognised, recognised
from pipeline.warehouse import open_warehouse
from schemas.sources import shipped_sources
from schemas.sources.canonical import SYSTEM
from tests.ingest.sampled import (
    OUTCOME,
    SAMPLES,
    Outcome,
    Section,
    expectations,
    expected,
    ingested,
    outcome,
    systems,
    written,
)

SHIPPED = {system: source for system, source in shipped_sources().items() if system != SYSTEM}
CONFIDENCE = {f"{system} {file.name}": file.confidence for system, source in SHIPPED.items() for file in source.file}
NOTHING = Section((), ())


@pytest.fixture(scope="module")
def warehouse_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The warehouse of a system's samples, made once."""
    made: dict[str, Path] = {}

    def warehouse(system: str) -> Path:
        if system not in made:
            made[system] = ingested(system, tmp_path_factory.mktemp(system) / "workspace")
        return made[system]

    return warehouse


@pytest.mark.parametrize("system", SHIPPED)
def test_every_export_has_a_sample(system: str) -> None:
    sampled = {expected(path).about["file"] for path in expectations(system)}
    assert [file.name for file in SHIPPED[system].file if f"{system} {file.name}" not in sampled] == []


@pytest.mark.parametrize("system", systems())
def test_every_sample_has_its_outcome_beside_it(system: str) -> None:
    outcomes = {path.name.removesuffix(OUTCOME).split("!")[0] for path in expectations(system)}
    assert outcomes == {path.name for path in (SAMPLES / system).iterdir() if not path.name.endswith(OUTCOME)}


@pytest.mark.parametrize("path", expectations(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_becomes_what_is_written_beside_it(path: Path, warehouse_of: Callable[[str], Path]) -> None:
    wanted = expected(path)
    with open_warehouse(warehouse_of(path.parent.name), []) as warehouse:
        found = outcome(warehouse, path.name.removesuffix(OUTCOME), wanted.sections)
    assert _differences(wanted, found) == [], f"it became:\n{written(found)}"


def _differences(wanted: Outcome, found: Outcome) -> list[str]:
    status = wanted.about.get("status", "loaded")
    facts = [
        f"{key} is {found.about[key]!r}, not {value!r}"
        for key, value in {"status": status, "file": wanted.about["file"]}.items()
        if found.about[key] != value and (key == "status" or status == "loaded")
    ]
    if status != "loaded":
        return facts + [f"note is {found.about['note']!r}"] * (wanted.about.get("note", "") not in found.about["note"])
    if wanted.about.get("unmapped", "") != found.about["unmapped"]:
        facts.append(f"unmapped is {found.about['unmapped']!r}")
    if wanted.about.get("confidence") != CONFIDENCE.get(wanted.about["file"]):
        facts.append(f"confidence is {CONFIDENCE.get(wanted.about['file'])!r}")
    return [*facts, *_missing(wanted, found), *_not_complete(wanted, found)]


def _missing(wanted: Outcome, found: Outcome) -> list[str]:
    return [
        f"{name} has no row {' | '.join(row)}"
        for name, section in wanted.sections.items()
        if name not in ("counts", "rejected")
        for row in section.rows
        if row not in found.sections[name].rows
    ]


def _not_complete(wanted: Outcome, found: Outcome) -> list[str]:
    return [
        f"{name} differ"
        for name in ("counts", "rejected")
        if sorted(wanted.sections.get(name, NOTHING).rows) != sorted(found.sections[name].rows)
    ]


@pytest.mark.parametrize(
    "header",
    [
        ("id", "name", "status"),
        ("ID", "Name", "Email", "Created"),
        ("Name", "Status", "Owner", "Due Date"),
        ("Date", "Amount", "Currency", "Description"),
        ("Account Name", "Owner", "Amount", "Close Date"),
        ("Customer", "Status", "Start Date", "End Date"),
        ("Employee Id", "First Name", "Last Name", "Department", "Manager"),
        ("SKU", "Product", "Quantity", "Price", "Warehouse"),
    ],
    ids=", ".join,
)
def test_a_header_that_any_tool_could_write_is_nobodys(header: tuple[str, ...]) -> None:
    assert isinstance(recognised([header], shipped_sources()), Unrecognised)


@pytest.mark.parametrize(
    ("source", "header"),
    [
        ("hubspot deals", "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline"),
        ("hubspot deals", "hs_object_id,dealname,dealstage,closedate,amount,pipeline,createdate"),
        ("salesforce opportunity report", "Opportunity Name,Account Name,Stage,Close Date,Amount"),
        ("salesforce Opportunity", "Id,Name,AccountId,Account.Name,StageName,Amount,CloseDate,IsWon,IsClosed"),
        ("clari opportunity grid", "Opp ID,Opp Name,Account,Opp Owner,Stage,Close Date,Amount,Clari Score"),
        (
            "freshdesk tickets",
            "Ticket ID,Subject,Status,Priority,Agent,Group,Created time,Resolved time,Last update time,"
            "Initial response time,Agent interactions,Customer interactions,Company Name",
        ),
        (
            "freshservice tickets",
            "Ticket Id,Subject,Status,Priority,Urgency,Impact,Requester Name,Requester Email,Agent,Created Time,"
            "Last Updated Time,Resolved Time,Survey Result",
        ),
        ("hubspot tickets", "Ticket ID,Ticket name,Ticket status,Pipeline,Create date,Priority,Ticket owner"),
        ("salesforce case report", "Case Owner,Case Number,Account Name,Subject,Status,Priority,Date/Time Opened"),
        ("chargebee subscriptions", "subscription_id,customer_id,status,plan_id,mrr,currency_code,started_at"),
    ],
    ids=lambda value: value.split(",")[0],
)
def test_neighbours_are_told_apart_by_a_part_of_their_headers(source: str, header: str) -> None:
    found = recognised([tuple(header.split(","))], shipped_sources())
    assert not isinstance(found, Unrecognised), found.reason
    assert f"{found.source.system} {found.file.name}" == source
