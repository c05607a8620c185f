"""An account's churn risk as lines of text, for a terminal."""

from collections.abc import Iterator

from pipeline.reports.wording import number
from pipeline.scoring.explain_risk import FactorChange, FactorLine, RiskExplanation

SIGNS = {"red": "red flag", "yellow": "yellow flag", "green": "green flag"}


def risk_in_lines(told: RiskExplanation) -> list[str]:
    """The points, their factors with evidence, what moved them, flags, peers, actions and how far the data reach."""
    at_least = "at least " if told.is_at_least else ""
    return [
        f"churn risk {at_least}{told.churn_risk_points} points, {told.churn_risk_band} since {told.entered_on}",
        *_held(told),
        *(_factor(line) for line in told.lines),
        *_moved("since last week", told.change_1w, told.changes_1w),
        *_moved("since four weeks ago", told.change_4w, told.changes_4w),
        "",
        *(
            f"{SIGNS[flag.colour]}: {flag.label}" + (f", act by {flag.act_by_on}" if flag.act_by_on else "")
            for flag in told.flags
        ),
        *_actions(told),
        *_peers(told),
        "",
        "data reach to: " + ", ".join(f"{one.feed} {one.newest_on or one.state}" for one in told.feeds),
    ]


def _held(told: RiskExplanation) -> Iterator[str]:
    if told.own_band != told.churn_risk_band:
        reason = "what was known before a feed was lost still counts"
        yield f"held at {told.churn_risk_band}: {reason} (the points alone: {told.own_band})"


def _factor(line: FactorLine) -> str:
    points = "?" if line.state == "unknown" else f"{line.points:+}"
    return f"  {points:>4}  {line.label:<40}{line.evidence}"


def _moved(since: str, total: int | None, parts: tuple[FactorChange, ...]) -> Iterator[str]:
    if total is None:
        yield f"{since}: no comparable week"
        return
    yield f"{since}: {total:+}" if total else f"{since}: unchanged"
    yield from (f"  {part.change:>+4}  {part.label}" for part in parts)


def _actions(told: RiskExplanation) -> Iterator[str]:
    if told.actions:
        yield "open actions:"
        for one in told.actions:
            yield f"  by {one['due_on']}  {one['title']} ({one['owner'] or one['owner_role']})"


def _peers(told: RiskExplanation) -> Iterator[str]:
    if told.peers:
        yield "its segment (lower quartile, median, upper quartile):"
        for one in told.peers:
            own = "-" if one.value is None else number(one.value, 1)
            marks = f"{number(one.quarter, 1)}, {number(one.median, 1)}, {number(one.three_quarters, 1)}"
            yield f"  {one.component:<26}{own:>8}   {marks} of {one.accounts}"
