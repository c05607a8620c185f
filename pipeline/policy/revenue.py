"""policy/revenue.toml: how ARR that moved is named, and over which spans retention is stated."""

from pipeline.policy.rules import Rules


class Movements(Rules):
    """Until how many months after churn a return is a reactivation."""

    reactivation_months: int
    source: str


class Retention(Rules):
    """Months from opening to closing of a cohort, and below how many accounts its figures are greyed."""

    trailing_months: int
    quarter_months: int
    small_cohort_accounts: int
    source: str


class Churn(Rules):
    """The days that churn is analysed over, and which bands how many days before make it a surprise."""

    days: int
    forewarned_days: int
    surprise_bands: tuple[str, ...]
    surprise_risk_bands: tuple[str, ...]
    source: str


class Landing(Rules):
    """The months whose pace is carried on to the end of a period, and how wide the interval is."""

    trailing_months: int
    interval_z: float
    source: str


class Survival(Rules):
    """How wide the bands of the survival curve are."""

    interval_z: float
    source: str


class RevenuePolicy(Rules):
    """policy/revenue.toml, whole."""

    movements: Movements
    retention: Retention
    churn: Churn
    landing: Landing
    survival: Survival
