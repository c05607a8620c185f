"""Typed rows against the table contract: which rules each row breaks."""

import pandera.polars as pa
import polars as pl

from schemas.tables import Table

PROBLEMS = {"_row": pl.Int64, "column_name": pl.String, "rule": pl.String, "value": pl.String, "remedy": pl.String}


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


RULES = {
    "not_nullable": "required",
    "isin": "unknown_value",
    "str_matches": "malformed",
    "greater_than_or_equal_to": "out_of_range",
    "greater_than": "out_of_range",
    "less_than_or_equal_to": "out_of_range",
}


def _rule(check: str) -> str:
    name, bracket, _ = check.partition("(")
    return RULES.get(name, name if bracket else check)


def _remedy(case: dict[str, str]) -> str:
    check = case["check"]
    if check == "not_nullable":
        return f"Fill in {case['column']} in the tool, then export again."
    return f"Allowed is {check}; correct the record in the tool, then export again."
