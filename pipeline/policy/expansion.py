"""policy/expansion.toml: what calls for an expansion, who may be asked, and what could be sold beside."""

from pipeline.policy.rules import Comparison, Keys, Rules


class Gate(Rules):
    """The health bands of customers who may be asked; an urgent ticket closes the gate for anyone."""

    bands: Keys
    source: str


class Trigger(Comparison):
    """One reason to talk of more; `days` is how long it counts."""

    label: str
    limits: Keys = ()
    signals: Keys = ()
    days: int = 0
    source: str


class CrossSell(Rules):
    """How common a product must be among the segment's good customers to be offered to the others."""

    at_least_pct: float
    at_least_accounts: int
    bands: Keys
    source: str


class Rescue(Rules):
    """High risk with high potential."""

    risk_bands: Keys
    potential_at_least: float
    source: str


class Record(Rules):
    """Over how many months win rate and revenue are stated."""

    months: int
    source: str


class ExpansionPolicy(Rules):
    """policy/expansion.toml, whole."""

    gate: Gate
    triggers: dict[str, Trigger]
    cross_sell: CrossSell
    rescue: Rescue
    record: Record
