"""What the portfolio dashboard states of any selection of accounts, over the additive columns of `portfolio_accounts`.

The dashboard's tiles, its live page and the table in `data/` read these records, so that all three say the same.
"""

from pipeline.metrics.metric import Kind, Metric

MART = "portfolio_accounts"
PERIODS = (30, 90)


def _sum(name: str, label: str, description: str, unit: str, numerator: str = "", kind: Kind = "sum") -> Metric:
    return Metric(
        name=name,
        label=label,
        description=description,
        unit=unit,
        kind=kind,
        numerator=numerator or name,
        direction="none",
        mart=MART,
    )


def _ratio(name: str, label: str, description: str, above: str, below: str, less: str | None = None) -> Metric:
    return Metric(
        name=name,
        label=label,
        description=description,
        unit="%",
        kind="ratio",
        numerator=above,
        less=less,
        denominator=below,
        scale=100,
        mart=MART,
    )


def _within(days: int) -> tuple[Metric, ...]:
    """What is counted over a period that the reader may choose."""
    span = f"{days} days"
    return (
        _sum(
            f"due_count_{days}d", "Contracts due", f"Contracts up for renewal within {span} or past due.", "contracts"
        ),
        _sum(f"due_arr_{days}d", "ARR due", f"ARR of contracts up for renewal within {span} or past due.", "money"),
        _sum(f"due_exposed_arr_{days}d", "ARR due, exposed", f"The part of it at risk or critical, {span}.", "money"),
        _sum(f"lost_count_{days}d", "Customers lost", f"Accounts whose service ended in the last {span}.", "customers"),
        _sum(f"lost_arr_{days}d", "ARR lost", f"ARR of their last day; unknown amounts stay out, {span}.", "money"),
        _sum(f"tickets_created_{days}d", "Tickets created", f"Tickets created in the last {span}.", "tickets"),
    )


PORTFOLIO = (
    *(metric for days in PERIODS for metric in _within(days)),
    _sum("customer_gain_91d", "Customers won less lost", "Customers now less customers 91 days ago.", "customers"),
    _sum("arr_gain_12m", "ARR gained", "ARR now less ARR at the end of the month twelve months ago.", "money"),
    _sum(
        "exposed_count",
        "Customers at risk",
        "Customers whose health is at risk or critical.",
        "customers",
        kind="count",
    ),
    _sum("exposed_arr", "ARR at risk", "ARR of customers whose health is at risk or critical.", "money"),
    _sum("exposed_arr_gain_91d", "ARR at risk, change", "ARR at risk now less that of 91 days ago.", "money"),
    _sum("open_escalated_count", "Escalated tickets", "Open tickets that are escalated.", "tickets"),
    _sum("sla_missed_count", "Promises missed", "Clocks of the reported month that ran past their target.", "clocks"),
    _sum("sla_clock_count", "Promises", "Clocks of the reported month that are decided.", "clocks"),
    _sum("review_held_count", "Reviews held", "Business reviews held in the running fiscal quarter.", "reviews"),
    _sum(
        "review_held_last_count",
        "Reviews held before",
        "Business reviews held in the fiscal quarter before.",
        "reviews",
    ),
    _sum("review_rated_count", "Reviews rated", "Business reviews of the quarter with a rating.", "reviews"),
    _ratio(
        "arr_growth_pct",
        "ARR growth",
        "ARR now over that of twelve months ago, less one; null without ARR then.",
        "arr",
        "arr_year_ago",
        "arr_year_ago",
    ),
    _ratio(
        "exposed_arr_pct",
        "Share of ARR at risk",
        "ARR of customers at risk or critical over all ARR; null without ARR.",
        "exposed_arr",
        "arr",
    ),
    _ratio(
        "sla_kept_pct",
        "Promises kept",
        "Clocks met over clocks decided in the reported month; null without any.",
        "sla_met_count",
        "sla_clock_count",
    ),
    Metric(
        name="health_mean",
        label="Mean health score",
        description="Mean health score of the customers that have one; null without any.",
        unit="of 100",
        kind="mean",
        numerator="health_score_sum",
        denominator="scored_count",
        mart=MART,
    ),
    Metric(
        name="churn_risk_mean",
        label="Mean churn risk",
        description="Mean churn risk points of the customers that have them; null without any.",
        unit="points",
        kind="mean",
        numerator="churn_risk_points",
        denominator="risk_scored_count",
        direction="down",
        mart=MART,
    ),
    Metric(
        name="review_rating",
        label="Rating of reviews",
        description="Mean rating (1 to 5) of the quarter's reviews; null when none was rated.",
        unit="of 5",
        kind="mean",
        numerator="review_rating_sum",
        denominator="review_rated_count",
        mart=MART,
    ),
)
