"""The risk register: every account in trouble with its risk, owner and date, and the routine that works it down."""

from typing import Any

import polars as pl

from pipeline.policy import Factor
from pipeline.reports import wording
from pipeline.reports.facts import Row, named, total
from pipeline.reports.risk import COUNTING, Risk, bands, eligible, red_list
from pipeline.reports.sections.loops.parts import (
    Block,
    compared,
    hours,
    points,
    raci,
    risk_mark,
    role_word,
    table,
    text,
)
from pipeline.reports.sections.loops.signals import play_row
from pipeline.reports.work import plays_record


def register_sections(risk: Risk) -> tuple[list[Block], ...]:
    """The nine sections."""
    return (
        _outcome(risk),
        _scope(risk),
        raci(risk, "risk_register"),
        _signals(risk),
        _routine(risk),
        _register(risk),
        _artifacts(),
        _closure(risk),
        _notes(risk),
    )


def _outcome(risk: Risk) -> list[Block]:
    found = red_list(risk)["record"]
    detected = (
        f"{found['named']} of {found['lost']} who left in the last twelve months"
        if found["lost"]
        else "nobody has left"
    )
    saved = f"{found['renewed']} of {found['decided']}" if found["decided"] else "none decided yet"
    return [
        text(
            "Each account that may be lost is on one list, with the reason, one owner, the next step and its date; "
            "what is not on the list is not being worked on."
        ),
        points(
            f"Listed in the {found['days']} days before they left: {detected}.",
            f"Renewed, of those listed that came to an end: {saved}.",
            f"No entry without an owner, none with a date in the past; today {_late(risk)} next steps are past due.",
        ),
    ]


def _late(risk: Risk) -> int:
    steps = [risk.next_action(account) for account in eligible(risk)["account_id"]]
    return sum(step is not None and step["due_on"] < risk.view.as_of for step in steps)


def _scope(risk: Risk) -> list[Block]:
    mine, red = eligible(risk), red_list(risk)
    return [
        text(
            f"{wording.counted(mine.height, 'customer')} with {risk.view.money(total(mine, 'arr'))} of ARR in a band "
            f"that the register covers: orange or red in churn risk, at risk or critical in health.",
            f"The red list is the first {red['count']} of them by expected loss"
            + (f": {red['capacity']}." if red["capacity"] else "."),
        )
    ]


def _signals(risk: Risk) -> list[Block]:
    policy = risk.view.context.policy.churn_risk
    limits = {"yellow": policy.bands.yellow, "orange": policy.bands.orange, "red": policy.bands.red}
    band_rows = [
        (
            risk_mark(row["band"]),
            f"{limits[row['band']]} points and more"
            if row["band"] in limits
            else f"under {policy.bands.yellow} points",
            row["count"],
            risk.view.money(row["arr"]),
            wording.change(row["count_week"]),
        )
        for row in bands(risk)
    ]
    counts = _counts(risk)
    rows = [_factor_row(risk, name, rule, counts.get(name, 0)) for name, rule in policy.factors.items()]
    return [
        table(("Churn risk", "From", "Customers", "ARR", "On last week"), (26, 26, 16, 16, 16), band_rows, (2, 3, 4)),
        table(
            ("Family", "Factor", "Holds at", "Window", "Points", "Customers now"),
            (18, 32, 16, 12, 10, 12),
            sorted(rows, key=lambda row: -row[5])[:40],
            (4, 5),
            "What adds points, and what takes them off; the most frequent first",
        ),
    ]


def _counts(risk: Risk) -> dict[str, int]:
    mine = risk.view.scores.churn_factors.filter(
        pl.col("state").is_in(COUNTING) & pl.col("account_id").is_in(list(risk.standing))
    )
    return dict(mine.group_by("factor").agg(pl.len()).iter_rows())


def _factor_row(risk: Risk, name: str, rule: Factor, count: int) -> tuple[Any, ...]:
    family = risk.view.context.policy.churn_risk.families[rule.family].label
    window = wording.counted(rule.window_days, "day") if rule.window_days else "now"
    return (family, rule.label, compared(rule), window, wording.change(rule.points), count)


def _routine(risk: Risk) -> list[Block]:
    plays = risk.view.context.policy.playbooks.plays
    rows = [
        (
            f"Within {hours(rule.due_hours)}",
            f"First actions of the play \u201c{rule.label}\u201d are begun",
            role_word("csm"),
        )
        for rule in plays.values()
        if rule.trigger == "churn_risk"
    ]
    rows += [
        (
            "Weekly, 10 minutes",
            "Last week's list is followed up by name, then this week's is worked from the top",
            role_word("csm_manager"),
        ),
        (
            "Weekly",
            "What is past due is done, given to someone else, or dropped with a reason",
            role_word("csm_manager"),
        ),
        (
            "Monthly",
            "Detection and save rate are read; a loss that was not listed gets a root cause",
            role_word("vp_customer_success"),
        ),
    ]
    return [table(("When", "Checkpoint", "Run by"), (20, 58, 22), rows)]


def _register(risk: Risk) -> list[Block]:
    ranks = {row["account_id"]: row["rank"] for row in red_list(risk)["rows"]}
    rows = sorted(eligible(risk).to_dicts(), key=lambda row: ranks.get(row["account_id"], 999))
    own = [_open_risk(named(risk.view, row)) for row in _own_risks(risk)]
    return [
        table(
            ("List", "Account", "ARR", "Churn risk", "Risk and evidence", "Next step", "Owner", "Due"),
            (5, 15, 8, 13, 22, 19, 11, 7),
            [_entry(risk, row, ranks.get(row["account_id"])) for row in rows],
            (0, 2, 7),
            "The register; the number is the place on the red list",
        ),
        *(
            [
                table(
                    ("Account", "Risk written down by the team", "Impact", "Owner", "Due"),
                    (22, 42, 10, 16, 10),
                    own,
                    (4,),
                    "Entered by hand and not resolved",
                )
            ]
            if own
            else []
        ),
    ]


def _entry(risk: Risk, row: Row, rank: int | None) -> tuple[object, ...]:
    action = risk.next_action(row["account_id"])
    band = {**risk_mark(row["churn_risk_band"]), "note": risk.points_word(row)}
    step = (
        (action["title"], action["owner"] or role_word(action["owner_role"]))
        if action
        else ("Nothing agreed", row["csm"])
    )
    due: object = wording.UNKNOWN
    if action:
        due = {"text": wording.short_day(action["due_on"]), "late": action["due_on"] < risk.view.as_of}
    return (
        rank or wording.UNKNOWN,
        row["account_name"],
        risk.view.money(row["arr"]),
        band,
        risk.why(row["account_id"]),
        step[0],
        step[1] or wording.UNKNOWN,
        due,
    )


def _own_risks(risk: Risk) -> list[Row]:
    frame = risk.view.book.risks
    if frame.is_empty():
        return []
    left = frame.filter((pl.col("status") != "resolved").fill_null(True) & pl.col("resolved_on").is_null())
    return left.sort("target_on", "risk_id", nulls_last=True).to_dicts()


def _open_risk(row: Row) -> tuple[object, ...]:
    return (
        row["account_name"],
        row["description"] or wording.word(row["type"]),
        wording.word(row["impact"]),
        row["owner"] or wording.UNKNOWN,
        wording.short_day(row["target_on"]),
    )


def _artifacts() -> list[Block]:
    rows = [
        ("Red list with last week's followed up", "weekly/review.html and .pdf, portfolio/portfolio.html"),
        ("Every red list since the panel began", "data/red_list.csv"),
        ("The list as it was sent, kept for good", "archive/red_lists/ of the workspace"),
        ("Actions with owner, due date, driver and outcome", "data/actions.csv"),
        ("A message for each new alert", "alerts/slack/"),
    ]
    return [table(("What", "Where"), (45, 55), rows)]


def _closure(risk: Risk) -> list[Block]:
    last = red_list(risk)["last"]
    rules = risk.view.context.policy.playbooks
    done = {row["play"]: row for row in plays_record(risk)}
    names = [name for name, rule in rules.plays.items() if rule.trigger == "churn_risk"]
    rows = [(rules.plays[name].label, rules.plays[name].target, *play_row(name, done.get(name))[1:]) for name in names]
    became = ", ".join(f"{count} {name}" for name, count in last["counts"].items())
    return [
        points(
            "An entry closes when the account is out of the bands of the register, renewed, or left; never by age.",
            f"Whoever was rescued stays on watch for {rules.rescue_watch_days} days.",
            "Whoever left is asked why; the reason goes on the contract, the signal that missed it is named.",
            f"Last week's list of {last['count']}: {became}." if last["count"] else "",
        ),
        table(
            ("Play", "Closed as worked when", "Under way", "Worked", "Did not", "Share"),
            (20, 34, 11, 11, 11, 13),
            rows,
            (2, 3, 4, 5),
        ),
    ]


def _notes(risk: Risk) -> list[Block]:
    policy = risk.view.context.policy.churn_risk.red_list
    frozen = sum(row["state"] == "frozen" for rows in risk.factors.values() for row in rows)
    unknown = risk.customers.filter(pl.col("churn_risk_unknown_count") > 0).height
    return [
        points(
            "Expected loss is the chance of a loss, by health band, times ARR, times how near the decision is: in full "
            f"up to {policy.near_days} days before, {wording.percent(policy.far_weight * 100)} from {policy.far_days}.",
            f"{wording.counted(frozen, 'factor')} frozen because a feed is late; they keep counting." if frozen else "",
            f"{wording.counted(unknown, 'customer')} with unknown factors: at least the points shown."
            if unknown
            else "",
        )
    ]
