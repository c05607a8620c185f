"""Who left and why, by quarter, segment and product, and who came back: counts and ARR, never a share.

Beside the back-test, on the same terms. (ops 5)
"""

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.revenue.renewals_terms import terms

OWNERS = {"account_id": pl.String, "segment": pl.String}
REASONS = {"contract_id": pl.String, "churn_reason": pl.String}
DEALS = {"account_id": pl.String, "created_on": pl.Date, "is_closed": pl.Boolean}
LIVES = {"account_id": pl.String, "starts_on": pl.Date, "known_on": pl.Date}


def churn_reasons(book: Book, grace_days: int, horizon_months: int) -> pl.DataFrame:
    """One row per quarter lost, cohort (quarter of the account's first start), segment, product and reason: contracts
    and ARR lost, null where none of it is known; without a reason `not_recorded`.
    """
    gone = _lost(book, grace_days, horizon_months)
    named = gone.with_columns(
        quarter=_quarter("lost_on"),
        cohort=_quarter("first_on"),
        reason=pl.col("churn_reason").fill_null("not_recorded"),
    )
    grouped = named.group_by("quarter", "cohort", "segment", "product", "reason")
    told = grouped.agg(lost_contracts=pl.len().cast(pl.Int64), lost_arr=_known_sum("arr"))
    return told.sort("quarter", "cohort", "segment", "product", "reason", nulls_last=True)


def win_backs(book: Book, grace_days: int, horizon_months: int) -> pl.DataFrame:
    """One row per account all of whose contracts ended lost: since when, the ARR, and whether it is won back, worked on
    (an open opportunity since), tried (a closed one) or a candidate that nobody has spoken to.
    """
    gone = _lost(book, grace_days, horizon_months)
    last = gone.group_by("account_id").agg(
        lost_on=pl.col("lost_on").max(),
        lost_arr=pl.col("arr").sort_by("lost_on", "contract_id").last(),
        reason=pl.col("churn_reason").sort_by("lost_on", "contract_id").last().fill_null("not_recorded"),
    )
    lives = shaped(book.contracts, LIVES).filter(pl.col("starts_on") <= book.as_of)
    back = (
        last.join(lives, on="account_id").filter(pl.col("starts_on") > pl.col("lost_on")).select("account_id").unique()
    )
    force = book.contracts.filter("is_in_force").select("account_id").unique() if book.contracts.width else back
    away = last.join(force.join(back, on="account_id", how="anti"), on="account_id", how="anti")
    deals = shaped(book.opportunities, DEALS).filter(pl.col("created_on") <= book.as_of)
    since = away.join(deals, on="account_id").filter(pl.col("created_on") > pl.col("lost_on"))
    tried = since.group_by("account_id").agg(is_open=(~pl.col("is_closed").fill_null(value=False)).any())
    state = (
        pl.when(pl.col("account_id").is_in(back.get_column("account_id").implode()))
        .then(pl.lit("won"))
        .when(pl.col("is_open"))
        .then(pl.lit("in_progress"))
        .when(pl.col("is_open").is_not_null())
        .then(pl.lit("tried"))
        .otherwise(pl.lit("candidate"))
    )
    told = away.join(tried, on="account_id", how="left").with_columns(state=state).drop("is_open")
    return told.sort("lost_arr", "account_id", descending=[True, False], nulls_last=True)


def _lost(book: Book, grace_days: int, horizon_months: int) -> pl.DataFrame:
    over = terms(book, grace_days, horizon_months).filter(
        pl.col("lost_on").is_not_null() & pl.col("successor_known_on").is_null()
    )
    named = over.join(shaped(book.contracts, REASONS), on="contract_id", how="left")
    first = shaped(book.contracts, LIVES).group_by("account_id").agg(first_on=pl.col("starts_on").min())
    owners = shaped(book.accounts, OWNERS)
    return named.join(owners, on="account_id", how="left").join(first, on="account_id", how="left")


def _known_sum(amount: str) -> pl.Expr:
    return pl.when(pl.col(amount).is_not_null().any()).then(pl.col(amount).sum())


def _quarter(day: str) -> pl.Expr:
    return pl.format("{}-Q{}", pl.col(day).dt.year(), pl.col(day).dt.quarter())
