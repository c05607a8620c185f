"""What the renewals add up to: by month and for the next days, with an interval of the total, and by CSM.

It reads the judged renewals. The total is drawn, not added up from intervals: the chance of a band is one unknown that
all of its renewals share, so that errors do not cancel out that would not cancel out in life.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.policy.renewals import RenewalsPolicy
from pipeline.revenue.renewals_simulation import simulated
from pipeline.revenue.served import MONEY, month_of

NEXT = "next_{}_days"
CATEGORIES = ("closed_won", "commit", "best_case", "at_risk", "lost")
SUMS = {
    "due_arr": pl.col("arr"),
    "expected_arr": pl.col("expected_arr"),
    "closed_won_arr": pl.col("won_arr").filter(pl.col("category") == "closed_won"),
    **{f"{name}_arr": pl.col("arr").filter(pl.col("category") == name) for name in CATEGORIES[1:]},
}
COLUMNS = [
    "period",
    "due_count",
    "expected_count",
    "at_risk_count",
    "due_arr",
    "expected_arr",
    "low_arr",
    "high_arr",
    "closed_won_arr",
    "commit_arr",
    "best_case_arr",
    "at_risk_arr",
    "lost_arr",
    "expansion_arr",
]


def renewal_forecast(rows: pl.DataFrame, deals: pl.DataFrame, as_of: date, policy: RenewalsPolicy) -> pl.DataFrame:
    """One row per month from the book's to that of the horizon, and one for the next days. Money to the cent.

    What is past due stands in the book's month. `expected_count` is a sum of chances, `expansion_arr` the open
    expansion deals of the accounts that renew then, each at its first renewal. Amounts are 0 where nothing is due.
    """
    periods = member_periods(rows, as_of, policy)
    known = periods.group_by("period").agg(
        due_count=pl.len().cast(pl.Int64),
        expected_count=pl.col("probability").sum().round(6),
        at_risk_count=(pl.col("category") == "at_risk").sum().cast(pl.Int64),
        **{name: amount.sum().cast(MONEY) for name, amount in SUMS.items()},
    )
    every = pl.DataFrame({"period": period_names(as_of, policy)})
    whole = every.join(known, on="period", how="left").join(totals(periods, policy), on="period", how="left")
    filled = whole.join(_expansion(periods, deals), on="period", how="left")
    zero = pl.lit(0).cast(MONEY)
    money = [name for name in COLUMNS if name.endswith("_arr")]
    return (
        filled.select(
            "period",
            pl.col("due_count", "at_risk_count").fill_null(0),
            pl.col("expected_count").fill_null(0.0),
            *(pl.col(name).fill_null(zero) for name in money),
        )
        .pipe(_around_expected)
        .select(COLUMNS)
    )


def member_periods(rows: pl.DataFrame, as_of: date, policy: RenewalsPolicy) -> pl.DataFrame:
    """The renewals once per period they belong to: a month, and the next days where they end within them."""
    first, until = month_of(as_of), as_of + timedelta(days=policy.next_days)
    month = pl.max_horizontal(pl.col("renewal_on"), pl.lit(first)).dt.strftime("%Y-%m")
    soon = rows.filter(pl.col("ends_on") <= until).with_columns(period=pl.lit(NEXT.format(policy.next_days)))
    return pl.concat([rows.with_columns(period=month), soon]).sort("period", "contract_id")


def period_names(as_of: date, policy: RenewalsPolicy) -> list[str]:
    """The months to the end of the horizon, in order, and the next days."""
    # What ends on the last day of the horizon renews the day after, which may be in one month more.
    reach = policy.horizon_months + (1 if (as_of + timedelta(days=1)).day == 1 else 0)
    months = [month_of(as_of, shift).strftime("%Y-%m") for shift in range(reach + 1)]
    return [*months, NEXT.format(policy.next_days)]


def totals(periods: pl.DataFrame, policy: RenewalsPolicy) -> pl.DataFrame:
    """One row per period: low_arr and high_arr, the interval of the policy in which the total falls."""
    import numpy as np

    names = periods["period"].unique().sort()
    drawn = simulated(periods, names, policy.simulation)
    below = (1 - policy.chances.interval_pct / 100) / 2
    low, high = (np.quantile(drawn, share, axis=0) for share in (below, 1 - below))
    bounds = pl.DataFrame({"period": names, "low_arr": low, "high_arr": high})
    return bounds.with_columns(pl.col("low_arr", "high_arr").round(2).cast(MONEY))


def _expansion(periods: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    """Open expansion deals by the period of their account's first renewal in it."""
    is_soon = pl.col("period").str.starts_with("next_")
    firsts = (
        periods.with_columns(is_soon.alias("is_soon"))
        .sort("renewal_on", "contract_id")
        .unique(["account_id", "is_soon"], keep="first", maintain_order=True)
    )
    joined = firsts.select("account_id", "period").join(deals, on="account_id", how="inner")
    return joined.group_by("period").agg(expansion_arr=pl.col("amount").sum().cast(MONEY))


def renewal_summary(rows: pl.DataFrame, as_of: date, policy: RenewalsPolicy) -> pl.DataFrame:
    """One row for the next days and one for the horizon: the total with its interval, and how concentrated it is.

    top1_pct and top5_pct are shares of the ARR due with the largest account, and the largest five; null without any.
    """
    soon = rows.filter(pl.col("ends_on") <= as_of + timedelta(days=policy.next_days))
    named = {NEXT.format(policy.next_days): soon, f"next_{policy.horizon_months}_months": rows}
    periods = pl.concat([part.with_columns(period=pl.lit(name)) for name, part in named.items()])
    known = periods.group_by("period").agg(
        due_count=pl.len().cast(pl.Int64),
        account_count=pl.col("account_id").n_unique().cast(pl.Int64),
        expected_count=pl.col("probability").sum().round(6),
        at_risk_count=(pl.col("category") == "at_risk").sum().cast(pl.Int64),
        downsell_pct=(100 * pl.col("downsell_share").max()).round(6),
        downsell_n=pl.col("downsell_n").max(),
        **{name: amount.sum().cast(MONEY) for name, amount in SUMS.items()},
    )
    top = _concentration(periods)
    every = pl.DataFrame({"period": list(named)})
    joined = every.join(known, on="period", how="left").join(totals(periods, policy), on="period", how="left")
    return joined.join(top, on="period", how="left").pipe(_around_expected)


def _around_expected(rows: pl.DataFrame) -> pl.DataFrame:
    """The interval with the expectation inside: of a month with two renewals the mean is none of the outcomes."""
    return rows.with_columns(
        low_arr=pl.min_horizontal("low_arr", "expected_arr"), high_arr=pl.max_horizontal("high_arr", "expected_arr")
    )


def _concentration(periods: pl.DataFrame) -> pl.DataFrame:
    by_account = periods.group_by("period", "account_id").agg(pl.col("arr").cast(pl.Float64).sum())
    ranked = by_account.sort("period", "arr", "account_id", descending=[False, True, False])
    whole = pl.col("arr").sum()
    share = [
        pl.when(whole > 0).then((100 * pl.col("arr").head(count).sum() / whole).round(6)).alias(f"top{count}_pct")
        for count in (1, 5)
    ]
    return ranked.group_by("period", maintain_order=True).agg(share)


def renewal_views(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per CSM: the three views of what will renew, and how many renewals they disagree about.

    The CRM's view is the call of each deal times its amount, the ARR due where it names none; a renewal without a deal
    is in none of the CRM's sums. `expected_arr` is the base rate's view; committed_arr that of the categories.
    """
    called = pl.col("call_pct").is_not_null()
    worth = pl.coalesce("call_arr", "arr").cast(pl.Float64) * pl.col("call_pct") / 100
    is_committed = pl.col("category").is_in(["closed_won", "commit"])
    return (
        rows.group_by("csm")
        .agg(
            due_count=pl.len().cast(pl.Int64),
            due_arr=pl.col("arr").sum().cast(MONEY),
            expected_arr=pl.col("expected_arr").sum().cast(MONEY),
            committed_arr=pl.coalesce("won_arr", "arr").filter(is_committed).sum().cast(MONEY),
            at_risk_arr=pl.col("arr").filter(pl.col("category") == "at_risk").sum().cast(MONEY),
            called_count=called.sum().cast(pl.Int64),
            called_due_arr=pl.col("arr").filter(called).sum().cast(MONEY),
            called_arr=worth.filter(called).sum().round(2).cast(MONEY),
            called_expected_arr=pl.col("expected_arr").filter(called).sum().cast(MONEY),
            disagreement_count=pl.col("disagreement").is_not_null().sum().cast(pl.Int64),
        )
        .sort("csm", nulls_last=True)
    )
