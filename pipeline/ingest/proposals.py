"""A mapping proposed for the tables of one file: read, judged, and written into the workspace as a source."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pipeline.errors import RunFailed, UsageError
from pipeline.ingest.deliveries import Arrival
from pipeline.ingest.glossary import Glossary, glossary
from pipeline.ingest.profile import profile
from pipeline.ingest.proposal_toml import as_toml, header_of, is_recognised, named_system
from pipeline.ingest.propose import Proposal, candidates, proposed
from pipeline.ingest.recipes import sources_of
from pipeline.ingest.recognise import Recognised, recognised
from pipeline.ingest.records import MAX_RECORD_BYTES
from pipeline.ingest.single import arrivals_in, called
from pipeline.ingest.text import Text
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source

SAMPLE = 5_000
Known = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a file: per table inside it, the TOML of it all (empty: nothing), and what is known."""

    system: str
    files: dict[str, Proposal] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    toml: str = ""


def proposal_for(path: Path, workspace: Workspace, system: str | None, accounts: Known) -> Proposed:
    """What the tables of a file could be; `accounts` as `known_accounts` gives them.

    Raises UsageError for a name that is taken, RunFailed where no header would tell the file from a known one.
    """
    sources = sources_of(workspace)
    name = named_system(system or path.name.split(".")[0])
    if name in sources:
        raise UsageError(f"{name} is a source already", "Name the tool another way with --system.")
    words, found = glossary(sources), Proposed(name)
    texts: dict[str, list[tuple[str, ...]]] = {}
    workspace.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=workspace.var, prefix=".map.") as folder:
        for one in arrivals_in(path, called(path, workspace.exports), Path(folder)):
            if isinstance(one, Arrival):
                texts[one.path] = _propose(found, one, sources, words, accounts)
    usable = {_named(path): one for path, one in found.files.items() if one.tables}
    if not usable:
        return found
    toml = as_toml(
        name, name.replace("_", " ").capitalize(), usable, words, f"Proposed for {path.name} by its columns."
    )
    _check(toml, [texts[path] for path, one in found.files.items() if one.tables], sources)
    return Proposed(name, found.files, found.known, found.others, toml)


def written(target: Path, toml: str) -> None:
    """Write the TOML of a new source; UsageError when there is such a file."""
    if target.exists():
        raise UsageError(f"{target} exists already", "Name the tool another way with --system.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(toml, encoding="utf-8")


def _propose(
    found: Proposed, one: Arrival, sources: Mapping[str, Source], words: Glossary, accounts: Known
) -> list[tuple[str, ...]]:
    """Add what one table could be; its first records."""
    text = one.text
    if text is None:
        return []
    first = text.first_records()
    taken_for = recognised(first, sources)
    if isinstance(taken_for, Recognised):
        found.known[one.path] = f"{taken_for.source.system} {taken_for.file.name}"
        return first
    if not first:
        return first
    at = header_of(first)
    header = first[at]
    profiles = [profile(column) for column in _columns(text, at, len(header))]
    proposal = proposed(header, profiles, words, _named(one.path), accounts)
    found.files[one.path] = proposal
    found.others[one.path] = [(place, _else(proposal, words, place)) for place in _left_over(proposal)]
    return first


def _left_over(proposal: Proposal) -> list[int]:
    return [place for place, name in enumerate(proposal.header) if name in proposal.left_over]


def _else(proposal: Proposal, words: Glossary, place: int) -> str:
    found = candidates(proposal, words, place, 2)
    named = [f"{table}.{match.column} {match.confidence:.0%}" for table, match in found]
    return f"perhaps {', '.join(named)}" if named else "like nothing known"


def _columns(text: Text, header: int, width: int) -> list[list[str]]:
    """The cells of each column in the first few thousand records that fit the header."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    with text.records.path.open(encoding="utf-8", newline="") as file:
        rows = islice(csv.reader(file, delimiter=text.records.delimiter), header + 1, header + 1 + SAMPLE)
        fitting = [row for row in rows if len(row) == width]
    return [list(column) for column in zip(*fitting, strict=True)] or [[] for _ in range(width)]


def _named(path: str) -> str:
    return PurePosixPath(path.split("!")[-1]).name.split(".")[0]


def _check(toml: str, firsts: list[list[tuple[str, ...]]], sources: Mapping[str, Source]) -> None:
    if not all(is_recognised(toml, first, sources) for first in firsts):
        raise RunFailed(
            "with the proposal written, another source would still claim the file alike",
            "Map it by hand in sources/: identified_by must name headers that only this export has.",
        )


def known_accounts(warehouse: Warehouse) -> Known:
    """The ids, names and domains of the accounts that are loaded, by namespace; none before the first ingest."""
    if not warehouse.has("accepted.accounts"):
        return {}
    rows = warehouse.frame("select distinct _system, account_id, account_name, domain from accepted.accounts")
    known: dict[str, set[str]] = {}
    for system, account, name, domain in rows.iter_rows():
        for namespace, text in ((system, account), ("name", name), ("domain", domain)):
            if text:
                known.setdefault(namespace, set()).add(text.casefold())
    return {namespace: frozenset(texts) for namespace, texts in known.items()}
