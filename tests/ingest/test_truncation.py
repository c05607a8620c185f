"""A file cut off anywhere: what is accepted was in the file, and nothing crashes."""

import csv
import io
from pathlib import Path

import pytest

from pipeline.ingest.snapshot import snapshot
from pipeline.ingest.text import text_of

ROOT = Path(__file__).resolve().parents[2]
LAST = 1024
LINES = 26
SHAPES = {
    "unquoted": ["A-{n},2026-05-{d},{n}00.50,plain words {n},open"],
    "quoted": ['"A-{n}","2026-05-{d}","{n}00.50","words, and ""quotes"" {n}","open"'],
    "multi-line": [
        'A-{n},2026-05-{d},{n},"line one\nA-9{n},2026-01-01,7,looks like a record,open\n\nend {n}",open',
        'A-{n},2026-05-{d},{n},"says ""x""\n""y"", then\n",',
    ],
    "last cell quoted": ['A-{n},2026-05-{d},1,x,"ends ""here""\nand, there, are, four\n{n}"'],
    "few quotes": ["A-{n},2026-05-{d},1,x,open", 'A-{n},2026-05-{d},1,"a, b",open', "A-{n},,,,"],
}
HEADER = "account_id,opened_on,amount,note,status"


def shaped(name: str) -> bytes:
    lines = [SHAPES[name][n % len(SHAPES[name])].format(n=n, d=10 + n % 19) for n in range(LINES)]
    return "\n".join([HEADER, *lines, ""]).encode()


def accepted(content: bytes, folder: Path, width: int) -> list[list[str]]:
    """The rows that a load would take from such a file."""
    folder.mkdir()
    path = folder / "cut.csv"
    if b"\r" in content:
        path = snapshot([content], folder).path
    else:
        path.write_bytes(content)
    records = text_of(path).records
    with records.sound(width).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file, delimiter=records.delimiter, strict=True) if row]


def read_strictly(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]


def is_shorter_record(rest: str, row: list[str], delimiter: str) -> bool:
    """Whether what is left of the record that was cut is a record by itself."""
    try:
        return read_strictly(rest, delimiter) == [row]
    except csv.Error:
        return False


def check_every_cut(content: bytes, folder: Path, delimiter: str = ",") -> None:
    text = content.decode().replace("\r\n", "\n")
    whole = read_strictly(text, delimiter)
    width = len(whole[0])
    ends = record_ends(text, delimiter)
    for cut in range(max(1, len(content) - LAST), len(content)):
        part = content[:cut]
        rows = accepted(part, folder / str(cut), width)
        left = part.decode("utf-8", "ignore").replace("\r\n", "\n").replace("\r", "\n")
        done = sum(end <= len(left) for end in ends)
        sure = [row for row in whole[:done] if len(row) == width]
        rest = left[ends[done - 1] :] if done else left
        assert rows[: len(sure)] == sure, cut
        extra = rows[len(sure) :]
        assert not extra or (len(extra) == 1 and is_shorter_record(rest, extra[0], delimiter)), (cut, extra)


def record_ends(text: str, delimiter: str) -> list[int]:
    """The place after each record, its line end not counted."""
    ends, at = [], 0
    pending = ""
    for line in text.split("\n"):
        pending += line
        at += len(line)
        if pending.count('"') % 2 == 0:
            if pending:
                ends.append(at)
            pending = ""
        else:
            pending += "\n"
        at += 1
    return ends


@pytest.mark.parametrize("name", SHAPES)
def test_no_cut_makes_a_wrong_row(tmp_path: Path, name: str) -> None:
    check_every_cut(shaped(name), tmp_path)


def test_no_cut_of_a_file_with_two_byte_line_ends_makes_a_wrong_row(tmp_path: Path) -> None:
    check_every_cut(shaped("multi-line").replace(b"\n", b"\r\n"), tmp_path)


@pytest.mark.parametrize(
    ("path", "delimiter"),
    [("canonical/qbrs.csv", ","), ("stripe/invoices 2023-2024.csv", ";"), ("canonical/feedback_items.csv", ",")],
)
def test_no_cut_of_a_shipped_export_makes_a_wrong_row(tmp_path: Path, path: str, delimiter: str) -> None:
    content = (ROOT / "data" / "sample" / "exports" / "2026-10-30" / path).read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError:
        content = content.decode("cp1252").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    lines = content.split(b"\n")
    check_every_cut(b"\n".join([lines[0], *lines[-16:]]), tmp_path, delimiter)
