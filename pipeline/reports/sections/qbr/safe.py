"""What a pack may know of a book: chosen columns of chosen tables, and not one score.

Every document that a customer holds in the hand is made of a `Shown` and of nothing else. What is not named here does
not exist in it, so no section and no template can reach a score, a band, a chance, a risk, an amount of ours or a note.
"""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import polars as pl

from pipeline.reports.document import Context
from pipeline.reports.facts import View
from pipeline.scores import Scores
from pipeline.voice.redaction import Known

OURS_ALONE = ("action_id", "renewal_step", "offboarding_step")
ACCOUNT = (
    *("account_id", "account_name", "csm", "account_executive", "segment", "seats", "plan", "use_case", "currency"),
    "next_review_on",
)
SHOWN: dict[str, tuple[str, ...]] = {
    "weeks": ("week_ending_on", "business_day_count_30d"),
    "feed_weeks": ("feed", "week_ending_on", "state", "newest_on"),
    "accounts": ACCOUNT,
    "account_weeks": (
        *("account_id", "week_ending_on", "is_scored", "segment", "seats", "login_day_count_30d"),
        *("user_day_count_30d", "event_count_30d", "event_count_prior_30d", "feature_used_count_30d"),
        *("feature_available_count", "ticket_created_count_90d"),
        *("training_assigned_count", "training_completed_count"),
    ),
    "account_months": (
        *("account_id", "month_on", "login_day_count", "user_day_count", "event_count", "ticket_solved_count"),
    ),
    "account_features": (
        *("account_id", "feature", "feature_name", "area", "is_in_plan", "used_day_count_90d", "last_used_on"),
    ),
    "usage_weeks": ("account_id", "week_ending_on", "active_user_peak"),
    "contracts": ("account_id", "contract_id", "is_in_force", "currency", "arr_local"),
    "contacts": ("account_id", "contact_id", "full_name", "title", "role", "departed_on"),
    "goals": (
        *("account_id", "goal_id", "goal", "metric", "unit", "baseline", "target", "actual", "due_on", "status"),
        *("value_amount", "currency"),
    ),
    "milestones": (*("account_id", "milestone_id", "title", "planned_on", "actual_on", "status", "customer_actions"),),
    "tasks": ("account_id", "task_id", "title", "owner", "side", "due_on", "status", "completed_on"),
    "recent_tickets": (
        *("account_id", "ticket_id", "subject", "category", "priority", "status", "created_on", "solved_on", "csat"),
        *("first_response_minutes", "resolution_minutes"),
    ),
    "open_tickets": (
        *("account_id", "ticket_id", "subject", "category", "priority", "status", "created_on", "age_days"),
    ),
    "nps_answers": (
        *("account_id", "response_id", "respondent_id", "wave", "responded_on", "score", "comment"),
        *("follow_up_consent", "is_anonymous"),
    ),
    "nps_waves": ("account_id", "wave", "invited_count"),
    "feedback_items": (
        *("account_id", "feedback_id", "received_on", "category", "theme", "text", "decision", "decided_on"),
        "shipped_on",
    ),
}
PROMISES = ("account_id", "month_on", "clock", "clocks", "met", "breached", "target_pct")


@dataclass(frozen=True)
class Shown(View):
    """A view whose book holds the columns of `SHOWN` alone, and whose scores hold kept promises alone."""

    customers: pl.DataFrame
    names_to_hide: Known

    @property
    def standing(self) -> pl.DataFrame:
        """One row per customer with the columns of `ACCOUNT`, by id: nothing of how they stand with us."""
        return self.customers

    @property
    def hidden_names(self) -> Known:
        """The names that words of customers may not carry; known from the whole book, of which nothing else is kept."""
        return self.names_to_hide


def shown(view: View) -> Shown:
    """What may be shown of a view; tasks of our own plays and about our own business are left out."""
    book = view.book
    marts = {name: getattr(book, name) for name in (each.name for each in fields(book))}
    safe: dict[str, Any] = {
        name: _chosen(frame, SHOWN.get(name, ())) for name, frame in marts.items() if isinstance(frame, pl.DataFrame)
    }
    safe["tasks"] = _chosen(_shared_tasks(view), SHOWN["tasks"])
    promises = _chosen(view.scores.service.sla_accounts, PROMISES)
    scores = _blank(view.scores)
    return Shown(
        book=replace(book, **safe),
        scores=replace(scores, service=replace(scores.service, sla_accounts=promises)),
        context=Context(view.context.policy),
        customers=_chosen(view.standing, ACCOUNT).sort("account_id"),
        names_to_hide=view.hidden_names,
    )


def _chosen(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return frame.select(name for name in columns if name in frame.columns)


def _shared_tasks(view: View) -> pl.DataFrame:
    """Tasks that are no step of a play, a renewal or a farewell, and whose title is about the customer's business."""
    rows = view.book.tasks
    if not rows.width:
        return rows
    hidden = list(view.context.policy.onboarding.customer_edition.hidden_words)
    is_ours = pl.any_horizontal(pl.col(step).is_not_null() for step in OURS_ALONE if step in rows.columns)
    says_so = pl.col("title").str.to_lowercase().str.contains_any(hidden).fill_null(False)
    return rows.filter(~is_ours & ~says_so)


def _blank(scores: Scores) -> Scores:
    """The scores with no row and no column anywhere."""
    return replace(scores, **_emptied(scores))


def _emptied(held: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for each in fields(held):
        value = getattr(held, each.name)
        if isinstance(value, pl.DataFrame):
            made[each.name] = pl.DataFrame()
        elif is_dataclass(value) and not isinstance(value, type):
            made[each.name] = replace(value, **_emptied(value))
    return made
