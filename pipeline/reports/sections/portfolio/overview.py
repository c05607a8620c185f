"""Page one of the dashboard: how many, how much, growing or not, at risk, renewing, lost, and who is in trouble."""

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.facts import TROUBLED, Row, View, total
from pipeline.reports.narrative import narrative

QUARTER_DAYS = 91


def overview(view: View) -> Row:
    """Headline, the ARR chart, and the accounts in trouble; the tiles are those of `live_tiles`."""
    figures = headline_figures(view)
    return {
        "headline": _headline(view, figures),
        "lead": _lead(view, figures),
        "narrative": narrative(view)[:3],
        "chart": arr_chart(view),
        "troubled": [trouble_row(view, row) for row in view.troubled.head(10).to_dicts()],
        "troubled_count": view.troubled.height,
        "troubled_arr": total(view.troubled, "arr"),
        "renewals": soonest_renewals(view, 6),
        "figures": figures,
    }


def headline_figures(view: View) -> Row:
    """The figures that page one, the weekly review and the index share."""
    standing, before = view.standing, _panel_on(view, QUARTER_DAYS)
    months = arr_by_month(view)
    year_ago = next((row["arr"] for row in months if row["month_on"] == periods.month_of(view.as_of, -12)), None)
    due = renewals_due(view, 90)
    gone = churned(view, 90)
    exposed = standing.filter(pl.col("health_band").is_in(TROUBLED))
    exposed_before = before.filter(pl.col("health_band").is_in(TROUBLED))
    return {
        "customers": standing.height,
        "customers_before": before.height or None,
        "arr": total(standing, "arr"),
        "arr_pending": total(standing, "arr_pending"),
        "arr_year_ago": year_ago,
        "growth_pct": wording.growth(total(standing, "arr"), year_ago),
        "at_risk_count": exposed.height,
        "at_risk_arr": total(exposed, "arr"),
        "at_risk_arr_before": total(exposed_before, "arr") if before.height else None,
        "due_count": due.height,
        "due_arr": total(due, "arr"),
        "due_troubled_arr": total(due.filter(pl.col("alarm").is_in(TROUBLED)), "arr"),
        "churned_count": gone.height,
        "churned_arr": total(gone, "churned_arr"),
    }


def arr_by_month(view: View, months: int = 13) -> list[Row]:
    """The book's ARR at each month's end, today's knowledge; the running month at the book's date."""
    first = periods.month_of(view.as_of, 1 - months)
    sums = view.book.account_months.filter(pl.col("month_on") >= first).group_by("month_on").agg(pl.col("arr").sum())
    return sums.sort("month_on").to_dicts()


def renewals_due(view: View, days: int) -> pl.DataFrame:
    """Contracts that renew within so many days, and those past due, without a signed successor; soonest first."""
    standing = view.standing.select(
        "account_id", "account_name", "csm", "health_band", "alarm", "health_score", "segment"
    )
    until = view.as_of.toordinal() + days
    contracts = view.book.contracts.filter(
        (pl.col("is_in_force") | pl.col("is_past_due"))
        & ~pl.col("has_signed_successor").fill_null(False)
        & pl.col("ends_on").is_not_null()
        & (pl.col("ends_on") <= view.as_of.fromordinal(until))
    )
    return contracts.join(standing, on="account_id", how="inner").sort("renewal_on", "contract_id")


def churned(view: View, days: int) -> pl.DataFrame:
    """Accounts whose service ended within the last so many days, the largest first.

    Up to the days of the policy they are those of `churned_accounts`, also the ones that came back since; for longer
    the accounts that are gone today.
    """
    told = view.scores.money.churned_accounts
    if told.height and days <= view.context.policy.revenue.churn.days:
        gone = told.rename({"lost_arr": "churned_arr", "reason": "churn_reason"})
    else:
        gone = view.book.accounts
    within = (pl.col("churned_on") > view.back(days)) & (pl.col("churned_on") <= view.as_of)
    order = (pl.col("churned_arr").fill_null(0), pl.col("account_id"), pl.col("churned_on"))
    return gone.filter(within).sort(order, descending=[True, False, False])


def trouble_row(view: View, row: Row) -> Row:
    """One account in trouble, with what drives it."""
    return {**row, "driver": view.driver(row["account_id"])}


def soonest_renewals(view: View, count: int) -> list[Row]:
    """The renewals of the next 90 days that carry most money."""
    rows = renewal_rows(view, renewals_due(view, 90))
    return sorted(rows, key=lambda row: (-row["arr"], row["renewal_on"], row["contract_id"]))[:count]


def renewal_rows(view: View, due: pl.DataFrame) -> list[Row]:
    """Contracts of one account that renew on one day as one row, their ARR summed; the soonest first."""
    together = due.group_by("account_id", "renewal_on", maintain_order=True).agg(
        pl.all().exclude("arr").first(), pl.col("arr").sum(), pl.len().alias("contracts")
    )
    return [{**row, "days": (row["renewal_on"] - view.as_of).days} for row in together.to_dicts()]


def arr_chart(view: View) -> Chart:
    """ARR of the last thirteen months."""
    rows = [
        {
            "on": row["month_on"].isoformat(),
            "when": wording.month(row["month_on"]),
            "value": float(row["arr"]),
            "said": view.money(row["arr"]),
        }
        for row in arr_by_month(view)
    ]
    grown = wording.growth(rows[-1]["value"], rows[0]["value"]) if len(rows) > 1 else None
    title = (
        f"ARR is {wording.moved(grown)} in twelve months, to {rows[-1]['said']}" if rows else "No ARR is on file yet"
    )
    spec = CHARTS["trend_of_total"](rows, view.symbol) if rows else {}
    table = tuple((row["when"], row["said"]) for row in rows)
    return Chart("arr", title, f"Area chart of ARR by month. {title}.", spec, ("Month", "ARR"), table)


def _panel_on(view: View, days: int) -> pl.DataFrame:
    return view.panel.filter(pl.col("week_ending_on") == view.back(days))


def _headline(view: View, figures: Row) -> str:
    grown = figures["growth_pct"]
    count = wording.counted(figures["customers"], "customer")
    verb = "brings" if figures["customers"] == 1 else "bring"
    tail = f", {wording.moved(grown)} in twelve months" if grown is not None else ""
    return f"{count} {verb} {view.money(figures['arr'])} of ARR{tail}."


def _lead(view: View, figures: Row) -> str:
    risk = f"{view.money(figures['at_risk_arr'])} ({wording.share(figures['at_risk_arr'], figures['arr'])}) is with "
    risk += f"{wording.counted(figures['at_risk_count'], 'customer')} at risk or critical."
    due = f"{wording.counted(figures['due_count'], 'contract')} worth {view.money(figures['due_arr'])} "
    due += f"{'comes' if figures['due_count'] == 1 else 'come'} up for renewal in the next 90 days"
    due += f", {view.money(figures['due_troubled_arr'])} of it at risk or critical."
    if not figures["churned_count"]:
        return f"{risk} {due} No customer left in the last 90 days."
    gone = f"{wording.counted(figures['churned_count'], 'customer')} left in the last 90 days, "
    return f"{risk} {due} {gone}taking {view.money(figures['churned_arr'])}."
