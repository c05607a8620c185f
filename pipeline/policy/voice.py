"""policy/voice.toml: how answers are read and followed up, and what the feedback loop promises."""

from typing import Self

from pydantic import Field, model_validator

from pipeline.policy.rules import Comparison, Keys, Rules


class ResponseRate(Rules):
    """The share of the invited that should answer: the least, and the aim of the first year."""

    at_least_pct: float
    aim_pct: float
    source: str


class NpsTarget(Comparison):
    """The NPS to reach in a quarter, and its survey day as month and day."""

    survey_day: str = Field(pattern=r"^\d\d-\d\d$")
    source: str

    @property
    def value(self) -> float:
        """The number to reach or pass."""
        return next(iter(self.comparison.values()))


class NpsRules(Rules):
    """Groups, targets, how few answers are few, and which wave is the one of the year before."""

    promoter_from: int
    detractor_to: int
    small_n: int
    anonymous_from: int
    year_before_days: int
    year_before_slack_days: int
    report_due_day: int
    response_rate: ResponseRate
    targets: dict[str, NpsTarget]
    source: str

    @model_validator(mode="after")
    def four_quarters(self) -> Self:
        """Each calendar quarter has its target, and between the groups there are passives."""
        if set(self.targets) != {"q1", "q2", "q3", "q4"}:
            raise ValueError("targets needs q1, q2, q3 and q4")
        if self.detractor_to + 1 >= self.promoter_from:
            raise ValueError("needs a score between detractor_to and promoter_from")
        return self


class TimeLive(Rules):
    """A span since go-live; the last has no end."""

    label: str
    under_months: int | None = None


class DetractorKind(Rules):
    """A kind of detractor: by what they say about the renewal, else by the account's band of churn risk."""

    label: str
    renewal_intents: Keys = ()
    risk_bands: Keys = ()
    source: str


class FollowUp(Rules):
    """The play that follows an answer of each group."""

    detractor: str
    passive: str
    promoter: str
    source: str


class Candidate(Rules):
    """What a promoter can be asked for, and what must hold for it."""

    label: str
    over_arr: float | None = None
    over_months: int | None = None
    statuses: Keys = ()
    health_bands: Keys = ()
    renewal_intents: Keys = ()
    needs_consent: bool = False
    needs_comment: bool = False
    source: str


class Themes(Rules):
    """How comments become themes, and which words tell English from other languages."""

    waves: int = Field(ge=1)
    model_over_comments: int
    most_topics: int = Field(ge=2)
    seed: int
    least_answers: int
    least_fit: float
    merge_over: float
    same_family_over: float
    quotes: int
    english_words: Keys
    other_language_words: Keys
    source: str


class Redaction(Rules):
    """Words with a capital that are no name, and verbs that give away a name at the beginning of a sentence."""

    allowed: Keys
    verbs: Keys
    source: str


class Family(Rules):
    """A theme known beforehand by its words, the category of feedback it belongs to, and what to do about it."""

    label: str
    category: str
    keywords: Keys = Field(min_length=1)
    action: str


class Rating(Rules):
    """A survey from 1 to 5."""

    label: str
    satisfied_from: int
    source: str


class SourceGroup(Rules):
    """Sources of feedback that are shown as one."""

    label: str
    sources: Keys


class FeedbackRules(Rules):
    """What decisions mean, by when customers are told, and what counts as open."""

    accepted: Keys
    declined: Keys
    deferred: Keys
    tell_within_days: int
    tell_window_days: int
    renewal_within_days: int
    comment_days: int
    month_closes_days: int
    top_themes: int
    top_requests: int
    groups: dict[str, SourceGroup]
    source: str


class Stakeholders(Rules):
    """The roles that must be held, how long each may go without a talk, and when a vacancy is filled."""

    touch_days: dict[str, int]
    departed_days: int
    fill_within_days: int
    source: str


class VoicePolicy(Rules):
    """policy/voice.toml."""

    nps: NpsRules
    time_live: dict[str, TimeLive]
    detractors: dict[str, DetractorKind]
    follow_up: FollowUp
    candidates: dict[str, Candidate]
    themes: Themes
    redaction: Redaction
    families: dict[str, Family]
    ratings: dict[str, Rating]
    feedback: FeedbackRules
    stakeholders: Stakeholders
