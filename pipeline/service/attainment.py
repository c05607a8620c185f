"""How often promises were kept: attainment by month, tier, priority and clock, by account, and what misses may cost."""

import polars as pl

from pipeline.policy import SlaPolicy
from pipeline.policy.sla import ANY

DECIDED = ("met", "breached")
SUMMARY_KEYS = ("month_on", "tier", "priority", "clock")
CENT = 2


def sla_summary(clocks: pl.DataFrame, policy: SlaPolicy) -> pl.DataFrame:
    """One row per month of creation, tier, priority and clock. (infra 8.1, measurement and reporting)

    `clocks` counts those that were met or breached, an open one past its target among them; attainment is their share
    met and null when there are none. Median and P90 are over them, in minutes of the promise's own clock.
    """
    promised = clocks.filter(pl.col("state").is_not_null())
    rows = promised.group_by(SUMMARY_KEYS).agg(*counts(), *_durations())
    target = pl.col("tier").replace_strict(_targets(policy), default=_target(policy, ANY), return_dtype=pl.Float64)
    columns = ("clocks", "met", "attainment_pct", "target_pct", "median_minutes", "p90_minutes")
    rest = ("breached", "running", "excluded", "near_misses")
    stated = rows.with_columns(attainment_pct=pl.col("met") / pl.col("clocks") * 100, target_pct=target)
    attained = pl.when(pl.col("clocks") > 0).then("attainment_pct").alias("attainment_pct")
    return stated.with_columns(attained).select(*SUMMARY_KEYS, *columns, *rest).sort(SUMMARY_KEYS)


def sla_accounts(clocks: pl.DataFrame, policy: SlaPolicy) -> pl.DataFrame:
    """One row per account, month of creation and clock: the account's part of the report."""
    keys = ("account_id", "month_on", "clock")
    rows = clocks.filter(pl.col("state").is_not_null()).sort("created_at", "ticket_id")
    found = rows.group_by(keys).agg(*counts(), *_durations(), pl.col("tier").last())
    target = pl.col("tier").replace_strict(_targets(policy), default=_target(policy, ANY), return_dtype=pl.Float64)
    return found.with_columns(target_pct=target).sort(keys)


def counts() -> list[pl.Expr]:
    """Clocks by state, as counts that add up."""
    state = pl.col("state")
    return [
        state.is_in(DECIDED).sum().cast(pl.Int64).alias("clocks"),
        *((state == name).sum().cast(pl.Int64).alias(name) for name in ("met", "breached", "running", "excluded")),
        pl.col("is_near_miss").sum().cast(pl.Int64).alias("near_misses"),
    ]


def _durations() -> list[pl.Expr]:
    decided = pl.col("elapsed_minutes").filter(pl.col("state").is_in(DECIDED))
    return [
        decided.median().alias("median_minutes"),
        decided.quantile(0.9, interpolation="linear").alias("p90_minutes"),
    ]


def _targets(policy: SlaPolicy) -> dict[str, float | None]:
    return {name: group.target_pct for name, group in policy.promises.groups.items()}


def _target(policy: SlaPolicy, group: str) -> float | None:
    found = policy.promises.groups.get(group)
    return found.target_pct if found else None


def sla_credits(clocks: pl.DataFrame, policy: SlaPolicy, fiscal_year_starts_month: int) -> pl.DataFrame:
    """One row per account and month with a miss: a proposal, never a booking. (infra 8.1, penalties)

    One miss is its own percent of the month's fee, two and more the percent for repeated misses; where the tier has
    none, the largest single one. The fee is ARR/12 at the last miss's ticket. `review` is what so many misses in one
    fiscal quarter to the end of this month bring.
    """
    missed = clocks.filter(pl.col("state") == "breached").sort("created_at", "ticket_id", "clock")
    missed = missed.with_columns(own_pct=_by_tier(policy, "response_pct", "resolution_pct"))
    months = missed.group_by("account_id", "month_on").agg(
        pl.col("tier", "arr").last(),
        response_misses=(pl.col("clock") == "response").sum().cast(pl.Int64),
        resolution_misses=(pl.col("clock") == "resolution").sum().cast(pl.Int64),
        misses=pl.len().cast(pl.Int64),
        single_pct=pl.col("own_pct").max(),
    )
    return _reviewed(_priced(months, policy), policy, fiscal_year_starts_month).sort("month_on", "account_id")


def _by_tier(policy: SlaPolicy, response: str, resolution: str) -> pl.Expr:
    def of(field: str) -> pl.Expr:
        known = {name: getattr(group.credits, field) for name, group in policy.promises.groups.items() if group.credits}
        return pl.col("tier").replace_strict(known, default=None, return_dtype=pl.Float64)

    return pl.when(pl.col("clock") == "response").then(of(response)).otherwise(of(resolution))


def _priced(months: pl.DataFrame, policy: SlaPolicy) -> pl.DataFrame:
    repeated = _per_tier(policy, "repeated_pct", pl.Float64)
    pct = pl.when(pl.col("misses") > 1).then(pl.coalesce(repeated, "single_pct")).otherwise("single_pct")
    # Whole cents of a twelfth, half up, without leaving exact numbers: percents have at most two decimals.
    hundredths = (pl.col("credit_pct") * 100).round(0).cast(pl.Int64)
    cents = (pl.col("arr") * 100).cast(pl.Int64)
    amount = (cents * hundredths * 2 + 120_000) // 240_000
    return months.with_columns(credit_pct=pct).with_columns(
        fee=(_money((cents * 2 + 12) // 24)),
        amount=_money(amount),
    )


def _money(cents: pl.Expr) -> pl.Expr:
    return (cents.cast(pl.Decimal(20, 2)) / pl.lit(100, pl.Decimal(20, 2))).cast(pl.Decimal(18, 2))


def _per_tier(policy: SlaPolicy, field: str, dtype: type[pl.DataType]) -> pl.Expr:
    known = {name: getattr(group.credits, field) for name, group in policy.promises.groups.items() if group.credits}
    return pl.col("tier").replace_strict(known, default=None, return_dtype=dtype)


def _reviewed(months: pl.DataFrame, policy: SlaPolicy, first_month: int) -> pl.DataFrame:
    months = months.sort("account_id", "month_on")
    past = (pl.col("month_on").dt.month().cast(pl.Int64) + 12 - first_month) % 3
    quarter = pl.col("month_on").dt.offset_by(pl.format("-{}mo", past))
    months = months.with_columns(quarter_on=quarter).with_columns(
        quarter_misses=pl.col("misses").cum_sum().over("account_id", "quarter_on")
    )
    due = pl.col("quarter_misses") >= policy.reviewed_misses
    review = pl.when(due).then(_per_tier(policy, "review", pl.String))
    columns = ("response_misses", "resolution_misses", "misses", "fee", "credit_pct", "amount")
    return months.with_columns(review=review, state=pl.lit("proposed")).select(
        "account_id", "month_on", "tier", *columns, "quarter_on", "quarter_misses", "review", "state"
    )
