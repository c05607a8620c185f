"""The save motions of the loop: who is to be saved at renewal, how it is worked, and what comes of it."""

from collections.abc import Sequence
from typing import Any

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.renewals import save_motions
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import Block, Sections, artifacts, points, raci, routine, table, text


def save_motion_sections(risk: Risk) -> Sections:
    """The save-motion tracker."""
    view, found = risk.view, save_motions(risk.view)
    return (
        [text("Every renewal that is likely to be lost has one owner, one motion, one date, or is let go on purpose.")],
        [
            text(
                f"{wording.counted(found['count'], 'customer')} with {view.money(found['arr'])} up for renewal.",
                "A chance under 60%, or a red flag.",
            )
        ],
        raci(risk, "save_motion"),
        [
            points(
                "In: the chance of an open renewal under 60%, or a red flag of churn risk.",
                "Out: signed, lost, or 60% and more without a red flag.",
            )
        ],
        [
            routine(
                ("Weekly, 10 minutes", "Each motion: what was done, what it changed, what is next", "csm_manager"),
                ("30 days before the decision", "Retention pricing is approved or ruled out", "vp_customer_success"),
            )
        ],
        [_motions(risk, found["rows"])],
        [
            artifacts(
                ("Actions with owner, due date and outcome", "data/actions.csv"),
                ("Prices proposed", "data/renewals.csv"),
            )
        ],
        [
            points(
                "A motion closes as worked when the successor is signed, as not when notice is served.",
                "What worked goes into the play.",
            )
        ],
        [
            points(
                "The chance is that of the band, learned from own renewals; a motion does not change it by being begun."
            )
        ],
    )


def _motions(risk: Risk, rows: Sequence[Row]) -> Block:
    head = ("Customer", "ARR", "Renews", "Chance", "Why", "Next step", "Owner", "Due")
    told = [_motion(risk, row) for row in rows]
    return table(
        head, (17, 8, 9, 8, 22, 18, 11, 7), told, (1, 2, 3, 7), "Motions, the largest within half a year first"
    )


def _motion(risk: Risk, row: Row) -> tuple[Any, ...]:
    action = risk.next_action(row["account_id"]) or {}
    why = "; ".join(reason["label"] for reason in row["reasons"][:3]) or "The health band"
    due = action.get("due_on")
    return (
        row["account_name"],
        risk.view.money(row["arr"]),
        wording.short_day(row["renewal_on"]),
        row["chance"],
        why,
        action.get("title") or (row["reasons"][0]["action"] if row["reasons"] else "Nothing agreed"),
        action.get("owner") or row["csm"] or wording.UNKNOWN,
        {"text": wording.short_day(due), "late": due is not None and due < risk.view.as_of},
    )
