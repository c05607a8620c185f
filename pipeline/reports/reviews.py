"""Which accounts are due a business review, and why: the rule that packs and the weekly review share."""

from datetime import timedelta

import polars as pl

from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.reports.facts import Row, View
from pipeline.reports.periods import months_later


def reviews_due(view: View) -> list[Row]:
    """Scored accounts whose review is near, past, or not set although due by cadence; the earliest first."""
    rows = [{**row, **due} for row in view.standing.to_dicts() if (due := _due(view, row))]
    return sorted(rows, key=lambda row: (row["due_on"], -row["arr"], row["account_id"]))


def pack_rows(view: View) -> list[Row]:
    """The accounts that get a pack: those due, and those asked for."""
    due = [row["account_id"] for row in reviews_due(view)]
    wanted = set(due) | view.context.asked
    return view.standing.filter(pl.col("account_id").is_in(sorted(wanted))).to_dicts()


def months_between_reviews(context: Context, tier: str | None) -> int:
    """How many months may lie between two business reviews of a tier; the longest where the tier is not known."""
    tiers = context.policy.segments.tiers
    known = tiers.get(tier or "")
    return known.qbr_every_months if known else max(each.qbr_every_months for each in tiers.values())


def _due(view: View, row: Row) -> Row | None:
    last, planned = row["last_qbr_on"], row["next_review_on"]
    horizon = view.as_of + timedelta(days=view.context.policy.segments.reviews.pack_days_ahead)
    if planned and not (last and last >= planned):
        if planned > horizon:
            return None
        away = wording.days_away((planned - view.as_of).days)
        why = f"planned {away}" if planned >= view.as_of else f"past due, it was planned {away}"
        return {"due_on": planned, "review_why": why, "is_planned": True}
    since = last or row["customer_since_on"]
    if since is None:
        return None
    by_cadence = months_later(since, months_between_reviews(view.context, row["tier"]))
    if by_cadence > horizon:
        return None
    basis = "last review" if last else "start as a customer"
    return {
        "due_on": by_cadence,
        "review_why": f"no date set; due by cadence after the {basis} on {wording.day(since)}",
        "is_planned": False,
    }
