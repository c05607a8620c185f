"""The churn-risk blocks of the dashboard: bands, trend, drivers, each customer's key figures, interventions."""

from typing import Any

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.policy import RISK_BANDS
from pipeline.reports import wording
from pipeline.reports.facts import GOOD_ENOUGH, Row, View, total
from pipeline.reports.risk import COUNTING, EXPOSED, Risk, bands, red_list

QUARTER_DAYS = 91
DRIVERS, KEY_ROWS, INTERVENTIONS = 8, 18, 15
SAID_FEW = 6


def risk_dashboard(view: View) -> Row:
    """Tiles 1 to 5 of the churn-risk dashboard and the red list. (infra 13.4)"""
    risk = Risk(view)
    exposed = risk.customers.filter(pl.col("churn_risk_band").is_in(EXPOSED))
    return {
        "title": _title(view, exposed),
        "bands": bands(risk),
        "unscored": risk.customers.filter(pl.col("churn_risk_band").is_null()).height,
        "unknown": risk.customers.filter(pl.col("churn_risk_unknown_count") > 0).height,
        "trend": trend(view),
        "worsened": worsened(risk),
        "drivers": drivers(risk),
        "plays": plays_under_way(risk),
        "figures": key_figures(risk),
        "interventions": interventions(risk),
        "exposed_count": exposed.height,
        "red": red_list(risk),
    }


def trend(view: View) -> Chart:
    """Mean churn risk points of all customers, week by week over 91 days."""
    weeks = view.scores.churn_weeks.filter(pl.col("week_ending_on") >= view.back(QUARTER_DAYS))
    served = view.served_weeks.select("account_id", "week_ending_on")
    means = (
        weeks.join(served, on=["account_id", "week_ending_on"])
        .group_by("week_ending_on")
        .agg(pl.col("churn_risk_points").mean().alias("mean"), pl.len().alias("count"))
        .sort("week_ending_on")
        .to_dicts()
    )
    rows = [
        {
            "on": row["week_ending_on"].isoformat(),
            "when": wording.day(row["week_ending_on"]),
            "value": round(row["mean"], 4),
            "said": wording.number(row["mean"], 1),
        }
        for row in means
    ]
    title = _trend_title(means)
    spec = CHARTS["line_by_month"](rows, "Points", step=1) if rows else {}
    table = tuple(
        (wording.day(row["week_ending_on"]), wording.number(row["mean"], 1), wording.number(row["count"]))
        for row in means
    )
    head = ("Week", "Mean points", "Customers")
    return Chart("mean-risk", title, f"Line chart of mean churn risk points by week. {title}.", spec, head, table)


def _trend_title(means: list[Row]) -> str:
    if not means:
        return "No week is scored yet"
    now = means[-1]["mean"]
    if len(means) == 1:
        return f"Mean churn risk is {wording.number(now, 1)} points"
    moved = wording.moved(now - means[0]["mean"], 1, " points")
    word = {"up": "worse", "down": "better"}.get(moved.split()[0], "")
    direction = f"{moved}{f' ({word})' if word else ''}"
    since = wording.short_day(means[0]["week_ending_on"])
    return f"Mean churn risk is {direction} since {since}, at {wording.number(now, 1)} points"


def worsened(risk: Risk) -> Row:
    """The customers whose band of churn risk is worse than a week ago, and how many of them left green for yellow."""
    rank = {name: place for place, name in enumerate(RISK_BANDS)}
    place = pl.col("churn_risk_band").replace_strict(rank, default=None, return_dtype=pl.Int64)
    before = risk.week(7).select("account_id", was="churn_risk_band", was_at=place)
    now = risk.customers.with_columns(is_at=place).join(before, on="account_id", maintain_order="left")
    worse = now.filter(pl.col("is_at") > pl.col("was_at"))
    better = now.filter(pl.col("is_at") < pl.col("was_at"))
    return {
        "rows": worse.head(SAID_FEW).to_dicts(),
        "count": worse.height,
        "better": better.height,
        "green_to_yellow": worse.filter((pl.col("was") == "green") & (pl.col("churn_risk_band") == "yellow")).height,
        "since": risk.view.back(7),
    }


def drivers(risk: Risk) -> Row:
    """The factors that count against most customers, with the ARR behind them and how many are orange or red."""
    mine = risk.customers.select("account_id", "arr", "churn_risk_band")
    counting = risk.view.scores.churn_factors.filter((pl.col("points") > 0) & pl.col("state").is_in(COUNTING))
    counts = (
        counting.join(mine, on="account_id")
        .group_by("factor")
        .agg(
            pl.len().alias("count"),
            pl.col("arr").sum(),
            pl.col("churn_risk_band").is_in(EXPOSED).sum().alias("exposed"),
            (pl.col("state") == "frozen").sum().alias("frozen"),
        )
        .sort("count", "factor", descending=[True, False])
    )
    top = counts["count"].max() if counts.height else None
    rows = [
        {**row, "label": risk.factor_word(row["factor"]), "pct": wording.ratio(row["count"], top)}
        for row in counts.head(DRIVERS).to_dicts()
    ]
    return {"rows": rows, "others": max(0, counts.height - DRIVERS), "customers": mine.height}


def plays_under_way(risk: Risk) -> Row:
    """Customers with an open play against churn, and how often such plays worked, of those that are decided."""
    rules = risk.view.context.policy.playbooks.plays
    names = [name for name, play in rules.items() if play.trigger in ("churn_risk", "strategic")]
    plays = risk.view.scores.plays.filter(pl.col("play").is_in(names))
    open_plays = plays.filter((pl.col("outcome") == "open") & pl.col("account_id").is_in(list(risk.standing)))
    worked = plays.filter(pl.col("outcome") == "worked").height
    decided = worked + plays.filter(pl.col("outcome") == "did_not_work").height
    return {
        "customers": open_plays["account_id"].n_unique() if open_plays.height else 0,
        "success_pct": wording.ratio(worked, decided),
        "decided": decided,
    }


def key_figures(risk: Risk) -> list[Row]:
    """Use, NPS, CSAT, renewal and pipeline of the customers with most points, each with a tone. (tile 4)"""
    return [_key_row(risk, row) for row in risk.customers.head(KEY_ROWS).to_dicts()]


def _key_row(risk: Risk, row: Row) -> Row:
    parts = {part["component"]: part for part in risk.view.components.get(row["account_id"], [])}
    factors = risk.view.context.policy.churn_risk.factors
    days = row["days_to_renewal"]
    return {
        **row,
        "points": risk.points_word(row),
        "dau": (row["dau_pct"], _tone(row["dau_pct"], factors["dau_under_10"].under, factors["dau_30_to_50"].under)),
        "nps": _of_part(parts.get("nps_group"), factors["nps_detractor"].under),
        "csat": _of_part(parts.get("csat"), factors["support_csat_under_3"].under),
        "days": (days, _tone(days, 30, 91)),
    }


def _of_part(part: Row | None, critical: float | None) -> tuple[Any, str]:
    if part is None or part["value"] is None:
        return None, ""
    good = part["value"] if (part["score"] or 0) >= GOOD_ENOUGH else part["value"] + 1
    return part["value"], _tone(part["value"], critical, good)


def _tone(value: Any, critical: float | None, good: float | None) -> str:
    """`critical` under the first limit, `healthy` from the second on, `watch` between; empty where nothing is known."""
    if value is None or critical is None or good is None:
        return ""
    return "critical" if value < critical else "healthy" if value >= good else "watch"


def interventions(risk: Risk) -> Row:
    """The open plays of orange and red customers: issue, play, owner, start, target, progress. (tile 5)"""
    rules = risk.view.context.policy.playbooks.plays
    names = [name for name, play in rules.items() if play.trigger in ("churn_risk", "strategic")]
    exposed = risk.customers.filter(pl.col("churn_risk_band").is_in(EXPOSED))
    plays = risk.view.scores.plays.filter((pl.col("outcome") == "open") & pl.col("play").is_in(names))
    progress = risk.view.scores.actions.group_by("account_id", "play", "started_on").agg(
        pl.col("progress_pct").mean(), pl.len().alias("actions"), (pl.col("status") == "done").sum().alias("done")
    )
    rows = exposed.join(plays, on="account_id", maintain_order="left").join(
        progress, on=["account_id", "play", "started_on"], how="left", maintain_order="left"
    )
    return {
        "rows": [
            {
                **row,
                "play_label": risk.play_word(row["play"]),
                "issue": risk.factor_word(row["driver"]) if row["driver"] else risk.why(row["account_id"]),
                "points": risk.points_word(row),
            }
            for row in rows.head(INTERVENTIONS).to_dicts()
        ],
        "count": rows.height,
        "without": exposed.filter(~pl.col("account_id").is_in(rows["account_id"].implode())).height,
    }


def _title(view: View, exposed: pl.DataFrame) -> str:
    if exposed.is_empty():
        return "No customer is orange or red"
    arr = total(exposed, "arr")
    verb = "is" if exposed.height == 1 else "are"
    of_all = wording.share(arr, total(view.standing, "arr"))
    return (
        f"{wording.counted(exposed.height, 'customer')} with {view.money(arr)} of ARR ({of_all}) {verb} orange or red"
    )
