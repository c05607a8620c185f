"""What customers say: NPS answers, tone of their communications."""

import polars as pl

from pipeline.metrics.metric import Metric

VOICE = (
    Metric(
        name="nps",
        label="NPS",
        description="Share of promoters less share of detractors, from -100 to 100; null when nobody answered.",
        unit="points",
        kind="nps",
        numerator="promoter_count",
        less="detractor_count",
        denominator="answered_count",
        scale=100,
        mart="nps_waves",
    ),
    Metric(
        name="nps_response_rate_pct",
        label="NPS response rate",
        description="Answers over invitations; null when nobody was invited.",
        unit="%",
        kind="ratio",
        numerator="answered_count",
        denominator="invited_count",
        scale=100,
        mart="nps_waves",
    ),
    Metric(
        name="nps_mean_score",
        label="NPS answers, mean score",
        description="Mean of each respondent's latest score (0 to 10) in 180 days; null when nobody answered.",
        unit="of 10",
        kind="mean",
        numerator="nps_score_sum_180d",
        denominator="nps_respondent_count_180d",
    ),
    Metric(
        name="satisfaction_of_10",
        label="NPS answers, else support satisfaction",
        description="Mean NPS score of 180 days, without one twice the mean ticket rating of 90; null with neither.",
        unit="of 10",
        kind="mean",
        numerator="satisfaction_sum",
        denominator="satisfaction_count",
    ),
    Metric(
        name="tone",
        label="Tone of communications",
        description="Mean sentiment (+1, 0, -1) of communications in 90 days; null when none has a sentiment.",
        unit="on a scale from -1 to 1",
        kind="mean",
        numerator="sentiment_sum_90d",
        denominator="sentiment_count_90d",
    ),
)


def with_satisfaction(account_weeks: pl.DataFrame) -> pl.DataFrame:
    """Account-weeks with `satisfaction_sum` and `_count`: of NPS where anybody answered, else of tickets, doubled."""
    answered = pl.col("nps_respondent_count_180d") > 0
    return account_weeks.with_columns(
        satisfaction_sum=pl.when(answered).then("nps_score_sum_180d").otherwise(2 * pl.col("csat_score_sum_90d")),
        satisfaction_count=pl.when(answered).then("nps_respondent_count_180d").otherwise("csat_answer_count_90d"),
    )
