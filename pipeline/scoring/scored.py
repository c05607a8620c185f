"""Everything scoring says about a book: the heart of the score stage."""

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.scores import Scores
from pipeline.scoring.actions import actions, outcomes, success
from pipeline.scoring.alerts import Heard, alerts
from pipeline.scoring.churn_risk import churn_risk
from pipeline.scoring.health import health_scores
from pipeline.scoring.plays import Drivers, started
from pipeline.scoring.red_list import red_list, red_list_record
from pipeline.workspace import Settings


def scored(book: Book, policy: Policy, settings: Settings) -> Scores:
    """The scores of every account and week of the book, the alerts they raise and the actions they call for."""
    health = health_scores(book, policy, settings)
    risk = churn_risk(book, policy.churn_risk)
    heard = Heard(health.health_weeks, risk.churn_weeks, risk.red_flag_weeks)
    drivers = Drivers(risk.top_factors, health.top_drags)
    starts = started(book, health.health_weeks, risk.churn_weeks, drivers, policy.playbooks)
    plays = outcomes(starts, policy.playbooks, book)
    listed = red_list(
        book,
        health.health_weeks,
        risk.churn_weeks,
        policy.churn_risk.red_list,
        settings.capacity.saves_per_csm_per_week,
    )
    return Scores(
        health_weeks=health.health_weeks,
        health_components=health.health_components,
        health_changes=health.health_changes,
        health_lifts=health.health_lifts,
        churn_weeks=risk.churn_weeks,
        churn_factors=risk.churn_factors,
        churn_changes=risk.churn_changes,
        churn_flags=risk.churn_flags,
        churn_red_flags=risk.red_flag_weeks,
        alerts=alerts(book, heard, policy.alerts, policy.churn_risk, settings),
        plays=plays,
        play_success=success(plays),
        actions=actions(plays, book, policy.playbooks, settings),
        red_list=listed,
        red_list_record=red_list_record(listed, book, policy.churn_risk.red_list),
    )
