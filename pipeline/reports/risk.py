"""Churn risk as reports tell it: who stands in which band, what counts against whom, the red list and its record."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.policy import RISK_BANDS
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View, grouped, total
from pipeline.reports.sections.report_card.facts import Card
from pipeline.reports.sections.report_card.front import headline

EXPOSED = ("orange", "red")
COUNTING = ("present", "frozen")
OPEN = ("open", "in_progress")
FOLLOWED = ("better", "same", "worse", "churned", "renewed")
URGENCY = ("churn_risk", "strategic", "competitor_evaluation", "merger", "health", "renewal", "global", "product_led")


@dataclass(frozen=True)
class Risk:
    """The churn-risk side of a View: joined once for all blocks of a report."""

    view: View

    @cached_property
    def customers(self) -> pl.DataFrame:
        """One row per customer with its churn week at the book's date, most points first; nulls where unscored."""
        now = self.week(0).drop("week_ending_on")
        joined = self.view.standing.join(now, on="account_id", how="left")
        return joined.sort("churn_risk_points", "arr", "account_id", descending=[True, True, False], nulls_last=True)

    def week(self, days: int) -> pl.DataFrame:
        """The churn week of so many days ago, one row per account."""
        weeks = self.view.scores.churn_weeks
        return weeks.filter(pl.col("week_ending_on") == self.view.back(days))

    @cached_property
    def standing(self) -> dict[str, Row]:
        """Each customer's row by its id."""
        return {row["account_id"]: row for row in self.customers.to_dicts()}

    @cached_property
    def factors(self) -> dict[str, list[Row]]:
        """What counts or is unknown for each account, the most points first."""
        ranked = self.view.scores.churn_factors.sort(
            "account_id", pl.col("points"), "factor", descending=[False, True, False]
        )
        return grouped(ranked, "account_id")

    @cached_property
    def flags(self) -> dict[str, list[Row]]:
        """Each account's flags: red, then yellow, then green; the oldest first."""
        place = pl.col("colour").replace_strict({"red": 0, "yellow": 1, "green": 2}, return_dtype=pl.Int64)
        return grouped(self.view.scores.churn_flags.sort("account_id", place, "raised_on", "flag"), "account_id")

    @cached_property
    def actions(self) -> dict[str, list[Row]]:
        """Each account's open actions, those against its churn risk first; what a driver asks for leads its play."""
        return {account: self._ordered(rows) for account, rows in grouped(self.open_actions, "account_id").items()}

    @cached_property
    def open_actions(self) -> pl.DataFrame:
        """Actions of customers that are not done, earliest first; one that several contracts ask for counts once."""
        mine = self.view.scores.actions.filter(
            pl.col("status").is_in(OPEN) & pl.col("account_id").is_in(list(self.standing))
        )
        ordered = mine.sort("due_on", "account_id", "play", "action_id")
        return ordered.unique(["account_id", "play", "title", "due_on"], keep="first", maintain_order=True)

    def _ordered(self, rows: list[Row]) -> list[Row]:
        drivers = {driver.title for driver in self.view.context.policy.playbooks.drivers.values()}
        return sorted(
            rows,
            key=lambda row: (
                self.urgency(row["play"]),
                row["due_on"],
                row["title"] not in drivers,
                row["title"],
                row["action_id"],
            ),
        )

    def urgency(self, play: str) -> int:
        """Where a play stands among the others: those against churn first."""
        known = self.view.context.policy.playbooks.plays.get(play)
        trigger = known.trigger if known else ""
        return URGENCY.index(trigger) if trigger in URGENCY else len(URGENCY)

    def factor_word(self, factor: str | None) -> str:
        """A factor in print: its label in the policy."""
        known = self.view.context.policy.churn_risk.factors.get(factor or "")
        return known.label if known else wording.word(factor)

    def flag_word(self, flag: str) -> str:
        """A flag in print: the label of its factor or sign."""
        risk = self.view.context.policy.churn_risk
        known = risk.factors.get(flag) or risk.green_flags.get(flag)
        return known.label if known else wording.word(flag)

    def play_word(self, play: str) -> str:
        """A play in print: its label in the policy."""
        known = self.view.context.policy.playbooks.plays.get(play)
        return known.label if known else wording.word(play)

    def against(self, account_id: str) -> list[Row]:
        """The factors that add points to an account, the heaviest first."""
        return [row for row in self.factors.get(account_id, []) if row["points"] > 0 and row["state"] in COUNTING]

    def points_word(self, row: Mapping[str, Any]) -> str:
        """The points in print: `at least 45` while something is unknown."""
        if row.get("churn_risk_points") is None:
            return wording.UNKNOWN
        points = wording.number(row["churn_risk_points"])
        return f"at least {points}" if row["churn_risk_unknown_count"] else points

    def why(self, account_id: str) -> str:
        """The main driver with its evidence; that of health where churn risk is green."""
        against = self.against(account_id)
        if not against or self.standing.get(account_id, {}).get("churn_risk_band") == "green":
            return self.view.driver(account_id, 1)
        first = against[0]
        frozen = f" (frozen since {wording.short_day(first['measured_on'])})" if first["state"] == "frozen" else ""
        return f"{self.factor_word(first['factor'])}: {first['evidence']}{frozen}"

    def next_action(self, account_id: str) -> Row | None:
        """The open action that comes first."""
        return next(iter(self.actions.get(account_id, [])), None)


def red_list(risk: Risk) -> Row:
    """This week's red list by rank with what to do, last week's followed up, and the record of twelve months."""
    view = risk.view
    listed = view.scores.red_list.filter(pl.col("week_ending_on") == view.as_of).sort("rank")
    return {
        "rows": [_listed(risk, row) for row in listed.to_dicts()],
        "count": listed.height,
        "arr": total(listed, "arr"),
        "expected_loss": total(listed, "expected_loss"),
        "eligible": eligible(risk).height,
        "capacity": capacity_words(risk),
        "last": last_week(risk),
        "record": record(view),
    }


def eligible(risk: Risk) -> pl.DataFrame:
    """The customers in a band that the red list looks at, whether or not they fit on it."""
    policy = risk.view.context.policy.churn_risk.red_list
    return risk.customers.filter(
        pl.col("churn_risk_band").is_in(policy.risk_bands) | pl.col("alarm").is_in(policy.health_bands)
    )


def capacity_words(risk: Risk) -> str:
    """What the list is sized to, in words; empty where the capacity is not known."""
    saves = risk.view.context.saves_per_csm
    csms = risk.view.standing.get_column("csm").drop_nulls().n_unique()
    if not saves:
        return ""
    return (
        f"{wording.counted(csms, 'CSM')} can save {wording.number(saves, 0 if saves == int(saves) else 1)}"
        f"{' each' if csms > 1 else ''} a week"
    )


def _listed(risk: Risk, row: Row) -> Row:
    account = row["account_id"]
    standing = risk.standing.get(account, {})
    action = risk.next_action(account)
    return {
        **row,
        "account_name": risk.view.names.get(account, account),
        "csm": standing.get("csm"),
        "points": risk.points_word(standing),
        "unknown_count": standing.get("churn_risk_unknown_count") or 0,
        "why": risk.why(account),
        "action": action,
        "is_overdue": bool(action and action["due_on"] < risk.view.as_of),
    }


def last_week(risk: Risk) -> Row:
    """How those on last week's list stand now: counts, and the accounts by what became of them."""
    view = risk.view
    before = view.scores.red_list.filter(pl.col("week_ending_on") == view.back(7)).sort("rank")
    rows = [{**row, "account_name": view.names.get(row["account_id"], row["account_id"])} for row in before.to_dicts()]
    found = {name: [row for row in rows if row["followed"] == name] for name in FOLLOWED}
    return {
        "on": view.back(7),
        "count": before.height,
        "counts": {name: len(found[name]) for name in FOLLOWED},
        "rows": found,
    }


def record(view: View) -> Row:
    """Over twelve months: of those who left, the share that was listed in time; of those listed who came to an end,
    the share that renewed. Each with its n; null without any.
    """
    since = periods.month_of(view.as_of, -11)
    months = view.scores.red_list_record.filter(pl.col("month_on") >= since)
    lost, named = total(months, "lost_count"), total(months, "named_count")
    renewed, gone = total(months, "renewed_count"), total(months, "listed_lost_count")
    return {
        "since": since,
        "lost": lost,
        "named": named,
        "detection_pct": wording.ratio(named, lost),
        "decided": renewed + gone,
        "renewed": renewed,
        "save_pct": wording.ratio(renewed, renewed + gone),
        "days": view.context.policy.churn_risk.red_list.detection_days,
        "is_thin": view.chances_are_assumed,
        "card": headline(Card(view)),
    }


def bands(risk: Risk) -> list[Row]:
    """Customers and ARR of each band of churn risk, now and a week ago; customers without a score come last."""
    customers, before = risk.customers, risk.week(7)
    arr = total(customers, "arr")
    rows = []
    for band in RISK_BANDS:
        now = customers.filter(pl.col("churn_risk_band") == band)
        then = before.filter(pl.col("churn_risk_band") == band).height if before.height else None
        rows.append(
            {
                "band": band,
                "count": now.height,
                "count_pct": wording.ratio(now.height, customers.height),
                "arr": total(now, "arr"),
                "arr_pct": wording.ratio(total(now, "arr"), arr),
                "count_week": None if then is None else now.height - then,
                "unknown": now.filter(pl.col("churn_risk_unknown_count") > 0).height,
            }
        )
    return rows
