"""What is inside a file becomes the same text, however it is packed, encoded and written."""

import gzip
import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.ingest.find import Found, Refused
from pipeline.ingest.guard import Guard
from pipeline.ingest.opening import Member
from pipeline.ingest.snapshot import snapshot
from pipeline.ingest.text import Text
from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
Opener = Callable[[str, bytes], list[Member | Refused]]
PLAIN = "id,name\n1,Zoë\n"
ACCOUNTS = "account_id,account_name\na1,Fernhollow\na2,Mossgate\n"


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    """One child process for all tests here."""
    with Guard() as guard:
        yield guard


@pytest.fixture
def opener(guard: Guard, tmp_path: Path) -> Opener:
    """Opens a file of this name and content."""

    def opened(name: str, content: bytes) -> list[Member | Refused]:
        location = tmp_path / name
        location.write_bytes(content)
        return list(guard.opened(Found(name, location), tmp_path / "staged").items)

    return opened


def text_in(items: list[Member | Refused]) -> Text:
    [member] = items
    assert isinstance(member, Member), member
    assert member.text is not None
    return member.text


def reason_in(items: list[Member | Refused]) -> str:
    [refused] = items
    assert isinstance(refused, Refused)
    return refused.reason


def lines_of(text: Text) -> list[int]:
    return [first + at for first, at in zip(range(text.records.count), shifts(text), strict=True)]


def shifts(text: Text) -> Iterator[int]:
    runs = text.records.line_runs()
    for number in range(text.records.count):
        first, line = [run for run in runs if run[0] <= number][-1]
        yield line - first


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "utf-8"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (PLAIN.encode("utf-16-le"), "utf-16-le"),
        (PLAIN.encode("utf-16-be"), "utf-16-be"),
        (PLAIN.encode("utf-32"), "utf-32"),
        (PLAIN.encode("cp1252"), "cp1252"),
        (PLAIN.encode("latin-1"), "cp1252"),
    ],
)
def test_encoding_per_file_with_and_without_byte_order_mark(tmp_path: Path, content: bytes, encoding: str) -> None:
    copy = snapshot([content], tmp_path)
    assert (copy.path.read_bytes().decode(), copy.encoding) == (PLAIN, encoding)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("имя,город\nПривет мир,Москва\nДругая строка,Казань\n", "cp1251"),
        ("nazwa,miasto\nŁódź Żółć,Kraków\nWisła święty,Łódź\n", "cp1250"),
        ("番号,名前\n1,東京の会社です\n2,顧客の成功を支援\n", "shift_jis"),
    ],
)
def test_other_code_pages_are_told_by_their_letters(tmp_path: Path, text: str, codec: str) -> None:
    assert snapshot([text.encode(codec)], tmp_path).path.read_text(encoding="utf-8") == text


def test_mixed_code_pages_in_one_file_are_repaired_by_cell_and_reported(tmp_path: Path) -> None:
    content = PLAIN.encode() + "2,Zoë,".encode("cp1252") + "Åsa\n".encode()
    copy = snapshot([content], tmp_path)
    assert copy.path.read_text(encoding="utf-8") == PLAIN + "2,Zoë,Åsa\n"
    assert copy.encoding == "mixed utf-8 and cp1252"
    assert copy.remarks == ("mixed code pages: bytes that are not UTF-8 are read as cp1252 (1)",)


def test_letters_misread_before_the_export_are_said_and_left_alone(tmp_path: Path) -> None:
    copy = snapshot(["id,name\n1,JosÃ©\n".encode()], tmp_path)
    assert copy.path.read_text(encoding="utf-8") == "id,name\n1,JosÃ©\n"
    assert copy.remarks == ("letters that were misread before the export, such as Ã©, are left so (1)",)


def test_a_file_cut_off_inside_a_character_loses_no_more_than_that(tmp_path: Path) -> None:
    copy = snapshot([b"id,name\n1,Zo\xc3"], tmp_path)
    assert (copy.path.read_text(encoding="utf-8"), copy.encoding) == ("id,name\n1,Zo", "utf-8")
    assert copy.remarks == ("the file ends inside a character: it is cut off",)


def test_nul_bytes_are_left_out_and_counted(tmp_path: Path) -> None:
    copy = snapshot([b"id,name\n1,\0\0Ann\n"], tmp_path)
    assert (copy.path.read_text(), copy.remarks) == ("id,name\n1,Ann\n", ("NUL bytes left out (2)",))


@pytest.mark.parametrize("blocks", [1, 3, 7, 4096])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lf_crlf_cr_and_mixed_ends_in_one_file_become_one_kind(tmp_path: Path, end: str, blocks: int) -> None:
    content = f'id,name{end}1,"two{end}lines"\r\n2,Ann\r3,Bo\n'.encode()
    copy = snapshot([content[at : at + blocks] for at in range(0, len(content), blocks)], tmp_path)
    assert copy.path.read_text() == 'id,name\n1,"two\nlines"\n2,Ann\n3,Bo\n'


def test_zip_instead_of_csv_nested_zip_and_junk_beside_it(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("2026-06-26/accounts.csv", ACCOUNTS)
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("Part-1.zip", inner.getvalue())
        archive.writestr("__MACOSX/._accounts.csv", b"junk")
    drop("export-2dd2990ab3.csv.zip", outer.getvalue())
    [report] = run().files
    assert (report.path, report.status) == ("export-2dd2990ab3.csv.zip!Part-1.zip!2026-06-26/accounts.csv", "loaded")
    assert warehouse.value("select count(*) from accepted.accounts") == 2


def test_header_only_zero_byte_and_unrelated_files_are_told_apart(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/accounts.csv", "account_id,account_name\n")
    drop("2026-06-26/contracts.csv", "")
    drop("2026-06-26/lunch.csv", "day,dish\n2026-06-26,soup\n")
    assert {one.path[11:]: one.status for one in run().files} == {
        "accounts.csv": "loaded",
        "contracts.csv": "ignored",
        "lunch.csv": "unknown",
    }


def test_a_gzip_is_read_as_what_is_in_it(opener: Opener) -> None:
    text = text_in(opener("usage.csv.gz", gzip.compress(PLAIN.encode("utf-16"))))
    assert text.first_records() == [("id", "name"), ("1", "Zoë")]


def test_a_file_that_is_not_what_its_name_says_is_refused(opener: Opener) -> None:
    assert reason_in(opener("a.csv", b"PK\x03\x04rest")) == (
        "is a zip archive or workbook and no text, whatever its name says"
    )


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Renewals")
        sheet.write_row(0, 0, ["id", "name", "day", "flag", "arr", "share", "clock", "formula", "error"])
        sheet.write_row(1, 0, ["007", 'Zoë "x", y\nz'])
        sheet.write_datetime(1, 2, datetime.fromisoformat("2026-01-02"))
        sheet.write_boolean(1, 3, True)
        sheet.write_number(1, 4, 1234.5, book.add_format({"num_format": '"$"#,##0.00'}))
        sheet.write_number(1, 5, 0.45, book.add_format({"num_format": "0%"}))
        sheet.write_number(1, 6, 1.5, book.add_format({"num_format": "[hh]:mm:ss"}))
        sheet.write_formula(1, 7, "=1+1", None, 2)
        sheet.write_formula(1, 8, "=1/0", None, "#DIV/0!")
        sheet.write_row(4, 0, ["008", "Ann"])
        book.add_worksheet("Empty")
    return buffer.getvalue()


def test_each_sheet_of_a_workbook_is_a_table_with_plain_values(opener: Opener) -> None:
    sheet, empty = opener("book.xlsx", workbook())
    assert isinstance(sheet, Member)
    assert isinstance(empty, Member)
    assert (sheet.path, empty.path, empty.text) == ("book.xlsx!Renewals", "book.xlsx!Empty", None)
    text = text_in([sheet])
    assert text.first_records()[1] == (
        "007", 'Zoë "x", y\nz', "2026-01-02 00:00:00", "true", "1234.5", "0.45", "36:00:00", "2", "",
    )  # fmt: skip
    assert lines_of(text) == [1, 2, 5]
    assert text.remarks == ("cells that hold an error of a formula are empty (1)",)


def test_a_sheet_is_known_again_by_its_book_and_name(opener: Opener) -> None:
    content = workbook()
    once, again = opener("book.xlsx", content)[0], opener("renamed.xlsx", content)[0]
    assert isinstance(once, Member)
    assert isinstance(again, Member)
    assert once.snapshot.content_hash == again.snapshot.content_hash


JSON_LINES = rb"""{"event":"view","properties":{"$insert_id":"a","n":1.10,"l":[1,"x"],"deep":{"a":{"b":true}}}}
not json

{"event":"two\r\nlines","properties":{"n":12345678901234567890,"gone":null,"none":{}}}
[1,2]
{"event":"cut
"""


@pytest.mark.parametrize("name", ["e.jsonl", "e.ndjson", "e.json", "e.json.gz"])
def test_json_lines_become_columns_of_dotted_paths_and_no_line_is_lost(opener: Opener, name: str) -> None:
    text = text_in(opener(name, gzip.compress(JSON_LINES) if name.endswith("gz") else JSON_LINES))
    header, *rows = text.first_records()
    assert header == (
        "event", "properties.$insert_id", "properties.n", "properties.l", "properties.deep.a.b", "properties.gone",
        "properties.none",
    )  # fmt: skip
    assert rows == [
        ("view", "a", "1.10", '[1, "x"]', "true", "", ""),
        ("two\nlines", "", "12345678901234567890", "", "", "", "{}"),
    ]
    assert lines_of(text) == [0, 1, 4]
    assert [(one.line, one.reason) for one in text.damaged] == [
        (2, "is no JSON: Expecting value"),
        (5, "is no JSON object with keys"),
        (6, "is no JSON: Invalid control character at"),
    ]


def test_one_array_of_objects_is_read_like_lines(opener: Opener) -> None:
    text = text_in(opener("e.json", b'[\n {"a": 1,\n  "b": {"c": "x"}},\n\n {"a": 2}, {"a": 3}]\n'))
    assert text.first_records() == [("a", "b.c"), ("1", "x"), ("2", ""), ("3", "")]
    assert lines_of(text) == [0, 2, 5, 5]


def test_an_array_that_breaks_off_keeps_what_was_whole_and_says_where(opener: Opener) -> None:
    text = text_in(opener("e.json", b'[{"a": 1},\n{"a": '))
    assert text.first_records() == [("a",), ("1",)]
    assert [(one.line, one.text) for one in text.damaged] == [(2, '{"a": ')]


def test_one_object_that_holds_a_list_is_that_list(opener: Opener) -> None:
    content = b'{\n "tickets": [{"id": 1}, {"id": 2}],\n "count": 2\n}\n'
    assert text_in(opener("tickets.json", content)).first_records() == [("id",), ("1",), ("2",)]


def test_too_many_different_keys_are_no_table(opener: Opener) -> None:
    content = b"\n".join(b'{"k%d": 1}' % number for number in range(5002))
    assert reason_in(opener("e.jsonl", content)) == "has more than 5000 different keys by line 5001"


def test_a_file_without_json_objects_is_refused_with_the_first_reason(opener: Opener) -> None:
    assert reason_in(opener("e.jsonl", b"hello\n")) == "holds no JSON objects; line 1 is no JSON: Expecting value"


def test_a_file_still_growing_is_left_for_the_next_run_and_said(drop: Drop, run: Run) -> None:
    path, is_over = drop("2026-06-26/accounts.csv", ACCOUNTS), threading.Event()

    def grow() -> None:
        with path.open("a", buffering=1) as file:
            while not is_over.is_set():
                file.write("a3,Reedmarsh\n")
                time.sleep(0.001)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        [report] = run().files
    finally:
        is_over.set()
        writer.join()
    assert (report.status, report.note) == ("refused", "is still being written and is left for the next run")
    assert [one.status for one in run().files] == ["loaded"]


def test_the_order_in_which_files_were_put_there_does_not_matter(
    opener: Opener,
) -> None:
    buffers = [io.BytesIO(), io.BytesIO()]
    for buffer, names in zip(buffers, (("a.csv", "b.csv"), ("b.csv", "a.csv")), strict=True):
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                archive.writestr(name, f"id\n{name}\n")
    first, second = ([one.path for one in opener("z.zip", buffer.getvalue())] for buffer in buffers)
    assert first == second == ["z.zip!a.csv", "z.zip!b.csv"]


def test_a_child_that_ends_is_started_anew_and_only_its_file_is_refused(opener: Opener, guard: Guard) -> None:
    deep = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
    assert "nested too deep" in reason_in(opener("deep.jsonl", deep))
    guard._running().kill()  # as the system does when memory runs out
    assert reason_in(opener("a.csv", PLAIN.encode())) == "needs more memory than there is"
    assert text_in(opener("a.csv", PLAIN.encode())).records.count == 2
