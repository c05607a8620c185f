"""Revenue contracts: contracts, invoices, exchange rates, and finance's own figures."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Money, Rate, at_least_zero, keeps, key, one_of, optional, required

ENDS_AFTER_START = "ends_on >= starts_on"


class Contracts(pa.DataFrameModel):
    """One term of service; in force on [starts_on, ends_on], open ended where ends_on is null."""

    contract_id: pl.String = key()
    account_id: pl.String = required()
    product: pl.String = optional()
    starts_on: pl.Date = required()
    ends_on: pl.Date = optional()
    arr: Money = required(ge=0)
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    seats: pl.Int64 = at_least_zero()
    billing_period: pl.String = optional()
    auto_renew: pl.Boolean = optional()
    notice_days: pl.Int64 = at_least_zero()
    status: pl.String = one_of("active", "in_negotiation", "disputed", "cancelled", "expired")
    signed_on: pl.Date = optional()
    cancelled_on: pl.Date = optional()
    churn_reason: pl.String = one_of("product_fit", "pricing", "service", "strategic_shift", "other")
    price_increase_pct: pl.Float64 = optional()

    @pa.dataframe_check(name="ends_on is before starts_on")
    def ends_after_it_starts(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A term ends on or after its first day."""
        return keeps(data, ENDS_AFTER_START)

    class Config:
        strict = True
        metadata = {
            "kind": "snapshot",
            "account_column": "account_id",
            "dated_by": ["signed_on", "starts_on"],
            "row_rules": {"ends_on is before starts_on": ENDS_AFTER_START},
        }


class Invoices(pa.DataFrameModel):
    """One invoice and when it was paid."""

    invoice_id: pl.String = key()
    account_id: pl.String = required()
    issued_on: pl.Date = optional()
    due_on: pl.Date = required()
    paid_on: pl.Date = optional()
    amount: Money = optional()
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    status: pl.String = one_of("draft", "open", "paid", "void")

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["issued_on", "due_on"]}


class ExchangeRates(pa.DataFrameModel):
    """What one unit of a currency was worth in the reporting currency in one month."""

    currency: pl.String = key(str_matches=r"^[A-Z]{3}$")
    month_on: pl.Date = key()
    rate_to_reporting: Rate = required(gt=0)

    class Config:
        strict = True
        metadata = {"kind": "events", "dated_by": ["month_on"]}


class Targets(pa.DataFrameModel):
    """The company's plan for one measure and period."""

    period: pl.String = key(str_matches=r"^\d{4}(-Q[1-4]|-\d{2})?$")
    measure: pl.String = key()
    dimension: pl.String = key()
    value: pl.Float64 = required()

    class Config:
        strict = True
        metadata = {"kind": "snapshot"}


class Controls(pa.DataFrameModel):
    """Finance's own figure for a month, to tie out to."""

    month_on: pl.Date = key()
    measure: pl.String = key()
    segment: pl.String = key()
    amount: Money = required()
    source: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot"}
