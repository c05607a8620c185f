"""One load in one transaction: the rows, the gate on the share of rejects, the account of the files, the journal."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.errors import QualityGate
from pipeline.ingest.deliveries import Arrival, Delivery
from pipeline.ingest.journal import Entry, keep, remember
from pipeline.ingest.load import Loaded, load
from pipeline.ingest.recognise import unmapped
from pipeline.ingest.rejects import first_reason
from pipeline.ingest.sql_text import quoted
from pipeline.ingest.store import FILES, LOADS
from pipeline.warehouse import Warehouse
from pipeline.workspace import Quality, Workspace


class TooManyRejects(QualityGate):
    """More of a load was rejected than the workspace allows; carries what was found, for the report."""

    def __init__(self, message: str, loaded: Loaded, rejected: Path) -> None:
        super().__init__(message, "Correct the export, or raise max_reject_pct; nothing of it was applied.")
        self.loaded = loaded
        self.rejected = rejected


@dataclass(frozen=True, slots=True)
class Load:
    """Files of one export and export time, and the journal's lines for them."""

    deliveries: Sequence[Delivery]
    entries: Sequence[Entry]
    is_replay: bool

    @property
    def file_ids(self) -> list[str]:
        """What the rows of each file are marked with: a hash of the content and the time of export."""
        return [file_id(entry.content, entry.extracted_at) for entry in self.entries]


def file_id(content: str, extracted_at: str) -> str:
    """The identity of a file: the same content exported again at another time says that it still holds."""
    return hashlib.sha256(f"{content} {extracted_at}".encode()).hexdigest()


def new_entries(deliveries: Sequence[Delivery], load_number: int, first_seq: int) -> list[Entry]:
    """The journal's lines for a load that is about to be made."""
    return [
        Entry(
            seq=first_seq + at,
            load=load_number,
            content=one.arrival.snapshot.content_hash,
            container=one.arrival.container,
            path=one.path,
            system=one.system,
            export=one.export,
            extracted_at=one.exported_at.isoformat(),
            stored="member" if one.arrival.is_member else "container",
        )
        for at, one in enumerate(deliveries)
    ]


def committed(workspace: Workspace, warehouse: Warehouse, this: Load, locations: Mapping[str, Path]) -> Loaded:
    """Load the files, or raise QualityGate and leave everything as it was, but for a note of why."""
    try:
        with warehouse.transaction():
            loaded = load(warehouse, this.deliveries, this.file_ids, workspace.settings.company.time_zone)
            _check_share(warehouse, this, loaded, workspace.settings.quality)
            _account(warehouse, this, loaded)
            if not this.is_replay:
                for entry in this.entries:
                    keep(workspace.archive, entry.container, locations[entry.container])
                remember(workspace.archive, this.entries)
    except QualityGate as refused:
        _note_failure(warehouse, this, refused)
        raise
    return loaded


def _check_share(warehouse: Warehouse, this: Load, loaded: Loaded, quality: Quality) -> None:
    totals = loaded.counts.group_by("table_name").agg(pl.col("rows_read", "rejected", "set_aside").sum())
    for row in totals.sort("table_name").to_dicts():
        limit = quality.tables.get(row["table_name"], quality.max_reject_pct)
        bad = row["rejected"] - row["set_aside"]
        if bad * 100 > limit * row["rows_read"]:
            paths = ", ".join(one.path for one in this.deliveries)
            line, column, rule, value = first_reason(warehouse, row["table_name"])
            files = ", ".join(quoted(identity) for identity in this.file_ids)
            raise TooManyRejects(
                f"{paths}: {bad} of {row['rows_read']} rows for {row['table_name']} cannot be used, over the limit of "
                f"{limit:g}%; the first is line {line}: {column or 'row'} {rule} {value or ''}".rstrip(),
                loaded,
                warehouse.saved(f"from rejected.rows where file_id in ({files})"),
            )


def _account(warehouse: Warehouse, this: Load, loaded: Loaded) -> None:
    warehouse.insert("meta.files", _files(this, "loaded", ""))
    ids = pl.DataFrame({"file_id": this.file_ids}).with_columns(_file_no=pl.int_range(pl.len(), dtype=pl.Int64))
    warehouse.insert("meta.loads", loaded.counts.join(ids, on="_file_no").select(LOADS))
    warehouse.insert("meta.unmapped_columns", _unmapped(this))
    warehouse.insert("meta.headers", _headers(this))
    warehouse.insert("meta.readings", loaded.readings)


def _files(this: Load, status: str, note: str) -> pl.DataFrame:
    rows = [
        file_row(one.arrival, identity, status, note)
        | {"system": one.system, "export": one.export, "extracted_at": one.exported_at}
        | {"loaded_seq": entry.seq if status == "loaded" else None}
        | {"dialect": one.text.records.delimiter, "remarks": "; ".join((*one.text.remarks, *one.file.remarks))}
        | {"confidence": one.file.file.confidence}
        for one, entry, identity in zip(this.deliveries, this.entries, this.file_ids, strict=True)
    ]
    return pl.DataFrame(rows, schema=FILES)


def file_row(arrival: Arrival, identity: str, status: str, note: str) -> dict[str, object]:
    """A line of `meta.files` as far as it is known before a file is recognised."""
    return dict.fromkeys(FILES) | {
        "file_id": identity,
        "path": arrival.path,
        "encoding": arrival.snapshot.encoding,
        "bytes": arrival.snapshot.byte_count,
        "status": status,
        "note": note,
        "content_hash": arrival.snapshot.content_hash,
    }


def _unmapped(this: Load) -> pl.DataFrame:
    pairs = [
        (identity, name)
        for one, identity in zip(this.deliveries, this.file_ids, strict=True)
        for name in unmapped(one.file)
    ]
    return pl.DataFrame(pairs, schema={"file_id": pl.String, "column_name": pl.String}, orient="row")


def _headers(this: Load) -> pl.DataFrame:
    rows = [
        (identity, place, name)
        for one, identity in zip(this.deliveries, this.file_ids, strict=True)
        for place, name in enumerate(one.file.header.names)
    ]
    return pl.DataFrame(rows, schema={"file_id": pl.String, "place": pl.Int64, "column_name": pl.String}, orient="row")


def _note_failure(warehouse: Warehouse, this: Load, refused: QualityGate) -> None:
    """What is known of a load that was not applied: all its rows count as rejected."""
    with warehouse.transaction():
        warehouse.insert("meta.files", _files(this, "failed", refused.message))
        if isinstance(refused, TooManyRejects):
            ids = pl.DataFrame({"file_id": this.file_ids}).with_columns(_file_no=pl.int_range(pl.len(), dtype=pl.Int64))
            nothing = {"accepted": 0, "duplicates": 0, "deleted": 0, "set_aside": 0}
            counts = refused.loaded.counts.with_columns(
                pl.lit(value, pl.Int64).alias(name) for name, value in nothing.items()
            )
            counts = counts.with_columns(rejected=pl.col("rows_read"))
            warehouse.insert("meta.loads", counts.join(ids, on="_file_no").select(LOADS))
            warehouse.restore("rejected.rows", refused.rejected)
            warehouse.insert("meta.headers", _headers(this))
            warehouse.insert("meta.readings", refused.loaded.readings)
