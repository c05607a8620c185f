"""What the team has on its desk: the week's alerts, the actions of plays by owner, and how often plays work."""

from datetime import timedelta

import polars as pl

from pipeline.metrics import METRICS
from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.risk import Risk

SEVERITIES = ("critical", "warning", "info")
SHOWN_ALERTS, SHOWN_ACTIONS, SHOWN_OWNERS = 8, 20, 8


def weeks_alerts(view: View) -> pl.DataFrame:
    """The alerts raised in the seven days to the book's date, the gravest first, with the run that sent each.

    `sent_on` is the book's date unless an earlier run of the same week has sent it.
    """
    place = pl.col("severity").replace_strict(
        {name: rank for rank, name in enumerate(SEVERITIES)}, default=len(SEVERITIES), return_dtype=pl.Int64
    )
    raised = pl.col("raised_on")
    mine = view.scores.alerts.filter((raised > view.back(7)) & (raised <= view.as_of))
    sent = pl.col("alert_id").replace_strict(dict(view.context.sent), default=view.as_of, return_dtype=pl.Date)
    return mine.with_columns(sent_on=sent).sort(place, "rule", "account_id", "raised_on", "alert_id", nulls_last=True)


def alerts_of_week(view: View) -> Row:
    """The week's alerts: how many of each severity and rule, and the critical ones in full."""
    rules = view.context.policy.alerts.rules
    rows = [
        {
            **row,
            "label": rules[row["rule"]].label if row["rule"] in rules else wording.word(row["rule"]),
            "account_name": view.names.get(row["account_id"] or "", row["account_id"]) or "All customers",
        }
        for row in weeks_alerts(view).to_dicts()
    ]
    critical = [row for row in rows if row["severity"] == "critical"]
    counts = {name: sum(row["severity"] == name for row in rows) for name in SEVERITIES}
    labels = {(row["severity"], row["label"]): 0 for row in rows}
    for row in rows:
        labels[(row["severity"], row["label"])] += 1
    return {
        "count": len(rows),
        "counts": counts,
        "critical": critical[:SHOWN_ALERTS],
        "by_rule": [{"severity": one[0], "label": one[1], "count": count} for one, count in labels.items()],
        "earlier": sum(row["sent_on"] < view.as_of for row in rows),
    }


def duties(risk: Risk) -> Row:
    """The open actions of plays: what is due within a week, and per owner what is due and what is overdue."""
    view = risk.view
    mine = risk.open_actions
    until = view.as_of + timedelta(days=7)
    due = mine.filter(pl.col("due_on").is_between(view.as_of, until))
    overdue = mine.filter(pl.col("due_on") < view.as_of)
    owners = (
        mine.filter(pl.col("due_on") <= until)
        .group_by("owner")
        .agg(
            (pl.col("due_on") < view.as_of).sum().alias("overdue"),
            (pl.col("due_on") >= view.as_of).sum().alias("due"),
            pl.col("due_on").min().alias("oldest_on"),
        )
        .sort("overdue", "due", "owner", descending=[True, True, False], nulls_last=True)
    )
    rows = sorted(
        due.to_dicts(), key=lambda row: (risk.urgency(row["play"]), row["due_on"], row["account_id"], row["title"])
    )
    return {
        "rows": [_duty(risk, row) for row in rows[:SHOWN_ACTIONS]],
        "due": due.height,
        "overdue": overdue.height,
        "owners": owners.head(SHOWN_OWNERS).to_dicts(),
        "owner_count": owners.height,
    }


def _duty(risk: Risk, row: Row) -> Row:
    return {
        **row,
        "account_name": risk.view.names.get(row["account_id"], row["account_id"]),
        "play_label": risk.play_word(row["play"]),
        "because": _because(risk, row),
    }


def _because(risk: Risk, row: Row) -> str:
    """What caused the action, with the value it was measured at."""
    known = risk.view.context.policy.churn_risk.factors
    if row["driver"] == "renewal_on":
        return (
            f"renews {wording.days_away(round(row['driver_value']))}" if row["driver_value"] is not None else "renews"
        )
    if not row["driver"]:
        return ""
    metric = METRICS.get(row["driver"])
    label = known[row["driver"]].label if row["driver"] in known else risk.view.part_word(row["driver"])
    label = metric.label if metric and row["driver"] not in risk.view.parts else label
    if row["driver_value"] is None:
        return label
    value = float(row["driver_value"])
    return f"{label} ({wording.number(value, 0 if value.is_integer() else 1)})"


def plays_record(risk: Risk) -> list[Row]:
    """How often each play began, how it ended, the share that worked of those decided; against churn first."""
    rows = risk.view.scores.play_success.to_dicts()
    ranked = sorted(rows, key=lambda row: (risk.urgency(row["play"]), row["play"]))
    return [
        {**row, "label": risk.play_word(row["play"]), "decided": row["worked_count"] + row["did_not_work_count"]}
        for row in ranked
    ]
