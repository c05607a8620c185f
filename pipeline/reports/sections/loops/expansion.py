"""The operating document of expansion: triggers, who may be asked, what it could be worth, and rescues."""

from collections.abc import Sequence

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View, named
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import (
    Block,
    Sections,
    artifacts,
    health_mark,
    points,
    raci,
    risk_mark,
    routine,
    table,
    text,
)


def expansion_sections(risk: Risk) -> Sections:
    """Expansion triggers: who may be asked, why, and what it could be worth."""
    view = risk.view
    frame, record = view.scores.money.expansion, view.scores.money.expansion_record
    told = frame.filter((pl.col("gate") == "open") & (pl.col("trigger_count") > 0)).to_dicts() if frame.width else []
    shut = frame.filter((pl.col("gate") != "open") & (pl.col("trigger_count") > 0)).height if frame.width else 0
    rescue = frame.filter("is_rescue").to_dicts() if frame.width else []
    return (
        [text("Customers who get value and have room to grow are asked, at the right time, by the right person.")],
        [
            text(
                f"{wording.counted(len(told), 'customer')} with a trigger and an open gate; {shut} wait behind it.",
                _won(risk, record),
            )
        ],
        raci(risk, "expansion_triggers"),
        [
            _triggers(view),
            text("The gate is open with health watch or better and no open P0 or P1."),
        ],
        [
            routine(
                ("Weekly", "New triggers are qualified with the customer", "csm"),
                ("Monthly", "The pipeline is read against what was estimated", "account_executive"),
            )
        ],
        [
            _askable(view, told),
            _rescues(view, rescue),
        ],
        [
            artifacts(
                ("Every customer with trigger, gate and estimate", "data/expansion.csv"),
                ("What peers hold and this one does not", "data/cross_sell.csv"),
            )
        ],
        [points("A trigger closes when a deal is opened, or the customer said no and why is written down.")],
        [
            points(
                "An estimate is the open deal, else the seats that are short at the contract's price, "
                "else the median of what peers pay."
            )
        ],
    )


def _won(risk: Risk, record: pl.DataFrame) -> str:
    if record.is_empty():
        return ""
    row = record.row(0, named=True)
    rate = f", {wording.percent(row['win_rate_pct'])} of those decided" if row["win_rate_pct"] is not None else ""
    return (
        f"In twelve months {wording.counted(row['won_count'], 'deal')} won for {risk.view.money(row['won_arr'])}{rate}."
    )


def _triggers(view: View) -> Block:
    frame = view.scores.money.expansion_triggers
    counts = dict(frame.group_by("trigger").len().iter_rows()) if frame.width else {}
    rules = view.context.policy.expansion.triggers
    rows = [(rule.label, counts.get(name, 0)) for name, rule in rules.items()]
    return table(("Trigger", "Customers now"), (70, 30), rows, (1,))


def _askable(view: View, customers: Sequence[Row]) -> Block:
    rows = [
        (
            named(view, row)["account_name"],
            health_mark(row["health_band"]),
            row["reasons"],
            view.money(row["estimated_arr"]),
            wording.word(row["estimate_basis"]),
            row["csm"] or wording.UNKNOWN,
        )
        for row in customers
    ]
    head = ("Customer", "Band", "Why now", "Could be", "From", "CSM")
    return table(head, (20, 12, 36, 10, 10, 12), rows, (3,), "Who may be asked, the largest first")


def _rescues(view: View, customers: Sequence[Row]) -> Block:
    rows = [
        (
            named(view, row)["account_name"],
            risk_mark(row["churn_risk_band"]),
            view.money(row["potential_arr"]),
            row["csm"] or wording.UNKNOWN,
        )
        for row in customers
    ]
    head = ("Customer", "Churn risk", "Potential", "CSM")
    return table(head, (40, 22, 18, 20), rows, (2,), "Rescue: high risk with high potential")
