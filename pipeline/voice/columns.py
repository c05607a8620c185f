"""The columns that voice reads of a book: a mart that is absent or lacks a column reads as if it had nulls."""

from collections.abc import Mapping
from typing import Any

import polars as pl

Columns = Mapping[str, Any]
MONEY = pl.Decimal(18, 2)
ACCOUNTS: Columns = {
    "account_id": pl.String,
    "account_name": pl.String,
    "tier": pl.String,
    "industry": pl.String,
    "region": pl.String,
    "csm": pl.String,
    "status": pl.String,
    "lifecycle_stage": pl.String,
    "arr": MONEY,
    "is_scored": pl.Boolean,
    "churned_on": pl.Date,
    "customer_since_on": pl.Date,
    "days_to_renewal": pl.Int64,
}
WAVES: Columns = {
    "wave": pl.String,
    "account_id": pl.String,
    "invited_count": pl.Int64,
    "answered_count": pl.Int64,
    "promoter_count": pl.Int64,
    "passive_count": pl.Int64,
    "detractor_count": pl.Int64,
    "first_on": pl.Date,
    "last_on": pl.Date,
}
ANSWERS: Columns = {
    "response_id": pl.String,
    "account_id": pl.String,
    "respondent_id": pl.String,
    "wave": pl.String,
    "responded_on": pl.Date,
    "score": pl.Int64,
    "comment": pl.String,
    "reasons": pl.String,
    "renewal_intent": pl.String,
    "follow_up_consent": pl.Boolean,
    "is_anonymous": pl.Boolean,
}
PLANS: Columns = {"account_id": pl.String, "went_live_on": pl.Date}
RATINGS: Columns = {
    "account_id": pl.String,
    "survey": pl.String,
    "source": pl.String,
    "month_on": pl.Date,
    "answer_count": pl.Int64,
    "score_sum": pl.Float64,
    "score_square_sum": pl.Float64,
    "satisfied_count": pl.Int64,
    "extreme_count": pl.Int64,
}
COMMENTS: Columns = {
    "response_id": pl.String,
    "account_id": pl.String,
    "survey": pl.String,
    "responded_on": pl.Date,
    "score": pl.Float64,
    "comment": pl.String,
    "is_anonymous": pl.Boolean,
    "follow_up_consent": pl.Boolean,
}
ITEMS: Columns = {
    "feedback_id": pl.String,
    "account_id": pl.String,
    "source": pl.String,
    "received_on": pl.Date,
    "category": pl.String,
    "sentiment": pl.String,
    "theme": pl.String,
    "text": pl.String,
    "is_feature_request": pl.Boolean,
    "decision": pl.String,
    "decided_on": pl.Date,
    "shipped_on": pl.Date,
}
REVIEWS: Columns = {
    "qbr_id": pl.String,
    "account_id": pl.String,
    "held_on": pl.Date,
    "satisfaction": pl.Float64,
    "notes": pl.String,
}
TASKS: Columns = {"account_id": pl.String, "title": pl.String, "status": pl.String, "completed_on": pl.Date}
ACTIONS: Columns = {
    "action_id": pl.String,
    "account_id": pl.String,
    "play": pl.String,
    "title": pl.String,
    "owner_role": pl.String,
    "owner": pl.String,
    "due_on": pl.Date,
    "status": pl.String,
    "started_on": pl.Date,
    "completed_on": pl.Date,
}
BANDS: Columns = {
    "account_id": pl.String,
    "week_ending_on": pl.Date,
    "churn_risk_band": pl.String,
}
HEALTH: Columns = {"account_id": pl.String, "week_ending_on": pl.Date, "health_band": pl.String}
PEOPLE: Columns = {"account_id": pl.String, "full_name": pl.String}


def fitted(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The frame with exactly these columns in these types, one that it lacks as null; no rows of an absent mart."""
    if not frame.width:
        return empty(columns)
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    )


def empty(columns: Columns) -> pl.DataFrame:
    """No rows of these columns."""
    return pl.DataFrame(schema=dict(columns))
