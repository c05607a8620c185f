"""The dialect is decided from the whole of a file, told in a remark, and a standard file is left as it is."""

import csv
from pathlib import Path

import pytest

from pipeline.errors import QualityGate
from pipeline.ingest.grammar import Dialect
from pipeline.ingest.text import Text, text_of

BODY = [
    ["id", "name", "signed", "arr", "note"],
    ["A-1", "Harbor, Lane", "2025-03-01", "1200.50", 'says "later"'],
    ["A-2", "Silo Nine", "2025-03-09", "80", ""],
    ["A-3", "O'Dell", "2025-04-02", "911.00", "two; teams"],
    ["A-4", "Kestrel & Moor", "2025-04-11", "3000", "10:30, Monday"],
]


def written(path: Path, delimiter: str = ",", quote: str = '"', escape: str = '"') -> Path:
    def cell(value: str) -> str:
        if not set(value) & {*delimiter, quote, '"'}:
            return value
        return quote + value.replace(quote, escape + quote) + quote

    text = "".join(delimiter.join(map(cell, row)) + "\n" for row in BODY)
    path.write_text(text, encoding="utf-8")
    return path


def rows(text: Text) -> list[list[str]]:
    with text.records.path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter=text.records.delimiter, strict=True) if row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ", ", "; ", "\t\t", "||", "\\t", ":", " "])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = text_of(written(tmp_path / "export.csv", delimiter))
    assert rows(text) == BODY
    assert text.damaged == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_of_standard_dialect_is_not_written_again(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path / "export.csv", delimiter)
    assert text_of(path).records.path == path
    assert list(tmp_path.iterdir()) == [path]


def test_single_quotes_are_found_and_apostrophes_are_not_taken_for_them(tmp_path: Path) -> None:
    text = text_of(written(tmp_path / "quoted.csv", quote="'", escape="'"))
    assert rows(text) == BODY
    assert "quote is '" in text.remarks
    path = tmp_path / "plain.csv"
    path.write_text("id,name\n1,Kids' hats\n2,Men's socks\n3,O'Dell\n")
    assert text_of(path).remarks == ()


def test_quotes_escaped_by_a_backslash_are_found(tmp_path: Path) -> None:
    text = text_of(written(tmp_path / "export.csv", escape="\\"))
    assert rows(text) == BODY
    assert text.remarks == ("quotes are escaped by \\",)


def test_a_backslash_that_first_escapes_far_below_the_sample_is_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,note\n" + 'A,"plain text"\n' * 20_000 + 'B,"says \\"later\\", twice"\n')
    text = text_of(path)
    assert text.damaged == ()
    assert rows(text)[-1] == ["B", 'says "later", twice']


def test_one_line_escaped_otherwise_does_not_change_how_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('id,note\n1,"a ""b"" c"\n2,"d ""e"" f"\n3,"g \\"h\\" i"\n4,"C:\\\\x"\n')
    text = text_of(path)
    assert rows(text) == [["id", "note"], ["1", 'a "b" c'], ["2", 'd "e" f'], ["4", "C:\\\\x"]]
    assert [one.line for one in text.damaged] == [4]


def test_quotes_in_a_file_that_quotes_nothing_are_text(tmp_path: Path) -> None:
    path = tmp_path / "export.tsv"
    lines = ["id\tsize\tnote", *(f'{at}\t"{at} inch\ta {at}" pipe' for at in range(20))]
    path.write_text("\n".join(lines) + "\n")
    text = text_of(path)
    assert rows(text)[1] == ["0", '"0 inch', 'a 0" pipe']
    assert text.remarks == ("delimiter is tab", "nothing is quoted")


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a;b\n1,5;2\n2,5;3\n", ";"),
        ("a,b\n1;5,2\n2;5,3\n", ","),
        ("when,text\n10:30,one two\n11:45,three four\n", ","),
        ("Report of June\nby Ines\n\na;b;c\n1;2;3\n4;5;6\n", ";"),
        ('"a";"b";"c"\n"1";"2";"3"\n\n"Weekly report"\n"Copyright (c) 2026, Example, inc."\n"Acme"\n', ";"),
        ("a|b\n1|2\n3|4\n\nx,y,z\n", "|"),
        ("only\nwords, here\nand more, too\n", ","),
        ("one\n2\n3\n", ","),
        ("a,b;c\n", ","),
        ("a\tb\tc\nx, y\t1\t2\nu, v\t3\t4\n", "\t"),
    ],
)
def test_preambles_footers_and_other_marks_do_not_mislead(tmp_path: Path, content: str, delimiter: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(content)
    text = text_of(path)
    assert (text.records.delimiter, text.damaged) == (delimiter, ())


def test_a_sample_that_misleads_is_corrected_by_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("note, of the writer\n" * 3_000 + "a;b;c\n" + "1;2;3\n" * 60_000)
    assert text_of(path).records.delimiter == ";"


def test_what_is_declared_is_not_decided_again(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("a,b;c\n1,2;3\n")
    assert rows(text_of(path, Dialect(";"))) == [["a,b", "c"], ["1,2", "3"]]


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(bytes(range(256)) * 500)
    with pytest.raises(QualityGate, match="is not text"):
        text_of(path)


def test_nul_bytes_in_text_are_dropped_and_told(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"id,name\n1,Si\0lo\n" + b"2,Harbor Lane Foods of the North\n" * 40)
    text = text_of(path)
    assert rows(text)[1] == ["1", "Silo"]
    assert text.remarks == ("1 NUL byte dropped",)


def test_line_ends_of_other_systems_are_plain_after_mending(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b'id,name\r\n1,"two\r\nlines"\r2,x\n')
    assert rows(text_of(path)) == [["id", "name"], ["1", "two\nlines"], ["2", "x"]]
