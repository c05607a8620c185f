"""Usage contracts: events, daily counts, users, limits and the feature catalogue."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Instant, at_least_zero, key, optional, required


class UsageEvents(pa.DataFrameModel):
    """One use of a feature by a user; reduced at ingest to account-user-days and account-feature-days."""

    event_id: pl.String = optional()
    account_id: pl.String = required()
    user_id: pl.String = optional()
    feature: pl.String = required()
    occurred_at: Instant = required()
    quantity: pl.Int64 = at_least_zero()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["occurred_at"]}


class UsageDaily(pa.DataFrameModel):
    """Counts of one account, day and feature; a row without feature is the day's total."""

    account_id: pl.String = key()
    used_on: pl.Date = key()
    feature: pl.String = optional(metadata={"key": True})
    active_users: pl.Int64 = at_least_zero()
    event_count: pl.Int64 = at_least_zero()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["used_on"]}


class Users(pa.DataFrameModel):
    """One pseudonymous user of an account."""

    user_id: pl.String = key()
    account_id: pl.String = key()
    department: pl.String = optional()
    role: pl.String = optional()
    is_admin: pl.Boolean = optional()
    activated_on: pl.Date = optional()
    deactivated_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["activated_on"]}


class Limits(pa.DataFrameModel):
    """How much of a purchased limit an account had used on one day."""

    account_id: pl.String = key()
    limit: pl.String = key()
    measured_on: pl.Date = key()
    allowed: pl.Float64 = at_least_zero()
    used: pl.Float64 = at_least_zero()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "account_column": "account_id", "dated_by": ["measured_on"]}


class Features(pa.DataFrameModel):
    """One feature of the product; a null plan means every plan has it."""

    feature: pl.String = key()
    feature_name: pl.String = optional()
    plan: pl.String = optional()
    area: pl.String = optional()
    released_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "snapshot", "dated_by": ["released_on"]}


class Incidents(pa.DataFrameModel):
    """One outage or degradation; without an account it hit everyone."""

    incident_id: pl.String = key()
    account_id: pl.String = optional()
    started_at: Instant = required()
    ended_at: Instant = optional()
    severity: pl.String = optional()
    summary: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["started_at"]}
