"""Who is a customer: the one definition that every count, share and list of customers goes by.

An account with a contract in force or with ARR, pending included; unknown ARR counts, a contract of 0 ARR too. Accounts
that are still scored in the weeks after their service ended are none. (docs/decisions/24)
"""

import polars as pl


def is_customer() -> pl.Expr:
    """Of a row of `marts.accounts`: at the book's date."""
    return (pl.col("is_scored").fill_null(value=False) & pl.col("churned_on").is_null()).alias("is_customer")


def was_customer() -> pl.Expr:
    """Of a row of `marts.account_weeks`: at the week's end."""
    is_paid = pl.col("arr").is_null() | (pl.col("arr") > 0) | (pl.col("contract_in_force_count") > 0)
    return (pl.col("is_scored").fill_null(value=False) & is_paid.fill_null(value=False)).alias("is_customer")
