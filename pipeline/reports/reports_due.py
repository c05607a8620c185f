"""Which periodic reports fall due next, on which day and about what: the dated list of the weekly review."""

from datetime import date

from pipeline.policy import Policy
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row


def reports_due(policy: Policy, as_of: date) -> list[Row]:
    """One row per report with a due date, the earliest first: title, about and due_on.

    The SLA report is about a calendar month; the NPS report about the survey of a quarter, due in the month after it.
    (infra 8.1, 14.4)
    """
    rows = [_service_levels(policy.sla.report_due_day, as_of), _nps(policy, as_of)]
    return sorted(rows, key=lambda row: (row["due_on"], row["title"]))


def _service_levels(due_day: int, as_of: date) -> Row:
    month = periods.month_of(as_of, -1 if as_of.day <= due_day else 0)
    due_on = periods.month_of(month, 1).replace(day=due_day)
    return {"title": "Service levels", "about": f"{month:%B %Y}", "due_on": due_on}


def _nps(policy: Policy, as_of: date) -> Row:
    rules = policy.voice.nps
    days = [target.survey_day for target in rules.targets.values()]
    surveys = [date.fromisoformat(f"{year}-{day}") for year in range(as_of.year - 1, as_of.year + 2) for day in days]
    due = {periods.month_of(survey, 1).replace(day=rules.report_due_day): survey for survey in surveys}
    due_on = min(day for day in due if day >= as_of)
    return {"title": "NPS", "about": f"Survey of {wording.day(due[due_on])}", "due_on": due_on}
