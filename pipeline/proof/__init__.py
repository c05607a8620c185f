"""PROOF: whether the scores predicted what happened. Book and scores in, the tables of the report card out."""

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.proof.card import proof_tables
from pipeline.proof.labelled import labelled
from pipeline.proof.measures import one_thread
from pipeline.scores import Proof, Scores
from pipeline.workspace import Settings

__all__ = ["labelled", "proof", "proof_tables"]


def proof(book: Book, scores: Scores, policy: Policy, settings: Settings) -> Proof:
    """Every table of the proof of a book; the scores' own rooms must have spoken."""
    with one_thread():
        return Proof(**proof_tables(book, scores, policy, settings))
