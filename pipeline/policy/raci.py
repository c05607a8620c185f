"""policy/raci.toml: who is responsible, accountable, consulted and informed in each operating loop."""

from pydantic import Field

from pipeline.policy.rules import Keys, Rules


class Activity(Rules):
    """One activity of a loop; every name is a role, and one role alone is accountable."""

    label: str
    responsible: Keys = Field(min_length=1)
    accountable: str
    consulted: Keys = ()
    informed: Keys = ()


class Loop(Rules):
    """An operating loop: the role that drives it, and its activities."""

    owner: str
    source: str
    activities: dict[str, Activity]


class RaciPolicy(Rules):
    """policy/raci.toml."""

    loops: dict[str, Loop]
