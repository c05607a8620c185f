"""The scores' report card: does the health score tell who leaves, how early, how sure, and what follows. Internal.

Page one is for an executive; then the evidence, the model beside the rules, who left and why, and the limits. Below the
churns needed there is no percentage in it: counts by band, and how many churns are missing.
"""

import json
from typing import Any

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.report_card.evidence import (
    band_chart,
    band_tables,
    bands_lead,
    forewarned,
    lead_chart,
    lead_rows,
    method_table,
    segment_rows,
)
from pipeline.reports.sections.report_card.facts import Card, filtered
from pipeline.reports.sections.report_card.front import answers, capacity, headline, lead, tiles
from pipeline.reports.sections.report_card.leavers import reasons, win_back
from pipeline.reports.sections.report_card.limits import left_out, limits, method_words, warnings
from pipeline.reports.sections.report_card.model import model
from pipeline.scores import Scores

TITLE = "The scores' report card"
JSON_TABLES = ("backtest", "backtest_bands", "backtest_reliability", "backtest_left_out", "backtest_warnings")


def report_card(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One internal document: whether the scores predicted what happened."""
    card = Card(View(book, scores, context))
    subtitle = f"Week ending {wording.day(book.as_of)}"
    return [Document("report-card/report-card", "report_card.html.j2", TITLE, _data(card), subtitle)]


def _data(card: Card) -> Row:
    data: Row = {
        "summary": card.summary,
        "is_thin": card.is_thin,
        "bands": band_tables(card),
        "bands_lead": bands_lead(card),
        "band_chart": band_chart(card),
        "forewarned": forewarned(card),
        "lead_chart": lead_chart(card),
        "leads": lead_rows(card),
        "segments": segment_rows(card),
        "methods": method_table(card),
        "model": model(card),
        "reasons": reasons(card),
        "win_back": win_back(card),
        "left_out": left_out(card),
        "warnings": warnings(card),
        "capacity": capacity(card),
        "method": method_words(card),
        "limits": limits(card),
    }
    return {
        **data,
        "headline": headline(card),
        "lead": lead(card),
        "tiles": tiles(card),
        "answers": answers(card, data),
    }


def report_card_json_data(view: View) -> Row:
    """What `report-card/report_card.json` holds: the verdict, every measure with interval and n, the model."""
    card, proof = Card(view), view.scores.proof
    summary = {name: value for name, value in card.summary.items() if name != "model"}
    fitted: dict[str, Any] | None = None
    if card.has_model:
        period = [card.summary["first_seen_on"], card.summary["last_seen_on"]]
        fitted = {**json.loads(card.summary["model"]), "period": period, "events": card.summary["events"]}
    won = win_back(card)
    return {
        "as_of": view.as_of,
        "company": view.book.company.name,
        "headline": headline(card),
        "summary": summary,
        "capacity": capacity(card),
        "limits": limits(card),
        "warnings": [warning["words"] for warning in warnings(card)],
        **{name: filtered(getattr(proof, name)) for name in JSON_TABLES},
        "model": fitted,
        "weights": filtered(proof.model_weights),
        "drift": filtered(proof.model_drift),
        "win_back": {name: won[name] for name in ("counts", "left", "rate")},
    }
