"""policy/kpis.toml: the figures the team is measured by, with their targets."""

from pipeline.policy.rules import Comparison


class Kpi(Comparison):
    """A figure with its target; without a comparison it has none. `months` is the span it looks back over, if any."""

    label: str
    metric: str
    unit: str
    months: int | None = None
    source: str

    @property
    def target(self) -> float | None:
        """The value to reach, or None."""
        return next(iter(self.comparison.values()), None)

    @property
    def is_better_below(self) -> bool:
        """Whether a smaller value is the better one."""
        return bool({"under", "at_most"} & set(self.comparison))

    def is_met(self, value: float | None, target: float | None = None) -> bool | None:
        """Whether a target, its own unless said, is met; None when either is not known."""
        wanted = self.target if target is None else target
        if value is None or wanted is None:
            return None
        compare = {"over": value > wanted, "at_least": value >= wanted, "under": value < wanted}
        return compare.get(next(iter(self.comparison), "at_least"), value <= wanted)
