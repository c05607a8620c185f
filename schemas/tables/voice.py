"""Voice contracts: survey invitations and answers, and feedback from every channel."""

import pandera.polars as pa
import polars as pl

from schemas.tables.columns import Instant, keeps, key, one_of, optional, required

WITHIN_SCALE = (
    "case when coalesce(survey, 'nps') = 'nps' then score = round(score) and score between 0 and 10 "
    "else score between 1 and 5 end"
)


class SurveyInvitations(pa.DataFrameModel):
    """One invitation to a survey; an empty survey is an NPS invitation."""

    invitation_id: pl.String = key()
    account_id: pl.String = required()
    contact_email: pl.String = optional()
    sent_at: Instant = required()
    survey: pl.String = one_of("nps", "csat", "ces", "pulse", "implementation")
    wave: pl.String = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["sent_at"]}


class SurveyResponses(pa.DataFrameModel):
    """One finished answer. NPS is scored 0-10, the other surveys 1-5; `reasons` are joined by "; "."""

    response_id: pl.String = key()
    account_id: pl.String = required()
    respondent_id: pl.String = required()
    survey: pl.String = one_of("nps", "csat", "ces", "pulse", "implementation")
    is_anonymous: pl.Boolean = optional()
    score: pl.Float64 = required(ge=0, le=10)
    comment: pl.String = optional()
    reasons: pl.String = optional()
    renewal_intent: pl.String = one_of("very_likely", "likely", "uncertain", "unlikely", "decided_to_leave")
    follow_up_consent: pl.Boolean = optional()
    responded_at: Instant = required()
    wave: pl.String = optional()

    @pa.dataframe_check(name="score is outside the survey's scale")
    def score_fits_the_scale(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """NPS answers are whole numbers from 0 to 10, the others run from 1 to 5."""
        return keeps(data, WITHIN_SCALE)

    class Config:
        strict = True
        metadata = {
            "kind": "events",
            "account_column": "account_id",
            "dated_by": ["responded_at"],
            "row_rules": {"score is outside the survey's scale": WITHIN_SCALE},
        }


class FeedbackItems(pa.DataFrameModel):
    """One thing a customer told us, and what was decided about it."""

    feedback_id: pl.String = key()
    account_id: pl.String = optional()
    source: pl.String = one_of(
        "pulse", "retrospective", "qbr", "nps", "interview", "ticket", "usage", "review", "other"
    )
    received_on: pl.Date = required()
    category: pl.String = one_of("product", "support", "implementation", "billing", "training", "other")
    sentiment: pl.String = one_of("positive", "neutral", "negative")
    theme: pl.String = optional()
    text: pl.String = optional()
    is_feature_request: pl.Boolean = optional()
    decision: pl.String = one_of("roadmap", "backlog", "known_limitation", "deferred", "rejected")
    decided_on: pl.Date = optional()
    shipped_on: pl.Date = optional()

    class Config:
        strict = True
        metadata = {"kind": "events", "account_column": "account_id", "dated_by": ["received_on"]}
