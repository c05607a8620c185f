"""Notion's export: the team's databases as CSV files, each in its view and in full, inside a zip inside a zip."""

from dataclasses import dataclass

import polars as pl

from pipeline.demo.notion_rows import Row, milestone_row, note_rows, plan_row, risk_row, talk_row, task_row
from pipeline.demo.projects import Milestone, Task, milestones, risks, talks, tasks
from pipeline.demo.view import View
from pipeline.demo.writers import Dialect, Sheet

NOTION = Dialect(line_end="\r\n", bom=b"\xef\xbb\xbf", final_newline=False)


@dataclass(frozen=True, slots=True)
class Database:
    """One database: the table it feeds, its rows, the columns its view shows, and the filter of the view."""

    title: str
    table: str
    rows: list[Row]
    view_columns: tuple[str, ...]
    hidden: tuple[str, str] = ("", "")


def databases(view: View) -> list[Database]:
    """The six databases of the CS team as of the view's day."""
    steps = [m for m in milestones(view.story) if view.story.rollouts[m.account].started - 14 <= view.cut]
    plans = [r for r in view.story.rollouts.values() if r.started <= view.cut]
    seen = [r for r in risks(view.story) if r.created <= view.cut]
    blocked = {r.account for r in seen if r.is_blocker and r.resolved > view.cut}
    own: dict[int, list[Milestone]] = {}
    for step in steps:
        own.setdefault(step.account, []).append(step)
    return [
        Database("Implementation Plans", "implementations", [plan_row(view, r, own[r.account], blocked) for r in plans],
                 ("Plan", "Customer", "Start Date", "Target Go-Live Date", "Phase", "Completion %",
                  "Technical Blockers", "Owner"),
                 ("Phase", "optimization")),
        Database("Milestones", "milestones", [milestone_row(view, m) for m in steps],
                 ("Title", "Customer", "Planned Date", "Actual Date", "Status"), ("Status", "completed")),
        Database("Risk Registry", "risks", [risk_row(view, r) for r in seen],
                 ("Risk", "Customer", "Risk Type", "Probability", "Impact", "Status", "Owner"), ("Status", "resolved")),
        Database("Action Items", "tasks", [task_row(view, t) for t in notion_tasks(view)],
                 ("Title", "Customer", "Owner", "Due Date", "Priority", "Status"), ("Status", "completed")),
        Database("Weekly Status Reports", "status_notes", note_rows(view),
                 ("Report", "Customer", "Week Ending", "Health Status", "Owner")),
        Database("Communication Log", "activities", [talk_row(view, t) for t in talks(view.story) if t.day <= view.cut],
                 ("Topic", "Customer", "Date", "Type", "Sentiment")),
    ]  # fmt: skip


def notion_tasks(view: View) -> list[Task]:
    """Action items kept here: those of rollouts and half of the later ones; sales keeps the rest in the CRM."""
    return [t for t in tasks(view.story) if t.created <= view.cut and not in_crm(t)]


def in_crm(task: Task) -> bool:
    """Whether the to-do is kept in Salesforce."""
    return task.number >= 20 and task.number % 2 == 1


def full_sheet(database: Database) -> Sheet:
    """All columns and all rows, oldest first."""
    columns = list(database.rows[0]) if database.rows else ["Title"]
    return Sheet(database.table, _frame(database.rows, columns), NOTION)


def view_sheet(database: Database) -> Sheet:
    """The current view: some columns, and only the rows that its filter lets through."""
    column, value = database.hidden
    rows = [row for row in database.rows if not column or row[column] != value]
    return Sheet(database.table, _frame(rows, list(database.view_columns)), NOTION)


def inline_sheet(database: Database) -> Sheet:
    """The same rows once more as an inline view exports them: columns in alphabetical order."""
    columns = sorted(database.rows[0]) if database.rows else ["Title"]
    return Sheet(database.table, _frame(database.rows, columns), NOTION)


def _frame(rows: list[Row], columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame({c: [row[c] for row in rows] for c in columns}, schema=dict.fromkeys(columns, pl.String))
