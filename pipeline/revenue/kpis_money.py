"""Figures of money: ARR and retention, renewals and their forecast, expansion."""

from collections.abc import Callable
from datetime import date
from functools import partial

import polars as pl

from pipeline.frames import shaped
from pipeline.policy import Kpi
from pipeline.revenue.kpi_facts import QUARTER, Facts, Measured, customers, number, share
from pipeline.revenue.served import MONEY as CENTS

RETENTION = {
    "period_ends_on": pl.Date,
    "dimension": pl.String,
    "value": pl.String,
    "cohort_accounts": pl.Int64,
    "decided_contracts": pl.Int64,
    "grr_pct": pl.Float64,
    "nrr_pct": pl.Float64,
    "renewal_rate_pct": pl.Float64,
}
DEALS = {"type": pl.String, "is_closed": pl.Boolean, "is_won": pl.Boolean, "close_on": pl.Date, "amount": CENTS}
MONTHS_BEFORE = -3


def arr(facts: Facts, _: Kpi, day: date) -> Measured:
    """ARR of all customers, pending included; before: a quarter ago as known then."""
    sums = [customers(facts, when)["arr"] for when in (day, day - QUARTER)]
    now, then = (number(told.sum()) if told.drop_nulls().len() else None for told in sums)
    return Measured(now, sums[0].drop_nulls().len(), day, then, day - QUARTER if then is not None else None)


def retained(column: str, dimension: str, value: str, facts: Facts, _: Kpi, day: date) -> Measured:
    """A ratio of the retention table at its newest period end, and three months before."""
    rows = shaped(facts.tables.get("retention", pl.DataFrame()), RETENTION).filter(
        (pl.col("dimension") == dimension) & (pl.col("value") == value) & (pl.col("period_ends_on") <= day)
    )
    if not rows.height:
        return Measured()
    newest = rows.sort("period_ends_on").row(-1, named=True)
    quarter = pl.select(
        pl.lit(newest["period_ends_on"]).dt.month_start().dt.offset_by(f"{MONTHS_BEFORE}mo").dt.month_end()
    )
    earlier = rows.filter(pl.col("period_ends_on") == quarter.item())
    before = earlier.row(0, named=True) if earlier.height else {}
    count = "decided_contracts" if column == "renewal_rate_pct" else "cohort_accounts"
    return Measured(
        newest[column], newest[count], newest["period_ends_on"], before.get(column), before.get("period_ends_on")
    )


def win_rate(facts: Facts, _: Kpi, day: date) -> Measured:
    """Expansion deals won of those decided in twelve months."""
    return _from_deals(
        facts, day, lambda won, lost, _: (share(won.len(), won.len() + lost.len()), won.len() + lost.len())
    )


def expansion_share(facts: Facts, _: Kpi, day: date) -> Measured:
    """What expansion deals won in twelve months brought, as a share of ARR."""

    def of(won: pl.Series, _: pl.Series, when: date) -> tuple[float | None, int]:
        whole = customers(facts, when)["arr"].cast(pl.Float64).sum()
        return share(float(won.sum()), float(whole)), won.len()

    return _from_deals(facts, day, of)


def losses_flagged(facts: Facts, _: Kpi, day: date) -> Measured:
    """The share of lost ARR that stood in a flagged category at the lead of the policy."""
    found = facts.tables.get("loss_detection", pl.DataFrame())
    rows = found.filter(pl.col("lead_days") == 60) if found.width else found
    if not rows.height:
        return Measured()
    row = rows.row(0, named=True)
    return Measured(row["flagged_pct"], row["lost_count"], day)


def _from_deals(
    facts: Facts, day: date, of: Callable[[pl.Series, pl.Series, date], tuple[float | None, int]]
) -> Measured:
    """A measure of the amounts of expansion deals won and lost in the twelve months to a day, and a quarter before."""
    deals = shaped(facts.book.opportunities, DEALS).filter((pl.col("type") == "expansion") & pl.col("is_closed"))
    told = []
    for when in (day, day - QUARTER):
        since = pl.lit(when).dt.offset_by("-12mo")
        closed = deals.filter((pl.col("close_on") > since) & (pl.col("close_on") <= when))
        amount = closed.with_columns(
            pl.col("amount").cast(pl.Float64).fill_null(0.0), pl.col("is_won").fill_null(False)
        )
        told.append(of(amount.filter("is_won")["amount"], amount.filter(~pl.col("is_won"))["amount"], when))
    (value, n), (before, _) = told
    return Measured(value, n, day, before, day - QUARTER if before is not None else None)


MONEY: dict[str, Callable[[Facts, Kpi, date], Measured]] = {
    "arr": arr,
    **{name: partial(retained, name, "all", "all") for name in ("nrr_pct", "grr_pct", "renewal_rate_pct")},
    **{
        f"retention_{band}_pct": partial(retained, "grr_pct", "risk_band", band)
        for band in ("green", "yellow", "orange")
    },
    "expansion_win_rate_pct": win_rate,
    "expansion_share_of_arr_pct": expansion_share,
    "losses_flagged_pct": losses_flagged,
}
