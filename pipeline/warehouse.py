"""The DuckDB file of a workspace: the only place that speaks to it.

The file is a rebuildable cache. It is created under a temporary name and moved into place, every stage works in one
transaction, and it is checkpointed and closed between stages.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.errors import RunFailed, WarehouseDamaged

SCHEMAS = ("meta", "accepted", "rejected", "staging", "intermediate", "marts", "checks", "scores")
STORAGE = "v1.5.0"
ENGINE = duckdb.__version__  # hashes that are kept in the warehouse hold for one version


class Warehouse:
    """An open connection: frames out, statements and frames in."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._connection = connection
        self._spill = spill

    def frame(self, sql: str, params: list[Any] | dict[str, Any] | None = None) -> pl.DataFrame:
        """The rows of a query."""
        frame: pl.DataFrame = self._connection.sql(sql, params=params).pl()
        return frame

    def value(self, sql: str, params: list[Any] | dict[str, Any] | None = None) -> Any:
        """The single value of a query."""
        return self.frame(sql, params).item()

    def execute(self, sql: str, params: list[Any] | dict[str, Any] | None = None) -> None:
        """Run statements for their effect."""
        self._connection.execute(sql, params)

    def set_variable(self, name: str, value: Any) -> None:
        """Make a value readable in SQL as `getvariable('name')`."""
        self._connection.execute(f"set variable {name} = ?", [value])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it."""
        with ExitStack() as undo:
            self._connection.execute("begin")
            undo.callback(self._connection.execute, "rollback")
            yield
            self._connection.execute("commit")
            undo.pop_all()

    @contextmanager
    def lending(self, name: str, frame: pl.DataFrame) -> Iterator[None]:
        """A Polars frame readable in SQL as `name` inside the block; after a failure it stays until the next loan."""
        self._connection.register(name, frame)
        yield
        self._connection.unregister(name)

    def add(self, table: str, select: str) -> None:
        """Add the rows of a query to a table, columns by name.

        For tables that one transaction adds to more than once: after an insert of no rows, DuckDB 2.0 hides those of a
        large one that follows from parallel scans, so where there are none nothing is inserted.
        """
        if self.value(f"select exists(from ({select}))"):
            self._connection.execute(f"insert into {table} by name {select}")

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Add the rows of a frame to a table, columns by name."""
        with self.lending("incoming_rows", frame):
            self.add(table, "select * from incoming_rows")

    def saved(self, select: str) -> Path:
        """Write the rows of a query to a file of their own, which outlasts the transaction."""
        path = Path(self._spill, f"saved.{os.getpid()}.parquet")
        self._connection.execute(f"copy ({select}) to {_quoted(path)} (format parquet)")
        return path

    def restore(self, table: str, saved: Path) -> None:
        """Add what `saved` wrote to a table, and delete the file."""
        self.add(table, f"from read_parquet({_quoted(saved)})")
        saved.unlink()

    def replace(self, table: str, frame: pl.DataFrame) -> None:
        """Make a table hold exactly these rows."""
        with self.lending("incoming_rows", frame):
            self._connection.execute(f"create or replace table {table} as select * from incoming_rows")

    def has(self, table: str) -> bool:
        """Whether `schema.table` exists."""
        schema, name = table.split(".")
        query = "select count(*) from information_schema.tables where table_schema = ? and table_name = ?"
        return bool(self.value(query, [schema, name]))

    def checkpoint(self) -> None:
        """Write everything into the file itself."""
        self._connection.execute("checkpoint")


def discard_warehouse(path: Path) -> None:
    """Delete the file and its log, so that the next ingest rebuilds it from the archive."""
    for left_over in path.parent.glob(f"{path.name}*"):
        left_over.unlink()


@contextmanager
def open_warehouse(path: Path, readable: list[Path], *, memory: str = "1GB", threads: int = 2) -> Iterator[Warehouse]:
    """The warehouse at `path`, created when absent; SQL may read files only below `readable`.

    Raises WarehouseDamaged when the file cannot be opened, RunFailed when the disk fails while it is used.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _create(path)
    spill = path.parent / "spill"
    spill.mkdir(exist_ok=True, mode=0o700)
    connection = _connect(path, spill, memory, threads)
    try:
        _harden(connection, [*readable, spill])
        yield Warehouse(connection, spill)
    except (duckdb.FatalException, duckdb.IOException, duckdb.OutOfMemoryException) as failed:
        raise RunFailed(f"{path}: {_first_line(failed)}", "Free disk space or memory, then run again.") from failed
    finally:
        connection.close()


def _create(path: Path) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    for left_over in path.parent.glob(f".{path.name}.*.new*"):
        left_over.unlink()
    with duckdb.connect(str(fresh), config={"storage_compatibility_version": STORAGE}) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        connection.execute("checkpoint")
    _sync(fresh)
    fresh.replace(path)
    _sync(path.parent)


def _connect(path: Path, spill: Path, memory: str, threads: int) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(
            str(path),
            config={
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": str(spill),
                "max_temp_directory_size": "20GB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
    except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as damaged:
        raise WarehouseDamaged(
            f"{path} cannot be opened: {_first_line(damaged)}",
            f"Delete {path}; the next run rebuilds it from the archive.",
        ) from damaged


def _harden(connection: duckdb.DuckDBPyConnection, readable: list[Path]) -> None:
    folders = ", ".join(_quoted(folder.resolve(), "/") for folder in readable)
    connection.execute(f"set allowed_directories = [{folders}]")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(path: Path, end: str = "") -> str:
    return "'" + f"{path}{end}".replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
