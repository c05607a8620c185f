"""policy/alerts.toml: who is told what, once, and when score alerts wait."""

from typing import Literal

from pydantic import Field

from pipeline.policy.rules import Keys, Rules

Severity = Literal["info", "warning", "critical"]


class HoldBack(Rules):
    """Fleet shift: the share of customers that moved by more than so many points in one week."""

    share_pct: float = Field(gt=0, le=100)
    points: float = Field(gt=0)
    source: str


class AlertRule(Rules):
    """One rule. `message` may name {value}, {now}, {before}, {detail} and {subject}."""

    kind: Literal["panel", "feed", "event"]
    label: str
    severity: Severity
    recipients: Keys = Field(min_length=1)
    threshold: float | None = None
    message: str
    source: str


class AlertsPolicy(Rules):
    """policy/alerts.toml."""

    hold_back: HoldBack
    rules: dict[str, AlertRule]
