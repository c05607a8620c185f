"""Which canonical columns the columns of an unknown file could be: judged by what they are called and what they hold.

Nothing here decides: a person reads the proposal, and `proposal_toml` writes it as a source of the workspace.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.fitting import MISFIT, NEUTRAL, fit_of, only_key
from pipeline.ingest.glossary import Glossary, words_of
from pipeline.ingest.headers import plain
from pipeline.ingest.profile import Profile
from schemas.tables import TABLES, Table

ENOUGH = 0.5
MANY = 3
SURE = 0.6
WEIGHT_OF_NAME = 0.45


@dataclass(frozen=True, slots=True)
class Match:
    """A canonical column that a column of the file could be, how likely (0 to 1), and why."""

    place: int
    header: str
    column: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class TableProposal:
    """A canonical table that the file could feed: what fills it, what is missing, how its account is named."""

    table: str
    matches: tuple[Match, ...]
    missing: tuple[str, ...]
    score: float
    account: str | None = None
    made_up_key: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every required column is filled."""
        return not self.missing

    def match(self, column: str) -> Match | None:
        """What fills a canonical column."""
        return next((one for one in self.matches if one.column == column), None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file could be: its columns with their profiles, the tables proposed, and the next best."""

    header: tuple[str, ...]
    profiles: tuple[Profile, ...]
    tables: tuple[TableProposal, ...]
    nearest: tuple[TableProposal, ...]

    @property
    def left_over(self) -> tuple[str, ...]:
        """The headers that no proposed table reads."""
        read = {match.place for table in self.tables for match in table.matches}
        return tuple(name for place, name in enumerate(self.header) if plain(name) and place not in read)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What every judgement looks at."""

    glossary: Glossary
    header: tuple[str, ...]
    profiles: tuple[Profile, ...]
    accounts: Mapping[str, frozenset[str]]
    called: frozenset[str]


def proposed(
    header: Sequence[str],
    profiles: Sequence[Profile],
    glossary: Glossary,
    called: str,
    accounts: Mapping[str, frozenset[str]] | None = None,
) -> Proposal:
    """The tables a file could feed. `called` is the file's name; `accounts` holds the account ids, names and domains
    that are known, by namespace, with which the file's own are compared."""
    look = _Looked(glossary, tuple(header), tuple(profiles), accounts or {}, frozenset(words_of(called)))
    ranked = sorted((_table(look, table) for table in TABLES.values()), key=lambda one: -one.score)
    complete = [one for one in ranked if one.is_complete]
    chosen = complete[:1] + _beside(complete)
    taken = {one.table for one in chosen}
    nearest = [one for one in ranked if one.table not in taken and one.matches][:3]
    return Proposal(look.header, look.profiles, tuple(chosen), tuple(nearest))


def candidates(look_at: Proposal, glossary: Glossary, place: int, at_most: int = 3) -> list[tuple[str, Match]]:
    """The best canonical columns for one column of the file over all tables, as (table, match)."""
    look = _Looked(glossary, look_at.header, look_at.profiles, {}, frozenset())
    found = [(table.name, match) for table in TABLES.values() for match in _matches(look, table, [place])]
    return sorted(found, key=lambda one: (-one[1].confidence, one[0], one[1].column))[:at_most]


def _table(look: _Looked, table: Table) -> TableProposal:
    ranked = sorted(
        _matches(look, table), key=lambda one: (-one.confidence, one.column not in table.required, one.place)
    )
    matches = _assigned(ranked)
    missing = [name for name in table.required if name not in {match.column for match in matches}]
    made_up: tuple[str, ...] = ()
    if missing == [only_key(table)] and len(matches) >= MANY:
        made_up, missing = (
            tuple(one.header for one in matches if one.column in table.required or one.confidence > SURE),
            [],
        )
    named = sum(bool(plain(name)) for name in look.header)
    hint = 0.25 if look.called & set(words_of(table.name)) else 0.0
    known = sum(match.confidence for match in matches) / max(1, named)
    required = 1 - len(missing) / max(1, len(table.required))
    account = _namespace(look, table, matches)
    score = known + 0.5 * required + hint - 0.15 * bool(made_up)
    return TableProposal(table.name, tuple(matches), tuple(missing), round(score, 4), account, made_up)


def _beside(complete: Sequence[TableProposal]) -> list[TableProposal]:
    """Further complete tables that read, for sure, two columns which no table before them reads."""
    chosen = list(complete[:1])
    for one in complete[1:]:
        read = {match.place for table in chosen for match in table.matches}
        one = _of_same_account(chosen[0], one)
        fresh = [match for match in one.matches if match.place not in read and match.confidence >= SURE]
        if len(fresh) >= 2 and not one.made_up_key:
            chosen.append(one)
    return chosen[1:]


def _of_same_account(first: TableProposal, other: TableProposal) -> TableProposal:
    """A further table of a list of accounts names its account by that list's own id."""
    known = first.match("account_id") if first.table == "accounts" else None
    column = TABLES[other.table].account_column
    if known is None or column is None:
        return other
    kept = tuple(match for match in other.matches if match.column != column)
    return replace(other, matches=(*kept, replace(known, column=column)), account=None)


def _matches(look: _Looked, table: Table, places: Sequence[int] | None = None) -> Iterator[Match]:
    for place in range(len(look.header)) if places is None else places:
        name = look.header[place]
        if not words_of(name):
            continue
        for column in table.columns:
            likeness, whose = look.glossary.likeness(name, (table.name, column))
            if likeness <= MISFIT:
                continue
            fit, holds = fit_of(look.glossary, table, column, look.profiles[place])
            confidence = likeness * (WEIGHT_OF_NAME + (1 - WEIGHT_OF_NAME) * fit)
            confidence = min(confidence, MISFIT) if fit < MISFIT else confidence
            if confidence >= MISFIT:
                yield Match(place, name, column, round(confidence, 2), f"named like {whose}; {holds}")


def _assigned(ranked: Sequence[Match]) -> list[Match]:
    """Each column of the file to one canonical column and the other way round, the likeliest first."""
    kept: list[Match] = []
    for match in ranked:
        is_free = all(match.place != one.place and match.column != one.column for one in kept)
        if match.confidence >= ENOUGH and is_free:
            kept.append(match)
    return sorted(kept, key=lambda one: one.place)


def _namespace(look: _Looked, table: Table, matches: Sequence[Match]) -> str | None:
    """How the file's account is named: as a tool knows it, by name, by domain, or by ids of its own (None)."""
    match = next((one for one in matches if one.column == table.account_column), None)
    if match is None or table.name == "accounts":
        return None
    found = look.profiles[match.place]
    shares = {name: _share_known(found, known) for name, known in look.accounts.items()}
    best = max(shares, key=lambda name: (shares[name], name), default=None)
    if best is not None and shares[best] >= 0.5:
        return best
    if found.shares["email"] > 0.8 or found.shares["domain"] > 0.8:
        return "domain"
    if found.shares["salesforce_id"] > 0.9:
        return "salesforce"
    is_called_id = "id" in words_of(match.header)
    looks_named = found.shares["one_word"] < NEUTRAL or found.shares["with_digits"] < MISFIT
    return "name" if looks_named and not is_called_id else None


def _share_known(found: Profile, known: frozenset[str]) -> float:
    return sum(text.casefold() in known for text in found.counts) / max(1, found.distinct)
