"""What a robust ingest must handle, point by point of the reference's checklist: whole files through the whole stage."""

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace, read_workspace

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
Own = Callable[..., None]
SETTINGS = '[company]\nname = "Acme"\ntime_zone = "America/New_York"\n[quality]\nmax_reject_pct = 100.0\n'
GOALS = "goal_id,account_id,goal\n"
PAGE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace of a company in New York, where any share of rejects is let through."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "sources").mkdir()
    (tmp_path / "bellwether.toml").write_text(SETTINGS)
    return read_workspace(tmp_path)


@pytest.fixture
def own(workspace: Workspace) -> Own:
    """Writes a source of the workspace's own, `sheet`, for one table; its columns are TOML values by name."""

    def write(table: str, columns: dict[str, str], source: str = "", file: str = "", table_words: str = "") -> None:
        lines = "\n".join(f"{name} = {value}" for name, value in columns.items())
        workspace.sources.joinpath("sheet.toml").write_text(
            f'system = "sheet"\ntitle = "Sheet"\n{source}\n[[file]]\nname = "sheet"\n{file}\n'
            f'[[file.table]]\ntable = "{table}"\n{table_words}\n[file.table.columns]\n{lines}\n',
            encoding="utf-8",
        )

    return write


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in warehouse.frame(sql).rows()]


def goals(warehouse: Warehouse, columns: str = "goal_id, goal") -> list[tuple[Any, ...]]:
    return rows(warehouse, f"select {columns} from accepted.goals order by goal_id")


def rejected(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return rows(warehouse, "select line, column_name, rule, value from rejected.rows order by line, column_name")


def statuses(warehouse: Warehouse) -> dict[str, str]:
    return {str(path): str(status) for path, status in rows(warehouse, "select path, status from meta.files")}


def assert_balanced(warehouse: Warehouse) -> None:
    counts = rows(warehouse, "select rows_read, accepted + rejected + duplicates from meta.loads")
    assert counts
    assert all(read == accounted for read, accounted in counts)


def test_point_01_archives_junk_empty_and_unrelated_files_are_told_apart(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    inner = zipped({"goals.csv": GOALS + "G1,A1,faster\n", "__MACOSX/._goals.csv": b"\x00\x05\x16\x07junk"})
    drop("Export.zip", zipped({"Export-Part-1.zip": inner, "notes.md": "# Notes"}))
    drop("more.csv.gz", gzip.compress((GOALS + "G2,A1,cheaper\n").encode()))
    drop("header only.csv", "goal_id,account_id,goal,metric\n")
    drop("empty.csv", b"")
    drop("unrelated.csv", "sku,colour\n1,red\n")
    view = "Goal,Customer,Metric,Baseline,Target,Due Date,Owner\n"
    drop(f"Goals {PAGE}.csv", view)
    drop(f"Goals {PAGE}_all.csv", view)
    run()
    found = statuses(warehouse)
    assert goals(warehouse) == [("G1", "faster"), ("G2", "cheaper")]
    assert found["Export.zip!Export-Part-1.zip!goals.csv"] == "loaded"
    assert found["header only.csv"] == "loaded"
    assert found["unrelated.csv"] == "unknown"
    assert found["empty.csv"] in ("unknown", "ignored")
    assert not any("__MACOSX" in path for path in found)
    assert_balanced(warehouse)


def test_point_02_the_encoding_is_found_for_each_file(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    texts = {"utf-8": "Zürich", "utf-8-sig": "Málaga", "cp1252": "Köln – “Süd”", "utf-16": "Łódź"}
    for number, (encoding, text) in enumerate(texts.items()):
        table = GOALS + f"G{number},A1,{text}\n"
        drop(f"goals {number}.csv", (table.replace(",", "\t") if encoding == "utf-16" else table).encode(encoding))
    run()
    assert goals(warehouse) == [(f"G{number}", text) for number, text in enumerate(texts.values())]
    assert len(set(rows(warehouse, "select encoding from meta.files"))) >= 3


def test_point_03_delimiters_line_ends_and_quoted_newlines_are_found(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    def table(delimiter: str, end: str, key: str, tail: str = "") -> str:
        cells = (("goal_id", "account_id", "goal"), (key, "A1", '"a, b; c"'), (f"{key}b", "A1", "plain"))
        return "".join(delimiter.join(row) + tail + end for row in cells)

    drop("comma.csv", table(",", "\n", "G1").removesuffix("\n"))
    drop("semicolon.csv", table(";", "\r\n", "G2"))
    drop("tab.tsv", table("\t", "\r", "G3"))
    drop("trailing.csv", table(",", "\n", "G4", tail=","))
    drop("quoted.csv", GOALS + 'G5,A1,"two\nlines"\nG5b,A1,plain\n')
    drop("mixed.csv", f"{GOALS}G6,A1,plain\r\nG6b,A1,plain\n")
    run()
    found = dict(goals(warehouse))
    assert sorted(found) == sorted(f"G{number}{tail}" for number in range(1, 7) for tail in ("", "b"))
    assert {found[f"G{number}"] for number in range(1, 5)} == {"a, b; c"}
    assert found["G5"] == "two\nlines"
    assert_balanced(warehouse)


def test_point_04_the_header_is_found_below_preambles_with_odd_repeated_and_translated_names(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "goals",
        {
            "goal_id": '"Record ID"',
            "account_id": '"Customer"',
            "goal": '{ from = "Topics", type = "list" }',
            "metric": '"NPS"',
        },
        source='aliases = { "Customer" = ["Kunde"] }',
        file='identified_by = ["Record ID", "Customer", "Topics", "NPS"]',
    )
    header = '\ufeff<b>Record\u00a0ID</b>,Kunde,Topics,Topics,NPS®,,"Said ""so"""\n'
    drop("2026-06-26/sheet.csv", f"Report of June,,,,,,\n\n{header}7,A1,speed,price,9,x,y\n")
    run()
    assert goals(warehouse, "goal_id, account_id, goal, metric") == [("7", "A1", "speed; price", "9")]
    assert rows(warehouse, "select column_name from meta.unmapped_columns") == [('Said "so"',)]


def test_point_04_a_transposed_dashboard_is_reported_and_not_loaded(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("board.csv", 'Group,"26 jan 2026\nTickets","27 jan 2026\nTickets"\nOpen,4,5\n')
    report = run()
    assert statuses(warehouse) == {"board.csv": "unknown"}
    assert "laid out sideways" in report.warnings[0]


def test_point_05_footers_and_totals_are_set_aside_by_rule_and_reported(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    aside = 'set_aside = [{ rule = "total_row", where = [{ column = "Goal Id", in = ["Total"] }] }]'
    own(
        "goals",
        {"goal_id": '"Goal Id"', "account_id": '"Customer"', "goal": '"Aim"'},
        file='identified_by = ["Goal Id", "Customer", "Aim"]\nfooter = ["^.?Grand Totals", "^.?Copyright", "^.?Confidential"]',
        table_words=aside,
    )
    footer = '"Grand Totals (1 records)"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    drop("2026-06-26/sheet.csv", f"Goal Id,Customer,Aim\nG1,A1,faster\nTotal,,\n\n{footer}")
    run()
    assert goals(warehouse) == [("G1", "faster")]
    assert [(line, rule) for line, _, rule, _ in rejected(warehouse)] == [
        (3, "total_row"),
        (5, "footer"),
        (6, "footer"),
    ]
    assert rows(warehouse, "select accepted, set_aside from meta.loads") == [(1, 3)]


def test_point_06_every_spelling_of_nothing_is_nothing(drop: Drop, run: Run, warehouse: Warehouse, own: Own) -> None:
    spellings = ["", "-", "NA", "N/A", "#N/A", "null", " ", "000000000000000AAA", "000"]
    own(
        "goals",
        {"goal_id": '"Goal Id"', "account_id": '"Customer"', "metric": '"Parent"', "target": '"Target"'},
        source='nulls = ["000000000000000AAA", "000"]',
        file='identified_by = ["Goal Id", "Customer", "Parent", "Target"]',
    )
    lines = [f"G{number},A1,{text if text != 'NA' else ''},{text}" for number, text in enumerate(spellings)]
    drop("2026-06-26/sheet.csv", "Goal Id,Customer,Parent,Target\n" + "\n".join(lines))
    run()
    assert set(goals(warehouse, "metric, target")) == {(None, None)}
    assert len(goals(warehouse)) == len(spellings)
    assert rejected(warehouse) == []


def test_point_07_ids_stay_texts_and_one_that_a_spreadsheet_rounded_is_refused(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "goals",
        {"goal_id": '"Goal Id"', "account_id": '{ from = "Customer", type = "salesforce_id" }'},
        file='identified_by = ["Goal Id", "Customer"]',
    )
    page = "9f" * 16
    drop(
        "2026-06-26/sheet.csv",
        "Goal Id,Customer\n"
        f"00123,0015g00000ht6rE\n  +77,0015g00000ht6rEAAQ\n{page},0015g00000ht6rEAAQ\n1.03006E+13,0015g00000ht6rEAAQ\n",
    )
    run()
    assert goals(warehouse, "goal_id, account_id") == [(key, "0015g00000ht6rEAAQ") for key in ("+77", "00123", page)]
    assert rejected(warehouse) == [(5, "goal_id", "destroyed_id", "1.03006E+13")]
    [(remedy,)] = rows(warehouse, "select remedy from rejected.rows")
    assert "digits are gone" in remedy


def test_point_08_booleans_are_read_in_all_their_spellings(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "accounts",
        {
            "account_id": '"Id"',
            "account_name": '"Customer"',
            "is_strategic": '{ from = "Critical", default = "false" }',
        },
        file='identified_by = ["Id", "Customer", "Critical"]',
    )
    yes, no = ["1", "TRUE", "True", "true", "Yes", "yes", "checked"], ["0", "FALSE", "False", "false", "No", "no", ""]
    lines = [f"{number:02d},A1,{text}\n" for number, text in enumerate([*yes, *no, "perhaps"])]
    drop("2026-06-26/sheet.csv", "Id,Customer,Critical\n" + "".join(lines))
    run()
    found = rows(warehouse, "select is_strategic from accepted.accounts order by account_id")
    assert found == [(True,)] * len(yes) + [(False,)] * len(no)
    assert [(rule, value) for _, _, rule, value in rejected(warehouse)] == [("unreadable", "perhaps")]


DUE = {"goal_id": '"Goal Id"', "account_id": '"Customer"', "due_on": '"Due"'}


def due(drop: Drop, own: Own, texts: list[str], source: str = "", how: str = '"Due"') -> None:
    own("goals", DUE | {"due_on": how}, source=source, file='identified_by = ["Goal Id", "Customer", "Due"]')
    lines = [f'G{number:02d},A1,"{text}"\n' for number, text in enumerate(texts)]
    drop("2026-06-26/sheet.csv", "Goal Id,Customer,Due\n" + "".join(lines))


def test_point_09_every_form_of_a_day_is_read(drop: Drop, run: Run, warehouse: Warehouse, own: Own) -> None:
    texts = [
        "2031-04-03", "2031-04-03 10:15", "2031-04-03 10:15:30.123456", "2031-04-03T10:15:30.000Z",
        "2031-04-03T10:15:30.000+0200", "2031-04-03 12:43:50 -0400", "3/4/2031", "03-04-2031 20:52", "3/Apr/31 9:41 AM",
        "April 3, 2031", "03.04.2031", "3/4/31 9:41 PM", "13/4/2031", "TBD",
    ]  # fmt: skip
    due(drop, own, texts)
    run()
    expected = [(date(2031, 4, 13 if text.startswith("13") else 3),) for text in texts[:-1]]
    assert goals(warehouse, "due_on") == expected
    assert [(rule, value) for _, _, rule, value in rejected(warehouse)] == [("unreadable", "TBD")]


@pytest.mark.parametrize(
    ("text", "expected"), [("1642777476", date(2022, 1, 21)), ("1642777476321", date(2022, 1, 21))]
)
def test_point_09_seconds_and_milliseconds_are_told_apart(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own, text: str, expected: date
) -> None:
    due(drop, own, [text, text])
    run()
    assert goals(warehouse, "due_on") == [(expected,)] * 2


def test_point_09_a_range_is_read_from_either_side(drop: Drop, run: Run, warehouse: Warehouse, own: Own) -> None:
    due(drop, own, ["April 23, 2024 → May 22, 2024"], how='{ from = "Due", range = "end" }')
    run()
    assert goals(warehouse, "due_on") == [(date(2024, 5, 22),)]


def test_point_09_the_order_of_day_and_month_is_decided_from_the_whole_column(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    due(drop, own, ["03/04/2026"] * 30 + ["31/03/2026"])
    run()
    assert set(goals(warehouse, "due_on")) == {(date(2026, 4, 3),), (date(2026, 3, 31),)}


def test_point_09_an_order_that_cannot_be_decided_is_ambiguous_until_it_is_declared(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    due(drop, own, ["03/04/2026", "05/06/2026", "2026-01-31"])
    run()
    assert goals(warehouse, "due_on") == [(date(2026, 1, 31),)]
    assert [rule for _, _, rule, _ in rejected(warehouse)] == ["ambiguous_date"] * 2
    remedies = {remedy for (remedy,) in rows(warehouse, "select remedy from rejected.rows")}
    assert all("day_first = true" in remedy and "sources/sheet.toml" in remedy for remedy in remedies)
    due(drop, own, ["03/04/2026", "05/06/2026", "2026-01-31"], source="day_first = true")
    run()
    assert goals(warehouse, "due_on") == [(date(2026, 4, 3),), (date(2026, 6, 5),), (date(2026, 1, 31),)]


def test_point_09_a_column_with_both_orders_is_contradictory_and_never_mixed(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    due(drop, own, ["13/01/2026", "01/13/2026", "02/03/2026"])
    run()
    assert goals(warehouse) == []
    assert [rule for _, _, rule, _ in rejected(warehouse)] == ["contradictory_dates"] * 3


def test_point_10_the_time_zone_is_taken_from_where_the_tool_says_it(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "tickets",
        {
            "ticket_id": '"Id"',
            "account_id": '"Customer"',
            "created_at": '{ from = "Started (*)", zone = "header" }',
            "first_response_at": '"Answered (UTC)"',
            "solved_at": '{ from = "Solved", zone = "questions" }',
            "workaround_at": '"Workaround"',
            "rca_on": '{ from = "RCA", zone = "UTC", local_day = true }',
        },
        source='zone = "Europe/Berlin"',
        file='header_rows = 2\nidentified_by = ["Id", "Customer", "Started (*)", "Answered (UTC)", "Solved", "RCA"]',
    )
    question = '"{""ImportId"":""x"",""timeZone"":""America/Denver""}"'
    drop(
        "2026-06-26/sheet.csv",
        f"Id,Customer,Started (America/Lima),Answered (UTC),Solved,Workaround,RCA\n,,,,{question},,\n"
        "1,A1,2026-06-01 10:00:00,2026-06-01 16:00:00,2026-06-01 12:00:00,2026-06-01 19:00:00,2026-06-02 00:00:00\n"
        "2,A1,2026-06-01 10:00:00 PST,2026-06-01 16:00,,,2026-06-02 03:00:00\n",
    )
    run()
    columns = "created_at, first_response_at, solved_at, workaround_at"
    instants = ", ".join(f"strftime(timezone('UTC', {name}), '%H:%M')" for name in columns.split(", "))
    found = rows(warehouse, f"select {instants}, rca_on from accepted.tickets order by ticket_id")
    assert found == [
        ("15:00", "16:00", "18:00", "17:00", date(2026, 6, 2)),
        ("18:00", "16:00", None, None, date(2026, 6, 1)),
    ]


def test_point_10_a_workspace_says_the_zone_of_its_account_and_a_wrong_name_is_an_error(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    columns = {"ticket_id": '"Id"', "account_id": '"Customer"', "created_at": '"Opened"'}
    file = 'identified_by = ["Id", "Customer", "Opened"]'
    own("tickets", columns, source='zone = "Europe/Brelin"', file=file)
    drop("2026-06-26/sheet.csv", "Id,Customer,Opened\n1,A1,2026-06-01 10:00\n")
    report = run()
    assert '"Europe/Brelin"' in report.warnings[0]
    own("tickets", columns, source='zone = "Europe/Berlin"', file=file)
    run()
    assert rows(warehouse, "select hour(timezone('UTC', created_at)) from accepted.tickets") == [(8,)]


INVOICE = {
    "invoice_id": '"Id"', "account_id": '"Customer"', "issued_on": '"Issued"', "due_on": '"Issued"', "amount": '"Amount"',
    "currency": '"Amount Currency"',
}  # fmt: skip


def invoices(drop: Drop, own: Own, cells: list[tuple[str, str]]) -> None:
    own("invoices", INVOICE, file='identified_by = ["Id", "Customer", "Issued", "Amount Currency", "Amount"]')
    lines = [f'{number:02d},A1,2026-06-01,{code},"{amount}"\n' for number, (code, amount) in enumerate(cells)]
    drop("2026-06-26/sheet.csv", "Id,Customer,Issued,Amount Currency,Amount\n" + "".join(lines))


def test_point_11_money_is_read_with_its_currency(drop: Drop, run: Run, warehouse: Warehouse, own: Own) -> None:
    cells = [
        ("USD", "$21,000"), ("usd", "58.8k"), ("EUR", "€0"), ("USD", "1.03444E11"), ("eur", "15.00"), ("", "£12.50"),
        ("GBP", "(250.50)"), ("USD", "21,000-"), ("JPY", "¥1,200"), ("EUR", "$5"), ("USD", "€7"), ("EUR", "USD 7"),
    ]  # fmt: skip
    invoices(drop, own, cells)
    run()
    found = rows(warehouse, "select amount::double, currency from accepted.invoices order by invoice_id")
    assert found == [
        (21000.0, "USD"), (58800.0, "USD"), (0.0, "EUR"), (103444000000.0, "USD"), (15.0, "EUR"), (12.5, "GBP"),
        (-250.5, "GBP"), (-21000.0, "USD"), (1200.0, "JPY"),
    ]  # fmt: skip
    assert [(rule, value) for _, _, rule, value in rejected(warehouse)] == [
        ("currency_conflict", value) for value in ("$5", "€7", "USD 7")
    ]


def test_point_11_the_decimal_mark_is_decided_from_the_whole_column(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    invoices(drop, own, [("EUR", "1.234,56"), ("EUR", "2.000"), ("EUR", "12,5")])
    run()
    found = rows(warehouse, "select amount::double from accepted.invoices order by invoice_id")
    assert found == [(1234.56,), (2000.0,), (12.5,)]


def test_point_12_durations_are_read_in_their_unit_whatever_the_header_says(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    def after(header: str, unit: str) -> str:
        return f'{{ compute = "minutes_after", of = ["Opened", "{header}"], unit = "{unit}" }}'

    own(
        "tickets",
        {
            "ticket_id": '"Id"',
            "account_id": '"Customer"',
            "created_at": '{ from = "Opened", zone = "UTC" }',
            "first_response_at": after("Reply (seconds)", "seconds"),
            "workaround_at": after("Reply (in hrs)", "hours"),
            "solved_at": after("Resolution time", "hours"),
        },
        source='zone = "UTC"',
        file='identified_by = ["Id", "Customer", "Opened", "Reply (seconds)", "Reply (in hrs)", "Resolution time"]',
    )
    header = "Id,Customer,Opened,Reply (seconds),Reply (in hrs),Resolution time\n"
    opened = "2026-06-01 00:00:00"
    drop("2026-06-26/sheet.csv", f"{header}1,A1,{opened},90,26:30:00,36\n2,A1,{opened},1m 30s,0:45,1.5\n")
    run()
    minutes = ", ".join(
        f"(epoch({name}) - epoch(created_at)) / 60" for name in ("first_response_at", "workaround_at", "solved_at")
    )
    found = rows(warehouse, f"select {minutes} from accepted.tickets order by ticket_id")
    assert found == [(1.5, 1590.0, 2160.0), (1.5, 45.0, 90.0)]


def test_point_13_multiple_values_in_cells_columns_relations_ranges_and_json(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "goals",
        {
            "goal_id": '"Goal Id"',
            "account_id": '{ from = "Customer", relation = "name" }',
            "goal": '{ from = "Labels", type = "list", separator = ", " }',
            "metric": '{ from = "Props", json_path = "plan.name" }',
            "unit": '{ from = "Tags", type = "list" }',
            "due_on": '{ from = "When", range = "end" }',
        },
        file='identified_by = ["Goal Id", "Customer", "Labels", "Props", "Tags", "When"]',
    )
    header = "Goal Id,Customer,Labels,Labels,Props,Tags,When\n"
    relation = f'"Acme, Inc (Accounts%20ab/Acme%20{PAGE}.md)"'
    elsewhere = f"Northwind (https://www.notion.so/Northwind-{PAGE})"
    json_cell = '"{""plan"": {""name"": ""gold""}}"'
    tags = '"[""red"", ""green""]"'
    drop(
        "2026-06-26/sheet.csv",
        f'{header}1,{relation},"a, b",c,{json_cell},{tags},"April 23, 2024 → May 22, 2024"\n'
        f'2,{elsewhere},,z,,x;y,"April 23, 2024"\n',
    )
    run()
    assert goals(warehouse, "account_id, goal, metric, unit, due_on") == [
        ("Acme, Inc", "a; b; c", "gold", "red; green", date(2024, 5, 22)),
        ("Northwind", "z", None, "x; y", None),
    ]


def test_point_14_one_concept_is_found_under_its_several_spellings(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "opportunities",
        {
            "opportunity_id": '"Record ID"',
            "account_id": '"Company"',
            "stage": '{ from = "Deal Stage", values = { "Closed Won" = "won", "Won" = "won" } }',
            "close_on": '"Close Date"',
            "is_closed": '{ constant = "true" }',
            "is_won": '{ constant = "true" }',
        },
        source='aliases = { "Record ID" = ["Id", "Ticket ID", "ID"], "Deal Stage" = ["dealstage"] }',
        file='identified_by = ["Record ID", "Company", "Deal Stage", "Close Date"]',
    )
    stages = ["Closed Won", "closed won ", "closedwon", "Won"]
    for number, (header, stage) in enumerate(zip(["Record ID", "Id", "TicketID", "ID"], stages, strict=True)):
        name = "dealstage" if number == 3 else "Deal stage"
        drop(f"2026-06-26/{number}.csv", f"{header},Company,{name},Close Date\n{number},A1,{stage},2026-06-01\n")
    run()
    assert rows(warehouse, "select distinct stage from accepted.opportunities") == [("won",)]
    assert rows(warehouse, "select count(*) from accepted.opportunities") == [(4,)]


QUALTRICS = "StartDate,EndDate,Status,Progress,Finished,RecordedDate,ResponseId,RecipientEmail,ExternalReference,"
QUALTRICS += "DistributionChannel,Q1_NPS_GROUP,Q1\n"


def test_point_15_nps_is_counted_from_the_scores_without_previews_and_unfinished_answers(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    labels = ",".join(f"label {number}" for number in range(12)) + "\n"
    ids = ",".join('"{""ImportId"":""x"",""timeZone"":""UTC""}"' for _ in range(12)) + "\n"
    answers = [  # a score of 8 in group 2, as numeric exports have it; 60% promoters, 20% detractors
        ("0", "1", "3", "10"), ("IP Address", "True", "Promoter", "9"), ("0", "TRUE", "Promoter", "9"),
        ("0", "1", "2", "8"), ("0", "1", "Neutral", "0"), ("1", "1", "Promoter", "10"),
        ("Survey Preview", "True", "Promoter", "10"), ("0", "False", "Promoter", "10"), ("0", "1", "Promoter", "11"),
    ]  # fmt: skip
    lines = [
        f"2026-06-01 10:00:00,2026-06-01 10:05:00,{status},100,{finished},2026-06-01 10:05:01,R_{number},"
        f"p{number}@example.com,0015g00000ht6rEAAQ,email,{group},{score}\n"
        for number, (status, finished, group, score) in enumerate(answers)
    ]
    drop("NPS_June 10, 2026_10.22.csv", QUALTRICS + labels + ids + "".join(lines))
    run()
    [nps] = rows(
        warehouse,
        "select count(*), 100.0 * (count(*) filter (score >= 9) - count(*) filter (score <= 6)) / count(*) "
        "from accepted.survey_responses",
    )
    assert (nps[0], float(nps[1])) == (5, 40.0)
    counted = dict(rows(warehouse, "select rule, count(*) from rejected.rows group by rule"))
    assert counted["survey_preview"] == 2
    assert counted["unfinished"] == 1
    assert [value for _, column, _, value in rejected(warehouse) if column == "score"] == ["11.0"]
    assert_balanced(warehouse)


def test_point_16_repeats_deleted_rows_and_future_dates_are_kept_apart(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    header = "Id,IsDeleted,AccountId,FirstName,LastName,Salutation,Email,ReportsToId,HasOptedOutOfEmail,CreatedDate,SystemModstamp\n"

    def contact(key: str, deleted: str, stamp: str) -> str:
        return (
            f"003000000000{key},{deleted},0015g00000ht6rEAAQ,Ada,Moor,,a@example.com,,0,2026-01-01 00:00:00,{stamp}\n"
        )

    first, gone = contact("001AAA", "0", "2026-06-01 00:00:00"), contact("002AAA", "0", "2026-06-01 00:00:00")
    drop("2026-06-12/Contact.csv", header + first + first + gone)
    drop("2026-06-19/Contact.csv", header + first + gone.replace(",0,0015", ",1,0015"))
    drop("2026-06-19/goals.csv", "goal_id,account_id,goal,due_on\nG1,A1,later,2031-12-31\n")
    run()
    newest = """
        select contact_id, arg_max(_is_deleted, _extracted_at) as is_deleted, max(_extracted_at)::date as seen_on
        from accepted.contacts group by contact_id order by contact_id
    """
    assert [row[:2] for row in rows(warehouse, newest)] == [("003000000000001AAA", False), ("003000000000002AAA", True)]
    assert rows(warehouse, "select max(duplicates) from meta.loads")[0][0] >= 1
    assert goals(warehouse, "due_on") == [(date(2031, 12, 31),)]
    assert_balanced(warehouse)


def test_point_17_a_row_that_names_its_account_by_name_is_kept_whether_or_not_it_matches(
    drop: Drop, run: Run, warehouse: Warehouse, own: Own
) -> None:
    own(
        "goals",
        {"goal_id": '"Goal Id"', "account_id": '"Company name"'},
        file='identified_by = ["Goal Id", "Company name"]',
        table_words='account = "name"',
    )
    drop("2026-06-26/accounts.csv", "account_id,account_name\nA1,AcmePro\n")
    drop("2026-06-26/sheet.csv", "Goal Id,Company name\nG1,Acme Pro\nG2,AcmePro\nG3,Nobody\n")
    run()
    assert goals(warehouse, "account_id, _account_namespace") == [
        ("Acme Pro", "name"), ("AcmePro", "name"), ("Nobody", "name")
    ]  # fmt: skip
    assert rejected(warehouse) == []


def test_point_18_a_workspace_maps_its_own_headers_and_the_others_are_listed(
    drop: Drop, run: Run, warehouse: Warehouse, workspace: Workspace
) -> None:
    workspace.sources.joinpath("product.toml").write_text(
        'extends = "product"\n[[file]]\nname = "usage_daily"\n[[file.table]]\ntable = "usage_daily"\n'
        '[file.table.columns]\nactive_users = ["active_users", "Distinct Users"]\n'
    )
    drop(
        "2026-06-26/usage.csv",
        "TENANT_ID,Date ,feature,distinct  users,event_count,Colour\nt1,2026-06-01,reports,3,9,red\n",
    )
    run()
    assert rows(warehouse, "select account_id, active_users, event_count from accepted.usage_daily") == [("t1", 3, 9)]
    assert rows(warehouse, "select column_name from meta.unmapped_columns") == [("Colour",)]
