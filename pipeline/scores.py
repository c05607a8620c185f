"""Scores: everything that is judged of a book, as the frames that go from scoring and its sister rooms to reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Self

import polars as pl


@dataclass(frozen=True, slots=True)
class Money:
    """What revenue says: ARR movements and their bridge, retention, renewals and their forecast, expansion."""

    arr_movements: pl.DataFrame = field(default_factory=pl.DataFrame)
    arr_movements_by_product: pl.DataFrame = field(default_factory=pl.DataFrame)
    arr_bridge: pl.DataFrame = field(default_factory=pl.DataFrame)
    arr_bridge_by_currency: pl.DataFrame = field(default_factory=pl.DataFrame)
    retention: pl.DataFrame = field(default_factory=pl.DataFrame)
    retention_quarters: pl.DataFrame = field(default_factory=pl.DataFrame)
    retention_reconciled: pl.DataFrame = field(default_factory=pl.DataFrame)
    cohorts: pl.DataFrame = field(default_factory=pl.DataFrame)
    survival: pl.DataFrame = field(default_factory=pl.DataFrame)
    churned_accounts: pl.DataFrame = field(default_factory=pl.DataFrame)
    churn_analysis: pl.DataFrame = field(default_factory=pl.DataFrame)
    restatements: pl.DataFrame = field(default_factory=pl.DataFrame)
    controls_check: pl.DataFrame = field(default_factory=pl.DataFrame)
    landing: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewals: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_milestones: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_risks: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_chances: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_forecast: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_summary: pl.DataFrame = field(default_factory=pl.DataFrame)
    renewal_views: pl.DataFrame = field(default_factory=pl.DataFrame)
    forecast_vintages: pl.DataFrame = field(default_factory=pl.DataFrame)
    forecast_accuracy: pl.DataFrame = field(default_factory=pl.DataFrame)
    loss_detection: pl.DataFrame = field(default_factory=pl.DataFrame)
    expansion: pl.DataFrame = field(default_factory=pl.DataFrame)
    expansion_triggers: pl.DataFrame = field(default_factory=pl.DataFrame)
    cross_sell: pl.DataFrame = field(default_factory=pl.DataFrame)
    expansion_record: pl.DataFrame = field(default_factory=pl.DataFrame)
    kpis: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class Service:
    """What service says: SLA clocks by ticket, month and account, credits to propose, clocks that were due soon; open
    tickets that must climb, issues of the platform, support by month and subject; onboarding.
    """

    sla: pl.DataFrame = field(default_factory=pl.DataFrame)
    sla_summary: pl.DataFrame = field(default_factory=pl.DataFrame)
    sla_accounts: pl.DataFrame = field(default_factory=pl.DataFrame)
    sla_credits: pl.DataFrame = field(default_factory=pl.DataFrame)
    sla_warnings: pl.DataFrame = field(default_factory=pl.DataFrame)
    escalations: pl.DataFrame = field(default_factory=pl.DataFrame)
    platform_issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    support_months: pl.DataFrame = field(default_factory=pl.DataFrame)
    support_subjects: pl.DataFrame = field(default_factory=pl.DataFrame)

    onboarding: pl.DataFrame = field(default_factory=pl.DataFrame)
    onboarding_readiness: pl.DataFrame = field(default_factory=pl.DataFrame)
    onboarding_metrics: pl.DataFrame = field(default_factory=pl.DataFrame)
    onboarding_funnel: pl.DataFrame = field(default_factory=pl.DataFrame)
    onboarding_segments: pl.DataFrame = field(default_factory=pl.DataFrame)
    offboarding: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class Voice:
    """What voice says: NPS by wave, each answer, who moved between groups, what follows and whom to ask; themes;
    ratings from 1 to 5; feedback entry by entry, by month, by theme, and who must be told what.
    """

    nps: pl.DataFrame = field(default_factory=pl.DataFrame)
    nps_responses: pl.DataFrame = field(default_factory=pl.DataFrame)
    nps_migration: pl.DataFrame = field(default_factory=pl.DataFrame)
    nps_follow_up: pl.DataFrame = field(default_factory=pl.DataFrame)
    nps_candidates: pl.DataFrame = field(default_factory=pl.DataFrame)
    feedback_themes: pl.DataFrame = field(default_factory=pl.DataFrame)
    ratings: pl.DataFrame = field(default_factory=pl.DataFrame)
    feedback: pl.DataFrame = field(default_factory=pl.DataFrame)
    feedback_months: pl.DataFrame = field(default_factory=pl.DataFrame)
    feedback_topics: pl.DataFrame = field(default_factory=pl.DataFrame)
    feedback_tellings: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class Proof:
    """What proof says: whether the scores predicted what happened, by measure, band and bin; what was left out, what to
    beware of, what may be concluded; the model beside the rules and what it suggests; who left, why, who came back.
    """

    backtest: pl.DataFrame = field(default_factory=pl.DataFrame)
    backtest_bands: pl.DataFrame = field(default_factory=pl.DataFrame)
    backtest_reliability: pl.DataFrame = field(default_factory=pl.DataFrame)
    backtest_left_out: pl.DataFrame = field(default_factory=pl.DataFrame)
    backtest_warnings: pl.DataFrame = field(default_factory=pl.DataFrame)
    backtest_summary: pl.DataFrame = field(default_factory=pl.DataFrame)
    model_accounts: pl.DataFrame = field(default_factory=pl.DataFrame)
    model_weights: pl.DataFrame = field(default_factory=pl.DataFrame)
    model_drift: pl.DataFrame = field(default_factory=pl.DataFrame)
    churn_reasons: pl.DataFrame = field(default_factory=pl.DataFrame)
    win_backs: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class Scores:
    """What scoring says about the accounts of a book: weeks, components, changes and lifts of the health score; weeks,
    factors, changes and flags of churn risk, its red flags of every week; the alerts that both raise; plays, how often
    they worked, and their actions; the red list of every week and its record. Beside it what the sister rooms say, a
    group of frames each.
    """

    health_weeks: pl.DataFrame
    health_components: pl.DataFrame
    health_changes: pl.DataFrame
    health_lifts: pl.DataFrame
    churn_weeks: pl.DataFrame
    churn_factors: pl.DataFrame
    churn_changes: pl.DataFrame
    churn_flags: pl.DataFrame
    churn_red_flags: pl.DataFrame
    alerts: pl.DataFrame
    plays: pl.DataFrame
    play_success: pl.DataFrame
    actions: pl.DataFrame
    red_list: pl.DataFrame
    red_list_record: pl.DataFrame
    money: Money = field(default_factory=Money)
    service: Service = field(default_factory=Service)
    voice: Voice = field(default_factory=Voice)
    proof: Proof = field(default_factory=Proof)

    @classmethod
    def from_frames(cls, frames: Mapping[str, pl.DataFrame]) -> Self:
        """Scores from their tables by name; one that is not given is an empty frame."""
        filled: Self = _filled(cls, frames)
        return filled

    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables by name, those of the groups among them."""
        return dict(_frames(self))


def _filled(of: Any, frames: Mapping[str, pl.DataFrame]) -> Any:
    groups = {name: group for name, group in GROUPS.items() if name in {each.name for each in fields(of)}}
    return of(
        **{
            each.name: _filled(groups[each.name], frames)
            if each.name in groups
            else frames.get(each.name, pl.DataFrame())
            for each in fields(of)
        }
    )


def _frames(of: Any) -> list[tuple[str, pl.DataFrame]]:
    values = [(each.name, getattr(of, each.name)) for each in fields(of)]
    return [pair for name, value in values for pair in (_frames(value) if is_dataclass(value) else [(name, value)])]


def _names(of: Any) -> tuple[str, ...]:
    named = [_names(GROUPS[each.name]) if each.name in GROUPS else (each.name,) for each in fields(of)]
    return tuple(name for names in named for name in names)


GROUPS: dict[str, type] = {"money": Money, "service": Service, "voice": Voice, "proof": Proof}
SCORES: tuple[str, ...] = _names(Scores)
