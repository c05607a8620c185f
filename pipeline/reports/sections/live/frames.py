"""The additive columns of the live dashboard: per account, per account and month, week or wave; no ratio among them.

Between the View and the page: what the tiles, the page's filters and the table `portfolio_accounts` add up. A filter
goes by what an account is today, so history follows the accounts and not the attribute they had then.
"""

from collections.abc import Iterable
from datetime import date

import polars as pl

from pipeline.metrics.portfolio import PERIODS
from pipeline.reports import periods
from pipeline.reports.facts import TROUBLED, View
from pipeline.reports.promises import has_clocks, of_month, reported_month
from pipeline.reports.sections.portfolio.overview import QUARTER_DAYS, churned, renewals_due
from pipeline.revenue.decided import decided, decisions
from pipeline.revenue.retained import cohorts_of, periods_of
from pipeline.revenue.served import contract_months, rates
from pipeline.service.attainment import counts

MONEY = pl.Decimal(18, 2)
DIMENSIONS = ("industry", "size", "segment", "status", "csm", "band", "region", "risk")
BRIDGE = ("new", "expansion", "reactivation", "contraction", "churn", "fx")
SIZES = ((1000, "1000_and_more"), (250, "250_to_999"), (50, "50_to_249"), (0, "under_50"))
MONEY_COLUMNS = (
    "arr",
    "arr_pending",
    "arr_year_ago",
    "arr_gain_12m",
    "expansion_pipeline",
    "exposed_arr",
    "exposed_arr_gain_91d",
    *(f"{name}_{days}d" for days in PERIODS for name in ("due_arr", "due_exposed_arr", "lost_arr")),
    "opening_arr",
    "closing_arr",
    "kept_arr",
    "due_arr",
    "renewed_arr",
    *(f"bridge_{name}" for name in ("opening", *BRIDGE)),
)
COUNT_COLUMNS = (
    "is_scored",
    "customer_gain_91d",
    "exposed_count",
    *(f"{name}_{days}d" for days in PERIODS for name in ("due_count", "lost_count", "tickets_created")),
    "open_ticket_count",
    "open_p0_p1_count",
    "open_escalated_count",
    "sla_clock_count",
    "sla_met_count",
    "sla_missed_count",
    "review_held_count",
    "review_held_last_count",
    "review_rated_count",
    "opening_count",
    "kept_count",
    "scored_count",
    "risk_scored_count",
)
KEPT_NULL = ("arr", "arr_pending", "arr_gain_12m", "exposed_arr", "exposed_arr_gain_91d", "expansion_pipeline")
ACCOUNT_COLUMNS = (
    *MONEY_COLUMNS,
    *COUNT_COLUMNS,
    "health_score_sum",
    "churn_risk_points",
    "review_rating_sum",
)


def portfolio_accounts(view: View) -> pl.DataFrame:
    """One row per account that counts in any figure of the dashboard, with `DIMENSIONS` and `ACCOUNT_COLUMNS`.

    Money is in the reporting currency; it is null only for a customer whose exchange rate is missing. Who has left has
    0 of what customers have.
    """
    frame = _described(view)
    for part in _parts(view):
        frame = frame.join(part, on="account_id", how="left")
    known = frame.select("account_id", "account_name", *DIMENSIONS, *(_filled(name) for name in ACCOUNT_COLUMNS))
    counts_somewhere = pl.any_horizontal(pl.col(*ACCOUNT_COLUMNS).fill_null(1) != 0)
    has_past = pl.col("account_id").is_in(view.book.account_months["account_id"].unique().implode())
    return known.filter(counts_somewhere | has_past).sort("account_id")


def _described(view: View) -> pl.DataFrame:
    """Every account with what it can be filtered by; band and risk are empty for who is no customer."""
    size = pl.lit(None, pl.String)
    for least, name in reversed(SIZES):
        size = pl.when(pl.col("employees") >= least).then(pl.lit(name)).otherwise(size)
    risk = view.scores.churn_weeks.filter(pl.col("week_ending_on") == view.as_of)
    bands = view.standing.select("account_id", pl.col("health_band").fill_null("none").alias("band"))
    risks = bands.join(risk, on="account_id", how="left").select("account_id", pl.col("churn_risk_band").alias("risk"))
    named = view.book.accounts.with_columns(size=size)
    joined = named.join(bands, on="account_id", how="left").join(risks, on="account_id", how="left")
    return joined.select("account_id", "account_name", *DIMENSIONS)


def _filled(name: str) -> pl.Expr:
    """Nothing on file is a true zero here, but for money of customers without an exchange rate."""
    kind = MONEY if name in MONEY_COLUMNS else pl.Float64 if name.endswith("_sum") else pl.Int64
    column = pl.col(name).cast(kind)
    zero = pl.lit(0).cast(kind)
    if name not in KEPT_NULL:
        return column.fill_null(zero)
    return pl.when(pl.col("is_scored") == 1).then(column).otherwise(column.fill_null(zero)).alias(name)


def _parts(view: View) -> Iterable[pl.DataFrame]:
    yield _standing(view)
    yield _before(view)
    for days in PERIODS:
        yield _due(view, days)
        yield _lost(view, days)
        yield _created(view, days)
    yield _open(view)
    yield _promises(view)
    yield _reviews(view)
    yield from _retained(view)
    yield _bridge(view)


def _standing(view: View) -> pl.DataFrame:
    """What a customer brings today, and its part of what is at risk and of what it was."""
    troubled = pl.col("health_band").is_in(TROUBLED).fill_null(False)
    risk = view.scores.churn_weeks.filter(pl.col("week_ending_on") == view.as_of)
    year_ago = _month_arr(view, periods.month_of(view.as_of, -12)).rename({"arr": "arr_year_ago"})
    before = _exposed_before(view)
    joined = (
        view.standing.join(risk.select("account_id", "churn_risk_points"), on="account_id", how="left")
        .with_columns(is_now=pl.lit(1))
        .join(year_ago, on="account_id", how="full", coalesce=True)
        .join(before, on="account_id", how="full", coalesce=True)
    )
    zero = pl.lit(0).cast(MONEY)
    now = pl.when(pl.col("is_now") == 1).then("arr").otherwise(zero)
    exposed = pl.when(troubled).then(now).otherwise(zero)
    return joined.select(
        "account_id",
        pl.col("is_now").fill_null(0).alias("is_scored"),
        now.alias("arr"),
        "arr_pending",
        "expansion_pipeline",
        pl.col("arr_year_ago").fill_null(zero),
        (now - pl.col("arr_year_ago").fill_null(zero)).alias("arr_gain_12m"),
        troubled.cast(pl.Int64).alias("exposed_count"),
        exposed.alias("exposed_arr"),
        (exposed - pl.col("exposed_before").fill_null(zero)).alias("exposed_arr_gain_91d"),
        pl.col("health_score").round(6).alias("health_score_sum"),
        pl.col("health_score").is_not_null().cast(pl.Int64).alias("scored_count"),
        "churn_risk_points",
        pl.col("churn_risk_points").is_not_null().cast(pl.Int64).alias("risk_scored_count"),
    )


def _exposed_before(view: View) -> pl.DataFrame:
    then = view.panel.filter(pl.col("week_ending_on") == view.back(QUARTER_DAYS))
    return then.filter(pl.col("health_band").is_in(TROUBLED)).select(
        "account_id", pl.col("arr").cast(MONEY).alias("exposed_before")
    )


def _before(view: View) -> pl.DataFrame:
    """Customers now less customers a quarter ago, account by account."""
    then = view.panel.filter(pl.col("week_ending_on") == view.back(QUARTER_DAYS)).select("account_id", was=pl.lit(1))
    now = view.standing.select("account_id", now=pl.lit(1))
    both = now.join(then, on="account_id", how="full", coalesce=True)
    return both.select("account_id", customer_gain_91d=pl.col("now").fill_null(0) - pl.col("was").fill_null(0))


def _due(view: View, days: int) -> pl.DataFrame:
    exposed = pl.col("arr").filter(pl.col("alarm").is_in(TROUBLED)).sum()
    sums = renewals_due(view, days).group_by("account_id")
    return sums.agg(
        pl.len().alias(f"due_count_{days}d"),
        pl.col("arr").sum().alias(f"due_arr_{days}d"),
        exposed.alias(f"due_exposed_arr_{days}d"),
    )


def _lost(view: View, days: int) -> pl.DataFrame:
    """Who left; an account that came back and left again counts twice."""
    sums = churned(view, days).group_by("account_id")
    return sums.agg(pl.len().alias(f"lost_count_{days}d"), pl.col("churned_arr").sum().alias(f"lost_arr_{days}d"))


def _created(view: View, days: int) -> pl.DataFrame:
    recent = view.book.recent_tickets.filter(pl.col("created_on") > view.back(days))
    return recent.group_by("account_id").agg(pl.len().alias(f"tickets_created_{days}d"))


def _open(view: View) -> pl.DataFrame:
    return view.book.open_tickets.group_by("account_id").agg(
        pl.len().alias("open_ticket_count"),
        pl.col("priority").is_in(["p0", "p1"]).sum().alias("open_p0_p1_count"),
        pl.col("is_escalated").fill_null(False).sum().alias("open_escalated_count"),
    )


def _promises(view: View) -> pl.DataFrame:
    names = {"clocks": "sla_clock_count", "met": "sla_met_count", "breached": "sla_missed_count"}
    if not has_clocks(view):
        return pl.DataFrame(schema={"account_id": pl.String, **dict.fromkeys(names.values(), pl.Int64)})
    rows = of_month(view, reported_month(view)).group_by("account_id").agg(counts())
    return rows.select("account_id", *(pl.col(name).alias(column) for name, column in names.items()))


def _reviews(view: View) -> pl.DataFrame:
    now = periods.quarter_of(view.as_of, view.book.company.fiscal_year_starts_month)
    last = periods.quarter_before(now, view.book.company.fiscal_year_starts_month)
    held, rating = pl.col("held_on"), pl.col("satisfaction")
    mine = held.is_between(now.starts_on, view.as_of)
    return view.book.qbrs.group_by("account_id").agg(
        mine.sum().alias("review_held_count"),
        held.is_between(last.starts_on, last.ends_on).sum().alias("review_held_last_count"),
        (mine & rating.is_not_null()).sum().alias("review_rated_count"),
        rating.filter(mine).sum().cast(pl.Float64).alias("review_rating_sum"),
    )


def _retained(view: View) -> Iterable[pl.DataFrame]:
    """The cohort of a year ago and the decisions since, of the newest year that the retention table states."""
    whole = view.scores.money.retention
    ends = whole.filter(pl.col("dimension") == "all")["period_ends_on"].max() if whole.height else None
    if not isinstance(ends, date):
        money = dict.fromkeys(("opening_arr", "closing_arr", "kept_arr", "due_arr", "renewed_arr"), MONEY)
        counts_ = dict.fromkeys(("opening_count", "kept_count"), pl.Int64())
        yield pl.DataFrame(schema=pl.Schema({"account_id": pl.String(), **money, **counts_}))
        return
    month, by_month = ends.replace(day=1), rates(view.book)
    served, months = contract_months(view.book), view.context.policy.revenue.retention.trailing_months
    cohort = cohorts_of(periods_of(served, by_month, months, [month]).accounts)
    yield cohort.select("account_id", "opening_arr", "closing_arr", "kept_arr", "opening_count", "kept_count")
    due = decisions(decided(view.book), by_month, months, [month])
    yield due.group_by("account_id").agg(pl.col("due_arr", "renewed_arr").sum())


def _bridge(view: View) -> pl.DataFrame:
    """Each account's part of the twelve-month bridge; what it opened with is all that moved before."""
    moved = view.scores.money.arr_movements
    if not moved.height:
        return pl.DataFrame(schema={"account_id": pl.String} | {f"bridge_{n}": MONEY for n in ("opening", *BRIDGE)})
    amount, kind = pl.col("amount").cast(MONEY), pl.col("kind")
    signed = pl.when(kind.is_in(["contraction", "churn"])).then(-amount).otherwise(amount)
    is_late = pl.col("month_on") >= periods.month_of(view.as_of, -11)
    return moved.group_by("account_id").agg(
        signed.filter(~is_late).sum().alias("bridge_opening"),
        *(amount.filter(is_late & (kind == name)).sum().alias(f"bridge_{name}") for name in BRIDGE),
    )


def _month_arr(view: View, month: date) -> pl.DataFrame:
    rows = view.book.account_months.filter(pl.col("month_on") == month)
    return rows.group_by("account_id").agg(pl.col("arr").sum().cast(MONEY))
