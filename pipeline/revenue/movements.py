"""ARR movements: what each account's ARR did between two month-end closings, and the same before netting, by product.

It reads contract-months and hands lines to the bridge. Everything is exact decimals in the reporting currency.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.revenue.served import EXACT, MONEY, NOTHING, month_of, paid_spans, rated

KINDS = ("new", "expansion", "reactivation", "contraction", "churn", "fx")
KEY = ["account_id", "product", "currency", "month_on"]
AMOUNTS = ["opening", "movement", "fx", "closing", "opening_local", "closing_local"]
MOVEMENTS = {"account_id": pl.String, "month_on": pl.Date, "kind": pl.String, "amount": MONEY}


@dataclass(frozen=True, slots=True)
class Moves:
    """What moved. `accounts`: one row per account and month with opening, movement (signed), fx, closing and kind, null
    where nothing moved; `products`: the same per product, before netting; `currencies`: per account and currency, with
    the account's kind.
    """

    accounts: pl.DataFrame
    products: pl.DataFrame
    currencies: pl.DataFrame


def moves(served: pl.DataFrame, rates: pl.DataFrame, held: pl.DataFrame, return_months: int, as_of: date) -> Moves:
    """Every account's movements up to the month of `as_of`, from contract-months, rates and contracts."""
    by_currency = balances(served, rates, as_of)
    products = _kinded(_summed(by_currency, ["account_id", "product"]), ["account_id", "product"], held, return_months)
    accounts = _kinded(_summed(by_currency, ["account_id"]), ["account_id"], held, return_months)
    kinds = accounts.select("account_id", "month_on", "kind")
    currencies = _summed(by_currency, ["account_id", "currency"]).join(
        kinds, on=["account_id", "month_on"], how="left", maintain_order="left"
    )
    rose = (
        pl.when(pl.col("movement") > 0)
        .then(pl.lit("expansion"))
        .when(pl.col("movement") < 0)
        .then(pl.lit("contraction"))
    )
    return Moves(accounts, products, currencies.with_columns(pl.coalesce("kind", rose).alias("kind")))


def balances(served: pl.DataFrame, rates: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per account, product, currency and month with ARR then or the month before.

    `movement` is at this month's rate, and 0 where the local amount is the same; `fx` is what is left of the change:
    the opening in local currency times the move of the rate, to the cent. A contract without a rate counts as 0 until
    the first rate is known, which then is fx and no movement.
    """
    following = pl.col("month_on").dt.offset_by("1mo")
    rows = served.lazy()
    before = rated(rows.filter(pl.col("month_on") < month_of(as_of)), following, rates, "arr_next")
    closing = rows.select(*KEY, closing_local="arr_local", closing="arr")
    opening = before.select(*KEY[:3], following, opening_local="arr_local", opening="arr", opening_now="arr_next")
    sums = pl.concat([closing, opening], how="diagonal").group_by(KEY).agg(pl.selectors.decimal().sum().cast(MONEY))
    is_same = pl.col("closing_local") == pl.col("opening_local")
    moved = pl.when(is_same).then(NOTHING).otherwise(pl.col("closing") - pl.col("opening_now")).cast(MONEY)
    stated = sums.with_columns(movement=moved).with_columns(
        fx=(pl.col("closing") - pl.col("opening") - pl.col("movement")).cast(MONEY)
    )
    return stated.drop("opening_now").collect()


def arr_movements(found: Moves) -> pl.DataFrame:
    """One row per account, month and kind; amounts are positive magnitudes, fx is signed."""
    return _long(found.accounts, ["account_id", "month_on"]).sort("account_id", "month_on", "kind")


def arr_movements_by_product(found: Moves) -> pl.DataFrame:
    """One row per account, product, month and kind, before netting over the account's products.

    Kind `moved`, signed, is what netting takes away: added to a product's own movement it leaves the product's part of
    the account's movement; over an account's month it sums to 0. Product is null where contracts name none.
    """
    key = ["account_id", "product", "month_on"]
    shifted = netted_away(found.products).filter(pl.col("moved") != 0)
    netting = shifted.select(*key, pl.lit("moved").alias("kind"), pl.col("moved").cast(MONEY).alias("amount"))
    return pl.concat([_long(found.products, key), netting]).sort(*key, "kind", nulls_last=True)


def netted_away(products: pl.DataFrame) -> pl.DataFrame:
    """The products' movements with `moved`: the netted movement stays with the largest that went its way, in order."""
    month = ["account_id", "month_on"]
    moving = products.filter(pl.col("movement") != 0).with_columns(net=pl.col("movement").cast(EXACT).sum().over(month))
    goes = (pl.col("movement") > 0) == (pl.col("net") > 0)
    ordered = moving.with_columns(size=pl.when(goes).then(pl.col("movement").abs()).otherwise(NOTHING)).sort(
        *month, "size", "product", descending=[False, False, True, False], nulls_last=True
    )
    given = pl.col("size").cast(EXACT).cum_sum().over(month) - pl.col("size")
    left = (pl.col("net").abs() - given).clip(0, None)
    kept = pl.min_horizontal(pl.col("size").cast(EXACT), left) * pl.col("net").sign()
    return ordered.with_columns(moved=(kept - pl.col("movement")).cast(MONEY))


def _summed(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    sums = rows.lazy().group_by(*key, "month_on").agg(pl.col(name).sum().cast(MONEY) for name in AMOUNTS)
    return sums.collect()


def _kinded(rows: pl.DataFrame, key: list[str], held: pl.DataFrame, return_months: int) -> pl.DataFrame:
    """The rows with `kind`: by what there was and is in local currency, so that no rate decides it."""
    had, has, change = pl.col("opening_local") > 0, pl.col("closing_local") > 0, pl.col("movement")
    kind = (
        pl.when(change == 0)
        .then(None)
        .when(had & has & (change > 0))
        .then(pl.lit("expansion"))
        .when(had & has)
        .then(pl.lit("contraction"))
        .when(had)
        .then(pl.lit("churn"))
        .when(pl.col("is_back"))
        .then(pl.lit("reactivation"))
        .otherwise(pl.lit("new"))
    )
    return _with_returns(rows, key, held, return_months).with_columns(kind=kind).drop("is_back")


def _with_returns(rows: pl.DataFrame, key: list[str], held: pl.DataFrame, months: int) -> pl.DataFrame:
    """The rows with `is_back`, true where ARR came back: the first paid day after the last closing is within so many
    months of the day after the last paid day before it.
    """
    by = [f"_{name}" for name in key]
    named = [pl.col(name).fill_null("").alias(f"_{name}") for name in key]
    spans = paid_spans(held.with_columns(named), 0, by).sort("starts_on", *by)
    before = spans.select(*by, "starts_on", left_on=pl.col("ends_on") + pl.duration(days=1))
    after = spans.select(*by, back_on="starts_on")
    is_here = (pl.col("opening_local") == 0) & (pl.col("closing_local") > 0)
    closed = rows.filter(is_here).with_columns(*named, _closed_on=pl.col("month_on") - pl.duration(days=1))
    left = closed.sort("_closed_on", *by).join_asof(
        before, left_on="_closed_on", right_on="starts_on", by=by, strategy="backward", check_sortedness=False
    )
    back = left.join_asof(
        after,
        left_on="_closed_on",
        right_on="back_on",
        by=by,
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    in_time = (pl.col("back_on") <= pl.col("left_on").dt.offset_by(f"{months}mo")).fill_null(value=False)
    others = rows.filter(~is_here).with_columns(is_back=pl.lit(value=False))
    return pl.concat([others, back.select(*rows.columns, in_time.alias("is_back"))])


def _long(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    moved = rows.filter(pl.col("kind").is_not_null()).select(*key, "kind", pl.col("movement").abs().alias("amount"))
    rated = rows.filter(pl.col("fx") != 0).select(*key, pl.lit("fx").alias("kind"), pl.col("fx").alias("amount"))
    return pl.concat([moved, rated])
