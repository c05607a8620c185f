"""A private copy of one export as UTF-8 with plain line ends, named by the hash of what was exported."""

import codecs
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile

import charset_normalizer

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 256 * 1024
MIXED = "mixed utf-8 and cp1252"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One export as it was found: the hash and size of its own bytes, its encoding, and the UTF-8 copy."""

    content_hash: str
    byte_count: int
    encoding: str
    path: Path


def snapshot(blocks: Iterable[bytes], folder: Path) -> Snapshot:
    """Copy `blocks` into `folder` as `<sha256>.csv`; a copy that is there already is used again."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=folder, suffix=".raw", delete=False) as raw:
        for block in blocks:
            digest.update(block)
            size += len(block)
            raw.write(block)
    try:
        encoding = encoding_of(Path(raw.name))
        target = folder / f"{digest.hexdigest()}.csv"
        _transcode(Path(raw.name), encoding, target)
    finally:
        Path(raw.name).unlink()
    return Snapshot(digest.hexdigest(), size, encoding.removesuffix("-sig"), target)


def encoding_of(path: Path) -> str:
    """The encoding by byte order mark, strict UTF-8, UTF-16 without mark, then by what the bytes look like."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if head[:200].count(0) > len(head[:200]) // 3:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if _decodes(path, "utf-8"):
        return "utf-8"
    return _single_byte(path)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(SAMPLE * 4):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(path: Path) -> str:
    lines = [line for line in path.read_bytes().split(b"\n") if not line.isascii()]
    high = b"\n".join(lines)[:SAMPLE]
    if any(_is_utf8(line) for line in lines):
        return MIXED
    if _stands_alone(high) and _decodes(path, "cp1252"):
        return "cp1252"
    best = charset_normalizer.from_bytes(high).best()
    return best.encoding if best and _decodes(path, best.encoding) else "latin-1"


def _stands_alone(text: bytes) -> bool:
    """Whether letters beyond ASCII stand among plain ones, as in Western languages, and not in whole words."""
    beyond = sum(byte > 127 for byte in text)
    paired = sum(one > 127 and other > 127 for one, other in pairwise(text))
    return paired * 2 < beyond


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _transcode(raw: Path, encoding: str, target: Path) -> None:
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="\n") as out:
        if encoding == MIXED:
            out.writelines(_line_as_text(line) for line in raw.read_bytes().splitlines(keepends=True))
        else:
            with raw.open(encoding=encoding) as text:  # every kind of line end becomes \n
                while block := text.read(SAMPLE * 4):
                    out.write(block)
    part.replace(target)


def _line_as_text(line: bytes) -> str:
    text = line.decode("utf-8") if _is_utf8(line) else line.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
