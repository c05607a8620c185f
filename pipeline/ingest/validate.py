"""Typed rows against the table contract: which rules each row breaks.

The contract is the pandera model. `checked` lets pandera judge a frame; `valid_sql` and `broken_sql` say the same in
SQL generated from the model, for tables that are too large to be frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pandera.polars as pa
import polars as pl

from pipeline.ingest.cells import quoted
from pipeline.ingest.contract import quoted_name
from schemas.tables import TABLES, Table

PROBLEMS = {"_row": pl.Int64, "column_name": pl.String, "rule": pl.String, "value": pl.String, "remedy": pl.String}
RULES = {
    "not_nullable": "required",
    "isin": "unknown_value",
    "str_matches": "malformed",
    "greater_than_or_equal_to": "out_of_range",
    "greater_than": "out_of_range",
    "less_than_or_equal_to": "out_of_range",
    "less_than": "out_of_range",
}
COMPARISONS = {
    "greater_than_or_equal_to": (">=", "min_value"),
    "greater_than": (">", "min_value"),
    "less_than_or_equal_to": ("<=", "max_value"),
    "less_than": ("<", "max_value"),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One rule of a contract in SQL: `holds` is never null; a rule about the whole row has no column."""

    column: str | None
    rule: str
    holds: str
    remedy: str
    shows_value: bool = True


def checked(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One line per broken rule: the row's number in the frame, column, value and remedy.

    `frame` holds the canonical columns, typed and in order.
    """
    if not frame.height:
        return pl.DataFrame(schema=PROBLEMS)
    try:
        table.schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return _problems(errors.failure_cases, table)
    return pl.DataFrame(schema=PROBLEMS)


def valid_sql(table: Table) -> str:
    """SQL of whether a typed row of the table keeps every rule; never null."""
    return " and ".join(f"({test.holds})" for test in _tests(table.name)) or "true"


def broken_sql(table: Table, relation: str) -> str:
    """A select of one line per broken rule of the relation's rows: _record, _line, column_name, rule, value, remedy."""
    found = ", ".join(_found_sql(test) for test in _tests(table.name)) or "null"
    return f"""
        select _record, _line, problem.column_name, problem.rule, problem.value, problem.remedy
        from (
            select _record, _line, unnest([{found}]) as problem
            from (from {relation} where not ({valid_sql(table)}))
        )
        where problem is not null
    """


@cache
def _tests(name: str) -> tuple[Test, ...]:
    table = TABLES[name]
    columns = tuple(test for column in table.columns for test in _column_tests(table, column))
    rows = tuple(Test(None, rule, f"coalesce({sql}, true)", _remedy_of(rule)) for rule, sql in table.row_rules.items())
    return columns + rows


def _column_tests(table: Table, name: str) -> Iterator[Test]:
    column = table.schema.columns[name]
    cell = quoted_name(name)
    if not column.nullable:
        yield Test(name, "required", f"{cell} is not null", _remedy_of("not_nullable", name), shows_value=False)
    for check in column.checks:
        holds = f"coalesce({_check_sql(check, cell)}, true)"
        yield Test(name, RULES[str(check.name)], holds, _remedy_of(str(check.error), name))


def _check_sql(check: pa.Check, cell: str) -> str:
    """A column check in SQL, null for a null cell. Raises KeyError for a kind of check that has no SQL here."""
    told, name = check.statistics or {}, str(check.name)
    if name == "isin":
        return f"{cell} in ({', '.join(quoted(str(value)) for value in told['allowed_values'])})"
    if name == "str_matches":
        return f"regexp_matches({cell}, {quoted(told['pattern'])})"
    sign, bound = COMPARISONS[name]
    return f"{cell} {sign} {told[bound]}"


def _found_sql(test: Test) -> str:
    value = f"{quoted_name(test.column)}::varchar" if test.column and test.shows_value else "null::varchar"
    name = quoted(test.column) if test.column else "null::varchar"
    return (
        f"case when not ({test.holds}) then {{'column_name': {name}, 'rule': {quoted(test.rule)}, "
        f"'value': {value}, 'remedy': {quoted(test.remedy)}}} end"
    )


def _problems(cases: pl.DataFrame, table: Table) -> pl.DataFrame:
    whole = cases.filter(pl.col("index").is_null())
    if whole.height:
        raise TypeError(f"{table.name}: frame does not have the contract's shape: {whole['check'].to_list()}")
    is_row = pl.col("schema_context") == "DataFrameSchema"
    return cases.select(
        pl.col("index").cast(pl.Int64).alias("_row"),
        pl.when(~is_row).then(pl.col("column")).alias("column_name"),
        pl.col("check").map_elements(_rule, return_dtype=pl.String).alias("rule"),
        pl.when(~is_row & (pl.col("check") != "not_nullable")).then(pl.col("failure_case")).alias("value"),
        pl.struct("column", "check").map_elements(_remedy, return_dtype=pl.String).alias("remedy"),
    ).unique(maintain_order=True)


def _rule(check: str) -> str:
    name, bracket, _ = check.partition("(")
    return RULES.get(name, name if bracket else check)


def _remedy(case: dict[str, str]) -> str:
    return _remedy_of(case["check"], case["column"])


def _remedy_of(check: str, column: str = "") -> str:
    if check == "not_nullable":
        return f"Fill in {column} in the tool, then export again."
    return f"Allowed is {check}; correct the record in the tool, then export again."
