"""Header names as people write them, and as sources look for them: case, spaces and marks do not matter."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest

_TAGS = re.compile(r"<[^<>]+>")
_MARKS = re.compile("[®™©\u200b\u200c\u200d\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_JOINT = " / "
Aliases = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """A header without tags, byte order mark, trade marks, double spaces and case."""
    return _spaced(name).casefold()


def _spaced(name: str) -> str:
    return _SPACES.sub(" ", _MARKS.sub("", html.unescape(_TAGS.sub("", name)))).strip()


@dataclass(frozen=True)
class Header:
    """The header of one file, the label rows below it, and the other spellings that its source knows.

    A name is looked for as it is, then by its other spellings, then without any spaces.
    """

    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...] = ()
    aliases: Aliases = field(default_factory=dict)

    @cached_property
    def plain_names(self) -> frozenset[str]:
        """The names without regard to case and marks, with and without their spaces."""
        return frozenset(self._places) | frozenset(self._dense_places)

    def has(self, wanted: str) -> bool:
        """Whether a column goes by this name; `*` stands for any text."""
        return any(True for _ in self._matching(wanted))

    def places(self, wanted: Iterable[str], *, every: bool = False) -> list[int]:
        """The columns that go by one of these names, in the order of the names.

        Of a name that stands several times it is the first column, or `every` one.
        """
        found = (places for name in wanted for places in self._matching(name))
        return list(dict.fromkeys(place for places in found for place in (places if every else places[:1])))

    def star(self, wanted: str) -> str | None:
        """The text that `*` stands for in the first column that matches, or None."""
        patterns = [_pattern(plain(name)) for name in self._spellings(wanted)]
        matches = (pattern.fullmatch(_spaced(name)) for pattern in patterns for name in self.names)
        return next((match.group(1) for match in matches if match), None)

    def _matching(self, wanted: str) -> Iterator[list[int]]:
        """The places of each name that matches: those of the first spelling that the file has."""
        spellings = [plain(name) for name in self._spellings(wanted)]
        for spelling in spellings:
            found = list(self._spelled(spelling))
            if found:
                yield from found
                return
        dense = (self._dense_places.get(_dense(spelling)) for spelling in spellings)
        yield from [places for places in dense if places][:1]

    def _spelled(self, name: str) -> Iterator[list[int]]:
        if "*" in name:
            pattern = _pattern(name)
            yield from (places for known, places in self._places.items() if pattern.fullmatch(known))
        elif name in self._places:
            yield self._places[name]

    def _spellings(self, wanted: str) -> tuple[str, ...]:
        return (wanted, *self.aliases.get(plain(wanted), ()))

    @property
    def _places(self) -> dict[str, list[int]]:
        return _places_of(self.names)

    @property
    def _dense_places(self) -> dict[str, list[int]]:
        return _dense_places_of(self.names)


@lru_cache(maxsize=256)
def _places_of(names: tuple[str, ...]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(plain(name), []).append(place)
    return places


@lru_cache(maxsize=256)
def _dense_places_of(names: tuple[str, ...]) -> dict[str, list[int]]:
    return {_dense(name): places for name, places in reversed(_places_of(names).items())}


def joined(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Two header rows as one: `question / choice`; a blank question goes on, a blank choice adds nothing."""
    names: list[str] = []
    question = ""
    for above, below in zip_longest(first, second, fillvalue=""):
        question = above.strip() or question
        names.append(_JOINT.join(part for part in (question, below.strip()) if part))
    return tuple(names)


def spellings(aliases: Mapping[str, Iterable[str]]) -> Aliases:
    """The aliases of a source by the plain name they stand for."""
    return {plain(name): tuple(others) for name, others in aliases.items()}


def _dense(name: str) -> str:
    return name.replace(" ", "")


@lru_cache(maxsize=4096)
def _pattern(wanted: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(re.escape(part) for part in wanted.split("*")), re.IGNORECASE | re.DOTALL)


def known_share(header: Header, wanted: Sequence[str]) -> float:
    """Which part of the named columns of a file these names account for, 0 to 1."""
    named = {place for place, name in enumerate(header.names) if plain(name)}
    return len(named & set(header.places(wanted, every=True))) / max(1, len(named))


def found_share(header: Header, wanted: Sequence[str]) -> float:
    """Which part of these names the file has, 0 to 1."""
    return sum(header.has(name) for name in wanted) / max(1, len(wanted))
