"""One pandera model per canonical table, listed in the order a reader meets them.

`TABLES` is the contract that ingest, build and the generated dictionary read. A model's `Config.metadata` carries what
pandera has no word for: `kind` (snapshot or events), `account_column`, `dated_by` (the first known of these columns
dates a row), and `row_rules`, the SQL of the checks of whole rows.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.tables import crm, delivery, revenue, support, usage, voice


@dataclass(frozen=True)
class Table:
    """A canonical table: its name, its pandera model and what follows from it."""

    name: str
    model: type[pa.DataFrameModel]

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema that rows are validated against."""
        return self.model.to_schema()

    @cached_property
    def columns(self) -> dict[str, pl.DataType]:
        """Column names with their Polars types, in the order of the contract."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a row; empty for usage events, which are reduced instead."""
        marked = self.schema.columns.items()
        return tuple(name for name, column in marked if (column.metadata or {}).get("key"))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns without which a row is rejected."""
        return tuple(name for name, column in self.schema.columns.items() if not column.nullable)

    @property
    def kind(self) -> str:
        """`snapshot` (the newest version stands) or `events` (rows accumulate)."""
        return str(self._about["kind"])

    @property
    def account_column(self) -> str | None:
        """The column that names the account, or None for tables about the whole company."""
        return self._about.get("account_column")

    @property
    def dated_by(self) -> tuple[str, ...]:
        """The columns that date a row, first known wins; empty where rows have no date."""
        return tuple(self._about.get("dated_by", ()))

    @property
    def row_rules(self) -> dict[str, str]:
        """The rules about whole rows: what is wrong where one is broken, and the SQL that holds otherwise."""
        return dict(self._about.get("row_rules", {}))

    @property
    def description(self) -> str:
        """The model's docstring, which is the table's documentation."""
        return " ".join((self.model.__doc__ or "").split())

    @property
    def _about(self) -> dict[str, Any]:
        return self.model.Config.metadata or {}


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("accounts", crm.Accounts),
        Table("account_keys", crm.AccountKeys),
        Table("team", crm.Team),
        Table("contracts", revenue.Contracts),
        Table("opportunities", crm.Opportunities),
        Table("opportunity_changes", crm.OpportunityChanges),
        Table("contacts", crm.Contacts),
        Table("activities", crm.Activities),
        Table("invoices", revenue.Invoices),
        Table("usage_events", usage.UsageEvents),
        Table("usage_daily", usage.UsageDaily),
        Table("users", usage.Users),
        Table("limits", usage.Limits),
        Table("features", usage.Features),
        Table("tickets", support.Tickets),
        Table("ticket_changes", support.TicketChanges),
        Table("survey_invitations", voice.SurveyInvitations),
        Table("survey_responses", voice.SurveyResponses),
        Table("trainings", delivery.Trainings),
        Table("implementations", delivery.Implementations),
        Table("milestones", delivery.Milestones),
        Table("risks", delivery.Risks),
        Table("tasks", delivery.Tasks),
        Table("effort", delivery.Effort),
        Table("status_notes", delivery.StatusNotes),
        Table("goals", delivery.Goals),
        Table("qbrs", delivery.Qbrs),
        Table("incidents", usage.Incidents),
        Table("signals", crm.Signals),
        Table("feedback_items", voice.FeedbackItems),
        Table("overrides", crm.Overrides),
        Table("targets", revenue.Targets),
        Table("controls", revenue.Controls),
        Table("exchange_rates", revenue.ExchangeRates),
    )
}
