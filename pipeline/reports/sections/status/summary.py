"""The executive summary of a status report: its sentence, tiles, key metrics and decision, from a `Shared` alone."""

from collections.abc import Sequence
from typing import Any

from pipeline.policy.onboarding import DecisionLevel
from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.status.parts import Block, blocking, figure, levels, met, table
from pipeline.reports.sections.status.safe import Shared

HEALTH = {"green": ("healthy", "Green"), "yellow": ("watch", "Yellow"), "red": ("critical", "Red")}
STATES = {"on_track": "On track", "at_risk": "Needs attention", "delayed": "Delayed", "live": "Live"}


def headline(it: Shared) -> str:
    """The report in one sentence."""
    when = wording.day(it.plan["expected_on"])
    state = {
        "on_track": "is on track to go live on",
        "at_risk": "is to go live on",
        "delayed": "is delayed and goes live no earlier than" if it.plan["reason"] == "past_due" else "is delayed to",
    }.get(it.plan["state"], "went live on")
    tail = ", and needs attention" if it.plan["state"] == "at_risk" else ""
    return f"{it.account['account_name']} {state} {when}{tail}."


def reason(it: Shared) -> str:
    """Why the health status is what it is."""
    plan = it.plan
    late = wording.counted(plan["days_late"], "day")
    behind = wording.counted(round(plan["behind_points"] or 0), "point")
    return {
        "note": "the team's own assessment of this week",
        "blocker": "a blocker is open",
        "past_due": f"the go-live date has passed; {late} past the original one",
        "target_moved": f"the go-live date moved by {late}",
        "red_risk": "a red risk is open",
        "behind": f"progress is {behind} behind the plan",
    }.get(plan["health_reason"], "progress, dates and risks are within their limits")


def tiles(it: Shared) -> list[Row]:
    """Health, go-live, progress and blockers at a glance."""
    plan = it.plan
    shape, word = HEALTH[plan["health"]]
    late = f", {wording.counted(plan['days_late'], 'day')} late" if plan["days_late"] else ""
    blockers = blocking(it)
    made = [
        {"label": "Health status", "value": word, "band": shape, "note": reason(it)},
        {
            "label": "Go-live",
            "value": wording.short_day(plan["expected_on"]),
            "note": f"{STATES[plan['state']]}{late}",
        },
        {
            "label": "Blockers",
            "value": str(len(blockers)),
            "note": "; ".join(wording.short(one, 60) for one in blockers[:2]) or "nothing blocks the go-live",
        },
    ]
    if plan["completion_pct"] is not None:
        on_plan = "on plan" if (plan["behind_points"] or 0) <= 0 else "behind"
        progress = {
            "label": "Progress",
            "value": wording.percent(plan["completion_pct"]),
            "note": f"{wording.percent(plan['planned_pct'])} planned: {on_plan}",
        }
        made.insert(2, progress)
    return made


def key_metrics(it: Shared) -> list[Block]:
    """Progress, adoption, data, uptime and risks against their targets."""
    plan = it.plan
    rows: list[Sequence[Any]] = []
    if plan["completion_pct"] is not None:
        rows.append(
            ("Implementation progress", wording.percent(plan["completion_pct"]), wording.percent(plan["planned_pct"]),
             met(plan["completion_pct"] >= plan["planned_pct"]))
        )  # fmt: skip
    for metric in it.metrics:
        if metric["metric"] in ("dau_pct", "data_accuracy_pct", "uptime_pct"):
            label = f"{metric['label']} (daily active, of seats)" if metric["metric"] == "dau_pct" else metric["label"]
            rows.append((label, figure(metric, "value"), figure(metric, "target"), met(metric["is_met"])))
    count = levels(it)
    blocks = f"; {len(blocking(it))} blocking" if blocking(it) else ""
    said = f"{count['red']} red, {count['yellow']} yellow, {count['green']} green{blocks}"
    rows.append(("Open risks", said, "0 red", met(count["red"] == 0)))
    return table("Key metrics", ("Metric", "This week", "Target", ""), (40, 26, 18, 16), rows, (1, 2))


def decision(it: Shared, levels_of: dict[str, DecisionLevel]) -> str:
    """What the customer is asked to decide: the level that the plan has reached, and who decides on it."""
    level = levels_of.get(it.plan["decision_level"] or "")
    if level is None:
        return "None this week."
    who_decides = level.who.replace("the customer's", "your")
    late = f", {wording.counted(it.plan['days_late'], 'day')} past the original date" if it.plan["days_late"] else ""
    return f"{level.ask}{late}. Decided by {who_decides} in the {level.forum}."
