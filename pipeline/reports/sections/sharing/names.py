"""Whom and what a book names, and what is written instead: the dictionary that `sharing` reads.

Numbers follow a hash of what they stand for, so that their order tells nothing of the names or the dates behind them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.reports.document import Context
from pipeline.scores import Scores

CUSTOMER, ACCOUNT, OURS, TOOL = "{{CUSTOMER_NAME}}", "{{ACCOUNT_ID}}", "{{CSM_NAME}}", "{{INTEGRATION}}"
COMPANY = "{{COMPANY_NAME}}"
ACCOUNT_NAMES = ("account_name", "proposed_account_name")
ACCOUNT_IDS = ("account_id", "parent_account_id", "proposed_account_id")
THEIRS = ("full_name", "executive_sponsor", "technical_lead")
TEAM = ("csm", "csm_manager", "account_executive", "owner", "assignee", "next_action_owner", "author", "entered_by")
TEAM_LISTS = ("recipients", "told")
POINTERS = ("external_id", "file_id", "reference", "subject_id")
TOOLS = ("source", "system", "namespace", "alias_system")
ADDRESSES = ("email", "csm_email", "domain", "record_url")
SHORTEST_ID, SHORTEST_NAME, SHORTEST_WORD = 5, 4, 6
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Disguise:
    """What stands for what: ids, names of customers and people, tools, files; and `within`, for use inside texts."""

    ids: Mapping[str, str]
    names: Mapping[str, str]
    tools: Mapping[str, str]
    files: Mapping[str, str]
    within: Mapping[str, str]


def frames_of(book: Book, scores: Scores, context: Context) -> dict[str, pl.DataFrame]:
    """Every frame that reports read, by a name of its own."""
    parts: dict[str, Any] = {"book": book, "context": context, **({"ledger": context.ledger} if context.ledger else {})}
    found = {
        f"{part}.{each.name}": getattr(value, each.name) for part, value in parts.items() for each in fields(value)
    }
    every = {name: value for name, value in found.items() if isinstance(value, pl.DataFrame)}
    return every | {f"scores.{name}": frame for name, frame in scores.frames().items()}


def disguise(book: Book, scores: Scores, context: Context, common: frozenset[str]) -> Disguise:
    """The dictionary for a book; `common` are words in lower case that name nobody."""
    frames = frames_of(book, scores, context)
    ledger = {name: frame for name, frame in frames.items() if name.startswith(("ledger.", "context."))}
    accounts = _numbered(_values(frames, ACCOUNT_IDS), ACCOUNT)
    customers = _customers(frames, accounts)
    theirs = _numbered(_values(frames, THEIRS), f"{CUSTOMER} contact")
    team = [name for text in _values(frames, TEAM_LISTS) for name in text.split("; ")]
    people = {*_values(frames, TEAM), *team, *context.people.values()} - theirs.keys() - customers.keys()
    ours = _numbered({name for name in people if not _is_word(name)}, OURS)
    names = {**theirs, **ours, **customers}
    ids = {**_other_ids(frames, names), **accounts}
    addresses = dict.fromkeys(_values(frames, ADDRESSES), "[link]")
    within = {
        **{word: shown for word, shown in _first_words(customers).items() if word.lower() not in common},
        **{name: shown for name, shown in names.items() if len(name) >= SHORTEST_NAME},
        **{name: shown for name, shown in ids.items() if len(name) >= SHORTEST_ID and any(map(str.isdigit, name))},
        **addresses,
        book.company.name: COMPANY,
    }
    files = _numbered(_values(ledger, ("path",)), f"{TOOL} file")
    return Disguise(*map(MappingProxyType, (ids, names, _numbered(_values(ledger, TOOLS), TOOL), files, within)))


def _customers(frames: Frames, accounts: Mapping[str, str]) -> dict[str, str]:
    """Names of accounts, each with the number of its account where that is known."""
    named: dict[str, str] = {}
    for frame in frames.values():
        if {"account_id", "account_name"} <= set(frame.columns):
            for account, name in frame.select("account_id", "account_name").unique().drop_nulls().sort(pl.all()).rows():
                named.setdefault(name, accounts[account].replace(ACCOUNT, CUSTOMER))
    rest = _values(frames, ACCOUNT_NAMES) - named.keys()
    return named | _numbered(rest, f"{CUSTOMER} other")


def _other_ids(frames: Frames, names: Mapping[str, str]) -> dict[str, str]:
    """Every id of another kind as `kind-number`; one value is one id wherever it stands."""
    found: dict[str, str] = {}
    columns = {column for frame in frames.values() for column in frame.columns if column.endswith("_id")}
    for column in [*sorted(columns - {*ACCOUNT_IDS, *POINTERS}), *POINTERS]:
        fresh = _values(frames, (column,)) - found.keys() - names.keys()
        found |= _numbered(fresh, column.removesuffix("_id").replace("_", "-"), "-")
    return found


def _first_words(customers: Mapping[str, str]) -> dict[str, str]:
    """The first word of each customer's name, where it is long enough to name nobody else."""
    words: dict[str, str] = {}
    for name, shown in customers.items():
        first = name.split()[0] if name.split() else ""
        if len(first) >= SHORTEST_WORD and first.isalpha():
            words.setdefault(first, shown)
    return words


def _values(frames: Frames, columns: Iterable[str]) -> set[str]:
    """What the columns hold in any of the frames."""
    wanted = [
        frame.get_column(column)
        for frame in frames.values()
        for column in columns
        if column in frame.columns and frame.schema[column] == pl.String
    ]
    return {value for series in wanted for value in series.drop_nulls().unique().to_list() if value.strip()}


def _numbered(values: Iterable[str], word: str, between: str = " ") -> dict[str, str]:
    ranked = sorted(values, key=lambda value: (hashlib.sha256(value.encode()).hexdigest(), value))
    return {value: f"{word}{between}{number}" for number, value in enumerate(ranked, start=1)}


def _is_word(name: str) -> bool:
    """A role such as `csm_manager`, which names nobody."""
    return name.islower() and " " not in name and name.isascii() and ("_" in name or name == "csm")
