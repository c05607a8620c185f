"""The shipped sources hold together, and a workspace can add to them."""

from pathlib import Path

import pytest

from pipeline.ingest.computes import COMPUTES
from pipeline.ingest.headers import Header
from pipeline.ingest.recognise import Recognised, Unrecognised, recognised, unmapped
from schemas.sources import Column, SourceError, read_sources, shipped_sources
from schemas.tables import TABLES

MAPS = [
    pytest.param(file, table, id=f"{system} {file.name} {table.table}")
    for system, source in shipped_sources().items()
    for file in source.file
    for table in file.table
]


@pytest.mark.parametrize(("file", "table"), MAPS)
def test_every_required_column_has_a_mapping(file: object, table: object) -> None:
    assert set(TABLES[table.table].required) <= table.columns.keys()


@pytest.mark.parametrize(("file", "table"), MAPS)
def test_every_computation_exists(file: object, table: object) -> None:
    def named(column: Column | None) -> list[str]:
        return [] if column is None else [*([column.compute] if column.compute else []), *named(column.otherwise)]

    assert {name for column in table.columns.values() for name in named(column)} <= COMPUTES.keys()


@pytest.mark.parametrize(("file", "table"), MAPS)
def test_a_header_of_what_a_source_reads_is_recognised_as_it(file: object, table: object) -> None:
    names = [name for name in file.identified_by if "*" not in name]
    found = recognised([tuple(names)], shipped_sources())
    assert isinstance(found, Recognised)
    assert found.file.name == file.name


def test_case_spaces_marks_and_order_of_a_header_do_not_matter() -> None:
    names = ("\ufeffEVENT_COUNT", " Feature ", "active_users", "tenant_id\u00a0", "Date", "extra")
    found = recognised([names], shipped_sources())
    assert isinstance(found, Recognised)
    assert (found.source.system, unmapped(found)) == ("product", ("extra",))


def test_a_preamble_is_passed_over() -> None:
    rows = [
        ("Usage report",),
        ("tenant_id", "date", "feature", "active_users", "event_count"),
        ("t", "d", "f", "1", "2"),
    ]
    found = recognised(rows, shipped_sources())
    assert isinstance(found, Recognised)
    assert (found.header_record, found.first_record) == (1, 2)


def test_an_unknown_header_names_the_nearest_sources() -> None:
    found = recognised([("Customer ID", "Plan", "Amount", "Colour")], shipped_sources())
    assert isinstance(found, Unrecognised)
    assert "nearest: stripe subscriptions" in found.reason


def test_a_star_stands_for_any_text() -> None:
    header = Header(("Started at (Europe/Berlin)", "Q12_NPS_GROUP", "Q12"))
    assert header.star("Started at (*)") == "Europe/Berlin"
    assert header.star("*_NPS_GROUP") == "Q12"


def test_a_workspace_extends_a_shipped_source(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        'extends = "salesforce"\n[[file]]\nname = "Contract"\n[[file.table]]\ntable = "contracts"\n'
        '[file.table.columns]\narr = "Our_Yearly_Value__c"\n'
    )
    [contract] = [file for file in read_sources(tmp_path)["salesforce"].file if file.name == "Contract"]
    columns = contract.table[0].columns
    assert columns["arr"].from_ == ("Our_Yearly_Value__c",)
    assert columns["starts_on"].from_ == ("StartDate",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('system = "x"\ntitle = "X"\ncolour = "red"\n', "ours.toml:3: colour: unknown key"),
        ('system = "x"\n', "title: missing key"),
        ('extends = "salesfarce"\n', "extends salesfarce, which is no source"),
        ('system = "stripe"\ntitle = "X"\n', 'stripe is described already; write extends = "stripe"'),
        (
            'system = "x"\ntitle = "X"\n[[file]]\nname = "f"\n[[file.table]]\ntable = "tickles"\n',
            "unknown table tickles",
        ),
        ("system = ", "not valid TOML"),
    ],
)
def test_a_source_that_cannot_be_used_says_why(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "ours.toml").write_text(text)
    with pytest.raises(SourceError, match=r"ours\.toml") as error:
        read_sources(tmp_path)
    assert message in str(error.value)
