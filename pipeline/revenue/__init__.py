"""REVENUE: what ARR did and why, who stayed, and what may come; contracts in, tables of money out. Pure."""

from pipeline.book import Book
from pipeline.policy import Policy
from pipeline.revenue.arr import arr_tables
from pipeline.revenue.due import due_tables
from pipeline.revenue.kpis import kpis
from pipeline.scores import Money, Scores
from pipeline.workspace import Settings

__all__ = ["money"]


def money(book: Book, scores: Scores, policy: Policy, settings: Settings) -> Money:
    """Every table of money of a book: ARR and retention first; what follows may read them."""
    arr = arr_tables(book, scores, policy)
    tables = arr | due_tables(book, scores, policy)
    return Money(**tables, kpis=kpis(book, scores, tables, policy))
