"""The strict grammar of one dialect: which text is a record, and what its cells are.

Below `dialect`, which tries grammars on a sample, and `mend`, which reads by one. All patterns are possessive, so that
every text is decided in time proportional to its length.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_BLANK = re.compile('^""$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter of one character or several; a quote of one character, or "" where nothing is quoted; and the
    character that makes a quote inside quotes part of the text: the quote itself, or another."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    @property
    def is_standard(self) -> bool:
        """Whether a strict reader takes the file as it stands."""
        return len(self.delimiter.encode()) == 1 and self.quote == '"' and self.escape == '"'

    @property
    def is_unquoted(self) -> bool:
        """Whether nothing is quoted and quotes are text like any other."""
        return not self.quote and len(self.delimiter.encode()) == 1

    @property
    def is_doubled(self) -> bool:
        """Whether a quote inside quotes is written twice."""
        return self.escape in ("", self.quote)


@dataclass(frozen=True)
class Grammar:
    """The patterns of a dialect."""

    dialect: Dialect

    def cells(self, text: str) -> list[str] | None:
        """The cells of a record without its line end; None where the text is no record or may be read in two ways."""
        if not any(mark in text for mark in self._specials):
            return text.split(self.dialect.delimiter)
        cells: list[str] = []
        at, is_quote_inside = 0, False
        while found := self._cell.match(text, at):
            quoted, plain, mark = found.groups()
            cells.append(self._unescaped(quoted) if quoted is not None else self._plain(plain))
            is_quote_inside |= quoted is None and bool(self.dialect.quote) and self.dialect.quote in plain
            at = found.end()
            if not mark:
                break
        if not found or at < len(text) or (is_quote_inside and not self._is_plain_either_way(text, len(cells))):
            return None
        return cells

    def is_open(self, text: str) -> bool:
        """Whether the text ends inside a quoted cell."""
        return bool(self.dialect.quote) and self._open.fullmatch(text) is not None

    def quoted(self, lines: str) -> str:
        """Lines of a dialect without quotes with standard quotes around every cell, where any holds a quote."""
        if '"' not in lines:
            return lines
        mark = self.dialect.delimiter
        inner = lines[:-1].replace('"', '""').replace(mark, f'"{mark}"').replace("\n", '"\n"')
        return _BLANK.sub("", f'"{inner}"\n')

    def commas(self, lines: str) -> str | None:
        """Lines with commas for delimiters; None where that takes more than replacing one by the other."""
        is_plain = not any(mark in lines for mark in {",", '"', self.dialect.quote, self.dialect.escape} - {""})
        return lines.replace(self.dialect.delimiter, ",") if is_plain else None

    def sound_until(self, text: str, start: int) -> int:
        """The end of the run of whole lines from `start` on that are records of one line each, or blank."""
        if self.dialect.is_unquoted:
            return text.rfind("\n", start) + 1 or start
        found = self._lines.match(text, start)
        return found.end() if found else start

    def record_end(self, text: str, start: int, stop: int) -> int:
        """Where the record that begins at `start` ends, before its line end; -1 where none is closed before `stop`."""
        found = self._record.match(text, start, stop)
        return found.end() - 1 if found else -1

    def _unescaped(self, text: str) -> str:
        if self.dialect.is_doubled:
            return text.replace(self.dialect.quote * 2, self.dialect.quote)
        return self._escaped.sub(r"\1", text)

    def _plain(self, text: str) -> str:
        return text if self.dialect.is_doubled or self.dialect.escape not in text else self._escaped.sub(r"\1", text)

    def _is_plain_either_way(self, text: str, count: int) -> bool:
        """Whether quotes inside unquoted cells hide no delimiter, so that they can only be part of the text."""
        outside = text.split(self.dialect.quote)[::2]
        return text.count(self.dialect.quote) == 1 or count == 1 + sum(
            part.count(self.dialect.delimiter) for part in outside
        )

    @cached_property
    def _specials(self) -> tuple[str, ...]:
        """What makes a cell more than the text between two delimiters."""
        return tuple({self.dialect.quote, self.dialect.escape} - {""})

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        quoted = f"{self._quote}({self._inside}){self._quote}|" if self.dialect.quote else "(?!)()|"
        not_quote = f"(?!{self._quote})" if self.dialect.quote else ""
        return re.compile(rf"(?:{quoted}{not_quote}({self._outside('')}))({self._mark}|\Z)")

    @cached_property
    def _open(self) -> re.Pattern[str]:
        return re.compile(rf"(?:(?:{self._strict_cell('')}){self._mark})*+{self._quote}{self._inside}")

    @cached_property
    def _lines(self) -> re.Pattern[str]:
        cell = self._strict_cell(r"\n")
        return re.compile(rf"(?:{cell}(?:{self._mark}{cell})*+\n)++")

    @cached_property
    def _record(self) -> re.Pattern[str]:
        cell = self._strict_cell("")
        return re.compile(rf"{cell}(?:{self._mark}{cell})*+\n")

    @cached_property
    def _escaped(self) -> re.Pattern[str]:
        return re.compile(f"{re.escape(self.dialect.escape)}([{self._class}{re.escape(self.dialect.delimiter[0])}])")

    @property
    def _quote(self) -> str:
        return re.escape(self.dialect.quote)

    @property
    def _mark(self) -> str:
        return re.escape(self.dialect.delimiter)

    @property
    def _class(self) -> str:
        return re.escape(self.dialect.quote) + ("" if self.dialect.is_doubled else re.escape(self.dialect.escape))

    @property
    def _inside(self) -> str:
        """The text of a quoted cell, as it is written."""
        return self._inside_without("")

    def _inside_without(self, forbidden: str) -> str:
        if self.dialect.is_doubled:
            return f"(?:[^{self._class}{forbidden}]++|{self._quote * 2})*+"
        escape = re.escape(self.dialect.escape)
        return f"(?:[^{self._class}{forbidden}]++|{escape}[{self._class}]|{escape})*+"

    def _outside(self, forbidden: str) -> str:
        """The text of an unquoted cell; `forbidden` characters end it too."""
        kept = rf"\n{forbidden}"
        if not self.dialect.is_doubled:
            escape = re.escape(self.dialect.escape)
            return f"(?:{escape}{self._mark}|(?!{self._mark})[^{kept}])*+"
        if len(self.dialect.delimiter) == 1:
            return f"[^{self._mark}{kept}]*+"
        return f"(?:(?!{self._mark})[^{kept}])*+"

    def _strict_cell(self, forbidden: str) -> str:
        """A cell that is either quoted or free of quotes."""
        if not self.dialect.quote:
            return f"(?:{self._outside('')})"
        quoted = f"{self._quote}{self._inside_without(forbidden)}{self._quote}(?={self._mark}|\\n|\\Z)"
        return f"(?:{quoted}|{self._outside(self._quote)})"
