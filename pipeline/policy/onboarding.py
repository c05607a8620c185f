"""policy/onboarding.toml: how implementations are judged, what a go-live must show, how a customer leaves."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Comparison, Keys, Rules

Evidence = Literal[
    "users",
    "admins",
    "uat",
    "uptime",
    "data",
    "contacts",
    "escalation",
    "record",
    "training",
    "customer_tasks",
    "our_tasks",
    "date",
]
Step = Literal["notification", "data_export", "grace_period", "suspension", "deletion", "confirmation"]


class PlanRules(Rules):
    """When a plan is behind, and the spans in days that follow a go-live."""

    behind_points: float
    hypercare_days: int
    baseline_days: int = Field(ge=7, le=7)
    completion_days: int
    note_days: int
    hourly_rate: float
    ltv_years_at_most: float
    source: str


class RiskRules(Rules):
    """The worth of a level, and the products from which a risk is red or yellow; below that it is green."""

    red_at_least: int
    yellow_at_least: int
    levels: dict[Literal["low", "medium", "high"], int]
    source: str


class WeekTarget(Comparison):
    """A metric of a week under implementation with its target, if it has one."""

    label: str
    unit: str
    grows_pct: float | None = None
    source: str


class Flag(Comparison):
    """One flag of the risk checklist: a measure of a plan that is up beyond its threshold."""

    label: str
    measure: str
    unit: str
    source: str


class DecisionLevel(Rules):
    """A level of decision: the limits beyond which it is reached, who decides, and where."""

    label: str
    late_days_over: int | None = None
    effort_over_pct: float | None = None
    budget_over_pct: float | None = None
    who: str
    forum: str
    ask: str
    source: str


class ReadinessItem(Comparison):
    """One line of the go-live checklist and the data that decide it."""

    area: str
    label: str
    evidence: Evidence
    words: Keys = ()
    source: str

    @model_validator(mode="after")
    def words_for_a_record(self) -> Self:
        """What is looked up in records needs words; nothing else has any."""
        if (self.evidence == "record") != bool(self.words):
            raise ValueError("needs words when its evidence is a record, and only then")
        return self


class CustomerEdition(Rules):
    """What the customer's edition of a status report never shows."""

    hidden_risk_types: Keys
    hidden_words: Keys
    source: str


class OffboardingTrigger(Rules):
    """Why service ends, and how many days of access remain."""

    label: str
    grace_days: int = Field(ge=0)
    process: str
    source: str


class OffboardingRules(Rules):
    """The steps in their order, and how long data are kept after suspension."""

    retention_days: int
    listed_days_after_deletion: int
    overdue_at_least_days: int
    steps: tuple[Step, ...]
    source: str
    triggers: dict[str, OffboardingTrigger]


class OnboardingPolicy(Rules):
    """policy/onboarding.toml; decisions run from the lowest level to the highest."""

    plan: PlanRules
    risks: RiskRules
    targets: dict[str, WeekTarget]
    decisions: dict[str, DecisionLevel]
    readiness: dict[str, ReadinessItem]
    flags: dict[str, Flag]
    customer_edition: CustomerEdition
    offboarding: OffboardingRules
