"""Everything scoring says about a book: the heart of the score stage."""

from dataclasses import fields

from pipeline.book import Book, Scores
from pipeline.policy import Policy
from pipeline.scoring.churn_risk import ChurnRisk, churn_risk
from pipeline.scoring.health import HealthScores, health_scores
from pipeline.workspace import Settings


def scored(book: Book, policy: Policy, settings: Settings) -> Scores:
    """The scores of every account and week of the book, as the policy has them."""
    said: tuple[HealthScores | ChurnRisk, ...] = (
        health_scores(book, policy, settings),
        churn_risk(book, policy.churn_risk),
    )
    return Scores(**{frame.name: getattr(one, frame.name) for one in said for frame in fields(one)})
