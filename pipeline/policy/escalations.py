"""policy/escalations.toml: how severe a ticket is, how high it must climb by age, and who is told."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Keys, Rules

Priority = Literal["p0", "p1", "p2", "p3"]
Raise = Literal["is_security", "affects_go_live"]
Route = Literal[
    "platform_issue",
    "blocks_go_live",
    "breach_imminent",
    "threatens_churn",
    "contract_at_risk",
    "security",
    "data_breach",
    "large_contract",
]


class EscalationSeverity(Rules):
    """A severity: what it means, and how often the customer hears from us while it lasts."""

    label: str
    means: str
    update_minutes: int | None = Field(default=None, gt=0)


class SeverityRaise(Rules):
    """A fact about a ticket that makes it at least so severe."""

    severity: Priority
    source: str


class EscalationLevel(Rules):
    """A level and the roles that come in with it."""

    label: str
    roles: Keys
    source: str


class EscalationAge(Rules):
    """The level at a share of the clock's time; `only_platform` for issues of the platform alone."""

    at_least_pct: float | None = None
    over_pct: float | None = None
    level: int = Field(ge=1, le=4)
    tiers: Keys = ()
    only_platform: bool = False
    told: Keys = ()
    is_credit_due: bool = False
    why: str
    source: str

    @model_validator(mode="after")
    def one_limit(self) -> Self:
        """A row with no limit or two would not say when it holds."""
        if (self.at_least_pct is None) == (self.over_pct is None):
            raise ValueError("needs at_least_pct or over_pct, one of them")
        return self


class EscalationStep(Rules):
    """The level after so many hours of one severity."""

    severity: Priority
    from_hours: float | None = None
    over_hours: float | None = None
    level: int = Field(ge=1, le=4)
    told: Keys = ()
    why: str
    source: str

    @model_validator(mode="after")
    def one_limit(self) -> Self:
        """A row with no limit or two would not say when it holds."""
        if (self.from_hours is None) == (self.over_hours is None):
            raise ValueError("needs from_hours or over_hours, one of them")
        return self


class EscalationRoute(Rules):
    """Who is told of a ticket of a kind, and its level where it has one."""

    level: int = Field(default=0, ge=0, le=4)
    told: Keys
    why: str
    source: str


class EscalationsPolicy(Rules):
    """policy/escalations.toml."""

    large_contract_over: float
    platform_accounts: int = Field(ge=2)
    platform_within_hours: float = Field(gt=0)
    platform_priorities: Keys
    root_cause_hours: float = Field(gt=0)
    data_breach_words: Keys
    roles: dict[str, str]
    severities: dict[Priority, EscalationSeverity]
    raises: dict[Raise, SeverityRaise]
    levels: dict[str, EscalationLevel]
    ages: dict[str, EscalationAge]
    ladder: dict[str, EscalationStep]
    routes: dict[Route, EscalationRoute]
    source: str

    @model_validator(mode="after")
    def known_roles(self) -> Self:
        """Whoever is told is a role with a name."""
        named = {role for level in self.levels.values() for role in level.roles}
        for rows in (self.ages, self.ladder, self.routes):
            named |= {role for row in rows.values() for role in row.told}
        if named - self.roles.keys():
            raise ValueError(f"no role {', '.join(sorted(named - self.roles.keys()))}; add it to [roles]")
        return self
