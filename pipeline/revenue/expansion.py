"""Who may buy more: the gate, what it could be worth, what could be sold beside, and how often it worked.

It reads triggers and the bands of today; renewals take their pricing from it, the reports its rows. (ops 6, playbook 7)
"""

from datetime import date

import polars as pl

from pipeline.book import Book
from pipeline.frames import shaped
from pipeline.policy.expansion import CrossSell, ExpansionPolicy, Trigger
from pipeline.revenue.expansion_triggers import DEALS, STANDING, fresh_limits, open_deals
from pipeline.revenue.served import MONEY

HELD = {
    "contract_id": pl.String,
    "account_id": pl.String,
    "product": pl.String,
    "arr": MONEY,
    "seats": pl.Int64,
    "is_in_force": pl.Boolean,
}
COLUMNS = (
    "account_id",
    "csm",
    "segment",
    "arr",
    "health_band",
    "churn_risk_band",
    "gate",
    "trigger_count",
    "triggers",
    "reasons",
    "estimated_arr",
    "estimate_basis",
    "seats_short",
    "pipeline_arr",
    "deal_count",
    "cross_sell_product",
    "cross_sell_arr",
    "potential_arr",
    "is_rescue",
)


def expansion(
    book: Book,
    triggers: pl.DataFrame,
    bands: pl.DataFrame,
    risk: pl.DataFrame,
    offers: pl.DataFrame,
    policy: ExpansionPolicy,
) -> pl.DataFrame:
    """One row per customer with a trigger, a deal or something to offer: gate, estimate, pipeline, rescue.

    The gate is `open`, else why it is not: `health`, `urgent_ticket`, or `unknown` without a band. The estimate is the
    open deal, else seats to be back under their limit at the contract's price, else the largest cross-sell; null where
    none can be worked out. A rescue is high risk with high potential. (ops 6.1; infra 13.4 tile 7)
    """
    standing = shaped(book.accounts, STANDING).filter("is_scored")
    deals = (
        open_deals(book)
        .group_by("account_id")
        .agg(pipeline_arr=pl.col("amount").sum().cast(MONEY), deal_count=pl.len().cast(pl.Int64))
    )
    told = triggers.group_by("account_id", maintain_order=True).agg(
        trigger_count=pl.len().cast(pl.Int64),
        triggers=pl.col("trigger").str.join(", "),
        reasons=pl.format("{} ({})", "label", "evidence").str.join("; "),
    )
    largest = offers.sort("account_id", "median_arr", "product", descending=[False, True, False]).unique(
        "account_id", keep="first", maintain_order=True
    )
    rows = standing.join(bands, on="account_id", how="left").join(risk, on="account_id", how="left")
    for part in (told, deals, seat_estimates(book, policy.triggers["seats_over_90"])):
        rows = rows.join(part, on="account_id", how="left")
    rows = rows.join(
        largest.select("account_id", cross_sell_product="product", cross_sell_arr="median_arr"),
        on="account_id",
        how="left",
    )
    has_any = pl.any_horizontal(pl.col("trigger_count", "deal_count", "cross_sell_arr").is_not_null())
    stated = rows.filter(has_any).pipe(_with_gate, policy).pipe(_with_estimate).pipe(_with_rescue, policy)
    ordered = stated.with_columns(pl.col("trigger_count", "deal_count").fill_null(0))
    return ordered.select(COLUMNS).sort(
        pl.col("gate") != "open", "estimated_arr", "account_id", descending=[False, True, False], nulls_last=True
    )


def cross_sell(book: Book, bands: pl.DataFrame, policy: CrossSell) -> pl.DataFrame:
    """One row per customer and product that its segment's healthy customers hold and it does not.

    A product counts when enough of them hold it, by share and by number; median_arr is what they pay for it.
    """
    standing = shaped(book.accounts, STANDING).filter("is_scored").join(bands, on="account_id", how="left")
    held = shaped(book.contracts, HELD).filter(pl.col("is_in_force") & pl.col("product").is_not_null())
    owned = held.group_by("account_id", "product").agg(pl.col("arr").sum())
    good = standing.filter(pl.col("health_band").is_in(policy.bands)).select("account_id", "segment")
    sizes = good.group_by("segment").agg(good_count=pl.len().cast(pl.Int64))
    common = (
        owned.join(good, on="account_id", how="inner")
        .group_by("segment", "product")
        .agg(holder_count=pl.len().cast(pl.Int64), median_arr=pl.col("arr").cast(pl.Float64).median())
        .join(sizes, on="segment")
        .with_columns(holder_pct=100 * pl.col("holder_count") / pl.col("good_count"))
        .filter((pl.col("holder_pct") >= policy.at_least_pct) & (pl.col("holder_count") >= policy.at_least_accounts))
    )
    offers = standing.select("account_id", "segment").join(common, on="segment", how="inner")
    missing = offers.join(owned, on=["account_id", "product"], how="anti")
    return missing.select(
        "account_id",
        "segment",
        "product",
        "holder_count",
        pl.col("holder_pct").round(6),
        pl.col("median_arr").round(2).cast(MONEY),
    ).sort("account_id", "product")


def expansion_record(book: Book, policy: ExpansionPolicy, year: date | None = None) -> pl.DataFrame:
    """One row: deals open, won and lost over the months of the policy to a day, win rates, and revenue as share of ARR.

    A rate is null where nothing was decided. Revenue is the amount of deals won.
    """
    until = year or book.as_of
    since = pl.lit(until).dt.offset_by(f"-{policy.record.months}mo")
    deals = shaped(book.opportunities, DEALS).filter(pl.col("type") == "expansion")
    closed = deals.filter(pl.col("is_closed") & (pl.col("close_on") > since) & (pl.col("close_on") <= until))
    won = pl.col("is_won").fill_null(False)
    counted = closed.select(
        won_count=won.sum().cast(pl.Int64),
        lost_count=(~won).sum().cast(pl.Int64),
        won_arr=pl.col("amount").filter(won).sum().cast(MONEY),
        lost_arr=pl.col("amount").filter(~won).sum().cast(MONEY),
    )
    live = open_deals(book)
    arr = shaped(book.accounts, STANDING).filter("is_scored")["arr"].cast(pl.Float64).sum()
    decided = pl.col("won_count") + pl.col("lost_count")
    money = (pl.col("won_arr") + pl.col("lost_arr")).cast(pl.Float64)
    return counted.select(
        pl.lit(until).alias("until_on"),
        pl.lit(live.height, pl.Int64).alias("open_count"),
        pl.lit(live["amount"].sum()).cast(MONEY).alias("pipeline_arr"),
        "won_count",
        "lost_count",
        "won_arr",
        "lost_arr",
        win_rate_pct=pl.when(decided > 0).then((100 * pl.col("won_count") / decided).round(6)),
        win_rate_arr_pct=pl.when(money > 0).then((100 * pl.col("won_arr").cast(pl.Float64) / money).round(6)),
        share_of_arr_pct=pl.lit(None, pl.Float64)
        if not arr
        else (100 * pl.col("won_arr").cast(pl.Float64) / arr).round(6),
    )


def seat_estimates(book: Book, trigger: Trigger) -> pl.DataFrame:
    """Seats each account is short of to be back at the share that the trigger allows, and their price a year.

    The price of a seat is that of its contracts in force that count seats; null without one.
    """
    limit = trigger.over or 100.0
    fresh = fresh_limits(book, trigger).filter(pl.col("limit").is_in(trigger.limits))
    short = (100 * pl.col("used") / limit).ceil() - pl.col("allowed")
    needed = fresh.group_by("account_id").agg(seats_short=short.max()).filter(pl.col("seats_short") > 0)
    priced = shaped(book.contracts, HELD).filter(pl.col("is_in_force") & (pl.col("seats") > 0))
    price = priced.group_by("account_id").agg(seat_price=pl.col("arr").cast(pl.Float64).sum() / pl.col("seats").sum())
    joined = needed.join(price, on="account_id", how="left")
    return joined.select(
        "account_id",
        pl.col("seats_short").cast(pl.Int64),
        seats_arr=(pl.col("seats_short") * pl.col("seat_price")).round(2).cast(MONEY),
    )


def _with_gate(rows: pl.DataFrame, policy: ExpansionPolicy) -> pl.DataFrame:
    known = pl.col("health_band").is_not_null() & (pl.col("health_band") != "insufficient_data")
    gate = (
        pl.when(pl.col("open_p0_p1") > 0)
        .then(pl.lit("urgent_ticket"))
        .when(~known)
        .then(pl.lit("unknown"))
        .when(~pl.col("health_band").is_in(policy.gate.bands))
        .then(pl.lit("health"))
        .otherwise(pl.lit("open"))
    )
    return rows.with_columns(gate=gate)


def _with_estimate(rows: pl.DataFrame) -> pl.DataFrame:
    basis = (
        pl.when(pl.col("pipeline_arr") > 0)
        .then(pl.lit("deal"))
        .when(pl.col("seats_arr").is_not_null())
        .then(pl.lit("seats"))
        .when(pl.col("cross_sell_arr").is_not_null())
        .then(pl.lit("cross_sell"))
    )
    amount = (
        pl.when(pl.col("estimate_basis") == "deal")
        .then("pipeline_arr")
        .when(pl.col("estimate_basis") == "seats")
        .then("seats_arr")
        .otherwise("cross_sell_arr")
    )
    return rows.with_columns(estimate_basis=basis).with_columns(estimated_arr=amount)


def _with_rescue(rows: pl.DataFrame, policy: ExpansionPolicy) -> pl.DataFrame:
    potential = pl.max_horizontal("expansion_potential", "estimated_arr")
    is_high = potential.cast(pl.Float64) >= policy.rescue.potential_at_least
    at_risk = pl.col("churn_risk_band").is_in(policy.rescue.risk_bands)
    return rows.with_columns(potential_arr=potential, is_rescue=(at_risk & is_high).fill_null(False))
