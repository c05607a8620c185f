"""What people call the canonical columns: the headers that all known sources look for are the dictionary.

Names are compared as words: case, marks and endings do not matter, and a few words of the trade mean the same.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.ingest.columns import names_of
from pipeline.ingest.contract import allowed_values
from schemas.sources import Column, Source
from schemas.tables import TABLES

Words = tuple[str, ...]
Target = tuple[str, str]

SAME = {
    "account": "customer client company organization organisation org logo",
    "id": "identifier key number no nr num ref reference code uuid guid",
    "email": "mail",
    "start": "started begin begins began from commencement effective",
    "end": "ended until to expiry expire expiration terminate termination",
    "created": "create opened open raised logged reported submitted received",
    "solved": "resolved closed completed done fixed close",
    "due": "deadline payable",
    "issued": "billed",
    "invoice": "bill",
    "paid": "settled payment",
    "currency": "cur ccy",
    "contract": "agreement subscription",
    "signed": "signature",
    "ticket": "case issue",
    "priority": "urgency severity",
    "status": "state stage",
    "subject": "summary headline topic",
    "owner": "responsible manager rep",
    "assignee": "agent",
    "csm": "success",
    "arr": "acv mrr recurring annual",
    "amount": "value total sum price",
    "seat": "licence license licensed",
    "industry": "vertical sector",
    "region": "territory geo",
    "segment": "size",
    "domain": "website web url site",
    "comment": "feedback verbatim remark why",
    "score": "rating nps answer recommend",
    "user": "member person",
    "contact": "respondent recipient",
    "feature": "event action module",
    "occurred": "happened timestamp when",
    "responded": "response answered replied",
    "plan": "package edition",
    "goal": "objective",
    "training": "course",
}
MEANT = {spelling: word for word, spellings in SAME.items() for spelling in spellings.split()}
IDLE = {
    "of",
    "the",
    "a",
    "in",
    "on",
    "at",
    "is",
    "has",
    "was",
    "for",
    "by",
    "and",
    "date",
    "time",
    "utc",
    "datetime",
    "day",
}
CLOSE = 0.62
ONLY_ONE_IS_AN_ID = 0.7
QUESTION, NAMED_IN_A_QUESTION = 5, 0.75


@dataclass(frozen=True)
class Glossary:
    """Every known name of every canonical column, with whose name it is, and the spellings of enumerations."""

    names: Mapping[Target, Mapping[Words, str]]
    values: Mapping[Target, Mapping[str, str]]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much a word tells: one that many columns go by tells little."""
        columns = Counter(
            word for phrases in self.names.values() for word in {word for words in phrases for word in words}
        )
        return {word: 1 + math.log(len(self.names) / count) for word, count in columns.items()}

    def likeness(self, header: str, target: Target) -> tuple[float, str]:
        """How alike a header, or a question, is to the nearest name of a column (0 to 1), and whose name that is."""
        entity = _entity(target[0])
        best, said = 0.0, ""
        for words, whose in self.names[target].items():
            found = self._alike(_within(words_of(header), entity), _within(words, entity))
            if found > best:
                best, said = found, whose
        return best, said

    def meant_value(self, target: Target, text: str) -> str | None:
        """The canonical value of an enumeration that a spelling means, or None."""
        return self.values[target].get(_snake(text))

    def _alike(self, one: Words, other: Words) -> float:
        if one == other:
            return 1.0
        shared = self._weight(set(one) & set(other))
        found = 2 * shared / (self._weight(set(one)) + self._weight(set(other)))
        if ("id" in one) != ("id" in other):
            found *= ONLY_ONE_IS_AN_ID
        if len(one) >= QUESTION and set(other) <= set(one):
            found = max(found, NAMED_IN_A_QUESTION)
        spelt = _spelt_alike("".join(one), "".join(other))
        return min(0.95, max(found, spelt * 0.9 if spelt >= CLOSE else 0))

    def _weight(self, words: set[str]) -> float:
        return sum(self.weights.get(word, 1 + math.log(len(self.names))) for word in words)


def glossary(sources: Mapping[str, Source]) -> Glossary:
    """The dictionary made of these sources and of the canonical names themselves."""
    names: dict[Target, dict[Words, str]] = defaultdict(dict)
    values: dict[Target, dict[str, str]] = defaultdict(dict)
    for table in TABLES.values():
        for own in table.columns:
            names[table.name, own][words_of(own)] = own
            values[table.name, own] = {value: value for value in allowed_values(table, own)}
    for source, target, column in _columns(sources):
        for theirs, ours in column.values.items():
            if ours:
                values[target].setdefault(_snake(theirs), ours)
        for name in names_of(column):
            for spelling in (name, *source.aliases.get(name, ())):
                if words := words_of(spelling.replace("*", " ")):
                    names[target].setdefault(words, f"{spelling} of {source.system}")
    return Glossary(names, values)


def words_of(header: str) -> Words:
    """A header as words that mean something, in their order."""
    spaced = re.sub(r"<[^>]+>|__c$", " ", header)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", spaced)
    words = [_singular(word) for word in re.findall(r"[^\W_]+", spaced.lower())]
    meant = [MEANT.get(word, word) for word in words]
    kept = [word for word in dict.fromkeys(meant) if word not in IDLE]
    return tuple(kept or dict.fromkeys(meant))


def _columns(sources: Mapping[str, Source]) -> Iterator[tuple[Source, Target, Column]]:
    for source in sources.values():
        for file in source.file:
            for table in file.table:
                for name, column in table.columns.items():
                    filled: Column | None = column
                    while filled is not None:
                        yield source, (table.table, name), filled
                        filled = filled.otherwise


def _within(words: Words, entity: str) -> Words:
    """The words without that of the table itself, if any others are left: a ticket's status is the status."""
    return tuple(word for word in words if word != entity) or words


def _entity(table: str) -> str:
    return words_of(table)[-1]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _snake(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")


def _spelt_alike(one: str, other: str) -> float:
    """The share of letter triples that two words have in common."""
    triples = [{f"  {text} "[at : at + 3] for at in range(len(text) + 1)} for text in (one, other)]
    return 2 * len(triples[0] & triples[1]) / max(1, len(triples[0]) + len(triples[1]))
