"""The build stage: the files of `sql/` turn accepted rows into marts, then every data check runs.

All of it happens in one transaction: a build that fails leaves the last one standing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import FeedStale, QualityGate
from pipeline.policy import read_policy
from pipeline.stages.briefing import feeds_of, filled_tables, owners_of, read_aliases, set_variables
from pipeline.stages.fingerprint import Inputs, code_hash, inputs, is_current, remember, remembered
from pipeline.stages.layers import LAYERS, SQL, in_order, macros, selects
from pipeline.warehouse import Warehouse
from pipeline.workspace import REPOSITORY, Workspace

NEEDED = {"accounts", "contracts"}
STAGES = Path(__file__).parent
CODE = (SQL, *(STAGES / f"{name}.py" for name in ("build", "briefing", "layers")), REPOSITORY / "schemas/tables")
NOT_FRESH = """
    select feed, state from marts.feed_weeks inner join marts.weeks using (week_ending_on)
    where is_latest and is_expected and state <> 'fresh' order by feed
"""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made: rows per table, findings per check, and the expected feeds that are not fresh."""

    is_unchanged: bool
    rows: Mapping[str, int]
    findings: Mapping[str, int]
    feeds_not_fresh: Mapping[str, str]
    exit_codes: set[int]


def build(workspace: Workspace, warehouse: Warehouse, as_of: date, say: Callable[[str], None]) -> BuildReport:
    """Rebuild staging, intermediate, marts and checks for `as_of`, unless nothing they depend on has changed.

    Raises QualityGate when accounts or contracts have no accepted row, UsageError when two systems feed a table that
    needs an owner and none is named.
    """
    segments = read_policy(REPOSITORY / "policy", workspace.policy).segments
    wanted = build_inputs(workspace, warehouse, as_of)
    if is_current(warehouse, "build", wanted):
        say("build: nothing has changed")
        return _report(warehouse, is_unchanged=True)
    _require_rows(warehouse)
    settings = workspace.settings
    owners, feeds = owners_of(warehouse, settings), feeds_of(warehouse, settings)
    set_variables(warehouse, settings, segments, as_of)
    with warehouse.transaction():
        warehouse.replace("meta.owners", owners)
        warehouse.replace("meta.feeds", feeds)
        warehouse.replace("meta.aliases", read_aliases(workspace.sources / "aliases.csv"))
        _make_tables(warehouse, say)
        remember(warehouse, "build", wanted)
    warehouse.checkpoint()
    return _report(warehouse, is_unchanged=False)


def build_inputs(workspace: Workspace, warehouse: Warehouse, as_of: date) -> Inputs:
    """What a build works on, part by part."""
    files = warehouse.frame("select file_id, status, extracted_at from meta.files order by loaded_seq, file_id, path")
    aliases = workspace.sources / "aliases.csv"
    return inputs(
        files=files.rows(),
        readings=remembered(warehouse, "ingest"),
        corrections=_corrections(warehouse),
        as_of=as_of,
        settings=workspace.settings.model_dump_json(),
        policy=read_policy(REPOSITORY / "policy", workspace.policy).segments.model_dump_json(),
        aliases=code_hash(aliases) if aliases.is_file() else "",
        code=code_hash(*CODE),
    )


def _corrections(warehouse: Warehouse) -> list[tuple[int]]:
    """The corrections with which the files were read."""
    if not warehouse.has("meta.corrections"):
        return []
    return warehouse.frame("select seq from meta.corrections order by seq").rows()


def _require_rows(warehouse: Warehouse) -> None:
    for table in sorted(NEEDED - filled_tables(warehouse)):
        raise QualityGate(
            f"{table}: not one row was accepted, and nothing can be said without them",
            f"Put an export of {table} into exports/, or see `bellwether quarantine list` for what was set aside.",
        )


def _make_tables(warehouse: Warehouse, say: Callable[[str], None]) -> None:
    warehouse.execute(macros())
    ordered = in_order(warehouse, selects())
    _drop_left_overs(warehouse, {select.table for select in ordered})
    for layer in LAYERS:
        began = time.perf_counter()
        made = [select for select in ordered if select.layer == layer]
        for select in made:
            warehouse.execute(f"create or replace table {select.table} as\n{select.sql}")
        say(f"build: {layer}, {len(made)} tables ({time.perf_counter() - began:.1f} s)")


def _drop_left_overs(warehouse: Warehouse, wanted: set[str]) -> None:
    query = "select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ?"
    for table in sorted(set(warehouse.frame(query, [list(LAYERS)])["name"]) - wanted):
        warehouse.execute(f"drop table {table}")


def _report(warehouse: Warehouse, *, is_unchanged: bool) -> BuildReport:
    tables = [select.table for select in selects()]
    counts = " union all ".join(f"select '{table}' as made, count(*) as row_count from {table}" for table in tables)
    rows = dict(warehouse.frame(f"{counts} order by made").iter_rows())
    findings = {table.removeprefix("checks."): count for table, count in rows.items() if table.startswith("checks.")}
    not_fresh = dict(warehouse.frame(NOT_FRESH).iter_rows())
    return BuildReport(is_unchanged, rows, findings, not_fresh, {FeedStale.exit_code} if not_fresh else set())
