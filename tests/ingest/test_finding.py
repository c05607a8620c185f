"""Which files of the exports folder are found, what is refused, and what a name tells."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest import containers
from pipeline.ingest.containers import Packed, Unsafe, files_in
from pipeline.ingest.find import Found, Refused, dated_by_name, found_files

Drop = Callable[[str, str | bytes], Path]


def zipped(**entries: bytes) -> bytes:
    """A zip; `__` in a name stands for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def inside(path: str, content: bytes) -> list[Packed | Refused]:
    return list(files_in(path, io.BytesIO(content)))


def refused_in(exports: Path) -> list[tuple[str, str]]:
    return [(one.path, one.reason) for one in found_files(exports, exports) if isinstance(one, Refused)]


def test_exports_are_found_in_every_folder_and_junk_is_not(drop: Drop) -> None:
    names = ("a/accounts.csv", "b/usage.TSV", "b/usage.csv.gz", "c/Export.zip", "d/book.xlsx", "d/events.jsonl.gz")
    for name in (*names, "._accounts.csv", ".hidden/x.csv", "__MACOSX/y.csv", "notes.docx", "README.md"):
        drop(name, "x")
    exports = drop("e.json", "x").parent
    assert [one.path for one in found_files(exports, exports)] == ["e.json", *names]


def test_links_out_of_the_workspace_and_pipes_are_refused(tmp_path: Path, drop: Drop) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    exports = drop("fine.csv", "x").parent
    (exports / "link.csv").symlink_to(secret)
    (exports / "folder").symlink_to(tmp_path)
    os.mkfifo(exports / "pipe.csv")
    assert refused_in(exports) == [
        ("folder", "is a link that leaves the workspace"),
        ("link.csv", "is a link that leaves the workspace"),
        ("pipe.csv", "is not a regular file"),
    ]


def test_a_link_within_the_workspace_is_followed_to_a_file_but_not_to_a_folder(drop: Drop) -> None:
    exports = drop("a/fine.csv", "x").parents[1]
    (exports / "again.csv").symlink_to(exports / "a" / "fine.csv")
    (exports / "b").symlink_to(exports / "a")
    assert [one.path for one in found_files(exports, exports) if isinstance(one, Found)] == ["again.csv", "a/fine.csv"]
    assert refused_in(exports) == [("b", "is a link to a folder; put the files themselves here")]


def test_a_folder_named_like_a_file_is_a_folder(drop: Drop) -> None:
    exports = drop("x.csv/accounts.csv", "x").parents[1]
    assert [one.path for one in found_files(exports, exports)] == ["x.csv/accounts.csv"]


def test_a_name_that_is_not_utf8_is_refused(drop: Drop) -> None:
    exports = drop("fine.csv", "x").parent
    Path(os.fsdecode(os.fsencode(exports) + b"/caf\xe9.csv")).write_text("x")
    assert refused_in(exports) == [("caf?.csv", "has a name that is not UTF-8; rename it")]


def test_entries_of_zips_in_zips_come_in_the_order_of_their_names() -> None:
    part = zipped(**{"Tasks.csv": b"x", "__MACOSX__._Tasks.csv": b"x", ".hidden.csv": b"x", "page.md": b"#"})
    content = zipped(**{"b.csv": b"x", "a.tsv": b"x", "Part-1.zip": part})
    names = ["Export.zip!Part-1.zip!Tasks.csv", "Export.zip!a.tsv", "Export.zip!b.csv"]
    assert [one.path for one in inside("Export.zip", content)] == names


def test_archives_nested_too_deep_are_refused() -> None:
    content = b"x"
    for depth in range(5):
        content = zipped(**{f"{depth}.{'zip' if depth else 'csv'}": content})
    [refused] = inside("deep.zip", content)
    assert isinstance(refused, Refused)
    assert refused.reason == "is nested more than 3 archives deep"


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("MAX_ENTRIES", 1, "holds 2 entries"), ("MAX_BYTES", 10, "unpacks to"), ("MAX_RATIO", 2, "times its size")],
)
def test_an_archive_over_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, reason: str
) -> None:
    monkeypatch.setattr(containers, limit, value)
    monkeypatch.setattr(containers, "SMALL", 10)
    [refused] = inside("bomb.zip", zipped(**{"a.csv": b"0" * 5000, "b.csv": b"0" * 5000}))
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_damaged_zip_is_refused() -> None:
    [refused] = inside("broken.zip", b"PK\x03\x04 not a zip")
    assert isinstance(refused, Refused)
    assert "is a damaged archive" in refused.reason


def test_an_encrypted_entry_is_refused_and_the_others_are_read() -> None:
    content = bytearray(zipped(**{"a.csv": b"x", "b.csv": b"y"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused, other = inside("secret.zip", bytes(content))
    assert isinstance(refused, Refused)
    assert (refused.path, refused.reason) == ("secret.zip!a.csv", "is encrypted; export it without a password")
    assert other.path == "secret.zip!b.csv"


def test_an_entry_larger_than_its_header_says_is_damaged() -> None:
    content = bytearray(zipped(**{"a.csv": b"0" * 5000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + at
        content[place : place + 4] = (100).to_bytes(4, "little")
    [lying] = inside("lying.zip", bytes(content))
    assert isinstance(lying, Packed)
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        entry = Packed("lying.zip!a.csv", archive.open("a.csv"))
        with pytest.raises(Unsafe, match="is damaged: Bad CRC-32"):
            list(entry.blocks())


def test_a_workbook_of_the_old_kind_is_refused_with_what_to_do() -> None:
    [refused] = inside("book.xls", b"\xd0\xcf\x11\xe0")
    assert isinstance(refused, Refused)
    assert refused.reason == "is a format that is not read; export it as CSV or save it as .xlsx"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2026-06-19/salesforce/a.zip!Account.csv", "2026-06-19 00:00:00"),
        ("2026-06-19/tickets 2026-06-26.csv", "2026-06-26 00:00:00"),
        ("tickets_2026-06-26T0914.csv", "2026-06-26 09:14:00"),
        ("export-2026-10-30-0914-2dd2990ab3.csv", "2026-10-30 00:00:00"),
        ("Renewals 2026-06-26.xlsx!Sheet1", "2026-06-26 00:00:00"),
        ("report1642777476321.csv", None),
    ],
)
def test_a_name_tells_when_a_file_was_exported(path: str, expected: str | None) -> None:
    assert dated_by_name(path) == expected
