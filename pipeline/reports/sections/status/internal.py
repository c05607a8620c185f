"""What only our own edition of a status report says: money, expansion, notes and the decision as the team put it."""

from typing import Any

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.status.parts import Block, lines, table

DAYS_A_YEAR = 365.25


def budget(view: View, plan: Row) -> list[Row]:
    """A tile with the budget spent against the time used."""
    if plan["budget_used_pct"] is None:
        return []
    used = f"of {view.money(plan['budget_amount'])}" if plan["budget_amount"] is not None else "of the budget"
    time = f"; {wording.percent(plan['time_used_pct'])} of the time" if plan["time_used_pct"] is not None else ""
    return [{"label": "Budget spent", "value": wording.percent(plan["budget_used_pct"]), "note": f"{used}{time}"}]


def decision(plan: Row) -> str:
    """What has to be decided: the note's words, else the level reached."""
    if not plan["decision"]:
        return "None."
    who = f" Decided by {plan['decision_who']} in the {plan['decision_forum']}." if plan["decision_who"] else ""
    source = "Asked for in the status note" if plan["decision_source"] == "note" else "By dates, effort and budget"
    return f"{plan['decision']}.{who} {source}."


def note(view: View, plan: Row) -> list[Block]:
    """The week's status note in the owner's words."""
    notes = view.book.status_notes
    if not notes.width or plan["note_on"] is None:
        return []
    mine = notes.filter((pl.col("account_id") == plan["account_id"]) & (pl.col("week_ending_on") == plan["note_on"]))
    row = mine.sort("week_ending_on").to_dicts()[-1]
    said = [
        f"{label}: {row[name]}"
        for label, name in (
            ("Progress", "progress"),
            ("Metrics", "metrics"),
            ("Blockers", "blockers"),
            ("Next week", "next_week"),
        )
        if row[name]
    ]
    by = f", {row['owner']}" if row["owner"] else ""
    return lines(f"Status note of {wording.short_day(plan['note_on'])}{by}", said)


def expansion(view: View, plan: Row) -> list[Block]:
    """Open expansion deals, what could be triggered, and the potential that is on file."""
    account = _account(view, plan)
    deals = [
        (
            deal["opportunity_name"],
            deal["stage"],
            view.money(deal["amount"]),
            wording.percent(deal["probability_pct"]) if deal["probability_pct"] is not None else None,
            wording.near_day(deal["close_on"], view.as_of),
        )
        for deal in _deals(view, plan)
    ]
    said = []
    if account["expansion_potential"]:
        said.append(f"Potential on file: {view.money(account['expansion_potential'])} of ARR a year.")
    said += _triggers(view, plan)
    if account["expansion_pipeline"]:
        said.append(f"Total expansion pipeline: {view.money(account['expansion_pipeline'])}.")
    head = ("Opportunity", "Stage", "ARR", "Probability", "Closes")
    return [*table("Open opportunities", head, (40, 18, 14, 14, 14), deals, (2, 3, 4)), *lines("Identified", said)]


def financial(view: View, plan: Row) -> list[Block]:
    """Contract value, cost against budget, pipeline, likely renewal revenue and lifetime value."""
    account = _account(view, plan)
    rows: list[tuple[str, Any]] = [("Contract value, ARR", _money(view, account["arr"]))]
    if plan["spent_amount"] is not None:
        of = f" of {view.money(plan['budget_amount'])}" if plan["budget_amount"] is not None else ""
        rows.append(("Implementation cost spent", f"{view.money(plan['spent_amount'])}{of}"))
    variance = None
    if plan["budget_used_pct"] is not None and plan["time_used_pct"] is not None:
        variance = plan["budget_used_pct"] - plan["time_used_pct"]
        rows.append(("Budget spent ahead of time used", f"{wording.change(variance)} points"))
    rows += [
        ("Expansion pipeline", _money(view, account["expansion_pipeline"])),
        ("Likely renewal revenue", _money(view, renewal_revenue(view, plan["account_id"]))),
        ("Estimated lifetime value", _lifetime(view, account["arr"])),
    ]
    return table("Financial", ("", ""), (60, 40), [row for row in rows if row[1]], (1,))


def capacity(plan: Row) -> list[Block]:
    """How much of the planned hours were used, and which side is short."""
    rows = []
    for side, whose in (("ours", "Our"), ("customer", "Their")):
        planned, spent = plan[f"{side}_planned_hours_7d"], plan[f"{side}_actual_hours_7d"]
        if planned and spent is not None:
            rows.append((f"{whose} capacity used this week", wording.share(spent, planned)))
    short = [
        f"{name} gave {wording.number(plan[f'{side}_actual_hours_7d'])} of "
        f"{wording.number(plan[f'{side}_planned_hours_7d'])} planned hours this week"
        for side, name in (("ours", "Our team"), ("customer", "The customer's team"))
        if plan[f"{side}_planned_hours_7d"]
        and (plan[f"{side}_actual_hours_7d"] or 0) < 0.8 * plan[f"{side}_planned_hours_7d"]
    ]
    return [*table("Capacity", ("", ""), (60, 40), rows, (1,)), *lines("Critical resource needs", short)]


def money_left(view: View, plan: Row) -> list[Block]:
    """Remaining budget and the cost of the onboarding so far."""
    rows: list[tuple[str, Any]] = []
    if plan["budget_amount"] is not None and plan["spent_amount"] is not None:
        rows.append(("Remaining budget", view.money(plan["budget_amount"] - plan["spent_amount"])))
    if plan["cost"] is not None:
        rows.append(("Cost of this onboarding so far", view.money(plan["cost"])))
    if plan["effort_over_pct"]:
        rows.append(("Hours over plan", wording.percent(plan["effort_over_pct"])))
    return table("Budget", ("", ""), (60, 40), rows, (1,))


def lifetime_years(grr_pct: float | None, most: float) -> float | None:
    """The life that a gross retention implies: one over what is lost in a year, at most `most` years; null unknown."""
    if grr_pct is None:
        return None
    lost = 1 - grr_pct / 100
    return most if lost <= 1 / most else 1 / lost


def gross_retention(view: View) -> float | None:
    """The book's newest gross retention; None before revenue states one."""
    rows = view.scores.money.retention
    if "grr_pct" not in rows.columns:
        return None
    whole = rows.filter((pl.col("dimension") == "all") & pl.col("grr_pct").is_not_null()).sort("period_ends_on")
    return float(whole["grr_pct"][-1]) if whole.height else None


def renewal_revenue(view: View, account_id: str) -> float | None:
    """ARR due times the probability of its renewal, over the account's contracts; None where none is forecast."""
    rows = view.scores.money.renewals
    if "probability_pct" not in rows.columns:
        return None
    mine = rows.filter((pl.col("account_id") == account_id) & pl.col("probability_pct").is_not_null())
    parts = mine.select(pl.col("arr").cast(pl.Float64) * pl.col("probability_pct") / 100).to_series()
    return float(parts.sum()) if parts.len() else None


def _lifetime(view: View, arr: Any) -> str | None:
    grr = gross_retention(view)
    years = lifetime_years(grr, view.context.policy.onboarding.plan.ltv_years_at_most)
    if arr is None or years is None:
        return None
    return f"{view.money(float(arr) * years)}, {wording.number(years, 1)} years at a GRR of {wording.percent(grr)}"


def _money(view: View, value: Any) -> str | None:
    return view.money(value) if value is not None else None


def _account(view: View, plan: Row) -> Row:
    return view.book.accounts.filter(pl.col("account_id") == plan["account_id"]).to_dicts()[0]


def _deals(view: View, plan: Row) -> list[Row]:
    rows = view.book.opportunities
    if not rows.width:
        return []
    mine = rows.filter(
        (pl.col("account_id") == plan["account_id"])
        & (pl.col("type") == "expansion")
        & ~pl.col("is_closed").fill_null(False)
    )
    return mine.sort("close_on", "opportunity_id", nulls_last=True).to_dicts()


def _triggers(view: View, plan: Row) -> list[str]:
    """Triggers that revenue found, with their evidence."""
    rows = view.scores.money.expansion_triggers
    if not {"account_id", "trigger", "evidence"} <= set(rows.columns):
        return []
    mine = rows.filter(pl.col("account_id") == plan["account_id"]).sort("trigger")
    return [f"{wording.word(row['trigger'])}: {row['evidence']}." for row in mine.to_dicts()]
