"""The health-signals document: what is measured, from which value on it asks for something, and who then does what."""

from typing import Any

import polars as pl

from pipeline.metrics import METRICS
from pipeline.policy import Component, Factor
from pipeline.reports import wording
from pipeline.reports.facts import GOOD_ENOUGH, Row
from pipeline.reports.risk import Risk, bands
from pipeline.reports.sections.loops.parts import (
    Block,
    compared,
    health_mark,
    hours,
    points,
    raci,
    role_word,
    table,
    text,
)
from pipeline.reports.sections.portfolio.health import distribution
from pipeline.reports.sections.portfolio.team import feed_alarms, model_gaps
from pipeline.reports.work import alerts_of_week, plays_record


def signal_sections(risk: Risk) -> tuple[list[Block], ...]:
    """The nine sections."""
    return (
        _outcome(risk),
        _scope(risk),
        raci(risk, "health_signals"),
        _signals(risk),
        _routine(risk),
        _interventions(risk),
        _artifacts(),
        _closure(risk),
        _notes(risk),
    )


def _outcome(risk: Risk) -> list[Block]:
    clock = risk.view.context.policy.churn_risk.clock
    return [
        text(
            "A customer who drifts is noticed in the week it begins, and somebody by name has done something about it "
            "before the clock of the signal runs out."
        ),
        points(
            f"Every red flag has an action begun within {hours(clock.red_hours)}, "
            f"every yellow one within {hours(clock.yellow_hours)}.",
            "No customer leaves who was not on the red list before.",
            "Every signal below is a number against a number; no signal is an impression.",
        ),
    ]


def _scope(risk: Risk) -> list[Block]:
    view = risk.view
    feeds = [feed for feed in view.feeds if feed["is_expected"]]
    fresh = sum(feed["state"] == "fresh" for feed in feeds)
    count = wording.counted(risk.customers.height, "customer")
    arr = view.money(risk.customers["arr"].sum())
    return [
        text(
            f"{count} with {arr} of ARR, scored on {wording.day(view.as_of)} from {len(feeds)} expected feeds, "
            f"{fresh} of them fresh. Prospects and customers who have left are not scored."
        )
    ]


def _signals(risk: Risk) -> list[Block]:
    card = risk.view.context.policy.health.scorecard
    limits: dict[str, float] = dict(card.bands.lowest.items())
    band_rows = [
        (
            health_mark(row["band"]),
            f"{wording.number(limits[row['band']])} and more" if row["band"] in limits else _below(risk, row["band"]),
            row["count"],
            risk.view.money(row["arr"]),
            wording.change(row["count_week"]),
        )
        for row in distribution(risk.view)
    ]
    flags = [
        _flag_row(risk, name, rule) for name, rule in risk.view.context.policy.churn_risk.factors.items() if rule.flag
    ]
    flags.sort(key=lambda row: (row[0] != "Red", row[1]))
    return [
        table(("Health band", "Score", "Customers", "ARR", "On last week"), (26, 26, 16, 16, 16), band_rows, (2, 3, 4)),
        table(
            ("Component", "Measured as", "Weight", "Best from", "Worst", "Low now", "No value"),
            (20, 22, 10, 14, 14, 10, 10),
            [_component_row(risk, name, rule) for name, rule in card.components.items()],
            (2, 5, 6),
            f"Components of the health score; low: a score under {GOOD_ENOUGH} of 100",
        ),
        table(
            ("Flag", "Signal", "Holds at", "Window", "Act within", "Up now"),
            (10, 33, 21, 14, 12, 10),
            flags,
            (5,),
            "Flags with a clock",
        ),
    ]


def _below(risk: Risk, band: str) -> str:
    card = risk.view.context.policy.health.scorecard
    if band == "insufficient_data":
        return f"under {wording.number(card.insufficient_under_pct)}% of the weight has a value"
    return f"under {wording.number(min(card.bands.lowest.values()))}"


def _component_row(risk: Risk, name: str, rule: Component) -> tuple[object, ...]:
    rows = [row for parts in risk.view.components.values() for row in parts if row["component"] == name]
    low = sum(row["score"] is not None and row["score"] < GOOD_ENOUGH for row in rows)
    none = sum(row["value"] is None for row in rows)
    weights = [row["weight_pct"] for row in rows if row["weight_pct"] is not None]
    steps = [step for step in rule.steps if step.comparison]
    best = compared(steps[0]) if steps else wording.UNKNOWN
    worst = f"not {compared(steps[-1])}" if steps else wording.UNKNOWN
    weight = f"{wording.number(max(weights), 1)}%" if weights else "off"
    return (
        rule.label,
        METRICS[rule.metric].label if rule.metric in METRICS else wording.word(rule.metric),
        weight,
        best,
        worst,
        low,
        none,
    )


def _flag_row(risk: Risk, name: str, rule: Factor) -> tuple[object, ...]:
    clock = risk.view.context.policy.churn_risk.clock
    raised = sum(flag["flag"] == name for flags in risk.flags.values() for flag in flags)
    window = wording.counted(rule.window_days, "day") if rule.window_days else "now"
    within = hours(clock.red_hours if rule.flag == "red" else clock.yellow_hours)
    return ((rule.flag or "").capitalize(), rule.label, compared(rule), window, within, raised)


def _routine(risk: Risk) -> list[Block]:
    week = alerts_of_week(risk.view)
    said = ", ".join(f"{count} {name}" for name, count in week["counts"].items())
    rows = [
        ("Every run", "Feeds are checked before any score is believed", role_word("ops_analyst")),
        ("Within a day", "Critical alerts are answered; the answer is written on the account", role_word("csm")),
        (
            "Weekly, 40 minutes",
            "The customer-ops review goes through movers, alerts and the red list",
            role_word("csm_manager"),
        ),
        (
            "Monthly",
            "Signals that never led to an action are dropped or get another threshold",
            role_word("ops_analyst"),
        ),
        ("Quarterly", "Weights and bands are held against who left", role_word("vp_customer_success")),
    ]
    return [
        table(("When", "Checkpoint", "Run by"), (20, 58, 22), rows),
        text(f"This week: {wording.counted(week['count'], 'alert')} ({said})."),
    ]


def _interventions(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.playbooks.plays
    done = {row["play"]: row for row in plays_record(risk)}
    waiting = risk.open_actions.filter(pl.col("due_on") < risk.view.as_of)
    rows = [play_row(name, done.get(name)) for name, rule in rules.items() if rule.trigger in ("health", "churn_risk")]
    rows = [(rules[name].label, *rest) for name, *rest in rows]
    return [
        table(
            ("Play", "Under way", "Worked", "Did not", "Share that worked"),
            (36, 16, 16, 16, 16),
            rows,
            (1, 2, 3, 4),
        ),
        text(
            f"{wording.counted(risk.open_actions.height, 'action')} of all plays is open or under way, "
            if risk.open_actions.height == 1
            else f"{wording.counted(risk.open_actions.height, 'action')} of all plays are open or under way,",
            f"{waiting.height} past due. Owners and dates stand in data/actions.csv and in the weekly review.",
        ),
    ]


def play_row(name: str, row: Row | None) -> tuple[Any, ...]:
    """A play with how many are under way, worked, did not work, and the share of those decided that worked."""
    if row is None:
        return (name, 0, 0, 0, wording.UNKNOWN)
    share = f"{wording.percent(row['success_pct'])} of {row['decided']}" if row["decided"] else wording.UNKNOWN
    return (name, row["open_count"], row["worked_count"], row["did_not_work_count"], share)


def _artifacts() -> list[Block]:
    rows = [
        ("Weekly customer-ops review", "weekly/review.html and .pdf"),
        ("Alerts of the week, and a message for each", "alerts/alerts.json, alerts/slack/"),
        ("Digest of the week", "alerts/digest.md, alerts/digest.json"),
        ("Components and factors behind every score", "data/health_components.csv, data/churn_factors.csv"),
        ("Actions with owner, due date and outcome", "data/actions.csv"),
    ]
    return [table(("What", "Where"), (45, 55), rows)]


def _closure(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.playbooks
    counted = {row["band"]: row["count"] for row in bands(risk)}
    return [
        points(
            "A signal is closed by its number: it no longer holds in a week with fresh data. A talk closes nothing.",
            f"A rescued customer stays under watch for {rules.rescue_watch_days} days; "
            "a fall in that time opens the play again.",
            "A play that did not work names, in one sentence, what would have been seen earlier; "
            "that sentence becomes a new threshold or a reason why not.",
            f"Held against today: {counted['red']} red, {counted['orange']} orange, {counted['yellow']} yellow.",
        )
    ]


def _notes(risk: Risk) -> list[Block]:
    lines = [*feed_alarms(risk.view), *model_gaps(risk.view)]
    unknown = risk.customers.filter(pl.col("churn_risk_unknown_count") > 0).height
    said = f"{wording.counted(unknown, 'customer')} with unknown factors: their points are at least what is shown."
    nothing = "Every component is measured, and no factor is unknown."
    found = [*lines, *([said] if unknown else [])]
    return [points(*(found or [nothing]))]
