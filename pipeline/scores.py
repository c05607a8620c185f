"""Scores: everything that is judged of a book, as the frames that go from scoring and its sister rooms to reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Self

import polars as pl


@dataclass(frozen=True, slots=True)
class Money:
    """What revenue says: ARR movements and their bridge, retention, renewals and their forecast, expansion."""


@dataclass(frozen=True, slots=True)
class Service:
    """What service says: SLA clocks, escalations, onboarding."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What voice says: NPS by wave, themes, follow-up, feedback."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proof says: whether the scores predicted what happened."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What scoring says about the accounts of a book: weeks, components, changes and lifts of the health score; weeks,
    factors, changes and flags of churn risk; the alerts that both raise; plays, how often they worked, and their
    actions; the red list of every week and its record. Beside it what the sister rooms say, a group of frames each.
    """

    health_weeks: pl.DataFrame
    health_components: pl.DataFrame
    health_changes: pl.DataFrame
    health_lifts: pl.DataFrame
    churn_weeks: pl.DataFrame
    churn_factors: pl.DataFrame
    churn_changes: pl.DataFrame
    churn_flags: pl.DataFrame
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
