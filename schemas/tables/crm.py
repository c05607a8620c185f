"""CRM contracts: accounts, their names in other tools, our team, contacts, opportunities and touch points."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Instant, Money, at_least_zero, key, one_of, optional, percent, required

ROLES = ("champion", "executive_sponsor", "technical_lead", "finance", "user")


class Accounts(pa.DataFrameModel):
    """One customer account as its owner system knows it; every version is kept with the day it was exported."""

    account_id: pl.String = key()
    account_name: pl.String = required()
    domain: pl.String = optional()
    record_url: pl.String = optional()
    parent_account_id: pl.String = optional()
    merged_into_account_id: pl.String = optional()
    industry: pl.String = optional()
    region: pl.String = optional()
    country: pl.String = optional()
    employees: pl.Int64 = at_least_zero()
    segment: pl.String = one_of("enterprise", "mid_market", "smb")
    status: pl.String = one_of("prospect", "onboarding", "active", "churned")
    csm: pl.String = optional()
    csm_email: pl.String = optional()
    csm_manager: pl.String = optional()
    account_executive: pl.String = optional()
    executive_sponsor: pl.String = optional()
    technical_lead: pl.String = optional()
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    customer_since_on: pl.Date = optional()
    next_review_on: pl.Date = optional()
    expansion_potential: Money = at_least_zero()
    use_case: pl.String = optional()
    plan: pl.String = optional()
    seats_licensed: pl.Int64 = at_least_zero()
    strategic_alignment: pl.String = one_of("aligned", "uncertain", "misaligned")
    is_strategic: pl.Boolean = optional()
    is_advocate: pl.Boolean = optional()
    last_health_check_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id"}


class AccountKeys(pa.DataFrameModel):
    """How another tool names an account: (system, external id) -> account."""

    system: pl.String = key()
    external_id: pl.String = key()
    account_id: pl.String = required()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id"}


class Team(pa.DataFrameModel):
    """One person on our side as a tool knows them; where its rows name an owner by id, the name is found here."""

    person_id: pl.String = key()
    full_name: pl.String = required()
    email: pl.String = optional()
    manager: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot"}


class Contacts(pa.DataFrameModel):
    """One person at a customer, with the role that floors and risk factors look at."""

    contact_id: pl.String = key()
    account_id: pl.String = required()
    full_name: pl.String = optional()
    email: pl.String = optional()
    title: pl.String = optional()
    role: pl.String = one_of(*ROLES)
    joined_on: pl.Date = optional()
    departed_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["joined_on"]}


class Opportunities(pa.DataFrameModel):
    """One deal: new business, renewal or expansion."""

    opportunity_id: pl.String = key()
    account_id: pl.String = required()
    opportunity_name: pl.String = optional()
    type: pl.String = one_of("new", "renewal", "expansion")
    stage: pl.String = optional()
    amount: Money = optional()
    currency: pl.String = optional(str_matches=r"^[A-Z]{3}$")
    probability_pct: pl.Float64 = percent()
    forecast_category: pl.String = one_of("omitted", "pipeline", "best_case", "commit", "closed")
    created_on: pl.Date = optional()
    close_on: pl.Date = optional()
    is_closed: pl.Boolean = optional()
    is_won: pl.Boolean = optional()
    owner: pl.String = optional()
    contract_id: pl.String = optional()
    record_url: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["created_on"]}


class OpportunityChanges(pa.DataFrameModel):
    """One change of one field of a deal."""

    opportunity_id: pl.String = key()
    changed_at: Instant = key()
    field: pl.String = key(isin=["stage", "amount", "close_on", "forecast_category"])
    old_value: pl.String = optional()
    new_value: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "dated_by": ["changed_at"]}


class Activities(pa.DataFrameModel):
    """One touch point with a customer."""

    activity_id: pl.String = key()
    account_id: pl.String = required()
    type: pl.String = one_of("email", "call", "meeting", "message", "training", "escalation", "webinar", "qbr")
    occurred_at: Instant = required()
    subject: pl.String = optional()
    summary: pl.String = optional()
    owner: pl.String = optional()
    direction: pl.String = one_of("proactive", "reactive")
    was_attended: pl.Boolean = optional()
    contact_id: pl.String = optional()
    sentiment: pl.String = one_of("positive", "neutral", "negative")
    follow_up_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["occurred_at"]}


class Signals(pa.DataFrameModel):
    """Something noticed about a customer that no other table carries."""

    signal_id: pl.String = key()
    account_id: pl.String = required()
    kind: pl.String = one_of(
        "stakeholder_departed",
        "champion_departed",
        "budget_cut",
        "market_downturn",
        "competitor_evaluation",
        "competitor_acquisition",
        "merger",
        "negative_social",
        "data_quality_issue",
        "integration_failure",
        "executive_engaged",
        "expansion_discussion",
        "expansion_milestone",
        "proactive_feedback",
        "reference",
        "referral",
        "hiring",
        "funding",
        "new_department",
        "terms_violation",
        "offboarding_requested",
        nullable=False,
    )
    occurred_on: pl.Date = required()
    resolved_on: pl.Date = optional()
    note: pl.String = optional()
    source: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["occurred_on"]}


class Overrides(pa.DataFrameModel):
    """A health band set by hand until it expires."""

    account_id: pl.String = key()
    made_on: pl.Date = key()
    band: pl.String = one_of("healthy", "watch", "at_risk", "critical")
    reason: pl.String = required()
    author: pl.String = required()
    expires_on: pl.Date = required()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["made_on"]}
