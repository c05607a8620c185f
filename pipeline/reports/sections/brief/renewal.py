"""An account's renewal as the team sees it: what is due, how likely, the road to it, the risk form; and expansion."""

from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.renewals import renewal_list
from pipeline.reports.sections.loops.parts import role_word

STATES = {"done": "\u2713", "overdue": "\u25a0", "due": "\u25c6", "ahead": "\u25cb"}
ANSWERS = {"yes": "Yes", "no": "No", "unknown": "Not known"}


def renewal(view: View, row: Row) -> Row:
    """Contracts due within twelve months, soonest first; the timeline and risk form of the first; past renewals."""
    due = [one for one in renewal_list(view) if one["account_id"] == row["account_id"]]
    first = due[0]["contract_id"] if due else None
    return {
        "rows": [{**one, "interval": "" if view.chances_are_assumed else _interval(one)} for one in due[:4]],
        "count": len(due),
        "arr": sum((one["arr"] or 0 for one in due), start=0),
        "expected": _expected(due),
        "steps": [
            {**one, "mark": STATES.get(one["state"], "\u25cb")}
            for one in _of(view.scores.money.renewal_milestones, first)
        ],
        "form": [_answer(one) for one in _of(view.scores.money.renewal_risks, first)],
        "price": _price(due),
    }


def _of(frame: pl.DataFrame, contract: str | None) -> list[Row]:
    if contract is None or not frame.width:
        return []
    return frame.filter(pl.col("contract_id") == contract).sort("order").to_dicts()


def _answer(one: Row) -> Row:
    return {**one, "said": ANSWERS.get(one["answer"], wording.word(one["answer"])), "who": role_word(one["owner"])}


def _interval(one: Row) -> str:
    low, high = one["probability_low_pct"], one["probability_high_pct"]
    return f"{wording.number(low)} to {wording.percent(high)}" if low is not None and high is not None else ""


def _expected(due: list[Row]) -> Any:
    known = [one["expected_arr"] for one in due if one["expected_arr"] is not None]
    return sum(known, start=0) if known else None


def _price(due: list[Row]) -> str:
    """The price the rules propose for the first contract, in words."""
    if not due or due[0]["pricing_scenario"] is None:
        return ""
    change = due[0]["price_change_pct"]
    said = f", {wording.change(change)}% on the price" if change else ""
    return f"Pricing scenario: {wording.word(due[0]['pricing_scenario']).lower()}{said}."


def expansion(view: View, row: Row) -> Row:
    """What could grow, what speaks for it, and whether the moment is right."""
    found = view.scores.money.expansion
    mine = found.filter(pl.col("account_id") == row["account_id"]).to_dicts() if found.width else []
    triggers = view.scores.money.expansion_triggers
    told = (
        triggers.filter(pl.col("account_id") == row["account_id"]).sort("trigger").to_dicts() if triggers.width else []
    )
    one = mine[0] if mine else {}
    return {
        "gate": one.get("gate"),
        "is_open": one.get("gate") == "open",
        "potential": one.get("potential_arr"),
        "estimated": one.get("estimated_arr"),
        "pipeline": one.get("pipeline_arr"),
        "product": one.get("cross_sell_product"),
        "product_arr": one.get("cross_sell_arr"),
        "triggers": told,
    }
