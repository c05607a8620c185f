"""The operating documents of the renewal loop: readiness and the risk register of renewals."""

from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.renewals import OPEN, accuracy, cohort, renewal_list, views
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import Block, health_mark, points, raci, role_word, table, text
from pipeline.reports.sections.renewals.call import forecast_call

Sections = tuple[list[Block], ...]
TABLES = "data/renewals.csv"


def readiness_sections(risk: Risk) -> Sections:
    """The renewal readiness tracker: nine sections."""
    view, found = risk.view, cohort(risk.view)
    rules = view.context.policy.renewals
    steps = [
        (
            step.label,
            f"{-step.offset_days} days before" if step.offset_days else "the renewal date",
            role_word(step.owner),
            ", ".join(wording.word(kind).lower() for kind in step.evidence),
        )
        for step in rules.milestones.values()
    ]
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
        for row in found["rows"]
    ]
    return (
        [text("Each renewal passes its milestones by their dates, so that none is a surprise and none is rushed.")],
        [
            text(
                f"{wording.counted(found['count'], 'open renewal')} with {view.money(found['arr'])} that end within "
                f"{found['days']} days; {found['overdue']} with a milestone overdue."
            )
        ],
        raci(risk, "renewal_readiness"),
        [table(("Milestone", "Due", "Owner", "Done when on file"), (24, 18, 24, 34), steps)],
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
        [
            table(
                ("Customer", "ARR", "Renews", "Band", "Ready", "Overdue", "Next", "Due"),
                (20, 9, 10, 12, 8, 9, 22, 10),
                rows,
                (1, 2, 4, 5, 7),
                "The cohort, soonest first",
            )
        ],
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


def renewal_risk_sections(risk: Risk) -> Sections:
    """The risk register of renewals, with the forecast call."""
    view, call, record = risk.view, forecast_call(risk.view), accuracy(risk.view)
    frame = view.scores.money.renewal_risks
    lines = _form_lines(frame)
    year = call["year"]
    expected = (
        f"{view.money(year['expected_arr'])} of {view.money(year['due_arr'])} due in a year is expected, between "
        f"{view.money(year['low_arr'])} and {view.money(year['high_arr'])} four times in five."
        if year.get("due_count")
        else "Nothing renews in twelve months."
    )
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
    leads = [
        (
            row["lead_days"],
            row["n"],
            wording.percent(row["wape_month_pct"], 1),
            f"{wording.change(row['bias_pct'], 1)}%",
        )
        for row in record["whole"]
    ]
    return (
        [text("No renewal is lost that was not on this list first.")],
        [text(expected)],
        raci(risk, "renewal_risk"),
        [
            table(
                ("Line of the form", "Renewals with a yes", "Unknown", "What is done"), (34, 16, 12, 38), lines, (1, 2)
            )
        ],
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
            table(
                ("Customer", "ARR", "Renews", "Band", "Chance", "Risks", "Category", "CSM"),
                (22, 10, 11, 13, 9, 8, 12, 15),
                rows,
                (1, 2, 4, 5),
                "Open renewals with a yes on the form, the most first",
            ),
            text(f"{wording.counted(views(view)['apart_count'], 'renewal')} where the CRM and the base rate disagree."),
        ],
        [
            artifacts(
                ("Every line of every form", "data/renewal_risks.csv"),
                ("The forecast as each run made it", "archive/forecasts/ of the workspace"),
            )
        ],
        [
            table(
                ("Days before", "Renewals", "Off, by month", "Bias"),
                (25, 25, 25, 25),
                leads,
                (0, 1, 2, 3),
                "How far off the forecasts were",
            )
        ],
        [points("Unknown is what no feed can answer; it is never a no.")],
    )


def _form_lines(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    if frame.is_empty():
        return []
    counted = frame.group_by("order", "label", "action").agg(
        yes=(pl.col("answer") == "yes").sum(), unknown=(pl.col("answer") == "unknown").sum()
    )
    return [(row["label"], row["yes"], row["unknown"], row["action"]) for row in counted.sort("order").to_dicts()]


def routine(*rows: tuple[str, str, str]) -> Block:
    """A table of checkpoints: when, what, and the role that runs it."""
    told = [(when, what, role_word(role)) for when, what, role in rows]
    return table(("When", "Checkpoint", "Run by"), (22, 56, 22), told)


def artifacts(*rows: tuple[str, str]) -> Block:
    """A table of what is produced, and where it lies."""
    return table(("What", "Where"), (50, 50), rows)
