"""One account's health in full: its components, what moved it, and what would lift its band cheapest."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.errors import UsageError
from pipeline.policy import BANDS, Band, Bands, Policy, Scorecard
from pipeline.scores import Scores
from pipeline.scoring.bands import RANK
from pipeline.scoring.lifts import step_text
from pipeline.scoring.parts import Part, parts_of
from pipeline.workspace import Settings


@dataclass(frozen=True, slots=True)
class Line:
    """One component of the score: value, score, weight in percent, points, and how it is known."""

    category: str
    component: str
    label: str
    unit: str
    value: float | None
    value_text: str | None
    score: float | None
    weight_pct: float | None
    points: float | None
    state: str
    measured_on: date | None
    is_backfilled: bool


@dataclass(frozen=True, slots=True)
class Lift:
    """A step that would raise the score: of which component, from what, to what, and what it brings."""

    component: str
    label: str
    from_value: float | None
    to_value_text: str
    gain_points: float
    to_band: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one component, or the change of weights, did to the score."""

    component: str
    label: str
    change: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that makes up one account's health at the as-of day; points and changes sum exactly.

    `band_label` is what the scorecard in force calls the band, where it has a word of its own.
    """

    account_id: str
    account_name: str
    as_of: date
    is_complete: bool
    health_score: float | None
    health_coverage_pct: float
    health_band: str
    health_band_computed: str
    band_label: str | None
    own_band: str | None
    floor: str | None
    frozen_cap: str | None
    last_known_band: str | None
    last_known_band_on: date | None
    health_trend: str | None
    health_change_1w: float | None
    health_change_4w: float | None
    overridden_by: str | None
    override_reason: str | None
    override_expires_on: date | None
    lines: tuple[Line, ...]
    lifts: tuple[Lift, ...]
    cheapest: tuple[Lift, ...]
    next_band: str | None
    changes_1w: tuple[Change, ...]
    changes_4w: tuple[Change, ...]


def explanation(book: Book, scores: Scores, policy: Policy, settings: Settings, account_id: str) -> Explanation:
    """The health of one account at the as-of day, in full.

    Raises UsageError for an account that has no score: a prospect, a churned customer, an unknown id.
    """
    scorecard = policy.health.scorecard
    parts = {part.name: part for part in parts_of(scorecard, settings.health.login_days_basis)}
    at_as_of = pl.col("week_ending_on") == book.as_of
    week = _rows(scores.health_weeks.filter(at_as_of), account_id)
    if not week:
        raise UsageError(
            f"{account_id} has no health score at {book.as_of}",
            "Only customers with a running contract or ARR are scored; see accounts.csv for the others.",
        )
    lines = tuple(_line(row, parts) for row in _rows(scores.health_components.filter(at_as_of), account_id))
    own_band = week[0]["own_band"]
    cheapest = cheapest_lift if scorecard.decided_by == "weights" else cheapest_past_the_second_worst
    return Explanation(
        account_name=_rows(book.accounts, account_id)[0]["account_name"],
        as_of=book.as_of,
        band_label=next(
            (label for band, label in scorecard.band_labels.items() if band == week[0]["health_band"]), None
        ),
        lines=lines,
        lifts=tuple(_lift(row, parts) for row in _rows(scores.health_lifts, account_id)),
        cheapest=cheapest(lines, parts, week[0]["health_score"], next_threshold(book, scorecard, account_id, own_band)),
        next_band=next_band(scorecard, own_band),
        changes_1w=_changes(scores, parts, account_id, "1w"),
        changes_4w=_changes(scores, parts, account_id, "4w"),
        **{name: value for name, value in week[0].items() if name != "week_ending_on"},
    )


def cheapest_lift(
    lines: tuple[Line, ...], parts: dict[str, Part], score: float | None, threshold: float | None
) -> tuple[Lift, ...]:
    """The fewest component steps that bring the score to the threshold; among equals the largest gain."""
    if score is None or threshold is None:
        return ()
    best: dict[int, tuple[float, tuple[Lift, ...]]] = {0: (0.0, ())}
    for line in (line for line in lines if line.state == "present"):
        best = _with_steps_of(best, line, parts[line.component])
    enough = [steps for steps, (gain, _) in best.items() if score + gain >= threshold - 1e-6]
    return best[min(enough)][1] if enough else ()


def _with_steps_of(
    best: dict[int, tuple[float, tuple[Lift, ...]]], line: Line, part: Part
) -> dict[int, tuple[float, tuple[Lift, ...]]]:
    """The best gain for each number of steps, with this component's steps to choose from as well."""
    extended = dict(best)
    better = [step for step in reversed(part.measure.steps) if line.score is not None and step.score > line.score]
    for taken, step in enumerate(better, 1):
        gain = (line.weight_pct or 0.0) / 100 * (step.score - (line.score or 0.0))
        lift = Lift(line.component, line.label, line.value, step_text(part, step), round(gain, 6), None)
        for steps, (so_far, lifts) in best.items():
            if so_far + gain > extended.get(steps + taken, (0.0, ()))[0] + 1e-9:
                extended[steps + taken] = (so_far + gain, (*lifts, lift))
    return extended


def cheapest_past_the_second_worst(
    lines: tuple[Line, ...], parts: dict[str, Part], score: float | None, threshold: float | None
) -> tuple[Lift, ...]:
    """The fewest component steps after which at most one component is under the threshold; none where that needs a
    component that was not measured this week. `gain_points` is what all of them bring together.
    """
    if score is None or threshold is None:
        return ()
    counting = [line for line in lines if line.score is not None]
    under = [line for line in counting if (line.score or 0.0) < threshold]
    wanted = len(under) - (len(counting) > 1)
    lifts = sorted(
        (_steps_up(line, parts[line.component], threshold, score) for line in under if line.state == "present"),
        key=lambda lift: lift[0],
    )
    return tuple(lift for _, lift in lifts[:wanted]) if len(lifts) >= wanted else ()


def _steps_up(line: Line, part: Part, threshold: float, score: float) -> tuple[int, Lift]:
    """How many steps a component has to climb to reach the threshold, and the step that does."""
    better = [step for step in reversed(part.measure.steps) if step.score > (line.score or 0.0)]
    count, step = next((count, step) for count, step in enumerate(better, 1) if step.score >= threshold)
    return count, Lift(line.component, line.label, line.value, step_text(part, step), threshold - score, None)


def next_threshold(book: Book, scorecard: Scorecard, account_id: str, own_band: str | None) -> float | None:
    """The score at which the next better band of the account's segment begins; None at the top or without a score."""
    band = next_band(scorecard, own_band)
    if band is None:
        return None
    segment = _rows(book.accounts, account_id)[0].get("segment")
    bands: Bands = scorecard.segment_bands.get(segment or "", scorecard.bands)
    return bands.lowest[band]


def next_band(scorecard: Scorecard, own_band: str | None) -> Band | None:
    """The next better band of the scorecard; None at the top or without a score."""
    better = [band for band in scorecard.bands.lowest if own_band in BANDS and RANK[band] > RANK[own_band]]
    return better[-1] if better else None


def _rows(frame: pl.DataFrame, account_id: str) -> list[dict[str, Any]]:
    return frame.filter(pl.col("account_id") == account_id).to_dicts()


def _line(row: dict[str, Any], parts: dict[str, Part]) -> Line:
    part = parts[row["component"]]
    shared = {name: row[name] for name in Line.__slots__ if name in row}
    return Line(label=part.component.label, unit=unit_of(part), **shared)


def unit_of(part: Part) -> str:
    """The unit in which a component's value is shown."""
    if part.measure.shows == "share":
        return "% of the segment's median"
    return "" if part.metric.unit == "code" else part.metric.unit


def _lift(row: dict[str, Any], parts: dict[str, Part]) -> Lift:
    label = parts[row["component"]].component.label
    return Lift(label=label, **{name: row[name] for name in Lift.__slots__ if name in row})


def _changes(scores: Scores, parts: dict[str, Part], account_id: str, horizon: str) -> tuple[Change, ...]:
    """The parts of a change that are not nothing, the largest first."""
    rows = _rows(scores.health_changes.filter(pl.col("horizon") == horizon, pl.col("change") != 0), account_id)
    rows.sort(key=lambda row: (-abs(row["change"]), row["component"]))
    return tuple(Change(row["component"], _label(row["component"], parts), row["change"]) for row in rows)


def _label(component: str, parts: dict[str, Part]) -> str:
    return parts[component].component.label if component in parts else "What could be measured"
