"""METRICS: every number that can be stated about an account or a group of accounts, declared once."""

from pipeline.metrics.engagement import ENGAGEMENT
from pipeline.metrics.metric import Metric
from pipeline.metrics.portfolio import PORTFOLIO
from pipeline.metrics.revenue import REVENUE, with_codes
from pipeline.metrics.support import SUPPORT, with_rating_counts
from pipeline.metrics.usage import USAGE
from pipeline.metrics.voice import VOICE, with_satisfaction

METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*USAGE, *SUPPORT, *ENGAGEMENT, *REVENUE, *VOICE, *PORTFOLIO)
}

__all__ = ["METRICS", "Metric", "with_codes", "with_rating_counts", "with_satisfaction"]
