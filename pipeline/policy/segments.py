"""policy/segments.toml: tiers from the largest down, lifecycle, reviews and the grace of renewals."""

from pipeline.policy.rules import Comparison, Rules


class Tier(Comparison):
    """A tier of customers by ARR, how often its accounts are reviewed, and when their renewal window opens."""

    label: str
    segment: str
    monthly_review_every_months: int | None = None
    qbr_every_months: int
    renewal_window_days: int
    source: str


class Lifecycle(Rules):
    """Until when an account is in onboarding, then in adoption."""

    onboarding_until_day: int
    adoption_until_month: int
    source: str


class Reviews(Rules):
    """How many days ahead of a review its pack is made."""

    pack_days_ahead: int
    source: str


class Renewals(Rules):
    """How long a gap in service counts as a late renewal."""

    grace_days: int
    source: str


class SegmentsPolicy(Rules):
    """policy/segments.toml: tiers from the largest down, lifecycle, reviews and the grace."""

    tiers: dict[str, Tier]
    lifecycle: Lifecycle
    reviews: Reviews
    renewals: Renewals
