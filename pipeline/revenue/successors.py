"""What of a successor is whose: a contract that follows several is split between them by what each was worth.

The one place where it is split; terms (renewals) and decisions (renewal rate) both ask here.
"""

import polars as pl

from pipeline.revenue.served import MONEY

CENT = pl.Int128
GROUP = "successor_contract_id"


def split_by(rows: pl.DataFrame, mine: str, whole: str, name: str) -> pl.DataFrame:
    """The rows with `name`: their share of `whole`, the successor's amount, split by `mine`, half up to the cent.

    The last of a successor's rows by contract_id takes the rest, so the shares add up; where all of `mine` are 0, that
    is all of it. Null without a successor, or where either amount is unknown.
    """
    ordered = rows.sort(GROUP, "contract_id", nulls_last=True)
    due, of_it = _cents(mine).fill_null(0), _cents(whole)
    every = due.sum().over(GROUP)
    # Where nothing is due there is nothing to divide by, whatever branch is taken afterwards.
    share = pl.when(every > 0).then((2 * of_it * due + every) // (2 * pl.max_horizontal(every, 1))).otherwise(0)
    before = share.cum_sum().over(GROUP) - share
    is_last = pl.col("contract_id") == pl.col("contract_id").last().over(GROUP)
    split = pl.when(is_last).then(of_it - before).otherwise(share)
    is_known = pl.col(GROUP).is_not_null() & pl.col(whole).is_not_null() & pl.col(mine).is_not_null()
    return ordered.with_columns(pl.when(is_known).then(split.cast(MONEY) / 100).cast(MONEY).alias(name))


def _cents(column: str) -> pl.Expr:
    return (pl.col(column) * 100).cast(CENT)
