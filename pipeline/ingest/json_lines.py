"""JSON lines as CSV text whose headers are dotted paths such as `properties.$insert_id`.

Objects are taken apart, lists and what is nested deeper stay JSON. A line that is no object is damaged, with its number
and the reason. A file that is one array of objects is read the same way. Runs in the child process that `guard` keeps.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pipeline.ingest.containers import Unsafe
from pipeline.ingest.mend import MAX_DAMAGED, Damaged
from pipeline.ingest.records import MAX_RECORD_BYTES
from pipeline.ingest.table_text import MAX_COLUMNS, Row, plain_cell, text_of_rows
from pipeline.ingest.text import Text

MAX_DEPTH = 8
AT_MOST = 2000
WINDOW = 1024**2
MAX_WHOLE = 64 * 1024**2
Read = tuple[int, dict[str, str]] | Damaged


class Written(float):
    """A number with a fraction, with the digits that stand in the file."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


_DECODER = json.JSONDecoder(parse_float=Written, parse_constant=str)


def text_of_json(path: Path) -> Text:
    """The objects of a file as CSV beside it. Raises Unsafe for too many different keys, and where no object is."""
    names: dict[str, int] = {}
    damaged: list[Damaged] = []
    for one in _objects(path):
        if isinstance(one, Damaged):
            damaged.append(one)
            continue
        for name in one[1]:
            names.setdefault(name, len(names))
        if len(names) > MAX_COLUMNS:
            raise Unsafe(f"has more than {MAX_COLUMNS} different keys by line {one[0]}")
        if len(damaged) > MAX_DAMAGED:
            raise Unsafe(f"has more than {MAX_DAMAGED} lines that are no JSON objects by line {one[0]}")
    if not names:
        raise Unsafe("holds no JSON objects" + "".join(f"; line {one.line} {one.reason}" for one in damaged[:1]))
    return text_of_rows(_rows(path, list(names)), path.with_suffix(".table.csv"), damaged, ("JSON",))


def _rows(path: Path, names: Sequence[str]) -> Iterator[Row]:
    """The header on line 0, then a row for each object."""
    yield 0, names
    for one in _objects(path):
        if not isinstance(one, Damaged):
            yield one[0], [one[1].get(name, "") for name in names]


def _objects(path: Path) -> Iterator[Read]:
    with path.open(encoding="utf-8") as file:
        head = file.read(1024).lstrip()
        file.seek(0)
        if head.startswith("["):
            yield from _elements(file)
        elif path.stat().st_size <= MAX_WHOLE and (listed := _listed(file.read())):
            yield from (_taken_apart(number, one, json.dumps(one)) for number, one in enumerate(listed, 1))
        else:
            file.seek(0)
            yield from _lines(file)


def _listed(text: str) -> list[Any]:
    """The longest list of a file that is one object, as the answer of an API is; its elements have no lines of their
    own and are numbered. Empty for any other file."""
    first = text.lstrip().partition("\n")[0]
    try:
        whole = None if _is_whole(first) and first.strip() != text.strip() else _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return []
    lists = [one for one in whole.values() if isinstance(one, list)] if isinstance(whole, dict) else []
    longest = max(lists, key=len, default=[])
    return longest if longest and all(isinstance(one, dict) for one in longest) and len(lists) == 1 else []


def _is_whole(line: str) -> bool:
    return isinstance(_read(0, line), tuple)


def _lines(file: TextIO) -> Iterator[Read]:
    number = 0
    while line := file.readline(MAX_RECORD_BYTES):
        number += 1
        if not line.endswith("\n") and len(line) == MAX_RECORD_BYTES:
            while (rest := file.readline(MAX_RECORD_BYTES)) and not rest.endswith("\n"):
                pass
            yield Damaged(number, line[:AT_MOST], f"more than {MAX_RECORD_BYTES} characters")
        elif line.strip():
            yield _read(number, line)


def _read(number: int, line: str) -> Read:
    try:
        value, end = _DECODER.raw_decode(line.lstrip())
    except (ValueError, RecursionError) as broken:
        return Damaged(number, line[:AT_MOST].rstrip("\n"), f"is no JSON: {_reason(broken)}")
    if line.lstrip()[end:].strip():
        return Damaged(number, line[:AT_MOST].rstrip("\n"), "is no JSON: something follows the object")
    return _taken_apart(number, value, line)


def _taken_apart(number: int, value: Any, text: str) -> Read:
    if not isinstance(value, dict) or not value:
        return Damaged(number, text[:AT_MOST].rstrip("\n"), "is no JSON object with keys")
    cells: dict[str, str] = {}
    _fill(cells, "", value, 1)
    return number, cells


def _fill(cells: dict[str, str], path: str, value: dict[str, Any], depth: int) -> None:
    """The leaves of an object by dotted path; of two that are called alike the first with text stays."""
    for key, item in value.items():
        name = f"{path}{plain_cell(key)}"
        if isinstance(item, dict) and item and depth < MAX_DEPTH:
            _fill(cells, f"{name}.", item, depth + 1)
        elif not cells.get(name):
            cells[name] = _cell(item)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return plain_cell(value)
    if value is None:
        return ""
    if isinstance(value, Written):
        return value.text
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else str(value)


def _elements(file: TextIO) -> Iterator[Read]:
    """The elements of one array. After what is no JSON nothing can be told apart: the rest is damaged as a whole."""
    window = _Window(file)
    window.take("[")
    while not window.starts_with("]"):
        number, shown = window.line, window.text[window.at : window.at + AT_MOST]
        try:
            value, text = window.value()
        except (ValueError, RecursionError) as broken:
            yield Damaged(number, shown, f"is no JSON from here to the end of the file: {_reason(broken)}")
            return
        yield _taken_apart(number, value, text)
        if not window.starts_with("]") and not window.take(","):
            shown = window.text[window.at : window.at + AT_MOST]
            yield Damaged(window.line, shown, "is no JSON from here to the end of the file: a comma is missing")
            return
    window.take("]")
    if window.skip_blanks():
        shown = window.text[window.at : window.at + AT_MOST]
        yield Damaged(window.line, shown, "follows the end of the array")


class _Window:
    """The part of a long text that is being read."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.text, self.at, self.line = file, "", 0, 1

    def skip_blanks(self) -> bool:
        """Go to the next mark; whether there is one."""
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.line += self.text[self.at] == "\n"
                self.at += 1
            if self.at < len(self.text) or not self._more():
                return self.at < len(self.text)

    def starts_with(self, mark: str) -> bool:
        return self.skip_blanks() and self.text[self.at] == mark

    def take(self, mark: str) -> bool:
        """Pass over a mark; whether it was there."""
        is_there = self.starts_with(mark)
        self.at += is_there
        return is_there

    def value(self) -> tuple[Any, str]:
        """The next value and its text. Raises ValueError where none can be read."""
        self.skip_blanks()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except ValueError:
                if len(self.text) - self.at > MAX_RECORD_BYTES or not self._more():
                    raise
                continue
            if end == len(self.text) and self._more():
                continue
            text = self.text[self.at : end]
            self.line += text.count("\n")
            self.at = end
            return value, text

    def _more(self) -> bool:
        """Read on; whether there was anything."""
        block = self.file.read(WINDOW)
        self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)


def _reason(broken: Exception) -> str:
    if isinstance(broken, RecursionError):
        return "it is nested too deep"
    return getattr(broken, "msg", "") or str(broken)
