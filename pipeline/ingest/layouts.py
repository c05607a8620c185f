"""The layouts of all known exports by the header names they look for: made once, then asked for every file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.ingest.columns import names_of as column_names
from pipeline.ingest.headers import Aliases, Header, joined, known_share, plain, spellings
from schemas.sources import FileMap, Source

ENOUGH = 0.75
ENOUGH_WHEN_ALL_KNOWN = 0.5
ALL_KNOWN = 0.9
SOME_KNOWN = 0.3


@dataclass(frozen=True)
class Layout:
    """One kind of file of one tool."""

    source: Source
    file: FileMap
    aliases: Aliases

    @property
    def name(self) -> str:
        """The tool and the kind of file."""
        return f"{self.source.system} {self.file.name}"

    @property
    def is_confirmed(self) -> bool:
        """Whether a real file with this header was ever seen."""
        return self.file.confidence == "confirmed"

    @cached_property
    def known_names(self) -> list[str]:
        """Every header that the file may have."""
        return [*names_of(self.file), *self.file.ignored, *self.file.drop, *self.file.hash]

    @cached_property
    def marks(self) -> frozenset[str]:
        """What tells the file apart, in every spelling, plain and without spaces; without patterns."""
        exact = [name for name in self.file.identified_by if "*" not in name]
        spelled = {plain(one) for name in exact for one in (name, *self.aliases.get(plain(name), ()))}
        return frozenset(spelled | {name.replace(" ", "") for name in spelled})

    def header(self, first_records: list[tuple[str, ...]], at: int) -> Header:
        """The header in the record `at`, as this layout sees it."""
        names, below = first_records[at], first_records[at + 1 : at + self.file.header_rows]
        if self.file.joined_header and below:
            names = joined(names, below[0])
        return Header(names, tuple(below), self.aliases)

    def match(self, header: Header) -> "Match":
        """How well a header fits."""
        marks = self.file.identified_by
        found = sum(header.has(name) for name in marks) / max(1, len(marks))
        is_near = found >= ENOUGH_WHEN_ALL_KNOWN
        return Match(self, header, found, known_share(header, self.known_names) if is_near else 0.0)


@dataclass(frozen=True, slots=True)
class Match:
    """How well a header fits a layout: the shares of its marks that were found and of the names that it knows."""

    layout: Layout
    header: Header
    found: float
    known: float

    @property
    def score(self) -> float:
        """The greater, the better; 0 to 2."""
        return self.found + self.known

    @property
    def is_good(self) -> bool:
        """Whether the file may be taken for it."""
        return (self.found >= ENOUGH and self.known >= SOME_KNOWN) or (
            self.known >= ALL_KNOWN and self.found >= ENOUGH_WHEN_ALL_KNOWN
        )


class Layouts:
    """All layouts, found by the names in a header."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._always: list[Layout] = []
        self._marked: defaultdict[str, list[Layout]] = defaultdict(list)
        for source in sources:
            aliases = spellings(source.aliases)
            for file in source.file:
                self._add(Layout(source, file, aliases))

    def _add(self, layout: Layout) -> None:
        if not layout.marks:
            self._always.append(layout)
        for mark in layout.marks:
            self._marked[mark].append(layout)

    def matches(self, first_records: list[tuple[str, ...]], at: int) -> list[Match]:
        """The layouts of which the record `at` has at least one mark, the best first."""
        names = Header(first_records[at]).plain_names
        near = {id(layout): layout for name in names & self._marked.keys() for layout in self._marked[name]}
        found = [one.match(one.header(first_records, at)) for one in [*near.values(), *self._always]]
        return sorted(found, key=lambda match: (-match.score, match.layout.name))


@dataclass(frozen=True, eq=False)
class _Same:
    """Sources that are the same only when they are the same object; comparing what they hold would be slow."""

    sources: Mapping[str, Source]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.sources is self.sources

    def __hash__(self) -> int:
        return id(self.sources)


def layouts_of(sources: Mapping[str, Source]) -> Layouts:
    """The layouts of these sources; they are made once."""
    return _layouts(_Same(sources))


@lru_cache(maxsize=8)
def _layouts(same: _Same) -> Layouts:
    return Layouts(same.sources.values())


def names_of(file: FileMap) -> list[str]:
    """Every header that the file's tables read."""
    names = [*file.identified_by]
    for table in file.table:
        columns = [*table.columns.values(), *([table.updated_at] if table.updated_at else [])]
        names += [name for column in columns for name in column_names(column)]
        conditions = [*table.where, *table.deleted, *(test for rule in table.set_aside for test in rule.where)]
        names += [name for condition in conditions for name in (*condition.column, *(condition.unlike or ()))]
    return list(dict.fromkeys(names))
