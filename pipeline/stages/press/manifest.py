"""manifest.json: what went in, by which rules, what the checks said, what came out; the same for the same inputs."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.warehouse import Warehouse

NAME = "manifest.json"


def manifest(
    warehouse: Warehouse,
    files: pl.DataFrame,
    as_of: date,
    policy_hash: str,
    folder: Path,
    pages: dict[str, int],
    failed: list[str],
) -> str:
    """The manifest of a work folder as JSON text; `files` are the loads as they are to be told."""
    content = {
        "as_of": as_of.isoformat(),
        "policy_hash": policy_hash,
        "inputs": files.to_dicts(),
        "checks": findings(warehouse).to_dicts(),
        "feeds": _feeds(warehouse, as_of),
        "outputs": [_output(folder, path, pages) for path in outputs(folder)],
        "failed": sorted(failed),
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def outputs(folder: Path) -> list[Path]:
    """Every published file below a folder, the manifest itself and hidden files apart."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if path.name != NAME and not path.relative_to(folder).parts[0].startswith("."))


def findings(warehouse: Warehouse) -> pl.DataFrame:
    """One row per data check: its name and how many rows it found."""
    query = "select table_name from information_schema.tables where table_schema = 'checks' order by table_name"
    names = warehouse.frame(query).get_column("table_name").to_list()
    counts = [warehouse.value(f'select count(*) from checks."{name}"') for name in names]
    return pl.DataFrame({"name": names, "count": counts}, schema={"name": pl.String, "count": pl.Int64})


def loads(warehouse: Warehouse) -> pl.DataFrame:
    """One row per loaded file and table: path, system, rows read, accepted, rejected, duplicates."""
    query = """
        select files.path, files.system, files.content_hash as sha256, files.status, loads.table_name, loads.rows_read,
            loads.accepted, loads.rejected, loads.duplicates
        from meta.files as files left join meta.loads as loads using (file_id)
        order by files.path, loads.table_name, files.file_id
    """
    return warehouse.frame(query)


def _feeds(warehouse: Warehouse, as_of: date) -> list[dict[str, Any]]:
    rows = warehouse.frame(
        "select feed, is_expected, state, newest_on from marts.feed_weeks where week_ending_on = ? order by feed",
        [as_of],
    )
    return [{**row, "newest_on": row["newest_on"] and row["newest_on"].isoformat()} for row in rows.to_dicts()]


def _output(folder: Path, path: Path, pages: dict[str, int]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    body = path.read_bytes()
    entry: dict[str, Any] = {"path": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    return entry | ({"pages": pages[name]} if name in pages else {})
