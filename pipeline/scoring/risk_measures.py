"""The measures of churn risk that are more than a count, as expressions over the joined account-weeks."""

from collections.abc import Callable

import polars as pl

from pipeline.metrics import METRICS
from pipeline.policy import Comparison, Sign
from pipeline.scoring.parts import NOISE_DIGITS

DROP_POINTS, DROP_MEAN, ENOUGH_RESPONDENTS = 20, 2, 3


def _dau_pct(_: Sign) -> pl.Expr:
    """Mean daily users of the window's business days, in percent of the licensed seats; null without seats or days."""
    days, seats = pl.col("business_day_count_30d"), pl.col("seats")
    return pl.when((days > 0) & (seats > 0)).then(100.0 * pl.col("business_user_day_count_30d") / (days * seats))


def _metric(name: str) -> Callable[[Sign], pl.Expr]:
    return lambda _: METRICS[name].at_row().cast(pl.Float64)


def _nps_mean_score(_: Sign) -> pl.Expr:
    respondents = pl.col("nps_respondent_count_180d")
    return pl.when(respondents > 0).then(pl.col("nps_score_sum_180d") / respondents)


def _csat_mean(_: Sign) -> pl.Expr:
    answers = pl.col("csat_answer_count_90d")
    return pl.when(answers > 0).then(pl.col("csat_score_sum_90d") / answers)


def _nps_drop(_: Sign) -> pl.Expr:
    """1 where the answers fell against the wave before: by NPS with enough respondents, else by their mean."""
    now, before = pl.col("wave_answer_count"), pl.col("wave_prior_answer_count")
    in_both = (now > 0) & (before > 0)
    nps = 100 * (pl.col("wave_prior_promoter_surplus_count") * now - pl.col("wave_promoter_surplus_count") * before)
    mean = pl.col("wave_prior_score_sum") * now - pl.col("wave_score_sum") * before
    enough = pl.min_horizontal(now, before) >= ENOUGH_RESPONDENTS
    fell = pl.when(enough).then(nps > DROP_POINTS * now * before).otherwise(mean >= DROP_MEAN * now * before)
    return pl.when(in_both).then(fell.cast(pl.Int64))


def _without_review(factor: Sign) -> pl.Expr:
    """1 for a customer of longer than the window without a review held in it; the window is that of its tier."""
    window = pl.lit(factor.window_days or 0)
    for tier, days in factor.window_days_by_tier.items():
        window = pl.when(pl.col("tier") == tier).then(days).otherwise(window)
    week = pl.col("week_ending_on")
    is_long_a_customer = (week - pl.col("customer_since_on")).dt.total_days() > window
    none_held = ((week - pl.col("review_last_held_on")).dt.total_days() >= window).fill_null(True)
    return (is_long_a_customer & none_held).cast(pl.Int64)


def _days_since_review(_: Sign) -> pl.Expr:
    return (pl.col("week_ending_on") - pl.col("review_last_held_on")).dt.total_days()


def _without_expansion(factor: Sign) -> pl.Expr:
    """1 for a customer of longer than the months without an expansion deal open, or won in 180 days."""
    is_long_a_customer = pl.col("customer_since_on").dt.offset_by(f"{factor.after_months}mo") < pl.col("week_ending_on")
    deals = pl.col("expansion_open_count") + pl.col("expansion_won_count_180d")
    return (is_long_a_customer & (deals == 0)).cast(pl.Int64)


def _downtime_minutes(_: Sign) -> pl.Expr:
    return pl.col("downtime_seconds_30d") / 60


def _renewal_on_track(_: Sign) -> pl.Expr:
    concerns = (
        "contract_ending_90d_count",
        "contract_past_due_count",
        "contract_disputed_count",
        "contract_notice_count",
    )
    in_force = pl.col("contract_in_force_count") > 0
    return (in_force & (pl.sum_horizontal(concerns) == 0)).cast(pl.Int64)


MEASURES: dict[str, Callable[[Sign], pl.Expr]] = {
    "dau_pct": _dau_pct,
    "training_pct": _metric("training_pct"),
    "usage_change_pct": _metric("usage_change_pct"),
    "nps_mean_score": _nps_mean_score,
    "csat_mean": _csat_mean,
    "nps_drop": _nps_drop,
    "without_review": _without_review,
    "days_since_review": _days_since_review,
    "without_expansion": _without_expansion,
    "downtime_minutes": _downtime_minutes,
    "renewal_on_track": _renewal_on_track,
    "is_aligned": lambda _: (pl.col("strategic_alignment") == "aligned").cast(pl.Int64),
    "is_advocate": lambda _: pl.col("is_advocate").cast(pl.Int64),
}
TESTS = {"over": pl.Expr.gt, "at_least": pl.Expr.ge, "under": pl.Expr.lt, "at_most": pl.Expr.le}


def measured(factor: Sign) -> pl.Expr:
    """What a factor or flag measures: the sum of its counts, or its named measure; null with nothing to measure."""
    if factor.measure:
        return MEASURES[factor.measure](factor).cast(pl.Float64)
    return total(factor.counts)


def total(counts: tuple[str, ...]) -> pl.Expr:
    """The sum of some counts; one column stays null where it is."""
    return pl.col(counts[0]).cast(pl.Float64) if len(counts) == 1 else pl.sum_horizontal(counts).cast(pl.Float64)


def compares(value: pl.Expr, comparison: Comparison) -> pl.Expr:
    """Whether a value holds the comparison of its row; false without a value."""
    [(word, bound)] = comparison.comparison.items()
    return TESTS[word](value.round(NOISE_DIGITS), round(bound, NOISE_DIGITS)).fill_null(False)
