"""Which code page the bytes of a file are that are not UTF-8, told by where they stand and by how often.

Runs in the child process that `guard` keeps.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

BLOCK = 1024**2
SAMPLE = 256 * 1024
MIXED_SHARE = 0.1
WESTERN = "cp1252"
_HIGH = bytes(range(128, 256))
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[\xa1-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf]|[\xa1-\xa6\xac-\xaf\xb3\xbc-\xbe](?=[^\W\d_])"
)


def code_page_of(path: Path) -> tuple[str, bool]:
    """The code page of a file that is not UTF-8, or of the bytes in it that are not; and whether the rest is UTF-8."""
    found = _Beyond()
    with path.open("rb") as file:
        while block := file.read(BLOCK) + file.readline(BLOCK):
            if not block.isascii():
                found.add(block)
    page = WESTERN if found.is_western else _likeliest(bytes(found.sample))
    if found.is_mixed:
        return (page if _is_single_byte(page) else WESTERN), True
    return next((one for one in (page, WESTERN) if _decodes(path, one)), "latin-1"), False


@dataclass(slots=True)
class _Beyond:
    """What a file holds that is not ASCII: characters of UTF-8, and samples of the lines and of the bytes that are no
    UTF-8. Lines are looked at one by one until the sample is full."""

    characters: int = 0
    lines: int = 0
    utf8_lines: int = 0
    sample: bytearray = field(default_factory=bytearray)
    strays: bytearray = field(default_factory=bytearray)

    def add(self, block: bytes) -> None:
        """Take some whole lines into account."""
        ascii_count = len(block.translate(None, delete=_HIGH))
        self.characters += len(block.decode("utf-8", "ignore")) - ascii_count
        for line in block.replace(b"\r", b"\n").split(b"\n"):
            if len(self.strays) >= SAMPLE:
                return
            if not line.isascii():
                self._add_line(line[:SAMPLE])

    def _add_line(self, line: bytes) -> None:
        text = line.decode("utf-8", "surrogateescape")
        rest = "".join(one for one in text if one < "\x80" or "\udc80" <= one <= "\udcff")
        is_utf8 = rest.isascii()
        self.lines += 1
        self.utf8_lines += is_utf8
        if not is_utf8:
            self.sample += line + b"\n"
            self.strays += rest.encode("utf-8", "surrogateescape") + b"\n"

    @property
    def is_western(self) -> bool:
        """Whether letters beyond ASCII stand among plain ones as cp1252 has them, and not in whole words."""
        text = bytes(self.strays)
        beyond = len(text) - len(text.translate(None, delete=_HIGH))
        paired = sum(one > 127 and other > 127 for one, other in pairwise(text))
        return paired * 2 < beyond and len(_SIGN_IN_WORD.findall(text.decode(WESTERN, "replace"))) * 10 < beyond

    @property
    def is_mixed(self) -> bool:
        """Whether UTF-8 and another code page stand side by side. East Asian text holds some UTF-8 by chance."""
        is_by_line = self.utf8_lines >= max(1, MIXED_SHARE * self.lines)
        return bool(self.characters) and (is_by_line or self.is_western)


def _likeliest(sample: bytes) -> str:
    """The code page by the frequency of its letters."""
    import charset_normalizer  # slow to import, and few files come here

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best and best.encoding not in ("utf_8", "ascii") else WESTERN


def _decodes(path: Path, codec: str) -> bool:
    with path.open(encoding=codec) as file:
        try:
            while file.read(BLOCK):
                pass
        except UnicodeDecodeError:
            return False
    return True


def _is_single_byte(codec: str) -> bool:
    return len(bytes(range(0xC0, 0xE0)).decode(codec, "replace")) == 0x20
