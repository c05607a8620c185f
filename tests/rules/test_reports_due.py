"""The reports with a due date stand in the weekly review with the next one, to the day."""

from datetime import date

import pytest

from pipeline.reports.reports_due import reports_due
from tests.rules.books import shipped_policy


@pytest.mark.parametrize(
    ("as_of", "service_levels", "nps"),
    [
        (date(2026, 10, 30), ("October 2026", date(2026, 11, 2)), ("Survey of 31 Oct 2026", date(2026, 11, 5))),
        (date(2026, 11, 2), ("October 2026", date(2026, 11, 2)), ("Survey of 31 Oct 2026", date(2026, 11, 5))),
        (date(2026, 11, 6), ("November 2026", date(2026, 12, 2)), ("Survey of 31 Jan 2027", date(2027, 2, 5))),
        (date(2026, 1, 1), ("December 2025", date(2026, 1, 2)), ("Survey of 31 Jan 2026", date(2026, 2, 5))),
    ],
)
def test_the_next_due_report_of_each_kind_is_named_with_its_day(as_of, service_levels, nps):
    rows = reports_due(shipped_policy(), as_of)
    assert [(row["title"], row["about"], row["due_on"]) for row in rows] == [
        ("Service levels", *service_levels),
        ("NPS", *nps),
    ]
