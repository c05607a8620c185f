"""The operating documents of the renewal loop: readiness and the risk register of renewals."""

from collections.abc import Sequence

import polars as pl

from pipeline.policy.renewals import RenewalsPolicy
from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.renewals import OPEN, accuracy, cohort, renewal_list, views
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import (
    Block,
    Sections,
    artifacts,
    health_mark,
    points,
    raci,
    role_word,
    routine,
    table,
    text,
)
from pipeline.reports.sections.renewals.call import forecast_call


def readiness_sections(risk: Risk) -> Sections:
    """The renewal readiness tracker: nine sections."""
    view, found = risk.view, cohort(risk.view)
    return (
        [text("Each renewal passes its milestones by their dates, so that none is a surprise and none is rushed.")],
        [
            text(
                f"{wording.counted(found['count'], 'open renewal')} with {view.money(found['arr'])} that end within "
                f"{found['days']} days; {found['overdue']} with a milestone overdue."
            )
        ],
        raci(risk, "renewal_readiness"),
        [_milestones(view.context.policy.renewals)],
        [
            routine(
                (
                    "Weekly, 15 minutes",
                    "What is overdue gets a date and an owner, or is dropped with a reason",
                    "csm_manager",
                ),
                ("Monthly", "Renewals that slipped are read: which milestone was late first", "vp_customer_success"),
            )
        ],
        [_readiness(view, found["rows"])],
        [
            artifacts(
                ("Every milestone with its evidence", "data/renewal_milestones.csv"),
                ("The review", "renewals/renewals.html"),
            )
        ],
        [
            points(
                "An entry closes when a successor is signed, notice is on file, or the grace has run out.",
                "A milestone that is always late is moved, or its owner is.",
            )
        ],
        [points("Ready: milestones done of those whose date has come. A later commercial step implies the earlier.")],
    )


def _milestones(rules: RenewalsPolicy) -> Block:
    steps = [
        (
            step.label,
            f"{-step.offset_days} days before" if step.offset_days else "the renewal date",
            role_word(step.owner),
            ", ".join(wording.word(kind).lower() for kind in step.evidence),
        )
        for step in rules.milestones.values()
    ]
    return table(("Milestone", "Due", "Owner", "Done when on file"), (24, 18, 24, 34), steps)


def _readiness(view: View, cohort_rows: Sequence[Row]) -> Block:
    rows = [
        (
            row["account_name"],
            view.money(row["arr"]),
            wording.short_day(row["renewal_on"]),
            health_mark(row["health_band"]),
            wording.percent(row["readiness_pct"]),
            {"text": str(row["milestones_overdue"]), "late": bool(row["milestones_overdue"])},
            row["next_word"],
            wording.short_day(row["next_milestone_on"]),
        )
        for row in cohort_rows
    ]
    head = ("Customer", "ARR", "Renews", "Band", "Ready", "Overdue", "Next", "Due")
    return table(head, (20, 9, 10, 12, 8, 9, 22, 10), rows, (1, 2, 4, 5, 7), "The cohort, soonest first")


def renewal_risk_sections(risk: Risk) -> Sections:
    """The risk register of renewals, with the forecast call."""
    view = risk.view
    return (
        [text("No renewal is lost that was not on this list first.")],
        [text(_expected(view))],
        raci(risk, "renewal_risk"),
        [_form_lines(view.scores.money.renewal_risks)],
        [
            routine(
                (
                    "Weekly, 10 minutes",
                    "Forecast call: where the CRM and the base rate disagree, one of them is corrected",
                    "csm_manager",
                ),
                ("Monthly", "The record is read; what was lost unflagged gets a root cause", "vp_customer_success"),
            )
        ],
        [
            _flagged(view),
            text(_apart(views(view)["apart_count"])),
        ],
        [
            artifacts(
                ("Every line of every form", "data/renewal_risks.csv"),
                ("The forecast as each run made it", "archive/forecasts/ of the workspace"),
            )
        ],
        [_track_record(view)],
        [points("Unknown is what no feed can answer; it is never a no.")],
    )


def _expected(view: View) -> str:
    year = forecast_call(view)["year"]
    if not year.get("due_count"):
        return "Nothing renews in twelve months."
    return (
        f"{view.money(year['expected_arr'])} of {view.money(year['due_arr'])} due in a year is expected, between "
        f"{view.money(year['low_arr'])} and {view.money(year['high_arr'])} four times in five."
    )


def _form_lines(frame: pl.DataFrame) -> Block:
    head = ("Line of the form", "Renewals with a yes", "Unknown", "What is done")
    if frame.is_empty():
        return table(head, (34, 16, 12, 38), [], (1, 2))
    counted = frame.group_by("order", "label", "action").agg(
        yes=(pl.col("answer") == "yes").sum(), unknown=(pl.col("answer") == "unknown").sum()
    )
    rows = [(row["label"], row["yes"], row["unknown"], row["action"]) for row in counted.sort("order").to_dicts()]
    return table(head, (34, 16, 12, 38), rows, (1, 2))


def _flagged(view: View) -> Block:
    mine = [row for row in renewal_list(view) if row["category"] in OPEN and row["risk_count"]]
    ranked = sorted(mine, key=lambda row: (-row["risk_count"], row["days"], -(row["arr"] or 0), row["contract_id"]))
    rows = [
        (
            row["account_name"],
            view.money(row["arr"]),
            wording.short_day(row["renewal_on"]),
            health_mark(row["health_band"]),
            row["chance"],
            row["risk_count"],
            row["category_word"],
            row["csm"] or wording.UNKNOWN,
        )
        for row in ranked
    ]
    head = ("Customer", "ARR", "Renews", "Band", "Chance", "Risks", "Category", "CSM")
    title = "Open renewals with a yes on the form, the most first"
    return table(head, (22, 10, 11, 13, 9, 8, 12, 15), rows, (1, 2, 4, 5), title)


def _track_record(view: View) -> Block:
    rows = [
        (
            row["lead_days"],
            row["n"],
            wording.percent(row["wape_month_pct"], 1),
            f"{wording.change(row['bias_pct'], 1)}%",
        )
        for row in accuracy(view)["whole"]
    ]
    head = ("Days before", "Renewals", "Off, by month", "Bias")
    return table(head, (25, 25, 25, 25), rows, (0, 1, 2, 3), "How far off the forecasts were")


def _apart(count: int) -> str:
    where = "where the CRM and the base rate disagree."
    return f"{wording.counted(count, 'renewal') if count else 'No renewal'} {where}"
