"""Header names as people write them, and as sources look for them: case, spaces and marks do not matter."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

_TAGS = re.compile(r"<[^>]+>")
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")


def plain(name: str) -> str:
    """A header without tags, byte order mark, trade marks, double spaces and case."""
    return _SPACES.sub(" ", _TAGS.sub("", name).replace("®", "")).strip().casefold()


@dataclass(frozen=True)
class Header:
    """The header of one file and the label rows below it."""

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def _places(self) -> dict[str, int]:
        places: dict[str, int] = {}
        for place, name in enumerate(self.names):
            places.setdefault(plain(name), place)
        return places

    def has(self, wanted: str) -> bool:
        """Whether a column goes by this name; `*` stands for any text."""
        return bool(self.places([wanted]))

    def places(self, wanted: Iterable[str]) -> list[int]:
        """The columns that go by one of these names, in the order of the names."""
        return list(dict.fromkeys(place for name in wanted for place in self._matching(name)))

    def star(self, wanted: str) -> str | None:
        """The text that `*` stands for in the first column that matches, or None."""
        pattern = _pattern(plain(wanted))
        matches = (pattern.fullmatch(_SPACES.sub(" ", name).strip()) for name in self.names)
        return next((match.group(1) for match in matches if match), None)

    def _matching(self, name: str) -> list[int]:
        wanted = plain(name)
        if "*" not in wanted:
            return [self._places[wanted]] if wanted in self._places else []
        pattern = _pattern(wanted)
        return [place for known, place in self._places.items() if pattern.fullmatch(known)]


def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(re.escape(part) for part in wanted.split("*")), re.IGNORECASE)


def known_share(header: Header, wanted: Sequence[str]) -> float:
    """Which part of the named columns of a file these names account for, 0 to 1."""
    named = {place for place, name in enumerate(header.names) if plain(name)}
    return len(named & set(header.places(wanted))) / max(1, len(named))


def found_share(header: Header, wanted: Sequence[str]) -> float:
    """Which part of these names the file has, 0 to 1."""
    return sum(header.has(name) for name in wanted) / max(1, len(wanted))
