"""CHARTS: data in, one chart spec out; drawn still in a PDF and live in a page from the same spec."""

from collections.abc import Callable
from typing import Any

from pipeline.charts.catalogue import (
    bars_by_month,
    line_by_month,
    nps_by_wave,
    renewals_by_month,
    stacked_by_time,
    trend_of_total,
)
from pipeline.charts.of_proof import estimates_by_lead, estimates_by_name, reliability_of
from pipeline.charts.of_revenue import bridge_of_arr, survival_by_tenure
from pipeline.charts.theme import Chart

CHARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "bars_by_month": bars_by_month,
    "bridge_of_arr": bridge_of_arr,
    "estimates_by_lead": estimates_by_lead,
    "estimates_by_name": estimates_by_name,
    "line_by_month": line_by_month,
    "nps_by_wave": nps_by_wave,
    "reliability_of": reliability_of,
    "renewals_by_month": renewals_by_month,
    "stacked_by_time": stacked_by_time,
    "survival_by_tenure": survival_by_tenure,
    "trend_of_total": trend_of_total,
}

__all__ = ["CHARTS", "Chart"]
