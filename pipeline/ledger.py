"""Ledger: the frozen frames that say what was loaded, what was not, and whom it names.

It flows from ingest and the marts to the quality report, its data file and the lines at the end of a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import polars as pl

from pipeline.frames import Schema, shaped

FILES: Schema = {
    "file_id": pl.String,
    "path": pl.String,
    "status": pl.String,
    "note": pl.String,
    "source": pl.String,
    "export": pl.String,
    "table_name": pl.String,
    "rows_read": pl.Int64,
    "accepted": pl.Int64,
    "rejected": pl.Int64,
    "set_aside": pl.Int64,
    "duplicates": pl.Int64,
    "deleted": pl.Int64,
    "orphans": pl.Int64,
    "encoding": pl.String,
    "dialect": pl.String,
    "confidence": pl.String,
    "remarks": pl.String,
    "unmapped": pl.List(pl.String),
    "extracted_at": pl.Datetime("us"),
    "is_newest": pl.Boolean,
}
EXAMPLE = pl.Struct({"path": pl.String, "line": pl.Int64, "value": pl.String})
RULES: Schema = {
    "source": pl.String,
    "table_name": pl.String,
    "column_name": pl.String,
    "rule": pl.String,
    "is_aside": pl.Boolean,
    "row_count": pl.Int64,
    "remedy": pl.String,
    "examples": pl.List(EXAMPLE),
}
VOLUME: Schema = {
    "source": pl.String,
    "export": pl.String,
    "table_name": pl.String,
    "loaded_on": pl.Date,
    "row_count": pl.Int64,
    "earlier_count": pl.Int64,
    "usual_count": pl.Float64,
    "state": pl.String,
}
DRIFT: Schema = {
    "source": pl.String,
    "export": pl.String,
    "before_on": pl.Date,
    "loaded_on": pl.Date,
    "appeared": pl.List(pl.String),
    "vanished": pl.List(pl.String),
    "moved": pl.List(pl.String),
}
READINGS: Schema = {
    "file_id": pl.String,
    "table_name": pl.String,
    "column_name": pl.String,
    "header": pl.String,
    "kind": pl.String,
    "how": pl.String,
}
HELD_BACK: Schema = {
    "path": pl.String,
    "table_name": pl.String,
    "account_count": pl.Int64,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "was_count": pl.Int64,
    "is_count": pl.Int64,
}
UNMATCHED: Schema = {
    "namespace": pl.String,
    "external_id": pl.String,
    "alias_system": pl.String,
    "is_deleted": pl.Boolean,
    "table_names": pl.String,
    "row_count": pl.Int64,
    "file_id": pl.String,
    "first_line": pl.Int64,
    "contract_count": pl.Int64,
    "arr": pl.Decimal(18, 2),
    "proposed_account_id": pl.String,
    "proposed_account_name": pl.String,
    "similarity": pl.Float64,
}
MATCHES: Schema = {
    "table_name": pl.String,
    "system": pl.String,
    "namespace": pl.String,
    "name_count": pl.Int64,
    "matched_name_count": pl.Int64,
    "by_id_count": pl.Int64,
    "by_key_count": pl.Int64,
    "by_alias_count": pl.Int64,
    "by_domain_count": pl.Int64,
    "by_name_count": pl.Int64,
    "row_count": pl.Int64,
    "matched_row_count": pl.Int64,
}
OWNERS: Schema = {
    "table_name": pl.String,
    "system": pl.String,
    "owner_rank": pl.Int64,
    "row_count": pl.Int64,
    "used_count": pl.Int64,
}
GAPS: Schema = {"account_id": pl.String, "csm": pl.String, "field": pl.String, "record_count": pl.Int64}
FOUND: Schema = {"check": pl.String, "account_id": pl.String, "contract_id": pl.String, "row_count": pl.Int64}
CUSTOMERS: Schema = {
    "account_id": pl.String,
    "account_name": pl.String,
    "csm": pl.String,
    "arr": pl.Decimal(18, 2),
    "is_customer": pl.Boolean,
}
FEEDS: Schema = {
    "feed": pl.String,
    "is_expected": pl.Boolean,
    "has_rows": pl.Boolean,
    "newest_on": pl.Date,
    "age_days": pl.Int64,
    "max_age_days": pl.Int64,
    "state": pl.String,
}
OVERRIDES: Schema = {
    "account_id": pl.String,
    "band": pl.String,
    "reason": pl.String,
    "author": pl.String,
    "expires_on": pl.Date,
}
SCHEMAS: Mapping[str, Schema] = {
    "files": FILES,
    "rules": RULES,
    "volume": VOLUME,
    "drift": DRIFT,
    "readings": READINGS,
    "held_back": HELD_BACK,
    "unmatched": UNMATCHED,
    "matches": MATCHES,
    "owners": OWNERS,
    "gaps": GAPS,
    "found": FOUND,
    "customers": CUSTOMERS,
    "feeds": FEEDS,
    "overrides": OVERRIDES,
}
BUILT = ("unmatched", "matches", "owners", "gaps", "found", "customers", "feeds", "overrides")


@dataclass(frozen=True, slots=True)
class Ledger:
    """One row per: file and table, reject rule, newest load, changed header, decided reading, load held back; then,
    where marts are built: unmatched name, way of matching, table with owners, missing field, finding, account, feed,
    override. Money is in `currency`."""

    as_of: date
    currency: str
    files: pl.DataFrame
    rules: pl.DataFrame
    volume: pl.DataFrame
    drift: pl.DataFrame
    readings: pl.DataFrame
    held_back: pl.DataFrame
    unmatched: pl.DataFrame
    matches: pl.DataFrame
    owners: pl.DataFrame
    gaps: pl.DataFrame
    found: pl.DataFrame
    customers: pl.DataFrame
    feeds: pl.DataFrame
    overrides: pl.DataFrame

    @classmethod
    def from_frames(cls, as_of: date, currency: str, frames: Mapping[str, pl.DataFrame]) -> Self:
        """A ledger of the frames there are, each with the columns of its schema, null where a frame lacks one."""
        return cls(
            as_of,
            currency,
            **{name: shaped(frames.get(name, pl.DataFrame()), schema) for name, schema in SCHEMAS.items()},
        )

    @property
    def newest(self) -> pl.DataFrame:
        """The files of the newest load of every export, and those that could not be used: what a week rests on."""
        return self.files.filter(pl.col("is_newest").fill_null(value=True))

    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name in SCHEMAS}


def nothing_loaded(as_of: date, currency: str = "USD") -> Ledger:
    """A ledger without an entry."""
    return Ledger.from_frames(as_of, currency, {})
