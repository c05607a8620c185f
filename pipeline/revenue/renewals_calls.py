"""What the CRM says of each renewal, and where it and the base rate disagree.

It reads the judged renewals and the deals of the book; the forecast call and the renewals review show it.
"""

from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.renewals import Disagreements
from pipeline.revenue.renewals import DECIDED
from pipeline.revenue.served import MONEY

CALLS = {
    "opportunity_id": pl.String,
    "account_id": pl.String,
    "type": pl.String,
    "stage": pl.String,
    "amount": MONEY,
    "probability_pct": pl.Float64,
    "forecast_category": pl.String,
    "created_on": pl.Date,
    "contract_id": pl.String,
}
COMMITTED = ("commit", "closed_won")


def with_call(rows: pl.DataFrame, book: Book, policy: Disagreements) -> pl.DataFrame:
    """The rows with what the CRM says of them: deal, stage, call, its chance and amount; and where views disagree.

    The newest renewal deal that names the contract speaks, else the newest of the account that names none.
    """
    deals = shaped(book.opportunities, CALLS).filter(pl.col("type") == "renewal")
    deals = deals.sort(pl.col("created_on").fill_null(date.min), "opportunity_id", descending=[True, False])
    chance = pl.col("probability_pct").fill_null(
        pl.col("forecast_category").replace_strict(policy.call_chances, default=None, return_dtype=pl.Float64)
    )
    spoken = deals.select(
        "contract_id",
        "account_id",
        deal_id="opportunity_id",
        deal_stage="stage",
        call="forecast_category",
        call_pct=chance,
        call_arr="amount",
    )
    named = spoken.filter(pl.col("contract_id").is_not_null()).unique("contract_id", keep="first", maintain_order=True)
    loose = spoken.filter(pl.col("contract_id").is_null()).unique("account_id", keep="first", maintain_order=True)
    told = ["deal_id", "deal_stage", "call", "call_pct", "call_arr"]
    joined = rows.join(named.drop("account_id"), on="contract_id", how="left", maintain_order="left").join(
        loose.drop("contract_id"), on="account_id", how="left", suffix="_loose", maintain_order="left"
    )
    is_named = pl.col("deal_id").is_not_null()
    merged = joined.with_columns(pl.when(is_named).then(name).otherwise(f"{name}_loose").alias(name) for name in told)
    return merged.drop(f"{name}_loose" for name in told).pipe(_with_disagreement, policy)


def _with_disagreement(rows: pl.DataFrame, policy: Disagreements) -> pl.DataFrame:
    """A sentence where the CRM's call and the base rate differ by too much, or a call contradicts the category."""
    gap = pl.col("call_pct") - 100 * pl.col("probability")
    above = pl.format("CRM says {}%, the base rate {}%", pl.col("call_pct").round(0).cast(pl.Int64), _percent())
    says = pl.col("call").is_in(["commit", "closed"])
    is_open = ~pl.col("category").is_in(DECIDED)
    told = (
        pl.when(is_open & (gap.abs() > policy.points))
        .then(above)
        .when(says & (pl.col("category") == "at_risk"))
        .then(pl.lit("CRM commits it, the category is at risk"))
        .when(says & (pl.col("category") == "lost"))
        .then(pl.lit("CRM commits it, notice is on file"))
        .when((pl.col("call") == "omitted") & pl.col("category").is_in(COMMITTED))
        .then(pl.lit("CRM leaves it out, the category is committed"))
    )
    return rows.with_columns(disagreement=told)


def _percent() -> pl.Expr:
    return (100 * pl.col("probability")).round(0).cast(pl.Int64)
