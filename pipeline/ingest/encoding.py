"""In which encoding a file is written, and the file again as UTF-8 with plain line ends.

Most files need neither: what `Clues` gathers while a file is copied shows that it is UTF-8 as it must be. Runs in
the child process that `guard` keeps.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pipeline.ingest.code_pages import WESTERN, code_page_of

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BLOCK = 1024**2
HEAD = 4096
MANY_ZEROS = 0.4
FEW_ZEROS = 0.05
FEW_CONTROLS = 0.04
MISREAD = re.compile(rb"\xc3\x83\xc2[\xa1-\xbf]|\xc3\xa2\xe2\x82\xac|\xc3\x82\xc2\xa0")  # Ã© and its like
_WIDE = tuple(mark for mark, codec in MARKS if codec != "utf-8-sig")
_NO_TEXT = bytes([*range(2, 9), *range(14, 26)])


@dataclass(slots=True)
class Clues:
    """What a look at every block of a file shows about its encoding; the blocks are given to `add` in order."""

    head: bytes = b""
    is_utf8: bool = True
    is_ascii: bool = True
    has_returns: bool = False
    has_nuls: bool = False
    misread: int = 0
    _decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")())

    def add(self, block: bytes) -> None:
        """Take the next block into account."""
        if len(self.head) < HEAD:
            self.head += block[: HEAD - len(self.head)]
        self.has_returns = self.has_returns or b"\r" in block
        self.has_nuls = self.has_nuls or b"\0" in block
        if self.is_utf8 and not (self.is_ascii and block.isascii()):
            self.is_ascii = False
            try:
                self._decoder.decode(block)
            except UnicodeDecodeError:
                self.is_utf8 = False
            self.misread += len(MISREAD.findall(block))

    @property
    def is_text(self) -> bool:
        """Whether the file begins like text in some encoding, and not like a picture or a program."""
        is_wide = self.head.startswith(_WIDE) or bool(_utf16_without_mark(self.head))
        return is_wide or len(self.head.translate(None, delete=_NO_TEXT)) >= len(self.head) * (1 - FEW_CONTROLS)

    @property
    def is_clean(self) -> bool:
        """Whether the file is UTF-8 with plain line ends as it stands, to its last byte."""
        is_whole = self.is_utf8 and not self._decoder.getstate()[0]
        return is_whole and not (self.has_returns or self.has_nuls or self.head.startswith(codecs.BOM_UTF8))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is written: `name` for people, `codec` to read it, and the code page of bytes that are not UTF-8."""

    name: str
    codec: str
    other: str = ""


def encoding_of(path: Path, clues: Clues) -> Encoding:
    """The encoding by byte order mark, UTF-16 without a mark, strict UTF-8, then by what the bytes look like."""
    for mark, codec in MARKS:
        if clues.head.startswith(mark):
            is_damaged = codec == "utf-8-sig" and not clues.is_utf8
            return Encoding(codec.removesuffix("-sig"), codec, WESTERN if is_damaged else "")
    if codec := _utf16_without_mark(clues.head):
        return Encoding(codec, codec)
    if clues.is_utf8:
        return Encoding("utf-8", "utf-8")
    page, is_mixed = code_page_of(path)
    return Encoding(f"mixed utf-8 and {page}", "utf-8", page) if is_mixed else Encoding(page, page)


def as_utf8(path: Path, encoding: Encoding, target: Path) -> tuple[str, ...]:
    """Write the file again as UTF-8 with \\n line ends and without NUL; what had to be done, in words for people."""
    told = _Told()
    with path.open("rb") as source, target.open("wb") as out:
        blocks = _utf8_blocks(source, told) if encoding.codec in ("utf-8", "utf-8-sig") else None
        if blocks is None or encoding.other:
            source.seek(0)
            blocks = (text.encode("utf-8", "replace") for text in _decoded(source, encoding, told))
        for block in _with_plain_ends(blocks):
            told.nul_count += block.count(b"\0")
            out.write(block.replace(b"\0", b""))
    return told.remarks(encoding)


@dataclass(slots=True)
class _Told:
    """What was met while a file was written again."""

    nul_count: int = 0
    repaired: int = 0
    lost: int = 0
    is_cut: bool = False

    def remarks(self, encoding: Encoding) -> tuple[str, ...]:
        said = []
        if encoding.other and self.repaired:
            said.append(f"mixed code pages: bytes that are not UTF-8 are read as {encoding.other} ({self.repaired})")
        if self.lost:
            said.append(f"bytes that are no character of {encoding.other or encoding.name} ({self.lost})")
        if self.is_cut:
            said.append("the file ends inside a character: it is cut off")
        if self.nul_count:
            said.append(f"NUL bytes left out ({self.nul_count})")
        return tuple(said)


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 of mostly plain letters has a zero in every other byte."""
    half = max(1, len(head) // 2)
    first, second = head[0::2].count(0) / half, head[1::2].count(0) / half
    if second >= MANY_ZEROS and first <= FEW_ZEROS:
        return "utf-16-le"
    return "utf-16-be" if first >= MANY_ZEROS and second <= FEW_ZEROS else ""


def _utf8_blocks(source: BinaryIO, told: _Told) -> Iterator[bytes]:
    """The file without its mark, and without a character that its end cuts off."""
    mark = len(codecs.BOM_UTF8)
    source.seek(mark if source.read(mark) == codecs.BOM_UTF8 else 0)
    held = b""
    while block := source.read(BLOCK):
        yield held
        held = block
    told.is_cut = bool(cut := _cut_bytes(held))
    yield held[: len(held) - cut]


def _cut_bytes(text: bytes) -> int:
    """How many bytes at the end of UTF-8 text begin a character that is not complete."""
    for back, byte in enumerate(reversed(text[-3:]), 1):
        if byte >= 0xC0:
            return back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0


def _decoded(source: BinaryIO, encoding: Encoding, told: _Told) -> Iterator[str]:
    """The file's text; bytes that the encoding has no character for are replaced and counted."""
    codec = encoding.codec
    if encoding.other and codec.startswith("utf-8"):
        decoder = codecs.getincrementaldecoder(codec)(_repairing(encoding.other, told))
    else:
        decoder = codecs.getincrementaldecoder(codec)(_counting(told))
    while block := source.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _repairing(other: str, told: _Told) -> str:
    """The name of an error handler that reads bytes which are not UTF-8 in another code page."""

    def handler(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        if error.reason == "unexpected end of data":
            told.is_cut = True
            return "", error.end
        told.repaired += error.end - error.start
        text = error.object[error.start : error.end].decode(other, "replace")
        told.lost += text.count("\ufffd")
        return text, error.end

    codecs.register_error("bellwether.repair", handler)
    return "bellwether.repair"


def _counting(told: _Told) -> str:
    def handler(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        if error.reason in ("truncated data", "unexpected end of data"):
            told.is_cut = True
            return "", error.end
        told.lost += error.end - error.start
        return "\ufffd", error.end

    codecs.register_error("bellwether.count", handler)
    return "bellwether.count"


def _with_plain_ends(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Every kind of line end as \\n, in quoted cells too."""
    held = b""
    for block in blocks:
        block = held + block
        held = b"\r" if block.endswith(b"\r") else b""
        block = block[: len(block) - len(held)]
        yield block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block
    yield held.replace(b"\r", b"\n")
