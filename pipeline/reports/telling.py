"""An account's explanation as lines of text, for a terminal."""

from collections.abc import Iterator

from pipeline.reports.wording import band_word, change, number
from pipeline.scoring.explain import Change, Explanation, Lift, Line

STATES = {
    "na": "nothing to measure",
    "off": "feed not expected",
    "frozen": "feed late, as it was",
    "missing": "feed missing, counts against",
}


def told_in_lines(told: Explanation) -> list[str]:
    """The score, its components with points, what moved it, and what would lift it."""
    return [
        f"{told.account_name} ({told.account_id}), as of {told.as_of}",
        _headline(told),
        *_reservations(told),
        "",
        f"{'':<34}{'value':>31}{'score':>8}{'weight':>9}{'points':>9}",
        *(_component(line) for line in told.lines),
        f"{'health score':<82}{number(told.health_score, 2):>9}",
        "",
        *_moved("since last week", told.health_change_1w, told.changes_1w),
        *_moved("since four weeks ago", told.health_change_4w, told.changes_4w),
        *_cheapest(told),
    ]


def _headline(told: Explanation) -> str:
    trend = f", {told.health_trend} over four weeks" if told.health_trend else ""
    coverage = f"{number(told.health_coverage_pct)}% of the model's weight has a value"
    label = f" ({told.band_label})" if told.band_label else ""
    return f"{band_word(told.health_band)}{label}: {number(told.health_score, 2)}{trend}; {coverage}"


def _reservations(told: Explanation) -> Iterator[str]:
    if told.overridden_by:
        computed = f"computed: {band_word(told.health_band_computed)}"
        by = f"{told.overridden_by} until {told.override_expires_on}"
        yield f"Set by hand by {by}: {told.override_reason} ({computed})"
    if told.floor:
        yield f"Held down by a floor: {told.floor}"
    if told.frozen_cap:
        yield f"Held at {band_word(told.frozen_cap)}: a late feed cannot improve the band"
    if told.last_known_band and told.health_band == "insufficient_data":
        yield f"Last known band: {band_word(told.last_known_band)} on {told.last_known_band_on}"


def _component(line: Line) -> str:
    value = line.value_text or _with_unit(line)
    name = f"{line.category}  {line.label}"
    if line.points is None or line.state in ("na", "off"):
        return f"{name:<34}{STATES.get(line.state, line.state):>31}"
    note = f"  ({STATES[line.state]}, {line.measured_on})" if line.state in STATES else ""
    weight = f"{number(line.weight_pct, 1)}%"
    return f"{name:<34}{value:>31}{number(line.score):>8}{weight:>9}{number(line.points, 2):>9}{note}"


def _with_unit(line: Line) -> str:
    figure = number(line.value, 0 if line.value is not None and line.value.is_integer() else 1)
    return f"{figure}{line.unit}" if line.unit.startswith("%") else f"{figure} {line.unit}".strip()


def _moved(since: str, total: float | None, parts: tuple[Change, ...]) -> Iterator[str]:
    if total is None:
        yield f"{since}: no comparable week"
        return
    yield f"{since}: {change(total, 2)}"
    yield from (f"  {part.label:<40}{change(part.change, 2):>8}" for part in parts)


def _cheapest(told: Explanation) -> Iterator[str]:
    if told.cheapest and told.next_band:
        yield f"the shortest way to {band_word(told.next_band)}:"
        yield from (_lift(lift) for lift in told.cheapest)


def _lift(lift: Lift) -> str:
    return (
        f"  {lift.label:<30}{number(lift.from_value, 1):>8} -> {lift.to_value_text:<14}{change(lift.gain_points, 2):>8}"
    )
