"""VOICE: what customers say. Book and scores in, the tables of the group `voice` out."""

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.scores import Scores, Voice
from pipeline.voice.accounts import standing
from pipeline.voice.feedback import entries
from pipeline.voice.follow_up import candidates, follow_up
from pipeline.voice.language import with_language
from pipeline.voice.loop import months, tellings, topics
from pipeline.voice.nps import nps
from pipeline.voice.ratings import ratings
from pipeline.voice.redaction import known
from pipeline.voice.responses import answered, migration, told
from pipeline.voice.themes import heard
from pipeline.workspace import Settings

__all__ = ["voice"]


def voice(book: Book, scores: Scores, policy: Policy, settings: Settings) -> Voice:
    """Everything voice says about a book; tables without rows where nobody was asked."""
    rules = policy.voice
    of = standing(book, scores, rules)
    rows = with_language(answered(book, of, rules), rules.themes)
    names = known(book, rules, rows.get_column("comment").drop_nulls().unique().sort().to_list())
    found = heard(rows, rules, names)
    rows = rows.join(found.assigned.select("response_id", "theme"), on="response_id", how="left", maintain_order="left")
    feedback = entries(book, of, rows, rules)
    return Voice(
        nps=nps(book, of, rules),
        nps_responses=told(rows, rules),
        nps_migration=migration(rows, of),
        nps_follow_up=follow_up(rows, scores, rules),
        nps_candidates=candidates(rows, rules),
        feedback_themes=found.themes,
        ratings=ratings(book, of, rules),
        feedback=feedback,
        feedback_months=months(feedback),
        feedback_topics=topics(feedback, book, rules),
        feedback_tellings=tellings(feedback, book, rules),
    )
