"""A proposal as the TOML of a source: valid in the vocabulary, commented with what speaks for each column."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from pipeline.ingest.contract import allowed_values, kind_of
from pipeline.ingest.glossary import Glossary
from pipeline.ingest.headers import plain
from pipeline.ingest.propose import SURE, Match, Proposal, TableProposal
from pipeline.ingest.recognise import Recognised, recognised
from schemas.sources import Source
from schemas.tables import TABLES

HOST = r"'^(?:https?://)?(?:www\.)?([^/:?#\s]+)'"
MAIL_HOST = r"'@([^@\s]+)$'"
IDENTIFYING = 12


def as_toml(system: str, title: str, exports: Mapping[str, Proposal], glossary: Glossary, told: str) -> str:
    """The source's TOML: `exports` is the proposal of each kind of file, `told` the remark at its head."""
    lines = [
        f"# {told}",
        "# Read it through and correct it; `bellwether doctor FILE` then shows how each column is read.",
        f"system = {_text(system)}",
        f"title = {_text(title)}",
    ]
    for name, proposal in exports.items():
        lines += ["", "[[file]]", f"name = {_text(name)}", *_identified(proposal), *_left_over(proposal)]
        for table in proposal.tables:
            lines += ["", *_table(proposal, table, glossary)]
    return "\n".join(lines) + "\n"


def is_recognised(text: str, first_records: Sequence[tuple[str, ...]], sources: Mapping[str, Source]) -> bool:
    """Whether, beside the known sources, the TOML's own export is what the file is taken for."""
    source = Source.model_validate(tomllib.loads(text))
    found = recognised(list(first_records), {**sources, source.system: source})
    return isinstance(found, Recognised) and found.source.system == source.system


def named_system(name: str) -> str:
    """A file's name as the name of a system: without dates and marks."""
    bare = re.sub(r"\d{4}-?\d{2}-?\d{2}|\d{6,}", " ", name)
    words = re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_")
    return words if words[:1].isalpha() else f"export_{words}".strip("_")


def _identified(proposal: Proposal) -> Iterator[str]:
    required = [
        match for table in proposal.tables for match in table.matches if match.column in TABLES[table.table].required
    ]
    every = [match for table in proposal.tables for match in table.matches]
    names = list(dict.fromkeys(match.header for match in (*required, *every)))[:IDENTIFYING]
    others = [name for name in proposal.left_over if name not in names]
    names += others[: max(0, 3 - len(names))]
    yield "# The file is known by having (most of) these headers together."
    yield f"identified_by = {_list(names)}"


def _left_over(proposal: Proposal) -> Iterator[str]:
    if proposal.left_over:
        yield "# Not read. Name them here to say that this is meant, or map them below."
        yield f"# ignored = {_list(proposal.left_over)}"


def _table(proposal: Proposal, table: TableProposal, glossary: Glossary) -> Iterator[str]:
    yield "[[file.table]]"
    yield f"table = {_text(table.table)}"
    contract = TABLES[table.table]
    if table.account:
        yield f"account = {_text(table.account)}  # how the account is named: a system, name or domain"
    elif contract.account_column and table.table != "accounts":
        yield '# account = "salesforce"  # where the account is named by another tool\'s id, or "name", or "domain"'
    yield "[file.table.columns]"
    if table.made_up_key:
        of = "[" + ", ".join(map(_text, table.made_up_key)) + "]"
        yield f'{contract.keys[0]} = {{ compute = "fingerprint", of = {of} }}  # no column names a row'
    longer: list[str] = []
    for match in table.matches:
        short, more = _column(proposal, table, match, glossary)
        yield from short
        longer += more
    yield from longer


def _column(proposal: Proposal, table: TableProposal, match: Match, glossary: Glossary) -> tuple[list[str], list[str]]:
    """A column in one line; one with values to map as sections, which come after all lines."""
    said = f"# {match.confidence:.0%}: {match.why}"
    if kind_of(TABLES[table.table], match.column) == "enumeration":
        return [], _enumeration(proposal, table, match, glossary, said)
    more = _more(proposal, table, match)
    filled = f"{{ from = {_text(match.header)}, {more} }}" if more else _text(match.header)
    return [f"{match.column} = {filled}  {said}"], []


def _more(proposal: Proposal, table: TableProposal, match: Match) -> str:
    found = proposal.profiles[match.place]
    is_account = match.column == TABLES[table.table].account_column
    if (is_account and table.account == "domain") or match.column == "domain":
        return f"pattern = {MAIL_HOST if found.shares['email'] > 0.5 else HOST}"
    is_id = kind_of(TABLES[table.table], match.column) == "id"
    if is_id and found.shares["salesforce_id"] > 0.9 and (table.account == "salesforce" or not is_account):
        return 'type = "salesforce_id"' if not found.shares["whole"] else ""
    return ""


def _enumeration(proposal: Proposal, table: TableProposal, match: Match, glossary: Glossary, said: str) -> list[str]:
    allowed = allowed_values(TABLES[table.table], match.column)
    path = f"file.table.columns.{match.column}"
    lines = [f"[{path}]  {said}", f"from = {_text(match.header)}"]
    counts = proposal.profiles[match.place].counts
    spellings = {text: glossary.meant_value((table.table, match.column), text) for text, _ in counts.most_common(60)}
    stated = [_value(text, ours, allowed) for text, ours in spellings.items() if ours not in (_snake(text), text)]
    if stated:
        lines += [f'[{path}.values]  # one of {", ".join(allowed)}; "" for not known', *stated]
    return lines


def _value(theirs: str, ours: str | None, allowed: Sequence[str]) -> str:
    return f"{_text(theirs)} = {_text(ours or '')}" + ("" if ours else "  # which of them?")


def _snake(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _list(names: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, names)) + "]"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def unsure(proposal: Proposal) -> list[Match]:
    """The matches that a person should look at first."""
    return [match for table in proposal.tables for match in table.matches if match.confidence < SURE]


def header_of(records: Sequence[tuple[str, ...]]) -> int:
    """The number of the record that looks like the header: as wide as most records, all named, no numbers."""
    widths = [len(record) for record in records]
    common = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    for number, record in enumerate(records):
        named = [cell for cell in record if plain(cell)]
        is_text = not any(re.fullmatch(r"[-+\d.,:/ %]+", cell) for cell in named)
        if len(record) == common and len(named) >= 0.8 * common and is_text:
            return number
    return 0
