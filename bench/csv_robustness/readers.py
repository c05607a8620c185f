"""The readers compared: ours, DuckDB's with its most forgiving settings, and Python's csv."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from bench.csv_robustness.cases import Case, Rows
from bench.csv_robustness.measures import Loaded
from bench.csv_robustness.tables import table_of
from pipeline.errors import QualityGate
from pipeline.ingest.grammar import Dialect
from pipeline.ingest.snapshot import snapshot
from pipeline.ingest.text import text_of

Reader = Callable[[Case, bool], Loaded]


def ours(case: Case, is_automatic: bool) -> Loaded:
    """What an ingest sees of the file: the private copy, told apart into records, split into fitting and set aside."""
    with TemporaryDirectory() as folder:
        copy = snapshot([case.path.read_bytes()], Path(folder)).path
        told = case.parameters
        declared = None if is_automatic else Dialect(told.delimiter, told.quote[0], told.escape)
        try:
            return table_of(copy, text_of(copy, declared), None if is_automatic else told)
        except QualityGate as refused:
            return Loaded(None, reason=refused.message)


def duckdb_reader(case: Case, is_automatic: bool) -> Loaded:
    """DuckDB told to be lenient, to skip what it cannot read and to pad short rows, on one thread, as that asks for."""
    told = case.parameters
    options: dict[str, Any] = {"strict_mode": False, "ignore_errors": True, "null_padding": True, "parallel": False}
    if not is_automatic:
        names = told.names or tuple(f"col_{place}" for place in range(told.width)) or ("col_0",)
        options |= {"delimiter": told.delimiter, "quotechar": told.quote, "escapechar": told.escape, "header": False}
        options |= {"skiprows": told.preamble_lines + told.header_lines, "auto_detect": False}
        options |= {"columns": dict.fromkeys(names, "VARCHAR")}
    with duckdb.connect() as connection:
        try:
            relation = connection.read_csv(str(case.path), **options)
            rows = [["" if value is None else str(value) for value in row] for row in relation.fetchall()]
        except (duckdb.Error, ValueError) as failed:
            return Loaded(None, reason=str(failed).splitlines()[0])
        return Loaded([list(relation.columns), *rows])


def python_csv(case: Case, is_automatic: bool) -> Loaded:
    """Python's csv, with the dialect declared as far as it takes it, or sniffed from the whole file."""
    told = case.parameters
    try:
        text = case.path.read_bytes().decode(told.encoding)
        if is_automatic:
            return Loaded(list(csv.reader(io.StringIO(text, newline=""), csv.Sniffer().sniff(text))))
        is_doubled = told.escape == told.quote
        rows = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=told.delimiter,
            quotechar=told.quote,
            escapechar=None if is_doubled else told.escape,
            doublequote=is_doubled,
        )
        return Loaded(_below_header(list(rows), case))
    except (csv.Error, TypeError, UnicodeDecodeError) as failed:
        return Loaded(None, reason=str(failed))


def _below_header(rows: Rows, case: Case) -> Rows:
    told = case.parameters
    data = rows[told.preamble_lines + told.header_lines :]
    return [list(told.names), *data] if told.header_lines else data


READERS: dict[str, Reader] = {"Bellwether": ours, "DuckDB": duckdb_reader, "Python csv": python_csv}
