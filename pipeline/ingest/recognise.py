"""Which tool wrote a file and what it is, told by its header alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.ingest.columns import names_of as column_names
from pipeline.ingest.headers import Header, found_share, known_share
from schemas.sources import FileMap, Source

ENOUGH = 0.75
ENOUGH_WHEN_ALL_KNOWN = 0.5
ALL_KNOWN = 0.9
SOME_KNOWN = 0.3
CLEARLY = 0.1
HEADER_WITHIN = 10
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file told apart: its source, its kind and the header with the number of the record it stands in."""

    source: Source
    file: FileMap
    header: Header
    header_record: int

    @property
    def first_record(self) -> int:
        """The number of the first record that holds data."""
        return self.header_record + self.file.header_rows


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """A file that no source claims, or that two claim alike."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    source: Source
    file: FileMap
    found: float
    known: float

    @property
    def score(self) -> float:
        return self.found + self.known

    @property
    def is_good(self) -> bool:
        return (self.found >= ENOUGH and self.known >= SOME_KNOWN) or (
            self.known >= ALL_KNOWN and self.found >= ENOUGH_WHEN_ALL_KNOWN
        )

    @property
    def name(self) -> str:
        return f"{self.source.system} {self.file.name}"


def recognised(first_records: list[tuple[str, ...]], sources: Mapping[str, Source]) -> Recognised | Unrecognised:
    """What a file is, by its first records; preambles of a few records are passed over."""
    failures: list[Unrecognised] = []
    for at, names in enumerate(first_records[:HEADER_WITHIN]):
        header = Header(names)
        best = _best(_candidates(header, sources))
        if isinstance(best, _Candidate):
            labels = first_records[at + 1 : at + best.file.header_rows]
            return Recognised(best.source, best.file, Header(names, tuple(labels)), at)
        failures.append(best)
    return failures[0] if failures else Unrecognised("is empty")


def _candidates(header: Header, sources: Mapping[str, Source]) -> Iterator[_Candidate]:
    for source in sources.values():
        for file in source.file:
            known = known_share(header, [*names_of(file), *file.ignored])
            yield _Candidate(source, file, found_share(header, file.identified_by), known)


def _best(candidates: Iterable[_Candidate]) -> _Candidate | Unrecognised:
    ranked = sorted(candidates, key=lambda one: (-one.score, one.name))
    good = [one for one in ranked if one.is_good]
    if not good:
        nearest = ", ".join(f"{one.name} ({one.found:.0%} of its headers)" for one in ranked[:NEAREST] if one.found)
        return Unrecognised(f"has a header that no source knows; nearest: {nearest or 'none'}")
    if len(good) > 1 and good[0].score - good[1].score < CLEARLY:
        return Unrecognised(f"fits {good[0].name} and {good[1].name} alike")
    return good[0]


def names_of(file: FileMap) -> list[str]:
    """Every header that the file's tables read."""
    names = [*file.identified_by]
    for table in file.table:
        columns = [*table.columns.values(), *([table.updated_at] if table.updated_at else [])]
        names += [name for column in columns for name in column_names(column)]
        conditions = [*table.where, *table.deleted, *(test for rule in table.set_aside for test in rule.where)]
        names += [name for condition in conditions for name in (*condition.column, *(condition.unlike or ()))]
    return list(dict.fromkeys(names))


def unmapped(recognised_file: Recognised) -> tuple[str, ...]:
    """The columns of the file that nothing reads and that are not known to be left out."""
    header, file = recognised_file.header, recognised_file.file
    stars = [star for name in names_of(file) if "*" in name and (star := header.star(name))]
    read = set(header.places([*names_of(file), *file.ignored, *stars]))
    return tuple(name for place, name in enumerate(header.names) if name.strip() and place not in read)
