"""What is known about tickets and how satisfied their requesters were."""

import polars as pl

from pipeline.metrics.metric import Metric

SUPPORT = (
    Metric(
        name="tickets_90d",
        label="Support tickets",
        description="Tickets created in 90 days; 0 when there were none.",
        unit="tickets",
        kind="sum",
        numerator="ticket_created_count_90d",
        direction="down",
    ),
    Metric(
        name="tickets_30d",
        label="Support tickets in 30 days",
        description="Tickets created in 30 days; 0 when there were none.",
        unit="tickets",
        kind="sum",
        numerator="ticket_created_count_30d",
        direction="down",
    ),
    Metric(
        name="open_tickets",
        label="Open tickets",
        description="Tickets not solved at the day; 0 when there are none.",
        unit="tickets",
        kind="sum",
        numerator="open_ticket_count",
        direction="down",
    ),
    Metric(
        name="open_p0_p1",
        label="Open P0 and P1",
        description="Tickets of priority P0 or P1 not solved at the day; 0 when there are none.",
        unit="tickets",
        kind="sum",
        numerator="open_p0_p1_count",
        direction="down",
    ),
    Metric(
        name="csat_mean",
        label="Support satisfaction, mean",
        description="Mean rating of tickets (1 to 5) in 90 days; null when nobody rated one.",
        unit="of 5",
        kind="mean",
        numerator="csat_score_sum_90d",
        denominator="csat_answer_count_90d",
    ),
    Metric(
        name="csat_satisfied_pct",
        label="Support satisfaction",
        description="Rated tickets with 4 or 5; null when nobody rated one. Reads what `with_rating_counts` adds.",
        unit="%",
        kind="ratio",
        numerator="satisfied_count",
        denominator="rated_count",
        scale=100,
        mart="recent_tickets",
    ),
)


def with_rating_counts(tickets: pl.DataFrame) -> pl.DataFrame:
    """Tickets with `rated_count` and `satisfied_count`, each 0 or 1."""
    return tickets.with_columns(
        rated_count=pl.col("csat").is_not_null().cast(pl.Int64),
        satisfied_count=(pl.col("csat") >= 4).fill_null(False).cast(pl.Int64),
    )
