"""Reads the marts, scores and accounts of the load back from the warehouse: what documents and explanations need."""

from datetime import date

import polars as pl

from pipeline.book import FOR_SCORES_ALONE, MARTS, Book
from pipeline.errors import RunFailed, UsageError
from pipeline.ingest.compared import header_drift, volumes
from pipeline.ingest.quality import file_accounts, held_back, readings, rejects_by_rule
from pipeline.ledger import Ledger
from pipeline.scores import SCORES, Scores
from pipeline.warehouse import Warehouse
from pipeline.workspace import Workspace

EVERY = "*"
BUILT = {
    "unmatched": (
        "marts.unmatched_accounts",
        "select * from marts.unmatched_accounts order by arr desc nulls last, row_count desc, namespace, external_id",
    ),
    "matches": ("marts.account_matches", "select * from marts.account_matches order by system, table_name, namespace"),
    "owners": (
        "staging.stg_owner_rows",
        "select * from staging.stg_owner_rows order by table_name, owner_rank, system",
    ),
    "gaps": ("marts.account_gaps", "select * from marts.account_gaps order by csm nulls last, field, account_id"),
    "customers": (
        "marts.accounts",
        """
        select account_id, account_name, csm, case when churned_on is null then arr else churned_arr end as arr,
            is_scored and churned_on is null as is_customer
        from marts.accounts order by account_id
    """,
    ),
    "overrides": ("marts.overrides", "select * from marts.overrides order by expires_on, account_id, made_on"),
}
FEEDS = "select * from marts.feed_weeks where week_ending_on = ? order by feed"


def read_book(workspace: Workspace, warehouse: Warehouse, as_of: date) -> Book:
    """The marts as they stand; those that scoring alone looks at are left empty."""
    there = [mart for mart in MARTS if mart not in FOR_SCORES_ALONE and warehouse.has(f"marts.{mart}")]
    return Book.from_frames(
        as_of, workspace.settings, {mart: warehouse.frame(f"select * from marts.{mart}") for mart in there}
    )


def read_scores(warehouse: Warehouse) -> Scores:
    """The scores as they stand; RunFailed before the first scoring."""
    if not all(warehouse.has(f"scores.{name}") for name in SCORES):
        raise RunFailed("the accounts are not scored", "Run `bellwether score` first.")
    return Scores.from_frames({name: warehouse.frame(f"select * from scores.{name}") for name in SCORES})


def customers_called(warehouse: Warehouse, wanted: str) -> list[str]:
    """The ids that a word names: `*` for all, an id or a whole name, else the only name that holds it.

    Raises UsageError for what names no customer, or several.
    """
    query = "select account_id, account_name from marts.accounts where is_scored order by account_id"
    scored = list(warehouse.frame(query).iter_rows())
    if wanted == EVERY:
        return [account for account, _ in scored]
    same = [account for account, name in scored if wanted == account or wanted.casefold() == name.casefold()]
    near = [account for account, name in scored if wanted.casefold() in name.casefold()]
    if same or len(near) == 1:
        return same or near
    if near:
        raise UsageError(f"{wanted!r} fits {len(near)} customers", "Use the account's id or its whole name.")
    raise UsageError(f"no customer is called {wanted!r}", "Use an id or a name; data/accounts.csv lists them.")


def read_ledger(workspace: Workspace, warehouse: Warehouse, as_of: date) -> Ledger:
    """What was loaded and how it adds up; what the marts say of it as far as they are built."""
    company, there = workspace.settings.company, _tables(warehouse)
    files = file_accounts(warehouse, company.time_zone)
    frames = {
        "files": _with_orphans(warehouse, files) if "checks.orphans" in there else files,
        "rules": rejects_by_rule(warehouse, files),
        "volume": volumes(warehouse, company.time_zone),
        "drift": header_drift(warehouse, company.time_zone),
        "readings": readings(warehouse),
        "held_back": held_back(warehouse, files),
        "found": _found(warehouse),
    }
    frames |= {name: warehouse.frame(query) for name, (table, query) in BUILT.items() if table in there}
    if "marts.feed_weeks" in there:
        frames["feeds"] = warehouse.frame(FEEDS, [as_of])
    return Ledger.from_frames(as_of, company.reporting_currency, frames)


def _tables(warehouse: Warehouse) -> set[str]:
    return set(warehouse.frame("select schema_name || '.' || table_name as name from duckdb_tables()")["name"])


def _with_orphans(warehouse: Warehouse, files: pl.DataFrame) -> pl.DataFrame:
    orphans = warehouse.frame(
        "select file_id, table_name, sum(row_count)::bigint as orphans from checks.orphans group by file_id, table_name"
    )
    counted = files.join(orphans, on=["file_id", "table_name"], how="left", maintain_order="left")
    return counted.with_columns(pl.col("orphans").fill_null(0))


def _found(warehouse: Warehouse) -> pl.DataFrame:
    """One row per data check, account and contract that it found something about; each null where none is named.

    Of two contracts that contradict each other the later one is named.
    """
    columns = warehouse.frame(
        "select table_name, column_name from duckdb_columns() where schema_name = 'checks' order by all"
    )
    by_check = columns.group_by("table_name", maintain_order=True).agg("column_name")
    counted = [_found_by(check, set(names)) for check, names in by_check.iter_rows()]
    return warehouse.frame(f"{' union all '.join(counted)} order by all") if counted else pl.DataFrame()


def _found_by(check: str, columns: set[str]) -> str:
    account = "account_id" if "account_id" in columns else "null"
    contract = next((name for name in ("contract_id", "later_contract_id") if name in columns), "null")
    return (
        f"select '{check}' as \"check\", {account} as account_id, {contract} as contract_id, "
        f'count(*) as row_count from checks."{check}" group by all'
    )
