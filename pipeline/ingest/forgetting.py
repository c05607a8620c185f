"""Forgetting a person or an account: who is meant, and taking them out of the archive.

What is left is a keyed hash of what names them, so that exports of the future do not bring them back. The warehouse is
not edited: it is rebuilt from the archive that knows them no more.
"""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.errors import RunFailed, UsageError
from pipeline.ingest.corrections import is_correction, read_correction, rewritten_correction
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.find import Found, Refused, found_files
from pipeline.ingest.guard import Guard
from pipeline.ingest.intake import from_archive
from pipeline.ingest.journal import Entry, archived, journal, keep, rewritten
from pipeline.ingest.members import stored
from pipeline.ingest.personal import Kind, Privacy, privacy_of, remember_forgotten, withheld
from pipeline.ingest.recognise import Unrecognised
from pipeline.ingest.redaction import hashed
from pipeline.ingest.store import text_columns
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace
from schemas.sources import Source

BLOCK = 1024**2
TELLING = 6
PEOPLE = (
    "select account_id, email from accepted.contacts",
    "select account_id, respondent_id as email from accepted.survey_responses",
    "select account_id, user_id as email from accepted.users",
    "select distinct account_id, user_id as email from accepted.usage_user_days",
    "select account_id, requester_email as email from accepted.tickets",
    "select account_id, contact_email as email from accepted.survey_invitations",
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who is forgotten: of an account the ids, names and domains it goes by, and the addresses of its people."""

    kind: Kind
    accounts: tuple[str, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]

    @property
    def telling(self) -> tuple[str, ...]:
        """What means them wherever it stands; a short id such as 12 does not."""
        return tuple(name for name in (*self.names, *self.emails) if len(name) >= TELLING) or self.names

    def is_named_in(self, text: str, *, for_sure: bool = False) -> bool:
        """Whether a text holds one of the names as a word of its own, regardless of case."""
        return bool(_pattern(self.telling if for_sure else (*self.names, *self.emails)).search(text))


@lru_cache(maxsize=4)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def leaving(warehouse: Warehouse, wanted: str, aliases: Mapping[str, str]) -> Leaving:
    """Who an id, a name or an e-mail address means; `aliases` gives the account of other tools' names.

    Raises UsageError when no account goes by it. An address need not be known: it is kept out from now on.
    """
    if "@" in wanted:
        return Leaving("email", (), (), (wanted,))
    rows = warehouse.frame("select distinct account_id, account_name, domain from accepted.accounts").rows()
    folded = wanted.casefold()
    ids = {account for account, name, _ in rows if folded in (account.casefold(), (name or "").casefold())}
    if not ids:
        raise UsageError(f"no account is called {wanted!r}", "Use its id or its whole name, or an e-mail address.")
    own = {text for account, name, domain in rows if account in ids for text in (name, domain) if text}
    ids |= {account for account, name, _ in rows if name in own}
    keys = [*_keys(warehouse, ids), *(name for name, account in aliases.items() if account in ids)]
    names = dict.fromkeys([*sorted(ids), *sorted(own), *sorted(keys)])
    return Leaving("account", tuple(sorted(ids)), tuple(names), _addresses(warehouse, [*ids, *names]))


def remember(archive: Path, who: Leaving) -> None:
    """Note the hashes, so that later exports bring neither the account nor its people back."""
    remember_forgotten(archive, "account", who.names)
    remember_forgotten(archive, "email", who.emails)


def rows_naming(warehouse: Warehouse, who: Leaving) -> dict[str, int]:
    """How many accepted rows of each table name them, tables without one left out."""
    counts: dict[str, int] = {}
    for table, texts in text_columns().items():
        test = " or ".join(f"list_contains($names, lower({text}))" for text in texts) or "false"
        query = f"select count(*) from accepted.{table} where {test}"
        named = [name.casefold() for name in (*who.names, *who.emails)]
        counts[table] = int(warehouse.value(query, {"names": named}))
    return {table: count for table, count in counts.items() if count}


def exports_naming(workspace: Workspace, who: Leaving, guard: Guard) -> list[str]:
    """The files in exports/ that hold one of the names; they are never changed."""
    holders = []
    for found in found_files(workspace.exports, workspace.root):
        if isinstance(found, Found):
            inside = guard.opened(found, workspace.staged)
            texts = (one.text for one in inside.items if not isinstance(one, Refused) and one.text)
            if any(is_named_in_file(text.records.path, who) for text in texts):
                holders.append(found.path)
    return holders


def is_named_in_file(path: Path, who: Leaving, *, for_sure: bool = False) -> bool:
    """Whether a text file holds one of the names, in letters or as HTML writes them."""
    tail = ""
    longest = max(map(len, (*who.names, *who.emails)), default=0) * 6
    with path.open(encoding="utf-8", errors="replace") as file:
        while block := file.read(BLOCK):
            text = tail + block
            shown = html.unescape(text) if "&" in text else text
            if who.is_named_in(text, for_sure=for_sure) or who.is_named_in(shown, for_sure=for_sure):
                return True
            tail = text[-longest:]
    return False


def redacted(workspace: Workspace, sources: Mapping[str, Source], who: Leaving, guard: Guard) -> list[str]:
    """Take them out of every archived file and correction; the paths of those that held them.

    Tables that came in one file with such a table are kept one by one from then on. Raises RunFailed, before anything
    is changed, when an archived file cannot be read any more.
    """
    privacy, entries = privacy_of(workspace.archive), journal(workspace.archive)
    hidden = replace(who, names=tuple(hashed(name, privacy.salt) for name in (*who.names, *who.emails)), emails=())
    held = [
        entry
        for entry in entries
        if not is_correction(entry) and _holds(_archived(workspace, entry, sources, guard), who, hidden)
    ]
    apart = {entry.container for entry in held}
    fresh = []
    for entry in entries:
        if is_correction(entry):
            entry = _without(workspace, entry, who)
        elif entry.container in apart:
            entry = _kept_apart(workspace, entry, sources, privacy, guard)
        fresh.append(entry)
    if fresh != entries:
        rewritten(workspace.archive, fresh)
        _drop_unreferenced(workspace.archive, entries, fresh)
    return sorted({entry.path for entry in held})


def _keys(warehouse: Warehouse, ids: Iterable[str]) -> list[str]:
    query = "select distinct external_id from accepted.account_keys where list_contains(?, account_id) order by all"
    return [str(one) for one in warehouse.frame(query, [sorted(ids)])["external_id"]]


def _addresses(warehouse: Warehouse, accounts: Iterable[str]) -> tuple[str, ...]:
    """The e-mail addresses of an account's people."""
    people = " union all ".join(PEOPLE)
    query = (
        f"select distinct email from ({people}) where list_contains(?, account_id) and contains(email, '@') order by 1"
    )
    return tuple(str(one) for one in warehouse.frame(query, [sorted(accounts)])["email"])


def _archived(workspace: Workspace, entry: Entry, sources: Mapping[str, Source], guard: Guard) -> Delivery:
    found = from_archive(workspace, entry, sources, guard)
    if isinstance(found, Unrecognised):
        raise RunFailed(
            f"{entry.path} of the archive cannot be read any more: it {found.reason}",
            "Bring its source back into sources/, then forget again; nothing was taken out.",
        )
    return found


def _holds(one: Delivery, who: Leaving, hidden: Leaving) -> bool:
    if any(who.is_named_in(line.text) for line in one.text.damaged):
        return True
    return any(is_named_in_file(one.text.records.path, name) for name in (who, hidden))


def _kept_apart(
    workspace: Workspace, entry: Entry, sources: Mapping[str, Source], privacy: Privacy, guard: Guard
) -> Entry:
    found = _archived(workspace, entry, sources, guard)
    text = withheld(guard, found, privacy, workspace.staged).text
    digest, location = stored(text, found.arrival.snapshot, workspace.staged)
    keep(workspace.archive, digest, location)
    return replace(entry, container=digest, stored="member")


def _without(workspace: Workspace, entry: Entry, who: Leaving) -> Entry:
    """A correction without the records that name them."""
    correction = read_correction(workspace.archive, entry)
    kept = {line: cells for line, cells in correction.cells.items() if not any(map(who.is_named_in, cells))}
    if len(kept) == len(correction.cells):
        return entry
    return rewritten_correction(workspace.archive, replace(correction, cells=kept), entry, workspace.staged)


def _drop_unreferenced(archive: Path, before: Sequence[Entry], after: Sequence[Entry]) -> None:
    for container in {entry.container for entry in before} - {entry.container for entry in after}:
        archived(archive, container).unlink(missing_ok=True)
