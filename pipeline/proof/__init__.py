"""PROOF: whether the scores predicted what happened. Book and scores in, the tables of the report card out."""

from pipeline.proof.card import proof_tables
from pipeline.proof.labelled import labelled

__all__ = ["labelled", "proof_tables"]
