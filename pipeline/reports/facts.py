"""The view that every report starts from: the book's accounts with their health beside them, and what drives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.metrics import METRICS
from pipeline.metrics.customers import is_customer, was_customer
from pipeline.policy import Component
from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.scores import Scores
from pipeline.voice.redaction import Known, known, redacted

GOOD_ENOUGH = 65
TROUBLED = ("critical", "at_risk")
PART_WORDS = {"weights": "What could be measured"}
RANK = {"healthy": 0, "watch": 1, "at_risk": 2, "critical": 3}
Row = dict[str, Any]


@dataclass(frozen=True)
class View:
    """A book, its scores and the run's context, joined once for all blocks of a report."""

    book: Book
    scores: Scores
    context: Context

    @property
    def as_of(self) -> date:
        return self.book.as_of

    @property
    def currency(self) -> str:
        return str(self.book.company.reporting_currency)

    @property
    def symbol(self) -> str:
        return wording.SYMBOLS.get(self.currency, self.currency + " ")

    def money(self, value: Any) -> str:
        """Money of the book in short form."""
        return wording.money(value, self.currency)

    @cached_property
    def chances_are_assumed(self) -> bool:
        """Whether the history holds too few churns for a chance to be more than a prior."""
        summary = self.scores.proof.backtest_summary
        return not summary.height or summary["events_needed"].item() > 0

    def chance(self, percent: Any) -> str:
        """A chance to renew in print: `75%`, or `assumed 75%` while the churns on file are too few to measure one."""
        said = wording.percent(percent)
        return f"assumed {said}" if percent is not None and self.chances_are_assumed else said

    def back(self, days: int) -> date:
        """The day so many days before the book's."""
        return self.as_of - timedelta(days=days)

    @property
    def parts(self) -> Mapping[str, Component]:
        """The components of the scorecard in force, by name."""
        return self.context.policy.health.scorecard.components

    @cached_property
    def bands(self) -> list[str]:
        """The bands of the scorecard in force, best first; a model of three colours has no fourth."""
        return wording.bands_of(self.context.policy.health.scorecard.bands.lowest)

    def place(self, component: str) -> int:
        """Where a component stands in the scorecard."""
        return list(self.parts).index(component) if component in self.parts else len(self.parts)

    def part_word(self, component: str) -> str:
        """A component in print: its label in the policy."""
        known = self.parts.get(component)
        return known.label if known else PART_WORDS.get(component) or wording.word(component)

    @cached_property
    def hidden_names(self) -> Known:
        """The names that words of customers may not carry into a document that is sent."""
        comments = self.book.nps_answers["comment"] if "comment" in self.book.nps_answers.columns else pl.Series()
        return known(self.book, self.context.policy.voice, comments.drop_nulls().unique().sort().to_list())

    def safe(self, text: str) -> str:
        """Words of a customer without names, addresses and numbers."""
        return redacted(text, self.hidden_names)

    def safe_item(self, item: Row) -> Row:
        """A feedback item whose words and theme tell nobody's name."""
        text, theme = item["text"], item["theme"]
        return {**item, "text": text and self.safe(text), "theme": theme and self.safe_theme(theme)}

    def safe_theme(self, theme: str) -> str:
        """A theme without names on file; it is in our own words, where capitals are products."""
        return redacted(theme, self.hidden_names, guess=False)

    @cached_property
    def names(self) -> dict[str, str]:
        """Account names by id."""
        return dict(self.book.accounts.select("account_id", "account_name").iter_rows())

    @cached_property
    def standing(self) -> pl.DataFrame:
        """One row per customer: its attributes, its score, and `alarm`: the band that lists go by.

        An account without enough data keeps its last known band as alarm. Who has left is no customer any more, though
        still scored while the grace runs. `arr` is null where an exchange rate is missing.
        """
        latest = self.scores.health_weeks.filter(pl.col("week_ending_on") == self.as_of).drop("week_ending_on")
        alarm = pl.when(pl.col("health_band") == "insufficient_data").then("last_known_band").otherwise("health_band")
        return (
            self.book.accounts.filter(is_customer())
            .join(latest, on="account_id", how="left")
            .with_columns(alarm.alias("alarm"))
            .sort(pl.col("arr"), pl.col("account_id"), descending=[True, False], nulls_last=True)
        )

    @cached_property
    def served_weeks(self) -> pl.DataFrame:
        """The weeks in which an account was a customer: with ARR, unknown ARR, or a contract in force."""
        return self.book.account_weeks.filter(was_customer())

    @cached_property
    def panel(self) -> pl.DataFrame:
        """One row per customer and week: ARR and the band in force then; null ARR where a rate is missing."""
        scored = self.served_weeks.select("account_id", "week_ending_on", "arr", "segment", "csm")
        bands = self.scores.health_weeks.select(
            "account_id", "week_ending_on", "health_band", "health_score", "is_complete"
        )
        return scored.join(bands, on=["account_id", "week_ending_on"], how="left")

    @cached_property
    def troubled(self) -> pl.DataFrame:
        """Accounts at risk or critical, the money that is soonest at stake first.

        The order is ARR times an urgency that is 1 up to 30 days before renewal and falls to a quarter at 180 days.
        """
        urgency = (1 - (pl.col("days_to_renewal") - 30) / 150 * 0.75).clip(0.25, 1.0).fill_null(0.25)
        urgent = self.standing.filter(pl.col("alarm").is_in(TROUBLED)).with_columns(
            (pl.col("arr").cast(pl.Float64) * urgency).alias("urgency")
        )
        return urgent.sort("urgency", "arr", "account_id", descending=[True, True, False], nulls_last=True)

    @cached_property
    def components(self) -> dict[str, list[Row]]:
        """Each account's health components at the book's date."""
        return self._components_on(self.as_of)

    @cached_property
    def components_last_week(self) -> dict[str, list[Row]]:
        """Each account's health components a week ago."""
        return self._components_on(self.back(7))

    def _components_on(self, on: date) -> dict[str, list[Row]]:
        rows = self.scores.health_components.filter(pl.col("week_ending_on") == on)
        return grouped(rows.sort("account_id", "category", "component"), "account_id")

    @cached_property
    def lifts(self) -> dict[str, list[Row]]:
        """What would lift each account's band, cheapest first."""
        return grouped(self.scores.health_lifts.sort("account_id", "rank"), "account_id")

    @cached_property
    def changes(self) -> dict[tuple[str, str], list[Row]]:
        """What moved each account's score, by account and horizon, the largest part first."""
        ranked = self.scores.health_changes.sort(pl.col("change").abs(), pl.col("component"), descending=[True, False])
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in ranked.to_dicts():
            groups.setdefault((row["account_id"], row["horizon"]), []).append(row)
        return groups

    @cached_property
    def feeds(self) -> list[Row]:
        """The state of every feed at the book's date."""
        return self.book.feed_weeks.filter(pl.col("week_ending_on") == self.as_of).sort("feed").to_dicts()

    @property
    def is_usage_fresh(self) -> bool:
        """Whether counts of use can be stated for the book's date; without the feed a count of 0 says nothing."""
        return any(feed["feed"] == "usage" and feed["state"] == "fresh" for feed in self.feeds)

    def is_missing(self, feed: str) -> bool:
        """Whether a feed never came: a count of its rows would say 0 where nothing is known."""
        return any(row["feed"] == feed and row["state"] == "missing" for row in self.feeds)

    @cached_property
    def floors(self) -> dict[str, str]:
        """The floor that holds an account's band down, where one does."""
        return dict(self.standing.filter(pl.col("floor").is_not_null()).select("account_id", "floor").iter_rows())

    def drivers(self, account_id: str, count: int = 2) -> list[str]:
        """What holds an account down, in words: its floor, then the components that cost its score most."""
        floor = self.floors.get(account_id)
        parts = [
            part for part in self.components.get(account_id, []) if lost(part) > 0.5 and part["score"] < GOOD_ENOUGH
        ]
        heaviest = sorted(parts, key=lambda part: (-lost(part), part["component"]))
        return [*([floor] if floor else []), *(self.said(part) for part in heaviest)][:count]

    def driver(self, account_id: str, count: int = 2) -> str:
        """The drivers as one phrase."""
        phrase = "; ".join(self.drivers(account_id, count))
        return phrase[:1].upper() + phrase[1:] if phrase else "Nothing stands out"

    def value_words(self, part: Mapping[str, Any]) -> str:
        """A component's value alone: its word where it has one, else its number with its unit."""
        if part["value_text"]:
            return str(part["value_text"])
        if part["value"] is None:
            return "missing" if part["state"] == "missing" else "n/a"
        known = self.parts.get(part["component"])
        metric = METRICS.get(known.metric) if known else None
        is_share = known is not None and (known.shows == "share" or (metric is not None and metric.unit == "%"))
        value = float(part["value"])
        return wording.number(value, 0 if is_share or value.is_integer() else 1) + ("%" if is_share else "")

    def said(self, part: Mapping[str, Any]) -> str:
        """A component's value as a person would say it."""
        component, value = part["component"], part["value"]
        if part["state"] == "missing":
            return f"{self.part_word(component)}: feed missing"
        if value is None:
            return part["value_text"] or "nothing to measure"
        phrases = {
            "login_days": f"active on {part['value_text']}"
            if part["value_text"]
            else f"{wording.counted(round(value), 'login day')} in 30",
            "feature_adoption_pct": f"{value:.0f}% of its features used",
            "usage_depth": f"usage depth at {value:.0f}% of its segment's median",
            "usage_trend": f"usage {wording.change(value)}% on the 30 days before",
            "tickets": f"{wording.counted(round(value), 'ticket')} in 90 days",
            "training_pct": f"{value:.0f}% of training done",
            "meeting_attendance_pct": f"{value:.0f}% of meetings attended",
            "event_attendance": "webinars attended" if value else "no webinar attended",
            "late_payments": f"{wording.counted(round(value), 'late payment')} in 12 months",
            "stakeholder_changes": f"{wording.counted(round(value), 'key person', 'key people')} gone in 180 days",
            "csat": f"ticket CSAT {wording.number(value, 1)}",
            "nps_group": f"NPS answers average {wording.number(value, 1)}",
            "tone": f"tone of messages {wording.change(value, 1)}",
        }
        return phrases.get(component) or f"{self.part_word(component)}: {self.value_words(part)}"


def grouped(frame: pl.DataFrame, column: str) -> dict[str, list[Row]]:
    """The rows of a frame by the value of a column, in the frame's order."""
    groups: dict[str, list[Row]] = {}
    for row in frame.to_dicts():
        groups.setdefault(row[column], []).append(row)
    return groups


def lost(part: Mapping[str, Any]) -> float:
    """The points that a component could still give."""
    if part["points"] is None or part["weight_pct"] is None:
        return 0.0
    return max(0.0, float(part["weight_pct"]) - float(part["points"]))


def total(frame: pl.DataFrame, column: str) -> Any:
    """The sum of a column; zero for an empty frame."""
    value = frame.get_column(column).sum() if frame.height else 0
    return 0 if value is None else value


def named(view: View, row: Row) -> Row:
    """A row with the name of its account."""
    return {**row, "account_name": view.names.get(row["account_id"], row["account_id"])}
