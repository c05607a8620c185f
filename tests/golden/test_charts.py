"""Charts are specs in UTC with the house type, and small charts keep their shape at the edges."""

from datetime import date, timedelta

import pytest

from pipeline.charts import CHARTS
from pipeline.charts.small import bar_plot, line_plot, spark_path
from pipeline.stages.press.pictures import charts_in
from tests.golden.test_reports import PORTFOLIO


def test_every_chart_of_the_dashboard_has_a_sentence_an_alternative_and_figures() -> None:
    charts = charts_in(PORTFOLIO)
    assert len({chart.name for chart in charts}) == len(charts) >= 7
    assert all(chart.title and chart.title in chart.alt and chart.rows for chart in charts)
    assert all(len(row) == len(chart.head) for chart in charts for row in chart.rows)


def test_time_axes_are_in_utc() -> None:
    spec = CHARTS["trend_of_total"]([{"on": "2026-01-01", "when": "Jan", "value": 1.0, "said": "1"}], "$")
    assert spec["layer"][0]["encoding"]["x"]["scale"] == {"type": "utc"}


def test_a_line_needs_two_known_points() -> None:
    day = date(2026, 1, 2)
    assert line_plot([(day, 3.0), (day + timedelta(7), None)]) is None
    flat = line_plot([(day, 3.0), (day + timedelta(7), 3.0)])
    assert flat is not None
    assert flat.path.count("L") == 1


def test_bars_stay_inside_their_frame() -> None:
    plot = bar_plot([("a", 3.0, False), ("b", 0.0, False), ("c", 17.0, True)])
    assert plot is not None
    assert all(bar.y >= 0 and bar.y + bar.height <= plot.height for bar in plot.bars)
    assert bar_plot([("a", 0.0, False)]) is None


@pytest.mark.parametrize(("values", "path"), [([], ""), ([1.0], ""), ([2.0, 2.0], "M0.0 9.0L80.0 9.0")])
def test_a_sparkline_of_little_is_level_or_nothing(values: list[float], path: str) -> None:
    assert spark_path(values) == path
