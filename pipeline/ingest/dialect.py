"""How a text file marks its fields, decided from the sample's consistency and checked on the whole file by `text`.

Every dialect that the sample can bear is tried. Its score is the share of lines that make up records of the commonest
number of fields, times how far that number is from one field, times how much the cells look like values. Colons and
spaces, which stand within times and texts, count for half.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import QualityGate
from pipeline.ingest.grammar import Dialect, Grammar

DELIMITERS = (",", ";", "\t", "|")
UNUSUAL = (", ", "; ", "\t\t", "||", "::", "\\t", "\x1f", "\x01", "^", "~", ":", " ")
STANDARD = Dialect()
TWICE = ("\t\t", "||", "::")
SAMPLE = 48 * 1024
NUL_SHARE = 500
LONGEST = 50
ENOUGH = {True: 0.3, False: 0.5}
CLEARLY = 1.02
WITHIN_VALUES = 0.5
LEAST = 0.4
SURE = 0.9
PARTS = 400
FEW = 5

VALUE = re.compile(
    r"""|[+-]?\d[\d.,' ]*%?|[$€£¥]\s?-?\d[\d.,]*|-?\d[\d.,]*\s?[$€£¥%kKmM]|-?\d+(\.\d+)?[eE][+-]?\d+
    |\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?([aApP][mM]|Z|[+-]\d{2}:?\d{2})?)?
    |\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s?[aApP][mM])?|[\w.+-]+@[\w.-]+|https?://\S+|[\w.#/+-]+|[\w-]+(\s[\w-]+){1,3}""",
    re.VERBOSE,
)
TEXT = re.compile(r"[^\s,;|\t](.*[^\s,;|\t])?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Decided:
    """The dialect of a sample and the commonest number of fields in it; `score` runs from 0, no table, to 1."""

    dialect: Dialect
    width: int
    score: float
    share: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether nine lines in ten are records of the same three fields or more."""
        return self.share >= SURE and self.width >= 3

    def leaves_open(self, other: Dialect) -> bool:
        """Whether another dialect is still worth trying."""
        is_longer = other.delimiter.startswith(self.dialect.delimiter)
        return not self.is_sure or (other.quote != "" and (other.delimiter in DELIMITERS or is_longer))


def dialect_of(path: Path) -> Decided:
    """The dialect on which the first lines of a UTF-8 file agree best; ties go to the more usual one."""
    return decided(sample_of(path))


def sample_of(path: Path, size: int = SAMPLE) -> str:
    """The first whole lines of a file, as plain text. Raises QualityGate for one that is not text."""
    with path.open("rb") as file:
        data = file.read(size + 1)
    if data.count(0) > max(FEW, len(data) // NUL_SHARE):
        raise QualityGate(f"{path.name}: is not text, it is full of NUL bytes", "Export it again as CSV.")
    text = data[:size].decode("utf-8", "ignore").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    whole = text.rpartition("\n")[0] if len(data) > size else text
    return (whole or text).removesuffix("\n") + "\n"


def decided(sample: str) -> Decided:
    """The best of the dialects that the sample can bear."""
    best = Decided(STANDARD, 1, 0.0)
    for dialect in _candidates(sample):
        if not best.leaves_open(dialect):
            continue
        found = _scored(dialect, sample)
        least = LEAST * ENOUGH[dialect.delimiter in DELIMITERS]
        if found.score > best.score * (CLEARLY if best.score else 1.0) and found.score >= least:
            best = found
    return _twice(best, sample) if best.dialect.delimiter * 2 in TWICE else best


def _twice(best: Decided, sample: str) -> Decided:
    """The delimiter written twice, where read once it leaves every other column empty."""
    dialect = replace(best.dialect, delimiter=best.dialect.delimiter * 2)
    twice = _scored(dialect, sample)
    return twice if twice.score and best.width == 2 * twice.width - 1 else best


def _candidates(sample: str) -> Iterator[Dialect]:
    """Dialects in order of preference."""
    marks = [mark for mark in DELIMITERS + UNUSUAL if mark in sample]
    quotes = [('"', '"')]
    if '\\"' in sample:
        quotes.append(('"', "\\"))
    for quote, escape in quotes:
        yield from (Dialect(mark, quote, escape) for mark in marks)
    for mark in marks:
        if _is_quoting("'", mark, sample):
            yield Dialect(mark, "'", "'")
            if "\\'" in sample:
                yield Dialect(mark, "'", "\\")
    if '"' in sample:
        yield from (Dialect(mark, "", "") for mark in marks)


def _is_quoting(quote: str, mark: str, sample: str) -> bool:
    """Whether cells begin and end with this quote."""
    return (mark + quote in sample or "\n" + quote in sample) and (quote + mark in sample or quote + "\n" in sample)


def _scored(dialect: Dialect, sample: str) -> Decided:
    """The commonest width above one, and how well the sample fits the dialect."""
    lines, records = _records(Grammar(dialect), sample)
    spans: Counter[int] = Counter()
    for cells, span in records:
        spans[len(cells)] += span if len(cells) > 1 else 0  # lines above and below a table are one field
    width = max(spans, key=lambda count: (spans[count], count), default=1)
    share = spans[width] / max(1, lines)
    is_doubtful = not dialect.quote and (share < 1 or not _are_quotes_text(records))
    if width < 2 or is_doubtful or share < ENOUGH[dialect.delimiter in DELIMITERS]:
        return Decided(dialect, width, 0.0)
    cells = [cell for found, _ in records if len(found) == width for cell in found]
    doubt = WITHIN_VALUES if dialect.delimiter in (":", " ") else 1.0
    return Decided(dialect, width, share * (width - 1) / width * _likeness(cells) * doubt, share)


def _records(grammar: Grammar, sample: str) -> tuple[int, list[tuple[list[str], int]]]:
    """How many lines are not blank, and the sound records with the lines that each takes."""
    at, lines, records = 0, 0, []
    while at < len(sample):
        stop = sample.find("\n", at)
        line = sample[at:stop]
        cells = grammar.cells(line)
        if cells is None and grammar.is_open(line):
            end = grammar.record_end(sample, at, len(sample))
            if end >= 0 and sample.count("\n", at, end) < LONGEST and (longer := grammar.cells(sample[at:end])):
                cells, stop = longer, end
        span = 1 + sample.count("\n", at, stop)
        lines += span if line.strip() else 0
        if cells is not None and line.strip():
            records.append((cells, span))
        at = stop + 1
    return lines, records


def _are_quotes_text(records: list[tuple[list[str], int]]) -> bool:
    """Whether quotes stand inside cells rather than around them."""
    with_quotes = [cell for cells, _ in records for cell in cells if '"' in cell]
    around = sum(cell.startswith('"') and cell.endswith('"') and len(cell) > 1 for cell in with_quotes)
    return around * 2 < len(with_quotes) and len(records) >= FEW


def _likeness(cells: list[str]) -> float:
    """How much cells look like values: 1 for numbers, dates, words and nothing, less for text, least for torn text."""
    step = max(1, len(cells) // PARTS)
    looked_at = cells[::step]
    return sum(_value_of(cell) for cell in looked_at) / len(looked_at)


def _value_of(cell: str) -> float:
    if len(cell) < 80 and VALUE.fullmatch(cell):
        return 1.0
    return 0.8 if TEXT.fullmatch(cell) else 0.3
