"""Support contracts: tickets and the changes of their priority and status."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Instant, at_least_zero, keeps, key, one_of, optional, required

PRIORITIES = ("p0", "p1", "p2", "p3")
SOLVED_AFTER_CREATED = "solved_at >= created_at"


class Tickets(pa.DataFrameModel):
    """One support request as the tool knows it now."""

    ticket_id: pl.String = key()
    account_id: pl.String = required()
    subject: pl.String = optional()
    category: pl.String = one_of("technical", "implementation", "billing", "how_to", "other")
    priority: pl.String = one_of(*PRIORITIES)
    status: pl.String = one_of("new", "open", "pending", "hold", "solved", "closed")
    created_at: Instant = required()
    first_response_at: Instant = optional()
    solved_at: Instant = optional()
    csat: pl.Int64 = optional(ge=1, le=5)
    reopen_count: pl.Int64 = at_least_zero()
    is_escalated: pl.Boolean = optional()
    escalation_level: pl.Int64 = optional(ge=0, le=4)
    requester_email: pl.String = optional()
    assignee: pl.String = optional()
    agent_reply_count: pl.Int64 = at_least_zero()
    workaround_at: Instant = optional()
    rca_on: pl.Date = optional()
    is_security: pl.Boolean = optional()
    is_sla_excluded: pl.Boolean = optional()
    affects_go_live: pl.Boolean = optional()
    record_url: pl.String = optional()

    @pa.dataframe_check(name="solved_at is before created_at")
    def solved_after_created(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A ticket is solved after it was created."""
        return keeps(data, SOLVED_AFTER_CREATED)

    class Config:
        strict = True
        metadata = {
            "kind": "snapshot",
            "account_column": "account_id",
            "dated_by": ["created_at"],
            "row_rules": {"solved_at is before created_at": SOLVED_AFTER_CREATED},
        }


class TicketChanges(pa.DataFrameModel):
    """One change of a ticket's priority or status."""

    ticket_id: pl.String = key()
    changed_at: Instant = key()
    field: pl.String = key(isin=["priority", "status"])
    old_value: pl.String = optional()
    new_value: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "dated_by": ["changed_at"]}
