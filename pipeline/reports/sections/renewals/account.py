"""The renewals of one customer: its timeline, step by step, and the risk form, line by line.

Pure, for documents about one account (the internal brief, the loop's checklists): `timeline` and `risk_form` take the
view that every report starts from and an account's id, and return plain rows in print order. Both are internal: chances
and risk forms never stand in a customer's document.
"""

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.renewals import STATES, next_step, renewal_list

MARKS = {"yes": "\u25b2", "no": "\u25cf", "unknown": "\u25cb"}


def timeline(view: View, account_id: str) -> list[Row]:
    """One row per renewal of the account within twelve months or past due, the soonest first; none is an empty list.

    As in `renewals.csv`, with `days` to go, `category_word`, `chance` in print, `next_word` (the next milestone and its
    owner) and `steps`: the milestones in order, each with label, owner_word, due_on, happened_on (null until done or
    undated), evidence, state (done, due, overdue, ahead) and its mark. readiness_pct is null before a date has come.
    (playbook 8.1)
    """
    steps = _mine(view.scores.money.renewal_milestones, account_id)
    by_contract: dict[str, list[Row]] = {}
    for step in steps:
        said = {"mark": STATES[step["state"]], "owner_word": wording.word(step["owner"])}
        by_contract.setdefault(step["contract_id"], []).append(step | said)
    return [
        row | {"steps": by_contract.get(row["contract_id"], []), "next_word": next_step(view, row)}
        for row in renewal_list(view)
        if row["account_id"] == account_id
    ]


def risk_form(view: View, account_id: str) -> list[Row]:
    """One row per renewal of the account: contract_id, renewal_on, and `lines`, the seven questions of the form.

    A line has risk, label, answer (yes, no, unknown: the feed never came), mark, evidence (null where unknown), and for
    a yes the action and owner_word; `yes_count` and `unknown_count` stand beside. (playbook 8.2)
    """
    forms: dict[str, list[Row]] = {}
    for line in _mine(view.scores.money.renewal_risks, account_id):
        is_yes = line["answer"] == "yes"
        said = {"mark": MARKS[line["answer"]], "owner_word": wording.word(line["owner"]) if is_yes else None}
        forms.setdefault(line["contract_id"], []).append(line | said | ({} if is_yes else {"action": None}))
    return [
        {
            "contract_id": row["contract_id"],
            "renewal_on": row["renewal_on"],
            "lines": forms.get(row["contract_id"], []),
            "yes_count": sum(line["answer"] == "yes" for line in forms.get(row["contract_id"], [])),
            "unknown_count": sum(line["answer"] == "unknown" for line in forms.get(row["contract_id"], [])),
        }
        for row in renewal_list(view)
        if row["account_id"] == account_id
    ]


def _mine(frame: pl.DataFrame, account_id: str) -> list[Row]:
    rows = frame.filter(pl.col("account_id") == account_id) if frame.height else frame
    return rows.sort("contract_id", "order").to_dicts() if rows.height else []
