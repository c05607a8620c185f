"""Which files are found, what is refused, and how their bytes become text."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest import find
from pipeline.ingest.find import Found, Refused, dated_by_name, found_files, members
from pipeline.ingest.snapshot import snapshot

Drop = Callable[[str, str | bytes], Path]


def zipped(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def names_in(root: Path) -> list[str]:
    files = [one for one in found_files(root, root) if isinstance(one, Found)]
    return [one.path if isinstance(one, Refused) else one[0] for file in files for one in members(file)]


def test_tables_are_found_in_folders_zips_and_gzips(tmp_path: Path, drop: Drop) -> None:
    drop("a/accounts.csv", "x")
    drop("b/usage.csv.gz", gzip.compress(b"x"))
    inner = zipped(**{"Tasks.csv": b"x", "_MACOSX__._Tasks.csv": b"x"})
    drop("c/Export.zip", zipped(**{"Part-1.zip": inner, "page.md": b"#"}))
    for junk in ("._accounts.csv", ".hidden/x.csv", "__MACOSX/y.csv", "notes.docx"):
        drop(junk, "x")
    assert names_in(tmp_path / "exports") == [
        "a/accounts.csv", "b/usage.csv.gz", "c/Export.zip!Part-1.zip!Tasks.csv",
    ]  # fmt: skip


def test_links_out_of_the_workspace_and_pipes_are_refused(tmp_path: Path, drop: Drop) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    exports = drop("fine.csv", "x").parent
    (exports / "link.csv").symlink_to(secret)
    os.mkfifo(exports / "pipe.csv")
    refused = [one for one in found_files(exports, exports) if isinstance(one, Refused)]
    assert [(one.path, one.reason) for one in refused] == [
        ("link.csv", "is a link that leaves the workspace"),
        ("pipe.csv", "is not a regular file"),
    ]


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("MAX_ENTRIES", 1, "holds 2 entries"), ("MAX_BYTES", 10, "unpacks to"), ("MAX_RATIO", 2, "times its size")],
)
def test_an_archive_over_a_limit_is_refused(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, reason: str
) -> None:
    bomb = drop("bomb.zip", zipped(**{"a.csv": b"0" * 5000, "b.csv": b"0" * 5000}))
    monkeypatch.setattr(find, limit, value)
    monkeypatch.setattr(find, "SMALL", 10)
    [refused] = members(Found("bomb.zip", bomb))
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_damaged_zip_is_refused(drop: Drop) -> None:
    broken = drop("broken.zip", b"PK\x03\x04 not a zip")
    assert isinstance(next(members(Found("broken.zip", broken))), Refused)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2026-06-19/salesforce/a.zip!Account.csv", "2026-06-19 00:00:00"),
        ("2026-06-19/tickets 2026-06-26.csv", "2026-06-26 00:00:00"),
        ("tickets_2026-06-26T0914.csv", "2026-06-26 09:14:00"),
        ("export-2026-10-30-0914-2dd2990ab3.csv", "2026-10-30 00:00:00"),
        ("report1642777476321.csv", None),
    ],
)
def test_a_name_tells_when_a_file_was_exported(path: str, expected: str | None) -> None:
    assert dated_by_name(path) == expected


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("id,name\n1,Zoë\n".encode(), "utf-8"),
        (b"\xef\xbb\xbf" + "id,name\n1,Zoë\n".encode(), "utf-8"),
        ("id,name\n1,Zoë\n".encode("utf-16"), "utf-16"),
        ("id,name\n1,Zoë\n".encode("utf-16-le"), "utf-16-le"),
        ("id,name\n1,Zoë\n".encode("cp1252"), "cp1252"),
        ("id,name\r\n1,Zoë\r\n".encode(), "utf-8"),
        (b"id,name\r1,Zo\xc3\xab\r", "utf-8"),
    ],
)
def test_every_encoding_and_line_end_becomes_the_same_text(tmp_path: Path, content: bytes, encoding: str) -> None:
    copy = snapshot([content], tmp_path)
    assert (copy.path.read_bytes().decode(), copy.encoding) == ("id,name\n1,Zoë\n", encoding)


def test_lines_of_two_encodings_in_one_file_are_both_read(tmp_path: Path) -> None:
    content = "id,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("cp1252")
    copy = snapshot([content], tmp_path)
    assert copy.path.read_text(encoding="utf-8") == "id,name\n1,Zoë\n2,Zoë\n"
    assert copy.encoding == "mixed utf-8 and cp1252"
