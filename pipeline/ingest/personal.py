"""Personal data that must not be kept: columns a source drops or hashes, and people and accounts that were forgotten.

What is kept instead is the text of each table without them, in the archive and in the warehouse alike. Who was
forgotten is known by hashes only, salted with `archive/salt`, so that a later export does not bring them back.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.ingest.columns import source_places
from pipeline.ingest.contract import quoted_name
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.guard import Guard
from pipeline.ingest.journal import write_whole
from pipeline.ingest.landing import drop_landed, skimmed
from pipeline.ingest.recognise import Recognised
from pipeline.ingest.redaction import DIGITS, EMAIL, Redacted, Redaction, hashed, is_telling, redacted
from pipeline.ingest.sql_text import quoted
from pipeline.warehouse import Warehouse
from schemas.tables import TABLES

Kind = Literal["account", "email"]
FORGOTTEN = "forgotten.jsonl"
SALT = "salt"
UNEQUAL = "[^ -~]|@|  |^ | $|^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$"
ABOUT_COMPANIES = {"accounts", "contracts", "opportunities"}


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a workspace must not keep: the salt of its hashes, and the hashes of who was forgotten."""

    salt: bytes
    forgotten: frozenset[str] = frozenset()


def privacy_of(archive: Path) -> Privacy:
    """The privacy of a workspace; its salt is made the first time."""
    path, salt = archive / FORGOTTEN, archive / SALT
    if not salt.exists():
        archive.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(salt, secrets.token_hex(32).encode())
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return Privacy(salt.read_bytes(), frozenset(json.loads(line)["hash"] for line in lines))


def remember_forgotten(archive: Path, kind: Kind, values: Iterable[str]) -> None:
    """Note who is forgotten: of an account every id, name and address of it and its people, of a person theirs."""
    salt, path = privacy_of(archive).salt, archive / FORGOTTEN
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    fresh = dict.fromkeys(hashed(value, salt) for value in values if value.strip())
    lines = (json.dumps({"hash": one, "kind": kind}, sort_keys=True) + "\n" for one in fresh)
    write_whole(path, (before + "".join(line for line in lines if line not in before)).encode())


def is_personal(file: Recognised) -> bool:
    """Whether a file has columns that its source drops or hashes."""
    return bool(file.header.places([*file.file.drop, *file.file.hash]))


def is_withheld(one: Delivery) -> bool:
    """Whether what a source drops or hashes now was taken out of the table before it was archived."""
    return set(_remarks(one.file)) <= set(one.text.remarks)


def redaction_of(file: Recognised, privacy: Privacy) -> Redaction:
    """What of a file must not be kept."""
    tables = {table.table for table in file.file.table}
    return Redaction(
        salt=privacy.salt,
        first_record=file.first_record,
        width=len(file.header.names),
        drop=tuple(file.header.places(file.file.drop, every=True)),
        hash=tuple(file.header.places(file.file.hash, every=True)),
        account_places=_account_places(file),
        forgotten=privacy.forgotten,
        is_about_companies=bool(tables & ABOUT_COMPANIES),
        footer=tuple(file.file.footer),
    )


def names_forgotten(warehouse: Warehouse, one: Delivery, privacy: Privacy) -> bool:
    """Whether a file holds anybody who was forgotten; only values that differ are looked at."""
    if not privacy.forgotten:
        return False
    redaction = redaction_of(one.file, privacy)
    view = skimmed(warehouse, one.text, one.file, "privacy")
    is_found = any(_holds_forgotten(warehouse, view, place, redaction) for place in range(redaction.width))
    drop_landed(warehouse, "privacy")
    return is_found


def _holds_forgotten(warehouse: Warehouse, view: str, place: int, redaction: Redaction) -> bool:
    """Whether a column holds a forgotten value. Most texts are compared in SQL; the others, and addresses within
    longer texts, one by one."""
    column = quoted_name(f"c{place}")
    simple = f"not regexp_matches({column}, {quoted(UNEQUAL)})"
    values = f"select distinct {column} as cell, {simple} as is_simple from {view} where {column} <> ''"
    digest = f"substr(sha256($salt || lower(cell)), 1, {DIGITS})"
    given = {"salt": redaction.salt.decode(), "forgotten": sorted(redaction.forgotten)}
    test = f"list_contains($forgotten, case when is_simple then {digest} else cell end) or not is_simple"
    cells = [str(cell) for cell in warehouse.frame(f"select cell from ({values}) where {test}", given)["cell"]]
    is_account = place in redaction.account_places
    return any(
        (redaction.is_forgotten(cell) and (is_account or is_telling(cell)))
        or any(map(redaction.is_forgotten, EMAIL.findall(cell)))
        for cell in cells
    )


def withheld(guard: Guard, one: Delivery, privacy: Privacy, folder: Path) -> Redacted:
    """The table without what must not be kept. Raises Unsafe where that cannot be done."""
    target = folder / f"{one.arrival.snapshot.content_hash}.kept.csv"
    size = one.text.records.path.stat().st_size
    redaction = redaction_of(one.file, privacy)
    kept = guard.done(folder, size, redacted, one.text, redaction, target)
    said = tuple(remark for remark in _remarks(one.file) if remark not in kept.text.remarks)
    return replace(kept, text=replace(kept.text, remarks=(*kept.text.remarks, *said)))


def _remarks(file: Recognised) -> list[str]:
    said = {"not kept": file.file.drop, "kept as a hash": file.file.hash}
    named = {
        what: [file.header.names[at] for at in file.header.places(names, every=True)] for what, names in said.items()
    }
    return [f"{what}: {', '.join(names)}" for what, names in named.items() if names]


def _account_places(file: Recognised) -> tuple[int, ...]:
    """The cells that name the account of a row, in any of the file's tables."""
    places: list[int] = []
    for table in file.file.table:
        column = table.columns.get(TABLES[table.table].account_column or "")
        while column is not None:
            places += source_places(column, file.header)
            places += [place for names in column.of for place in file.header.places(names)]
            column = column.otherwise
    return tuple(dict.fromkeys(places))
